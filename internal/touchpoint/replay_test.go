package touchpoint_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// rows are customers by id.
type rows map[customer.ID]customer.Customer

func (r rows) CustomersOf(_ context.Context, ids []customer.ID) (map[customer.ID]customer.Customer, error) {
	found := map[customer.ID]customer.Customer{}
	for _, id := range ids {
		if c, has := r[id]; has {
			found[id] = c
		}
	}
	return found, nil
}

// archive is a visit of today.
type archive touchpoint.Visit

func (a archive) VisitsOn(_ context.Context, touchpoints []string, day string, _ period.Span) ([]touchpoint.Visit, string, error) {
	if v := touchpoint.Visit(a); v.Day == day && touchpoints[0] == v.Touchpoint {
		return []touchpoint.Visit{v}, "", nil
	}
	return nil, "", nil
}

// What visits do not keep, a simulation cannot ask for: what was decided then answers, and where the changed program might answer
// otherwise, the visit is counted as guessed.
func TestWhatAVisitDoesNotKeepIsAnsweredByWhatWasDecided(t *testing.T) {
	type (
		change func(*program.Program)
		both   struct{ today, changed touchpoint.Reason }
		guess  map[touchpoint.Reason][2]int // by today's program and by the changed one
	)
	purchase := func(edit func(*program.Touchpoint)) change {
		return func(p *program.Program) {
			tp := p.Touchpoints["purchase"]
			edit(&tp)
			p.Touchpoints["purchase"] = tp
		}
	}
	staff := func(own ...string) change { return func(p *program.Program) { p.Policy.Staff = own } }
	roles := func(p *program.Program) { p.Policy.RoleMail = true }
	consent := func(c program.Consent) change { return func(p *program.Program) { p.Policy.Consent = c } }
	mood := consent(program.Consent{Properties: program.Filter{"mood": {Any: []string{"shy"}}}})
	filter := func(name, value string) change {
		return purchase(func(tp *program.Touchpoint) { tp.Filter = program.Filter{name: {Any: []string{value}}} })
	}
	older := func(days time.Duration) change {
		return purchase(func(tp *program.Touchpoint) { tp.MinAge = days * day })
	}
	share := func(of float64) change { return purchase(func(tp *program.Touchpoint) { tp.Sample = of }) }
	switched := func(off bool) change { return purchase(func(tp *program.Touchpoint) { tp.Off = off }) }
	window := func(p *program.Program) { p.Policy.AllWindow, p.Policy.MetricWindow = 0, 0 }
	same := func(*program.Program) {}

	known := &customer.Customer{ID: "maria", Address: "maria@customer.example"}
	as := func(edit func(*customer.Customer)) *customer.Customer {
		c := *known
		edit(&c)
		return &c
	}
	busy := as(func(c *customer.Customer) { c.Asks = asks("NPS", planned) })
	for _, row := range []struct {
		rule           string
		decided        touchpoint.Reason
		row            *customer.Customer // nil: none
		today, changed change
		erased         bool
		want           both
		guessed        guess
	}{
		{"whose address is not known came past the same staff", touchpoint.Planned, nil, same, same, false, both{touchpoint.Planned, touchpoint.Planned}, nil},
		{"and past other staff, perhaps", touchpoint.Planned, nil, same, staff("@customer.example"), false, both{touchpoint.Planned, touchpoint.Planned}, guess{touchpoint.Staff: {0, 1}}},
		{"the order of the staff is no change", touchpoint.Planned, nil, staff("@a.example", "@b.example"), staff("@b.example", "@a.example"), false,
			both{touchpoint.Planned, touchpoint.Planned}, nil},
		{"staff stay staff where the address is not known", touchpoint.Staff, nil, same, staff("@customer.example"), false, both{touchpoint.Staff, touchpoint.Staff}, guess{touchpoint.Staff: {0, 1}}},
		{"where nobody is staff it does not stop, and what comes after was never asked", touchpoint.Staff, nil, same, staff(), false,
			both{touchpoint.Staff, touchpoint.Planned}, guess{touchpoint.RoleAddress: {0, 1}, touchpoint.OpenCase: {0, 1}}},
		{"a known address is asked about", touchpoint.Planned, known, same, staff("@customer.example"), false, both{touchpoint.Planned, touchpoint.Staff}, nil},
		{"a shared mailbox stays one", touchpoint.RoleAddress, nil, same, same, false, both{touchpoint.RoleAddress, touchpoint.RoleAddress}, nil},
		{"a shared mailbox where such are asked", touchpoint.RoleAddress, nil, same, roles, false, both{touchpoint.RoleAddress, touchpoint.Planned}, guess{touchpoint.OpenCase: {0, 1}}},

		{"a property that is forgotten did not stop it", touchpoint.Planned, known, mood, mood, false, both{touchpoint.Planned, touchpoint.Planned}, nil},
		{"and would not now, perhaps", touchpoint.Planned, known, same, mood, false, both{touchpoint.Planned, touchpoint.Planned}, guess{touchpoint.NoConsent: {0, 1}}},
		{"a property that is forgotten stopped it", touchpoint.NoConsent, known, mood, mood, false, both{touchpoint.NoConsent, touchpoint.NoConsent}, nil},
		{"a country is kept", touchpoint.Planned, known, same, consent(program.Consent{Countries: []string{"SE"}}), false, both{touchpoint.Planned, touchpoint.NoConsent}, nil},
		{"who agreed later had not then", touchpoint.NoConsent, as(func(c *customer.Customer) { c.Agreed = true }), consent(program.Consent{All: true}), consent(program.Consent{All: true}), false,
			both{touchpoint.NoConsent, touchpoint.NoConsent}, nil},
		{"who refused later had not then", touchpoint.Planned, as(func(c *customer.Customer) { c.Refused = true }), same, same, false, both{touchpoint.Planned, touchpoint.Planned}, nil},
		{"who unsubscribed later was there", touchpoint.Planned, as(func(c *customer.Customer) { c.Status, c.StatusAt = customer.Unsubscribed, noon.Add(time.Second) }), same, same, false,
			both{touchpoint.Planned, touchpoint.Planned}, nil},
		{"who unsubscribed before was not", touchpoint.Suppressed, as(func(c *customer.Customer) { c.Status, c.StatusAt = customer.Unsubscribed, noon }), same, roles, false,
			both{touchpoint.Suppressed, touchpoint.Suppressed}, nil},

		{"a filter by what is forgotten let it pass", touchpoint.Planned, known, filter("mood", "fine"), filter("mood", "fine"), false, both{touchpoint.Planned, touchpoint.Planned}, nil},
		{"another, perhaps", touchpoint.Planned, known, filter("mood", "fine"), filter("mood", "shy"), false, both{touchpoint.Planned, touchpoint.Planned}, guess{touchpoint.Filtered: {0, 1}}},
		{"a filter by what is kept is asked", touchpoint.Planned, known, same, filter("country", "DE"), false, both{touchpoint.Planned, touchpoint.Filtered}, nil},
		{"one that it stopped is stopped again", touchpoint.Filtered, known, filter("mood", "shy"), filter("mood", "shy"), false, both{touchpoint.Filtered, touchpoint.Filtered}, nil},
		{"unless there is none", touchpoint.Filtered, known, filter("mood", "shy"), same, false, both{touchpoint.Filtered, touchpoint.Planned}, guess{touchpoint.OpenCase: {0, 1}}},

		{"a newcomer stays one", touchpoint.NewAccount, known, older(30), older(30), false, both{touchpoint.NewAccount, touchpoint.NewAccount}, nil},
		{"a newcomer by another age, perhaps", touchpoint.NewAccount, known, older(30), older(10), false, both{touchpoint.NewAccount, touchpoint.NewAccount}, guess{touchpoint.NewAccount: {0, 1}}},
		{"old enough, perhaps", touchpoint.Planned, known, same, older(30), false, both{touchpoint.Planned, touchpoint.Planned}, guess{touchpoint.NewAccount: {0, 1}}},
		{"nobody is new where no age is wanted", touchpoint.NewAccount, known, older(30), same, false, both{touchpoint.NewAccount, touchpoint.Planned}, guess{touchpoint.OpenCase: {0, 1}}},

		{"a veiled subject was drawn", touchpoint.Planned, known, share(0.9), share(0.9), true, both{touchpoint.Planned, touchpoint.Planned}, nil},
		{"and from a smaller share, perhaps", touchpoint.Planned, known, share(0.9), share(0.1), true, both{touchpoint.Planned, touchpoint.Planned}, guess{touchpoint.SampledOut: {0, 1}}},
		{"a veiled subject was not drawn", touchpoint.SampledOut, known, share(0.1), share(0.9), true, both{touchpoint.SampledOut, touchpoint.SampledOut}, guess{touchpoint.SampledOut: {0, 1}}},
		{"from everybody it is", touchpoint.SampledOut, known, share(0.1), share(1), true, both{touchpoint.SampledOut, touchpoint.Planned}, guess{touchpoint.OpenCase: {0, 1}}},
		{"from nobody it is not", touchpoint.Planned, known, share(0.9), share(0), true, both{touchpoint.Planned, touchpoint.SampledOut}, nil},
		{"a subject in hand draws", touchpoint.Planned, known, same, share(1e-12), false, both{touchpoint.Planned, touchpoint.SampledOut}, nil},

		{"a case was open", touchpoint.OpenCase, known, same, window, false, both{touchpoint.OpenCase, touchpoint.OpenCase}, nil},
		{"a case that is open now was not then", touchpoint.Planned, as(func(c *customer.Customer) { c.OpenCases = 1 }), same, same, false, both{touchpoint.Planned, touchpoint.Planned}, nil},
		{"a touchpoint that was off: nobody knows of cases", touchpoint.Off, known, switched(true), same, false, both{touchpoint.Off, touchpoint.Planned}, guess{touchpoint.OpenCase: {0, 1}}},
		{"a window is asked", touchpoint.Fatigue, busy, same, window, false, both{touchpoint.Fatigue, touchpoint.Planned}, nil},
		{"no program mails without an address", touchpoint.NoAddress, nil, same, roles, false, both{touchpoint.NoAddress, touchpoint.NoAddress}, nil},
		{"nor to what is none", touchpoint.InvalidAddress, nil, same, staff(), false, both{touchpoint.InvalidAddress, touchpoint.InvalidAddress}, nil},
		{"nor about tests", touchpoint.Test, known, same, staff(), false, both{touchpoint.Test, touchpoint.Test}, nil},
	} {
		visit := touchpoint.Visit{
			Decision: touchpoint.Decision{Reason: row.decided}, ID: "v", Touchpoint: "purchase", Source: "shopify", Subject: "#1030", Round: 1, Customer: "maria",
			At: noon.Add(-time.Hour), ReceivedAt: noon, Day: "2026-11-20", Erased: row.erased, Properties: map[string]string{"country": "SE", "agent": "Anna"},
		}
		people := rows{}
		if row.row != nil {
			people["maria"] = *row.row
		}
		today, changed := shop(), shop()
		row.today(today)
		row.changed(changed)
		found, err := touchpoint.Simulator{Archive: archive(visit), Rows: people, Hash: hasher(t)}.Past(t.Context(), today, changed, 1, noon)
		if err != nil {
			t.Fatal(err)
		}
		var got both
		for _, c := range found.Touchpoints {
			if c.Today == 1 {
				got.today = c.Reason
			}
			if c.Changed == 1 {
				got.changed = c.Reason
			}
		}
		guessed := guess{}
		for _, c := range found.Guessed {
			guessed[c.Reason] = [2]int{c.Today, c.Changed}
		}
		if row.guessed == nil {
			row.guessed = guess{}
		}
		if diff := cmp.Diff(row.want, got, cmp.AllowUnexported(both{})) + cmp.Diff(row.guessed, guessed); diff != "" || found.Visits != 1 {
			t.Errorf("%s (%d visits): %s", row.rule, found.Visits, diff)
		}
	}
}
