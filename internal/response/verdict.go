package response

import (
	"context"
	"errors"
	"fmt"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
)

// VerdictAfter is how long after an implied answer a verdict looks again whether a machine gave it: scanners open the other links
// of a mail within minutes.
const VerdictAfter = 10 * time.Minute

// Judge gives the verdict on implied answers: one stands, or it is withdrawn because evidence of a machine came meanwhile. An
// explicit answer that came meanwhile is left alone.
type Judge struct {
	Court    Court
	Clicks   Clicks
	Programs Programs
}

// Clicks keeps the verdicts on clicks without any act of a person, where the program counts such.
type Clicks interface {
	// FirstAnswer as in Answers.
	FirstAnswer(ctx context.Context, f First) (Record, bool, error)
	// Dismiss takes a click for none: its reminder is due at the time unless that is zero. One that became an answer meanwhile is
	// left alone. Faults: Transient.
	Dismiss(ctx context.Context, rec Record, remind time.Time) error
}

// Court keeps verdicts. A verdict is on the revision that was read.
type Court interface {
	// RecordOf reads a record, strongly. Faults: NotFound, Transient.
	RecordOf(ctx context.Context, invitation string) (Record, error)
	// Uphold notes that the answer stands and takes it off the agenda. Faults: Conflict (it changed: look again), Transient.
	Uphold(ctx context.Context, rec Record, at time.Time) error
	// Withdraw takes the answer out of the count with its reasons, a new revision; the invitation is sent and unanswered again,
	// with its reminder due at the time unless that is zero. Faults: Conflict, Transient.
	Withdraw(ctx context.Context, rec Record, reasons []string, remind, at time.Time) error
}

var _ agenda.Handler = (*Judge)(nil)

// Handle gives the verdicts that are due. One that cannot be given stays on the agenda and keeps no other waiting. Faults: Conflict,
// Transient.
func (j *Judge) Handle(ctx context.Context, entries []agenda.Entry, walk agenda.Walk) error {
	var failures []error
	for _, e := range entries {
		now := walk.Now().UTC().Truncate(time.Second)
		if now.After(walk.End) {
			return errors.Join(append(failures, agenda.ErrEnough)...)
		}
		err := j.judge(ctx, e.Key, now)
		for try := 1; try < tries && fault.Is(err, fault.Conflict); try++ {
			err = j.judge(ctx, e.Key, now)
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("give a verdict: %w", err))
		}
	}
	return errors.Join(failures...)
}

func (j *Judge) judge(ctx context.Context, invitation string, now time.Time) error {
	rec, err := j.Court.RecordOf(ctx, invitation)
	if fault.Is(err, fault.NotFound) {
		return nil // removed for good; nothing to judge
	}
	if err != nil {
		return err
	}
	if rec.Revision == 0 && rec.Clicked && !rec.Erased {
		return j.click(ctx, rec, now)
	}
	if rec.Act != Implied || !rec.Counted || rec.Erased || !rec.VerdictAt.IsZero() {
		return nil // an explicit answer, or the verdict is given: the entry that called us is an old one
	}
	var reasons []string
	for _, s := range Suspicions(rec, rec.Rating, now) {
		if s != JustSent { // the answer was taken when the mail was old enough
			reasons = append(reasons, string(s))
		}
	}
	if len(reasons) == 0 {
		return j.Court.Uphold(ctx, rec, now)
	}
	p, err := j.Programs.Current(ctx)
	if err != nil {
		return err
	}
	return j.Court.Withdraw(ctx, rec, reasons, remindAt(p, rec, now), now)
}

// click decides about a click without any act: an answer where the program says so and nothing spoke against it, also not that the
// mail had just been sent when it came.
func (j *Judge) click(ctx context.Context, rec Record, now time.Time) error {
	p, err := j.Programs.Current(ctx)
	if err != nil {
		return err
	}
	rating := rec.FirstOpened - 1
	if !p.CountUnconfirmed || len(Suspicions(rec, rating, rec.FirstHitAt)) > 0 {
		return j.Clicks.Dismiss(ctx, rec, remindAt(p, rec, now))
	}
	_, _, err = j.Clicks.FirstAnswer(ctx, taken(p, rec, rating, Clicked, now))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// taken is a rating that a verdict takes for the first answer.
func taken(p *program.Program, rec Record, rating int, act Act, now time.Time) First {
	return First{
		Invitation: rec.ID, Series: rec.Survey, Rating: rating, Act: act,
		At: now, Day: period.DayOf(now, p.Zone).String(), EditUntil: now.Add(EditWindow),
	}
}

// remindAt is when the one reminder of an invitation without an answer is due; zero when there is none to come.
func remindAt(p *program.Program, rec Record, now time.Time) time.Time {
	wait := p.Touchpoints[rec.Touchpoint].Reminder
	if wait == 0 || !rec.RemindedAt.IsZero() || rec.Reminder != "" || rec.SentAt.IsZero() || !rec.ExpiresAt.After(now) {
		return time.Time{}
	}
	if due := rec.SentAt.Add(wait); due.After(now) {
		return due
	}
	return now
}
