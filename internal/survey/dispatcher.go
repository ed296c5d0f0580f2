package survey

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/program"
)

// Dispatcher sends what is due: it is the agenda's handler of invitations and of reminders. It claims each (a conditional write, so
// that only one sends it), asks once more whether it may be sent, hands it to the carrier within the account's rate and quota, and
// marks what was sent. What surely was not sent is put back; what nobody knows about is never sent again.
//
// One Dispatcher serves many walks.
type Dispatcher struct {
	Invitations Invitations
	Claims      Claims
	Marks       Marks
	Reminders   Reminders
	Customers   Customers
	Allowance   Allowance
	Programs    Programs
	Writer      Writer
	Carrier     Carrier
	Rate        Rate
	Guard       *Guard // nil: nobody keeps mails back
	Concurrency int    // letters under way at once; 0: usualConcurrency

	quota quota
}

// Invitations reads what is due.
type Invitations interface {
	// Invitations reads some, in the order of the ids, with no ID where there is none. They may be a moment old. Fault: Transient.
	Invitations(ctx context.Context, ids []string) ([]Invitation, error)
	// Drop takes an entry off the agenda that leads nowhere, if it is still there. Fault: Transient.
	Drop(ctx context.Context, entry agenda.Entry) error
}

// Claim is who sends an invitation, and what its sending fixes.
type Claim struct {
	By        string    // a name that no other claim has
	At        time.Time // UTC, whole seconds
	Day       string    // At's day in the program's zone: the send cohort
	ExpiresAt time.Time // until when it may be answered
}

// Claims decides who sends an invitation. Each method leaves alone an invitation that is not (any longer) as it expects.
type Claims interface {
	// Claim takes a planned invitation. False: it is not planned, or somebody else has it. Fault: Transient.
	Claim(ctx context.Context, id string, claim Claim) (bool, error)
	// PutBack makes a claimed one planned again: it was surely not sent. Its entry on the agenda moves to a later time unless that is
	// zero. One whose subject was reopened meanwhile is cancelled instead, and frees its place. Fault: Transient.
	PutBack(ctx context.Context, id, claim string, later time.Time) error
	// Lose makes a claimed one unknown. Fault: Transient.
	Lose(ctx context.Context, id, claim string) error
	// Stop ends one that was not sent (planned when it has no Claim, else claimed) and frees its place among the customer's asks.
	// Fault: Transient.
	Stop(ctx context.Context, inv Invitation, state State, why string) error
}

// Mark is an invitation that the carrier took.
type Mark struct {
	Invitation Invitation // as claimed
	MessageID  string
	At         time.Time // UTC, whole seconds
	RemindAt   time.Time // zero: it is not to be reminded of
}

// Marks keeps that invitations were sent.
type Marks interface {
	// Sent marks invitations of one claim and counts each once as sent, on the day of its claim. An answer or an event of the carrier
	// that proved meanwhile that one was sent has counted it already. What it does not finish may be a lot on the agenda. Fault: Transient.
	Sent(ctx context.Context, marks []Mark) error
	// Finish marks and counts a lot that Sent left unfinished. Fault: Transient.
	Finish(ctx context.Context, lot string) error
	// Proven makes an invitation sent that an answer or an event of the carrier proves to have been, if it is not yet. At is when the
	// proof came. Fault: Transient.
	Proven(ctx context.Context, id string, at time.Time) error
}

// Reminders keeps the one reminder of an invitation. A claim is a name that no other has; each method leaves alone a reminder that
// is not (any longer) the claim's.
type Reminders interface {
	// ClaimReminder takes it. False: the invitation is answered, bounced or over, or it was taken before. Fault: Transient.
	ClaimReminder(ctx context.Context, id, claim string, at time.Time) (bool, error)
	// PutBackReminder undoes that: it was surely not sent. Later as in Claims. Fault: Transient.
	PutBackReminder(ctx context.Context, id, claim string, later time.Time) error
	// EndReminder keeps what became of it: the carrier's id, or one of the outcomes. Fault: Transient.
	EndReminder(ctx context.Context, id, claim, outcome string) error
}

// What Invitation.Reminder says before and instead of the carrier's id.
const (
	ReminderClaimed = "claimed" // a dispatcher is sending it now
	ReminderUnknown = "unknown" // nobody knows whether it was sent: never sent again
	ReminderRefused = "refused" // the carrier refused it for good
	ReminderStopped = "stopped" // the customer or the touchpoint is not to be reminded any more
)

// Customers reads whom to send to.
type Customers interface {
	// CustomersOf reads some customers as they are now, those that are there. Fault: Transient.
	CustomersOf(ctx context.Context, ids []customer.ID) (map[customer.ID]customer.Customer, error)
}

