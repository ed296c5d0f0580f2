package touchpoint_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
)

const day = 24 * time.Hour

// noon is a Friday in Stockholm, 12:00 UTC.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func always() program.Hours {
	return program.Hours{Days: [7]bool{true, true, true, true, true, true, true}, From: 0, To: day}
}

func shop() *program.Program {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	return &program.Program{
		Zone:      stockholm,
		Languages: []string{"en", "sv", "pt-BR"},
		Surveys: map[string]program.Survey{
			"purchase-ces-v1": {ID: "purchase-ces-v1", Number: 1, Scale: score.Scale{Metric: score.CES}},
			"support-ces-v1":  {ID: "support-ces-v1", Number: 2, Scale: score.Scale{Metric: score.CES}},
			"loyalty-nps-v1":  {ID: "loyalty-nps-v1", Number: 3, Scale: score.Scale{Metric: score.NPS}},
		},
		Touchpoints: map[string]program.Touchpoint{
			"purchase": {Name: "purchase", Survey: "purchase-ces-v1", Delay: 2 * day, MaxAge: 14 * day, Sample: 1},
			"support":  {Name: "support", Survey: "support-ces-v1", Delay: time.Hour, Sample: 1},
			"loyalty":  {Name: "loyalty", Survey: "loyalty-nps-v1", Sample: 1, Subject: "shared"},
		},
		Policy:  program.Policy{AllWindow: 45 * day, MetricWindow: 90 * day, Hours: always(), Staff: []string{"@OurShop.example", "boss@private.example"}},
		Sources: map[string]program.Source{"shopify": {Name: "shopify"}, "agreeing": {Name: "agreeing", Agreed: true}},
	}
}

// order is a visit that is asked about.
func order() touchpoint.Event {
	return touchpoint.Event{
		Touchpoint: "purchase", Source: "shopify", Name: "orders/paid", Delivery: "d-1", Subject: "#1030", At: noon.Add(-time.Hour),
		Address: "maria@customer.example", Person: "Maria Lind", Language: "sv-SE", Zone: "Europe/Stockholm",
		Properties: map[string]string{"country": "SE", "agent": "Anna", "tags": "vip,new", "amount": "99.00", "mood": "fine"},
	}
}

func asks(metric string, at ...time.Time) (list []customer.Ask) {
	for _, t := range at {
		list = append(list, customer.Ask{Invitation: "earlier", At: t, Metric: metric, Touchpoint: "support"})
	}
	return list
}

// planned is when the order's survey has its time.
var planned = noon.Add(2*day - time.Hour)

