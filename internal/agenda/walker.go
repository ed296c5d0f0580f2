package agenda

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Budget is how long a walk takes at most. Walks begin every minute, so that one is over before the next.
const Budget = 55 * time.Second

// LeaseTime is how long the lease is taken for: longer than a walk, so that one that died holds up the next ones only shortly.
// Whoever took something on in a walk and is not heard of for longer than this is dead.
const LeaseTime = 90 * time.Second

// How much is held in memory, however long the agenda is: a page of each shard, and a batch.
const (
	pageSize    = 50
	batchSize   = 90
	mostFailure = 10 // of handlers that are kept
)

// renewal is how old a lease may be for a batch to begin under it. It is renewed then: each time costs a write, and few walks last as
// long.
const renewal = 15 * time.Second

// Lease lets one walker work at a time.
type Lease interface {
	// Acquire takes the lease for the owner until a time, if nobody else holds it beyond now. False: somebody does. Fault: Transient.
	Acquire(ctx context.Context, owner string, now, until time.Time) (bool, error)
	// Renew prolongs the owner's lease. False: it is somebody else's by now. Fault: Transient.
	Renew(ctx context.Context, owner string, until time.Time) (bool, error)
	// Release gives the lease back, if it is still the owner's. Fault: Transient.
	Release(ctx context.Context, owner string) error
}

// Shelf is where the agenda is kept.
type Shelf interface {
	// Due returns a page of a shard's entries that are due by a time, the earliest first, and where the next page starts ("" at the
	// end). Fault: Transient.
	Due(ctx context.Context, shard int, by time.Time, limit int, start string) (page []Entry, next string, err error)
}

// Walker walks the agenda once, from the earliest entry that is due, over all shards.
type Walker struct {
	Shelf Shelf
	Lease Lease
	Owner string           // this walker's own name, another one for each walk
	Now   func() time.Time // the clock
	// First are the kinds that must not wait behind a backlog of the others; Then are the others.
	First, Then map[Kind]Handler
}

// Report says how a walk went.
type Report struct {
	Busy   bool         // somebody else holds the lease: nothing was done
	Ended  bool         // the walk's time was over before the agenda was
	Passed map[Kind]int // entries handed to handlers
}

// ErrLeaseLost says that a walk stopped because another walker took over, which happens when this one stood still for too long.
var ErrLeaseLost = errors.New("agenda: another walker has the lease")

// Walk does what is due. It ends by itself after Budget, with the context, and when the lease is lost. The error joins those of the
// handlers.
func (w Walker) Walk(ctx context.Context) (Report, error) {
	start := w.Now()
	held, err := w.Lease.Acquire(ctx, w.Owner, start, start.Add(LeaseTime))
	if err != nil || !held {
		return Report{Busy: err == nil}, wrap("take the lease of the agenda", err)
	}
	walk := walk{Walker: w, by: start, held: start, end: start.Add(Budget), ended: map[Kind]bool{}, report: Report{Passed: map[Kind]int{}}}
	others := true
	if len(w.First) > 0 {
		others, err = walk.pass(ctx, w.First)
	}
	if err == nil && others {
		_, err = walk.pass(ctx, w.Then)
	}
	// The lease is given back also when the context is over, so that the next walk need not wait for its end.
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	err = errors.Join(err, errors.Join(walk.failures...), wrap("give the lease of the agenda back", w.Lease.Release(release, w.Owner)))
	return walk.report, err
}

func wrap(act string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", act, err)
}

// walk is one walk under way.
type walk struct {
	Walker
	by, end  time.Time
	held     time.Time     // when the lease was last taken or renewed
	ended    map[Kind]bool // kinds whose handler has had enough
	failures []error       // of handlers
	report   Report
}

// pass walks over the whole agenda for some kinds, and tells whether there may be any of others. The error ends the walk.
func (w *walk) pass(ctx context.Context, handlers map[Kind]Handler) (others bool, err error) {
	row := newRow(w.Shelf, w.by)
	for w.more(handlers) {
		if proceed, err := w.proceed(ctx); err != nil || !proceed {
			return false, err
		}
		batch, passedOver, err := row.batch(ctx, handlers)
		if err != nil {
			return false, err
		}
		others = others || passedOver
		if len(batch) == 0 {
			return others, nil
		}
		for kind, entries := range byKind(batch) {
			w.handle(ctx, handlers[kind], kind, entries)
		}
	}
	return true, nil // the rest of the agenda was not looked at
}

// more tells whether there is a handler that has not had enough.
func (w *walk) more(handlers map[Kind]Handler) bool {
	for kind := range handlers {
		if !w.ended[kind] {
			return true
		}
	}
	return false
}

// proceed asks before each batch whether the walk may go on.
func (w *walk) proceed(ctx context.Context) (bool, error) {
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	now := w.Now()
	if !now.Before(w.end) {
		w.report.Ended = true
		return false, nil
	}
	if now.Sub(w.held) < renewal {
		return true, nil
	}
	held, err := w.Lease.Renew(ctx, w.Owner, now.Add(LeaseTime))
	if err != nil {
		return false, wrap("renew the lease of the agenda", err)
	}
	if !held {
		return false, ErrLeaseLost
	}
	w.held = now
	return true, nil
}

func (w *walk) handle(ctx context.Context, handler Handler, kind Kind, entries []Entry) {
	if w.ended[kind] || !w.Now().Before(w.end) {
		return
	}
	w.report.Passed[kind] += len(entries)
	err := handler.Handle(ctx, entries, Walk{Now: w.Now, End: w.end})
	w.ended[kind] = errors.Is(err, ErrEnough)
	alone := err == ErrEnough //nolint:errorlint // wrapped in another error it is a failure as well
	if err != nil && !alone && len(w.failures) < mostFailure {
		w.failures = append(w.failures, fmt.Errorf("%s: %w", kind, err))
	}
}
