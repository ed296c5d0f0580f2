package survey

import (
	"context"
	"errors"
	"fmt"

	"afterword/internal/agenda"
)

// Lots is the agenda's handler of lots: letters that the carrier took and that nobody finished marking, because their dispatcher died
// or the table failed it.
type Lots struct{ Marks Marks }

// Handle finishes the lots of some entries. It returns agenda.ErrEnough when the walk's time is used up.
func (l Lots) Handle(ctx context.Context, entries []agenda.Entry, walk agenda.Walk) error {
	var failures []error
	for _, e := range entries {
		if !walk.Now().Before(walk.End.Add(-settling)) {
			failures = append(failures, agenda.ErrEnough)
			break
		}
		if err := l.Marks.Finish(ctx, e.Key); err != nil {
			failures = append(failures, fmt.Errorf("finish marking a lot: %w", err))
		}
	}
	if len(failures) == 1 {
		return failures[0] // ErrEnough alone is no failure
	}
	return errors.Join(failures...)
}
