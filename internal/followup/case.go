// Package followup closes the loop: an unhappy answer becomes a case on somebody's desk, with a due time, and stays one until a
// person has said how it ended. Getting back to an unhappy customer quickly is worth more than the score, so the rules are about not
// losing anybody: a case is opened once, whatever the change feed does; its mail leaves when the customer has finished talking; an
// address that bounces, or a person who does not take it in time, hands it on.
//
// A case holds nothing of the customer but the id: the task mail and the page read the invitation and the customer's row when they
// are made. The name of the person at the desk who took it is kept, because it must stay true when the desk changes.
//
// There are three doers. Opener reads the change feed and keeps each case in line with its answer. Tasks is the agenda's handler: it
// mails the desk and escalates. Work is what the links in the mail do.
package followup

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
)

// State is where a case is in its life.
type State string

// The states. Open, Taken, Contacted, Resolved is the good way.
const (
	Open      State = "open"      // nobody has taken it
	Taken     State = "taken"     // somebody works on it
	Contacted State = "contacted" // the customer has been spoken to
	Resolved  State = "resolved"  // closed: made right
	Lost      State = "lost"      // closed: could not be saved
	Cancelled State = "cancelled" // over: the answer was a machine's, or the customer was erased
)

// Pending tells whether somebody still has to do something; a customer with a pending case is not asked again.
func (s State) Pending() bool { return s == Open || s == Taken || s == Contacted }

// Seat is a place at a desk: 0 and up are Desk.People, EscalationSeat and up are Desk.Escalate. The links in a person's mail carry
// it (see Holder), so that the case knows who took it.
type Seat int

// EscalationSeat is the seat of the first person of Desk.Escalate.
const EscalationSeat Seat = 1000

// Mail is a task mail.
type Mail struct {
	ID   string    `json:"id"` // SES's message id, without the domain
	Seat Seat      `json:"seat"`
	Told int64     `json:"told"` // revision of the answer that it told about
	At   time.Time `json:"at"`
	Lost bool      `json:"lost,omitempty"` // it bounced; without an ID: SES refused it
	Desk string    `json:"desk,omitempty"` // that it went to, if the case was moved to another one while it was on its way
}

// Case is a follow-up on one response. Its id is the invitation's.
type Case struct {
	ID         string      `json:"id"`
	Revision   int64       `json:"revision"` // 1 when opened; every change adds 1
	State      State       `json:"state"`
	Customer   customer.ID `json:"customer"`
	Touchpoint string      `json:"touchpoint"`
	Survey     string      `json:"survey"`
	Subject    string      `json:"subject"`
	Link       string      `json:"link,omitempty"`
	Rating     int         `json:"rating"` // as the newest answer has it; opened for a bad one
	Group      score.Group `json:"group"`
	Answer     int64       `json:"answer"`           // revision of the newest answer that the case knows
	Tell       int64       `json:"tell"`             // revision of the newest answer that the desk has to be told about
	Comment    bool        `json:"comment"`          // the customer has written something
	Causes     []string    `json:"causes,omitempty"` // ticked, as the newest answer has them
	Desk       string      `json:"desk"`
	Why        Why         `json:"why"`             // it is at the desk
	Route      string      `json:"route,omitempty"` // the ticked cause that led it there, if one did
	Person     int         `json:"person"`          // index in the desk's people of whom it is given to
	Level      int         `json:"level"`           // how many of the desk's Escalate have been told
	OpenedAt   time.Time   `json:"opened_at"`
	Due        time.Time   `json:"due"`                 // to be taken by then
	Escalation time.Time   `json:"escalation,omitzero"` // when the next of the desk's Escalate is told; zero: nobody is
	TakenAt    time.Time   `json:"taken_at,omitzero"`
	TakenBy    string      `json:"taken_by,omitempty"` // name of a person of the desk
	ClosedAt   time.Time   `json:"closed_at,omitzero"`
	ClosedBy   string      `json:"closed_by,omitempty"`
	Outcome    string      `json:"outcome,omitempty"` // what was done, in the words of the desk
	Cause      string      `json:"cause,omitempty"`   // what was at the bottom of it
	Mails      []Mail      `json:"mails,omitempty"`   // the thread, oldest first
}

// Why names the rule by which a case is at its desk.
type Why string

// Cases are opened for answers in the bad group of their scale, at the desk of the touchpoint or of a cause that was ticked.
const (
	BadRating   Why = "bad-rating"
	CauseTicked Why = "cause-ticked"
)

