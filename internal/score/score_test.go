package score

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// npsCounts spreads promoters, passives and detractors over ratings of their groups.
func npsCounts(promoters, passives, detractors int64) Counts {
	return Counts{10: promoters / 2, 9: promoters - promoters/2, 8: passives / 2, 7: passives - passives/2,
		6: detractors / 2, 0: detractors - detractors/2}
}

func TestNPSIsRoundedOnceFromTheCounts(t *testing.T) {
	for _, row := range []struct{ promoters, passives, detractors, want int64 }{
		{2, 0, 1, 33}, // rounding first gives 67 - 33 = 34
		{1, 0, 2, -33},
		{2, 3, 1, 17}, // 33 - 17 = 16
		{1, 3, 2, -17},
		{1, 0, 5, -67},
		{2, 0, 4, -33},
		{1, 7, 0, 13}, // 12.5, half away from zero
		{0, 7, 1, -13},
		{32, 13, 6, 51},
	} {
		total := total(scaleOf(t, NPS, 10, Higher), npsCounts(row.promoters, row.passives, row.detractors))
		if got := Round(total.value(), 0); got != float64(row.want) {
			t.Errorf("%+v: %v", row, got)
		}
	}
}

func TestTheWorkedExamples(t *testing.T) {
	for _, row := range []struct {
		name                string
		scale               Scale
		counts              Counts
		value, low, high    float64
		easy                float64
		convention, easyOne string
	}{
		{"CES of a hundred", scaleOf(t, CES, 5, Higher), Counts{5: 40, 4: 20, 3: 5, 2: 15, 1: 20},
			3.45, 3.12, 3.76, 0.6, "mean of 1-5, higher is easier", "share of 4-5 among 1-5"},
		{"the same as effort", scaleOf(t, CES, 5, Lower), Counts{1: 40, 2: 20, 3: 5, 4: 15, 5: 20},
			2.55, 2.24, 2.88, 0.6, "mean of 1-5, lower is easier", "share of 1-2 among 1-5"},
		{"CES of 4, 5, 4, 3, 3", scaleOf(t, CES, 5, Higher), Counts{3: 2, 4: 2, 5: 1},
			3.8, 2.28, 4.86, 0.6, "mean of 1-5, higher is easier", "share of 4-5 among 1-5"},
		{"CSAT of a thousand", scaleOf(t, CSAT, 5, Higher), Counts{5: 400, 4: 200, 3: 200, 2: 50, 1: 150},
			60, 56.9, 63, 0, "share of 4-5 among 1-5", ""},
		{"CES of those who agree", scaleOf(t, CES, 7, Higher), Counts{7: 30, 6: 20, 5: 10, 4: 10, 3: 10, 2: 10, 1: 10},
			4.8, 4.37, 5.2, 0.5, "mean of 1-7, higher is easier", "share of 6-7 among 1-7"}, // 5 counts as positive elsewhere: 60 %
		{"CES of ten", scaleOf(t, CES, 10, Higher), Counts{10: 20, 8: 20, 7: 20, 5: 20, 1: 20},
			6.2, 5.58, 6.8, 0.4, "mean of 1-10, higher is easier", "share of 8-10 among 1-10"},
		{"effort of ten", scaleOf(t, CES, 10, Lower), Counts{1: 20, 3: 20, 4: 20, 6: 20, 10: 20},
			4.8, 4.2, 5.42, 0.4, "mean of 1-10, lower is easier", "share of 1-3 among 1-10"},
		{"CSAT of ten", scaleOf(t, CSAT, 10, Higher), Counts{10: 20, 8: 20, 7: 30, 1: 30},
			40, 30.9, 49.8, 0, "share of 8-10 among 1-10", ""},
		{"three faces", scaleOf(t, CSAT, 3, Higher), Counts{3: 40, 2: 5, 1: 5},
			80, 67, 88.8, 0, "share of 3 among 1-3", ""}, // 40 of 50
		{"thumbs", scaleOf(t, CSAT, 2, Higher), Counts{2: 13, 1: 2},
			86.7, 62.1, 96.3, 0, "share of 2 among 1-2", ""}, // 13 of 15
		{"NPS of 51", scaleOf(t, NPS, 10, Higher), npsCounts(32, 13, 6),
			51, 29, 67, 0, "net promoter score: share of 9-10 minus share of 0-6", ""},
		{"five promoters", scaleOf(t, NPS, 10, Higher), npsCounts(5, 0, 0),
			100, 17, 100, 0, "net promoter score: share of 9-10 minus share of 0-6", ""},
	} {
		got := Of(row.scale, row.counts).Rounded(row.scale)
		if *got.Value != row.value || *got.Interval != (Interval{row.low, row.high}) {
			t.Errorf("%s: %v %v, want %v [%v %v]", row.name, *got.Value, *got.Interval, row.value, row.low, row.high)
		}
		if got.Convention != row.convention || got.EasyConvention != row.easyOne {
			t.Errorf("%s: conventions %q and %q", row.name, got.Convention, got.EasyConvention)
		}
		if row.scale.Metric == CES && *got.EasyShare != row.easy {
			t.Errorf("%s: easy share %v, want %v", row.name, *got.EasyShare, row.easy)
		}
		if (got.EasyShare != nil) != (row.scale.Metric == CES) {
			t.Errorf("%s: only CES has an easy share", row.name)
		}
	}
}

