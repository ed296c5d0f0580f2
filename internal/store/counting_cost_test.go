package store

import (
	"fmt"
	"testing"

	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

// countMetered counts batches of answers about three touchpoints on one day, in batches of so many, and returns what a response cost.
func countMetered(tb testing.TB, batch, batches int) (writes, reads float64) {
	tb.Helper()
	meter := &table.Meter{}
	tables, _ := tabletest.Bolt.OpenMetered(tb, meter)
	counting := Counting{tallyOn(New(tables))}
	for b := range batches {
		changes := make([]table.Change, batch)
		for i := range changes {
			id := fmt.Sprintf("response-%03d-%04d-x", b, i)
			touchpoint := []string{"purchase", "support", "onboarding"}[i%3]
			changes[i] = table.Change{Sequence: fmt.Sprint(1 + i), Key: invitationKey(id), New: image(table.Item{
				"id": id, "touchpoint": touchpoint, "survey": touchpoint + "-ces-v1", "rev": int64(1), "rating": int64(i%5 + 1),
				"day": "2026-11-22", "sent_day": "2026-11-22", "cuts": map[string]any{
					"agent": fmt.Sprintf("agent-%02d", i/3%20), "product": fmt.Sprintf("product-%02d", (7*i+b)/3%30), "country": fmt.Sprintf("C%d", i/3%10),
				},
			})}
		}
		if first, err := counting.Handle(tb.Context(), changes); first != "" || err != nil {
			tb.Fatal(first, err)
		}
	}
	use := meter.Snapshot()
	n := float64(batch * batches)
	return float64(use.WriteUnits) / n, use.ReadUnits / n
}

func TestCountingStaysWithinItsBudget(t *testing.T) {
	// The promise, for three touchpoints with segments of 20, 30 and 10 values each, on one day.
	for _, row := range []struct {
		batch, batches int
		most           float64
	}{{1, 200, 20}, {200, 3, 2.6}} {
		writes, reads := countMetered(t, row.batch, row.batches)
		t.Logf("batch %d: %.2f write units and %.2f read units a response", row.batch, writes, reads)
		if writes > row.most {
			t.Errorf("batch %d: %.2f write units a response, at most %.2f", row.batch, writes, row.most)
		}
	}
}

func BenchmarkCounting(b *testing.B) {
	for _, batch := range []int{1, 25, 200} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			var writes, reads float64
			for b.Loop() {
				writes, reads = countMetered(b, batch, 4)
			}
			b.ReportMetric(writes, "write-units/response")
			b.ReportMetric(reads, "read-units/response")
		})
	}
}
