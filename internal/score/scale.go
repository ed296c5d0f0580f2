// Package score computes CES, CSAT and NPS from counts of answers, each with its distribution, its 95 % interval and the name of
// its convention, for reports that a sceptic would trust. It is pure: counts in, numbers out, rounded once at the end.
//
// The conventions and their sources are in the facts on scoring: promoters are 9 and 10, CSAT is the share of the top boxes, CES is
// the mean with the share of easy answers beside it. Direction belongs to the scale, so that "1 = little effort" is the happiest
// answer of an effort scale.
package score

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