// What happened, in a case's history.
const (
	Opened         = "opened"
	Reopened       = "reopened"  // the answer counts again
	AnswerChanged  = "changed"   // another rating, a comment, causes or replies
	AnswerImproved = "improved"  // the rating is no longer bad; the case stays
	Withdrawn      = "withdrawn" // the answer no longer counts
	Mailed         = "mailed"
	Escalated      = "escalated"
	Bounced        = "bounced" // a task mail came back; the next person has it
	Unreachable    = "unreachable"
	Worked         = "worked" // a person acted: To is the new state
)

// Event is one line of a case's history. It holds nothing of the customer.
type Event struct {
	At     time.Time `json:"at"`
	What   string    `json:"what"`
	By     string    `json:"by,omitempty"` // a person of the desk; "" for the system
	To     State     `json:"to,omitempty"`
	Rating int       `json:"rating"`
	Before int       `json:"before"`           // rating before the change
	Causes []string  `json:"causes,omitempty"` // that were ticked with it
	Desk   string    `json:"desk,omitempty"`   // that it moved to
}

// Change is the next state of a case with all that has to happen together with it.
type Change struct {
	Case     Case  // as it will be; its Revision is one more than that of the case it was made of
	Event    Event // its line of history
	Task     Alarm // when the desk is mailed
	Escalate Alarm // when the case is escalated
	Open     int64 // added to the customer's pending cases, where one is known
}

// Alarm is what a change does with a case's entry on the agenda: the zero value leaves it, Off removes it, a time sets it.
type Alarm struct {
	At  time.Time
	Off bool
}

// wanted tells a change from none.
func (change Change) wanted() bool { return change.Case.ID != "" }

// next is the change of a case at a time, which its maker fills in.
func (c Case) next(event Event) Change {
	c.Revision++
	return Change{Case: c, Event: event}
}

// Cases keeps cases.
type Cases interface {
	// Case reads a case as it is now. Faults: NotFound, Transient.
	Case(ctx context.Context, id string) (Case, error)
	// History lists what happened to a case, oldest first, the newest hundred. Faults: Transient.
	History(ctx context.Context, id string) ([]Event, error)
	// ChangeCase stores a change, all of it or nothing. Faults: Conflict when the case is not the one that the change was made of (read
	// and decide again), NotFound when there is no such customer, Transient.
	ChangeCase(ctx context.Context, change Change) error
}

// Answers reads what a case is about.
type Answers interface {
	// RecordOf reads an invitation with its response as they are now. Faults: NotFound, Transient.
	RecordOf(ctx context.Context, invitation string) (response.Record, error)
	// Records reads several, those that are there, in the given order. Faults: Transient.
	Records(ctx context.Context, invitations []string) ([]response.Record, error)
}

// Customers reads who a case is about.
type Customers interface {
	// Customer reads a customer's row as it is now. Faults: NotFound, Transient.
	Customer(ctx context.Context, id customer.ID) (customer.Customer, error)
}

// Programs gives the program in force.
type Programs interface {
	// Current returns the program in force. Faults: Transient.
	Current(ctx context.Context) (*program.Program, error)
}

// PersonAt returns who has a seat at the desk; false when the desk has no such seat (any more).
func PersonAt(desk program.Desk, seat Seat) (program.Person, bool) {
	people := desk.People
	if seat >= EscalationSeat {
		seat, people = seat-EscalationSeat, desk.Escalate
	}
	if seat < 0 || int(seat) >= len(people) {
		return program.Person{}, false
	}
	return people[seat], true
}

// deskOf finds the desk that works the case: the one that it was opened for, or that of its touchpoint when the program no longer
// has it. When the touchpoint is gone too the first desk by name has to see whose it is: customers who were asked before still answer,
// and no unhappy one is to be lost. Fault: Invalid when there is none.
func deskOf(p *program.Program, c Case) (program.Desk, error) {
	names := []string{c.Desk, p.Touchpoints[c.Touchpoint].Desk}
	if _, there := p.Touchpoints[c.Touchpoint]; !there {
		names = append(names, slices.Sorted(maps.Keys(p.Desks))...)
	}
	for _, name := range names {
		if desk, ok := p.Desks[name]; ok && len(desk.People) > 0 {
			return desk, nil
		}
	}
	return program.Desk{}, fmt.Errorf("desk %q of case %s: %w", c.Desk, c.ID, errNoDesk)
}
