package survey

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/customer"
)

// Fate is what became of a letter after the carrier took it.
type Fate string

// The fates.
const (
	Delivered  Fate = "delivered"
	Returned   Fate = "returned"   // it came back for good: nobody reads mail at the address
	Deferred   Fate = "deferred"   // it came back for a while: the mailbox is full, or answers by itself
	Dropped    Fate = "dropped"    // the carrier took it and then refused to carry it
	Complained Fate = "complained" // the reader called it spam
)

// Report is what the carrier says about one letter to one person. It comes at least once, in any order.
type Report struct {
	Fate       Fate
	Why        string    // the carrier's word for it, such as "Permanent/NoEmail"; never an address
	Kind       string    // of the letter
	Invitation string    // it was about this, or
	Case       string    // about this; both empty: nothing of ours
	MessageID  string    // the carrier's
	At         time.Time // UTC, whole seconds
}

// Delivery acts on what the carrier says about letters, at once: whoever cannot be reached or complained is not mailed again. Each
// bounce and each complaint is counted once per invitation, apart from each other.
type Delivery struct {
	Mailed      Mailed
	Marks       Marks
	Reminders   Reminders
	Suppression Suppression
	Returns     Returns
	Cases       CaseMail
}

// Mailed reads what a letter was about.
type Mailed interface {
	// Invitation reads an invitation as it is now, with no ID if there is none. Fault: Transient.
	Invitation(ctx context.Context, id string) (Invitation, error)
}

// Suppression ends the mailing of a customer.
type Suppression interface {
	// Suppress sets the status of a customer, unless it is set to one that weighs as much, and tells whether it did. Fault: Transient.
	Suppress(ctx context.Context, id customer.ID, status customer.Status, at time.Time) (bool, error)
}

// Returns counts what the carrier said about invitations that were sent.
type Returns interface {
	// Bounced keeps that an invitation's mail did not arrive, and counts it once with the mails of its day. Fault: Transient.
	Bounced(ctx context.Context, inv Invitation, why string, at time.Time) error
	// Complained keeps that the customer complained, and counts it once likewise. Fault: Transient.
	Complained(ctx context.Context, inv Invitation, at time.Time) error
	// Deferred keeps that a mail came back for a while. It counts nothing. Fault: Transient.
	Deferred(ctx context.Context, inv Invitation, why string) error
}

// CaseMail hands a case on whose task mail did not arrive.
type CaseMail interface {
	// Bounced hands the case on, once for each mail. Faults: NotFound when the case has no such mail (yet), Conflict, Transient.
	Bounced(ctx context.Context, caseID, messageID string, at time.Time) error
}

// Take acts on a report. One about nothing of ours is passed over. A report that fails is to be given again. Faults: NotFound,
// Conflict, Transient.
func (d Delivery) Take(ctx context.Context, r Report) error {
	switch {
	case r.Case != "" && r.Fate != Delivered && r.Fate != Deferred: // after an absence note the chain of escalation is soon enough
		if err := d.Cases.Bounced(ctx, r.Case, r.MessageID, r.At); err != nil {
			return fmt.Errorf("hand on the case of a task mail that was %s: %w", r.Fate, err)
		}
		return nil
	case r.Case != "" || r.Invitation == "":
		return nil
	}
	inv, err := d.Mailed.Invitation(ctx, r.Invitation)
	if err != nil {
		return fmt.Errorf("read the invitation of a mail that was %s: %w", r.Fate, err)
	}
	if inv.Claim == "" {
		return nil // never sent
	}
	if err := d.take(ctx, r, inv); err != nil {
		return fmt.Errorf("a mail was %s: %w", r.Fate, err)
	}
	return nil
}

// take suppresses first, which is what must not wait, and then counts.
func (d Delivery) take(ctx context.Context, r Report, inv Invitation) error {
	status := map[Fate]customer.Status{Returned: customer.Bounced, Complained: customer.Complained}[r.Fate]
	if status != customer.Reachable {
		if _, err := d.Suppression.Suppress(ctx, inv.Customer, status, r.At); err != nil {
			return err
		}
	}
	if err := d.prove(ctx, r, inv); err != nil {
		return err
	}
	reminder := r.Kind == ReminderLetter
	switch {
	case r.Fate == Complained:
		return d.Returns.Complained(ctx, inv, r.At)
	case (r.Fate == Returned || r.Fate == Dropped) && !reminder: // the survey itself had arrived before a reminder of it
		return d.Returns.Bounced(ctx, inv, r.Why, r.At)
	case r.Fate != Delivered:
		return d.Returns.Deferred(ctx, inv, r.Why)
	}
	return nil
}

// prove keeps that the letter was sent, which may not be known so far.
func (d Delivery) prove(ctx context.Context, r Report, inv Invitation) error {
	if r.Kind != ReminderLetter {
		return d.Marks.Proven(ctx, inv.ID, r.At)
	}
	if inv.Reminder == ReminderUnknown {
		return d.Reminders.EndReminder(ctx, inv.ID, inv.Claim, r.MessageID)
	}
	return nil
}
