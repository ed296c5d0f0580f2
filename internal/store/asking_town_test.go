package store

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/privacy"
	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/touchpoint"
)

// town is a few customers and what happens to them, in the tables and on paper.
type town struct {
	t      *testing.T
	rand   *rand.Rand
	raw    table.Table
	faults *tabletest.Faults
	shaky  tabletest.Chances // what goes wrong with intake, events and erasures
	store  *Store            // over the faults
	office *office
	hash   customer.Hasher
	paper  *paper
	told   []touchpoint.Event
	about  map[string]touchpoint.Event // by the visit that an event made
	ended  []customer.ID               // whose place was freed by the last walk
	met    map[string]int
}

// citizens and their zones; "" is the program's.
var citizens = []struct{ name, zone string }{{"anna", ""}, {"bo", "America/New_York"}, {"chen", "Asia/Shanghai"}}

func newTown(t *testing.T, raw table.Table, seed uint64) *town {
	hash, err := customer.NewHasher(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, rand: rand.New(rand.NewPCG(seed, 3)), raw: raw, hash: hash, paper: newPaper(), about: map[string]touchpoint.Event{}, met: map[string]int{}}
	w.faults = tabletest.NewFaults(raw, seed, tabletest.Chances{})
	w.store = w.over(w.faults)
	w.office = newOffice(New(raw))
	w.office.now = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, w.rand.IntN(365))
	home := customer.Zone("Europe/Stockholm", nil)
	w.office.program = townProgram(home)
	w.paper.people[""] = person{zone: home}
	for _, c := range citizens {
		w.paper.people[hash.ID(c.name+"@customer.example")] = person{zone: customer.Zone(c.zone, home)}
	}
	if seed%3 == 0 {
		w.shaky = tabletest.Chances{Conflict: 0.05, Throttle: 0.03, Transient: 0.03, Resent: 0.05, Lost: 0.06}
	}
	return w
}

func townProgram(home *time.Location) *program.Program {
	p := &program.Program{
		Zone: home, Languages: []string{"en"}, Surveys: map[string]program.Survey{}, Touchpoints: map[string]program.Touchpoint{},
		Policy: program.Policy{
			AllWindow: anyWindow, MetricWindow: sameWindow,
			Hours: program.Hours{Days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true}, From: opens * time.Hour, To: closes * time.Hour},
		},
	}
	number := 0
	for name, how := range moments {
		number++
		p.Surveys[name] = program.Survey{ID: name, Number: number, Scale: score.Scale{Metric: score.Metric(how.metric)}}
		p.Touchpoints[name] = program.Touchpoint{
			Name: name, Survey: name, Shadow: how.shadow, Window: how.window, Delay: how.delay, MaxAge: how.oldest, Sample: 1, Expires: 30 * aDay,
		}
	}
	purchase := p.Touchpoints["purchase"]
	purchase.Reminder = 3 * aDay
	p.Touchpoints["purchase"] = purchase
	return p
}

// over is a store of another process, which does not wait between tries.
func (w *town) over(tables table.Table) *Store {
	s := New(tables)
	s.pause = func(context.Context, time.Duration) error { return nil }
	return s
}

// persist does something on shaky tables until it is done.
func (w *town) persist(do func() error) {
	w.t.Helper()
	w.faults.SetChances(w.shaky)
	defer w.faults.SetChances(tabletest.Chances{})
	if err := untilDone(do); err != nil {
		w.t.Error(err)
	}
}

// untilDone is how whoever reports something does it again while it fails in passing.
func untilDone(do func() error) (err error) {
	for range 100 {
		if err = do(); !fault.Is(err, fault.Transient) {
			return err
		}
	}
	return err
}

func (w *town) whose(e touchpoint.Event) customer.ID {
	if e.Address == "" {
		return ""
	}
	return w.hash.ID(e.Address)
}

// tell reports some events at the same time, each until it is taken. What they come to must be what paper says of them in some order.
func (w *town) tell(events ...touchpoint.Event) {
	w.t.Helper()
	w.faults.SetChances(w.shaky)
	defer w.faults.SetChances(tabletest.Chances{})
	outcomes := make([]touchpoint.Outcome, len(events))
	var group sync.WaitGroup
	for i, e := range events {
		group.Go(func() {
			err := untilDone(func() (err error) {
				outcomes[i], err = touchpoint.Intake{Book: w.store, Hash: w.hash}.Take(w.t.Context(), w.office.program, e, w.office.now)
				return err
			})
			if err != nil {
				w.t.Error(err)
			}
		})
	}
	group.Wait()
	var differs string
	for _, order := range orders(len(events)) {
		p := w.paper.clone()
		if differs = w.replay(p, events, outcomes, order); differs == "" && len(events) > 1 {
			differs = differ(p, w.seen()) + w.unlike(p)
		}
		if differs == "" {
			w.paper = p
			w.told = append(w.told, events...)
			return
		}
	}
	w.t.Errorf("%d events at %s came to %+v, which is no order of theirs: %s\n%+v", len(events), w.office.now, outcomes, differs, events)
}

