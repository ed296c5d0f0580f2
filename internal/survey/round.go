package survey

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/period"
	"afterword/internal/program"
)

// round claims, sends and marks one lot of letters.
type round struct {
	*Dispatcher
	errand
	program *program.Program
	walk    agenda.Walk
	due     map[string]time.Time // when each was to be sent

	mu       sync.Mutex
	halted   bool    // no more letters begin their way
	last     bool    // there is to be no round after this one
	doubts   int     // letters of unknown outcome
	failures []error // to be reported
	marks    []Mark  // what was sent
	reserved int     // of the program's daily quota
}

func (d *Dispatcher) newRound(p *program.Program, kind agenda.Kind, walk agenda.Walk) *round {
	r := &round{Dispatcher: d, program: p, walk: walk, due: map[string]time.Time{}}
	if kind == agenda.Remind {
		r.errand = reminding{d, p, rand.Text()}
	} else {
		r.errand = inviting{d, p, rand.Text()}
	}
	return r
}

// run takes a lot through all its steps. What is claimed is brought to an end even when the context is over.
func (r *round) run(ctx context.Context, entries []agenda.Entry) error {
	now := r.now()
	due, err := r.look(ctx, entries, now)
	if err != nil {
		return err
	}
	day := period.DayOf(now, r.program.Zone).String()
	if due, err = r.reserve(ctx, due, day); err != nil {
		return err
	}
	customers, err := r.Customers.CustomersOf(ctx, customersOf(due))
	if err != nil {
		r.halt(fmt.Errorf("read the customers: %w", err))
	}
	r.each(due, func(inv Invitation) error {
		mine, err := r.take(ctx, &inv, now)
		if err != nil || !mine {
			return err
		}
		finish := r.carry(ctx, inv, customers[inv.Customer])
		return r.settle(ctx, finish)
	})
	if len(r.marks) > 0 {
		r.report("mark what was sent", r.settle(ctx, func(ctx context.Context) error { return r.sent(ctx, r.marks) }))
	}
	used := len(r.marks) + r.doubts
	r.used(used)
	if unused := r.reserved - used; unused > 0 {
		r.report("return a part of the quota", r.settle(ctx, func(ctx context.Context) error {
			return r.Allowance.GiveBack(ctx, day, unused)
		}))
	}
	return errors.Join(r.failures...)
}

// settle writes down what became of a claim. It outlives the context: a claim that is cut off half way is of unknown outcome.
func (r *round) settle(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settling)
	defer cancel()
	return write(ctx)
}

// look reads what is due, ends what is not to be sent, and returns the rest.
func (r *round) look(ctx context.Context, entries []agenda.Entry, now time.Time) ([]Invitation, error) {
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.Key
	}
	invitations, err := r.Invitations.Invitations(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read what is due: %w", err)
	}
	var due []Invitation
	for i, inv := range invitations {
		switch r.standing(inv, entries[i].Due, now) {
		case toSend:
			due = append(due, inv)
			r.due[inv.ID] = entries[i].Due
		case toStop:
			r.report("end a late invitation", r.stop(ctx, inv, objection{Expired, WhyLate}))
		case toLose:
			r.report("give up a claim", r.lose(ctx, inv))
		case toDrop:
			r.report("clear the agenda", r.Invitations.Drop(ctx, entries[i]))
		}
	}
	return due, nil
}

// reserve returns as many as the program's own quota allows on the day.
func (r *round) reserve(ctx context.Context, due []Invitation, day string) ([]Invitation, error) {
	most := r.program.Policy.DailyQuota
	if most == 0 || len(due) == 0 {
		return due, nil
	}
	granted, err := r.Allowance.Reserve(ctx, day, len(due), most)
	if err != nil {
		return nil, fmt.Errorf("reserve a part of the quota: %w", err)
	}
	r.reserved = granted
	if granted < len(due) {
		r.last = true
	}
	return due[:granted], nil
}

