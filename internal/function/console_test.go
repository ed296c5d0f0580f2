package function_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/access"
	"afterword/internal/console"
	"afterword/internal/function"
	"afterword/internal/period"
	"afterword/internal/report"
	"afterword/internal/store"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/tally"
)

// anybody lets everybody read.
type anybody struct{}

func (anybody) Visitor(context.Context, string, string, time.Time) (access.Visitor, error) {
	return access.Visitor{}, nil
}

// count counts so many answers about a touchpoint, over the last thirty days.
func count(t *testing.T, kept *store.Store, answers int) {
	t.Helper()
	counting := store.Counting{Tally: tally.Tally{
		Fold:   tally.Fold{Ledger: kept, Pause: function.Pause, Draw: func(int) int { return 0 }},
		Scores: tally.Scores{Scorebook: kept, Pause: function.Pause},
	}}
	var changes []table.Change
	for i := range answers {
		id := fmt.Sprintf("response-%06d-xxxx", i)
		changes = append(changes, table.Change{
			Sequence: fmt.Sprint(1 + i), Key: table.Key{Table: table.Feedback, Partition: "I#" + id, Sort: "invitation"},
			New: table.Item{
				"id": id, "touchpoint": "support", "survey": "support-ces-v1", "state": "answered", "counted": true, "rev": int64(1), "rating": int64(1 + i%5),
				"day": period.DayOf(now, time.UTC).Add(-i % 30).String(), "sent_day": "2026-10-20",
			},
		})
		if len(changes) == 100 || i == answers-1 {
			if first, err := counting.Handle(t.Context(), changes); first != "" || err != nil {
				t.Fatal(first, err)
			}
			changes = nil
		}
	}
}

// The overview is what people look at each morning: it has to cost the same after ten answers and after a million.
func TestTheOverviewReadsNoMoreWhenMoreCustomersAnswer(t *testing.T) {
	reads := func(answers int, address string) table.Use {
		meter := &table.Meter{}
		engine, _ := tabletest.Bolt.OpenMetered(t, meter)
		kept, clock := store.New(engine), func() time.Time { return now }
		count(t, kept, answers)
		programs := function.Programs(kept, clock)
		if _, err := programs.Current(t.Context()); err != nil {
			t.Fatal(err)
		}
		pages := (&console.Console{
			Sessions: anybody{}, Programs: programs, Scores: report.Gather{Counts: tally.Reader{Archive: kept}}, Audits: kept, Now: clock, Log: slog.New(slog.DiscardHandler),
		}).Handler()
		before, page := meter.Snapshot(), httptest.NewRecorder()
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://feedback.example.com"+address, nil)
		request.Header.Set("Cookie", console.Cookie+"=anything")
		pages.ServeHTTP(page, request)
		if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), ">Support<") {
			t.Fatalf("%s answers %d: %s", address, page.Code, page.Body)
		}
		return meter.Snapshot().Sub(before)
	}
	for _, address := range []string{"/scores", "/scores?period=2026-Q4", "/scores?period=2026-W47"} {
		few, many := reads(10, address), reads(1000, address)
		if few.ReadUnits == 0 {
			t.Errorf("%s was read without the meter", address)
		}
		if diff := cmp.Diff(few, many); diff != "" {
			t.Errorf("%s after 10 and after 1,000 answers:\n%s", address, diff)
		}
	}
}
