package i18n

import (
	"strconv"
	"strings"
	"time"

	"afterword/internal/period"
)

// Day writes the day of t, in t's own zone, without its year: "12 November".
func (p *Printer) Day(t time.Time) string {
	return p.T("date.day", "day", t.Day(), "month", p.month(t))
}

// Moment writes t, in t's own zone, to the minute: "Thursday 26 November, 15:00".
func (p *Printer) Moment(t time.Time) string {
	return p.T("date.moment", "weekday", p.T("date.weekday."+strconv.Itoa(int(t.Weekday()))),
		"day", t.Day(), "month", p.month(t), "time", t.Format("15:04"))
}

func (p *Printer) month(t time.Time) string { return p.T("date.month." + strconv.Itoa(int(t.Month()))) }

// Period names the period in words: "November 2026", "Q4 2026", "week 47, 2026", "1 November 2026 to 20 November 2026".
func (p *Printer) Period(of period.Period) string {
	year, part, _ := strings.Cut(of.Name, "-")
	first := dayIn(of.From)
	switch {
	case !of.Stored():
		return p.T("date.period.range", "from", p.Date(of.From), "to", p.Date(of.To))
	case strings.HasPrefix(part, "W"):
		return p.T("date.period.week", "week", strings.TrimLeft(part, "W0"), "year", year)
	case strings.HasPrefix(part, "Q"):
		return p.T("date.period.quarter", "quarter", strings.TrimPrefix(part, "Q"), "year", year)
	case part != "":
		return p.T("date.period.month", "month", p.month(first), "year", year)
	}
	return p.T("date.period.year", "year", year)
}

// Date writes a day with its year: "20 November 2026".
func (p *Printer) Date(d period.Day) string {
	t := dayIn(d)
	return p.T("date.full", "day", t.Day(), "month", p.month(t), "year", t.Year())
}

func dayIn(d period.Day) time.Time { return d.Start(time.UTC) }