// take claims an invitation, unless there are to be no more letters, and tells whether it got it. It is claimed just before its letter,
// so that whoever dies leaves no more of unknown outcome than were on their way or not marked.
func (r *round) take(ctx context.Context, inv *Invitation, now time.Time) (bool, error) {
	if r.over(ctx) {
		return false, nil
	}
	mine, err := r.claim(ctx, inv, now)
	if err != nil {
		// It may have been claimed all the same, and would then be given up for unknown.
		return false, errors.Join(fmt.Errorf("claim: %w", err), r.settle(ctx, r.back(*inv, time.Time{})))
	}
	return mine, nil
}

// each does something with each of the invitations, some at once.
func (r *round) each(invitations []Invitation, do func(Invitation) error) {
	var group errgroup.Group
	group.SetLimit(cmp.Or(r.Concurrency, usualConcurrency))
	for _, inv := range invitations {
		group.Go(func() error {
			r.report("invitation "+inv.ID, do(inv))
			return nil
		})
	}
	_ = group.Wait() // none of them returns an error
}

// carry sends the letter of a claimed invitation unless something stands against it, and returns what is to be written down.
func (r *round) carry(ctx context.Context, inv Invitation, c customer.Customer) func(context.Context) error {
	if r.over(ctx) {
		return r.back(inv, time.Time{})
	}
	if o := r.objection(inv, c); o.State != "" {
		return r.stopped(inv, o)
	}
	if later := nextHour(r.program, c, r.due[inv.ID], r.now()); !later.IsZero() {
		return r.back(inv, later)
	}
	letter, err := r.write(inv, c)
	if err != nil {
		r.report("write the letter of invitation "+inv.ID, err)
		return r.back(inv, time.Time{})
	}
	if err := r.Rate.Pace(ctx); err != nil || r.over(ctx) {
		return r.back(inv, time.Time{})
	}
	messageID, err := r.Carrier.Carry(ctx, letter)
	switch {
	case err == nil:
		now := r.now()
		r.mark(Mark{Invitation: inv, MessageID: messageID, At: now, RemindAt: r.remindAt(inv, c, now)})
		return func(context.Context) error { return nil } // together with the others
	case errors.Is(err, ErrThrottled), errors.Is(err, ErrQuota):
		r.halt(nil)
		return r.back(inv, time.Time{})
	case errors.Is(err, ErrSuspended):
		r.halt(err)
		return r.back(inv, time.Time{})
	case errors.Is(err, ErrRefused):
		return r.stopped(inv, objection{Failed, WhyRefused}) // one bad address is no trouble of the walk
	}
	r.doubt()
	return func(ctx context.Context) error { return r.lose(ctx, inv) }
}

func (r *round) back(inv Invitation, later time.Time) func(context.Context) error {
	return func(ctx context.Context) error { return r.putBack(ctx, inv, later) }
}

func (r *round) stopped(inv Invitation, o objection) func(context.Context) error {
	return func(ctx context.Context) error { return r.stop(ctx, inv, o) }
}

// over tells that no letter may begin its way any more.
func (r *round) over(ctx context.Context) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.walk.Now().Before(r.walk.End.Add(-sending)) {
		r.halted, r.last = true, true
	}
	return r.halted || ctx.Err() != nil
}

// halt lets no more letters begin their way, in this round and after.
func (r *round) halt(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.halted && why != nil {
		r.failures = append(r.failures, why)
	}
	r.halted, r.last = true, true
}

func (r *round) doubt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.doubts++; r.doubts >= doubt {
		r.halted, r.last = true, true
	}
}

func (r *round) mark(m Mark) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.marks = append(r.marks, m)
}

// report keeps what went wrong, the first few of a round.
func (r *round) report(act string, err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.failures) < mostFailures {
		r.failures = append(r.failures, fmt.Errorf("%s: %w", act, err))
	}
}

// now is the time as it is kept.
func (r *round) now() time.Time { return r.walk.Now().UTC().Truncate(time.Second) }

func customersOf(invitations []Invitation) []customer.ID {
	seen := map[customer.ID]bool{}
	var ids []customer.ID
	for _, inv := range invitations {
		if !seen[inv.Customer] {
			seen[inv.Customer] = true
			ids = append(ids, inv.Customer)
		}
	}
	return ids
}
