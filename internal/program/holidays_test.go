package program

import (
	"slices"
	"testing"
	"time"
)

func TestMailLeavesWithinTheHoursOfADayThatIsNoHoliday(t *testing.T) {
	week, always := weekly(t, "Mon-Sat", 8, 20), weekly(t, "Sun-Sat", 0, 24)
	for _, row := range []struct {
		name     string
		hours    Hours
		holidays []string
		zone     string
		from     string // on the clock of the zone
		want     string // likewise
	}{
		{"no holidays", week, nil, "Europe/Stockholm", "2026-12-25 10:00", "2026-12-25 10:00"},
		{"a holiday of the year", week, []string{"2026-12-25"}, "Europe/Stockholm", "2026-12-25 10:00", "2026-12-26 08:00"},
		{"that of another year", week, []string{"2027-12-25"}, "Europe/Stockholm", "2026-12-25 10:00", "2026-12-25 10:00"},
		{"one of every year", week, []string{"12-25"}, "Europe/Stockholm", "2031-12-25 10:00", "2031-12-26 08:00"},
		{"the last second before it", always, []string{"12-25"}, "Europe/Stockholm", "2026-12-24 23:59:59", "2026-12-24 23:59:59"},
		{"its first second", always, []string{"12-25"}, "Europe/Stockholm", "2026-12-25 00:00", "2026-12-26 00:00"},
		{"its last second", always, []string{"12-25"}, "Europe/Stockholm", "2026-12-25 23:59:59", "2026-12-26 00:00"},
		{"the first second after it", always, []string{"12-25"}, "Europe/Stockholm", "2026-12-26 00:00", "2026-12-26 00:00"},
		{"the evening before it, after the hours", week, []string{"12-25"}, "Europe/Stockholm", "2026-12-24 20:00", "2026-12-26 08:00"},
		{"two of them and a Sunday", week, []string{"2026-12-25", "12-26"}, "Europe/Stockholm", "2026-12-25 10:00", "2026-12-28 08:00"},
		{"a holiday on a Sunday", week, []string{"12-27"}, "Europe/Stockholm", "2026-12-27 10:00", "2026-12-28 08:00"},
		{"over the end of the year", always, []string{"12-31", "01-01"}, "Europe/Stockholm", "2026-12-31 12:00", "2027-01-02 00:00"},
		{"the new year that has begun elsewhere", week, []string{"01-01"}, "Pacific/Auckland", "2027-01-01 09:00", "2027-01-02 08:00"},
		{"the old year that goes on elsewhere", week, []string{"01-01"}, "America/New_York", "2026-12-31 19:30", "2026-12-31 19:30"},
		{"a leap day", week, []string{"02-29"}, "Europe/Stockholm", "2028-02-29 10:00", "2028-03-01 08:00"},
		{"the day before March in another year", week, []string{"02-29"}, "Europe/Stockholm", "2027-02-28 20:00", "2027-03-01 08:00"},
		{"1 March in another year", week, []string{"02-29"}, "Europe/Stockholm", "2027-03-01 10:00", "2027-03-01 10:00"},
		{"a day of 23 hours", always, []string{"2026-03-29"}, "Europe/Stockholm", "2026-03-29 00:30", "2026-03-30 00:00"},
		{"a day of 25 hours", always, []string{"2026-10-25"}, "Europe/Stockholm", "2026-10-25 02:30", "2026-10-26 00:00"},
		{"the morning after begins at one", always, []string{"2026-04-23"}, "Africa/Cairo", "2026-04-23 12:00", "2026-04-24 01:00"},
		{"a day that ends with an hour twice", always, []string{"2026-10-29"}, "Africa/Cairo", "2026-10-29 22:30", "2026-10-30 00:00"},
		{"an evening that comes twice", always, []string{"2006-10-28"}, "America/St_Johns", "2006-10-28 23:30", "2006-10-29 00:00"},
		{"around the clock", Hours{}, []string{"12-25"}, "Europe/Stockholm", "2026-12-25 03:00", "2026-12-26 00:00"},
		{"one day a week, which is a holiday twice", weekly(t, "Fri", 9, 10), []string{"12-25", "01-01"}, "Europe/Stockholm", "2026-12-18 10:00", "2027-01-08 09:00"},
	} {
		policy := Policy{Hours: row.hours}
		for _, text := range row.holidays {
			h, ok := holiday(text)
			if !ok {
				t.Fatalf("%q is not a holiday", text)
			}
			policy.Holidays = append(policy.Holidays, h)
		}
		zone := zoneOf(t, row.zone)
		layout := "2006-01-02 15:04:05"
		from, err := time.ParseInLocation(layout[:len(row.from)], row.from, zone)
		if err != nil {
			t.Fatal(err)
		}
		got := policy.NextMail(from, zone)
		if on := got.In(zone).Format(layout[:len(row.want)]); on != row.want || got.Location() != time.UTC {
			t.Errorf("%s: %s, want %s", row.name, got.In(zone), row.want)
		}
	}
}

// However full the calendar is, a day is found.
func TestMailLeavesOneDayWhateverTheHolidays(t *testing.T) {
	policy := Policy{Hours: weekly(t, "Mon", 8, 9)}
	for monday := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC); len(policy.Holidays) < mostHolidays; monday = monday.AddDate(0, 0, 7) {
		if h := (Holiday{0, monday.Month(), monday.Day()}); !slices.Contains(policy.Holidays, h) {
			policy.Holidays = append(policy.Holidays, h)
		}
	}
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if got := policy.NextMail(from, time.UTC); !got.Equal(time.Date(2027, 12, 6, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("the next mail leaves on %s", got)
	}
}
