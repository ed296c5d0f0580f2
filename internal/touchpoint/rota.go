package touchpoint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
)

// Rotas keeps how far touchpoints have come with their customers.
type Rotas interface {
	// Rota reads a touchpoint's, strongly; zero when there is none yet. Faults: Transient.
	Rota(ctx context.Context, touchpoint string) (Rota, error)
	// KeepRota keeps one, with the revision as read, on the agenda from a time on; a zero time takes it off. False: it was changed since
	// it was read. Faults: Transient.
	KeepRota(ctx context.Context, r Rota, due time.Time) (bool, error)
}

// Crowd is all customers.
type Crowd interface {
	// Customers reads some of them, in no order, from a place on ("" is the beginning). Faults: Transient.
	Customers(ctx context.Context, place string) (CustomersPage, error)
}

// CustomersPage is some of the customers.
type CustomersPage struct {
	Customers  []customer.Customer
	Unreadable int    // rows that are damaged
	Next       string // the place of the next ones; "" at the end
}

// Programs gives the program in force.
type Programs interface {
	// Current returns the program in force. Faults: Transient.
	Current(ctx context.Context) (*program.Program, error)
}

// Taker takes events in, as Intake does.
type Taker interface {
	// Take as that of Intake.
	Take(ctx context.Context, p *program.Program, e Event, now time.Time) (Outcome, error)
}

// Turns gives each customer the turn of touchpoints that come round by themselves. Begin puts the turns of a day on the agenda, and
// walks of the agenda go through the customers. What they do is the same as if a source had reported each turn; who has none leaves
// nothing behind, and a customer who is looked at twice is decided about once, because the visit is of the period.
type Turns struct {
	Rotas    Rotas
	Programs Programs
	Crowd    Crowd // not for Begin
	Taker    Taker // likewise
}

// TurnTime is how long a walk goes through customers at most: mails must not wait behind them.
const TurnTime = 10 * time.Second

const (
	turnMargin = 5 * time.Second // before the walk's end, for what was begun
	takers     = 8
)

// Begin puts the turns of the day on the agenda that it is in the program's zone, once. Faults: Transient.
func (t Turns) Begin(ctx context.Context, now time.Time) error {
	_, err := t.toBegin(ctx, now, func(next Rota) error {
		_, err := t.Rotas.KeepRota(ctx, next, now) // whoever was first has begun the same
		return err
	})
	return err
}

// Next is when there is next something to begin; false when no touchpoint comes round. Faults: Transient.
func (t Turns) Next(ctx context.Context, now time.Time) (next time.Time, some bool, err error) {
	some, err = t.toBegin(ctx, now, func(Rota) error {
		next = now
		return nil
	})
	if err != nil || !some || !next.IsZero() {
		return next, some, err
	}
	p, err := t.Programs.Current(ctx)
	if err != nil {
		return next, false, err
	}
	return period.DayOf(now, p.Zone).End(p.Zone), true, nil
}

// toBegin hands on the turns that are to be begun, and tells whether any touchpoint comes round.
func (t Turns) toBegin(ctx context.Context, now time.Time, begun func(Rota) error) (some bool, err error) {
	p, err := t.Programs.Current(ctx)
	if err != nil {
		return false, err
	}
	today := period.DayOf(now, p.Zone)
	for _, name := range slices.Sorted(maps.Keys(p.Touchpoints)) {
		touchpoint := p.Touchpoints[name]
		if touchpoint.Every == "" || touchpoint.Off {
			continue
		}
		some = true
		last, err := t.Rotas.Rota(ctx, name)
		if err == nil {
			if next, due := begin(p, touchpoint, last, today); due {
				err = begun(next)
			}
		}
		if err != nil {
			return some, fmt.Errorf("begin the turns of %s: %w", name, err)
		}
	}
	return some, nil
}

var _ agenda.Handler = Turns{}

// Handle goes on with the turns of touchpoints. What is not over stays on the agenda. Faults: Transient.
func (t Turns) Handle(ctx context.Context, entries []agenda.Entry, walk agenda.Walk) error {
	p, err := t.Programs.Current(ctx)
	if err != nil {
		return err
	}
	end := walk.Now().Add(TurnTime)
	if last := walk.End.Add(-turnMargin); last.Before(end) {
		end = last
	}
	var failures []error
	for _, entry := range entries {
		failures = append(failures, t.goOn(ctx, p, entry, func() (time.Time, bool) { now := walk.Now(); return now, now.Before(end) }))
	}
	return errors.Join(failures...)
}

// goOn goes through customers while there is time, and keeps how far it came.
func (t Turns) goOn(ctx context.Context, p *program.Program, entry agenda.Entry, clock func() (now time.Time, left bool)) error {
	r, err := t.Rotas.Rota(ctx, entry.Key)
	if err != nil || r.Revision == 0 || r.Over {
		return err // the index is a moment late
	}
	turns, are := turnsOf(p, r)
	var failures []error
	if !are { // none of them is taken, should the program have them again
		r.To, r.Over = r.From, true
	}
	for now, left := clock(); left && !r.Over; now, left = clock() {
		page, err := t.Crowd.Customers(ctx, r.Place)
		if err == nil {
			err = t.take(ctx, turns, page.Customers, now)
		}
		if err != nil { // these come again
			failures = append(failures, fmt.Errorf("take the turns of %s: %w", r.Touchpoint, err))
			break
		}
		if page.Unreadable > 0 {
			failures = append(failures, fault.New(fault.Internal, "%d customers' rows cannot be read and had no turn", page.Unreadable))
		}
		r.Place, r.Over = page.Next, page.Next == ""
	}
	due := entry.Due
	if r.Over {
		due = time.Time{}
	}
	if _, err := t.Rotas.KeepRota(ctx, r, due); err != nil { // another walk may have come as far
		failures = append(failures, fmt.Errorf("keep how far the turns have come: %w", err))
	}
	return errors.Join(failures...)
}

// take takes the turns of some customers. When it fails, not all were taken.
func (t Turns) take(ctx context.Context, turns turns, customers []customer.Customer, now time.Time) error {
	group, taking := errgroup.WithContext(ctx)
	group.SetLimit(takers)
	for _, c := range customers {
		if turns.due(c) {
			group.Go(func() error {
				_, err := t.Taker.Take(taking, turns.program, turns.event(c, now), now)
				return err
			})
		}
	}
	return group.Wait()
}
