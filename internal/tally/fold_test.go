package tally

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"afterword/internal/fault"
	"afterword/internal/score"
)

func TestOfSeveralImagesOfAResponseTheNewestIsCounted(t *testing.T) {
	got := newest([]Record{answer("a", 2, 3), answer("b", 1, 1), answer("a", 10, 5), answer("a", 9, 4), answer("b", 1, 1)})
	if diff := difference([]Record{answer("a", 10, 5), answer("b", 1, 1)}, got); diff != "" {
		t.Error(diff)
	}
}

func TestARecordAddsTheDifferenceToWhatIsCounted(t *testing.T) {
	none := Record{}
	answered, sent := Cell{Series: purchase, Day: on("2026-11-22")}, Cell{Series: purchase, Day: on("2026-11-21")}
	minus := counts(1, 0, 0, 5)
	minus.Answers[3] = -1
	gone := Counts{Changes: 1, Replies: -1}
	ungone := Counts{Changes: 1}
	ungone.Answers[3] = -1
	for _, row := range []struct {
		name     string
		was, now Record
		want     Sheet
	}{
		{"a first answer", none, answer("a", 1, 3), Sheet{answered: counts(1, 0, 0, 3), sent: counts(1, 1, 0)}},
		{"one after a counted click", none, answer("a", 1, 3).clicked(), Sheet{answered: counts(1, 0, 0, 3), sent: counts(1, 1, 1)}},
		{"one on the day of the mail", none, answer("a", 1, 3).days("2026-11-22", "2026-11-22"), Sheet{answered: counts(1, 1, 0, 3)}},
		{"one that was asked by a link, which is no reply to a mail", none, answer("a", 1, 3).handed(), Sheet{answered: counts(1, 0, 0, 3)}},
		{"another rating", answer("a", 1, 3), answer("a", 2, 5), Sheet{answered: minus}},
		{"a comment: nothing that counts", answer("a", 1, 3), answer("a", 2, 3), Sheet{}},
		{"there and back between two batches", answer("a", 1, 3), answer("a", 3, 3), Sheet{}},
		{"withdrawn or erased", answer("a", 1, 3), answer("a", 2, 3).withdrawn(), Sheet{answered: ungone, sent: gone}},
		{"withdrawn before it was ever counted", none, answer("a", 2, 3).withdrawn(), Sheet{}},
		{"answered again after a verdict", answer("a", 2, 3).withdrawn(), answer("a", 3, 3),
			Sheet{answered: counts(1, 0, 0, 3), sent: counts(1, 1, 0)}},
	} {
		t.Run(row.name, func(t *testing.T) {
			planned := plan([]Move{{row.was, row.now}}, nil)
			if len(planned) != 1 || len(planned[0].moves) != 1 {
				t.Fatalf("%d transactions; the row moves in one, whatever it adds", len(planned))
			}
			if diff := difference(row.want, planned[0].adds); diff != "" {
				t.Error("adds (-want +got):", diff)
			}
		})
	}
}

func moves(n int, of func(i int) Record) []Move {
	all := make([]Move, n)
	for i := range all {
		all[i].Now = of(i)
	}
	return all
}

func TestTransactionsAreOverAsFewTalliesAsPossible(t *testing.T) {
	series := []Series{purchase, support, {"onboarding", "onboarding-csat-v1"}}
	for _, row := range []struct {
		name  string
		moves []Move
		want  []string
	}{
		{"three touchpoints on one day", moves(200, func(i int) Record {
			return answer(fmt.Sprintf("%03d", i), 1, i%5+1).of(series[i%3]).days("2026-11-22", "2026-11-22")
		}), []string{"66 rows, 1 tallies", "67 rows, 1 tallies", "67 rows, 1 tallies"}},
		{"many small touchpoints stand together", moves(30, func(i int) Record {
			return answer(fmt.Sprint(i), 1, 3).of(Series{fmt.Sprint(i % 10), "s"}).days("2026-11-22", "2026-11-22")
		}), []string{"30 rows, 10 tallies"}},
		{"more of one touchpoint than a transaction takes", moves(250, func(i int) Record {
			return answer(fmt.Sprint(i), 1, 3)
		}), []string{"98 rows, 2 tallies", "98 rows, 2 tallies", "54 rows, 2 tallies"}},
		{"each mail of another day", moves(90, func(i int) Record {
			return answer(fmt.Sprint(i), 1, 3).days("2026-11-22", on("2026-11-21").Add(-i).String())
		}), []string{"49 rows, 50 tallies", "41 rows, 42 tallies"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			for _, tr := range plan(row.moves, nil) {
				got = append(got, fmt.Sprintf("%d rows, %d tallies", len(tr.moves), len(tr.adds)))
			}
			if diff := difference(row.want, got); diff != "" {
				t.Error("transactions (-want +got):", diff)
			}
		})
	}
}

