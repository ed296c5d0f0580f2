package score

import "strconv"

// Kind says where a benchmark comes from.
type Kind string

// The kinds of benchmark, in the order in which they count: one's own history is asked with the same words of the same customers.
const (
	OwnHistory Kind = "history"
	OwnFigure  Kind = "figure"
	ByIndustry Kind = "industry"
)

// The caveats on a benchmark.
const (
	OtherSource = "from another source; compare it only if it was asked and computed alike"
	ACSICaveat  = "an index from 0 to 100 of several questions in the United States, not a share of good answers: not on one axis with CSAT"
)

// Benchmark is something to compare a score with.
type Benchmark struct {
	Kind       Kind      `json:"kind"`
	Name       string    `json:"name"`  // the period or periods, "2026-10" or "2026-07..2026-10"; the industry; "" of a figure
	Value      float64   `json:"value"` // in the unit of the convention
	Interval   *Interval `json:"interval,omitempty"`
	N          int64     `json:"n,omitempty"` // answers; 0 when not known
	Convention string    `json:"convention"`
	Change     *Change   `json:"change,omitempty"` // from this to the score that is compared; of one's own history only
	Source     string    `json:"source,omitempty"`
	Date       string    `json:"date,omitempty"`
	Caveat     string    `json:"caveat,omitempty"`
}

// Past is the counts of an earlier period.
type Past struct {
	Name   string
	Counts Counts
}

// History compares a score with one's own earlier periods, given oldest first: with the newest that has enough answers to be shown, and
// with all of these together if there are more. One with too few answers is in neither: it could be computed from the two.
func History(scale Scale, now Counts, before []Past) (found []Benchmark) {
	all, first, last, periods := Counts{}, "", "", 0
	for _, p := range before {
		s := Of(scale, p.Counts)
		if s.Value == nil {
			continue
		}
		for rating, c := range p.Counts {
			all[rating] += c
		}
		if first == "" {
			first = p.Name
		}
		last = p.Name
		periods++
		found = []Benchmark{history(scale, p.Name, now, p.Counts)}
	}
	if periods > 1 {
		found = append(found, history(scale, first+".."+last, now, all))
	}
	return found
}

func history(scale Scale, name string, now, then Counts) Benchmark {
	s := Of(scale, then)
	return Benchmark{Kind: OwnHistory, Name: name, Value: *s.Value, Interval: s.Interval, N: s.N, Convention: s.Convention,
		Change: Compare(scale, then, now)}
}

// Figure is a figure of the owner's, from somewhere else.
type Figure struct {
	Value  float64 // in the unit of the scale's score
	Scale  Scale
	Source string
	Date   string // a year, a month or a day
}

// Benchmark is the figure as something to compare with.
func (f Figure) Benchmark() Benchmark {
	return Benchmark{Kind: OwnFigure, Value: f.Value, Convention: f.Scale.Convention(), Source: f.Source, Date: f.Date, Caveat: OtherSource}
}

// Industry is a row of the table of the American Customer Satisfaction Index for 2020, as a guide to CSAT quotes it (GetFeedback).
type Industry struct {
	Key      string // as an owner writes it
	Name     string
	Value    float64 // 0 to 100
	Also     float64 // the other value that the source prints under the same name; 0 for none
	Doubtful string  // why the row may mean another industry; "" for a plain one
}

// Benchmark is the industry as something to compare with. Where the source gives two values, the caveat names the other.
func (i Industry) Benchmark() Benchmark {
	b := Benchmark{Kind: ByIndustry, Name: i.Name, Value: i.Value, Convention: "ACSI", Source: ACSISource, Date: "2020", Caveat: ACSICaveat}
	if i.Also != 0 {
		b.Caveat += "; the source prints this name twice, with " + percent(i.Value) + " and " + percent(i.Also) + ", and does not say which is which"
	}
	if i.Doubtful != "" {
		b.Caveat += "; " + i.Doubtful
	}
	return b
}

// IndustryOf finds an industry by its key.
func IndustryOf(key string) (Industry, bool) {
	for _, i := range Industries {
		if i.Key == key {
			return i, true
		}
	}
	return Industry{}, false
}

func percent(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// ACSISource is where the table of industries is from.
const ACSISource = "American Customer Satisfaction Index 2020, as quoted by GetFeedback"
