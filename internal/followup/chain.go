package followup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/survey"
	"afterword/internal/trail"
)

// Chain passes a case on to the next person when the one before did not take it in time or cannot be reached. It is the agenda's
// handler of Escalate.
type Chain struct {
	Cases    Cases
	Programs Programs
	Agenda   Agenda
	Log      *slog.Logger
}

// Agenda moves the entries of cases.
type Agenda interface {
	// Postpone moves an entry to a later time. One that has moved or gone meanwhile is left alone. Faults: Transient.
	Postpone(ctx context.Context, e agenda.Entry, to time.Time) error
}

// Setback is how long an entry waits that cannot be worked until somebody mends the program.
const Setback = time.Hour

// Handle tells the next level about cases that nobody has taken in time, once per level: the mail is Tasks' to send. See
// agenda.Handler.
func (c Chain) Handle(ctx context.Context, entries []agenda.Entry, walk agenda.Walk) error {
	return c.each(ctx, entries, walk, c.escalate)
}

// each works the entries in turn. What the carrier cannot take now ends the walk; what cannot be done until somebody mends the program
// waits for an hour; whatever else failed stays on the agenda, and keeps no other case waiting.
func (c Chain) each(ctx context.Context, entries []agenda.Entry, walk agenda.Walk, work func(context.Context, string, time.Time) error) error {
	var failures []error
	for _, e := range entries {
		now := walk.Now().UTC().Truncate(time.Second)
		if !now.Before(walk.End) || ctx.Err() != nil {
			break
		}
		err := work(ctx, e.Key, now)
		switch {
		case errors.Is(err, survey.ErrThrottled), errors.Is(err, survey.ErrQuota):
			if len(failures) == 0 {
				return agenda.ErrEnough
			}
			return errors.Join(append(failures, agenda.ErrEnough)...)
		case errors.Is(err, survey.ErrSuspended):
			return errors.Join(append(failures, err, agenda.ErrEnough)...)
		case fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound):
			c.Log.ErrorContext(trail.About(ctx, e.Key), "case waits", "kind", e.Kind, "reason", err.Error())
			err = c.Agenda.Postpone(ctx, e, now.Add(Setback))
		}
		if err != nil && !fault.Is(err, fault.Conflict) { // of a conflict the next walk sees what came
			failures = append(failures, fmt.Errorf("case %s: %w", e.Key, err))
		}
	}
	return errors.Join(failures...)
}

func (c Chain) escalate(ctx context.Context, id string, now time.Time) error {
	return c.change(ctx, id, func(c Case, desk program.Desk) (Change, error) {
		if c.Escalation.IsZero() || now.Before(c.Escalation) {
			return Change{}, nil // taken, or told before: the entry is an old one
		}
		return c.escalate(desk, now), nil
	})
}

// Bounced hands a case on whose task mail came back: to the next person of the desk, after the last one up the chain. The same event
// may come twice. Faults: NotFound when there is no such case, or no such mail (yet); Transient, Conflict.
func (c Chain) Bounced(ctx context.Context, id, messageID string, now time.Time) error {
	return c.handOn(ctx, id, now, func(c Case) (Mail, bool) {
		for _, mail := range c.Mails {
			if mail.ID == messageID {
				return mail, true
			}
		}
		return Mail{}, false
	})
}

// refused hands a case on whose task mail SES did not take.
func (c Chain) refused(ctx context.Context, was Case, mail Mail) error {
	return c.handOn(ctx, was.ID, mail.At, func(c Case) (Mail, bool) { return mail.from(was, c), true })
}

func (c Chain) handOn(ctx context.Context, id string, now time.Time, lost func(Case) (Mail, bool)) error {
	var done Change
	err := c.change(ctx, id, func(c Case, desk program.Desk) (Change, error) {
		mail, ok := lost(c)
		if !ok {
			return Change{}, fault.New(fault.NotFound, "case %s has no mail of that id", id)
		}
		done = c.handOn(desk, mail, now)
		return done, nil
	})
	if err == nil && done.wanted() {
		c.Log.ErrorContext(trail.About(ctx, id), "task mail did not arrive", "desk", done.Case.Desk, "what", done.Event.What)
	}
	return err
}

// handOn marks a mail of the thread (or one that never left) as lost. The first one that a seat loses moves the case.
func (c Case) handOn(desk program.Desk, lost Mail, now time.Time) Change {
	before := c.lost(lost.Seat)
	if lost.Lost && (before || lost.Desk != "") {
		return Change{} // the event came twice
	}
	person := program.Person{Name: lost.Desk}
	if lost.Desk == "" {
		person, _ = PersonAt(desk, lost.Seat)
	}
	change := c.next(Event{At: now, What: Bounced, By: person.Name, Rating: c.Rating, Before: c.Rating})
	next := &change.Case
	next.lose(lost)
	switch {
	case before || !c.State.Pending() || lost.Desk != "":
	case lost.Seat == Seat(c.Person) && c.Person+1 < len(desk.People):
		next.Person++
	case lost.Seat == Seat(c.Person) || lost.Seat == EscalationSeat+Seat(c.Level-1):
		if c.Level < len(desk.Escalate) {
			change.climb(desk, now)
		} else {
			change.Event.What = Unreachable
		}
	}
	change.settleTask(now)
	return change
}

// escalate gives a case to the next level as well.
func (c Case) escalate(desk program.Desk, now time.Time) Change {
	change := c.next(Event{At: now, What: Escalated, Rating: c.Rating, Before: c.Rating})
	if person, ok := PersonAt(desk, EscalationSeat+Seat(c.Level)); ok {
		change.Event.By = person.Name
	}
	change.climb(desk, now)
	return change
}

// climb tells the next level now, and the one after it when nobody takes the case within the desk's time.
func (change *Change) climb(desk program.Desk, now time.Time) {
	c := &change.Case
	if c.Level < len(desk.Escalate) {
		c.Level++
		change.Task.At = now
	}
	c.Escalation, change.Escalate = time.Time{}, Alarm{Off: true}
	if c.Level < len(desk.Escalate) && c.State == Open {
		c.Escalation = desk.Hours.Add(now, desk.Due, desk.Zone)
		change.Escalate = Alarm{At: c.Escalation}
	}
}

// change reads a case with its desk, decides, and stores.
func (c Chain) change(ctx context.Context, id string, decide func(Case, program.Desk) (Change, error)) error {
	return again(ctx, func() error {
		p, err := c.Programs.Current(ctx)
		if err != nil {
			return err
		}
		stored, err := c.Cases.Case(ctx, id)
		if err != nil {
			return err
		}
		desk, err := deskOf(p, stored)
		if err != nil {
			return err
		}
		change, err := decide(stored, desk)
		if err != nil || !change.wanted() {
			return err
		}
		return c.Cases.ChangeCase(ctx, change)
	})
}
