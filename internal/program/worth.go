package program

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"golang.org/x/text/currency"

	"afterword/internal/score"
)

// Worth is what the owner takes unhappy customers to cost.
type Worth struct {
	All         score.Worth
	Touchpoints map[string]score.Worth // of those that differ; complete
}

// WorthOf is what counts for a touchpoint.
func (p *Program) WorthOf(touchpoint string) score.Worth {
	if w, ok := p.Worth.Touchpoints[touchpoint]; ok {
		return w
	}
	return p.Worth.All
}

// worth is the section of that name; the touchpoints are read before.
func (p *Program) worth(n node) Worth {
	f := n.fields("churn", "value", "currency", "touchpoints")
	w := Worth{All: f.worth(score.Worth{Churn: score.UsualChurn})}
	for _, e := range f.named("touchpoints", "") {
		if !e.touchpointOf(p, e.name) {
			continue
		}
		if w.Touchpoints == nil {
			w.Touchpoints = map[string]score.Worth{}
		}
		w.Touchpoints[e.name] = e.fields("churn", "value", "currency").worth(w.All)
	}
	return w
}

// touchpointOf tells whether the name is one of the program's touchpoints, and says so when it is not.
func (n node) touchpointOf(p *Program, name string) bool {
	if _, ok := p.Touchpoints[name]; ok {
		return true
	}
	wrong, expected := choice(name, "a touchpoint of this program", slices.Collect(maps.Keys(p.Touchpoints)))
	n.wrong(expected, "%s", wrong)
	return false
}

// worth is the fields churn, value and currency; what is left out is as otherwise.
func (f fields) worth(otherwise score.Worth) score.Worth {
	w := otherwise
	if _, ok := f.of["churn"]; ok {
		churn := f.section("churn").fields(groups...)
		w.Churn = score.Churn{Good: churn.share("good", w.Churn.Good), Neutral: churn.share("neutral", w.Churn.Neutral), Bad: churn.share("bad", w.Churn.Bad)}
	}
	w.Value = f.amount("value", otherwise.Value)
	w.Currency = f.text("currency", otherwise.Currency)
	if n, ok := f.of["currency"]; ok {
		if _, err := currency.ParseISO(w.Currency); err != nil || !capitals.MatchString(w.Currency) {
			n.wrong("its three capital letters, such as EUR or SEK", "%.40q is not a currency", w.Currency)
		}
	}
	if n, ok := f.of["value"]; ok && w.Value > 0 && w.Currency == "" && f.of["currency"].Node == nil {
		n.wrong("currency beside it, such as currency: EUR", "nobody knows what %s is counted in", n.written())
	}
	return w
}

var capitals = regexp.MustCompile(`^[A-Z]{3}$`)

// mostAmount is more than any customer brings in a year, in any currency.
const mostAmount = 1e9

// amount is a field that is a sum of money.
func (f fields) amount(name string, otherwise float64) float64 {
	n, ok := f.of[name]
	if !ok {
		return otherwise
	}
	value, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || !(value > 0 && value <= mostAmount) {
		n.wrong(fmt.Sprintf("a number above 0 and at most %d, such as 500 or 79.90", int(mostAmount)), "%s is not an amount", n.written())
		return otherwise
	}
	return value
}
