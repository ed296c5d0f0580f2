package function

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"afterword/internal/access"
	"afterword/internal/customer"
	"afterword/internal/followup"
	"afterword/internal/response"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/tally"
	"afterword/internal/trail"
)

// diary is the store as it is given to use cases whose steps are worth a line: each is told once it is stored, with its visit and
// nothing of the person, and counted where an alarm watches. So one word finds a journey through the logs of all functions, and no
// use case writes logs for that.
type diary struct {
	*store.Store
	parts Parts
}

func (p Parts) diary() diary { return diary{p.Store, p} }

func (d diary) tell(ctx context.Context, visit, step string, attrs ...slog.Attr) {
	d.parts.Log.LogAttrs(trail.About(ctx, visit), slog.LevelInfo, step, attrs...) //nolint:sloglint // each caller gives a literal
}

// Stop tells why an invitation was never sent.
func (d diary) Stop(ctx context.Context, inv survey.Invitation, state survey.State, why string) error {
	err := d.Store.Stop(ctx, inv, state, why)
	if err == nil {
		d.tell(ctx, inv.ID, "invitation stopped", slog.String("state", string(state)), slog.String("why", why))
	}
	return err
}

// OpenSession tells that somebody signed in, and not who.
func (d diary) OpenSession(ctx context.Context, link access.Link, session access.Session) (bool, error) {
	entered, err := d.Store.OpenSession(ctx, link, session)
	if entered {
		d.parts.Log.InfoContext(ctx, "signed in", slog.String("role", string(session.Role)))
	}
	return entered, err
}

// Lose counts an invitation of which nobody knows whether it was sent.
func (d diary) Lose(ctx context.Context, id, claim string) error {
	err := d.Store.Lose(ctx, id, claim)
	if err == nil {
		d.lost(ctx, id, survey.SurveyLetter)
	}
	return err
}

// EndReminder counts a reminder of which nobody knows whether it was sent.
func (d diary) EndReminder(ctx context.Context, id, claim, outcome string) error {
	err := d.Store.EndReminder(ctx, id, claim, outcome)
	if err == nil && outcome == survey.ReminderUnknown {
		d.lost(ctx, id, survey.ReminderLetter)
	}
	return err
}

func (d diary) lost(ctx context.Context, visit, kind string) {
	d.parts.Log.LogAttrs(trail.About(ctx, visit), slog.LevelWarn, "nobody knows whether a mail was sent", slog.String("kind", kind))
	d.parts.count(Unknown, 1)
}

// SetPause tells that survey mails wait, or leave again.
func (d diary) SetPause(ctx context.Context, p survey.Pause) (bool, error) {
	did, err := d.Store.SetPause(ctx, p)
	switch {
	case !did || err != nil || p.Told:
	case p.Paused():
		d.parts.Log.LogAttrs(ctx, slog.LevelError, "survey mails paused", slog.String("why", string(p.Why)), slog.Int64("mails", p.Mails),
			slog.Int64("troubled", p.Troubled), slog.Time("after", p.After))
	default:
		d.parts.Log.LogAttrs(ctx, slog.LevelInfo, "survey mails leave again")
	}
	return did, err
}

// Suppress tells that a customer is not mailed any more.
func (d diary) Suppress(ctx context.Context, id customer.ID, status customer.Status, at time.Time) (bool, error) {
	did, err := d.Store.Suppress(ctx, id, status, at)
	if did && err == nil {
		d.tell(ctx, "", "customer suppressed", slog.String("status", string(status)))
	}
	return did, err
}

// Unsubscribe tells that a customer wants no more surveys.
func (d diary) Unsubscribe(ctx context.Context, inv survey.Invitation, at time.Time) error {
	err := d.Store.Unsubscribe(ctx, inv, at)
	if err == nil {
		d.tell(ctx, inv.ID, "unsubscribed")
	}
	return err
}

// FirstAnswer tells a first answer.
func (d diary) FirstAnswer(ctx context.Context, f response.First) (response.Record, bool, error) {
	rec, taken, err := d.Store.FirstAnswer(ctx, f)
	d.answered(ctx, rec, taken && err == nil)
	return rec, taken, err
}

// NewAnswer tells an answer by a link for everybody.
func (d diary) NewAnswer(ctx context.Context, inv survey.Invitation, f response.First) (response.Record, bool, error) {
	rec, taken, err := d.Store.NewAnswer(ctx, inv, f)
	d.answered(ctx, rec, taken && err == nil)
	return rec, taken, err
}

// ChangeAnswer tells an answer that was changed.
func (d diary) ChangeAnswer(ctx context.Context, c response.Change) (response.Record, bool, error) {
	rec, taken, err := d.Store.ChangeAnswer(ctx, c)
	d.answered(ctx, rec, taken && err == nil)
	return rec, taken, err
}

func (d diary) answered(ctx context.Context, rec response.Record, taken bool) {
	if taken {
		d.tell(ctx, rec.ID, "answer recorded", slog.String("act", string(rec.Act)), slog.Int64("revision", rec.Revision))
	}
}

// Withdraw tells that an answer was a machine's.
func (d diary) Withdraw(ctx context.Context, rec response.Record, reasons []string, remind, at time.Time) error {
	err := d.Store.Withdraw(ctx, rec, reasons, remind, at)
	if err == nil {
		d.tell(ctx, rec.ID, "answer withdrawn", slog.Any("reasons", reasons))
	}
	return err
}

// Move tells what was counted.
func (d diary) Move(ctx context.Context, moves []tally.Move, adds tally.Sheet, lane int) error {
	err := d.Store.Move(ctx, moves, adds, lane)
	if err != nil {
		return err
	}
	for _, move := range moves {
		d.tell(ctx, move.Now.Response, "answer counted", slog.Int64("revision", move.Now.Revision), slog.Bool("counts", move.Now.Counted))
	}
	return nil
}

// taskMailLost are the lines of a case's history that say that a task mail did not reach its person.
var taskMailLost = []string{followup.Bounced, followup.Unreachable}

// ChangeCase tells what happened to a case.
func (d diary) ChangeCase(ctx context.Context, change followup.Change) error {
	err := d.Store.ChangeCase(ctx, change)
	if err != nil {
		return err
	}
	d.tell(ctx, change.Case.ID, "case "+change.Event.What, slog.String("desk", change.Case.Desk), slog.String("state", string(change.Case.State)))
	if slices.Contains(taskMailLost, change.Event.What) {
		d.parts.count(TaskMailLost, 1)
	}
	return nil
}

// postman tells what the carrier says about each letter. That it takes none at all is the walk's error, which is told once.
type postman struct{ Parts }

// Carry as survey.Carrier.
func (p postman) Carry(ctx context.Context, letter survey.Letter) (string, error) {
	id, err := p.Carrier.Carry(ctx, letter)
	ctx = trail.About(ctx, cmp.Or(letter.Tags[survey.TagInvitation], letter.Tags[survey.TagCase]))
	kind := slog.String("kind", letter.Kind)
	switch {
	case err == nil:
		p.Log.LogAttrs(ctx, slog.LevelInfo, "mail sent", kind)
	case errors.Is(err, survey.ErrThrottled), errors.Is(err, survey.ErrQuota), errors.Is(err, survey.ErrSuspended):
	case errors.Is(err, survey.ErrRefused):
		p.Log.LogAttrs(ctx, slog.LevelWarn, "mail refused", kind, slog.String("cause", err.Error()))
	default:
		p.Log.LogAttrs(ctx, slog.LevelWarn, "no answer about a mail", kind, slog.String("cause", err.Error()))
	}
	return id, err
}
