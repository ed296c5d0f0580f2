package score

import "math"

// Churn is what share of the customers leave, by the group of their answer, 0 to 1.
type Churn struct {
	Good    float64 `json:"good"`
	Neutral float64 `json:"neutral"`
	Bad     float64 `json:"bad"`
}

// UsualChurn is the research averages that a guide to CSAT gives (GetFeedback): 92 % of those who answered 1-2 of 5, 80 % of those who
// answered 3, and nobody else. They are nobody's own figures, so that whatever is computed of them is shown with them beside it.
var UsualChurn = Churn{Good: 0, Neutral: 0.80, Bad: 0.92}

// Worth is what customers are taken to be worth: assumptions of the owner, not measurements.
type Worth struct {
	Churn    Churn
	Value    float64 // of one customer in a year; 0: not known, so that no money is named
	Currency string  // ISO 4217; "" without Value
}

// Risk is what the unhappy answers of a period put at stake. It is about those who answered, each answer taken for a customer; it is
// not projected to those who did not, who may be happier or not. It has no interval: the counts are exact, and what is uncertain
// are the churn shares, which therefore come along.
type Risk struct {
	Answers   int64    `json:"answers"`
	Customers float64  `json:"customers"`         // that are expected to leave: the sum of the next three
	Good      float64  `json:"good"`              // of them, those whose answers were good,
	Neutral   float64  `json:"neutral"`           // neutral
	Bad       float64  `json:"bad"`               // and bad
	Revenue   *float64 `json:"revenue,omitempty"` // of a year: all of the customers, in brackets, times the value of one; nil without one
	Currency  string   `json:"currency,omitempty"`
	Churn     Churn    `json:"churn"` // that was assumed
	Gain      *Gain    `json:"gain,omitempty"`
}

// Gain is what one step of the score more would have kept: so many bad answers, the same share of each bad rating, become the good
// rating nearest to bad, as raises the score by one step (falls, on a scale of efforts). It follows the guide's own example, in which
// ten points of CSAT are a hundred unhappy customers of a thousand who become satisfied. Several steps are so many times as much,
// until no bad answers are left.
type Gain struct {
	Step      float64  `json:"step"`      // one point of CSAT (per cent) or NPS, a tenth of a rating point of CES
	Answers   float64  `json:"answers"`   // bad ones that become good
	Customers float64  `json:"customers"` // who stay
	Revenue   *float64 `json:"revenue,omitempty"`
}

// Step is how much of the metric a Gain is about: a whole rating point of a mean would be a quarter of a scale of five.
func (s Scale) Step() float64 {
	if s.Metric == CES {
		return 0.1
	}
	return 1
}

// AtRisk computes what the answers put at stake; nil with too few answers to be shown. It has no Gain when there are fewer bad answers
// than a step takes. Exact: round when shown.
func (w Worth) AtRisk(scale Scale, counts Counts) *Risk {
	t := total(scale, counts)
	if t.n < fewest {
		return nil
	}
	r := Risk{Answers: t.n, Good: w.Churn.Good * float64(t.good), Bad: w.Churn.Bad * float64(t.bad),
		Neutral: w.Churn.Neutral * float64(t.n-t.good-t.bad), Churn: w.Churn}
	r.Customers = r.Good + r.Neutral + r.Bad
	r.Revenue, r.Currency = w.revenue(r.Customers), w.currency()
	r.Gain = w.gain(scale, t, counts)
	return &r
}

func (w Worth) gain(scale Scale, t totals, counts Counts) *Gain {
	rise := 0.0 // of the metric, if all bad answers became good
	switch scale.Metric {
	case NPS:
		rise = 200 * float64(t.bad)
	case CSAT:
		rise = 100 * float64(t.bad)
	default:
		for _, r := range scale.Ratings() {
			if scale.Group(r) == Bad {
				rise += math.Abs(float64(scale.GoodFrom-r)) * float64(max(counts[r], 0))
			}
		}
	}
	share := scale.Step() * float64(t.n) / rise // of the bad answers, which have to become good
	if !(share <= 1) {
		return nil
	}
	g := Gain{Step: scale.Step(), Answers: share * float64(t.bad)}
	g.Customers = g.Answers * (w.Churn.Bad - w.Churn.Good)
	g.Revenue = w.revenue(g.Customers)
	return &g
}

func (w Worth) revenue(customers float64) *float64 {
	if w.Value <= 0 {
		return nil
	}
	revenue := customers * w.Value
	return &revenue
}

func (w Worth) currency() string {
	if w.Value <= 0 {
		return ""
	}
	return w.Currency
}

// Rounded returns the risk as it is shown: customers in tenths, money in whole units.
func (r Risk) Rounded() Risk {
	r.Customers, r.Good, r.Neutral, r.Bad = Round(r.Customers, 1), Round(r.Good, 1), Round(r.Neutral, 1), Round(r.Bad, 1)
	r.Revenue = rounded(r.Revenue, 0)
	if r.Gain != nil {
		g := *r.Gain
		g.Answers, g.Customers, g.Revenue = Round(g.Answers, 1), Round(g.Customers, 1), rounded(g.Revenue, 0)
		r.Gain = &g
	}
	return r
}
