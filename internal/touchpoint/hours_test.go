package touchpoint_test

import (
	"testing"
	"time"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

func TestASurveyLeavesInTheCustomersSendingHours(t *testing.T) {
	office := program.Hours{Days: [7]bool{false, true, true, true, true, true, false}, From: 9 * time.Hour, To: 20 * time.Hour}
	for _, row := range []struct {
		rule       string
		at, now    time.Time
		zone, home string // of the event; of the customer's row
		delay      time.Duration
		want       string
	}{
		{"at once within the hours", noon, noon, "", "", 0, "2026-11-20T12:00:00Z"},
		{"the delay counts from the visit", noon.Add(-2 * time.Hour), noon, "", "", 3 * time.Hour, "2026-11-20T13:00:00Z"},
		{"not before now", noon.Add(-5 * day), noon, "", "", 3 * time.Hour, "2026-11-20T12:00:00Z"},
		{"not on a weekend, and from nine in the program's zone", noon, noon, "", "", day, "2026-11-23T08:00:00Z"},
		{"from nine in the customer's zone", noon, noon, "Asia/Tokyo", "", 0, "2026-11-23T00:00:00Z"},
		{"by the zone that the event tells before the one known", noon, noon, "Asia/Tokyo", "America/New_York", 0, "2026-11-23T00:00:00Z"},
		{"by the zone known when the event tells none", noon, noon, "", "America/New_York", 0, "2026-11-20T14:00:00Z"},
		{"a zone that nobody knows is the program's", noon, noon, "Mars/Olympus", "", 0, "2026-11-20T12:00:00Z"},
		{"the machine's own zone is nobody's", noon, noon.Add(450 * time.Minute), "Local", "", 0, "2026-11-23T08:00:00Z"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			p, e := shop(), order()
			p.Policy.Hours = office
			p.Touchpoints["purchase"] = program.Touchpoint{Name: "purchase", Survey: "purchase-ces-v1", Delay: row.delay, Sample: 1}
			e.At, e.Zone = row.at, row.zone
			_, inv := touchpoint.Decide(p, customer.Customer{ID: "maria", Zone: row.home}, e, 1, row.now)
			if got := inv.PlannedAt.Format(time.RFC3339); got != row.want {
				t.Errorf("planned for %s, want %s", got, row.want)
			}
		})
	}
}

func TestASurveyLeavesAfterTheHolidaysOfWhereTheCustomerIs(t *testing.T) {
	for _, row := range []struct{ rule, zone, want string }{
		{"in the program's zone it is Christmas Eve", "", "2026-12-24T22:59:59Z"},
		{"in Tokyo the holidays are on", "Asia/Tokyo", "2026-12-26T15:00:00Z"},
		{"in New York they have not begun", "America/New_York", "2026-12-24T22:59:59Z"},
	} {
		p, e := shop(), order()
		p.Policy.Holidays = []program.Holiday{{Month: 12, Day: 25}, {Year: 2026, Month: 12, Day: 26}}
		e.At, e.Zone = time.Date(2026, 12, 22, 22, 59, 59, 0, time.UTC), row.zone
		decision, inv := touchpoint.Decide(p, customer.Customer{ID: "maria"}, e, 1, e.At)
		if got := inv.PlannedAt.Format(time.RFC3339); got != row.want || decision != touchpoint.PlannedFor(inv.PlannedAt) {
			t.Errorf("%s: planned for %s, want %s (%s)", row.rule, got, row.want, decision.Explanation)
		}
	}
}