func TestFewAnswersAreACountOrAWarning(t *testing.T) {
	scale := scaleOf(t, CES, 5, Higher)
	for _, row := range []struct {
		n     int64
		shown bool
		note  string
	}{
		{0, false, "no score"}, {1, false, "fewer than 5 answers"}, {4, false, "fewer than 5 answers"},
		{5, true, "few answers"}, {29, true, "few answers"}, {30, true, ""},
	} {
		s := Of(scale, Counts{4: row.n})
		shown := s.Value != nil && s.Interval != nil && s.Distribution != nil && s.EasyShare != nil && s.EasyInterval != nil
		hidden := s.Value == nil && s.Interval == nil && s.Distribution == nil && s.EasyShare == nil && s.EasyInterval == nil
		if s.N != row.n || s.Note != row.note || shown != row.shown || hidden == row.shown {
			t.Errorf("%d answers: %+v", row.n, s)
		}
	}
}

func TestOnlyAnswersOnTheScaleCount(t *testing.T) {
	scale := scaleOf(t, CES, 5, Higher)
	got := Of(scale, Counts{0: 7, 1: -3, 5: 6, 6: 9})
	if got.N != 6 || *got.Value != 5 {
		t.Errorf("n %d, value %v", got.N, *got.Value)
	}
	if diff := cmp.Diff(Counts{1: 0, 2: 0, 3: 0, 4: 0, 5: 6}, got.Distribution); diff != "" {
		t.Error(diff)
	}
}

func TestRoundingIsHalfAwayFromZeroAsTheNumberReads(t *testing.T) {
	for _, row := range []struct {
		value    float64
		decimals int
		want     float64
	}{
		{12.5, 0, 13}, {-12.5, 0, -13}, {0.5, 0, 1}, {-0.5, 0, -1}, {2.5, 0, 3}, {0.49999999999999994, 0, 0},
		{3.345, 2, 3.35}, {-3.345, 2, -3.35}, {1.005, 2, 1.01}, {2.675, 2, 2.68}, {669.0 / 200, 2, 3.35},
		{3.3449999, 2, 3.34}, {50.98, 0, 51}, {0.6, 3, 0.6}, {1e300, 2, 1e300}, {5, 2, 5},
	} {
		if got := Round(row.value, row.decimals); got != row.want {
			t.Errorf("Round(%v, %d) = %v, want %v", row.value, row.decimals, got, row.want)
		}
	}
	if text := fmt.Sprint(Round(-0.001, 2)); text != "0" {
		t.Errorf("a score of nothing reads %s", text)
	}
}

func TestAScoreReadsAsTheAPIPromises(t *testing.T) {
	scale := scaleOf(t, CES, 5, Higher)
	for counts, want := range map[*Counts]string{
		{5: 40, 4: 20, 3: 5, 2: 15, 1: 20}: `{"n":100,"value":3.45,"interval":[3.12,3.76],"convention":"mean of 1-5, higher is easier",` +
			`"distribution":{"1":20,"2":15,"3":5,"4":20,"5":40},"easy_share":0.6,"easy_interval":[0.502,0.691],"easy_convention":"share of 4-5 among 1-5"}`,
		{5: 3}: `{"n":3,"value":null,"interval":null,"convention":"mean of 1-5, higher is easier","note":"fewer than 5 answers"}`,
	} {
		got, err := json.Marshal(Of(scale, *counts).Rounded(scale))
		if err != nil || string(got) != want {
			t.Errorf("%s, %v\nwant %s", got, err, want)
		}
	}
}

// randomCounts draws a histogram of up to most answers a rating, often lopsided.
func randomCounts(r *rand.Rand, s Scale, most int64) Counts {
	counts := Counts{}
	for _, rating := range s.Ratings() {
		if r.IntN(3) > 0 {
			counts[rating] = r.Int64N(most + 1)
		}
	}
	return counts
}

