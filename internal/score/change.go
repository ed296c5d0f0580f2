package score

import "math"

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
	n1, n2 := float64(a.n), float64(b.n)
	c := Change{Delta: (float64(b.points())*n1 - float64(a.points())*n2) / (n1 * n2), Verdict: NoChange}
	if scale.Metric == CES {
		c.Interval = welch(a, b)
	} else {
		c.Interval = newcombe(a, b, c.Delta)
	}
	up, down := Better, Worse
	if scale.fallsWithEase() {
		up, down = down, up
	}
	switch {
	case c.Interval[0] > 0:
		c.Verdict = up
	case c.Interval[1] < 0:
		c.Verdict = down
	}
	return &c
}

// Rounded returns the change as it is shown, as exact as the score itself.
func (c Change) Rounded(scale Scale) Change {
	d := scale.Decimals()
	c.Delta, c.Interval = Round(c.Delta, d), *c.Interval.rounded(d)
	return c
}

// welch is the t interval of the difference of two means whose variances differ.
func welch(a, b totals) Interval {
	mean1, variance1, df1 := a.augmented()
	mean2, variance2, df2 := b.augmented()
	variance := variance1 + variance2
	df := variance * variance / (variance1*variance1/df1 + variance2*variance2/df2)
	most := float64(a.scale.Max - a.scale.Min)
	return around(mean2-mean1, student(df)*math.Sqrt(variance)).within(-most, most)
}

// newcombe is the interval of a difference from the intervals of its two sides.
func newcombe(a, b totals, delta float64) Interval {
	value1, interval1 := a.value(), a.interval()
	value2, interval2 := b.value(), b.interval()
	return Interval{
		delta - math.Hypot(value2-interval2[0], interval1[1]-value1),
		delta + math.Hypot(interval2[1]-value2, value1-interval1[0]),
	}
}
