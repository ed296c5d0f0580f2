package period

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"afterword/internal/fault"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestTheDayIsThatOfTheZone(t *testing.T) {
	for _, row := range []struct{ at, zone, want string }{
		{"2026-11-22T22:59:59Z", "Europe/Stockholm", "2026-11-22"},
		{"2026-11-22T23:00:00Z", "Europe/Stockholm", "2026-11-23"},
		{"2026-07-22T21:59:59Z", "Europe/Stockholm", "2026-07-22"}, // summer time
		{"2026-07-22T22:00:00Z", "Europe/Stockholm", "2026-07-23"},
		{"2026-12-31T23:30:00Z", "Asia/Shanghai", "2027-01-01"},
		{"2027-01-01T04:30:00Z", "America/New_York", "2026-12-31"},
		{"2024-02-29T12:00:00Z", "UTC", "2024-02-29"},
		{"1969-12-31T12:00:00Z", "UTC", "1969-12-31"},
	} {
		at, err := time.Parse(time.RFC3339, row.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(at, zone(t, row.zone)).String(); got != row.want {
			t.Errorf("%s in %s: %s, want %s", row.at, row.zone, got, row.want)
		}
	}
}

func TestADayBeginsWhenTheClocksFirstShowIt(t *testing.T) {
	for _, row := range []struct{ day, zone, start, hours string }{
		{"2026-11-22", "UTC", "2026-11-22T00:00:00Z", "24h0m0s"},
		{"2026-03-29", "Europe/Stockholm", "2026-03-28T23:00:00Z", "23h0m0s"},
		{"2026-10-25", "Europe/Stockholm", "2026-10-24T22:00:00Z", "25h0m0s"},
		{"2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z", "23h0m0s"}, // no midnight: the day began at one
		{"2018-02-17", "America/Sao_Paulo", "2018-02-17T02:00:00Z", "25h0m0s"}, // its last hour came twice
		{"2024-04-26", "Africa/Cairo", "2024-04-25T22:00:00Z", "23h0m0s"},      // likewise without midnight
		{"2025-11-02", "America/Havana", "2025-11-02T04:00:00Z", "25h0m0s"},    // midnight came twice
		{"2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00:00Z", "24h30m0s"},
		{"2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z", "0s"}, // skipped
		{"2011-12-29", "Pacific/Apia", "2011-12-29T10:00:00Z", "24h0m0s"},
	} {
		d, z := day(t, row.day), zone(t, row.zone)
		start := d.Start(z)
		if got := start.UTC().Format(time.RFC3339); got != row.start {
			t.Errorf("%s in %s begins at %s, want %s", row.day, row.zone, got, row.start)
		}
		if got := d.End(z).Sub(start).String(); got != row.hours {
			t.Errorf("%s in %s lasts %s, want %s", row.day, row.zone, got, row.hours)
		}
	}
}

func TestATimeOnTheClockIsAMoment(t *testing.T) {
	for _, row := range []struct {
		day, zone string
		clock     time.Duration
		want      string
	}{
		{"2026-11-22", "Europe/Stockholm", 8 * time.Hour, "2026-11-22T07:00:00Z"},
		{"2026-03-29", "Europe/Stockholm", 8 * time.Hour, "2026-03-29T06:00:00Z"},
		{"2026-03-29", "Europe/Stockholm", 2*time.Hour + 30*time.Minute, "2026-03-29T01:00:00Z"}, // skipped
		{"2026-03-08", "America/New_York", 2*time.Hour + 30*time.Minute, "2026-03-08T07:00:00Z"}, // skipped
		{"2026-10-25", "Europe/Stockholm", 2*time.Hour + 30*time.Minute, "2026-10-25T00:30:00Z"}, // shown twice
		{"2026-11-01", "America/New_York", time.Hour + 30*time.Minute, "2026-11-01T05:30:00Z"},   // shown twice
		{"2026-10-25", "Europe/Stockholm", 24 * time.Hour, "2026-10-25T23:00:00Z"},
		{"2026-11-22", "UTC", 8*time.Hour + 999*time.Millisecond, "2026-11-22T08:00:00Z"},
	} {
		if got := day(t, row.day).At(row.clock, zone(t, row.zone)).UTC().Format(time.RFC3339Nano); got != row.want {
			t.Errorf("%s %s in %s: %s, want %s", row.day, row.clock, row.zone, got, row.want)
		}
	}
}

// The definition, minute by minute: the first moment from which the zone's calendar shows the day.
func TestEveryDayBeginsWhereTheOneBeforeEnds(t *testing.T) {
	for _, name := range []string{"Europe/Stockholm", "America/Sao_Paulo", "America/Havana", "Africa/Cairo", "Australia/Lord_Howe",
		"Asia/Kathmandu", "Pacific/Apia", "America/St_Johns"} {
		z := zone(t, name)
		for d := day(t, "2009-12-30"); d.Before(day(t, "2019-01-02")); d = d.Add(1) {
			start, end := d.Start(z), d.End(z)
			if start.Equal(end) {
				continue // skipped
			}
			if DayOf(start, z) != d || end.Before(start) {
				t.Fatalf("%s in %s begins at %s and ends at %s", d, name, start, end)
			}
			// St John's used to put its clocks back at a minute past midnight, to the day before: there the first minute counts.
			if before := DayOf(start.Add(-time.Second), z); !before.Before(d) {
				t.Fatalf("%s in %s begins at %s, and a second earlier it is %s", d, name, start, before)
			}
		}
	}
}

func TestDaysCountAndCompare(t *testing.T) {
	d := day(t, "2024-02-28")
	if got := d.Add(2); got != day(t, "2024-03-01") || got.Add(-2) != d || !d.Before(got) || got.Before(d) || d.Before(d) {
		t.Errorf("two days on from %s: %s", d, got)
	}
	if day(t, "2026-11-22").Weekday() != time.Sunday || (Day{}).Weekday() != time.Thursday || NewDay(1969, 12, 28).Weekday() != time.Sunday {
		t.Error("the wrong day of the week")
	}
}

func TestADayIsWrittenAsItIsRead(t *testing.T) {
	text, err := json.Marshal(day(t, "2026-11-22"))
	var back Day
	if err != nil || string(text) != `"2026-11-22"` || json.Unmarshal(text, &back) != nil || back != day(t, "2026-11-22") {
		t.Errorf("%s, %v, %s", text, err, back)
	}
	for _, wrong := range []string{"", "2026-11-31", "2026-1-1", "22.11.2026", "2025-02-29", "1969-12-31", "3000-01-01", strings.Repeat("2", 5000)} {
		if d, err := ParseDay(wrong); !fault.Is(err, fault.Invalid) || len(err.Error()) > 200 {
			t.Errorf("%.40q reads as %s, %v", wrong, d, err)
		}
	}
	if err := json.Unmarshal([]byte(`"someday"`), &back); err == nil {
		t.Error("someday is a day")
	}
}