func TestNoPlanBreaksTheRulesOfATransaction(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		all := moves(1+random.IntN(400), func(i int) Record {
			r := answer(fmt.Sprint(i), 2, random.IntN(11)).of(Series{fmt.Sprint(random.IntN(6)), "s"})
			r.Day = r.Day.Add(random.IntN(1 + i%7))
			r.SentDay = r.Day.Add(-random.IntN(30))
			return r
		})
		for i := range all {
			if random.IntN(2) == 0 {
				all[i].Was = all[i].Now
				all[i].Was.Revision, all[i].Was.Rating = 1, random.IntN(11)
			}
		}
		want, got, moved := Sheet{}, Sheet{}, map[string]bool{}
		for _, m := range all {
			want.Add(m.Was, -1)
			want.Add(m.Now, 1)
		}
		for _, tr := range plan(all, nil) {
			if n := len(tr.moves) + len(tr.adds); n > 100 {
				t.Fatalf("a transaction of %d writes", n)
			}
			for _, m := range tr.moves {
				if moved[m.Now.Response] {
					t.Fatalf("response %s is moved twice", m.Now.Response)
				}
				moved[m.Now.Response] = true
			}
			for cell, counts := range tr.adds {
				got[cell] = got[cell].Plus(counts.counted())
			}
		}
		for cell, counts := range got {
			if counts == (Counts{}) {
				delete(got, cell)
			}
		}
		for cell, counts := range want {
			if counts == (Counts{}) {
				delete(want, cell)
			}
		}
		if diff := difference(want, got); diff != "" || len(moved) != len(all) {
			t.Fatalf("%d of %d moved; adds (-want +got): %s", len(moved), len(all), diff)
		}
	}
}

func TestAnOldImageChangesNothing(t *testing.T) {
	b := newBook()
	b.handle(t, answer("a", 3, 5))
	before := b.total(purchase, "2026-11-22")
	b.handle(t, answer("a", 1, 2), answer("a", 2, 4), answer("a", 3, 5))
	if after := b.total(purchase, "2026-11-22"); after != before {
		t.Errorf("counted %+v, then %+v", before, after)
	}
}

func TestARevisionThatAddsNothingStillMovesTheRow(t *testing.T) {
	b := newBook()
	b.handle(t, answer("a", 1, 5))
	b.handle(t, answer("a", 4, 5))
	if b.rows["a"].Revision != 4 {
		t.Errorf("the row is at revision %d, want 4: an image of revision 2 would be counted", b.rows["a"].Revision)
	}
	if got := b.total(purchase, "2026-11-22"); got != counts(1, 0, 0, 5) {
		t.Errorf("the tally is %+v", got)
	}
}

func TestAContendedTallyGetsAnotherLane(t *testing.T) {
	b := newBook()
	b.handle(t, answer("a", 1, 5))
	b.acts = nil
	times := 0
	b.trouble = func(act string) error {
		if act == "move 1 rows, 2 tallies, lane 0" && times < 1 {
			times++
			return fault.New(fault.TooMany, "a conflict")
		}
		return nil
	}
	if _, err := b.fold().Count(t.Context(), []Record{answer("b", 1, 5)}); err != nil {
		t.Fatal(err)
	}
	want := []string{"rows", "move 1 rows, 2 tallies, lane 0", "rows", "move 1 rows, 2 tallies, lane 7"}
	if diff := difference(want, b.acts); diff != "" {
		t.Error("acts (-want +got):", diff)
	}
	if got := b.total(purchase, "2026-11-22"); got != counts(2, 0, 0, 5, 5) {
		t.Errorf("the sum of the lanes is %+v", got)
	}
}

func TestARowThatSomebodyElseMovedIsReadAgain(t *testing.T) {
	b := newBook()
	b.handle(t, answer("a", 1, 2))
	first := true
	b.trouble = func(act string) error {
		if act == "rows" && first { // between this read and the move
			first = false
			b.trouble = nil
			b.handle(t, answer("a", 2, 3))
		}
		return nil
	}
	// The fold read revision 1 and meets revision 2.
	folded, err := b.fold().Count(t.Context(), []Record{answer("a", 3, 4)})
	if err != nil || len(folded.Open) > 0 {
		t.Fatalf("open %v, error %v", folded.Open, err)
	}
	if last := b.acts[len(b.acts)-1]; last != "move 1 rows, 1 tallies, lane 0" {
		t.Errorf("the last act was %q; that a row was moved says nothing against the lane", last)
	}
	if diff := difference(score.Counts{4: 1}, b.total(purchase, "2026-11-22").Histogram()); diff != "" {
		t.Error("the tally (-want +got):", diff)
	}
}

func TestWhatIsNotCountedWhenTimeIsUpIsOpen(t *testing.T) {
	b := newBook()
	ctx, cancel := context.WithCancel(t.Context())
	b.trouble = func(act string) error {
		if act == "rows" {
			return nil
		}
		cancel()
		return fault.New(fault.Transient, "an answer got lost")
	}
	folded, err := b.fold().Count(ctx, []Record{answer("a", 1, 5), answer("b", 1, 5).of(support).withdrawn()})
	if err != nil {
		t.Fatal(err)
	}
	if diff := difference(map[string]bool{"a": true, "b": true}, folded.Open); diff != "" {
		t.Error("open (-want +got):", diff)
	}
}

func TestTroubleThatDoesNotPassEndsTheFold(t *testing.T) {
	b := newBook()
	broken := errors.New("no such table")
	b.trouble = func(string) error { return broken }
	if _, err := b.fold().Count(t.Context(), []Record{answer("a", 1, 5)}); !errors.Is(err, broken) {
		t.Error("error", err)
	}
}
