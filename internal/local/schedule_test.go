package local

import (
	"context"
	"testing"
	"time"
)

// A clock that runs is past each minute when somebody looks: what is due by then must not wait for one more, for ever.
func TestWorkIsDoneAsTimePassesByItself(t *testing.T) {
	began := time.Date(2026, 11, 20, 9, 0, 30, 0, time.UTC)
	wall, due, done := began, began.Add(time.Minute), 0
	s := &System{clock: Running(func() time.Time { return wall })}
	s.runs = []*run{{
		schedule:  Schedule{Every: time.Minute},
		idleUntil: func(context.Context) (time.Time, bool, error) { return due, done == 0, nil },
		start: func(context.Context) error {
			done++
			return nil
		},
	}}
	s.restart(began)
	for wall.Before(began.Add(5 * time.Minute)) {
		wall = wall.Add(70 * time.Millisecond)
		if err := s.Advance(t.Context(), s.clock.Now()); err != nil {
			t.Fatal(err)
		}
		if done > 0 {
			break
		}
	}
	if late := wall.Sub(began); done != 1 || late < 90*time.Second || late > 91*time.Second {
		t.Errorf("it was done %d times, %s after the beginning, want once after 1m30s", done, late)
	}
}
