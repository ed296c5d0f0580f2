package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/period"
	"afterword/internal/store"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/touchpoint"
)

func skipped(event string, reason touchpoint.Reason, count int) touchpoint.Skip {
	return touchpoint.Skip{Source: "shop#1", Event: event, Reason: reason, Count: count}
}

func TestEventsThatMakeNoVisitAreCountedByTheDay(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range tabletest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			tables, _ := e.Open(t)
			s := store.New(tables)
			skip := func(at time.Time, skips ...touchpoint.Skip) {
				t.Helper()
				if err := s.Skip(t.Context(), skips, at, stockholm); err != nil {
					t.Error(err)
				}
			}
			late := time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC) // the 21st in Stockholm
			skip(noon, skipped("orders/paid", touchpoint.Filtered, 1), skipped("products/update", touchpoint.Unmapped, 2), skipped("products/update", touchpoint.Unmapped, 1))
			skip(noon.Add(time.Minute), skipped("products/update", touchpoint.Unmapped, 1))
			skip(noon.Add(time.Minute), touchpoint.Skip{Source: "shop", Event: "another's", Reason: touchpoint.Unmapped})
			skip(late, skipped("products/update", touchpoint.Unmapped, 1), skipped("", touchpoint.Ping, 1))
			asked := func(from, to int) []touchpoint.Skip {
				t.Helper()
				got, err := s.Skips(t.Context(), "shop#1", period.NewDay(2026, 11, from), period.NewDay(2026, 11, to))
				if err != nil {
					t.Fatal(err)
				}
				return got
			}
			between := func(s touchpoint.Skip, first, last time.Time) touchpoint.Skip {
				s.First, s.Last = first, last
				return s
			}
			filtered := between(skipped("orders/paid", touchpoint.Filtered, 1), noon, noon)
			for _, row := range []struct {
				from, to int
				want     []touchpoint.Skip
			}{
				{20, 20, []touchpoint.Skip{between(skipped("products/update", touchpoint.Unmapped, 4), noon, noon.Add(time.Minute)), filtered}},
				{21, 21, []touchpoint.Skip{between(skipped("", touchpoint.Ping, 1), late, late), between(skipped("products/update", touchpoint.Unmapped, 1), late, late)}},
				{15, 21, []touchpoint.Skip{
					between(skipped("products/update", touchpoint.Unmapped, 5), noon, late), between(skipped("", touchpoint.Ping, 1), late, late), filtered,
				}},
				{15, 19, nil},
			} {
				if diff := cmp.Diff(row.want, asked(row.from, row.to)); diff != "" {
					t.Errorf("from the %d to the %d (-want +got): %s", row.from, row.to, diff)
				}
			}
			for key, item := range contents(t, tables) {
				if expires, _ := item[table.AttrExpires].(int64); expires < noon.Add(34*24*time.Hour).Unix() || expires > late.Add(35*24*time.Hour).Unix() {
					t.Errorf("%s is kept until %d", key, expires)
				}
			}
		})
	}
}

func TestEventsAtTheSameTimeAreCountedExactly(t *testing.T) {
	for _, e := range tabletest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			tables, _ := e.Open(t)
			s := store.New(tables)
			together(8, func(i int) {
				for range 4 {
					if err := s.Skip(t.Context(), []touchpoint.Skip{skipped(fmt.Sprint("event ", i%2), touchpoint.Unmapped, 1)}, noon, time.UTC); err != nil {
						t.Error(err)
					}
				}
			})
			got, err := s.Skips(t.Context(), "shop#1", period.DayOf(noon, time.UTC), period.DayOf(noon, time.UTC))
			if err != nil || len(got) != 2 || got[0].Count != 16 || got[1].Count != 16 {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

// A source whose events all have names of their own fills no table.
func TestASourceThatNamesEachEventAnewIsCountedInFewItems(t *testing.T) {
	tables, _ := tabletest.Bolt.Open(t)
	s := store.New(tables)
	const names = 1000
	for i := range names / 20 {
		var batch []touchpoint.Skip
		for j := range 20 {
			batch = append(batch, skipped(fmt.Sprint("event ", 20*i+j), touchpoint.Unmapped, 1))
		}
		if err := s.Skip(t.Context(), batch, noon, time.UTC); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Skip(t.Context(), []touchpoint.Skip{skipped("orders/paid", touchpoint.Filtered, 7)}, noon, time.UTC); err != nil {
		t.Fatal(err)
	}
	if kept := len(contents(t, tables)); kept < 150 || kept > 202 {
		t.Errorf("%d items are kept", kept)
	}
	got, err := s.Skips(t.Context(), "shop#1", period.DayOf(noon, time.UTC), period.DayOf(noon, time.UTC))
	if err != nil || got[0].Event != "" || got[0].Count < names-200 || !slices.ContainsFunc(got, func(s touchpoint.Skip) bool { return s.Event == "orders/paid" && s.Count == 7 }) {
		t.Errorf("%v, %v", got, err)
	}
	total := 0
	for _, skip := range got {
		total += skip.Count
	}
	if total != names+7 {
		t.Errorf("%d events are counted, want %d", total, names+7)
	}
}

func TestAnEventThatMakesNoVisitCostsOneSmallWrite(t *testing.T) {
	var meter table.Meter
	tables, _ := tabletest.Bolt.OpenMetered(t, &meter)
	s := store.New(tables)
	for i, want := range []int64{2, 1, 1} { // the first of its name on a day finds that it is
		before := meter.Snapshot()
		if err := s.Skip(t.Context(), []touchpoint.Skip{skipped("products/update", touchpoint.Unmapped, 1)}, noon, time.UTC); err != nil {
			t.Fatal(err)
		}
		if use := meter.Snapshot().Sub(before); use.WriteUnits != want || use.ReadUnits != 0 {
			t.Errorf("event %d: %d write and %v read units, want %d", i, use.WriteUnits, use.ReadUnits, want)
		}
	}
}
