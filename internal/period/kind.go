package period

import "strings"

// Kind is a kind of period that scores are stored for.
type Kind string

// The kinds, by the words that an owner uses.
const (
	Weekly    Kind = "week"
	Monthly   Kind = "month"
	Quarterly Kind = "quarter"
	Yearly    Kind = "year"
)

// Of is the period of the kind that the day lies in. A kind that is none of the above is a year.
func (k Kind) Of(d Day) Period {
	switch k {
	case Weekly:
		return Week(d)
	case Monthly:
		return Month(d)
	case Quarterly:
		return Quarter(d)
	}
	return Year(d)
}

// Kind is the kind of the period; false for a range of days.
func (p Period) Kind() (Kind, bool) {
	switch {
	case !p.Stored():
		return "", false
	case strings.Contains(p.Name, "W"):
		return Weekly, true
	case strings.Contains(p.Name, "Q"):
		return Quarterly, true
	case strings.Contains(p.Name, "-"):
		return Monthly, true
	}
	return Yearly, true
}
