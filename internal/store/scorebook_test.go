package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/period"
	"afterword/internal/table"
	"afterword/internal/tally"
)

// addTally writes a tally by hand.
func addTally(t *testing.T, s *Store, series tally.Series, day string, lane int, attrs map[string]int64) {
	t.Helper()
	err := s.table.Transact(t.Context(), []table.Write{{
		Kind: table.Update, Key: tallyKey(tally.Generation(0), series.Touchpoint, series.Survey, day, lane), Add: attrs,
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDaysAreReadFromTheFirstToTheLastWithAllTheirLanes(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		for i, day := range []string{"2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"} {
			for lane := range tally.Lanes {
				addTally(t, s, purchases, day, lane, map[string]int64{"r0": int64(i), "r10": 1, "a": 2, "k": 1, "c": 3})
			}
		}
		addTally(t, s, tally.Series{Touchpoint: "purchase", Survey: "purchase-ces-v2"}, "2026-11-21", 0, map[string]int64{"r0": 99, "c": 1})
		got, err := s.Days(t.Context(), purchases, on("2026-11-21"), on("2026-11-22"))
		if err != nil {
			t.Fatal(err)
		}
		want := map[period.Day]tally.Counts{}
		for i, day := range []string{"2026-11-21", "2026-11-22"} {
			c := tally.Counts{Replies: 2 * tally.Lanes, Clicked: tally.Lanes, Changes: 3 * tally.Lanes}
			c.Answers[0], c.Answers[10] = int64((i+1)*tally.Lanes), tally.Lanes
			want[on(day)] = c
		}
		if diff := cmp.Diff(want, got, sameDays); diff != "" {
			t.Error("days (-want +got):", diff)
		}
	})
}

func TestAYearOfDaysIsReadPageByPage(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		paged := New(smallPages{s.table})
		for i := range 40 {
			addTally(t, s, purchases, on("2026-01-01").Add(9*i).String(), 0, map[string]int64{"r5": 1, "c": 1})
		}
		got, err := paged.Days(t.Context(), purchases, on("2026-01-01"), on("2026-12-31"))
		if err != nil || len(got) != 40 {
			t.Errorf("%d days, error %v; want 40", len(got), err)
		}
	})
}

// smallPages gives queries in pages of three.
type smallPages struct{ table.Table }

func (p smallPages) Query(ctx context.Context, q table.Query) (table.Page, error) {
	q.Limit = 3
	return p.Table.Query(ctx, q)
}

func TestAScoreIsNotReplacedByOneThatKnowsOfFewerChanges(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		store := func(changes int64, rating int) {
			t.Helper()
			c := tally.Counts{Changes: changes}
			c.Answers[rating] = 1
			if err := s.StoreScore(t.Context(), purchases, "2026-W47", c); err != nil {
				t.Fatal(err)
			}
		}
		for _, step := range []struct {
			changes      int64
			rating, want int
		}{{5, 1, 1}, {4, 2, 1}, {5, 3, 3}, {60, 4, 4}, {7, 5, 4}} {
			store(step.changes, step.rating)
			got, err := s.Score(t.Context(), purchases, "2026-W47")
			if err != nil || got.Answers[step.want] != 1 {
				t.Errorf("after one of %d changes: %+v, error %v; want the rating %d", step.changes, got, err, step.want)
			}
		}
		if got, err := s.Score(t.Context(), purchases, "2026-W48"); err != nil || got != (tally.Counts{}) {
			t.Errorf("a score that nobody stored: %+v, error %v", got, err)
		}
		all, err := s.Scores(t.Context(), purchases, []string{"2026-W48", "2026-W47", "2026-W46"})
		if err != nil || len(all) != 3 || all[0] != (tally.Counts{}) || all[1].Answers[4] != 1 || all[2] != (tally.Counts{}) {
			t.Errorf("three scores: %+v, error %v; want the stored one in the middle", all, err)
		}
	})
}

func TestSendsAreAddedUpOverDays(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		for i, day := range []string{"2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01"} {
			err := s.table.Transact(t.Context(), []table.Write{{
				Kind: table.Update, Key: sendsKey("purchase", "purchase-ces-v1", day),
				Add: map[string]int64{"sent": 1000 + int64(i), "bounced": 10, "complained": 2, "unsubscribed": 3, "clicked": 40},
			}})
			if err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Sends(t.Context(), purchases, on("2026-11-01"), on("2026-11-30"))
		if err != nil {
			t.Fatal(err)
		}
		want := tally.Sends{Sent: 2003, Bounced: 20, Complained: 4, Unsubscribed: 6, Clicked: 80}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error("(-want +got):", diff)
		}
		if got.Delivered() != 1983 {
			t.Errorf("%d delivered", got.Delivered())
		}
	})
}

