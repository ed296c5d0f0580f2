package mail

import (
	"strings"

	"afterword/internal/i18n"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/score"
	"afterword/internal/why"
)

// whyEntries say why the score is what it is, as far as customers told.
func (v *told) whyEntries(t report.Touchpoint, add func(label, value string)) {
	w, asked := t.Why, v.surveys[t.Survey]
	if w == nil {
		return
	}
	if len(w.Causes) > 0 {
		add(v.T("report.label.causes"), v.mentions(w.Causes, func(id string) string { return v.cause(asked, id) }))
	}
	if len(w.Themes) > 0 {
		add(v.T("report.label.themes"), v.mentions(w.Themes, v.theme))
	}
	var words []string
	for _, word := range w.Words {
		words = append(words, oneLine(word.Word))
	}
	if len(words) > 0 {
		add(v.T("report.label.words"), strings.Join(words, " \u00b7 "))
	}
	if w.Note != "" || len(w.Drivers) > 0 || len(w.Themes) > 0 {
		add(v.T("report.label.drivers"), v.drivers(w, asked))
	}
}

func (v *told) mentions(all []report.Mention, name func(id string) string) string {
	var parts []string
	for _, m := range all {
		parts = append(parts, v.T("report.why.share", "what", name(m.ID), "n", v.Count(m.N), "share", v.Percent(m.Share)))
	}
	return v.list(parts...)
}

func (v *told) cause(asked program.Survey, id string) string {
	return oneLine(strings.Join(v.Ticked(asked, []string{id}), ""))
}

func (v *told) theme(id string) string { return oneLine(v.Theme(v.themes, id)) }

// driverNotes are the words for why no driver is told.
var driverNotes = map[string]string{why.NotEnough: "report.why.not-enough", why.NoSpread: "report.why.alike", why.NoFeature: "report.why.rare"}

func (v *told) drivers(w *report.Why, asked program.Survey) string {
	if key, ok := driverNotes[w.Note]; ok {
		return v.T(key)
	}
	var parts []string
	for _, d := range w.Drivers {
		parts = append(parts, v.T("report.why.driver", "what", v.feature(d, asked), "effect", v.Signed(100*d.Effect, 0),
			"range", v.T("report.range", "low", v.Signed(100*d.Interval[0], 0), "high", v.Signed(100*d.Interval[1], 0))))
	}
	if len(parts) == 0 {
		return v.T("report.why.unclear")
	}
	return v.list(parts...)
}

// feature names what was compared.
func (v *told) feature(d report.Driver, asked program.Survey) string {
	switch d.Kind {
	case why.CauseFeature:
		return v.cause(asked, d.ID)
	case why.ThemeFeature:
		return v.theme(d.ID)
	}
	for _, q := range asked.Questions {
		if q.ID != d.ID {
			continue
		}
		for _, o := range q.Options {
			if o.ID == d.Option {
				return oneLine(v.Ask(q) + " " + v.Option(q, o))
			}
		}
		return oneLine(v.Ask(q))
	}
	return oneLine(d.ID)
}

// worthEntries say what the answers put at stake, and what there is to compare the score with beside the period before.
func (v *told) worthEntries(t report.Touchpoint, add func(label, value string)) {
	if r := t.Worth; r != nil {
		said := []string{v.T("report.worth.customers", "customers", v.Number(r.Customers, 1), "answers", v.Count(r.Answers))}
		if r.Revenue != nil && r.Customers > 0 {
			said = append(said, v.T("report.worth.money", "money", v.money(*r.Revenue, r.Currency), "value", v.money(*r.Revenue/r.Customers, r.Currency)))
		}
		if r.Gain != nil {
			step := v.Number(r.Gain.Step, t.Scale.Decimals())
			if t.Scale.Metric == score.CSAT {
				step += " " + v.T("report.points")
			}
			said = append(said, v.T("report.worth.gain", "step", step, "customers", v.Number(r.Gain.Customers, 1)))
		}
		said = append(said, v.T("report.worth.assumed", "bad", v.Percent(r.Churn.Bad), "neutral", v.Percent(r.Churn.Neutral)))
		if r.Churn.Good > 0 {
			said = append(said, v.T("report.worth.happy", "good", v.Percent(r.Churn.Good)))
		}
		add(v.T("report.label.worth"), v.list(said...))
	}
	for _, b := range t.Benchmarks {
		if line := v.benchmark(t.Scale, b); line != "" {
			add(v.T("report.label.benchmark"), line)
		}
	}
}

func (v *told) money(amount float64, currency string) string {
	return strings.TrimSpace(v.Number(amount, 0) + " " + oneLine(currency))
}

// benchmark is "" for the period before, with which the score is compared already.
func (v *told) benchmark(scale score.Scale, b score.Benchmark) string {
	switch b.Kind {
	case score.OwnFigure:
		return v.T("report.bench.figure", "source", oneLine(b.Source), "date", b.Date, "value", v.Value(scale, b.Value))
	case score.ByIndustry:
		return v.T("report.bench.industry", "name", oneLine(b.Name), "value", v.Number(b.Value, 0), "source", b.Source)
	}
	first, last, several := strings.Cut(b.Name, "..")
	if !several || b.Interval == nil {
		return ""
	}
	return v.T("report.bench.history", "first", periodNamed(v.Printer, first), "last", periodNamed(v.Printer, last), "value", v.Value(scale, b.Value),
		"range", v.Between(scale, *b.Interval))
}

// periodNamed puts a period's name into words; one that is none stays.
func periodNamed(in *i18n.Printer, name string) string {
	p, err := period.Parse(name)
	if err != nil {
		return name
	}
	return in.Period(p)
}
