package api

import "fmt"

// Line is a score in words, for a line of a table.
type Line struct{ Touchpoint, Period, Metric, Value, Interval, Answers, Rate, Change string }

// Line words a score in English. Where there is no number, the value says why; the rest is empty.
func (s Score) Line() Line {
	l := Line{Touchpoint: s.Touchpoint, Period: s.Period, Metric: string(s.Metric) + " " + s.Scale, Value: s.Note, Answers: fmt.Sprint(s.N)}
	if s.Value != nil {
		l.Value = fmt.Sprint(*s.Value)
	}
	if s.Interval != nil {
		l.Interval = fmt.Sprintf("%v to %v", s.Interval[0], s.Interval[1])
	}
	if s.ResponseRate != nil {
		l.Rate = fmt.Sprintf("%.0f %%", 100**s.ResponseRate)
	}
	switch {
	case s.CountsClicks:
	case s.Unconfirmed == 1:
		l.Answers += " (1 unconfirmed click not counted)"
	case s.Unconfirmed > 1:
		l.Answers += fmt.Sprintf(" (%d unconfirmed clicks not counted)", s.Unconfirmed)
	}
	if s.Change != nil {
		l.Change = fmt.Sprintf("%+v since %s: %s", s.Change.Delta, s.Change.From, s.Change.Verdict)
	}
	return l
}