func TestAReaderOfTheFeedGoesOnWhereItWas(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		for _, step := range []struct{ consumer, shard, sequence string }{
			{"tally", "a", "000000000000000000012"}, {"followup", "a", "7"}, {"tally", "b", "9"}, {"tally", "a", "000000000000000000013"},
		} {
			if err := s.SaveCheckpoint(t.Context(), step.consumer, step.shard, step.sequence); err != nil {
				t.Fatal(err)
			}
		}
		for name, want := range map[[2]string]string{
			{"tally", "a"}: "000000000000000000013", {"tally", "b"}: "9", {"followup", "a"}: "7", {"followup", "b"}: "",
		} {
			if got, err := s.Checkpoint(t.Context(), name[0], name[1]); err != nil || got != want {
				t.Errorf("%v is at %q, error %v; want %q", name, got, err, want)
			}
		}
	})
}

func TestAllThatIsCountedCanBeAudited(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		const n = 30
		for i := range n {
			id := fmt.Sprintf("response-%02d", i)
			item := image(table.Item{"id": id, "rating": int64(i % 11), "rev": int64(1)})
			if _, err := s.table.Write(t.Context(), table.Write{Kind: table.Put, Key: invitationKey(id), Item: item}); err != nil {
				t.Fatal(err)
			}
		}
		unreadable := image(table.Item{"day": "never"})
		for key, item := range map[table.Key]table.Item{
			invitationKey("waiting"): image(table.Item{"rev": nil}), hitKey("response-00", noon, 1): {"at": "x"}, caseKey("c"): {"rev": int64(1)},
			invitationKey("unreadable"):                           unreadable,
			sendsKey("purchase", "purchase-ces-v1", "2026-11-21"): {"sent": int64(9)}, quotaKey("2026-11-21"): {"n": int64(1)},
			checkpointKey("tally", "a"): {"sequence": "1"}, scorebook("1#L#other", "ledger"): {"rev": int64(1)},
		} {
			if _, err := s.table.Write(t.Context(), table.Write{Kind: table.Put, Key: key, Item: item}); err != nil {
				t.Fatal(err)
			}
		}
		audit := tally.Audit{
			Books: s, Ledger: s, Scorebook: s, Archive: s, Tally: tallyOn(s), Cases: nobody{},
			Wait: func(context.Context, time.Duration) error { return nil },
		}
		first, err := audit.Run(t.Context(), noon)
		want := tally.Findings{Responses: n, Lagging: n, Healed: n, Drifted: 1, Where: []string{"response unreadable cannot be read"}}
		if diff := cmp.Diff(want, first); err != nil || diff != "" {
			t.Errorf("error %v, findings (-want +got): %s", err, diff)
		}
		second, err := audit.Run(t.Context(), noon)
		want.Lagging, want.Healed = 0, 0
		if diff := cmp.Diff(want, second); err != nil || diff != "" {
			t.Errorf("the second time, error %v, findings (-want +got): %s", err, diff)
		}
		score, err := s.Score(t.Context(), purchases, "2026-11")
		if err != nil || score.Replies != n || score.Answers[7] != 3 {
			t.Errorf("the month's score is %+v, error %v", score, err)
		}
	})
}

// One that does not say when it changed, because an earlier version wrote it, is taken for one that just did.
func TestTheAuditIsToldWhatChangedLately(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		since := noon.AddDate(0, 0, -3)
		for id, changed := range map[string]any{
			"before": stamp(since), "after": stamp(since.Add(time.Second)), "now": stamp(noon), "years ago": "2019-02-03T04:05:06Z", "nobody knows": nil,
		} {
			item := image(table.Item{"id": id, "rating": int64(3), "rev": int64(1), "changed_at": changed})
			if _, err := s.table.Write(t.Context(), table.Write{Kind: table.Put, Key: invitationKey(id), Item: item}); err != nil {
				t.Fatal(err)
			}
		}
		page, err := s.Responses(t.Context(), "", since)
		slices.Sort(page.Fresh)
		if diff := cmp.Diff([]string{"after", "nobody knows", "now"}, page.Fresh); err != nil || diff != "" || len(page.Records) != 5 {
			t.Errorf("error %v, %d responses, changed lately (-want +got): %s", err, len(page.Records), diff)
		}
	})
}

// nobody looks after cases.
type nobody struct{}

func (nobody) Follow(context.Context, []string) error { return nil }
