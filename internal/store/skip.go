package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/table"
	"afterword/internal/touchpoint"
)

var _ touchpoint.Skips = (*Store)(nil)

// The names of events are foreign, and a source may send ever new ones. So a name has no item of its own but one of few slots that its hash
// leads to; where others are in all of them, it is counted without its name. A day of a source thus has at most so many items for a reason,
// and what is counted is counted right whatever the names are.
const (
	skipSlots  = touchpoint.MostSkipped
	skipProbes = 3
	noSlot     = "rest"
	batchNames = 20 // by so many names the events of one batch are told apart: its sender waits for all writes
)

func skipSlot(event string, probe int) string {
	h := fnv.New32a()
	fmt.Fprintf(h, "%d#%s", probe, event)
	return fmt.Sprintf("%03d", h.Sum32()%skipSlots)
}

// Skip counts events that made no visit: one small write for those of a name, and one more for its first on a day.
func (s *Store) Skip(ctx context.Context, skips []touchpoint.Skip, now time.Time, zone *time.Location) error {
	day := period.DayOf(now, zone).String()
	for _, skip := range touchpoint.Sum(skips, batchNames) {
		skip.First, skip.Last = now, now
		if err := s.skip(ctx, skip, day); err != nil {
			return fmt.Errorf("count events that made no visit: %w", err)
		}
	}
	return nil
}

func (s *Store) skip(ctx context.Context, skip touchpoint.Skip, day string) error {
	for probe := range skipProbes {
		if skip.Event == "" {
			break
		}
		counted, err := s.skipAt(ctx, skip, skipKey(skip.Source, day, string(skip.Reason), skipSlot(skip.Event, probe)))
		if counted || err != nil {
			return err
		}
	}
	skip.Event = ""
	_, err := s.skipAt(ctx, skip, skipKey(skip.Source, day, string(skip.Reason), noSlot))
	return err
}

// skipAt counts at one slot; false when another name is in it.
func (s *Store) skipAt(ctx context.Context, skip touchpoint.Skip, key table.Key) (bool, error) {
	for range tries {
		_, err := s.write(ctx, table.Write{
			Kind: table.Update, Key: key, Set: table.Item{"last": stamp(skip.Last)}, Add: map[string]int64{"n": int64(skip.Count)},
			If: table.Equal("event", skip.Event),
		})
		stored, refused := table.Stored(err)
		if !refused {
			return err == nil, err
		}
		if stored != nil {
			return false, nil
		}
		first, err := s.applies(ctx, table.Write{
			Kind: table.Put, Key: key, If: table.Absent(table.AttrPartition), Item: table.Item{
				"event": skip.Event, "first": stamp(skip.First), "last": stamp(skip.Last), "n": int64(skip.Count),
				table.AttrExpires: skip.First.AddDate(0, 0, touchpoint.SkipsKept).Unix(),
			},
		})
		if first || err != nil {
			return first, err
		}
	}
	return false, fault.New(fault.Transient, "too many are reporting at once, try again")
}

// Skips reads which events of a source made no visit on a range of days, the most frequent first.
func (s *Store) Skips(ctx context.Context, source string, from, to period.Day) ([]touchpoint.Skip, error) {
	var skips []touchpoint.Skip
	q := table.Query{Table: table.Feedback, Partition: skipKey(source, "", "", "").Partition, From: from.String(), To: to.String() + lanesEnd}
	err := s.eachOf(ctx, q, func(item table.Item) {
		if _, rest, ok := strings.Cut(item.Key(table.Feedback).Sort, "#"); ok {
			reason, _, _ := strings.Cut(rest, "#")
			skips = append(skips, skipOf(source, reason, item))
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read which events made no visit: %w", err)
	}
	return touchpoint.Sum(skips, touchpoint.MostSkipped), nil
}

func skipOf(source, reason string, item table.Item) touchpoint.Skip {
	text := func(attr string) string { s, _ := item[attr].(string); return s }
	moment := func(attr string) time.Time { t, _ := time.Parse(time.RFC3339, text(attr)); return t }
	n, _ := item["n"].(int64)
	return touchpoint.Skip{Source: source, Event: text("event"), Reason: touchpoint.Reason(reason), Count: int(n), First: moment("first"), Last: moment("last")}
}
