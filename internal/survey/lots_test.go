package survey

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"afterword/internal/agenda"
)

// lotBook is where lots are finished: one of them cannot be.
type lotBook struct {
	Marks
	finished []string
	broken   string
	now      *time.Time
}

var errBroken = errors.New("the book is closed")

func (b *lotBook) Finish(_ context.Context, lot string) error {
	*b.now = b.now.Add(time.Second)
	if lot == b.broken {
		return errBroken
	}
	b.finished = append(b.finished, lot)
	return nil
}

func TestLotsAreFinishedWhileTheWalkLasts(t *testing.T) {
	entries := []agenda.Entry{{Kind: agenda.Mark, Key: "1"}, {Kind: agenda.Mark, Key: "2"}, {Kind: agenda.Mark, Key: "3"}}
	for _, c := range []struct {
		name     string
		broken   string
		left     time.Duration
		finished []string
		enough   bool
	}{
		{"all", "", time.Minute, []string{"1", "2", "3"}, false},
		{"one that fails keeps no other from it", "1", time.Minute, []string{"2", "3"}, false},
		{"the walk is nearly over", "", settling + 2*time.Second, []string{"1", "2"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
			book := &lotBook{broken: c.broken, now: &now}
			walk := agenda.Walk{Now: func() time.Time { return now }, End: now.Add(c.left)}
			err := Lots{book}.Handle(t.Context(), entries, walk)
			if !slices.Equal(book.finished, c.finished) || (err == agenda.ErrEnough) != c.enough || errors.Is(err, errBroken) != (c.broken != "") { //nolint:errorlint // alone it is no failure
				t.Errorf("finished %v, %v", book.finished, err)
			}
		})
	}
}
