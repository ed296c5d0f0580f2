package mail

import (
	"slices"
	"strings"
	"time"

	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/score"
)

// headlines is how many reliable changes the line at the top names.
const headlines = 2

// audience names whom the report is for; "" for the leadership, whose report is simply the report.
func (v *told) audience(p *program.Program, to program.Audience) string {
	if to.Readership == program.Leadership || to.Name == "" {
		return ""
	}
	name := oneLine(to.Name)
	if desk := p.Desks[to.Name].Name; to.Readership == program.OfDesk && desk != "" {
		name = oneLine(desk)
	}
	return v.T("report.for."+string(to.Readership), "name", name)
}

// headline is the whole report in a line: what changed reliably, the worst first, or that nothing did.
func (v *told) headline(r report.Report) string {
	var moved []report.Touchpoint
	compared, answered := 0, false
	for _, t := range r.Touchpoints {
		answered = answered || t.Score.N > 0
		if t.Change == nil || t.Score.Value == nil || t.Score.Interval == nil {
			continue
		}
		compared++
		if t.Change.Verdict != score.NoChange {
			moved = append(moved, t)
		}
	}
	switch {
	case !answered:
		return v.T("report.head.none")
	case compared == 0:
		return v.T("report.head.few")
	case len(moved) == 0:
		return v.T("report.head.same", "period", v.Period(r.Before))
	}
	slices.SortStableFunc(moved, func(a, b report.Touchpoint) int {
		return strings.Compare(string(b.Change.Verdict), string(a.Change.Verdict)) // worse comes before better
	})
	var said []string
	for _, t := range moved[:min(headlines, len(moved))] {
		said = append(said, v.T("report.head."+strings.ToLower(string(t.Scale.Metric))+"."+string(t.Change.Verdict),
			"touchpoint", oneLine(v.Touchpoint(t.Name)), "value", v.Value(t.Scale, *t.Score.Value), "range", v.Between(t.Scale, *t.Score.Interval),
			"moved", v.upOrDown(t.Scale, *t.Change)))
	}
	if more := len(moved) - headlines; more > 0 {
		said = append(said, v.T("report.head.more", "n", v.Count(int64(more))))
	}
	if compared > len(moved) {
		said = append(said, v.T("report.head.rest"))
	}
	return strings.Join(said, " ")
}

// closure says how the cases ended, a sentence for each thing that is known.
func (v *told) closure(c report.Cases) (said []string) {
	if c.Closed > 0 {
		said = append(said, v.T("report.cases.ended", "saved", v.Count(int64(c.Saved)), "lost", v.Count(int64(c.Lost))))
	}
	if rate := c.ClosureRate(); rate != nil {
		said = append(said, v.T("report.cases.rate", "over", v.Count(int64(c.Over)), "opened", v.Count(int64(c.Opened)), "rate", v.Percent(*rate)))
	}
	if c.TimeToClose > 0 {
		said = append(said, v.T("report.cases.time", "time", v.lasted(c.TimeToClose)))
	}
	return said
}

// lasted writes a time in the unit that tells most.
func (v *told) lasted(d time.Duration) string {
	switch {
	case d < time.Hour:
		return v.T("report.time.minutes", "n", v.Number(d.Minutes(), 0))
	case d < 48*time.Hour:
		return v.T("report.time.hours", "n", v.Number(d.Hours(), 1))
	}
	return v.T("report.time.days", "n", v.Number(d.Hours()/24, 1))
}

// changed says what was changed in the program, by day.
func (v *told) changed(all []report.Applied, p *program.Program) (entries []entryOf) {
	for _, applied := range all {
		for _, d := range applied.Changes {
			name := oneLine(d.Name)
			if d.Part == "touchpoint" {
				name = oneLine(v.Touchpoint(d.Name))
			}
			what := v.T("report.part."+d.Part, "name", name)
			entries = append(entries, entryOf{v.Day(applied.At.In(p.Zone)), v.T("report.changed."+d.How, "what", what, "fields", strings.Join(d.Fields, ", "))})
		}
	}
	return entries
}
