package store

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/report"
	"afterword/internal/table"
)

func TestTheRoundOfAReportIsOpenedOnceAndFixesItsReaders(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		reports := Reports{s}
		check := func(want report.Round) {
			t.Helper()
			got, err := reports.Round(t.Context(), "2026-10")
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v, (-want +got): %s", err, diff)
			}
		}
		check(report.Round{Mails: map[string]report.Mailing{}})
		readers := []string{report.ReaderID("carl@acme.example"), report.ReaderID("ebba@acme.example")}
		for i, each := range [][]string{readers, {"later"}, nil} {
			if opened, err := reports.Open(t.Context(), "2026-10", each, noon); err != nil || opened != (i == 0) {
				t.Errorf("try %d: opened %v, %v", i, opened, err)
			}
		}
		check(report.Round{Opened: true, Readers: readers, Mails: map[string]report.Mailing{}})
		if opened, err := reports.Open(t.Context(), "2026-Q3", nil, noon); err != nil || !opened {
			t.Errorf("one for nobody: opened %v, %v", opened, err)
		}
	})
}

func TestAReportIsClaimedByOneAndSettledByNobodyElse(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		reports := Reports{s}
		var won atomic.Int32
		var group sync.WaitGroup
		for i := range 6 {
			group.Go(func() {
				taken, err := reports.Claim(t.Context(), "2026-10", "reader", fmt.Sprint("claim", i), noon)
				if err != nil {
					t.Error(err)
				}
				if taken {
					won.Add(1)
				}
			})
		}
		group.Wait()
		if won.Load() != 1 {
			t.Errorf("%d have it", won.Load())
		}
		state := func() report.Mailing {
			round, err := reports.Round(t.Context(), "2026-10")
			if err != nil {
				t.Fatal(err)
			}
			return round.Mails["reader"]
		}
		held := state()
		if held.State != report.Claimed || !held.ClaimedAt.Equal(noon) || held.Claim == "" {
			t.Errorf("it is %+v", held)
		}
		settle := func(claim string, as report.State) report.State {
			if err := reports.Settle(t.Context(), "2026-10", "reader", claim, as, "message"); err != nil {
				t.Fatal(err)
			}
			return state().State
		}
		if got := settle("another", report.Sent); got != report.Claimed {
			t.Errorf("somebody else made it %q", got)
		}
		if got := settle(held.Claim, report.Due); got != report.Due {
			t.Errorf("released, it is %q", got)
		}
		if taken, err := reports.Claim(t.Context(), "2026-10", "reader", "again", noon.Add(time.Hour)); err != nil || !taken {
			t.Errorf("released, and taken again: %v, %v", taken, err)
		}
		if got := settle("again", report.Sent); got != report.Sent {
			t.Errorf("sent, it is %q", got)
		}
		for _, as := range []report.State{report.Due, report.Unknown} {
			if got := settle("again", as); got != report.Sent {
				t.Errorf("what was sent became %q", got)
			}
		}
		if taken, err := reports.Claim(t.Context(), "2026-10", "reader", "twice", noon); err != nil || taken {
			t.Errorf("sent, and taken again: %v, %v", taken, err)
		}
		item, err := s.table.Get(t.Context(), table.Key{Table: table.Scorebook, Partition: "M#2026-10", Sort: "reader"}, true)
		if err != nil || item["message_id"] != "message" {
			t.Errorf("the item is %v, %v", item, err)
		}
	})
}
