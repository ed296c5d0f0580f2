package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/store"
	"afterword/internal/table/tabletest"
)

func TestTheWeightierSuppressionStays(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	const u, b, c, e = customer.Unsubscribed, customer.Bounced, customer.Complained, customer.Erased
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			tables, _ := engine.Open(t)
			s := store.New(tables)
			for _, row := range []struct {
				id    customer.ID
				came  []customer.Status
				stays customer.Status
			}{
				{"1", []customer.Status{u, b, c, e}, e}, {"2", []customer.Status{e, c, b, u}, e}, {"3", []customer.Status{c, u, b}, c}, {"4", []customer.Status{b, b, u}, b}, {"5", []customer.Status{u, u}, u},
			} {
				var was customer.Customer
				for i, status := range row.came {
					news, err := s.Suppress(t.Context(), row.id, status, at.Add(time.Duration(i)*time.Hour))
					if err != nil {
						t.Fatal(err)
					}
					is, err := s.Customer(t.Context(), row.id)
					if err != nil {
						t.Fatal(err)
					}
					if news != (is.Revision == was.Revision+1) || news != (is.Status != was.Status) || news != !is.StatusAt.Equal(was.StatusAt) {
						t.Errorf("%s came: news %v, %+v became %+v", status, news, was, is)
					}
					was = is
				}
				if was.Status != row.stays || was.ID != row.id {
					t.Errorf("after %v: %+v, want %q", row.came, was, row.stays)
				}
			}
			if _, err := s.Suppress(t.Context(), "6", customer.Reachable, at); !fault.Is(err, fault.Invalid) {
				t.Errorf("reachable again: %v", err)
			}
			if _, err := s.Customer(t.Context(), "6"); !fault.Is(err, fault.NotFound) {
				t.Errorf("a customer that nobody wrote: %v", err)
			}
		})
	}
}

func TestASuppressionKeepsTheRestOfTheRow(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			tables, _ := engine.Open(t)
			d := desk(t, tables)
			d.take(t, d.order("1"))
			before := d.customer(t)
			if _, err := d.store.Suppress(t.Context(), before.ID, customer.Bounced, noon); err != nil {
				t.Fatal(err)
			}
			want := before
			want.Status, want.StatusAt, want.Revision = customer.Bounced, noon, before.Revision+1
			if diff := cmp.Diff(want, d.customer(t)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