func TestEachReasonStopsAnAskAndItsBoundaryDoesNot(t *testing.T) {
	type situation struct {
		p *program.Program
		c customer.Customer
		e touchpoint.Event
	}
	tp := func(s *situation, change func(*program.Touchpoint)) {
		purchase := s.p.Touchpoints["purchase"]
		change(&purchase)
		s.p.Touchpoints["purchase"] = purchase
	}
	// fortnight asks only who has been a customer for two weeks, and tells since when this one is, whatever the visit's age.
	fortnight := func(s *situation, since time.Time) {
		tp(s, func(tp *program.Touchpoint) { tp.MinAge, tp.MaxAge = 14*day, 0 })
		s.e.Since = since
	}
	rows := []struct {
		rule   string
		change func(s *situation)
		want   touchpoint.Reason
	}{
		{"nothing stands against it", func(*situation) {}, touchpoint.Planned},
		{"its source did not say who it is", func(s *situation) { s.e.Address, s.e.Unfetched = "", "the token is refused" }, touchpoint.NotFetched},
		{"its source was asked", func(s *situation) { s.e.Fetch = "orders/250" }, touchpoint.Planned},
		{"no address", func(s *situation) { s.e.Address = "" }, touchpoint.NoAddress},
		{"not an address", func(s *situation) { s.e.Address = "maria" }, touchpoint.InvalidAddress},
		{"an address without a domain", func(s *situation) { s.e.Address = "maria@" }, touchpoint.InvalidAddress},
		{"an address as short as they come", func(s *situation) { s.e.Address = "m@x.example" }, touchpoint.Planned},
		{"a test delivery", func(s *situation) { s.e.Test = true }, touchpoint.Test},
		{"a delivery about a test", func(s *situation) { s.e.Name, s.e.Subject = "test", "test~test" }, touchpoint.Planned},
		{"staff by domain, in any case", func(s *situation) { s.e.Address = "Anna@ourshop.example" }, touchpoint.Staff},
		{"staff by address", func(s *situation) { s.e.Address = "Boss@private.example" }, touchpoint.Staff},
		{"a domain that only ends like ours", func(s *situation) { s.e.Address = "x@notourshop.example" }, touchpoint.Planned},
		{"a subdomain is another domain", func(s *situation) { s.e.Address = "x@mail.ourshop.example" }, touchpoint.Planned},
		{"a shared mailbox", func(s *situation) { s.e.Address = "info+news@customer.example" }, touchpoint.RoleAddress},
		{"a shared mailbox where the policy asks them", func(s *situation) { s.e.Address = "info@customer.example"; s.p.Policy.RoleMail = true }, touchpoint.Planned},
		{"consent required and not told", func(s *situation) { s.p.Policy.Consent.All = true }, touchpoint.NoConsent},
		{"consent required and given", func(s *situation) { s.p.Policy.Consent.All = true; s.e.Consent = touchpoint.Given }, touchpoint.Planned},
		{"consent required and given before", func(s *situation) { s.p.Policy.Consent.All = true; s.c.Agreed = true }, touchpoint.Planned},
		{"consent required and given to the source", func(s *situation) { s.p.Policy.Consent.All = true; s.e.Source = "agreeing" }, touchpoint.Planned},
		{"consent required of the source and not told", func(s *situation) { s.p.Policy.Consent.Sources = []string{"agreeing", "shopify"} }, touchpoint.NoConsent},
		{"consent required of another source", func(s *situation) { s.p.Policy.Consent.Sources = []string{"zendesk"} }, touchpoint.Planned},
		{"consent required of the source, which says of all its customers that they agreed", func(s *situation) {
			s.p.Policy.Consent.Sources, s.e.Source = []string{"agreeing"}, "agreeing"
		}, touchpoint.Planned},
		{"consent required in the country and not told", func(s *situation) { s.p.Policy.Consent.Countries = []string{"DE", "SE"} }, touchpoint.NoConsent},
		{"consent required in the country and given", func(s *situation) {
			s.p.Policy.Consent.Countries, s.e.Consent = []string{"SE"}, touchpoint.Given
		}, touchpoint.Planned},
		{"consent required in another country", func(s *situation) { s.p.Policy.Consent.Countries = []string{"DE"} }, touchpoint.Planned},
		{"consent required in a country, and nobody knows in which this is", func(s *situation) {
			s.p.Policy.Consent.Countries, s.e.Properties = []string{"DE"}, nil
		}, touchpoint.NoConsent},
		{"consent required in a country, and what the visit tells is none", func(s *situation) {
			s.p.Policy.Consent.Countries, s.e.Properties = []string{"DE"}, map[string]string{"country": "GERMANY"}
		}, touchpoint.NoConsent},
		{"consent required in a country, nobody knows in which this is, and it is given", func(s *situation) {
			s.p.Policy.Consent.Countries, s.e.Properties, s.c.Agreed = []string{"DE"}, nil, true
		}, touchpoint.Planned},
		{"consent required in a country, nobody knows in which this is, and the owner asks such", func(s *situation) {
			s.p.Policy.Consent = program.Consent{Countries: []string{"DE"}, AskUnknownCountry: true}
			s.e.Properties = nil
		}, touchpoint.Planned},
		{"consent required in the country, where the owner asks those of unknown ones", func(s *situation) {
			s.p.Policy.Consent = program.Consent{Countries: []string{"SE"}, AskUnknownCountry: true}
		}, touchpoint.NoConsent},
		{"consent required in the country, which the source calls otherwise", func(s *situation) {
			s.p.Policy.Consent.Countries, s.e.Properties = []string{"GB"}, map[string]string{"country": "UK"}
		}, touchpoint.NoConsent},
		{"consent required by a property that the visit does not tell", func(s *situation) {
			s.p.Policy.Consent.Properties = program.Filter{"channel": {Any: []string{"newsletter"}}}
		}, touchpoint.Planned},
		{"consent required by a property, in any case", func(s *situation) {
			s.p.Policy.Consent.Properties = program.Filter{"channel": {Any: []string{"web"}}, "mood": {Any: []string{"Fine"}}}
		}, touchpoint.NoConsent},
		{"consent required by a tag", func(s *situation) { s.p.Policy.Consent.Properties = program.Filter{"tags": {Any: []string{"new"}}} }, touchpoint.NoConsent},
		{"consent required by a property and given before", func(s *situation) {
			s.p.Policy.Consent.Properties, s.c.Agreed = program.Filter{"mood": {Any: []string{"fine"}}}, true
		}, touchpoint.Planned},
		{"consent required by another value of a property", func(s *situation) { s.p.Policy.Consent.Properties = program.Filter{"mood": {Any: []string{"bad"}}} }, touchpoint.Planned},
		{"consent refused where another country requires it", func(s *situation) {
			s.p.Policy.Consent.Countries, s.e.Consent = []string{"DE"}, touchpoint.Refused
		}, touchpoint.NoConsent},
		{"consent refused though given before", func(s *situation) {
			s.p.Policy.Consent.All, s.c.Agreed, s.e.Source, s.e.Consent = true, true, "agreeing", touchpoint.Refused
		}, touchpoint.NoConsent},
		{"consent refused though not required", func(s *situation) { s.e.Consent = touchpoint.Refused }, touchpoint.NoConsent},
		{"consent refused before", func(s *situation) { s.c.Refused, s.e.Source = true, "agreeing" }, touchpoint.NoConsent},
		{"consent refused before and given now", func(s *situation) { s.c.Refused, s.e.Consent = true, touchpoint.Given }, touchpoint.Planned},
		{"nobody suppressed", func(s *situation) { s.c.Status = customer.Reachable }, touchpoint.Planned},
		{"unsubscribed", func(s *situation) { s.c.Status = customer.Unsubscribed }, touchpoint.Suppressed},
		{"bounced", func(s *situation) { s.c.Status = customer.Bounced }, touchpoint.Suppressed},
		{"complained", func(s *situation) { s.c.Status = customer.Complained }, touchpoint.Suppressed},
		{"erased", func(s *situation) { s.c.Status = customer.Erased }, touchpoint.Suppressed},
		{"a status that is not known yet", func(s *situation) { s.c.Status = "blocked" }, touchpoint.Suppressed},
		{"touchpoint off", func(s *situation) { tp(s, func(tp *program.Touchpoint) { tp.Off = true }) }, touchpoint.Off},
		{"filter met, in any case", func(s *situation) {
			tp(s, func(tp *program.Touchpoint) {
				tp.Filter = program.Filter{"country": {Any: []string{"se"}}, "agent": {Any: []string{"Anna"}}, "tags": {Any: []string{"NEW"}}, "mood": {Any: []string{"fine"}}}
			})
		}, touchpoint.Planned},
		{"filter not met", func(s *situation) {
			tp(s, func(tp *program.Touchpoint) {
				tp.Filter = program.Filter{"country": {Any: []string{"se"}}, "agent": {Any: []string{"Bo"}}}
			})
		}, touchpoint.Filtered},
		{"filter on what the visit does not have", func(s *situation) {
			tp(s, func(tp *program.Touchpoint) { tp.Filter = program.Filter{"plan": {Any: []string{"pro"}}} })
		}, touchpoint.Filtered},
		{"filter on a part of a tag", func(s *situation) {
			tp(s, func(tp *program.Touchpoint) { tp.Filter = program.Filter{"tags": {Any: []string{"ne"}}} })
		}, touchpoint.Filtered},
		{"exactly as old as allowed", func(s *situation) { s.e.At = noon.Add(-14 * day) }, touchpoint.Planned},
		{"a second older", func(s *situation) { s.e.At = noon.Add(-14*day - time.Second) }, touchpoint.TooOld},
		{"a customer for exactly as long as wanted", func(s *situation) { fortnight(s, s.e.At.Add(-14*day)) }, touchpoint.Planned},
		{"a customer for a second less", func(s *situation) { fortnight(s, s.e.At.Add(-14*day+time.Second)) }, touchpoint.NewAccount},
		{"a customer since the visit", func(s *situation) { fortnight(s, s.e.At) }, touchpoint.NewAccount},
		{"a customer since a clock that goes wrong", func(s *situation) { fortnight(s, s.e.At.Add(day)) }, touchpoint.NewAccount},
		{"a customer since nobody knows when", func(s *situation) { fortnight(s, time.Time{}) }, touchpoint.Planned},
		{"a new customer where none is too new", func(s *situation) { s.e.Since = s.e.At }, touchpoint.Planned},
		{"a customer since after the visit where none is too new", func(s *situation) { s.e.Since = s.e.At.Add(time.Minute) }, touchpoint.Planned},
		{"young at the visit and old enough when the mail would leave", func(s *situation) { fortnight(s, s.e.At.Add(-13*day)) }, touchpoint.NewAccount},
		{"fourteen days with a leap day among them", func(s *situation) {
			s.e.At = time.Date(2024, 3, 7, 9, 0, 0, 0, time.UTC)
			fortnight(s, time.Date(2024, 2, 22, 9, 0, 0, 0, time.UTC))
		}, touchpoint.Planned},
		{"thirteen days over the end of the year", func(s *situation) {
			s.e.At = time.Date(2026, 1, 6, 9, 0, 0, 0, time.UTC)
			fortnight(s, time.Date(2025, 12, 24, 9, 0, 0, 0, time.UTC))
		}, touchpoint.NewAccount},
		{"fourteen times 24 hours, and not 14 dates, over a night of 25 hours", func(s *situation) {
			s.e.At = time.Date(2026, 10, 30, 8, 0, 0, 0, s.p.Zone)
			fortnight(s, time.Date(2026, 10, 16, 9, 0, 0, 0, s.p.Zone))
		}, touchpoint.Planned},
		{"sample of nobody", func(s *situation) { tp(s, func(tp *program.Touchpoint) { tp.Sample = 0 }) }, touchpoint.SampledOut},
		{"sample of nearly nobody", func(s *situation) { tp(s, func(tp *program.Touchpoint) { tp.Sample = 1e-18 }) }, touchpoint.SampledOut},
		{"sample of everybody", func(s *situation) { tp(s, func(tp *program.Touchpoint) { tp.Sample = 1 }) }, touchpoint.Planned},
		{"no open case any more", func(s *situation) { s.c.OpenCases = 0 }, touchpoint.Planned},
		{"an open case", func(s *situation) { s.c.OpenCases = 1 }, touchpoint.OpenCase},
		{"asked a second less than a window before", func(s *situation) { s.c.Asks = asks("NPS", planned.Add(-45*day+time.Second)) }, touchpoint.Fatigue},
		{"asked exactly a window before", func(s *situation) { s.c.Asks = asks("NPS", planned.Add(-45*day)) }, touchpoint.Planned},
		{"any of several asks", func(s *situation) { s.c.Asks = asks("NPS", planned.Add(-200*day), planned, planned.Add(200*day)) }, touchpoint.Fatigue},
		{"shadow mode", func(s *situation) { tp(s, func(tp *program.Touchpoint) { tp.Shadow = true }) }, touchpoint.Shadow},
		{"shadow mode of another touchpoint", func(s *situation) {
			s.p.Touchpoints["support"] = program.Touchpoint{Name: "support", Survey: "support-ces-v1", Sample: 1, Shadow: true}
		}, touchpoint.Planned},
	}
	bounded := map[touchpoint.Reason]bool{ // those that have tables of their own
		touchpoint.Planned: true, touchpoint.Handed: true, touchpoint.ReopenedSince: true, touchpoint.AskedBefore: true,
	}
	for i := range rows[1:] {
		if one, next := rows[i].want, rows[i+1].want; one == touchpoint.Planned || next == touchpoint.Planned {
			bounded[one], bounded[next] = true, true
		}
	}
	for _, reason := range reasons(t, 0) {
		if !bounded[reason] {
			t.Errorf("nothing that is %s stands beside something that is all but that, and is asked about", reason)
		}
	}
	for _, row := range rows {
		t.Run(row.rule, func(t *testing.T) {
			s := situation{shop(), customer.Customer{ID: "maria"}, order()}
			row.change(&s)
			decision, inv := touchpoint.Decide(s.p, s.c, s.e, 1, noon)
			if decision.Reason != row.want || (inv != nil) != (row.want == touchpoint.Planned) {
				t.Errorf("decided %q (invitation %v), want %q", decision.Reason, inv != nil, row.want)
			}
			if decision.Explanation == "" || s.e.Address != "" && strings.Contains(decision.Explanation, s.e.Address) {
				t.Errorf("explained as %q", decision.Explanation)
			}
		})
	}
}

