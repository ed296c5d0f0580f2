package esm_test

import (
	"context"
	"testing"

	"afterword/internal/esm"
	"afterword/internal/store"
	"afterword/internal/table"
	"afterword/internal/tally"
)

// naive counts by event, as published examples do: it adds the difference between the images of a record, then stores the scores.
func naive(t tally.Tally, _ table.Table) esm.Handler {
	return func(ctx context.Context, changes []table.Change) (string, error) {
		for _, c := range changes {
			now, is, err := store.RecordOf(c)
			if err != nil {
				return c.Sequence, err
			}
			if !is {
				continue
			}
			was, _, err := store.RecordOf(table.Change{Key: c.Key, New: c.Old})
			if err != nil {
				return c.Sequence, err
			}
			adds := tally.Sheet{}
			adds.Add(was, -1)
			adds.Add(now, 1)
			if err := addPlainly(ctx, t.Fold.Ledger, adds); err != nil {
				return c.Sequence, nil // it comes again
			}
			behind, err := t.Scores.Refresh(ctx, []tally.Record{now})
			if err != nil || len(behind) > 0 {
				return c.Sequence, err
			}
		}
		return "", nil
	}
}

// addPlainly adds to the tallies and asks no ledger row.
func addPlainly(ctx context.Context, ledger tally.Ledger, adds tally.Sheet) error {
	var segments []tally.Segment
	for cell, counts := range adds {
		if counts == (tally.Counts{}) {
			delete(adds, cell)
			continue
		}
		counts.Changes = 1
		adds[cell] = counts
		if cell.Cut != (tally.Cut{}) {
			segments = append(segments, tally.Segment{Series: cell.Series, Cut: cell.Cut})
		}
	}
	if len(adds) == 0 {
		return nil
	}
	if _, err := ledger.Shelves(ctx, segments); err != nil {
		return err
	}
	return ledger.Move(ctx, nil, adds, 0)
}

// forgetful counts as the product does, but stores the scores of what it counted itself and of nothing else.
func forgetful(t tally.Tally, _ table.Table) esm.Handler {
	return func(ctx context.Context, changes []table.Change) (string, error) {
		var records []tally.Record
		for _, c := range changes {
			if r, is, err := store.RecordOf(c); err != nil {
				return "", err
			} else if is {
				records = append(records, r)
			}
		}
		folded, err := t.Fold.Count(ctx, records)
		if err != nil {
			return "", err
		}
		behind, err := t.Scores.Refresh(ctx, folded.Moved)
		if err != nil {
			return "", err
		}
		if len(folded.Open) > 0 || len(behind) > 0 {
			return changes[0].Sequence, nil
		}
		return "", nil
	}
}

// The schedules must be able to tell a wrong tally from a right one: these two are found out.
func TestTheSchedulesFindATallyThatCountsByEvent(t *testing.T) {
	wrong, calm, calmWrong := 0, 0, 0
	n := min(schedules(t, 400), 400)
	for seed := range n {
		o := inMemory(seed, naive)
		wrong += min(1, len(o.tallies))
		if o.report.Errors+o.report.Partial+o.report.Replays+o.report.Duplicates+len(o.report.Failures)+o.injected["resent"] == 0 {
			calm++
			calmWrong += min(1, len(o.tallies))
		}
	}
	if calm == 0 || calmWrong > 0 {
		t.Errorf("without faults it was found wrong in %d of %d schedules: it is not even able to count", calmWrong, calm)
	}
	if wrong < int(n)/2 {
		t.Errorf("found in %d of %d schedules", wrong, n)
	}
	t.Logf("found in %d of %d schedules", wrong, n)
}

func TestTheSchedulesFindATallyThatForgetsTheScoresOfItsPredecessor(t *testing.T) {
	wrong, tallies := 0, 0
	n := min(schedules(t, 400), 400)
	for seed := range n {
		o := inMemory(seed, forgetful)
		wrong += min(1, len(o.scores))
		tallies += min(1, len(o.tallies))
	}
	if tallies > 0 {
		t.Errorf("its tallies are wrong in %d schedules; it should forget scores only", tallies)
	}
	if wrong == 0 {
		t.Errorf("found in none of %d schedules", n)
	}
	t.Logf("found in %d of %d schedules", wrong, n)
}
