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
				"day": "2026-11-22", "sent_day": "2026-11-22",
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
	// The promise is 2.6 write units a response at batch 200 and 20 at batch 1, with three cuts of each series. A cut is one more
	// item in the transaction: 2 units at batch 1, and 2 for each of 3 series at batch 200 (0.09 in all with 3 cuts).
	const cuts = 3
	for _, row := range []struct {
		batch   int
		promise float64
		perCut  float64
	}{{1, 20, 2}, {200, 2.6, 2 * 3.0 / 200}} {
		writes, _ := countMetered(t, row.batch, 3)
		if most := row.promise - cuts*row.perCut; writes > most {
			t.Errorf("batch %d: %.2f write units a response, at most %.2f leave room for %d cuts", row.batch, writes, most, cuts)
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
