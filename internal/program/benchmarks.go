package program

import (
	"strconv"
	"time"

	"afterword/internal/score"
)

// Benchmarks is what the owner compares scores with, beside their own history.
type Benchmarks struct {
	Industry string                  // key of a score.Industry; "" for none
	Figures  map[string]score.Figure // by touchpoint: the owner's own figures
}

// BenchmarksOf is what a touchpoint is compared with, in the order in which it counts: its own periods before (oldest first), the
// owner's figure, the industry. now are the counts that are compared.
func (p *Program) BenchmarksOf(touchpoint string, now score.Counts, before []score.Past) []score.Benchmark {
	s, ok := p.SurveyOf(touchpoint)
	if !ok {
		return nil
	}
	found := score.History(s.Scale, now, before)
	if figure, ok := p.Benchmarks.Figures[touchpoint]; ok {
		found = append(found, figure.Benchmark())
	}
	if industry, ok := score.IndustryOf(p.Benchmarks.Industry); ok {
		found = append(found, industry.Benchmark())
	}
	return found
}

// benchmarks is the section of that name; surveys and touchpoints are read before.
func (p *Program) benchmarks(n node) Benchmarks {
	f := n.fields("industry", "figures")
	b := Benchmarks{Industry: f.text("industry", "")}
	if n, ok := f.of["industry"]; ok {
		var keys []string
		for _, i := range score.Industries {
			keys = append(keys, i.Key)
		}
		n.refer(b.Industry, "an industry of the ACSI table", keys)
	}
	for _, e := range f.named("figures", "") {
		if !e.touchpointOf(p, e.name) {
			continue
		}
		if b.Figures == nil {
			b.Figures = map[string]score.Figure{}
		}
		b.Figures[e.name] = p.figure(e)
	}
	return b
}

// figure is one of the owner's figures. Its unit is that of the touchpoint's score.
func (p *Program) figure(e entry) score.Figure {
	f := e.fields("value", "source", "date")
	figure := score.Figure{Source: f.text("source", ""), Date: f.text("date", "")}
	f.need("source", "where it is from, such as Branch survey 2026, page 4")
	if f.need("date", "of when it is, such as 2026, 2026-03 or 2026-03-31") && !dated(figure.Date) {
		f.of["date"].wrong("such as 2026, 2026-03 or 2026-03-31", "%.40q is not a date", figure.Date)
	}
	if !f.need("value", "the score to compare with, in the unit of the touchpoint's own") {
		return figure
	}
	n := f.of["value"]
	s, known := p.SurveyOf(e.name)
	value, err := strconv.ParseFloat(n.Value, 64)
	low, high := s.Scale.Range()
	switch {
	case known && s.Scale.Metric == "": // said where the scale is read
	case err != nil || !(value >= low && value <= high):
		n.wrong(strconv.FormatFloat(low, 'f', -1, 64)+" to "+strconv.FormatFloat(high, 'f', -1, 64)+", as "+s.Scale.Convention(),
			"%s is no score of %s", n.written(), e.name)
	}
	figure.Value, figure.Scale = value, s.Scale
	return figure
}

func dated(text string) bool {
	for _, layout := range []string{"2006", "2006-01", "2006-01-02"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}
