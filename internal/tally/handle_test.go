package tally

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"afterword/internal/fault"
)

func TestARecordIsDoneWhenItsScoresAreStored(t *testing.T) {
	b := newBook()
	ctx, cancel := context.WithCancel(t.Context())
	b.trouble = func(act string) error {
		if act == "days of support from 2026-01-01 to 2026-12-31" {
			cancel()
			return fault.New(fault.Transient, "busy")
		}
		return nil
	}
	open, err := b.tally().Handle(ctx, []Record{answer("a", 1, 5), answer("b", 1, 5).of(support), answer("c", 1, 5)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := difference([]int{1}, open); diff != "" {
		t.Error("open (-want +got):", diff)
	}
	if b.rows["b"].Revision != 1 {
		t.Error("b was not counted; only its scores were to fail")
	}
}

func TestAllImagesOfAnOpenResponseComeAgain(t *testing.T) {
	b := newBook()
	ctx, cancel := context.WithCancel(t.Context())
	b.trouble = func(string) error { cancel(); return fault.New(fault.Transient, "busy") }
	open, err := b.tally().Handle(ctx, []Record{answer("a", 2, 5), answer("b", 1, 1), answer("a", 1, 4)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := difference([]int{0, 1, 2}, open); diff != "" {
		t.Error("open (-want +got):", diff)
	}
}

func TestContentionWithoutEndIsGivenBackJustBeforeTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook()
		b.handle(t, answer("counted", 1, 5).of(support))
		b.trouble = func(act string) error {
			if act == "move 1 rows, 2 tallies, lane 0" || act == "move 1 rows, 2 tallies, lane 7" {
				return fault.New(fault.TooMany, "a conflict")
			}
			return nil
		}
		tally := b.tally()
		tally.Fold.Pause = func(ctx context.Context, attempt int) error {
			select {
			case <-time.After(100 * time.Millisecond):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		b.acts = nil
		open, err := tally.Handle(ctx, []Record{answer("counted", 1, 5).of(support), answer("stuck", 1, 1)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := difference([]int{1}, open); diff != "" {
			t.Error("open (-want +got):", diff)
		}
		if took := time.Since(began); took != time.Minute-2*Margin {
			t.Errorf("gave up after %s, want twice the margin before the deadline: the scores of the others need time too", took)
		}
		if last := b.acts[len(b.acts)-1]; last != "store 2026-W47" {
			t.Errorf("the last act was %q, want the scores of what was counted", last)
		}
	})
}

func TestTroubleThatDoesNotPassFailsTheBatch(t *testing.T) {
	for _, act := range []string{"rows", "store 2026-Q4"} {
		b := newBook()
		broken := errors.New("no such table")
		b.trouble = func(at string) error {
			if at == act {
				return broken
			}
			return nil
		}
		if _, err := b.tally().Handle(t.Context(), []Record{answer("a", 1, 5)}); !errors.Is(err, broken) {
			t.Errorf("%s fails for good: error %v", act, err)
		}
	}
}
