package store

import (
	"testing"
	"time"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/tally"
)

// Whoever learned of the generations just before they changed goes by that for a minute, and reads and counts rightly nevertheless.
func TestWhoGoesByTheFormerGenerationReadsWhatIsTrue(t *testing.T) {
	tables, _ := tabletest.Bolt.Open(t)
	now := noon
	clock := func() time.Time { return now }
	stale, s := NewAt(tables, clock), NewAt(tables, clock)
	answered := 0
	count := func(by *Store) {
		t.Helper()
		answered++
		id := "response-" + string(rune('a'+answered))
		item := image(table.Item{"id": id, "rev": int64(1), "rating": int64(5)})
		if _, err := tables.Write(t.Context(), table.Write{Kind: table.Put, Key: invitationKey(id), Item: item}); err != nil {
			t.Fatal(err)
		}
		everywhere := tally.Everywhere{InUse: by, In: func(generation string) tally.Counter { return tallyOn(by.In(generation)) }}
		if first, err := (Counting{everywhere}).Handle(t.Context(), []table.Change{{Sequence: "1", Key: invitationKey(id), New: item}}); first != "" || err != nil {
			t.Fatal(first, err)
		}
	}
	reads := func(by *Store, when string) {
		t.Helper()
		if score, err := by.Score(t.Context(), purchases, "2026-11"); err != nil || score.Answers[5] != int64(answered) {
			t.Errorf("%s: %+v, error %v, want %d answers", when, score, err, answered)
		}
		if days, err := by.Days(t.Context(), purchases, on("2026-11-22"), on("2026-11-22")); err != nil || days[on("2026-11-22")].Answers[5] != int64(answered) {
			t.Errorf("%s: %+v, error %v, want %d answers", when, days, err, answered)
		}
	}
	count(stale)
	rebuild := rebuildOf(s)
	state, err := rebuild.Begin(t.Context(), now)
	for stage := tally.Counting; err == nil && state.Running(); now = now.Add(time.Minute) {
		reads(stale, "before "+string(stage))
		if state, err = rebuild.Run(t.Context(), clock); state.Stage != stage {
			stage = state.Stage
			reads(stale, "at "+string(stage))
			count(NewAt(tables, clock)) // by one who knows of it
			reads(stale, "counted after "+string(stage))
			reads(NewAt(tables, clock), "read anew after "+string(stage))
		}
	}
	if err != nil || state.Failure != "" || state.Read != tally.Generation(1) {
		t.Fatalf("%+v, %v", state, err)
	}
	reads(stale, "in the end")
	if _, err := rebuild.Begin(t.Context(), now); err != nil {
		t.Errorf("another rebuild: %v", err)
	}
	if _, err := rebuild.Begin(t.Context(), now); !fault.Is(err, fault.Conflict) {
		t.Errorf("one beside it: %v", err)
	}
}

func TestWhoCannotLearnOfTheGenerationsCountsNothing(t *testing.T) {
	tables, _ := tabletest.Bolt.Open(t)
	faults := tabletest.NewFaults(tables, 1, tabletest.Chances{})
	now := noon
	s := NewAt(faults, func() time.Time { return now })
	if _, err := s.Generations(t.Context()); err != nil {
		t.Fatal(err)
	}
	faults.SetChances(tabletest.Chances{Transient: 1})
	now = now.Add(tally.Fresh - time.Second)
	if _, err := s.Generations(t.Context()); err != nil {
		t.Errorf("within a minute nothing is read: %v", err)
	}
	now = now.Add(time.Second)
	everywhere := tally.Everywhere{InUse: s, In: func(string) tally.Counter { panic("counted by what was true before") }}
	if open, err := everywhere.Handle(t.Context(), []tally.Record{counted("a", 1, 2), counted("b", 1, 2)}); err != nil || len(open) != 2 {
		t.Errorf("%v are to come again, error %v", open, err)
	}
}

// Nothing is lost without a word: what cannot be read and is all that is known ends the rebuild, and the counts stay as they were.
func TestARebuildThatCannotReadSomethingIsGivenUp(t *testing.T) {
	unreadable := table.Item{"rev": int64(1), "touchpoint": "purchase", "survey": "purchase-ces-v1", "counted": true, "rating": int64(99), "day": "2026-11-22", "sent_day": "2026-11-21"}
	for name, key := range map[string]table.Key{
		"a response": invitationKey("broken"), "the row of an expired response": ledgerKey(tally.Generation(0), "broken"),
	} {
		t.Run(name, func(t *testing.T) {
			tables, _ := tabletest.Bolt.Open(t)
			now := noon
			s := NewAt(tables, func() time.Time { return now })
			if _, err := tables.Write(t.Context(), table.Write{Kind: table.Put, Key: key, Item: unreadable}); err != nil {
				t.Fatal(err)
			}
			if err := s.StoreScore(t.Context(), purchases, period.Month(on("2026-11-22")).Name, tally.Counts{Changes: 1}); err != nil {
				t.Fatal(err)
			}
			rebuild := rebuildOf(s)
			state, err := rebuild.Begin(t.Context(), now)
			for rounds := 0; state.Running() && rounds < 20; rounds++ {
				now = now.Add(time.Minute)
				state, err = rebuild.Run(t.Context(), func() time.Time { return now })
			}
			if err != nil || state.Stage != tally.Done || state.Failure == "" || state.Read != tally.Generation(0) || len(state.Written) != 1 {
				t.Errorf("%+v, %v", state, err)
			}
			page, err := s.Entries(t.Context(), "")
			if err != nil || len(page.Scores) != 1 {
				t.Errorf("%+v, %v: what was read before is gone", page, err)
			}
		})
	}
}
