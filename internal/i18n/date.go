package i18n

import (
	"strconv"
	"time"
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
