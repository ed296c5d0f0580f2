package followup

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"afterword/internal/fault"
	"afterword/internal/program"
)

// Action is what a person at the desk does with a case.
type Action string

// The actions.
const (
	Take    Action = "take"      // I see to it
	Contact Action = "contacted" // I have spoken to the customer
	Resolve Action = "resolved"  // made right
	GiveUp  Action = "lost"      // could not be saved
)

// Actions lists them in the order in which a case goes.
var Actions = []Action{Take, Contact, Resolve, GiveUp}

// transitions says which states an action may leave, and where it leads.
var transitions = map[Action]struct {
	from []State
	to   State
}{
	Take:    {[]State{Open}, Taken},
	Contact: {[]State{Open, Taken}, Contacted},
	Resolve: {[]State{Open, Taken, Contacted}, Resolved},
	GiveUp:  {[]State{Open, Taken, Contacted}, Lost},
}

// To is the state that the action leads to; "" for what is no action.
func (a Action) To() State { return transitions[a].to }

// Closes tells whether the action ends the case, which asks for outcome and cause.
func (a Action) Closes() bool { return a == Resolve || a == GiveUp }

// Allows tells whether the action may be done in the state.
func (s State) Allows(a Action) bool { return slices.Contains(transitions[a].from, s) }

// Limits of what a person writes when closing, in characters.
const (
	MaxOutcome = 1000
	MaxCause   = 120
)

// Deed is what a person sends: the action, and when it closes the case how it ended and what was at the bottom of it.
type Deed struct {
	Action  Action
	Outcome string // what was done, at most MaxOutcome characters; may be empty
	Cause   string // at most MaxCause characters; needed to close
}

// check brings the words into shape. Faults: Invalid for what is no action, a missing cause, words too long.
func (d Deed) check() (Deed, error) {
	if d.Action.To() == "" {
		return d, fault.New(fault.Invalid, "there is no such action; expected take, contacted, resolved or lost")
	}
	if !d.Action.Closes() {
		return Deed{Action: d.Action}, nil
	}
	d.Outcome, d.Cause = strings.TrimSpace(d.Outcome), strings.Join(strings.Fields(d.Cause), " ")
	switch {
	case d.Cause == "", utf8.RuneCountInString(d.Cause) > MaxCause:
		return d, ErrCause
	case utf8.RuneCountInString(d.Outcome) > MaxOutcome:
		return d, ErrOutcome
	case !utf8.ValidString(d.Outcome) || !utf8.ValidString(d.Cause):
		return d, fault.New(fault.Invalid, "the text is not UTF-8")
	}
	return d, nil
}

// What is wrong with the words that close a case. Both are Invalid.
var (
	ErrCause   = fault.New(fault.Invalid, "closing a case needs its cause, at most %d characters", MaxCause)
	ErrOutcome = fault.New(fault.Invalid, "the outcome has at most %d characters", MaxOutcome)
)

// Doors reads the token of a case's link.
type Doors interface {
	// OpenCase returns the case and the holder that a token was made for. Fault: NotFound for any token that is not good.
	OpenCase(token string) (id string, holder Holder, err error)
}

// Work is what the links in a task mail do: Show looks, Act acts.
type Work struct {
	Doors     Doors
	Cases     Cases
	Answers   Answers
	Customers Customers
	Programs  Programs
}

// View is a case as a person at the desk sees it.
type View struct {
	Task
	History []Event
	Program *program.Program
	Result  Result // of Act
}

// Result tells what came of a deed.
type Result string

// The results.
const (
	Looked  Result = ""        // nothing was asked for
	Done    Result = "done"    // the case has changed
	Already Result = "already" // it was in that state before: the same deed twice, or somebody was faster
	Refused Result = "refused" // the case has gone on; the deed is not possible any more
)

// Show reads a case for who holds the token, and changes nothing. Faults: NotFound for a bad token or no such case, the same for
// both; Transient.
func (w Work) Show(ctx context.Context, token string) (View, error) {
	id, holder, err := w.Doors.OpenCase(token)
	if err != nil {
		return View{}, err
	}
	return w.view(ctx, id, holder.Seat(), Looked)
}

// Act does a deed, once: a repeated one finds the case as it left it. Faults: as Show, and Invalid for a deed that is wrong in itself.
func (w Work) Act(ctx context.Context, token string, deed Deed, now time.Time) (View, error) {
	id, holder, err := w.Doors.OpenCase(token)
	if err != nil {
		return View{}, err
	}
	if deed, err = deed.check(); err != nil {
		return View{}, err
	}
	var result Result
	err = again(ctx, func() (err error) {
		result, err = w.act(ctx, id, holder, deed, now)
		return err
	})
	if err != nil {
		return View{}, err
	}
	return w.view(ctx, id, holder.Seat(), result)
}

func (w Work) act(ctx context.Context, id string, holder Holder, deed Deed, now time.Time) (Result, error) {
	c, err := w.Cases.Case(ctx, id)
	if err != nil {
		return "", err
	}
	if !c.State.Allows(deed.Action) {
		if c.State == deed.Action.To() {
			return Already, nil
		}
		return Refused, nil
	}
	p, err := w.Programs.Current(ctx)
	if err != nil {
		return "", err
	}
	return Done, save(ctx, w.Cases, c.act(deed, nameOf(p, c, holder), now))
}

// nameOf is who acts.
func nameOf(p *program.Program, c Case, holder Holder) string {
	desk, err := deskOf(p, c)
	if err != nil {
		return c.Desk
	}
	return holder.name(p, desk)
}

// act makes the change of an action that the case's state allows. Whoever acts has taken the case: nobody is escalated to any more.
func (c Case) act(deed Deed, by string, now time.Time) Change {
	change := c.next(Event{At: now, What: Worked, By: by, To: deed.Action.To(), Rating: c.Rating, Before: c.Rating})
	next := &change.Case
	next.State = deed.Action.To()
	if next.TakenBy == "" {
		next.TakenAt, next.TakenBy = now, by
	}
	next.Escalation, change.Escalate.Off = time.Time{}, true
	if deed.Action.Closes() {
		if len(next.untold()) == 0 {
			change.Task.Off = true
		}
		next.ClosedAt, next.ClosedBy = now, by
		next.Outcome, next.Cause = deed.Outcome, deed.Cause
		change.Open = -1
	}
	return change
}

func (w Work) view(ctx context.Context, id string, seat Seat, result Result) (View, error) {
	v := View{Result: result}
	c, err := w.Cases.Case(ctx, id)
	if err != nil {
		return v, err
	}
	if v.Program, err = w.Programs.Current(ctx); err != nil {
		return v, err
	}
	if v.Task, err = assemble(ctx, v.Program, w.Answers, w.Customers, c, seat); err != nil {
		return v, err
	}
	v.History, err = w.Cases.History(ctx, id)
	return v, err
}
