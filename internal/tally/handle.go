package tally

import (
	"context"
	"time"
)

// Margin is how long before the deadline of its ctx a Tally stops storing scores; it stops counting as long before that. What is
// under way then has this time to end.
const Margin = 2 * time.Second

// Tally is the reader of the change feed: it counts a batch, then brings the scores of every record in it up to date.
type Tally struct {
	Fold   Fold
	Scores Scores
}

// Handle takes a batch of records, in any order, and returns the indexes of those that are not done and must come again: not counted
// before the deadline, or counted and their scores not stored. An error (Internal, Invalid, TooLarge) means that trying again does
// not help; which records are done is not known then.
func (t Tally) Handle(ctx context.Context, records []Record) (open []int, err error) {
	counting, stop := before(ctx, 2*Margin)
	defer stop()
	folded, err := t.Fold.Count(counting, records)
	if err != nil {
		return nil, err
	}
	var counted []Record
	for _, r := range records {
		if !folded.Open[r.Response] {
			counted = append(counted, r)
		}
	}
	storing, stop := before(ctx, Margin)
	defer stop()
	behind, err := t.Scores.Refresh(storing, counted)
	if err != nil {
		return nil, err
	}
	for i, r := range records {
		if folded.Open[r.Response] || behind[r.Series] {
			open = append(open, i)
		}
	}
	return open, nil
}

// before is ctx, ending earlier by the margin if it has a deadline.
func before(ctx context.Context, margin time.Duration) (context.Context, context.CancelFunc) {
	deadline, has := ctx.Deadline()
	if !has {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-margin))
}