// Allowance counts mails against the program's own daily quota.
type Allowance interface {
	// Reserve takes up to n of the most that a day allows, and tells how many it got. Fault: Transient.
	Reserve(ctx context.Context, day string, n, most int) (int, error)
	// GiveBack returns what was reserved and not used. Fault: Transient.
	GiveBack(ctx context.Context, day string, n int) error
}

// Programs gives the program in force.
type Programs interface {
	// Current returns the program in force. Fault: Transient.
	Current(ctx context.Context) (*program.Program, error)
}

// Rate is what the carrier allows.
type Rate interface {
	// Quota tells how many letters may be sent in a second, how many in 24 hours (less than 0: any number), and how many were in the
	// last 24. Errors like a Carrier's.
	Quota(ctx context.Context) (perSecond, max24h, sent24h float64, err error)
	// Pace waits until one more letter may be sent. The error is the context's.
	Pace(ctx context.Context) error
}

const (
	// patience is how long after its time an invitation is still worth sending.
	patience = 24 * time.Hour
	// abandoned is the age of a claim whose maker is dead. It is longer than any function runs after it lost the agenda's lease.
	abandoned = agenda.LeaseTime + 30*time.Second
	// sending is how long before the end of the walk the last letter may begin its way: as long as the carrier takes at most, and
	// then the marks.
	sending = 10 * time.Second
	// settling is the longest that writing down what became of a letter may take.
	settling = 8 * time.Second
	// Most letters in one round, so that the marks of one fit one transaction, and how long a round is meant to take at most.
	roundSize = 90
	roundTime = 5 * time.Second
	// doubt is after how many letters of unknown outcome a round sends no more: something is wrong, and each costs a customer's answer.
	doubt            = 3
	usualConcurrency = 8
	mostFailures     = 5 // of a round that are reported
	// quotaAge is how long the carrier's quota is believed.
	quotaAge = time.Minute
)

// Handle sends the invitations, or the reminders, of some entries. It returns agenda.ErrEnough when the walk's time, the quota or
// the carrier's patience is used up, and while the guard keeps mails back, and an error that wraps ErrSuspended when sending is
// stopped. A letter that the carrier refused, or of which nobody knows, is no error of the walk: its invitation says so (Stop, Lose).
func (d *Dispatcher) Handle(ctx context.Context, entries []agenda.Entry, walk agenda.Walk) error {
	p, err := d.Programs.Current(ctx)
	if err != nil {
		return fmt.Errorf("read the program: %w", err)
	}
	if d.Guard != nil {
		holds, err := d.Guard.Holds(ctx, p, walk.Now())
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", agenda.ErrEnough, err)
		case holds:
			return agenda.ErrEnough
		}
	}
	var failures []error
	enough := false
	for len(entries) > 0 && !enough {
		n, err := d.room(ctx, walk)
		if n = min(n, len(entries)); n == 0 {
			enough, failures = true, append(failures, err)
			break
		}
		round := d.newRound(p, entries[0].Kind, walk)
		err = round.run(ctx, entries[:n])
		enough, failures = round.last || ctx.Err() != nil, append(failures, err)
		entries = entries[n:]
	}
	err = errors.Join(failures...)
	switch {
	case enough && err == nil:
		return agenda.ErrEnough
	case enough:
		return fmt.Errorf("%w: %w", agenda.ErrEnough, err)
	}
	return err
}

// quota is the carrier's, as last heard of.
type quota struct {
	mu        sync.Mutex
	at        time.Time
	perSecond float64
	left      float64 // of the 24 hours
}

// room tells how many letters the next round may send: what the quota and the walk's time leave, and no more than a round's worth.
func (d *Dispatcher) room(ctx context.Context, walk agenda.Walk) (int, error) {
	q := &d.quota
	q.mu.Lock()
	defer q.mu.Unlock()
	now := walk.Now()
	if age := now.Sub(q.at); age < 0 || age >= quotaAge {
		perSecond, most, sent, err := d.Rate.Quota(ctx)
		if err != nil {
			return 0, fmt.Errorf("read the carrier's quota: %w", err)
		}
		q.at, q.perSecond, q.left = now, max(perSecond, 1), most-sent
		if most < 0 {
			q.left = math.Inf(1)
		}
	}
	inTime := q.perSecond * walk.End.Add(-sending).Sub(now).Seconds()
	worth := min(roundSize, max(1, q.perSecond*roundTime.Seconds()))
	return int(max(0, min(q.left, inTime, worth))), nil
}

// used takes letters off the quota that was heard of.
func (d *Dispatcher) used(n int) {
	d.quota.mu.Lock()
	defer d.quota.mu.Unlock()
	d.quota.left -= float64(n)
}