// replay lets paper hear the events in an order, and tells how the outcomes differ.
func (w *town) replay(p *paper, events []touchpoint.Event, outcomes []touchpoint.Outcome, order []int) (differs string) {
	for _, i := range order {
		e, got := events[i], outcomes[i]
		want := p.hear(e, w.whose(e), w.office.now)
		again := got.Repeated || e.Reopened && got.Reason == touchpoint.NotVisited
		switch {
		case want.fresh && got.Repeated && w.shaky != tabletest.Chances{}: // its answer was lost, and it was told again
		case want.fresh == again, e.Reopened && got.Repeated && !want.fresh && !want.known:
			return fmt.Sprintf("event %d came to %+v, want %+v", i, got, want)
		case want.fresh && want.reason != got.Reason:
			return fmt.Sprintf("event %d came to %s, want %s", i, got.Reason, want.reason)
		}
		if want.fresh && !e.Reopened {
			w.about[got.Visit.ID] = e
			w.met[string(want.reason)]++
		}
	}
	return ""
}

// unlike tells whose consent paper has otherwise: of what was said at the same time, the last holds.
func (w *town) unlike(p *paper) string {
	for _, c := range citizens {
		who := w.hash.ID(c.name + "@customer.example")
		row, err := w.office.Customer(w.t.Context(), who)
		if err != nil && !fault.Is(err, fault.NotFound) {
			w.t.Fatal(err)
		}
		if row.Refused != p.people[who].refused {
			return c.name + " refused, or did not"
		}
	}
	return ""
}

// orders are the ways to put so many one after the other.
func orders(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, some := range orders(n - 1) {
		for at := range n {
			order := append([]int{}, some[:at]...)
			all = append(all, append(append(order, n-1), some[at:]...))
		}
	}
	return all
}

// seen is what the tables say of all visits.
func (w *town) seen() map[string]noted {
	w.t.Helper()
	all := map[string]noted{}
	for start := ""; ; {
		page, err := w.raw.Scan(w.t.Context(), table.Feedback, start, 0, 0, 1)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, item := range page.Items {
			if item.Key(table.Feedback).Sort != "invitation" {
				continue
			}
			n := notedOf(item)
			if entry, due := entryOf(item); due && entry.Kind == agenda.Invite && n.State == survey.Planned {
				n.Due = entry.Due
			}
			all[idOf(item)] = n
		}
		if start = page.Next; start == "" {
			return all
		}
	}
}

func notedOf(item table.Item) (n noted) {
	text := func(attr string) string {
		s, _ := item[attr].(string)
		return s
	}
	n.Customer, n.Touchpoint, n.State = customer.ID(text("customer")), text("touchpoint"), survey.State(text("state"))
	round, _ := item["round"].(int64)
	n.Round = int(round)
	n.Reason = touchpoint.Reason(text("decision"))
	if n.State != "" {
		n.Reason = touchpoint.Planned
	}
	n.Planned, _ = time.Parse(time.RFC3339, text("planned_at"))
	return n
}

// differ tells how the tables differ from paper.
func differ(p *paper, seen map[string]noted) string {
	if maps.Equal(p.visits, seen) {
		return ""
	}
	return cmp.Diff(p.visits, seen)
}

// check holds the tables against paper, and what no model is needed for: the windows, and one letter for each invitation.
func (w *town) check(after string) {
	w.t.Helper()
	seen := w.seen()
	if diff := differ(w.paper, seen); diff != "" {
		w.t.Errorf("after %s at %s (-paper +tables): %s", after, w.office.now, diff)
	}
	for id, n := range seen {
		if letters := w.office.post.took["survey "+id]; letters > 1 || letters == 1 && !n.holds() || letters == 0 && (n.State == survey.Sent || n.State == survey.Answered) {
			w.t.Errorf("after %s: %s has %d letters: %+v", after, id, letters, n)
		}
		if w.office.post.took["reminder "+id] > 1 {
			w.t.Errorf("after %s: %s was reminded of twice", after, id)
		}
		for other, o := range seen {
			if id < other && n.holds() && o.holds() && n.Customer == o.Customer && tooNear(n, o) {
				w.t.Errorf("after %s: %s is asked by %+v and %+v", after, n.Customer, n, o)
			}
		}
	}
}

// erase forgets a citizen, and runs it again while it fails in passing.
func (w *town) erase(who customer.ID, name string) {
	w.t.Helper()
	known := false
	for _, n := range w.paper.visits {
		known = known || n.Customer == who
	}
	known = known || w.paper.people[who].stopped || w.paper.people[who].refused
	w.persist(func() error {
		_, err := privacy.Erasure{Archive: w.store, Eraser: w.store, Cases: w.store, Hash: w.hash,
			Wait: func(context.Context, time.Duration) error { return nil },
		}.Erase(w.t.Context(), strings.ToUpper(name)+"@customer.example", w.rand.IntN(2) == 0, w.office.now)
		if fault.Is(err, fault.NotFound) && !known {
			return nil
		}
		return err
	})
	if known {
		w.paper.forget(who)
		w.met["erased"]++
	}
}
