package tally

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"afterword/internal/fault"
	"afterword/internal/period"
)

func stored(b *book) (names []string) {
	for score := range b.scores {
		names = append(names, score.Name)
	}
	slices.Sort(names)
	return names
}

func TestTheScoresOfBothDaysPeriodsAreStored(t *testing.T) {
	for _, row := range []struct {
		name, day, sent string
		stored          []string
		read            string
	}{
		{"one day", "2026-11-22", "2026-11-22", []string{"2026", "2026-11", "2026-Q4", "2026-W47"}, "from 2026-01-01 to 2026-12-31"},
		{"asked by a link", "2026-11-22", "", []string{"2026", "2026-11", "2026-Q4", "2026-W47"}, "from 2026-01-01 to 2026-12-31"},
		{"a mail of the month before", "2026-11-02", "2026-10-31",
			[]string{"2026", "2026-10", "2026-11", "2026-Q4", "2026-W44", "2026-W45"}, "from 2026-01-01 to 2026-12-31"},
		{"a mail of the quarter before", "2026-10-01", "2026-09-30",
			[]string{"2026", "2026-09", "2026-10", "2026-Q3", "2026-Q4", "2026-W40"}, "from 2026-01-01 to 2026-12-31"},
		{"ISO week 53 holds days of two years", "2027-01-01", "2027-01-01",
			[]string{"2026-W53", "2027", "2027-01", "2027-Q1"}, "from 2026-12-28 to 2027-12-31"},
		{"the first ISO week of a year begins before it", "2026-01-01", "2026-01-01",
			[]string{"2026", "2026-01", "2026-Q1", "2026-W01"}, "from 2025-12-29 to 2026-12-31"},
		{"a day at the end of a year is in the first ISO week of the next", "2024-12-30", "2024-12-30",
			[]string{"2024", "2024-12", "2024-Q4", "2025-W01"}, "from 2024-01-01 to 2025-01-05"},
		{"an answer in the new year to a mail of the old one", "2026-01-03", "2025-12-28",
			[]string{"2025", "2025-12", "2025-Q4", "2025-W52", "2026", "2026-01", "2026-Q1", "2026-W01"}, "from 2025-01-01 to 2026-12-31"},
		{"a leap day", "2028-02-29", "2028-02-28", []string{"2028", "2028-02", "2028-Q1", "2028-W09"}, "from 2028-01-01 to 2028-12-31"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newBook()
			first := answer("a", 1, 4).handed()
			if first.Day = on(row.day); row.sent != "" {
				first.SentDay = on(row.sent)
			}
			b.handle(t, first)
			if diff := difference(row.stored, stored(b)); diff != "" {
				t.Error("stored (-want +got):", diff)
			}
			reads := slices.DeleteFunc(b.acts, func(act string) bool { return !strings.HasPrefix(act, "days") })
			if diff := difference([]string{"days of purchase " + row.read}, reads); diff != "" {
				t.Error("one read of all the days (-want +got):", diff)
			}
		})
	}
}

func TestAStoredScoreIsTheSumOfItsDays(t *testing.T) {
	b := newBook()
	b.handle(t,
		answer("a", 1, 5).days("2026-11-30", "2026-11-30"), answer("b", 1, 1).days("2026-12-01", "2026-11-30").clicked(),
		answer("c", 1, 3).days("2026-12-07", "2026-12-01"), answer("d", 1, 3).of(support).days("2026-12-01", "2026-12-01"))
	for name, want := range map[string]Counts{
		"2026-11": counts(1, 2, 1, 5), "2026-12": counts(2, 1, 0, 1, 3), "2026-W49": counts(2, 3, 1, 5, 1), "2026-W50": counts(1, 0, 0, 3),
		"2026-Q4": counts(3, 3, 1, 5, 1, 3), "2026": counts(3, 3, 1, 5, 1, 3),
	} {
		if diff := difference(want, b.scores[Score{purchase, name}]); diff != "" {
			t.Errorf("%s (-want +got): %s", name, diff)
		}
	}
}

