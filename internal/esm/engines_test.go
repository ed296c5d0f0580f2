package esm_test

import (
	"context"
	"fmt"
	"testing"

	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

// together is how many schedules share the tables of an engine; the audit looks at all of them at the end.
const together = 25

// write makes a history's changes on the engine and returns them as its feed shows them, at the times of the history.
func (h *history) write(ctx context.Context, tables table.Table, feed table.Feed, at map[string]string) ([]table.Change, error) {
	for _, c := range h.changes {
		w := table.Write{Kind: table.Delete, Key: c.Key}
		if c.New != nil {
			w = table.Write{Kind: table.Put, Key: c.Key, Item: table.Item{}}
			for name, value := range c.New {
				if name != table.AttrPartition && name != table.AttrSort {
					w.Item[name] = value
				}
			}
		}
		if _, err := tables.Write(ctx, w); err != nil {
			return nil, err
		}
	}
	var found []table.Change
	for len(found) < len(h.changes) && ctx.Err() == nil {
		shards, err := feed.Shards(ctx)
		if err != nil {
			return nil, err
		}
		for _, shard := range shards {
			records, err := feed.Read(ctx, shard, at[shard], 1000)
			if err != nil {
				return nil, err
			}
			for _, c := range records {
				at[shard] = c.Sequence
				c.At = h.changes[min(len(found), len(h.changes)-1)].At
				found = append(found, c)
			}
		}
	}
	if len(found) != len(h.changes) {
		return nil, fmt.Errorf("the feed shows %d changes of %d", len(found), len(h.changes))
	}
	return found, ctx.Err()
}

// On the engines the transactions, conditions, pages and the feed are real; schedules are fewer.
func TestEveryScheduleEndsInTheSameTalliesOnEachEngine(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			var all sum
			n := min(schedules(t, 200), 1000)
			t.Run("seeds", func(t *testing.T) {
				for first := uint64(0); first < n; first += together {
					t.Run(fmt.Sprint(first), func(t *testing.T) {
						t.Parallel()
						onEngine(t, engine, first, min(n, first+together), &all)
					})
				}
			})
			all.metEveryFault(t)
		})
	}
}

// onEngine runs the schedules of some seeds on the same tables, one after the other.
func onEngine(t *testing.T, engine tabletest.Engine, first, end uint64, all *sum) {
	tables, feed := engine.Open(t)
	at := map[string]string{}
	var lost []*history
	for seed := first; seed < end; seed++ {
		s := plan(seed, fmt.Sprintf("touchpoint-%d", seed), 4)
		records, err := s.history.write(t.Context(), tables, feed, at)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		var o outcome
		o.report, o.injected = s.run(tables, records, counting, seed)
		if len(o.report.Failures) > 0 {
			lost = append(lost, s.history)
		} else {
			o.tallies, o.scores = s.history.check(tables)
		}
		all.add(o)
		for _, line := range append(o.tallies, o.scores...) {
			t.Errorf("seed %d: %s", seed, line)
		}
	}
	found, err := audited(tables)
	if err != nil || found.Drifted > 0 || found.Unsettled > 0 || found.Healed < found.Lagging || found.Lagging > 0 && lost == nil {
		t.Errorf("%d schedules had records given up; the audit found %+v, %v", len(lost), found, err)
	}
	for _, h := range lost {
		if tallies, scores := h.check(tables); len(tallies)+len(scores) > 0 {
			t.Errorf("%s is not healed: %v %v", h.touchpoint, tallies, scores)
		}
	}
	if found, err := audited(tables); err != nil || found.Lagging+found.Drifted > 0 {
		t.Errorf("the second audit found %+v, %v", found, err)
	}
}
