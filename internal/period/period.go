// Package period names the stretches of days that scores are kept for: ISO weeks, months, quarters, years and any range of days,
// in the program's time zone.
//
// A period is a set of civil dates, so that it says the same in every zone; only a moment has to be placed on a day (DayOf), and
// that is done once, when an answer comes. Weeks are those of ISO 8601: Monday to Sunday, named after the year that holds their
// Thursday, so that 2027-01-01 lies in 2026-W53.
package period

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"afterword/internal/fault"
)

// Period is a stretch of days with a name. Two periods of one name are equal.
type Period struct {
	Name     string // "2026-11", "2026-W47", "2026-Q4", "2026" or "2026-11-01..2026-11-20"
	From, To Day    // both included
}

// Week is the ISO week that the day lies in.
func Week(d Day) Period {
	monday := d.Add(-(int(d.Weekday()) + 6) % 7)
	year, week := monday.noon().ISOWeek()
	return Period{fmt.Sprintf("%04d-W%02d", year, week), monday, monday.Add(6)}
}

// Month is the month that the day lies in.
func Month(d Day) Period {
	year, month, _ := d.Date()
	return months(fmt.Sprintf("%04d-%02d", year, month), year, month, 1)
}

// Quarter is the quarter of the calendar year that the day lies in.
func Quarter(d Day) Period {
	year, month, _ := d.Date()
	q := (int(month) - 1) / 3
	return months(fmt.Sprintf("%04d-Q%d", year, q+1), year, time.Month(3*q+1), 3)
}

// Year is the calendar year that the day lies in.
func Year(d Day) Period {
	year, _, _ := d.Date()
	return months(fmt.Sprintf("%04d", year), year, time.January, 12)
}

func months(name string, year int, first time.Month, n int) Period {
	return Period{name, NewDay(year, first, 1), NewDay(year, first+time.Month(n), 0)}
}

// Between is the range of days, both included; to before from is fault.Invalid.
func Between(from, to Day) (Period, error) {
	if to.Before(from) {
		return Period{}, fault.New(fault.Invalid, "%s..%s ends before it begins; expected the earlier day first", from, to)
	}
	return Period{from.String() + ".." + to.String(), from, to}, nil
}

// Containing lists the periods that the day lies in and that scores are stored for: its week, month, quarter and year.
func Containing(d Day) []Period {
	return []Period{Week(d), Month(d), Quarter(d), Year(d)}
}

// Parse reads a period's name; a name that is none is fault.Invalid. The name of what it returns is the one that it read.
func Parse(name string) (Period, error) {
	wrong := fault.New(fault.Invalid, "%.60q is not a period; expected such as 2026-11, 2026-W47, 2026-Q4, 2026 or 2026-11-01..2026-11-20, from %d to %d",
		name, firstYear, lastYear)
	if from, to, ok := strings.Cut(name, ".."); ok {
		first, err := ParseDay(from)
		if err != nil {
			return Period{}, err
		}
		last, err := ParseDay(to)
		if err != nil {
			return Period{}, err
		}
		return Between(first, last)
	}
	head, part, _ := strings.Cut(name, "-")
	year, err := strconv.Atoi(head)
	if err != nil || year < firstYear || year > lastYear {
		return Period{}, wrong
	}
	n, _ := strconv.Atoi(strings.TrimLeft(part, "WQ"))
	for _, p := range []Period{
		Year(NewDay(year, time.January, 1)),
		Quarter(NewDay(year, time.Month(3*n), 1)),
		Month(NewDay(year, time.Month(n), 1)),
		Week(NewDay(year, time.January, 4).Add(7 * (n - 1))), // 4 January lies in the first week
	} {
		if p.Name == name { // what runs on beyond the year has another name
			return p, nil
		}
	}
	return Period{}, wrong
}

// Stored tells whether the period is of one of the kinds that scores are stored for: not a range of days.
func (p Period) Stored() bool { return !strings.Contains(p.Name, "..") }

// Previous is the period before: of the same kind, or as many days.
func (p Period) Previous() Period {
	last := p.From.Add(-1)
	if k, some := p.Kind(); some {
		return k.Of(last)
	}
	from := last.Add(1 - p.Days())
	return Period{from.String() + ".." + last.String(), from, last}
}

// Days is how many days the period has.
func (p Period) Days() int { return p.To.n - p.From.n + 1 }

// Contains tells whether the day lies in the period.
func (p Period) Contains(d Day) bool { return !d.Before(p.From) && !p.To.Before(d) }

// Start is the first moment of the period in the zone.
func (p Period) Start(zone *time.Location) time.Time { return p.From.Start(zone) }

// End is the first moment after the period in the zone.
func (p Period) End(zone *time.Location) time.Time { return p.To.End(zone) }
