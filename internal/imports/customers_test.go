package imports_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/imports"
	"afterword/internal/score"
	"afterword/internal/touchpoint"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func day(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

func hasher(t *testing.T) customer.Hasher {
	t.Helper()
	h, err := customer.NewHasher([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// rows are customers in memory. Each change by somebody else costs an attempt.
type rows struct {
	kept   map[customer.ID]customer.Customer
	others int // so many times somebody else is quicker
	writes int
}

func (r *rows) Customer(_ context.Context, id customer.ID) (customer.Customer, error) {
	c, known := r.kept[id]
	if !known {
		return c, fault.New(fault.NotFound, "there is no such customer")
	}
	return c, nil
}

func (r *rows) KeepCustomer(_ context.Context, c customer.Customer) error {
	if r.writes++; r.others > 0 {
		r.others--
		return fault.New(fault.Conflict, "somebody else changed it first")
	}
	c.Revision++
	r.kept[c.ID] = c
	return nil
}

// Nothing that is brought along makes a customer's record worse.
func TestWhatIsBroughtAlongFillsInAndLoosensNothing(t *testing.T) {
	const address = "anna@shop.example"
	asked := func(at time.Time, metric string) customer.Ask {
		return customer.Ask{Invitation: "import:" + metric, At: at, Metric: metric}
	}
	for name, row := range map[string]struct {
		had     customer.Customer
		brought imports.Customer
		want    customer.Customer // but for id and address
		result  imports.Result
	}{
		"what is not known is filled in": {
			customer.Customer{Name: "Anna B"}, imports.Customer{Name: "Anna Berg", Language: "sv_se", Zone: "Europe/Stockholm", Since: day(1, 2)},
			customer.Customer{Name: "Anna B", Language: "sv-SE", Zone: "Europe/Stockholm", Since: day(1, 2)}, imports.Changed,
		},
		"what is known stays": {
			customer.Customer{Name: "Anna B", Language: "sv", Zone: "UTC"}, imports.Customer{Name: "Anna Berg", Language: "nl", Zone: "Europe/Amsterdam"},
			customer.Customer{Name: "Anna B", Language: "sv", Zone: "UTC"}, imports.Unchanged,
		},
		"a zone and a language that are none are none": {
			customer.Customer{}, imports.Customer{Language: "Swedish, please", Zone: "Mars/Olympus"}, customer.Customer{}, imports.Unchanged,
		},
		"the earlier day counts":     {customer.Customer{Since: day(3, 1)}, imports.Customer{Since: day(2, 1)}, customer.Customer{Since: day(2, 1)}, imports.Changed},
		"a later day does not count": {customer.Customer{Since: day(3, 1)}, imports.Customer{Since: day(4, 1)}, customer.Customer{Since: day(3, 1)}, imports.Unchanged},
		"a refusal here stays":       {customer.Customer{Refused: true}, imports.Customer{Consent: touchpoint.Given}, customer.Customer{Refused: true}, imports.Unchanged},
		"a refusal there counts":     {customer.Customer{Agreed: true}, imports.Customer{Consent: touchpoint.Refused}, customer.Customer{Refused: true}, imports.Changed},
		"a consent there counts":     {customer.Customer{}, imports.Customer{Consent: touchpoint.Given}, customer.Customer{Agreed: true}, imports.Changed},
		"who left there is not mailed here": {
			customer.Customer{}, imports.Customer{Status: customer.Unsubscribed, StatusAt: day(5, 1)}, customer.Customer{Status: customer.Unsubscribed, StatusAt: day(5, 1)}, imports.Changed,
		},
		"who left, nobody knows when": {
			customer.Customer{}, imports.Customer{Status: customer.Bounced}, customer.Customer{Status: customer.Bounced, StatusAt: now}, imports.Changed,
		},
		"a graver status counts": {
			customer.Customer{Status: customer.Unsubscribed, StatusAt: day(5, 1)}, imports.Customer{Status: customer.Complained, StatusAt: day(4, 1)},
			customer.Customer{Status: customer.Complained, StatusAt: day(4, 1)}, imports.Changed,
		},
		"a lighter one does not": {
			customer.Customer{Status: customer.Complained, StatusAt: day(5, 1)}, imports.Customer{Status: customer.Unsubscribed, StatusAt: day(6, 1)},
			customer.Customer{Status: customer.Complained, StatusAt: day(5, 1)}, imports.Unchanged,
		},
		"who may be asked there may not for that be asked here": {
			customer.Customer{Status: customer.Unsubscribed}, imports.Customer{}, customer.Customer{Status: customer.Unsubscribed}, imports.Unchanged,
		},
		"an ask there takes its place": {
			customer.Customer{}, imports.Customer{LastAsked: day(10, 30), Metric: score.NPS}, customer.Customer{Asks: []customer.Ask{asked(day(10, 30), "NPS")}}, imports.Changed,
		},
		"the latest of a metric": {
			customer.Customer{Asks: []customer.Ask{asked(day(9, 1), ""), asked(day(10, 30), "NPS")}}, imports.Customer{LastAsked: day(11, 2), Metric: score.NPS},
			customer.Customer{Asks: []customer.Ask{asked(day(9, 1), ""), asked(day(11, 2), "NPS")}}, imports.Changed,
		},
		"an earlier one says nothing": {
			customer.Customer{Asks: []customer.Ask{asked(day(10, 30), "")}}, imports.Customer{LastAsked: day(10, 29)},
			customer.Customer{Asks: []customer.Ask{asked(day(10, 30), "")}}, imports.Unchanged,
		},
		"who was erased stays so": {
			customer.Customer{Status: customer.Erased, StatusAt: day(5, 1)}, imports.Customer{Name: "Anna", LastAsked: day(10, 30)},
			customer.Customer{Status: customer.Erased, StatusAt: day(5, 1)}, imports.Erased,
		},
	} {
		t.Run(name, func(t *testing.T) {
			id := hasher(t).ID(address)
			row.had.ID, row.had.Revision, row.brought.Address = id, 4, "Anna@Shop.example "
			if row.had.Status != customer.Erased {
				row.had.Address, row.want.Address = address, address
			}
			kept := &rows{kept: map[customer.ID]customer.Customer{id: row.had}, others: 2}
			got, result, err := imports.Customers{Rows: kept, Hash: hasher(t)}.Take(t.Context(), row.brought, now)
			if err != nil || got != id || result != row.result {
				t.Fatalf("%s %s, %v", got, result, err)
			}
			row.want.ID = id
			if diff := cmp.Diff(row.want, kept.kept[id], cmpopts.IgnoreFields(customer.Customer{}, "Revision")); diff != "" {
				t.Error(diff)
			}
			if result != imports.Changed && kept.writes > 0 || result == imports.Changed && kept.writes != 3 {
				t.Errorf("%d writes", kept.writes)
			}
			if _, again, err := (imports.Customers{Rows: kept, Hash: hasher(t)}).Take(t.Context(), row.brought, now); err != nil || again == imports.Changed || again == imports.Added {
				t.Errorf("brought again: %s, %v", again, err)
			}
		})
	}
}

func TestACustomerThatNobodyKnewIsAdded(t *testing.T) {
	kept := &rows{kept: map[customer.ID]customer.Customer{}}
	id, result, err := imports.Customers{Rows: kept, Hash: hasher(t)}.Take(t.Context(), imports.Customer{Address: "Anna@shop.example", Name: " Anna\tBerg "}, now)
	want := customer.Customer{ID: id, Revision: 1, Address: "Anna@shop.example", Name: "Anna Berg"}
	if diff := cmp.Diff(want, kept.kept[id]); diff != "" || result != imports.Added || err != nil {
		t.Errorf("%s, %v: %s", result, err, diff)
	}
}

func TestWhatCannotBeSoOfACustomerIsRefused(t *testing.T) {
	for want, brought := range map[string]imports.Customer{
		"not a mail address":                  {Address: "anna"},
		`"last_asked" is in the future`:       {Address: "a@b.example", LastAsked: now.Add(time.Second)},
		`"status_at" is in the future`:        {Address: "a@b.example", StatusAt: now.Add(time.Second)},
		`"customer_since" is before the year`: {Address: "a@b.example", Since: time.Unix(0, 0)},
		`"status" is none of`:                 {Address: "a@b.example", Status: customer.Erased},
		`"metric" is none of`:                 {Address: "a@b.example", LastAsked: now, Metric: "nps"},
		`"last_asked", which is missing`:      {Address: "a@b.example", Metric: score.NPS},
	} {
		kept := &rows{kept: map[customer.ID]customer.Customer{}}
		_, _, err := imports.Customers{Rows: kept, Hash: hasher(t)}.Take(t.Context(), brought, now)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.TextOf(err), want) || kept.writes > 0 {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
