// Package touchpoint turns what a checkout, a helpdesk or a sign-up flow reports into a visit, and decides whether the customer is
// asked about it. It protects customers from being asked too often and the owner's scores from who should not be in them: staff,
// tests, people who may not be mailed, memories that have faded.
//
// The field's rules that it encodes: ask after the moment and while it is remembered; keep two asks of one person apart by a window
// over all surveys and a longer one for the same metric; leave out by chance only by a stable draw, so that nobody is left out for
// ever; never ask whom an open complaint is being worked for; and keep the reason of every decision, because "why was this customer
// not asked?" is the first question that an owner has.
//
// Intake is the use case: Take decides about an event, and about a subject that was reopened. Decide is the rule by itself, without
// any storage. Nothing of the person is kept on a visit or an invitation: the address and the name are on the customer's row alone.
package touchpoint

import (
	"slices"
	"time"

	"afterword/internal/customer"
)

// Event is what a source reports, in the field's words. All of it is foreign input: Take cleans it.
type Event struct {
	Touchpoint string            // which of the program's touchpoints it is
	Source     string            // the program's name of the sender
	Name       string            // the sender's own: a topic, a status, a type
	Delivery   string            // the sender's id of this delivery, the same when it is sent again; "" when it has none
	Subject    string            // what it is about, as the source names it: an order, a ticket; "" when it has none
	Link       string            // to the subject in the source
	At         time.Time         // when it happened; zero when the source does not say
	Ahead      bool              // it is about an appointment: At may be yet to come, and says nothing about what was told first
	Fetch      string            // what to ask the source's API for, when the event itself does not say who the customer is; "": it is whole
	Unfetched  string            // why the source did not say it, for the owner and without anything of a person; "": it did, or was not asked
	Address    string            // of the customer
	Person     string            // the customer's name
	Language   string            // of the customer, in any usual spelling
	Zone       string            // of the customer, IANA
	Since      time.Time         // when the customer became one; zero when the source does not say
	Turn       time.Time         // when the mail of a customer's turn leaves, if nothing is against it; zero: the touchpoint's delay counts
	Consent    Consent           // what the source says about being asked
	Quiet      time.Duration     // for so long after it the subject must stay as it is; of a reopening: the longest after a visit that it may end
	Test       bool              // a test-mode delivery: recorded, never mailed
	ByLink     bool              // the source shows the customer a link to the survey, which is never mailed
	Reopened   bool              // not a visit: the subject of an earlier one is being worked on again
	Properties map[string]string // agent, team, product, country, channel, plan, tags (with commas between), amount, currency, the owner's own
}

// Consent is what a source says about a customer's consent to be asked.
type Consent string

// The consents. Given and Refused are remembered, whatever is decided, until the other is said; a refusal always stops, also where the
// program asks for no consent.
const (
	Untold  Consent = ""
	Given   Consent = "given"
	Refused Consent = "refused"
)

// Decision is why a visit led to an invitation or did not.
type Decision struct {
	Reason      Reason `json:"reason"`
	Explanation string `json:"explanation"` // one sentence for the owner, without anything about the person
}

// Visit is one occurrence of a touchpoint for one customer, with the decision about it. It is unique by touchpoint, source,
// subject and round, and holds nothing of the person but the id.
type Visit struct {
	Decision
	ID         string            `json:"id"` // 20 characters of base64url; the invitation about it, if any, has the same
	Touchpoint string            `json:"touchpoint"`
	Source     string            `json:"source"`
	Subject    string            `json:"subject"`
	Round      int               `json:"round"` // 1; one more each time that the subject was reopened
	Event      string            `json:"event,omitempty"`
	Delivery   string            `json:"delivery,omitempty"`
	Link       string            `json:"link,omitempty"`
	Customer   customer.ID       `json:"customer,omitempty"` // "" without a usable address
	Test       bool              `json:"test,omitempty"`
	ByLink     bool              `json:"handed,omitempty"` // asked, or not, by a link that is handed out; the invitation's attribute, too
	At         time.Time         `json:"at"`               // when it happened, UTC, whole seconds
	ReceivedAt time.Time         `json:"received_at"`      // likewise
	Day        string            `json:"day"`              // of receipt, in the program's zone; decisions are listed by it
	Properties map[string]string `json:"properties,omitempty"`
	Invitation string            `json:"invitation,omitempty"` // "" when none was made
	PlannedAt  time.Time         `json:"planned_at,omitzero"`  // when the mail is to leave (or would, in shadow mode); zero for a link
	Erased     bool              `json:"erased,omitempty"`     // a tombstone: the subject is veiled, see Veiled
}

// Veiled is what stays of the visit when its customer was erased: when something happened and why it was asked about or not. The
// subject, by which a visit is found when it is delivered again, is veiled, because whoever has the order or the ticket has the
// person.
func (v Visit) Veiled(hash customer.Hasher) Visit {
	v.Subject, v.Erased = hash.Veil(v.Subject), true
	v.Event, v.Delivery, v.Link, v.Properties = "", "", "", nil
	return v
}

// Subject is what is kept about something that was reopened: a ticket that was solved, came back and is solved again is a new
// visit, and the same solution reported twice is not.
type Subject struct {
	Round      int       `json:"round"`                // 0 and 1: never reopened
	ReopenedAt time.Time `json:"reopened_at,omitzero"` // by the source's clock
	AskedAt    time.Time `json:"asked_at,omitzero"`    // when the survey about an earlier round left; zero: none did
	Past       []Past    `json:"past,omitempty"`       // the rounds before, the latest last; at most remembered
}

// Past is what told of a round that is over, so that it is known when it comes again. "" where the source names no deliveries.
type Past struct {
	Visited  string `json:"visited,omitempty"`  // the delivery of its visit
	Reopened string `json:"reopened,omitempty"` // the one that ended it
}

// remembered is how many rounds are kept: whoever sends again gives up after some days, and no ticket comes back so often within them.
const remembered = 20

// next is the subject when the round of the visit is over.
func (s Subject) next(v Visit, e Event) Subject {
	past := append(slices.Clone(s.Past), Past{v.Delivery, e.Delivery})
	return Subject{Round: v.Round + 1, ReopenedAt: e.At, AskedAt: s.AskedAt, Past: past[max(0, len(past)-remembered):]}
}

// reopenedBy tells whether the event is a reopening that was told of before.
func (s Subject) reopenedBy(e Event) bool {
	return e.Delivery != "" && slices.ContainsFunc(s.Past, func(p Past) bool { return p.Reopened == e.Delivery })
}

// roundOf tells which round of its subject an event is of. The delivery of an earlier visit sent again is of its round, and one that
// happened before the subject was reopened is late news of the round before.
func (s Subject) roundOf(e Event) int {
	if s.Round <= 1 {
		return 1
	}
	if e.Delivery != "" {
		if i := slices.IndexFunc(s.Past, func(p Past) bool { return p.Visited == e.Delivery }); i >= 0 {
			return s.Round - len(s.Past) + i
		}
	}
	if e.At.Before(s.ReopenedAt) && !e.Ahead { // when an appointment is says nothing about when it was made
		return s.Round - 1
	}
	return s.Round
}
