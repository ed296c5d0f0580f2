package touchpoint

import (
	"context"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/survey"
)

// Book is where visits and decisions are kept.
type Book interface {
	// Standing reads, strongly and together, what a decision needs to know: the customer's row and the rounds of the subject. Both
	// are zero when not known yet; the customer is not read for an empty id. Faults: Transient.
	Standing(ctx context.Context, id customer.ID, touchpoint, source, subject string) (customer.Customer, Subject, error)
	// Enter keeps a decision: all of it or nothing. When there is a visit of that touchpoint, source, subject and round already,
	// nothing is kept and that visit comes back, with true. Faults: Conflict (the customer was changed since it was read),
	// Transient.
	Enter(ctx context.Context, e Entry) (Visit, bool, error)
	// Last reads, strongly, what a reopening is about. Faults: Transient.
	Last(ctx context.Context, touchpoint, source, subject string) (Last, error)
	// Reopen keeps a reopening: all of it or nothing. Faults: Conflict (something changed since it was read), Transient.
	Reopen(ctx context.Context, r Reopening) error
}

// Entry is a visit with what the decision about it makes and changes.
type Entry struct {
	Visit      Visit
	Invitation *survey.Invitation // nil: none
	Customer   *customer.Customer // the row as it shall be, with the revision as read; nil: untouched
	Subject    *Subject           // as read, which it has to be still; nil: whatever it is now
}

// Last is the latest round of a subject. Without a visit in that round, the rest is zero.
type Last struct {
	Subject    Subject
	Visit      *Visit
	Invitation *survey.Invitation // about that visit; nil: none
	Customer   customer.Customer  // of that visit
	Erased     bool               // what there was in that round was erased
}

// Reopening begins a new round of a subject.
type Reopening struct {
	Visit         Visit // of the round that is over
	Before, After Subject
	Cancel        string             // the id of a planned invitation that is not to be sent; ""
	Leaving       string             // the id of a claimed invitation that is not to be planned again if it is put back; ""
	Customer      *customer.Customer // with its place freed, and the revision as read; nil: untouched
	Early         bool               // there is no such visit, and must be none: what it would end is told of later, if ever
}

// Outcome is what became of an event.
type Outcome struct {
	Decision
	Visit    Visit // zero when there is none
	Repeated bool  // it was known already; nothing changed

	Invitation *survey.Invitation // that was made now; nil: none was
}

// Intake takes events in.
type Intake struct {
	Book Book
	Hash customer.Hasher
	// Pause waits a little, with jitter, before the next attempt (the first is 1); nil: no pause.
	Pause func(ctx context.Context, attempt int) error
}

// attempts bounds how often a decision is made again because somebody else's came between.
const attempts = 12

// Take decides about an event, once: an event that comes again finds the decision that was made. Several events of one customer at
// the same time are decided one after the other; the loser of each race decides again on what the winner left. Faults: Invalid
// (the event names nothing that makes it one visit), NotFound (the program has no such touchpoint), Transient.
func (i Intake) Take(ctx context.Context, p *program.Program, e Event, now time.Time) (Outcome, error) {
	touchpoint, ok := p.Touchpoints[e.Touchpoint]
	if !ok {
		return Outcome{}, fault.New(fault.NotFound, "the program has no touchpoint %q", text(e.Touchpoint, longestProperty))
	}
	var id customer.ID
	if customer.Valid(customer.Address(e.Address)) {
		id = i.Hash.ID(e.Address)
	}
	e, err := e.clean(touchpoint, id, now)
	if err != nil {
		return Outcome{}, err
	}
	take := i.visit
	if e.Reopened {
		take = i.reopen
	}
	for attempt := 1; ; attempt++ {
		outcome, err := take(ctx, p, e, id, now)
		switch {
		case !fault.Is(err, fault.Conflict):
			return outcome, err
		case attempt == attempts:
			return Outcome{}, fault.Wrap(fault.Transient, err, "too much happens to this customer at once, try again")
		case i.Pause != nil:
			if err := i.Pause(ctx, attempt); err != nil {
				return Outcome{}, fault.Wrap(fault.Transient, err, "there was no time left, try again")
			}
		}
	}
}

// visit makes one attempt to decide about a visit: one strong read, one write.
func (i Intake) visit(ctx context.Context, p *program.Program, e Event, id customer.ID, now time.Time) (Outcome, error) {
	c, subject, err := i.Book.Standing(ctx, id, e.Touchpoint, e.Source, e.Subject)
	if err != nil {
		return Outcome{}, err
	}
	c.ID = id
	round := subject.roundOf(e)
	decision, inv := Decide(p, c, e, round, now)
	if guard, stops := subject.guard(e, round); stops && inv != nil {
		decision, inv = guard, nil
	}
	entry := Entry{Visit: record(p, e, c.ID, round, decision, inv, now), Invitation: inv}
	if c.Status == customer.Erased {
		entry.Visit = entry.Visit.Veiled(i.Hash)
	}
	if after, changed := learn(p, c, e, inv, now); changed {
		entry.Customer = &after
	}
	if e.Quiet > 0 {
		entry.Subject = &subject
	}
	stored, repeated, err := i.Book.Enter(ctx, entry)
	if err != nil || !repeated {
		return Outcome{Decision: decision, Visit: entry.Visit, Invitation: inv}, err
	}
	if err := i.reopenedMeanwhile(ctx, e, stored); err != nil {
		return Outcome{}, err
	}
	if err := i.solvedAgain(ctx, e, stored); err != nil {
		return Outcome{}, err
	}
	return Outcome{Decision: stored.Decision, Visit: stored, Repeated: true}, nil
}

