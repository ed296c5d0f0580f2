package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/touchpoint"
)

// history is what happens to one customer: steps one after the other, each of some deliveries at the same time.
type history struct {
	customer string // the local part of the address
	steps    []step
}

type step struct {
	now    time.Time
	events []touchpoint.Event
}

// invent makes a history of about a year: visits out of order, told again, told at the same time, reopened.
func invent(r *rand.Rand, customer string) history {
	h := history{customer: customer}
	now := noon
	var told []touchpoint.Event
	for range 2 + r.IntN(4) {
		now = now.Add(time.Duration(r.Int64N(int64(30 * day))))
		s := step{now: now}
		for range 1 + r.IntN(4) {
			e := touchpoint.Event{
				Touchpoint: []string{"purchase", "support", "loyalty"}[r.IntN(3)], Source: "shop", Subject: fmt.Sprint(customer, "-", r.IntN(12)),
				Delivery: fmt.Sprint("d-", r.Uint64()), At: now.Add(-time.Duration(r.Int64N(int64(22 * day)))), Address: customer + "@customer.example",
				Reopened: r.IntN(4) == 0,
			}
			if r.IntN(2) == 0 {
				e.At = now
			}
			if r.IntN(3) == 0 {
				e.Address = strings.ToUpper(e.Address)
			}
			if len(told) > 0 {
				earlier := told[r.IntN(len(told))]
				switch r.IntN(4) {
				case 0: // the same delivery again
					e = earlier
				case 1: // the same ticket comes back, or is solved again
					e.Touchpoint, e.Subject, e.Reopened = earlier.Touchpoint, earlier.Subject, !earlier.Reopened
				}
			}
			told = append(told, e)
			s.events = append(s.events, e)
			for r.IntN(4) == 0 {
				s.events = append(s.events, e)
			}
		}
		h.steps = append(h.steps, s)
	}
	return h
}

// live lets a history happen. Every delivery is sent until it is taken, as a sender would.
func live(t *testing.T, d intake, h history, planned *atomic.Int64) {
	for _, s := range h.steps {
		together(len(s.events), func(i int) {
			for range 100 {
				outcome, err := d.decide.Take(t.Context(), d.program, s.events[i], s.now)
				if err == nil {
					if outcome.Reason == touchpoint.Planned && !outcome.Repeated {
						planned.Add(1)
					}
					return
				}
				if !fault.Is(err, fault.Transient) {
					t.Errorf("%s: %v", h.customer, err)
					return
				}
			}
			t.Errorf("%s: a delivery was never taken", h.customer)
		})
	}
}

// tooClose tells what breaks the windows among the invitations that are kept. A cancelled one was never sent.
func tooClose(p *program.Program, all map[string]table.Item) error {
	var errs []error
	of := map[string][]survey.Invitation{}
	for key, item := range all {
		if !strings.HasSuffix(key, "|invitation]") || item["state"] == nil {
			continue
		}
		var inv survey.Invitation
		if err := table.Decode(item, &inv); err != nil {
			return err
		}
		if inv.State == survey.Cancelled {
			continue
		}
		for _, other := range of[string(inv.Customer)] {
			apart := inv.PlannedAt.Sub(other.PlannedAt).Abs()
			if apart < p.Policy.AllWindow || inv.Metric == other.Metric && apart < p.Policy.MetricWindow ||
				inv.Touchpoint == other.Touchpoint && apart < p.Touchpoints[inv.Touchpoint].Window {
				errs = append(errs, fmt.Errorf("customer %s is asked about %s and %s within %s", inv.Customer, inv.Subject, other.Subject, apart))
			}
		}
		of[string(inv.Customer)] = append(of[string(inv.Customer)], inv)
	}
	return errors.Join(errs...)
}

// adrift tells where the parts that a decision writes together disagree: a visit has an invitation, to which the customer's
// row leads, if it is planned, and who holds a place among the asks has one.
func adrift(all map[string]table.Item) error {
	var errs []error
	for key, item := range all {
		switch {
		case strings.HasSuffix(key, "|invitation]"):
			if (item["state"] == nil) == (item["decision"] == nil) {
				errs = append(errs, fmt.Errorf("the visit %s was decided %v; an invitation is %v", key, item["decision"], item["state"]))
			}
			if row := all["Feedback[C#"+fmt.Sprint(item["customer"])+"|profile]"]; item["state"] != nil && !leads(row, key) {
				errs = append(errs, fmt.Errorf("the customer's row does not lead to %s", key))
			}
		case strings.HasSuffix(key, "|profile]"):
			var c customer.Customer
			if err := table.Decode(item, &c); err != nil {
				return err
			}
			for _, ask := range c.Asks {
				if inv := all["Feedback[I#"+ask.Invitation+"|invitation]"]; inv == nil || inv["state"] == "cancelled" {
					errs = append(errs, fmt.Errorf("customer %s holds a place for %s", c.ID, ask.Invitation))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// leads tells whether a customer's row names the invitation with a key.
func leads(row table.Item, key string) bool {
	invited, _ := row["invited"].([]any)
	return slices.ContainsFunc(invited, func(id any) bool { return key == fmt.Sprintf("Feedback[I#%s|invitation]", id) })
}

// TestNoCustomerIsInvitedTwiceWithinAWindow holds whatever the order, the repetition and the simultaneity of visits, and whatever goes
// wrong between the intake and the table.
func TestNoCustomerIsInvitedTwiceWithinAWindow(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			histories, lanes := 1500, 8
			if engine.Name != tabletest.Bolt.Name {
				histories = 70
			}
			tables, _ := engine.Open(t)
			faults := tabletest.NewFaults(tables, 1, tabletest.Chances{Conflict: 0.005, Throttle: 0.002, Transient: 0.03, Resent: 0.05, Lost: 0.05})
			d := desk(t, faults)
			d.program.Policy.MetricWindow = 60 * day // shorter than the touchpoint's own, so that each of the three stops some
			purchase := d.program.Touchpoints["purchase"]
			purchase.Window = 90 * day
			d.program.Touchpoints["purchase"] = purchase
			var planned atomic.Int64
			together(lanes, func(lane int) {
				for n := lane; n < histories; n += lanes {
					seed := uint64(n)
					live(t, d, invent(rand.New(rand.NewPCG(seed, 2)), fmt.Sprintf("customer-%d", seed)), &planned)
				}
			})
			all := contents(t, tables)
			if err := tooClose(d.program, all); err != nil {
				t.Error(err)
			}
			if err := adrift(all); err != nil {
				t.Error(err)
			}
			cancelled, again := 0, 0
			for key, item := range all {
				if item["state"] == "cancelled" {
					cancelled++
				}
				if item["round"] == int64(2) && strings.HasSuffix(key, "|invitation]") {
					again++
				}
			}
			t.Logf("%d histories: %d invitations, %d cancelled, %d second rounds; injected %v", histories, planned.Load(), cancelled, again, faults.Injected())
			if planned.Load() < int64(histories) || cancelled == 0 || again == 0 {
				t.Error("too little happened for the test to mean something")
			}
			for _, kind := range []string{"conflict", "throttle", "transient", "resent", "lost"} {
				if faults.Injected()[kind] == 0 {
					t.Errorf("no %s was met", kind)
				}
			}
		})
	}
}