// mirrored turns a histogram round.
func mirrored(s Scale, counts Counts) Counts {
	turned := Counts{}
	for rating, c := range counts {
		turned[s.Min+s.Max-rating] = c
	}
	return turned
}

func TestAScoreLiesInItsIntervalAndTheIntervalOnTheScale(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, scale := range standard {
		low, high := float64(scale.Min), float64(scale.Max)
		switch scale.Metric {
		case NPS:
			low, high = -100, 100
		case CSAT:
			low, high = 0, 100
		}
		for range 3000 {
			counts := randomCounts(r, scale, []int64{1, 3, 40, 1e6}[r.IntN(4)])
			s := Of(scale, counts)
			if s.Value == nil {
				continue
			}
			v, i := *s.Value, *s.Interval
			if !(low <= i[0] && i[0] <= v && v <= i[1] && i[1] <= high && i[0] < i[1]) {
				t.Fatalf("%s %v: %v in %v", scale, counts, v, i)
			}
			if s.EasyShare != nil && !(s.EasyInterval[0] <= *s.EasyShare && *s.EasyShare <= s.EasyInterval[1]) {
				t.Fatalf("%s %v: easy %v in %v", scale, counts, *s.EasyShare, *s.EasyInterval)
			}
		}
	}
}

func TestAnEffortScaleIsAnEaseScaleTurnedRound(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	ease, effort := scaleOf(t, CES, 5, Higher), scaleOf(t, CES, 5, Lower)
	for range 2000 {
		counts, later := randomCounts(r, ease, 60), randomCounts(r, ease, 60)
		a, b := Of(ease, counts).Rounded(ease), Of(effort, mirrored(ease, counts)).Rounded(effort)
		if a.Value == nil {
			continue
		}
		if diff := cmp.Diff(a.EasyShare, b.EasyShare); diff != "" {
			t.Fatal(diff)
		}
		near := func(x, y float64) bool { return x-y < 0.0101 && y-x < 0.0101 } // a half rounds away from zero on either scale
		if !near(*a.Value, 6-*b.Value) || !near(a.Interval[0], 6-b.Interval[1]) || !near(a.Interval[1], 6-b.Interval[0]) {
			t.Fatalf("%v: %v %v turned round is %v %v", counts, *a.Value, *a.Interval, *b.Value, *b.Interval)
		}
		c, d := Compare(ease, counts, later), Compare(effort, mirrored(ease, counts), mirrored(ease, later))
		if c != nil && (c.Verdict != d.Verdict || c.Delta != -d.Delta) {
			t.Fatalf("%v to %v: %+v and %+v", counts, later, c, d)
		}
	}
}

func ExampleOf() {
	scale, _ := Standard(CES, 5, Higher)
	s := Of(scale, Counts{5: 40, 4: 20, 3: 5, 2: 15, 1: 20}).Rounded(scale)
	fmt.Println(*s.Value, *s.Interval, s.N, s.Convention)
	// Output: 3.45 [3.12 3.76] 100 mean of 1-5, higher is easier
}

func FuzzOf(f *testing.F) {
	f.Add(uint8(0), int64(1), int64(0), int64(3), int64(9), int64(0))
	f.Add(uint8(3), int64(0), int64(0), int64(0), int64(0), int64(5))
	f.Add(uint8(7), int64(1e9), int64(-5), int64(0), int64(2), int64(1e9))
	scales := []Scale{}
	for _, k := range []key{{CSAT, 5, Higher}, {CES, 5, Higher}, {CES, 7, Higher}, {CES, 10, Higher}, {CES, 5, Lower},
		{CES, 7, Lower}, {CES, 10, Lower}, {NPS, 10, Higher}} {
		scales = append(scales, standard[k])
	}
	f.Fuzz(func(t *testing.T, which uint8, a, b, c, d, e int64) {
		scale := scales[int(which)%len(scales)]
		counts := Counts{}
		for i, n := range []int64{a, b, c, d, e} {
			counts[scale.Min+2*i] = n % 1e10
		}
		s := Of(scale, counts).Rounded(scale)
		if s.Value != nil && !(s.Interval[0] <= *s.Value && *s.Value <= s.Interval[1]) {
			t.Errorf("%s %v: %v outside %v", scale, counts, *s.Value, *s.Interval)
		}
		if _, err := json.Marshal(s); err != nil {
			t.Error(err)
		}
	})
}