func TestARecordThatWasCountedBeforeStillGetsItsScores(t *testing.T) {
	b := newBook()
	if _, err := b.fold().Count(t.Context(), []Record{answer("a", 1, 5)}); err != nil {
		t.Fatal(err)
	}
	// Here a function died. The feed brings the record again.
	b.handle(t, answer("a", 1, 5))
	if got := b.scores[Score{purchase, "2026-11"}]; got != counts(2, 1, 0, 5) {
		t.Errorf("the month's score is %+v, want the one answer", got)
	}
}

func TestNothingIsStoredForPeriodsWithoutAnyCount(t *testing.T) {
	b := newBook()
	b.handle(t, answer("a", 2, 0).withdrawn())
	if names := stored(b); len(names) > 0 {
		t.Errorf("stored %v", names)
	}
}

func TestAScoreWhoseStoringFailsForNowIsTriedAgain(t *testing.T) {
	b := newBook()
	times := 0
	b.trouble = func(act string) error {
		if act == "store 2026-Q4" && times < 3 {
			times++
			return fault.New(fault.Transient, "busy")
		}
		return nil
	}
	b.handle(t, answer("a", 1, 5))
	if b.scores[Score{purchase, "2026-Q4"}].Replies != 1 {
		t.Error("the quarter's score was not stored")
	}
}

func TestAReaderReadsOneItemForAPeriodAndAddsUpDaysForARange(t *testing.T) {
	b := newBook()
	b.handle(t, answer("a", 1, 5), answer("b", 1, 2).days("2026-11-24", "2026-11-23"), answer("c", 1, 1).days("2026-11-25", "2026-11-25"))
	for _, row := range []struct {
		period string
		want   Counts
		acts   []string
	}{
		{"2026-11", b.scores[Score{purchase, "2026-11"}], []string{"score 2026-11"}},
		{"2026-W47", counts(2, 1, 0, 5), []string{"score 2026-W47"}},
		{"2026-Q4", b.scores[Score{purchase, "2026-Q4"}], []string{"score 2026-Q4"}},
		{"2026", b.scores[Score{purchase, "2026"}], []string{"score 2026"}},
		{"2026-10", Counts{}, []string{"score 2026-10"}},
		{"2026-11-22..2026-11-24", counts(3, 1, 0, 5, 2), []string{"days of purchase from 2026-11-22 to 2026-11-24"}},
	} {
		p, err := period.Parse(row.period)
		if err != nil {
			t.Fatal(err)
		}
		b.acts = nil
		got, err := Reader{b}.Counts(t.Context(), purchase, p)
		if err != nil {
			t.Fatal(err)
		}
		if diff := difference(row.want, got); diff != "" {
			t.Errorf("%s (-want +got): %s", row.period, diff)
		}
		if diff := difference(row.acts, b.acts); diff != "" {
			t.Errorf("%s, acts (-want +got): %s", row.period, diff)
		}
	}
	b.acts = nil
	several, err := Reader{b}.Several(t.Context(), purchase, []period.Period{period.Month(on("2026-10-01")), between("2026-11-22", "2026-11-24"), period.Year(on("2026-01-01"))})
	if err != nil {
		t.Fatal(err)
	}
	if diff := difference([]Counts{{}, counts(3, 1, 0, 5, 2), b.scores[Score{purchase, "2026"}]}, several); diff != "" {
		t.Errorf("several (-want +got): %s", diff)
	}
	if diff := difference([]string{"days of purchase from 2026-11-22 to 2026-11-24", "scores [2026-10 2026]"}, b.acts); diff != "" {
		t.Errorf("several, acts (-want +got): %s", diff)
	}
	sends, err := Reader{b}.Sends(t.Context(), purchase, period.Month(on("2026-11-22")))
	if err != nil || sends.Delivered() != 9 {
		t.Errorf("sends %+v, error %v", sends, err)
	}
	if n := Unconfirmed(counts(1, 3, 2), sends); n != 3 {
		t.Errorf("%d unconfirmed clicks, want the 5 clicked mails less the 2 answers after a click", n)
	}
}

func between(from, to string) period.Period {
	p, err := period.Between(on(from), on(to))
	if err != nil {
		panic(err)
	}
	return p
}

func TestHistogramLeavesOutRatingsThatNobodyChose(t *testing.T) {
	got := slices.Sorted(maps.Keys(counts(2, 2, 0, 0, 10, 10).Histogram()))
	if diff := difference([]int{0, 10}, got); diff != "" {
		t.Error(diff)
	}
}
