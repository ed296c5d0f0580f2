// Package score computes CES, CSAT and NPS from counts of answers, each with its distribution, its 95 % interval and the name of
// its convention, for reports that a sceptic would trust. It is pure: counts in, numbers out, rounded once at the end.
//
// The conventions are the field's common ones: promoters are 9 and 10 (Reichheld), CSAT is the share of the top boxes, CES is the mean
// with the share of easy answers beside it, because a good mean can hide a tenth for whom it was nearly impossible (CEB). Intervals:
// Lewis and Sauro (MeasuringU, 2021) for NPS, Wilson for shares, Student's t for means. Direction belongs to the scale, so that "1 = little effort" is the happiest
// answer of an effort scale.
package score

import (
	"fmt"
	"strconv"

	"afterword/internal/fault"
)

// Metric names what is measured.
type Metric string

// The metrics.
const (
	CES  Metric = "CES"  // customer effort score: the mean of the answers
	CSAT Metric = "CSAT" // customer satisfaction: the share of good answers
	NPS  Metric = "NPS"  // net promoter score: share of good minus share of bad answers, -100 to 100
)

// Direction says which end of a scale is the happy one.
type Direction string

// The directions.
const (
	Higher Direction = "higher_is_better" // 5 = very easy
	Lower  Direction = "lower_is_better"  // 1 = very little effort
)

// Group is how a rating is taken: for colours, reason questions and cases.
type Group string

// The groups.
const (
	Good    Group = "good"
	Neutral Group = "neutral"
	Bad     Group = "bad"
)

// Scale is the frozen meaning of a survey's ratings. With Direction Higher ratings of GoodFrom and more are good and of BadTo and
// less are bad; with Lower, GoodFrom and less are good, BadTo and more are bad. What lies between is neutral.
type Scale struct {
	Metric    Metric    `json:"metric"`
	Min       int       `json:"min"`
	Max       int       `json:"max"`
	Direction Direction `json:"direction"`
	GoodFrom  int       `json:"good_from"`
	BadTo     int       `json:"bad_to"`
}

// Counts is a histogram: how many answers chose each rating.
type Counts map[int]int64

// Contains tells whether the rating is one of the scale's.
func (s Scale) Contains(rating int) bool { return s.Min <= rating && rating <= s.Max }

// Ratings lists the scale's ratings, lowest first.
func (s Scale) Ratings() []int {
	var ratings []int
	for r := s.Min; r <= s.Max; r++ {
		ratings = append(ratings, r)
	}
	return ratings
}

// Group is how the rating is taken; a rating outside the scale is Neutral.
func (s Scale) Group(rating int) Group {
	if !s.Contains(rating) {
		return Neutral
	}
	if s.Direction == Lower {
		rating, s.GoodFrom, s.BadTo = -rating, -s.GoodFrom, -s.BadTo
	}
	switch {
	case rating >= s.GoodFrom:
		return Good
	case rating <= s.BadTo:
		return Bad
	}
	return Neutral
}

// fallsWithEase tells whether a lower score is the happier one: a mean of efforts. The share of good answers rises with happiness on
// every scale.
func (s Scale) fallsWithEase() bool { return s.Metric == CES && s.Direction == Lower }

// Normal places the rating between 0 (the unhappiest answer) and 1 (the happiest), whatever the scale and its direction.
func (s Scale) Normal(rating int) float64 {
	if s.Direction == Lower {
		return float64(s.Max-rating) / float64(s.Max-s.Min)
	}
	return float64(rating-s.Min) / float64(s.Max-s.Min)
}

// Valid says what is wrong with the scale and what is expected; nil if nothing is. Scales span 0 to 10 at most, because a tally has
// one counter for each rating.
func (s Scale) Valid() error {
	low, high := s.BadTo, s.GoodFrom // the last of the group at the low end, the first of the one at the high end
	if s.Direction == Lower {
		low, high = high, low
	}
	switch {
	case s.Metric != CES && s.Metric != CSAT && s.Metric != NPS:
		return fault.New(fault.Invalid, "%q is not a metric; expected CES, CSAT or NPS", s.Metric)
	case s.Direction != Higher && s.Direction != Lower:
		return fault.New(fault.Invalid, "%q is not a direction; expected %s or %s", s.Direction, Higher, Lower)
	case s.Min < 0 || s.Max > 10 || s.Max-s.Min < 1:
		return fault.New(fault.Invalid, "%d-%d is not a scale; expected a range within 0-10, such as 1-5", s.Min, s.Max)
	case s.Metric == NPS && s != standard[key{NPS, 10, Higher}]:
		return fault.New(fault.Invalid, "NPS is asked on 0-10, higher is better, 9-10 good and 0-6 bad; expected no other scale")
	case low < s.Min || high <= low || s.Max < high:
		return fault.New(fault.Invalid, "good_from %d and bad_to %d do not fit the scale %d-%d, %s; expected one group at each end, apart from each other",
			s.GoodFrom, s.BadTo, s.Min, s.Max, s.Direction)
	}
	return nil
}

// String names the scale as people read it: "1-5 ease", "1-7 effort", "1-5 satisfaction", "0-10 recommendation".
func (s Scale) String() string {
	what := "recommendation"
	switch {
	case s.Metric == CSAT && s.Direction == Lower:
		what = "satisfaction, lower is better"
	case s.Metric == CSAT:
		what = "satisfaction"
	case s.Metric == CES && s.Direction == Lower:
		what = "effort"
	case s.Metric == CES:
		what = "ease"
	}
	return span(s.Min, s.Max) + " " + what
}

// Boxes is the lowest and the highest rating of a group, which has all between; false when the group has none.
func (s Scale) Boxes(g Group) (from, to int, some bool) {
	for _, r := range s.Ratings() {
		if s.Group(r) != g {
			continue
		}
		if !some {
			from, some = r, true
		}
		to = r
	}
	return from, to, some
}

// boxes names the ratings of a group: "4-5"; "" when the group has none.
func (s Scale) boxes(g Group) string {
	from, to, some := s.Boxes(g)
	if !some {
		return ""
	}
	return span(from, to)
}

func span(from, to int) string {
	if from == to {
		return strconv.Itoa(from)
	}
	return fmt.Sprintf("%d-%d", from, to)
}
