package i18n

import (
	"slices"
	"strconv"
	"strings"

	"afterword/internal/program"
)

// weekdays are the values of the property weekday, by time.Weekday.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Segment is the value of a property as people say it: what answers to the survey are counted by, in a ranking or a table. A name that
// a source tells stays as it is.
func (p *Printer) Segment(s program.Survey, themes []program.Theme, property program.Segment, value string) string {
	if value == "" {
		return p.T("console.segment.unknown")
	}
	switch property {
	case program.ByLanguage:
		return p.LanguageName(value)
	case program.ByCause:
		return strings.Join(p.Ticked(s, []string{value}), "")
	case program.ByTheme:
		return p.Theme(themes, value)
	case program.ByWeekday:
		if day := slices.Index(weekdays, value); day >= 0 {
			return p.Weekday(day)
		}
	case program.ByHour:
		if hour, err := strconv.Atoi(value); err == nil && hour >= 0 && hour < 24 {
			return p.Hours(hour, hour+1)
		}
	}
	return value
}

// Theme is what comments are about, by the owner's name for it, else by its id.
func (p *Printer) Theme(themes []program.Theme, id string) string {
	for _, t := range themes {
		if name := p.own(t.Name); t.ID == id && name != "" {
			return name
		}
	}
	return id
}

// Weekday is the name of a day, by time.Weekday.
func (p *Printer) Weekday(day int) string { return p.T("date.weekday." + strconv.Itoa(day)) }

// Hours is the time of a day from one full hour to another, 0 to 24.
func (p *Printer) Hours(from, to int) string { return clock(from) + "\u2013" + clock(to) }

func clock(hour int) string { return strconv.Itoa(hour/10) + strconv.Itoa(hour%10) + ":00" }
