package store

import (
	"context"
	"time"

	"afterword/internal/followup"
	"afterword/internal/table"
)

// Following is the opener of cases as a reader of the change feed.
type Following struct {
	Opener followup.Opener
	Now    func() time.Time
}

// Handle follows up on the answers among the changes. What is no answer is passed over; an answer that cannot be read is logged by its
// key and dropped, because no repetition makes it readable.
func (f Following) Handle(ctx context.Context, changes []table.Change) (firstFailed string, err error) {
	var seen []followup.Seen
	for _, change := range changes {
		if _, revised := change.New["rev"]; !revised {
			continue
		}
		rec, err := recordOf(change.New)
		if err != nil {
			f.Opener.Log.ErrorContext(ctx, "answer cannot be read", "key", change.Key.String(), "cause", err.Error())
			continue
		}
		seen = append(seen, followup.Seen{Sequence: change.Sequence, Record: rec})
	}
	return f.Opener.Handle(ctx, seen, f.Now().UTC().Truncate(time.Second))
}

// Sweep takes answers that the feed's reader may have missed to the opener.
type Sweep struct {
	Store  *Store
	Opener followup.Opener
	Now    func() time.Time
}

// Follow follows up on the answers of some invitations as they are now. Faults: Transient.
func (s Sweep) Follow(ctx context.Context, responses []string) error {
	records, err := s.Store.Records(ctx, responses)
	if err != nil {
		return err
	}
	seen := make([]followup.Seen, len(records))
	for i, rec := range records {
		seen[i] = followup.Seen{Sequence: rec.ID, Record: rec}
	}
	_, err = s.Opener.Handle(ctx, seen, s.Now().UTC().Truncate(time.Second))
	return err
}
