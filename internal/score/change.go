package score

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Verdict says in words whether a score moved.
type Verdict string

// The verdicts. Better is happier, whatever the scale's direction.
const (
	Better   Verdict = "better"
	Worse    Verdict = "worse"
	NoChange Verdict = "no reliable change"
)

// Change is how a score moved from one period to another, in the score's unit. Delta is to minus from, so that it falls when an
// effort scale gets better.
type Change struct {
	Delta    float64  `json:"delta"`
	Interval Interval `json:"interval"`
	Verdict  Verdict  `json:"verdict"`
}

// Compare tells how the score moved; nil when one side has too few answers to be shown. The interval is Welch's on the means'
// augmented answers, and for shares and net scores Newcombe's, which squares and adds the distances between each side's value and
// the bounds of its own interval. (The difference of two adjusted Wald centres was rejected: drawing ten answers each from the two
// ends of the scale, its interval held the true difference in 85 of 100 cases; this one in 94.)
func Compare(scale Scale, from, to Counts) *Change {
	a, b := total(scale, from), total(scale, to)
	if a.n < fewest || b.n < fewest {
		return nil
	}
	c := Change{Delta: difference(a, b), Verdict: NoChange}
	if scale.Metric == CES {
		c.Interval = welch(a, b)
	} else {
		c.Interval = newcombe(a, b, c.Delta, z)
	}
	if c.Interval[0] > 0 || c.Interval[1] < 0 {
		c.Verdict = scale.moved(c.Delta)
	}
	return &c
}

// Pair is one of several comparisons, on a scale of its own.
type Pair struct {
	Scale    Scale
	From, To Counts
}

// Together compares each pair; nil where one side has too few answers. Each interval is the pair's own, at 95 %; but of twenty pairs
// in which nothing happened one would be called reliable by that, so that the words go by Holm's step-down procedure (1979): all of
// them together are wrong in 5 of 100 cases at most.
func Together(pairs []Pair) []*Change {
	all, chance := make([]*Change, len(pairs)), make([]float64, len(pairs))
	var order []int
	for i, p := range pairs {
		if all[i] = Compare(p.Scale, p.From, p.To); all[i] != nil {
			order, chance[i] = append(order, i), chanceOf(total(p.Scale, p.From), total(p.Scale, p.To))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(chance[a], chance[b]) })
	reliable := true
	for rank, i := range order {
		reliable = reliable && chance[i]*float64(len(order)-rank) <= 0.05
		if all[i].Verdict = NoChange; reliable {
			all[i].Verdict = pairs[i].Scale.moved(all[i].Delta)
		}
	}
	return all
}

// CompareAll tells how the score of each segment moved, all of them together; segments with too few answers on one side are left out.
func CompareAll(scale Scale, from, to map[string]Counts) map[string]Change {
	values := slices.Sorted(maps.Keys(to))
	pairs := make([]Pair, len(values))
	for i, value := range values {
		pairs[i] = Pair{scale, from[value], to[value]}
	}
	all := map[string]Change{}
	for i, c := range Together(pairs) {
		if c != nil {
			all[values[i]] = *c
		}
	}
	return all
}

// moved is the word for a reliable change.
func (s Scale) moved(delta float64) Verdict {
	if (delta > 0) == s.fallsWithEase() {
		return Worse
	}
	return Better
}

// difference of the values, one exact division.
func difference(a, b totals) float64 {
	n1, n2 := float64(a.n), float64(b.n)
	return (float64(b.points())*n1 - float64(a.points())*n2) / (n1 * n2)
}

// chanceOf is how likely a change is that is at least as large as this one where nothing changed (its p value): at that level the
// interval of the change ends at zero.
func chanceOf(a, b totals) float64 {
	if a.scale.Metric == CES {
		delta, deviation, df := welchs(a, b)
		return 2 * distuv.StudentsT{Sigma: 1, Nu: df}.Survival(math.Abs(delta)/deviation)
	}
	delta := difference(a, b)
	reaches := func(q float64) bool { // zero, from the side on which the change lies
		i := newcombe(a, b, delta, q)
		return i[0] <= 0 && 0 <= i[1]
	}
	low, high := 0.0, 1.0
	for !reaches(high) && high < 64 { // beyond that the chance is 0 in any number
		low, high = high, 2*high
	}
	for range 60 {
		if mid := (low + high) / 2; reaches(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return math.Erfc(high / math.Sqrt2)
}

// Rounded returns the change as it is shown, as exact as the score itself.
func (c Change) Rounded(scale Scale) Change {
	d := scale.Decimals()
	c.Delta, c.Interval = Round(c.Delta, d), *c.Interval.rounded(d)
	return c
}

// welch is the t interval of the difference of two means whose variances differ.
func welch(a, b totals) Interval {
	delta, deviation, df := welchs(a, b)
	most := float64(a.scale.Max - a.scale.Min)
	return around(delta, student(df)*deviation).within(-most, most)
}

// welchs is the difference of the augmented means, its standard deviation and the degrees of freedom of that.
func welchs(a, b totals) (delta, deviation, df float64) {
	mean1, variance1, df1 := a.augmented()
	mean2, variance2, df2 := b.augmented()
	variance := variance1 + variance2
	return mean2 - mean1, math.Sqrt(variance), variance * variance / (variance1*variance1/df1 + variance2*variance2/df2)
}

// newcombe is the interval of a difference from the intervals of its two sides, which reach q standard errors.
func newcombe(a, b totals, delta, q float64) Interval {
	value1, interval1 := a.value(), a.shares(q)
	value2, interval2 := b.value(), b.shares(q)
	return Interval{
		delta - math.Hypot(value2-interval2[0], interval1[1]-value1),
		delta + math.Hypot(interval2[1]-value2, value1-interval1[0]),
	}
}
