package store

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"afterword/internal/period"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/tally"
)

var support = tally.Series{Touchpoint: "support", Survey: "support-ces-v1"}

func by(agent string) tally.Segment {
	return tally.Segment{Series: support, Cut: tally.Cut{Property: "agent", Value: agent}}
}

// answerBy is the image of an answer about an agent's ticket.
func answerBy(id, agent string, rating, rev int64) table.Change {
	item := table.Item{"rev": rev, "rating": rating, "counted": true, "touchpoint": "support", "survey": "support-ces-v1", "day": "2026-11-20",
		"sent_day": "2026-11-20", "said_cuts": map[string]any{"cause": []any{"slow#site", "long-wait"}}}
	if agent != "" {
		item["cuts"] = map[string]any{"agent": agent}
	}
	return table.Change{Sequence: "1", Key: invitationKey(id), New: item}
}

func TestManyWhoMeetTheSameNewValuesGiveThemOneCodeEach(t *testing.T) {
	onStores(t, func(t *testing.T, s *Store, tables table.Table) {
		var values []tally.Segment
		for i := range 40 {
			values = append(values, by(fmt.Sprintf("agent %d", i)))
		}
		var all sync.WaitGroup
		for i := range 4 {
			own := New(tables)
			all.Go(func() {
				if _, err := own.Shelves(t.Context(), slices.Concat(values[i*10:], values[:i*10])); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		codes := map[int64]bool{}
		if _, err := s.Shelves(t.Context(), values); err != nil {
			t.Fatal(err)
		}
		for _, value := range values {
			code, _ := s.In(tally.Generation(0)).codes.of(value)
			codes[code] = true
		}
		if len(codes) != len(values) {
			t.Errorf("%d values have %d codes", len(values), len(codes))
		}
	})
}

func TestAnAnswerIsCountedByEachOfItsCuts(t *testing.T) {
	onStores(t, func(t *testing.T, s *Store, tables table.Table) {
		day := period.NewDay(2026, 11, 20)
		handle := func(c table.Change) {
			t.Helper()
			if failed, err := (Counting{tallyOn(s)}).Handle(t.Context(), []table.Change{c}); failed != "" || err != nil {
				t.Fatal(failed, err)
			}
		}
		segments := func(of *Store, property string) map[string]tally.Counts {
			t.Helper()
			found, err := of.Segments(t.Context(), support, property, day, day)
			if err != nil {
				t.Fatal(err)
			}
			for value, counts := range found {
				counts.Changes = 0
				if found[value] = counts; counts == (tally.Counts{}) {
					delete(found, value)
				}
			}
			return found
		}
		one := tally.Counts{}
		one.Answers[4] = 1
		handle(answerBy("a", "Anna", 4, 1))
		if got := segments(s, "agent"); !maps.Equal(got, map[string]tally.Counts{"Anna": one}) {
			t.Errorf("by agent %v", got)
		}
		if got := segments(New(tables), "cause"); !maps.Equal(got, map[string]tally.Counts{"slow#site": one, "long-wait": one}) {
			t.Errorf("by cause %v", got)
		}

		// A value of an erased customer is forgotten once nobody is counted by it, and not before.
		handle(answerBy("b", "Anna", 4, 1))
		handle(answerBy("a", "", 4, 2))
		cold := New(tables)
		if err := s.Forget(t.Context(), []tally.Segment{by("Anna")}); err != nil || !maps.Equal(segments(cold, "agent"), map[string]tally.Counts{"Anna": one}) {
			t.Errorf("%v, by agent %v", err, segments(cold, "agent"))
		}
		handle(answerBy("b", "", 4, 2))
		if err := s.Forget(t.Context(), []tally.Segment{by("Anna")}); err != nil {
			t.Fatal(err)
		}
		if item, err := tables.Get(t.Context(), codeKey(tally.Generation(0), by("Anna")), true); err != nil || item[valueAttr] != nil || item[codeAttr] != int64(0) {
			t.Errorf("it is still there: %v, %v", item, err)
		}

		// It comes again under its code, also where a process that remembers it counts without its name: the next that does not, names it.
		if shelves, err := cold.Shelves(t.Context(), []tally.Segment{by("Anna")}); err != nil || len(shelves) != 1 {
			t.Fatal(shelves, err)
		}
		handle(answerBy("c", "Anna", 4, 1))
		if got := segments(New(tables), "agent"); !maps.Equal(got, map[string]tally.Counts{"Anna": one}) {
			t.Errorf("by agent %v", got)
		}
	})
}

func onStores(t *testing.T, run func(t *testing.T, s *Store, tables table.Table)) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			tables, _ := engine.Open(t)
			run(t, New(tables), tables)
		})
	}
}
