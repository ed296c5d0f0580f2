package tally

import (
	"context"
	"fmt"

	"afterword/internal/fault"
)

// Lanes is how many items a tally may be spread over. The first is used until somebody else is at it.
const Lanes = 8

// Fold brings the ledger up to what the records say.
type Fold struct {
	Ledger Ledger
	// Pause waits before another attempt (1, 2, ...), by chance and longer each time; it fails when ctx ends.
	Pause func(ctx context.Context, attempt int) error
	// Draw picks a number from 0 to n-1 by chance.
	Draw func(n int) int
}

// Folded is what became of the records' responses.
type Folded struct {
	Moved []Record        // counted by this call, also those whose new revision adds nothing new
	Open  map[string]bool // not finished before ctx ended; the feed must bring them again
}

// Count counts each response's newest record, unless the ledger has counted that revision or a later one. It tries until ctx ends:
// what meets a conflict, or a row that another writer moved, is read again and decided again. An error is one that trying again does
// not help; what was counted until then stays counted.
func (f Fold) Count(ctx context.Context, records []Record) (Folded, error) {
	pending := newest(records)
	done := Folded{Open: map[string]bool{}}
	lane := 0
	for attempt := 0; len(pending) > 0; attempt++ {
		if attempt > 0 && f.Pause(ctx, attempt) != nil {
			break
		}
		moved, left, contended, err := f.attempt(ctx, pending, lane)
		done.Moved = append(done.Moved, moved...)
		if err != nil {
			return done, err
		}
		pending = left
		if contended {
			lane = f.Draw(Lanes)
		}
	}
	for _, r := range pending {
		done.Open[r.Response] = true
	}
	return done, nil
}

// attempt reads the rows and moves those that are behind; it returns which it moved, which are left to try again, and whether others
// were at the same items.
func (f Fold) attempt(ctx context.Context, pending []Record, lane int) (moved, left []Record, contended bool, err error) {
	ids := make([]string, len(pending))
	for i, r := range pending {
		ids[i] = r.Response
	}
	rows, err := f.Ledger.Rows(ctx, ids)
	if err != nil {
		return nil, pending, false, passing(ctx, err, "read the ledger")
	}
	var moves []Move
	for i, r := range pending {
		if r.Revision > rows[i].Revision {
			moves = append(moves, Move{Was: rows[i], Now: r})
		}
	}
	shelves, err := f.Ledger.Shelves(ctx, segmentsOf(moves))
	if err != nil {
		return nil, pending, false, passing(ctx, err, "place what is counted by segment")
	}
	for _, t := range plan(moves, shelves) {
		var now []Record
		for _, m := range t.moves {
			now = append(now, m.Now)
		}
		if ctx.Err() != nil {
			left = append(left, now...)
			continue
		}
		problem := f.Ledger.Move(ctx, t.moves, t.adds, lane)
		if problem == nil {
			moved = append(moved, now...)
			continue
		}
		left = append(left, now...)
		contended = contended || fault.Is(problem, fault.TooMany)
		if err := passing(ctx, problem, "move the ledger"); err != nil {
			return moved, left, contended, err
		}
	}
	return moved, left, contended, nil
}

// passing is nil for trouble that another attempt, now or after ctx's end, may get over.
func passing(ctx context.Context, err error, act string) error {
	if ctx.Err() != nil || fault.Is(err, fault.Transient) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.TooMany) {
		return nil
	}
	return fmt.Errorf("%s: %w", act, err)
}
