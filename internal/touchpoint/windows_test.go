package touchpoint_test

import (
	"testing"
	"time"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

func moment(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// A window is so many times 24 hours, whatever the calendar does in it. It is open to the second, towards the ask before and towards
// the one that has its time already and comes later.
func TestAWindowEndsToTheSecondWhateverTheCalendarDoes(t *testing.T) {
	windows := map[string]struct {
		policy program.Policy
		own    time.Duration // of the touchpoint
		other  customer.Ask  // that this window alone keeps apart from a CES survey about a purchase
	}{
		"all":        {program.Policy{AllWindow: 45 * day}, 0, customer.Ask{Metric: "NPS", Touchpoint: "loyalty"}},
		"metric":     {program.Policy{MetricWindow: 90 * day}, 0, customer.Ask{Metric: "CES", Touchpoint: "support"}},
		"touchpoint": {program.Policy{}, 365 * day, customer.Ask{Metric: "NPS", Touchpoint: "purchase"}},
	}
	for _, row := range []struct{ calendar, window, one, other string }{
		{"ordinary weeks", "all", "2026-05-04T09:00:00Z", "2026-06-18T09:00:00Z"},
		{"ordinary months", "metric", "2026-05-04T09:00:00Z", "2026-08-02T09:00:00Z"},
		{"an ordinary year", "touchpoint", "2026-05-04T09:00:00Z", "2027-05-04T09:00:00Z"},
		{"up to the leap day", "all", "2028-01-15T09:00:00Z", "2028-02-29T09:00:00Z"},
		{"from the leap day", "all", "2028-02-29T09:00:00Z", "2028-04-14T09:00:00Z"},
		{"over the leap day", "all", "2028-02-01T09:00:00Z", "2028-03-17T09:00:00Z"},
		{"up to the leap day", "metric", "2027-12-01T09:00:00Z", "2028-02-29T09:00:00Z"},
		{"from the leap day", "metric", "2028-02-29T09:00:00Z", "2028-05-29T09:00:00Z"},
		{"up to the leap day", "touchpoint", "2027-03-01T09:00:00Z", "2028-02-29T09:00:00Z"},
		{"from the leap day, not its anniversary", "touchpoint", "2028-02-29T09:00:00Z", "2029-02-28T09:00:00Z"},
		{"over the leap day, a date earlier", "touchpoint", "2027-06-01T09:00:00Z", "2028-05-31T09:00:00Z"},
		{"from the last second of the leap day", "all", "2028-02-29T23:59:59Z", "2028-04-14T23:59:59Z"},
		{"over week 53", "all", "2026-11-30T09:00:00Z", "2027-01-14T09:00:00Z"},
		{"from week 53 in the old year", "all", "2026-12-28T00:00:00Z", "2027-02-11T00:00:00Z"},
		{"into week 53 in the new year", "metric", "2026-10-05T23:59:59Z", "2027-01-03T23:59:59Z"},
		{"from week 53 to week 53 of six years on, by far", "touchpoint", "2026-12-31T23:59:59Z", "2027-12-31T23:59:59Z"},
		{"into summer time: an hour later by the clock", "all", "2026-03-01T09:00:00+01:00", "2026-04-15T10:00:00+02:00"},
		{"out of summer time: an hour earlier by the clock", "metric", "2026-09-01T09:00:00+02:00", "2026-11-30T08:00:00+01:00"},
	} {
		w := windows[row.window]
		for _, way := range []struct {
			words       string
			asked, edge time.Time
			by          time.Duration // a second out of the window
		}{
			{"after an ask", moment(t, row.one), moment(t, row.other), time.Second},
			{"before an ask", moment(t, row.other), moment(t, row.one), -time.Second},
		} {
			for _, at := range []struct {
				words string
				of    time.Duration
				want  touchpoint.Reason
			}{{"at once", way.asked.Sub(way.edge), touchpoint.Fatigue}, {"the window's last second", -way.by, touchpoint.Fatigue},
				{"its end", 0, touchpoint.Planned}, {"a second beyond", way.by, touchpoint.Planned}} {
				p, e := shop(), order()
				p.Policy.AllWindow, p.Policy.MetricWindow = w.policy.AllWindow, w.policy.MetricWindow
				p.Touchpoints["purchase"] = program.Touchpoint{Name: "purchase", Survey: "purchase-ces-v1", Sample: 1, Window: w.own}
				ask := w.other
				ask.At = way.asked.UTC()
				e.At = way.edge.Add(at.of)
				decision, _ := touchpoint.Decide(p, customer.Customer{ID: "maria", Asks: []customer.Ask{ask}}, e, 1, e.At)
				if decision.Reason != at.want {
					t.Errorf("%s, window %s, %s, %s: %s, want %s (%s)", row.calendar, row.window, way.words, at.words, decision.Reason, at.want, decision.Explanation)
				}
			}
		}
	}
}

// Each window keeps apart what it names and nothing else.
func TestAWindowKeepsApartWhatItNames(t *testing.T) {
	for _, row := range []struct {
		rule   string
		policy program.Policy
		own    time.Duration
		ask    customer.Ask // at the very same time
		want   touchpoint.Reason
	}{
		{"no windows", program.Policy{}, 0, customer.Ask{Metric: "CES", Touchpoint: "purchase"}, touchpoint.Planned},
		{"all: another metric about something else", program.Policy{AllWindow: time.Second}, 0, customer.Ask{Metric: "NPS", Touchpoint: "loyalty"}, touchpoint.Fatigue},
		{"metric: the same about something else", program.Policy{MetricWindow: time.Second}, 0, customer.Ask{Metric: "CES", Touchpoint: "support"}, touchpoint.Fatigue},
		{"metric: another about the same", program.Policy{MetricWindow: 90 * day}, 0, customer.Ask{Metric: "NPS", Touchpoint: "purchase"}, touchpoint.Planned},
		{"touchpoint: the same with another metric", program.Policy{}, time.Second, customer.Ask{Metric: "NPS", Touchpoint: "purchase"}, touchpoint.Fatigue},
		{"touchpoint: another with the same metric", program.Policy{}, 365 * day, customer.Ask{Metric: "CES", Touchpoint: "support"}, touchpoint.Planned},
	} {
		p, e := shop(), order()
		p.Policy.AllWindow, p.Policy.MetricWindow = row.policy.AllWindow, row.policy.MetricWindow
		p.Touchpoints["purchase"] = program.Touchpoint{Name: "purchase", Survey: "purchase-ces-v1", Sample: 1, Window: row.own}
		row.ask.At, e.At = noon, noon
		if decision, _ := touchpoint.Decide(p, customer.Customer{ID: "maria", Asks: []customer.Ask{row.ask}}, e, 1, noon); decision.Reason != row.want {
			t.Errorf("%s: %s, want %s", row.rule, decision.Reason, row.want)
		}
	}
}
