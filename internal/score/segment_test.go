package score

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// shown lists a cut in its order; what is not shown is in brackets.
func shown(all []Segment) string {
	var names []string
	for _, s := range all {
		name := fmt.Sprintf("%s %d", s.Value, s.Score.N)
		if s.Score.Value == nil {
			name = "(" + name + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func TestARankingGoesByWhatIsAtLeastSo(t *testing.T) {
	csat, effort := scaleOf(t, CSAT, 5, Higher), scaleOf(t, CES, 5, Lower)
	for _, row := range []struct {
		name  string
		scale Scale
		of    map[string]Counts
		want  string
	}{
		{"five of five say less than ninety of a hundred", csat,
			map[string]Counts{"anna": {5: 5}, "bo": {5: 90, 1: 10}, "cy": {5: 50, 1: 50}}, "bo 100, anna 5, cy 100"},
		{"little effort first", effort, map[string]Counts{"anna": {5: 40}, "bo": {1: 40}, "cy": {1: 20, 5: 20}}, "bo 40, cy 40, anna 40"},
		{"equal ones by name", csat, map[string]Counts{"bo": {5: 9}, "anna": {5: 9}}, "anna 9, bo 9"},
		{"without answers, not at all", csat, map[string]Counts{"anna": {}, "bo": {5: 9}, "cy": nil}, "bo 9"},
		{"nothing of nothing", csat, nil, ""},
	} {
		if got := shown(Cut(row.scale, row.of)); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

func TestASegmentOfFewAnswersCannotBeComputedFromTheOthers(t *testing.T) {
	csat := scaleOf(t, CSAT, 5, Higher)
	for _, row := range []struct {
		name string
		n    map[string]int64
		want string
	}{
		{"all have enough", map[string]int64{"a": 5, "b": 6, "c": 7}, "c 7, b 6, a 5"},
		{"one has too few, the next smallest goes with it", map[string]int64{"a": 4, "b": 6, "c": 7}, "c 7, (b 6), (a 4)"},
		{"two have too few", map[string]int64{"a": 4, "b": 3, "c": 7}, "c 7, (a 4), (b 3)"},
		{"two have too few even together", map[string]int64{"a": 1, "b": 2, "c": 7, "d": 8}, "d 8, (c 7), (b 2), (a 1)"},
		{"those whose visit does not say are a segment too", map[string]int64{"": 6, "a": 4, "c": 7}, "c 7, ( 6), (a 4)"},
		{"nobody else is there", map[string]int64{"a": 4}, "(a 4)"},
		{"one alone with enough", map[string]int64{"a": 9}, "a 9"},
	} {
		of := map[string]Counts{}
		for value, n := range row.n {
			of[value] = Counts{5: n}
		}
		all := Cut(csat, of)
		if got := shown(all); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
		for _, s := range all {
			if s.Score.Value == nil && (s.Score.Distribution != nil || s.Score.Interval != nil || s.Score.Note == "") {
				t.Errorf("%s: %s tells %+v", row.name, s.Value, s.Score)
			}
		}
	}
}

func TestAChangeTellsNothingOfWhatWasWithheldBefore(t *testing.T) {
	csat := scaleOf(t, CSAT, 5, Higher)
	before := map[string]Counts{"a": {5: 40, 1: 10}, "b": {5: 6, 1: 4}, "c": {1: 3}} // b is withheld for the sake of c
	now := map[string]Counts{"a": {5: 30, 1: 20}, "b": {5: 20}, "c": {5: 20}}
	for _, s := range Rank(csat, now, before) {
		if compared := s.Change != nil; compared != (s.Value == "a") {
			t.Errorf("%s: the change is %+v", s.Value, s.Change)
		}
	}
}

func TestWhatIsHiddenIsNeverOneAloneNorTooFew(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	scale := scaleOf(t, CES, 5, Higher)
	for range 3000 {
		of := map[string]Counts{}
		for i := range 1 + r.IntN(6) {
			of[fmt.Sprint(i)] = Counts{3: r.Int64N(3), 5: r.Int64N(int64(1 + r.IntN(12)))}
		}
		hidden, answers, left := 0, int64(0), 0
		for _, s := range Cut(scale, of) {
			if s.Score.Value == nil {
				hidden, answers = hidden+1, answers+s.Score.N
			} else {
				left++
			}
		}
		if left > 0 && hidden > 0 && (hidden == 1 || answers < fewest) {
			t.Fatalf("%v: %d hidden with %d answers", of, hidden, answers)
		}
	}
}

func TestTheChanceOfAChangeIsWhereItsIntervalEndsAtZero(t *testing.T) {
	ces, csat := scaleOf(t, CES, 5, Higher), scaleOf(t, CSAT, 5, Higher)
	for _, row := range []struct {
		name     string
		scale    Scale
		from, to Counts
		want     float64
	}{
		{"no difference", csat, Counts{5: 10}, Counts{4: 10}, 1},
		{"no difference of means", ces, Counts{5: 10}, Counts{5: 10}, 1},
		// Welch's test by hand, of 1, 5, 20 twos, 20 fours and of 1, 5, 20 threes, 20 fours: t = 2.423618 with 68.4904 degrees of freedom.
		{"Welch", ces, Counts{2: 20, 4: 20}, Counts{3: 20, 4: 20}, 1 - 2*tArea(68.4904, 2.423618)},
	} {
		got := chanceOf(total(row.scale, row.from), total(row.scale, row.to))
		if math.Abs(got-row.want) > 1e-6 {
			t.Errorf("%s: %.5f, want %.5f", row.name, got, row.want)
		}
	}
	r := rand.New(rand.NewPCG(9, 10))
	for _, scale := range standard {
		for range 300 {
			from, to := randomCounts(r, scale, 30), randomCounts(r, scale, 30)
			c := Compare(scale, from, to)
			if c == nil {
				continue
			}
			chance := chanceOf(total(scale, from), total(scale, to))
			if math.Abs(chance-0.05) > 1e-6 && (chance < 0.05) != (c.Verdict != NoChange) {
				t.Fatalf("%s %v to %v: chance %v and %+v", scale, from, to, chance, c)
			}
		}
	}
}

func TestManyComparisonsAreNotWrongMoreOften(t *testing.T) {
	csat := scaleOf(t, CSAT, 5, Higher)
	before, after := Counts{5: 60, 1: 40}, Counts{5: 75, 1: 25} // by itself reliable
	if c := Compare(csat, before, after); c.Verdict != Better {
		t.Fatalf("%+v", c)
	}
	from, to := map[string]Counts{"moved": before}, map[string]Counts{"moved": after}
	if got := CompareAll(csat, from, to)["moved"].Verdict; got != Better {
		t.Errorf("alone: %s", got)
	}
	for i := range 9 {
		from[fmt.Sprint(i)], to[fmt.Sprint(i)] = Counts{5: 50, 1: 50}, Counts{5: 50, 1: 50}
	}
	if got := CompareAll(csat, from, to)["moved"].Verdict; got != NoChange {
		t.Errorf("as one of ten: %s", got)
	}
	to["moved"] = Counts{5: 95, 1: 5}
	if got := CompareAll(csat, from, to)["moved"].Verdict; got != Better {
		t.Errorf("a large one of ten: %s", got)
	}
	to["few"] = Counts{5: 3}
	if _, there := CompareAll(csat, from, to)["few"]; there {
		t.Error("three answers were compared")
	}
}

// Where nothing changed in any of twenty segments, all together are called changed in at most 5 of 100 reports, and not in one
// of four, as twenty single intervals would.
func TestWhereNothingChangedReportsSaySo(t *testing.T) {
	reports := 400
	if testing.Short() {
		reports = 100
	}
	r := rand.New(rand.NewPCG(11, 12))
	scale := scaleOf(t, CES, 5, Higher)
	shares := populations(scale)["mostly happy"]
	wrong, alone := 0, 0
	for range reports {
		from, to, single := map[string]Counts{}, map[string]Counts{}, false
		for i := range 20 {
			value := fmt.Sprint(i)
			from[value], to[value] = draw(r, scale, shares, 30), draw(r, scale, shares, 30)
			single = single || Compare(scale, from[value], to[value]).Verdict != NoChange
		}
		if single {
			alone++
		}
		for _, c := range CompareAll(scale, from, to) {
			if c.Verdict != NoChange {
				wrong++
				break
			}
		}
	}
	t.Logf("of %d reports on 20 segments in which nothing changed %d call one changed; %d would by single intervals", reports, wrong, alone)
	if 20*wrong > reports || 5*alone < reports {
		t.Errorf("%d and %d of %d", wrong, alone, reports)
	}
}
