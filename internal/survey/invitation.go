// Package survey carries one survey to one customer about one visit: the invitation and its states, the token in its links, and the
// dispatcher that claims what is due, asks once more whether it may be sent, and hands it to the carrier, once.
//
// The field's rules that it encodes: never mail twice when an outcome is not known; at most one reminder; stop for the suppressed,
// for a reopened case, for the quota; a survey is worth an answer only while the memory is fresh, so that an invitation that could
// not be sent within a day of its time is given up; and mails wait while the account's mails of two weeks bounce (4 % of at least
// 100, and at least 5) or are complained about (0.08 %, and at least 3) nearly as much as SES puts up with (5 % and 0.1 %), or those of a
// day twice as much (Guard).
package survey

import (
	"time"

	"afterword/internal/customer"
)

// State is where an invitation is in its life.
type State string

// The states. Planned, Sent, Answered is the good way.
const (
	Planned    State = "planned"    // to be sent at Due
	Claimed    State = "claimed"    // a dispatcher is sending it now
	Handed     State = "handed"     // its link was handed out: it is open, and never mailed
	Sent       State = "sent"       // SES took it
	Answered   State = "answered"   // a response is on it
	Expired    State = "expired"    // never sent, a day after its time
	Cancelled  State = "cancelled"  // the subject was reopened or the owner stopped it before it was sent
	Suppressed State = "suppressed" // the customer may not be mailed
	Failed     State = "failed"     // SES refused it for good
	Unknown    State = "unknown"    // claimed, and nobody knows whether SES took it: never mailed again by itself
)

// Invitation is one survey for one customer about one visit. The response lives on the same item (package response reads it there).
// It holds nothing of the person but the id.
type Invitation struct {
	ID           string            `json:"id"` // 20 characters of base64url: the visit's name, hashed
	State        State             `json:"state"`
	Handed       bool              `json:"handed,omitempty"` // asked by a link and never by mail, whatever the state is now
	Touchpoint   string            `json:"touchpoint"`
	Survey       string            `json:"survey"` // id; with the touchpoint it names the series
	Number       int               `json:"number"` // the survey's number in tokens
	Metric       string            `json:"metric"`
	Customer     customer.ID       `json:"customer"` // "" when nobody knows who, see Anybody
	Language     string            `json:"language"`
	Source       string            `json:"source"`
	Subject      string            `json:"subject"`        // what it is about, as the source names it: an order or ticket number
	Link         string            `json:"link,omitempty"` // to the subject in the source, https
	Via          string            `json:"via,omitempty"`  // name of the link for everybody that it was answered by
	Round        int               `json:"round"`
	Cuts         map[string]string `json:"cuts,omitempty"` // what the response will be cut by, frozen at the decision: some of the program's segments
	VisitedAt    time.Time         `json:"visited_at"`
	PlannedAt    time.Time         `json:"planned_at,omitzero"` // when the mail is to leave; also the time that fatigue compares
	ClaimedAt    time.Time         `json:"claimed_at,omitzero"`
	Claim        string            `json:"claim,omitempty"`      // who claimed it
	Reopened     bool              `json:"reopened,omitempty"`   // the subject was, while it was claimed: put back, it is over
	SentAt       time.Time         `json:"sent_at,omitzero"`     // zero until SES (or an answer) said that it went
	SentDay      string            `json:"sent_day,omitempty"`   // day of the claim in the program's zone: the send cohort
	MessageID    string            `json:"message_id,omitempty"` // SES's
	RemindedAt   time.Time         `json:"reminded_at,omitzero"`
	Reminder     string            `json:"reminder,omitempty"` // SES's id of the reminder, or ReminderClaimed and its like
	ExpiresAt    time.Time         `json:"expires_at,omitzero"`
	BouncedAt    time.Time         `json:"bounced_at,omitzero"` // it came back for good, or SES dropped it
	Bounce       string            `json:"bounce,omitempty"`    // SES's word for why, also of one that came back for a while
	ComplainedAt time.Time         `json:"complained_at,omitzero"`
	Why          string            `json:"why,omitempty"`        // of a state that ends it: what stopped it
	ImportedAt   time.Time         `json:"imported_at,omitzero"` // asked and answered in another system, which counts as asked by a link: nobody here mailed it

	// Evidence, gathered by GET and HEAD. See package response.
	FirstOpened int       `json:"first_opened,omitempty"` // rating+1 of the first rating link that was opened; 0: none
	OtherOpened bool      `json:"other_opened,omitempty"` // a link of another rating was opened as well
	Honeypot    bool      `json:"honeypot,omitempty"`     // the link that no person sees was opened
	Clicked     bool      `json:"clicked,omitempty"`      // counted as a click
	Hits        int64     `json:"hits,omitempty"`
	FirstHitAt  time.Time `json:"first_hit_at,omitzero"`
}
