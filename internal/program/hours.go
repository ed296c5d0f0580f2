package program

import (
	"time"

	"afterword/internal/period"
)

// Next is t, when it lies within the hours in the zone, else the next moment that does. The result is in UTC.
func (h Hours) Next(t time.Time, zone *time.Location) time.Time { return h.Add(t, 0, zone) }

// Add is the moment when so much time within the hours has passed in the zone since from, which need not lie within them: two
// working hours from Friday 16:30, of a week that ends at 17:00, are over on Monday morning. Hours are elapsed time: in a night when
// the clocks are changed a shift from 0:00 to 8:00 has seven or nine. Hours without a day (the zero value) are around the clock.
// The result is in UTC.
func (h Hours) Add(from time.Time, d time.Duration, zone *time.Location) time.Time {
	d = max(d, 0)
	if h.Days == [7]bool{} || h.To <= h.From {
		return from.Add(d).UTC()
	}
	for day := period.DayOf(from, zone); ; day = day.Add(1) {
		if !h.Days[day.Weekday()] {
			continue
		}
		start, end := day.At(h.From, zone), day.At(h.To, zone)
		if start.Before(from) {
			start = from
		}
		left := end.Sub(start)
		if d < left || d == left && d > 0 {
			return start.Add(d).UTC()
		}
		d -= max(left, 0)
	}
}