// reopenedMeanwhile tells a repetition from a new visit whose subject was reopened between the read and the write. Fault: Conflict
// when it is one.
func (i Intake) reopenedMeanwhile(ctx context.Context, e Event, stored Visit) error {
	if e.Delivery != "" && stored.Delivery == e.Delivery || stored.Erased {
		return nil
	}
	_, subject, err := i.Book.Standing(ctx, "", e.Touchpoint, e.Source, e.Subject)
	if err == nil && subject.roundOf(e) != stored.Round {
		return fault.New(fault.Conflict, "the subject was reopened")
	}
	return err
}

// record is the visit as it is kept.
func record(p *program.Program, e Event, id customer.ID, round int, d Decision, inv *survey.Invitation, now time.Time) Visit {
	now = now.UTC().Truncate(time.Second)
	v := Visit{
		Decision:   d,
		ID:         survey.IDOf(e.Touchpoint, e.Source, e.Subject, round),
		Touchpoint: e.Touchpoint,
		Source:     e.Source,
		Subject:    e.Subject,
		Round:      round,
		Event:      e.Name,
		Delivery:   e.Delivery,
		Link:       e.Link,
		Customer:   id,
		Test:       e.Test,
		ByLink:     e.ByLink,
		At:         e.At,
		ReceivedAt: now,
		Day:        now.In(p.Zone).Format(time.DateOnly),
		Properties: only(e.Properties, kept),
	}
	if inv != nil {
		v.Invitation, v.PlannedAt = inv.ID, inv.PlannedAt
	}
	return v
}

// reopen makes one attempt to begin a new round of a subject that is being worked on again, and takes back the survey about the
// last one if it has not left. Without a visit in this round there is nothing to reopen, but for what a quiet guard keeps; what is
// older than the visit, or comes again, is old news. An appointment is called off before it happens, and may be before it is told of.
func (i Intake) reopen(ctx context.Context, p *program.Program, e Event, id customer.ID, now time.Time) (Outcome, error) {
	last, err := i.Book.Last(ctx, e.Touchpoint, e.Source, e.Subject)
	if err != nil {
		return Outcome{}, err
	}
	again := last.Subject.reopenedBy(e)
	switch {
	case e.Ahead && last.Visit == nil && !last.Erased && last.Subject.Round <= 1:
		return i.callOff(ctx, p, e, id, now)
	case e.Ahead && last.Visit != nil && last.Visit.Reason == Reopened:
		return Outcome{Decision: last.Visit.Decision, Visit: *last.Visit, Repeated: true}, nil
	case last.Visit == nil && !again && !last.Erased && e.Quiet > 0 && e.At.After(last.Subject.ReopenedAt):
		return i.early(ctx, e, last.Subject)
	case last.Visit == nil || again || e.At.Before(last.Visit.At) && !e.Ahead:
		return Outcome{Decision: Decision{NotVisited, "there is no visit that this would reopen"}, Repeated: again}, nil
	}
	r := last.reopening(e)
	outcome := Outcome{Decision: Decision{Reopened, "the subject was reopened; its next visit is a new one"}, Visit: *last.Visit}
	switch {
	case r.Leaving != "":
		outcome.Explanation = "the subject was reopened while the survey was being sent; if it turns back it is not sent later; the next visit is a new one"
	case r.Cancel != "":
		outcome.Explanation = "the subject was reopened before the survey left, so that it is not sent; its next visit is a new one"
	}
	if err := i.Book.Reopen(ctx, r); err != nil {
		return Outcome{}, err
	}
	return outcome, nil
}

// reopening is what ends the round: a survey that has not left is taken back.
func (l Last) reopening(e Event) Reopening {
	r := Reopening{Visit: *l.Visit, Before: l.Subject, After: l.asked().Subject.next(*l.Visit, e)}
	switch {
	case l.Invitation == nil:
	case l.Invitation.State == survey.Claimed:
		r.Leaving = l.Invitation.ID
	case l.Invitation.State == survey.Planned:
		r.Cancel = l.Invitation.ID
		freed := l.Customer
		freed.RemoveAsk(r.Cancel)
		r.Customer = &freed
	}
	return r
}

// callOff takes the place of the visit of an appointment that nobody has told of yet, so that it makes none when somebody does: the
// deliveries of a source overtake each other.
func (i Intake) callOff(ctx context.Context, p *program.Program, e Event, id customer.ID, now time.Time) (Outcome, error) {
	c, subject, err := i.Book.Standing(ctx, id, e.Touchpoint, e.Source, e.Subject)
	if err != nil {
		return Outcome{}, err
	}
	decision := Decision{Reopened, "the appointment was called off before it was told of, so that it is not asked about"}
	v := record(p, e, id, subject.roundOf(e), decision, nil, now)
	if c.Status == customer.Erased {
		v = v.Veiled(i.Hash)
	}
	stored, repeated, err := i.Book.Enter(ctx, Entry{Visit: v})
	switch {
	case err != nil || !repeated:
		return Outcome{Decision: decision, Visit: v}, err
	case stored.Erased:
		return Outcome{Decision: Decision{NotVisited, "there is no visit that this would reopen"}, Repeated: true}, nil
	}
	return Outcome{}, fault.New(fault.Conflict, "the appointment was told of meanwhile")
}
