package program

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"afterword/internal/period"
)

// mostHolidays bounds the list, so that days on which mail may leave are always found soon.
const mostHolidays = 100

// Holiday is a date on which no survey mail leaves: of one year, or of every year.
type Holiday struct {
	Year  int // 0: every year (29 February: every leap year)
	Month time.Month
	Day   int
}

// Holiday tells whether the day is one of the policy's holidays.
func (p Policy) Holiday(day period.Day) bool {
	year, month, of := day.Date()
	return slices.ContainsFunc(p.Holidays, func(h Holiday) bool {
		return h.Month == month && h.Day == of && (h.Year == 0 || h.Year == year)
	})
}

// NextMail is t, when survey mail may leave then in the zone, else the next moment when it may: within the sending hours of a day
// that is no holiday there. The result is in UTC.
func (p Policy) NextMail(t time.Time, zone *time.Location) time.Time {
	for {
		next := p.Hours.Next(t, zone)
		day := period.DayOf(next, zone)
		if !p.Holiday(day) {
			return next
		}
		t = day.End(zone)
	}
}

// holidays is the field of that name: 2026-12-24 for one year, 12-25 for every year.
func (f fields) holidays() (read []Holiday) {
	for _, n := range f.list("holidays", "such as [2026-04-03, 12-25]") {
		h, ok := holiday(n.text())
		switch {
		case n.Kind != yaml.ScalarNode: // said already
		case !ok:
			n.wrong("such as 2026-04-03, or 12-25 for every year", "%s is not a date", n.written())
		case slices.Contains(read, h):
			n.wrong("each date once", "%s stands here a second time", n.Value)
		case len(read) == mostHolidays:
			n.wrong("at most 100", "there are too many holidays")
			return read
		default:
			read = append(read, h)
		}
	}
	return read
}

func holiday(text string) (Holiday, bool) {
	if day, err := period.ParseDay(text); err == nil {
		year, month, of := day.Date()
		return Holiday{year, month, of}, true
	}
	day, err := period.ParseDay("2000-" + text) // a leap year
	if err != nil {
		return Holiday{}, false
	}
	_, month, of := day.Date()
	return Holiday{0, month, of}, true
}
