package touchpoint_test

import (
	"testing"
	"time"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

func TestASimulationTakesVisitsByTheRulesAsFarAsTheyKeepWhatThoseAskFor(t *testing.T) {
	having := func(name, value string) program.Filter { return program.Filter{name: {Any: []string{value}}} }
	bought := program.Rule{Touchpoint: "purchase"}
	for _, row := range []struct {
		rule    string
		today   []program.Rule
		changed []program.Rule
		reason  touchpoint.Reason // by the changed program
		of      string            // as which touchpoint
		mail    time.Duration     // after the visit
		guessed int
	}{
		{"the same rules", []program.Rule{bought}, []program.Rule{bought}, touchpoint.Planned, "purchase", 2 * day, 0},
		{"a property that is kept", []program.Rule{bought}, []program.Rule{{Touchpoint: "support", Filter: having("country", "SE")}, bought}, touchpoint.Planned, "support", 0, 0},
		{"another value of it", []program.Rule{bought}, []program.Rule{{Touchpoint: "purchase", Filter: having("country", "DE")}}, touchpoint.Filtered, "purchase", 0, 0},
		{"no rule any more", []program.Rule{bought}, nil, touchpoint.Unmapped, "purchase", 0, 0},
		{"a property that is forgotten, by the same rules", []program.Rule{{Touchpoint: "purchase", Filter: having("tags", "vip")}}, []program.Rule{{Touchpoint: "purchase", Filter: having("tags", "vip")}},
			touchpoint.Planned, "purchase", 2 * day, 0},
		{"and by others, perhaps", []program.Rule{bought}, []program.Rule{{Touchpoint: "purchase", Filter: having("tags", "vip")}}, touchpoint.Planned, "purchase", 2 * day, 1},
		{"and as something else, hardly", []program.Rule{bought}, []program.Rule{{Touchpoint: "support", Filter: having("tags", "vip")}, bought}, touchpoint.Planned, "purchase", 2 * day, 1},
		{"the mail waits for the quiet time", []program.Rule{bought}, []program.Rule{{Touchpoint: "purchase", Quiet: 5 * day}}, touchpoint.Planned, "purchase", 5 * day, 0},
	} {
		visit := touchpoint.Visit{Decision: touchpoint.Decision{Reason: touchpoint.Planned}, ID: "v", Touchpoint: "purchase", Source: "shopify", Subject: "#1030", Round: 1,
			Event: "orders/paid", Customer: "maria", At: noon, ReceivedAt: noon, Day: "2026-11-20", Properties: map[string]string{"country": "SE"}}
		today, changed := shop(), shop()
		today.Sources["shopify"] = program.Source{Name: "shopify", Events: map[string][]program.Rule{"orders/paid": row.today}}
		changed.Sources["shopify"] = program.Source{Name: "shopify", Events: map[string][]program.Rule{"orders/paid": row.changed}}
		people := rows{"maria": customer.Customer{ID: "maria", Address: "maria@customer.example"}}
		found, err := touchpoint.Simulator{Archive: archive(visit), Rows: people, Hash: hasher(t)}.Past(t.Context(), today, changed, 1, noon)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range found.Touchpoints {
			if c.Changed == 1 && (c.Reason != row.reason || c.Touchpoint != row.of) {
				t.Errorf("%s: %s as %s", row.rule, c.Reason, c.Touchpoint)
			}
		}
		guessed := 0
		for _, c := range found.Guessed {
			if c.Reason == touchpoint.Filtered {
				guessed = c.Changed
			}
		}
		if guessed != row.guessed {
			t.Errorf("%s: %d guessed", row.rule, guessed)
		}
		if row.mail > 0 && found.Changed.Busiest.String() != noon.Add(row.mail).Format(time.DateOnly) {
			t.Errorf("%s: the mail leaves on %s", row.rule, found.Changed.Busiest)
		}
	}
}
