package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"afterword/internal/period"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/tally"
)

// rebuildOf is a rebuild on a store whose clock is moved by hand.
func rebuildOf(s *Store) tally.Rebuild {
	return tally.Rebuild{States: s, In: func(generation string) tally.Edition {
		in := s.In(generation)
		counter := tallyOn(in)
		return tally.Edition{Books: in, Rows: in, Ledger: in, Fold: counter.Fold, Scores: counter.Scores, Audit: tally.Audit{
			Books: in, Ledger: in, Scorebook: in, Archive: in, Tally: counter, Wait: func(context.Context, time.Duration) error { return nil },
		}}
	}}
}

// The runbook says what a rebuild costs: of a year's answers about three touchpoints, with segments of 20, 30 and 10 values.
func TestARebuildStaysWithinItsBudget(t *testing.T) {
	const responses, mostWrites, mostReads = 5000, 7, 5
	meter := &table.Meter{}
	tables, _ := tabletest.Bolt.OpenMetered(t, meter)
	now := noon
	s := NewAt(tables, func() time.Time { return now })
	counting := Counting{tallyOn(s)}
	var batch []table.Change
	for i := range responses {
		id, touchpoint, day := fmt.Sprintf("response-%06d-xyz", i), []string{"purchase", "support", "onboarding"}[i%3], period.DayOf(noon, time.UTC).Add(-i%365)
		item := image(table.Item{
			"id": id, "touchpoint": touchpoint, "survey": touchpoint + "-ces-v1", "rev": int64(1), "rating": int64(i%5 + 1),
			"day": day.String(), "sent_day": day.Add(-1).String(), "cuts": map[string]any{
				"agent": fmt.Sprintf("agent-%02d", i/3%20), "product": fmt.Sprintf("product-%02d", i/7%30), "country": fmt.Sprintf("C%d", i/3%10),
			},
		})
		if _, err := tables.Write(t.Context(), table.Write{Kind: table.Put, Key: invitationKey(id), Item: item}); err != nil {
			t.Fatal(err)
		}
		if batch = append(batch, table.Change{Sequence: fmt.Sprint(1 + i), Key: invitationKey(id), New: item}); len(batch) == 500 {
			if first, err := counting.Handle(t.Context(), batch); first != "" || err != nil {
				t.Fatal(first, err)
			}
			batch = nil
		}
	}
	rebuild, before := rebuildOf(s), meter.Snapshot()
	state, err := rebuild.Begin(t.Context(), now)
	for err == nil && state.Running() {
		now = now.Add(time.Minute)
		state, err = rebuild.Run(t.Context(), func() time.Time { return now })
	}
	if err != nil || state.Failure != "" || state.Counted != responses {
		t.Fatalf("%+v, %v", state, err)
	}
	use := meter.Snapshot().Sub(before)
	writes, reads := float64(use.WriteUnits)/responses, use.ReadUnits/responses
	t.Logf("a rebuild: %.2f write units and %.2f read units a response, $%.2f a million at 0.625 and 0.125 dollars a million units", writes, reads, writes*0.625+reads*0.125)
	if writes > mostWrites || reads > mostReads {
		t.Errorf("%.2f write units and %.2f read units a response, at most %d and %d", writes, reads, mostWrites, mostReads)
	}
}
