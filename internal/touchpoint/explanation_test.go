package touchpoint_test

import (
	"strings"
	"testing"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

func TestTheOwnerReadsInPlainWordsWhyACustomerWasNotAsked(t *testing.T) {
	type change func(*program.Program, *customer.Customer, *touchpoint.Event)
	wanted := func(c program.Consent) change {
		return func(p *program.Program, _ *customer.Customer, _ *touchpoint.Event) { p.Policy.Consent = c }
	}
	asked := func(metric, about string) change {
		return func(p *program.Program, c *customer.Customer, _ *touchpoint.Event) {
			purchase := p.Touchpoints["purchase"]
			purchase.Window = 365 * day
			p.Touchpoints["purchase"] = purchase
			c.Asks = []customer.Ask{{Invitation: "earlier", At: planned.Add(-50 * day), Metric: metric, Touchpoint: about}}
		}
	}
	for _, row := range []struct {
		change change
		want   string
	}{
		{wanted(program.Consent{All: true, Sources: []string{"shopify"}}), "the policy asks customers only if they agreed, and nothing says that this customer did"},
		{wanted(program.Consent{Sources: []string{"shopify"}}), "the policy asks customers of this source only if they agreed, and nothing says that this customer did"},
		{wanted(program.Consent{Countries: []string{"SE"}}), "the policy asks customers of this country only if they agreed, and nothing says that this customer did"},
		{func(p *program.Program, _ *customer.Customer, e *touchpoint.Event) {
			p.Policy.Consent.Countries, e.Properties = []string{"DE"}, nil
		}, "the policy asks customers whose country nobody knows only if they agreed, and nothing says that this customer did"},
		{wanted(program.Consent{Properties: program.Filter{"mood": {Any: []string{"fine"}}}}), `the policy asks customers with this "mood" only if they agreed, and nothing says that this customer did`},
		{asked("NPS", "purchase"), "another survey of the customer about this touchpoint has its time on 2026-10-03 11:00 UTC; between two there are at least 365 days"},
		{asked("CES", "support"), "another CES survey of the customer has its time on 2026-10-03 11:00 UTC; between two there are at least 90 days"},
		{func(p *program.Program, c *customer.Customer, e *touchpoint.Event) {
			asked("NPS", "support")(p, c, e)
			p.Policy.AllWindow = 60 * day
		}, "another survey of the customer has its time on 2026-10-03 11:00 UTC; between two there are at least 60 days"},
		{func(p *program.Program, _ *customer.Customer, e *touchpoint.Event) {
			purchase := p.Touchpoints["purchase"]
			purchase.MinAge, e.Since = 30*day, e.At.Add(-day)
			p.Touchpoints["purchase"] = purchase
		}, "the customer's account was younger than 30 days, the least that the touchpoint wants"},
	} {
		p, c, e := shop(), customer.Customer{ID: "maria"}, order()
		row.change(p, &c, &e)
		decision, _ := touchpoint.Decide(p, c, e, 1, noon)
		if decision.Explanation != row.want || strings.Contains(decision.Explanation, "fine") {
			t.Errorf("%s: %s, want %s", decision.Reason, decision.Explanation, row.want)
		}
	}
}
