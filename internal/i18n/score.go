package i18n

import (
	"strconv"

	"afterword/internal/score"
)

// Value writes a score in its metric's unit.
func (p *Printer) Value(scale score.Scale, number float64) string {
	if scale.Metric == score.CSAT {
		return p.Percent(number / 100)
	}
	return p.Number(number, scale.Decimals())
}

// Between writes an interval in the metric's unit: "3.12 to 3.76".
func (p *Printer) Between(scale score.Scale, i score.Interval) string {
	return p.T("report.range", "low", p.Value(scale, i[0]), "high", p.Value(scale, i[1]))
}

// Missing says why a score has no value: nobody answered, or too few did.
func (p *Printer) Missing(s score.Score) string {
	if s.N == 0 {
		return p.T("report.verdict.none")
	}
	return p.T("report.point.none")
}

// Note is the warning that a score of few answers stands with; "" where it needs none.
func (p *Printer) Note(s score.Score) string {
	switch s.Note {
	case score.NoScore:
		return p.T("report.note.none")
	case score.CountOnly:
		return p.T("report.note.count")
	case score.FewAnswers:
		return p.T("report.note.few")
	}
	return ""
}

// Moved says in a few words whether a score did; nil is a change that could not be computed.
func (p *Printer) Moved(c *score.Change) string {
	switch {
	case c == nil:
		return p.T("report.change.none")
	case c.Verdict == score.NoChange:
		return p.T("report.change.same")
	}
	return p.T("report.change." + string(c.Verdict))
}

// Convention names how a score is computed, as package score does.
func (p *Printer) Convention(scale score.Scale) string {
	whole, good, bad := span(scale.Min, scale.Max), RatingsOf(scale, score.Good), RatingsOf(scale, score.Bad)
	switch {
	case scale.Metric == score.NPS:
		return p.T("report.convention.nps", "good", good, "bad", bad)
	case scale.Metric == score.CSAT:
		return p.T("report.convention.csat", "good", good, "scale", whole)
	case scale.Direction == score.Lower:
		return p.T("report.convention.effort", "scale", whole)
	}
	return p.T("report.convention.ces", "scale", whole)
}

// RatingsOf names the ratings of a group: "4–5"; "" when it has none.
func RatingsOf(scale score.Scale, group score.Group) string {
	from, to, some := scale.Boxes(group)
	if !some {
		return ""
	}
	return span(from, to)
}

func span(from, to int) string {
	if from == to {
		return strconv.Itoa(from)
	}
	return strconv.Itoa(from) + "\u2013" + strconv.Itoa(to)
}
