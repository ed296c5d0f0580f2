package score

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestAChangeIsSaidOnlyWhenItIsReliable(t *testing.T) {
	ces, effort := scaleOf(t, CES, 5, Higher), scaleOf(t, CES, 5, Lower)
	csat, nps := scaleOf(t, CSAT, 5, Higher), scaleOf(t, NPS, 10, Higher)
	marks := Scale{CSAT, 1, 6, Lower, 2, 5}
	for _, row := range []struct {
		name     string
		scale    Scale
		from, to Counts
		want     Change
	}{
		{"CES of 3.45 after 3.53", ces, Counts{5: 65, 4: 50, 3: 35, 2: 25, 1: 25}, Counts{5: 40, 4: 20, 3: 5, 2: 15, 1: 20},
			Change{-0.08, Interval{-0.45, 0.29}, NoChange}},
		{"NPS of 39 after 46, 87 and 94 answers, one passive", nps, npsCounts(63, 1, 23), npsCounts(65, 1, 28),
			Change{-7, Interval{-32, 19}, NoChange}},
		{"NPS of 39 after 46, no detractors", nps, npsCounts(40, 47, 0), npsCounts(37, 57, 0),
			Change{-7, Interval{-21, 8}, NoChange}},
		{"ease rises", ces, Counts{2: 40, 3: 40}, Counts{4: 40, 5: 40}, Change{2, Interval{1.76, 2.14}, Better}},
		{"effort rises", effort, Counts{2: 40, 3: 40}, Counts{4: 40, 5: 40}, Change{2, Interval{1.76, 2.14}, Worse}},
		{"effort falls", effort, Counts{4: 40, 5: 40}, Counts{2: 40, 3: 40}, Change{-2, Interval{-2.14, -1.76}, Better}},
		{"school marks get better, 1 is the best", marks, Counts{1: 60, 6: 40}, Counts{1: 80, 6: 20}, Change{20, Interval{7.3, 31.9}, Better}},
		{"satisfaction falls", csat, Counts{5: 80, 1: 20}, Counts{5: 60, 1: 40}, Change{-20, Interval{-31.9, -7.3}, Worse}},
		{"all happy and all happy", csat, Counts{5: 10}, Counts{4: 10}, Change{0, Interval{-27.8, 27.8}, NoChange}},
		{"one way to the other", nps, npsCounts(0, 0, 5), npsCounts(5, 0, 0), Change{200, Interval{83, 200}, Better}},
	} {
		got := Compare(row.scale, row.from, row.to)
		if got == nil || got.Rounded(row.scale) != row.want {
			t.Errorf("%s: %+v, want %+v", row.name, got.Rounded(row.scale), row.want)
		}
	}
}

func TestTooFewAnswersOnEitherSideHaveNoChange(t *testing.T) {
	for _, scale := range standard {
		few, some := Counts{scale.Max: 4}, Counts{scale.Max: 5}
		if Compare(scale, few, some) != nil || Compare(scale, some, few) != nil || Compare(scale, nil, some) != nil {
			t.Errorf("%s: a change from or to fewer than five answers", scale)
		}
		if Compare(scale, some, some) == nil {
			t.Errorf("%s: no change between five answers and five", scale)
		}
	}
}

// Newcombe's worked example (method 10): 56 of 70 against 48 of 80, difference 0.2, 0.0524 to 0.3339.
func TestSharesDifferAsNewcombeSays(t *testing.T) {
	got := Compare(scaleOf(t, CSAT, 5, Higher), Counts{5: 48, 1: 32}, Counts{5: 56, 1: 14})
	if low, high := Round(got.Interval[0], 2), Round(got.Interval[1], 2); low != 5.24 || high != 33.39 {
		t.Errorf("%v to %v", low, high)
	}
}

func TestADeltaLiesInItsIntervalAndTurnsWithTheSides(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, scale := range standard {
		most := map[Metric]float64{CES: float64(scale.Max - scale.Min), CSAT: 100, NPS: 200}[scale.Metric]
		for range 2000 {
			from, to := randomCounts(r, scale, []int64{2, 9, 1e5}[r.IntN(3)]), randomCounts(r, scale, []int64{2, 9, 1e5}[r.IntN(3)])
			there, back := Compare(scale, from, to), Compare(scale, to, from)
			if there == nil {
				continue
			}
			const hair = 1e-9
			i := there.Interval
			if !(-most-hair <= i[0] && i[0] <= there.Delta+hair && there.Delta <= i[1]+hair && i[1] <= most+hair) {
				t.Fatalf("%s %v to %v: %+v", scale, from, to, there)
			}
			if there.Delta != -back.Delta || math.Abs(i[0]+back.Interval[1]) > hair || math.Abs(i[1]+back.Interval[0]) > hair {
				t.Fatalf("%s %v to %v: %+v, and back %+v", scale, from, to, there, back)
			}
			turned := map[Verdict]Verdict{Better: Worse, Worse: Better, NoChange: NoChange}
			if back.Verdict != turned[there.Verdict] {
				t.Fatalf("%s %v to %v: %s, and back %s", scale, from, to, there.Verdict, back.Verdict)
			}
		}
	}
}
