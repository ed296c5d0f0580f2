package score

import (
	"fmt"
	"math/big"
	"strconv"
)

// Fewest answers that are shown as more than a count, and from which a score stands without a warning. No source sets a standard;
// below five a score says more about single people than about a touchpoint.
const (
	fewest = 5
	enough = 30
)

// The notes on a score of few answers.
const (
	NoScore    = "no score" // no answers at all; 0 would be a score
	CountOnly  = "fewer than 5 answers"
	FewAnswers = "few answers"
)

// Interval is a 95 % interval, both ends included.
type Interval [2]float64

// Score is what a series' answers come to. Value and Interval are in the metric's own unit: rating points for CES, per cent (0 to
// 100) for CSAT, points from -100 to 100 for NPS. Shares are 0 to 1. Of gives exact numbers; Rounded those to show.
type Score struct {
	N            int64     `json:"n"`
	Value        *float64  `json:"value"`    // nil: no score, or too few answers to show one
	Interval     *Interval `json:"interval"` // nil with Value
	Convention   string    `json:"convention"`
	Note         string    `json:"note,omitempty"`
	Distribution Counts    `json:"distribution,omitempty"` // every rating of the scale; nil with Value

	// CES has the share of easy answers beside its mean: a solid mean can hide the many for whom it was nearly impossible.
	EasyShare      *float64  `json:"easy_share,omitempty"`
	EasyInterval   *Interval `json:"easy_interval,omitempty"`
	EasyConvention string    `json:"easy_convention,omitempty"`
}

// Of computes the score of the answers. Counts of ratings outside the scale are no answers on it and are left out, as are negative
// ones.
func Of(scale Scale, counts Counts) Score {
	t := total(scale, counts)
	s := Score{N: t.n, Convention: scale.Convention()}
	switch {
	case t.n == 0:
		s.Note = NoScore
		return s
	case t.n < fewest:
		s.Note = CountOnly
		return s
	case t.n < enough:
		s.Note = FewAnswers
	}
	value, interval := t.value(), t.interval()
	s.Value, s.Interval = &value, &interval
	s.Distribution = make(Counts, len(scale.Ratings()))
	for _, r := range scale.Ratings() {
		s.Distribution[r] = max(counts[r], 0)
	}
	if scale.Metric == CES {
		share, interval := float64(t.good)/float64(t.n), wilson(t.good, t.n, z)
		s.EasyShare, s.EasyInterval = &share, &interval
		s.EasyConvention = scale.shareOf(Good)
	}
	return s
}

// Range is the lowest and the highest value that the metric can have on the scale.
func (s Scale) Range() (low, high float64) {
	switch s.Metric {
	case NPS:
		return -100, 100
	case CSAT:
		return 0, 100
	}
	return float64(s.Min), float64(s.Max)
}

// Convention names how the metric is computed on this scale. Numbers of two conventions are never compared, and never shown
// without it.
func (s Scale) Convention() string {
	switch s.Metric {
	case NPS:
		return fmt.Sprintf("net promoter score: share of %s minus share of %s", s.boxes(Good), s.boxes(Bad))
	case CSAT:
		return s.shareOf(Good)
	}
	return fmt.Sprintf("mean of %s, %s is easier", span(s.Min, s.Max), map[Direction]string{Higher: "higher", Lower: "lower"}[s.Direction])
}

func (s Scale) shareOf(g Group) string {
	return fmt.Sprintf("share of %s among %s", s.boxes(g), span(s.Min, s.Max))
}

// totals is what every convention needs of a histogram.
type totals struct {
	scale        Scale
	n, good, bad int64
	sum, squares int64 // of the ratings
}

func total(scale Scale, counts Counts) totals {
	t := totals{scale: scale}
	for _, r := range scale.Ratings() {
		c := max(counts[r], 0)
		t.n += c
		t.sum += c * int64(r)
		t.squares += c * int64(r*r)
		switch scale.Group(r) {
		case Good:
			t.good += c
		case Bad:
			t.bad += c
		}
	}
	return t
}

// points is the metric's value times n: a whole number, so that a value and a difference of two are one exact division.
func (t totals) points() int64 {
	switch t.scale.Metric {
	case NPS:
		return 100 * (t.good - t.bad)
	case CSAT:
		return 100 * t.good
	}
	return t.sum
}

func (t totals) value() float64 { return float64(t.points()) / float64(t.n) }

// Decimals is how exactly the metric is shown: more would promise what no number of answers can hold.
func (s Scale) Decimals() int {
	switch s.Metric {
	case NPS:
		return 0
	case CSAT:
		return 1
	}
	return 2
}

// Rounded returns the score as it is shown: NPS in whole points, CSAT in tenths of a per cent, CES in hundredths, shares in
// thousandths. It is the last step; nothing is computed from its result.
func (s Score) Rounded(scale Scale) Score {
	d := scale.Decimals()
	s.Value, s.Interval = rounded(s.Value, d), s.Interval.rounded(d)
	s.EasyShare, s.EasyInterval = rounded(s.EasyShare, 3), s.EasyInterval.rounded(3)
	return s
}

func rounded(value *float64, decimals int) *float64 {
	if value == nil {
		return nil
	}
	r := Round(*value, decimals)
	return &r
}

func (i *Interval) rounded(decimals int) *Interval {
	if i == nil {
		return nil
	}
	return &Interval{Round(i[0], decimals), Round(i[1], decimals)}
}

// Round rounds to a number of decimals, half away from zero, as the number reads: 3.345 is 3.35 at two decimals although the
// nearest binary number is a hair smaller.
func Round(value float64, decimals int) float64 {
	exact, ok := new(big.Rat).SetString(strconv.FormatFloat(value, 'f', -1, 64))
	if !ok {
		return value // not a number, or without end
	}
	r, err := strconv.ParseFloat(exact.FloatString(decimals), 64)
	if err != nil {
		return value
	}
	if r == 0 {
		return 0 // not -0
	}
	return r
}