func TestTheFirstReasonThatStopsIsTheOneThatIsKept(t *testing.T) {
	p, c, e := shop(), customer.Customer{ID: "maria", Status: customer.Bounced, OpenCases: 1, Asks: asks("CES", planned)}, order()
	p.Policy.Consent.All = true
	p.Touchpoints["purchase"] = program.Touchpoint{
		Name: "purchase", Survey: "purchase-ces-v1", Delay: 2 * day, MaxAge: time.Minute, MinAge: day, Sample: 0, Off: true, Shadow: true, Filter: program.Filter{"plan": {Any: []string{"pro"}}},
	}
	e.Address, e.Test, e.Since = "", true, e.At
	change := func(edit func(*program.Touchpoint)) {
		tp := p.Touchpoints["purchase"]
		edit(&tp)
		p.Touchpoints["purchase"] = tp
	}
	for _, step := range []struct {
		reason touchpoint.Reason
		cure   func()
	}{
		{touchpoint.NoAddress, func() { e.Address = "info@ourshop" }},
		{touchpoint.InvalidAddress, func() { e.Address = "info@ourshop.example" }},
		{touchpoint.Test, func() { e.Test = false }},
		{touchpoint.Staff, func() { e.Address = "info@customer.example" }},
		{touchpoint.RoleAddress, func() { e.Address = "maria@customer.example" }},
		{touchpoint.NoConsent, func() { e.Consent = touchpoint.Given }},
		{touchpoint.Suppressed, func() { c.Status = customer.Reachable }},
		{touchpoint.Off, func() { change(func(tp *program.Touchpoint) { tp.Off = false }) }},
		{touchpoint.Filtered, func() { change(func(tp *program.Touchpoint) { tp.Filter = nil }) }},
		{touchpoint.TooOld, func() { change(func(tp *program.Touchpoint) { tp.MaxAge = 0 }) }},
		{touchpoint.NewAccount, func() { e.Since = time.Time{} }},
		{touchpoint.SampledOut, func() { change(func(tp *program.Touchpoint) { tp.Sample = 1 }) }},
		{touchpoint.OpenCase, func() { c.OpenCases = 0 }},
		{touchpoint.Fatigue, func() { c.Asks = nil }},
		{touchpoint.Shadow, func() { change(func(tp *program.Touchpoint) { tp.Shadow = false }) }},
		{touchpoint.Planned, func() {}},
	} {
		if decision, _ := touchpoint.Decide(p, c, e, 1, noon); decision.Reason != step.reason {
			t.Fatalf("decided %q, want %q", decision.Reason, step.reason)
		}
		step.cure()
	}
}

