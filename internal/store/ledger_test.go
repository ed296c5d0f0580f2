package store

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/tally"
)

var sameDays = cmpopts.EquateComparable(period.Day{})

func on(day string) period.Day {
	d, err := period.ParseDay(day)
	if err != nil {
		panic(err)
	}
	return d
}

var purchases = tally.Series{Touchpoint: "purchase", Survey: "purchase-ces-v1"}

func counted(id string, revision int64, rating int) tally.Record {
	return tally.Record{
		Response: id, Revision: revision, Series: purchases,
		Contribution: tally.Contribution{Day: on("2026-11-22"), SentDay: on("2026-11-21"), Rating: rating, Counted: true},
	}
}

// image is the item of an answered invitation.
func image(changed table.Item) table.Item {
	item := table.Item{
		"id": "abc", "touchpoint": "purchase", "survey": "purchase-ces-v1", "state": "answered", "comment": "slow",
		"rev": int64(3), "rating": int64(4), "counted": true, "day": "2026-11-22", "sent_day": "2026-11-21",
	}
	for name, value := range changed {
		if item[name] = value; value == nil {
			delete(item, name)
		}
	}
	return item
}

func TestAnImageOfAnAnswerIsReadAsWhatItCounts(t *testing.T) {
	as := func(change func(*tally.Record)) tally.Record {
		r := counted("abc", 3, 4)
		change(&r)
		return r
	}
	for _, row := range []struct {
		name  string
		image table.Item
		want  tally.Record
	}{
		{"an answer", image(nil), counted("abc", 3, 4)},
		{"after a counted click", image(table.Item{"clicked": true}), as(func(r *tally.Record) { r.Clicked = true })},
		{"asked by a link", image(table.Item{"sent_day": nil, "handed": true}), as(func(r *tally.Record) { r.SentDay = period.Day{} })},
		{"a rating of 0", image(table.Item{"rating": int64(0)}), as(func(r *tally.Record) { r.Rating = 0 })},
		{"withdrawn", image(table.Item{"counted": nil}), as(func(r *tally.Record) { r.Counted, r.Rating = false, 0 })},
		{"a tombstone that keeps the rating", image(table.Item{"erased": true, "comment": nil}), counted("abc", 3, 4)},
		{"a tombstone without it", image(table.Item{"erased": true, "counted": nil, "rating": nil}),
			as(func(r *tally.Record) { r.Counted, r.Rating = false, 0 })},
		{"a tombstone that lost only the rating", image(table.Item{"erased": true, "rating": nil}),
			as(func(r *tally.Record) { r.Counted, r.Rating = false, 0 })},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, is, err := RecordOf(table.Change{Key: invitationKey("abc"), New: row.image})
			if err != nil || !is {
				t.Fatal(is, err)
			}
			if diff := cmp.Diff(row.want, got, sameDays); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsNoAnswerIsPassedOver(t *testing.T) {
	for name, change := range map[string]table.Change{
		"an invitation without an answer": {Key: invitationKey("abc"), New: image(table.Item{"rev": nil})},
		"a hit":                           {Key: hitKey("abc", noon, 1), New: table.Item{"rev": int64(1)}},
		"a case":                          {Key: caseKey("abc"), New: image(nil)},
		"removed by time to live":         {Key: invitationKey("abc"), Old: image(nil), Expired: true},
		"removed by hand":                 {Key: invitationKey("abc"), Old: image(nil)},
	} {
		if r, is, err := RecordOf(change); is || err != nil {
			t.Errorf("%s is %+v, error %v", name, r, err)
		}
	}
}

func TestAnAnswerThatCannotBeReadIsNotPassedOver(t *testing.T) {
	for _, wrong := range []table.Item{
		{"rev": int64(0)}, {"touchpoint": nil}, {"survey": ""}, {"rating": int64(11)}, {"rating": int64(-1)},
		{"day": nil}, {"day": "22 November"}, {"sent_day": nil}, {"sent_day": "soon", "handed": true},
	} {
		if _, is, err := RecordOf(table.Change{Key: invitationKey("abc"), New: image(wrong)}); is || !fault.Is(err, fault.Internal) {
			t.Errorf("%v: taken %v, error %v", wrong, is, err)
		}
	}
}

func TestARowMovesTogetherWithItsTallies(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		cell := tally.Cell{Series: purchases, Day: on("2026-11-22")}
		move := func(was, now tally.Record, lane int) error {
			adds := tally.Sheet{}
			adds.Add(was, -1)
			adds.Add(now, 1)
			for cell, counts := range adds {
				counts.Changes = 1
				adds[cell] = counts
			}
			return s.Move(t.Context(), []tally.Move{{Was: was, Now: now}}, adds, lane)
		}
		rows := func(want ...tally.Record) {
			t.Helper()
			got, err := s.Rows(t.Context(), []string{"a", "nobody"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(append(want, tally.Record{}), got, sameDays); diff != "" {
				t.Error("rows (-want +got):", diff)
			}
		}
		first, second := counted("a", 1, 2), counted("a", 4, 5)
		second.Clicked = true
		if err := move(tally.Record{}, first, 0); err != nil {
			t.Fatal(err)
		}
		rows(first)
		if err := move(tally.Record{}, first, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("a new row over a row: %v", err)
		}
		if err := move(first, second, 3); err != nil {
			t.Fatal(err)
		}
		rows(second)
		if err := move(first, counted("a", 5, 1), 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("a row that is not as it was read: %v", err)
		}
		gone := second
		gone.Revision, gone.Counted, gone.Rating, gone.Clicked = 5, false, 0, false
		if err := s.Move(t.Context(), []tally.Move{{Was: second, Now: gone}}, nil, 0); err != nil {
			t.Fatal(err)
		}
		rows(gone)

		days, err := s.Days(t.Context(), purchases, cell.Day, cell.Day)
		if err != nil {
			t.Fatal(err)
		}
		want := tally.Counts{Changes: 2}
		want.Answers[5] = 1
		if diff := cmp.Diff(map[period.Day]tally.Counts{cell.Day: want}, days, sameDays); diff != "" {
			t.Error("the tally, both lanes added up (-want +got):", diff)
		}
	})
}

func TestConflictsAndThrottlesAskForAnotherLane(t *testing.T) {
	for _, chances := range []tabletest.Chances{{Conflict: 1}, {Throttle: 1}} {
		tables, _ := tabletest.Bolt.Open(t)
		s := New(tabletest.NewFaults(tables, 1, chances)).In(tally.Generation(0))
		err := s.Move(t.Context(), []tally.Move{{Now: counted("a", 1, 2)}}, nil, 0)
		if !fault.Is(err, fault.TooMany) {
			t.Errorf("%+v: %v", chances, err)
		}
	}
}

// tallyOn is a tally that has time for one attempt.
func tallyOn(s *Store) tally.Tally {
	timeIsUp := func(context.Context, int) error { return context.DeadlineExceeded }
	return tally.Tally{
		Fold:   tally.Fold{Ledger: s, Pause: timeIsUp, Draw: func(n int) int { return n - 1 }},
		Scores: tally.Scores{Scorebook: s, Pause: timeIsUp},
	}
}

func TestCountingNamesTheLowestSequenceThatIsNotDone(t *testing.T) {
	tables, _ := tabletest.Bolt.Open(t)
	s := New(tabletest.NewFaults(tables, 1, tabletest.Chances{Transient: 1}))
	var changes []table.Change
	for _, sequence := range []string{"100", "99", "0000000000000000000000101"} {
		changes = append(changes, table.Change{Sequence: sequence, Key: invitationKey("r" + sequence), New: image(nil)})
	}
	counting := Counting{tallyOn(s)}
	first, err := counting.Handle(t.Context(), changes)
	if err != nil || first != "99" {
		t.Errorf("first failed %q, error %v; want 99, by number", first, err)
	}
	changes[1].New["day"] = "never"
	if _, err := counting.Handle(t.Context(), changes); !fault.Is(err, fault.Internal) {
		t.Errorf("an answer that cannot be read: %v", err)
	}
}

func TestTheLedgerHoldsNoMoreThanItNeeds(t *testing.T) {
	key := ledgerKey(tally.Generation(0), "Zm9vYmFyYmF6cXV4cXV1")
	item := rowItem(counted("Zm9vYmFyYmF6cXV4cXV1", 12, 5))
	item[table.AttrPartition], item[table.AttrSort] = key.Partition, key.Sort
	if size := table.Size(item); size > 200 {
		t.Errorf("a row has %d bytes: a scan of a million reads 4 KB for a handful", size)
	}
	for name := range item {
		if name == "comment" || name == "customer" {
			t.Errorf("a row holds %s", name)
		}
	}
}
