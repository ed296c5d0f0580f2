package console

import (
	"maps"
	"net/url"
	"slices"

	"afterword/internal/fault"
	"afterword/internal/period"
)

// picker leads from the period of a page to others.
type picker struct {
	Words         string // of the period
	Running       bool   // it is not over
	Before, After string // links; After is "" when it would begin tomorrow or later
	Kinds         []place
	At            string // the page, for a form that asks for days
	Kept          []field
	From, To      string // days
}

// field is one of a form that goes along unseen.
type field struct{ Name, Value string }

// kinds of period that one may pick, with the text that names each.
var pickable = []struct {
	kind period.Kind
	text string
}{
	{period.Weekly, "console.period.week"}, {period.Monthly, "console.period.month"},
	{period.Quarterly, "console.period.quarter"}, {period.Yearly, "console.period.year"},
}

func (r request) today() period.Day { return period.DayOf(r.now, r.program.Zone) }

// period is what the query asks for. from and to, as a form without scripts sends them, are the days of a range. Fault: Invalid.
func (r request) period() (period.Period, error) {
	query := r.URL.Query()
	name := query.Get("period")
	if query.Has("from") || query.Has("to") {
		name = query.Get("from") + ".." + query.Get("to")
	}
	in, err := period.Asked(name, r.today())
	if err == nil && r.today().Before(in.From) {
		err = fault.New(fault.Invalid, "the period %s is still to come", in.Name)
	}
	return in, err
}

// pick makes the picker of a page that shows the period. kept are the other parameters of its address.
func (r request) pick(in period.Period, at string, kept url.Values) picker {
	link := func(p period.Period) string { return linkTo(at, kept, "period", p.Name) }
	p := picker{
		Words: r.words.Period(in), Running: !in.To.Before(r.today()), Before: link(in.Previous()), At: at, From: in.From.String(), To: in.To.String(),
	}
	if next := in.Next(); !r.today().Before(next.From) {
		p.After = link(next)
	}
	is, _ := in.Kind()
	last := in.To
	if r.today().Before(last) {
		last = r.today()
	}
	for _, each := range pickable {
		p.Kinds = append(p.Kinds, place{Name: r.words.T(each.text), Link: link(each.kind.Of(last)), Current: each.kind == is})
	}
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		p.Kept = append(p.Kept, field{name, kept.Get(name)})
	}
	return p
}

// linkTo is an address with parameters, one of them set anew; "" leaves it out.
func linkTo(at string, kept url.Values, name, value string) string {
	query := url.Values{}
	for each := range kept {
		query.Set(each, kept.Get(each))
	}
	if query.Set(name, value); value == "" {
		query.Del(name)
	}
	if len(query) == 0 {
		return at
	}
	return at + "?" + query.Encode()
}
