package survey

import (
	"context"
	"errors"
	"time"

	"afterword/internal/customer"
	"afterword/internal/period"
	"afterword/internal/program"
)

// errand is what differs between sending invitations and sending reminders.
type errand interface {
	standing(inv Invitation, due, now time.Time) standing
	// claim takes one; false: it is somebody else's, or no longer to be sent.
	claim(ctx context.Context, inv *Invitation, now time.Time) (bool, error)
	objection(inv Invitation, c customer.Customer) objection
	write(inv Invitation, c customer.Customer) (Letter, error)
	// putBack, lose and stop end a claim without a letter: surely not sent, not known, never to be sent.
	putBack(ctx context.Context, inv Invitation, later time.Time) error
	lose(ctx context.Context, inv Invitation) error
	stop(ctx context.Context, inv Invitation, o objection) error
	// remindAt is when the customer is to be reminded of a letter that was sent; zero: never.
	remindAt(inv Invitation, c customer.Customer, sent time.Time) time.Time
	sent(ctx context.Context, marks []Mark) error
}

// inviting sends invitations.
type inviting struct {
	*Dispatcher
	program *program.Program
	name    string // of the claims
}

func (e inviting) standing(inv Invitation, due, now time.Time) standing {
	return standingOf(inv, due, now)
}

func (e inviting) claim(ctx context.Context, inv *Invitation, now time.Time) (bool, error) {
	claim := Claim{
		By:        e.name,
		At:        now,
		Day:       period.DayOf(now, e.program.Zone).String(),
		ExpiresAt: now.Add(e.program.Touchpoints[inv.Touchpoint].Expires),
	}
	inv.State, inv.Claim, inv.ClaimedAt, inv.SentDay, inv.ExpiresAt = Claimed, claim.By, claim.At, claim.Day, claim.ExpiresAt
	return e.Claims.Claim(ctx, inv.ID, claim)
}

func (e inviting) objection(inv Invitation, c customer.Customer) objection {
	return objectionTo(e.program, inv, c)
}

func (e inviting) write(inv Invitation, c customer.Customer) (Letter, error) {
	return e.Writer.Survey(e.program, inv, c)
}

func (e inviting) putBack(ctx context.Context, inv Invitation, later time.Time) error {
	return e.Claims.PutBack(ctx, inv.ID, inv.Claim, later)
}

func (e inviting) lose(ctx context.Context, inv Invitation) error {
	return e.Claims.Lose(ctx, inv.ID, inv.Claim)
}

func (e inviting) stop(ctx context.Context, inv Invitation, o objection) error {
	return e.Claims.Stop(ctx, inv, o.State, o.Why)
}

func (e inviting) remindAt(inv Invitation, c customer.Customer, sent time.Time) time.Time {
	after := e.program.Touchpoints[inv.Touchpoint].Reminder
	if after == 0 {
		return time.Time{}
	}
	return hourFor(e.program, c, sent.Add(after))
}

func (e inviting) sent(ctx context.Context, marks []Mark) error { return e.Marks.Sent(ctx, marks) }

// reminding sends reminders.
type reminding struct {
	*Dispatcher
	program *program.Program
	name    string // of the claims
}

func (e reminding) standing(inv Invitation, _, now time.Time) standing {
	return reminderStandingOf(inv, now)
}

func (e reminding) claim(ctx context.Context, inv *Invitation, now time.Time) (bool, error) {
	inv.Reminder, inv.Claim, inv.RemindedAt = ReminderClaimed, e.name, now
	return e.Reminders.ClaimReminder(ctx, inv.ID, e.name, now)
}

func (e reminding) objection(inv Invitation, c customer.Customer) objection {
	if e.program.Touchpoints[inv.Touchpoint].Reminder == 0 {
		return objection{Cancelled, WhyOff}
	}
	return objectionTo(e.program, inv, c)
}

func (e reminding) write(inv Invitation, c customer.Customer) (Letter, error) {
	return e.Writer.Reminder(e.program, inv, c)
}

func (e reminding) putBack(ctx context.Context, inv Invitation, later time.Time) error {
	return e.Reminders.PutBackReminder(ctx, inv.ID, inv.Claim, later)
}

func (e reminding) lose(ctx context.Context, inv Invitation) error {
	return e.Reminders.EndReminder(ctx, inv.ID, inv.Claim, ReminderUnknown)
}

func (e reminding) stop(ctx context.Context, inv Invitation, o objection) error {
	outcome := ReminderStopped
	if o.State == Failed {
		outcome = ReminderRefused
	}
	return e.Reminders.EndReminder(ctx, inv.ID, inv.Claim, outcome)
}

func (reminding) remindAt(Invitation, customer.Customer, time.Time) time.Time { return time.Time{} }

func (e reminding) sent(ctx context.Context, marks []Mark) error {
	var failures []error
	for _, mark := range marks {
		failures = append(failures, e.Reminders.EndReminder(ctx, mark.Invitation.ID, mark.Invitation.Claim, mark.MessageID))
	}
	return errors.Join(failures...)
}
