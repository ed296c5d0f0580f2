package touchpoint_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
)

// A link disturbs nobody: what protects from mail does not stop it, what keeps the scores clean does.
func TestWhatStopsALinkAndWhatDoesNot(t *testing.T) {
	purchase := func(change func(*program.Touchpoint)) func(*program.Program, *customer.Customer, *touchpoint.Event) {
		return func(p *program.Program, _ *customer.Customer, _ *touchpoint.Event) {
			tp := p.Touchpoints["purchase"]
			change(&tp)
			p.Touchpoints["purchase"] = tp
		}
	}
	status := func(s customer.Status) func(*program.Program, *customer.Customer, *touchpoint.Event) {
		return func(_ *program.Program, c *customer.Customer, _ *touchpoint.Event) { c.Status = s }
	}
	event := func(change func(*touchpoint.Event)) func(*program.Program, *customer.Customer, *touchpoint.Event) {
		return func(_ *program.Program, _ *customer.Customer, e *touchpoint.Event) { change(e) }
	}
	for name, row := range map[string]struct {
		change func(*program.Program, *customer.Customer, *touchpoint.Event)
		want   touchpoint.Reason
	}{
		"an order":          {event(func(*touchpoint.Event) {}), touchpoint.Handed},
		"unsubscribed":      {status(customer.Unsubscribed), touchpoint.Handed},
		"bounced":           {status(customer.Bounced), touchpoint.Handed},
		"complained":        {status(customer.Complained), touchpoint.Handed},
		"a shared mailbox":  {event(func(e *touchpoint.Event) { e.Address = "info@customer.example" }), touchpoint.Handed},
		"asked yesterday":   {func(_ *program.Program, c *customer.Customer, _ *touchpoint.Event) { c.Asks = asks("CES", noon) }, touchpoint.Handed},
		"an open case":      {func(_ *program.Program, c *customer.Customer, _ *touchpoint.Event) { c.OpenCases = 1 }, touchpoint.Handed},
		"nobody is drawn":   {purchase(func(tp *program.Touchpoint) { tp.Sample = 0 }), touchpoint.Handed},
		"erased":            {status(customer.Erased), touchpoint.Suppressed},
		"no address":        {event(func(e *touchpoint.Event) { e.Address = "" }), touchpoint.NoAddress},
		"no address at all": {event(func(e *touchpoint.Event) { e.Address = "maria" }), touchpoint.InvalidAddress},
		"a test":            {event(func(e *touchpoint.Event) { e.Test = true }), touchpoint.Test},
		"staff":             {event(func(e *touchpoint.Event) { e.Address = "eva@ourshop.example" }), touchpoint.Staff},
		"refused":           {event(func(e *touchpoint.Event) { e.Consent = touchpoint.Refused }), touchpoint.NoConsent},
		"switched off":      {purchase(func(tp *program.Touchpoint) { tp.Off = true }), touchpoint.Off},
		"another country":   {purchase(func(tp *program.Touchpoint) { tp.Filter = program.Filter{"country": {Any: []string{"DE"}}} }), touchpoint.Filtered},
		"long ago":          {event(func(e *touchpoint.Event) { e.At = noon.Add(-15 * day) }), touchpoint.TooOld},
		"a rehearsal":       {purchase(func(tp *program.Touchpoint) { tp.Shadow = true }), touchpoint.Shadow},
		"a customer since noon": {func(p *program.Program, c *customer.Customer, e *touchpoint.Event) {
			e.Since = noon.Add(-2 * time.Hour)
			purchase(func(tp *program.Touchpoint) { tp.MinAge = day })(p, c, e)
		}, touchpoint.NewAccount},
	} {
		p, c, e := shop(), customer.Customer{}, order()
		row.change(p, &c, &e)
		e.ByLink = true
		got, inv := touchpoint.Decide(p, c, e, 1, noon)
		if got.Reason != row.want || (inv != nil) != (row.want == touchpoint.Handed) {
			t.Errorf("%s: %+v, invitation %v, want %s", name, got, inv != nil, row.want)
		}
		if strings.Contains(got.Explanation, "planned for") || strings.Contains(got.Explanation, "@") {
			t.Errorf("%s: %s", name, got.Explanation)
		}
	}
}

func TestALinkIsOpenAtOnceAndHasNoMail(t *testing.T) {
	p, e := shop(), order()
	tp := p.Touchpoints["purchase"]
	tp.Expires = 10 * day
	p.Touchpoints["purchase"] = tp
	e.ByLink = true
	got, inv := touchpoint.Decide(p, customer.Customer{ID: "c-1"}, e, 1, noon)
	if inv == nil || inv.State != survey.Handed || !inv.Handed || inv.Anybody() || !inv.PlannedAt.IsZero() || !inv.ExpiresAt.Equal(noon.Add(10*day)) {
		t.Fatalf("%+v", inv)
	}
	if diff := cmp.Diff(touchpoint.HandedUntil(noon.Add(10*day)), got); diff != "" {
		t.Error(diff)
	}
}

// A link in an invoice takes no mail its place.
func TestAnAskByALinkIsInNoMailsWay(t *testing.T) {
	c := customer.Customer{Asks: []customer.Ask{{Invitation: "invoice", At: noon, Metric: "CES", Touchpoint: "purchase", Handed: true}}}
	if got, inv := touchpoint.Decide(shop(), c, order(), 1, noon); inv == nil {
		t.Errorf("%+v", got)
	}
}
