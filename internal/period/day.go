package period

import (
	"time"

	"afterword/internal/fault"
)

// Day is a civil date, such as 2026-11-22: a square on the calendar, in whichever time zone it is read. The zero Day is 1970-01-01.
// Days are compared with == and Before, and may be keys of a map.
type Day struct{ n int } // days since 1970-01-01

const layout = "2006-01-02"

// Days of these years can be written and read; an owner's typing error is refused, not searched for.
const firstYear, lastYear = 1970, 2999

// NewDay is the date; a day beyond the month's end runs on into the next, as in time.Date.
func NewDay(year int, month time.Month, day int) Day {
	return Day{int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))}
}

// DayOf is the date that a calendar on the wall in the zone shows at t.
func DayOf(t time.Time, zone *time.Location) Day { return NewDay(t.In(zone).Date()) }

// ParseDay reads "2026-11-22"; anything else is fault.Invalid.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(layout, text)
	if err != nil || t.Year() < firstYear || t.Year() > lastYear {
		return Day{}, fault.New(fault.Invalid, "%.40q is not a day; expected such as 2026-11-22, from %d to %d", text, firstYear, lastYear)
	}
	return NewDay(t.Date()), nil
}

// noon is a time on the day that no arithmetic in UTC takes off it.
func (d Day) noon() time.Time { return time.Unix(int64(d.n)*24*60*60+12*60*60, 0).UTC() }

// Date is the day's year, month and day of the month.
func (d Day) Date() (year int, month time.Month, day int) { return d.noon().Date() }

func (d Day) String() string { return d.noon().Format(layout) }

// MarshalText writes the day as its String.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDay(string(text))
	return err
}

// Add returns the day so many days later, or earlier.
func (d Day) Add(days int) Day { return Day{d.n + days} }

// Before tells whether d is an earlier day than other.
func (d Day) Before(other Day) bool { return d.n < other.n }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.noon().Weekday() }

// Start is the first moment of the day in the zone. It is not always midnight: where the clocks are put forward at midnight, the day
// begins at one o'clock; a day that a zone skipped (30 December 2011 in Samoa) begins and ends at the same moment.
func (d Day) Start(zone *time.Location) time.Time { return d.At(0, zone) }

// End is the first moment of the next day in the zone. A day lasts 23 or 25 hours when the clocks are changed.
func (d Day) End(zone *time.Location) time.Time { return d.Add(1).Start(zone) }

// At is the moment when clocks in the zone show the time since midnight on that day, in whole seconds (24 h: the end of the day). A
// time that the clocks skip is the moment at which they skip it; of one that they show twice, the first.
func (d Day) At(clock time.Duration, zone *time.Location) time.Time {
	year, month, day := d.Date()
	t := time.Date(year, month, day, 0, 0, int(clock/time.Second), 0, zone)
	start, end := t.ZoneBounds()
	want := d.noon().Add(clock.Truncate(time.Second) - 12*time.Hour) // the same reading of the clock, in UTC
	switch shown := reading(t); {
	case shown.Before(want): // skipped; t was reckoned with the offset of afterwards
		return end
	case shown.After(want): // skipped; with the offset of before
		return start
	}
	if start.IsZero() {
		return t
	}
	_, now := t.Zone()
	_, before := start.Add(-1).Zone()
	if first := t.Add(time.Duration(now-before) * time.Second); first.Before(start) {
		return first
	}
	return t
}

// reading is what the clock on the wall shows at t, as if it were UTC.
func reading(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}
