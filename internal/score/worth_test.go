package score

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func number(f float64) *float64 { return &f }

// The guide's table (GetFeedback), computed: it prints 170,000 in the first row, and 44,000 for the difference.
func TestRevenueAtRiskIsThatOfTheWorkedRows(t *testing.T) {
	worth := Worth{Churn: UsualChurn, Value: 500, Currency: "USD"}
	csat := scaleOf(t, CSAT, 5, Higher)
	before := worth.AtRisk(csat, Counts{5: 300, 4: 300, 3: 200, 2: 100, 1: 100}).Rounded()
	after := worth.AtRisk(csat, Counts{5: 400, 4: 300, 3: 200, 2: 50, 1: 50}).Rounded()
	want := Risk{Answers: 1000, Customers: 344, Neutral: 160, Bad: 184, Revenue: number(172_000), Currency: "USD", Churn: UsualChurn,
		Gain: &Gain{Step: 1, Answers: 10, Customers: 9.2, Revenue: number(4_600)}}
	if diff := cmp.Diff(want, before); diff != "" {
		t.Error(diff)
	}
	if after.Customers != 252 || *after.Revenue != 126_000 || after.Bad != 92 || after.Neutral != 160 {
		t.Errorf("after: %+v", after)
	}
	difference := *before.Revenue - *after.Revenue
	if difference != 46_000 || difference != 10**before.Gain.Revenue {
		t.Errorf("ten points are worth %v, and one %v", difference, *before.Gain.Revenue)
	}
	if withoutBrackets := 500*before.Bad + before.Neutral; *before.Revenue == withoutBrackets {
		t.Errorf("%v is the value of the bad alone, and the number of the neutral", withoutBrackets)
	}
}

func TestWithoutAValueOnlyCustomersAreNamed(t *testing.T) {
	r := Worth{Churn: UsualChurn}.AtRisk(scaleOf(t, CSAT, 5, Higher), Counts{1: 10, 5: 10})
	if r.Revenue != nil || r.Currency != "" || r.Gain.Revenue != nil || Round(r.Customers, 9) != 9.2 {
		t.Errorf("%+v", r)
	}
	if r := (Worth{Churn: UsualChurn, Value: 500}).AtRisk(scaleOf(t, CSAT, 5, Higher), Counts{1: 4}); r != nil {
		t.Errorf("four answers put %+v at risk", r)
	}
}

// One step of the score more is just that: the answers that it takes are moved, and the score is computed again. Counts are a
// multiple of what lets every moved share be whole.
func TestAStepRaisesTheScoreByJustOne(t *testing.T) {
	for _, row := range []struct {
		scale  Scale
		counts Counts
		moved  map[int]int64 // from each bad rating
		step   float64
	}{
		{scaleOf(t, CSAT, 5, Higher), Counts{1: 300, 2: 100, 3: 100, 5: 500}, map[int]int64{1: 30, 2: 10}, 4},
		{scaleOf(t, NPS, 10, Higher), npsCounts(500, 300, 200), map[int]int64{0: 10, 6: 10}, 4},
		{scaleOf(t, CES, 5, Higher), Counts{1: 200, 2: 100, 4: 700}, map[int]int64{1: 20, 2: 10}, 0.08},
		{scaleOf(t, CES, 5, Lower), Counts{5: 200, 4: 100, 2: 700}, map[int]int64{5: 20, 4: 10}, -0.08},
		{Scale{CSAT, 1, 6, Lower, 2, 5}, Counts{1: 500, 6: 300, 5: 200}, map[int]int64{6: 30, 5: 20}, 5},
	} {
		gain := Worth{Churn: UsualChurn}.AtRisk(row.scale, row.counts).Gain
		after, moved := Counts{}, int64(0)
		for rating, c := range row.counts {
			after[rating] += c - row.moved[rating]
			moved += row.moved[rating]
		}
		after[row.scale.GoodFrom] += moved
		rise := *Of(row.scale, after).Value - *Of(row.scale, row.counts).Value
		if Round(rise, 9) != row.step {
			t.Fatalf("%s: the row itself rises by %v", row.scale, rise)
		}
		if steps := math.Abs(row.step) / gain.Step; math.Abs(gain.Answers*steps-float64(moved)) > 1e-9 {
			t.Errorf("%s: %v steps take %v answers, want %d", row.scale, steps, gain.Answers*steps, moved)
		}
	}
}

func TestWhoBecomesHappyMayStillLeave(t *testing.T) {
	worth := Worth{Churn: Churn{Good: 0.1, Neutral: 0.5, Bad: 0.6}}
	r := worth.AtRisk(scaleOf(t, CSAT, 5, Higher), Counts{1: 40, 3: 20, 5: 40}).Rounded()
	if r.Good != 4 || r.Neutral != 10 || r.Bad != 24 || r.Customers != 38 || r.Gain.Answers != 1 || r.Gain.Customers != 0.5 {
		t.Errorf("%+v, %+v", r, r.Gain)
	}
}

func TestThereIsNoStepWithoutEnoughBadAnswers(t *testing.T) {
	for _, counts := range []Counts{{5: 100}, {3: 50, 5: 50}, {5: 1000, 1: 9}} {
		if r := (Worth{Churn: UsualChurn}).AtRisk(scaleOf(t, CSAT, 5, Higher), counts); r.Gain != nil {
			t.Errorf("%v: %+v", counts, r.Gain)
		}
	}
}