func TestAnInvitationFreezesWhatItsAnswerIsCutBy(t *testing.T) {
	e := order()
	e.Link = "https://ourshop.myshopify.com/admin/orders/1"
	p := shop()
	p.Segments = []program.Segment{program.ByAgent, program.ByPlan, program.ByCountry, program.ByLanguage, program.ByWeekday, program.ByHour, program.ByCause}
	decision, got := touchpoint.Decide(p, customer.Customer{ID: "maria"}, e, 2, noon)
	want := &survey.Invitation{
		ID: survey.IDOf("purchase", "shopify", "#1030", 2), State: survey.Planned, Touchpoint: "purchase", Survey: "purchase-ces-v1", Number: 1, Metric: "CES",
		Customer: "maria", Language: "sv", Source: "shopify", Subject: "#1030", Link: e.Link, Round: 2,
		Cuts: map[string]string{"agent": "Anna", "country": "SE", "language": "sv", "weekday": "fri", "hour": "12"}, VisitedAt: noon.Add(-time.Hour), PlannedAt: planned,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if decision.Explanation != "the survey is planned for 2026-11-22 11:00 UTC" {
		t.Errorf("explained as %q", decision.Explanation)
	}
}

func TestTheSurveySpeaksTheCustomersLanguageOrTheProgramsFirst(t *testing.T) {
	for _, row := range []struct{ told, known, want string }{
		{"sv", "", "sv"}, {"sv-FI", "", "sv"}, {"pt-BR", "", "pt-BR"}, {"pt", "", "pt-BR"}, {"pt-PT", "", "pt-BR"}, {"de-AT", "", "en"}, {"", "", "en"},
		{"", "sv", "sv"}, {"en-US", "sv", "en"}, {"svx", "", "en"},
	} {
		e := order()
		e.Language = row.told
		_, inv := touchpoint.Decide(shop(), customer.Customer{ID: "maria", Language: row.known}, e, 1, noon)
		if inv.Language != row.want {
			t.Errorf("told %q, known %q: asked in %q, want %q", row.told, row.known, inv.Language, row.want)
		}
	}
}

// Whoever tries a connection must not have to wait for a source that does not know the sample.
func TestATestIsATestWithoutAskingWhoTheCustomerIs(t *testing.T) {
	p, e := program.Default(), touchpoint.Event{Touchpoint: "support", Source: "zendesk", Subject: "1", Fetch: "tickets/1", Test: true, At: noon}
	if d, inv := touchpoint.Decide(p, customer.Customer{}, e, 1, noon); d.Reason != touchpoint.Test || inv != nil {
		t.Errorf("%+v", d)
	}
	e.Fetch = ""
	if d, _ := touchpoint.Decide(p, customer.Customer{}, e, 1, noon); d.Reason != touchpoint.NoAddress {
		t.Errorf("an event that leaves nothing to be asked: %+v", d)
	}
}
