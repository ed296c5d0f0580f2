// Package customer knows the people who are asked: who they are (one person is one mail address), whether they may be mailed, and
// when they were or will be asked, which is what protects them from being asked too often.
//
// A customer's id is a keyed hash of the address, so that the row is found without storing the address anywhere else, and a
// suppression outlives the erasure of the person.
package customer

import (
	"slices"
	"time"
)

// ID is a keyed hash of a customer's normalised address: 22 characters of base64url, never to be turned back.
type ID string

// Status says whether a customer may be mailed.
type Status string

// The statuses. All but Reachable stop every survey mail, for good.
const (
	Reachable    Status = ""
	Unsubscribed Status = "unsubscribed"
	Bounced      Status = "bounced"
	Complained   Status = "complained"
	Erased       Status = "erased"
)

// gravest are the statuses that stop mail, the gravest last.
var gravest = []Status{Unsubscribed, Bounced, Complained, Erased}

// Weaker lists the statuses that this one replaces: what weighs more stays, and nothing comes back from an erasure. false: it is none
// that stops mail.
func (s Status) Weaker() (weaker []Status, stops bool) {
	i := slices.Index(gravest, s)
	return gravest[:max(i, 0)], i >= 0
}

// Customer is a person with an address. The row is the lock of every decision about that person: each change raises Revision, and
// a decision is stored only if the revision is the one that it was made on.
type Customer struct {
	ID        ID        `json:"id"`
	Revision  int64     `json:"revision"`
	Address   string    `json:"address,omitempty"` // "" once erased
	Name      string    `json:"name,omitempty"`
	Language  string    `json:"language,omitempty"` // BCP 47; "" when not known
	Zone      string    `json:"zone,omitempty"`     // IANA time zone; "" when not known
	Since     time.Time `json:"since,omitzero"`     // when they became one, as far as a source said; UTC, whole seconds
	Agreed    bool      `json:"agreed,omitempty"`   // consented to be asked
	Refused   bool      `json:"refused,omitempty"`  // does not want to be asked; never together with Agreed
	Status    Status    `json:"status,omitempty"`
	StatusAt  time.Time `json:"status_at,omitzero"`
	OpenCases int64     `json:"open_cases,omitempty"`
	Asks      []Ask     `json:"asks,omitempty"`    // oldest first; those that still hold a place in a fatigue window
	Invited   []string  `json:"invited,omitempty"` // every invitation that was ever made, sent or not, the first MostInvited
}

// Ask is an invitation that holds a place in the fatigue windows: planned, sent or of unknown outcome. One that was never sent
// frees its place.
type Ask struct {
	Invitation string    `json:"invitation"`
	At         time.Time `json:"at"` // planned time, UTC
	Metric     string    `json:"metric"`
	Touchpoint string    `json:"touchpoint"`
	Handed     bool      `json:"handed,omitempty"` // by a link and not by mail: remembered, and in nobody's way; At is the visit's
}
