package local

import (
	"context"
	"fmt"
	"time"
)

// run is a function that a schedule starts.
type run struct {
	name     string
	schedule Schedule
	last     time.Time
	start    func(context.Context) error
	// idleUntil tells when there is next something to do for it, so that moving the clock by weeks need not run it each minute for
	// nothing; nil: it runs each time that it is due.
	idleUntil func(context.Context) (time.Time, bool, error)
}

// next is when the run is due after its last one, and after what was reached, where the minutes without work were left out.
func (r *run) next(ctx context.Context, reached time.Time) (time.Time, bool, error) {
	if r.idleUntil == nil {
		return r.schedule.Next(r.last), true, nil
	}
	work, some, err := r.idleUntil(ctx)
	if err != nil || !some {
		return time.Time{}, false, err
	}
	if base := later(r.last, reached); !work.After(base) {
		return r.schedule.Next(base), true, nil
	}
	return r.schedule.Next(work.Add(-time.Nanosecond)), true, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Advance moves the clock forward to the time, running each schedule at each time that it was due, in order, and returns when
// every stream is drained.
func (s *System) Advance(ctx context.Context, to time.Time) error {
	s.time.Lock()
	defer s.time.Unlock()
	return s.advance(ctx, to)
}

func (s *System) advance(ctx context.Context, to time.Time) error {
	if err := s.Drain(ctx); err != nil {
		return err
	}
	for {
		r, due, err := s.nextRun(ctx, to)
		if err != nil {
			return err
		}
		if r == nil {
			break
		}
		s.clock.moveTo(due)
		r.last, s.reached = due, due
		if err := r.start(ctx); err != nil {
			s.log.Error("scheduled run failed", "function", r.name, "error", err)
		}
		if err := s.Drain(ctx); err != nil {
			return err
		}
	}
	s.clock.moveTo(to)
	s.reached = later(s.reached, to)
	return s.Drain(ctx)
}

// nextRun finds the run that is due first, at to or before; nil when none is.
func (s *System) nextRun(ctx context.Context, to time.Time) (first *run, due time.Time, err error) {
	for _, r := range s.runs {
		next, some, err := r.next(ctx, s.reached)
		if err != nil {
			return nil, due, fmt.Errorf("look for work of %s: %w", r.name, err)
		}
		if some && !next.After(to) && (first == nil || next.Before(due)) {
			first, due = r, next
		}
	}
	return first, due, nil
}
