package touchpoint

import (
	"context"
	"fmt"

	"afterword/internal/fault"
	"afterword/internal/survey"
)

// A quiet guard (Event.Quiet) asks about a solution only when it held. Sources tell of solutions and reopenings in any order and more
// than once; what happened last by the source's clock counts. So a reopening that is told of first is kept for the solution that it
// ended, and a solution that is told of later than one that is still to be asked about takes its place.

// guard tells why nobody is asked about a visit of the round although nothing in the policy stops it; false when nothing does.
func (s Subject) guard(e Event, round int) (Decision, bool) {
	switch {
	case round < s.Round:
		return Decision{ReopenedSince, "the subject was reopened after this, so that it holds no longer; its next visit is a new one"}, true
	case e.Quiet > 0 && !s.AskedAt.IsZero() && s.ReopenedAt.Before(s.AskedAt.Add(e.Quiet)):
		return Decision{AskedBefore, fmt.Sprintf("the customer was asked about this subject already, and it was reopened less than %s after", span(e.Quiet))}, true
	}
	return Decision{}, false
}

// asked is when the customer was last asked about the subject, or would have been but for an ask before.
func (l Last) asked() Last {
	switch inv := l.Invitation; {
	case l.Visit.Reason == AskedBefore:
		l.Subject.AskedAt = l.Visit.At
	case inv == nil:
	case inv.State == survey.Claimed || inv.State == survey.Sent || inv.State == survey.Answered || inv.State == survey.Unknown:
		l.Subject.AskedAt = inv.PlannedAt
	}
	return l
}

// early makes one attempt to keep a reopening of what nobody told of yet in this round.
func (i Intake) early(ctx context.Context, e Event, before Subject) (Outcome, error) {
	after := before
	if after.ReopenedAt = e.At; before.Round <= 1 {
		after.Round, after.Past = 2, []Past{{Reopened: e.Delivery}}
	}
	r := Reopening{
		Visit:  Visit{ID: survey.IDOf(e.Touchpoint, e.Source, e.Subject, max(1, before.Round)), Touchpoint: e.Touchpoint, Source: e.Source, Subject: e.Subject},
		Before: before, After: after, Early: true,
	}
	if err := i.Book.Reopen(ctx, r); err != nil {
		return Outcome{}, err
	}
	return Outcome{Decision: Decision{NotVisited, "there is no visit that this would reopen; one that happened before will not be asked about"}}, nil
}

// solvedAgain begins a new round for a solution that happened after the one that is still to be asked about. Fault: Conflict when it
// did, so that the event is decided about again.
func (i Intake) solvedAgain(ctx context.Context, e Event, stored Visit) error {
	if e.Quiet == 0 || !e.At.After(stored.At) || e.Delivery != "" && e.Delivery == stored.Delivery || stored.Erased {
		return nil
	}
	last, err := i.Book.Last(ctx, e.Touchpoint, e.Source, e.Subject)
	if err != nil || last.Visit == nil || last.Visit.ID != stored.ID || last.Invitation == nil || last.Invitation.State != survey.Planned {
		return err
	}
	e.Delivery = "" // which is a visit's, and ends nothing when it comes again
	if err := i.Book.Reopen(ctx, last.reopening(e)); err != nil {
		return err
	}
	return fault.New(fault.Conflict, "the subject was solved again")
}
