package program

import (
	"strings"
	"testing"

	"afterword/internal/period"
)

func TestTurnsAreOnWeekdaysOnWhichMailLeaves(t *testing.T) {
	for _, row := range []struct {
		policy, touchpoint string // what they say beside the shortest program
		in, first, last    string
		days               int
	}{
		{"", "every: quarter", "2026-Q4", "2026-10-01", "2026-12-31", 66},
		{"", "every: month\n    weekdays: Mon-Sun", "2026-11", "2026-11-02", "2026-11-30", 25}, // no mail on Sundays
		{"hours: {days: Sat}", "every: month\n    weekdays: Mon, Sat", "2028-02", "2028-02-05", "2028-02-26", 4},
		{"holidays: [12-24, 12-25, 2026-10-01]", "every: quarter", "2026-Q4", "2026-10-02", "2026-12-31", 63},
		{"holidays: [2028-02-29]", "every: year", "2028", "2028-01-03", "2028-12-29", 259}, // a Saturday is its first day
	} {
		text := strings.Replace(small, "    desk: help\n", "    desk: help\n    subject: shared\n    "+row.touchpoint+"\n", 1) + "policy: {" + row.policy + "}\n"
		p := parsed(t, text)
		in, err := period.Parse(row.in)
		if err != nil {
			t.Fatal(err)
		}
		days := p.TurnDays(p.Touchpoints["support"], in)
		if len(days) != row.days || days[0].String() != row.first || days[len(days)-1].String() != row.last {
			t.Errorf("%s, %s in %s: %d days from %s to %s, want %d from %s to %s", row.policy, row.touchpoint, row.in,
				len(days), days[0], days[len(days)-1], row.days, row.first, row.last)
		}
		if !p.Reported("support") {
			t.Error("a touchpoint that comes round is left out of scores")
		}
	}
}
