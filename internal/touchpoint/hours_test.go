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

// A night in which the clocks change has hours that nobody's clock shows, or shows twice: what is due in the former leaves when they
// are skipped, or the next day if the hours are skipped as a whole; an hour that comes twice is within the hours both times.
func TestTheNightsOfChangedClocksAreTheCustomers(t *testing.T) {
	const newYork, stockholm, lordHowe = "America/New_York", "Europe/Stockholm", "Australia/Lord_Howe"
	for _, row := range []struct {
		rule     string
		zone     string
		from, to string // the sending hours of every day
		due      string
		want     string
	}{
		// From 02:00 to 03:00 at 07:00 UTC.
		{"spring: before the gap the night is too early", newYork, "2h", "6h", "2026-03-08T06:30:00Z", "2026-03-08T07:00:00Z"},
		{"spring: the last second before the gap", newYork, "2h", "6h", "2026-03-08T06:59:59Z", "2026-03-08T07:00:00Z"},
		{"spring: right after it", newYork, "2h", "6h", "2026-03-08T07:00:00Z", "2026-03-08T07:00:00Z"},
		{"spring: hours from within the gap", newYork, "2h30m", "6h", "2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z"},
		{"spring: hours until within the gap end with it", newYork, "1h", "2h30m", "2026-03-08T06:59:59Z", "2026-03-08T06:59:59Z"},
		{"spring: and then it is the next day", newYork, "1h", "2h30m", "2026-03-08T07:00:00Z", "2026-03-09T05:00:00Z"},
		{"spring: hours that are skipped as a whole", newYork, "2h", "3h", "2026-03-08T06:30:00Z", "2026-03-09T06:00:00Z"},
		{"spring: the morning is an hour earlier", newYork, "9h", "20h", "2026-03-08T05:00:00Z", "2026-03-08T13:00:00Z"},
		{"spring: the evening too", newYork, "9h", "20h", "2026-03-09T00:00:00Z", "2026-03-09T13:00:00Z"},
		// 01:00 to 02:00 comes twice, from 05:00 and from 06:00 UTC.
		{"autumn: the doubled hour begins the first time", newYork, "1h", "2h", "2026-11-01T04:30:00Z", "2026-11-01T05:00:00Z"},
		{"autumn: its second time is within", newYork, "1h", "2h", "2026-11-01T06:30:00Z", "2026-11-01T06:30:00Z"},
		{"autumn: to its last second", newYork, "1h", "2h", "2026-11-01T06:59:59Z", "2026-11-01T06:59:59Z"},
		{"autumn: it is over after the second time", newYork, "1h", "2h", "2026-11-01T07:00:00Z", "2026-11-02T06:00:00Z"},
		{"autumn: hours from within it begin the first time", newYork, "1h30m", "6h", "2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z"},
		{"autumn: and are not interrupted", newYork, "1h30m", "6h", "2026-11-01T06:15:00Z", "2026-11-01T06:15:00Z"},
		{"autumn: the morning is an hour later", newYork, "9h", "20h", "2026-11-01T05:00:00Z", "2026-11-01T14:00:00Z"},
		// 02:00 to 03:00 at 01:00 UTC; and 03:00 to 02:00 at 01:00 UTC.
		{"spring: before the gap the night is too early", stockholm, "2h", "6h", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"},
		{"spring: hours that are skipped as a whole", stockholm, "2h", "3h", "2026-03-29T00:30:00Z", "2026-03-30T00:00:00Z"},
		{"spring: the morning is an hour earlier", stockholm, "8h", "20h", "2026-03-28T19:00:00Z", "2026-03-29T06:00:00Z"},
		{"autumn: the doubled hour begins the first time", stockholm, "2h", "3h", "2026-10-24T23:30:00Z", "2026-10-25T00:00:00Z"},
		{"autumn: its second time is within", stockholm, "2h", "3h", "2026-10-25T01:59:59Z", "2026-10-25T01:59:59Z"},
		{"autumn: it is over after the second time", stockholm, "2h", "3h", "2026-10-25T02:00:00Z", "2026-10-26T01:00:00Z"},
		// 02:00 to 02:30 at 15:30 UTC; 02:00 back to 01:30 at 15:00 UTC.
		{"spring: half an hour is skipped", lordHowe, "2h", "6h", "2026-10-03T15:00:00Z", "2026-10-03T15:30:00Z"},
		{"spring: hours from within the half hour", lordHowe, "2h15m", "6h", "2026-10-03T15:29:59Z", "2026-10-03T15:30:00Z"},
		{"spring: the half hour as a whole", lordHowe, "2h", "2h30m", "2026-10-03T15:00:00Z", "2026-10-04T15:00:00Z"},
		{"autumn: half an hour comes twice", lordHowe, "1h30m", "2h", "2026-04-04T14:00:00Z", "2026-04-04T14:30:00Z"},
		{"autumn: its second time is within", lordHowe, "1h30m", "2h", "2026-04-04T15:29:59Z", "2026-04-04T15:29:59Z"},
		{"autumn: it is over after the second time", lordHowe, "1h30m", "2h", "2026-04-04T15:30:00Z", "2026-04-05T15:00:00Z"},
		// Of whom nobody knows where he is, or only such as is no zone, the program's: Stockholm.
		{"spring: the program's, when nobody knows", "", "2h", "3h", "2026-03-29T00:30:00Z", "2026-03-30T00:00:00Z"},
		{"autumn: the program's, when what is told is no zone", "Mars/Olympus", "2h", "3h", "2026-10-24T23:30:00Z", "2026-10-25T00:00:00Z"},
	} {
		p, e := shop(), order()
		from, _ := time.ParseDuration(row.from)
		to, _ := time.ParseDuration(row.to)
		p.Policy.Hours = program.Hours{Days: always().Days, From: from, To: to}
		p.Touchpoints["purchase"] = program.Touchpoint{Name: "purchase", Survey: "purchase-ces-v1", Delay: 2 * day, Sample: 1}
		due := moment(t, row.due)
		e.At, e.Zone = due.Add(-2*day), row.zone
		_, inv := touchpoint.Decide(p, customer.Customer{ID: "maria"}, e, 1, e.At)
		if got := inv.PlannedAt.Format(time.RFC3339); got != row.want {
			t.Errorf("%s, %s, from %s to %s, due at %s: planned for %s, want %s", row.zone, row.rule, row.from, row.to, row.due, got, row.want)
		}
	}
}

func TestALeapDayIsAHolidayInLeapYearsAlone(t *testing.T) {
	for _, row := range []struct {
		holiday program.Holiday
		due     string
		want    string
	}{
		{program.Holiday{Month: 2, Day: 29}, "2028-02-28T22:59:59Z", "2028-02-28T22:59:59Z"},
		{program.Holiday{Month: 2, Day: 29}, "2028-02-28T23:00:00Z", "2028-02-29T23:00:00Z"},
		{program.Holiday{Month: 2, Day: 29}, "2028-02-29T22:59:59Z", "2028-02-29T23:00:00Z"},
		{program.Holiday{Month: 2, Day: 29}, "2027-02-28T12:00:00Z", "2027-02-28T12:00:00Z"},
		{program.Holiday{Month: 2, Day: 29}, "2027-03-01T12:00:00Z", "2027-03-01T12:00:00Z"},
		{program.Holiday{Year: 2028, Month: 2, Day: 29}, "2028-02-29T12:00:00Z", "2028-02-29T23:00:00Z"},
		{program.Holiday{Year: 2028, Month: 2, Day: 29}, "2032-02-29T12:00:00Z", "2032-02-29T12:00:00Z"},
	} {
		p, e := shop(), order()
		p.Policy.Holidays = []program.Holiday{row.holiday}
		p.Touchpoints["purchase"] = program.Touchpoint{Name: "purchase", Survey: "purchase-ces-v1", Sample: 1}
		e.At = moment(t, row.due)
		_, inv := touchpoint.Decide(p, customer.Customer{ID: "maria"}, e, 1, e.At)
		if got := inv.PlannedAt.Format(time.RFC3339); got != row.want {
			t.Errorf("%v, due at %s: planned for %s, want %s", row.holiday, row.due, got, row.want)
		}
	}
}
