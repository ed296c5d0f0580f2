package program

import (
	"math/rand/v2"
	"testing"
	"time"
)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// weekly reads hours as an owner writes them: "Mon-Fri", 9, 17.
func weekly(t testing.TB, of string, from, to time.Duration) Hours {
	t.Helper()
	d, ok := days(of)
	if !ok {
		t.Fatalf("%q is not days", of)
	}
	return Hours{d, from * time.Hour, to * time.Hour}
}

func TestWorkingTimePassesOnlyWithinTheHours(t *testing.T) {
	office, saturdays := weekly(t, "Mon-Fri", 9, 17), weekly(t, "Mon-Sat", 8, 20)
	nights, always := weekly(t, "Sun-Sat", 0, 8), weekly(t, "Sun-Sat", 0, 24)
	for _, row := range []struct {
		name  string
		hours Hours
		zone  string
		from  string // on the clock of the zone
		add   time.Duration
		want  string // likewise
	}{
		{"within", office, "Europe/Stockholm", "2026-11-18 10:00", 2 * time.Hour, "2026-11-18 12:00"},
		{"until the last moment", office, "Europe/Stockholm", "2026-11-18 10:00", 7 * time.Hour, "2026-11-18 17:00"},
		{"a minute more", office, "Europe/Stockholm", "2026-11-18 10:00", 7*time.Hour + time.Minute, "2026-11-19 09:01"},
		{"over the weekend", office, "Europe/Stockholm", "2026-11-20 16:30", 2 * time.Hour, "2026-11-23 10:30"},
		{"from before the hours", office, "Europe/Stockholm", "2026-11-18 06:00", time.Hour, "2026-11-18 10:00"},
		{"from after the hours", office, "Europe/Stockholm", "2026-11-18 20:00", time.Hour, "2026-11-19 10:00"},
		{"from the weekend", office, "Europe/Stockholm", "2026-11-22 12:00", 8 * time.Hour, "2026-11-23 17:00"},
		{"two weeks of work", office, "Europe/Stockholm", "2026-11-16 09:00", 80 * time.Hour, "2026-11-27 17:00"},
		{"nothing, within", office, "Europe/Stockholm", "2026-11-18 10:00", 0, "2026-11-18 10:00"},
		{"nothing, at the beginning", office, "Europe/Stockholm", "2026-11-18 09:00", 0, "2026-11-18 09:00"},
		{"nothing, at the end", office, "Europe/Stockholm", "2026-11-18 17:00", 0, "2026-11-19 09:00"},
		{"less than nothing", office, "Europe/Stockholm", "2026-11-18 10:00", -time.Hour, "2026-11-18 10:00"},
		{"a mail of Saturday evening", saturdays, "Europe/Stockholm", "2026-11-21 20:00", 0, "2026-11-23 08:00"},
		{"a mail of Saturday afternoon", saturdays, "Europe/Stockholm", "2026-11-21 19:59", 0, "2026-11-21 19:59"},
		{"the other side of the earth", office, "Pacific/Auckland", "2026-11-18 18:00", 0, "2026-11-19 09:00"},
		{"into summer time: the night has seven hours", nights, "Europe/Stockholm", "2026-03-28 00:00", 15 * time.Hour, "2026-03-29 08:00"},
		{"out of it: nine", nights, "Europe/Stockholm", "2026-10-24 00:00", 17 * time.Hour, "2026-10-25 08:00"},
		{"a day of 23 hours", always, "Europe/Stockholm", "2026-03-29 00:00", 23 * time.Hour, "2026-03-30 00:00"},
		{"a day of 25 hours", always, "Europe/Stockholm", "2026-10-25 00:00", 25 * time.Hour, "2026-10-26 00:00"},
		{"opening in the hour that is skipped", weekly(t, "Sun", 2, 5), "Europe/Stockholm", "2026-03-29 00:00", time.Hour, "2026-03-29 04:00"},
		{"hours that are skipped as a whole", weekly(t, "Sun", 2, 3), "Europe/Stockholm", "2026-03-28 12:00", 0, "2026-04-05 02:00"},
		{"one day a week", weekly(t, "Wed", 9, 10), "Europe/Stockholm", "2026-11-18 09:30", time.Hour, "2026-11-25 09:30"},
		{"hours that end before they begin are none", Hours{[7]bool{true}, 17 * time.Hour, 9 * time.Hour}, "Europe/Stockholm", "2026-11-22 03:00", 2 * time.Hour, "2026-11-22 05:00"},
		{"around the clock", Hours{}, "Europe/Stockholm", "2026-11-22 03:00", 2 * time.Hour, "2026-11-22 05:00"},
	} {
		zone := zoneOf(t, row.zone)
		from, err := time.ParseInLocation("2006-01-02 15:04", row.from, zone)
		if err != nil {
			t.Fatal(err)
		}
		got := row.hours.Add(from, row.add, zone)
		if on := got.In(zone).Format("2006-01-02 15:04"); on != row.want || got.Location() != time.UTC {
			t.Errorf("%s: %s, want %s", row.name, got.In(zone), row.want)
		}
		if row.add <= 0 && !row.hours.Next(from, zone).Equal(got) {
			t.Errorf("%s: next is %s", row.name, row.hours.Next(from, zone).In(zone))
		}
	}
}

// The definition, minute by minute: a minute counts when the clock on the wall shows a working day and hour.
func TestWorkingTimeIsTheMinutesThatTheClockShows(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, name := range []string{"Europe/Stockholm", "America/New_York", "Africa/Cairo", "Asia/Kathmandu"} {
		zone := zoneOf(t, name)
		for range 60 {
			h := Hours{From: time.Duration(r.IntN(12)) * time.Hour, To: time.Duration(13+r.IntN(12)) * time.Hour}
			for i := range h.Days {
				h.Days[i] = r.IntN(3) > 0
			}
			h.Days[r.IntN(7)] = true
			from := time.Date(2026, []time.Month{3, 4, 10, 11}[r.IntN(4)], 1+r.IntN(30), r.IntN(24), r.IntN(60), 0, 0, time.UTC)
			d := time.Duration(1+r.IntN(3000)) * time.Minute
			want, left := from, d
			for left > 0 {
				local := want.In(zone)
				clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
				if h.Days[local.Weekday()] && h.From <= clock && clock < h.To {
					left -= time.Minute
				}
				want = want.Add(time.Minute)
			}
			if got := h.Add(from, d, zone); !got.Equal(want) {
				t.Fatalf("%v in %s, %s from %s: %s, want %s", h, name, d, from, got, want)
			}
		}
	}
}
