package store_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/touchpoint"
)

const (
	hour = time.Hour
	day  = 24 * hour
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// intake is the intake of a shop over an engine, at noon.
type intake struct {
	store   *store.Store
	tables  table.Table
	program *program.Program
	decide  touchpoint.Intake
	hash    customer.Hasher
}

func desk(t testing.TB, tables table.Table) intake {
	t.Helper()
	hash, err := customer.NewHasher(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	ces, nps := score.Scale{Metric: score.CES}, score.Scale{Metric: score.NPS}
	s := store.New(tables)
	return intake{store: s, tables: tables, hash: hash, decide: touchpoint.Intake{Book: s, Hash: hash}, program: &program.Program{
		Zone: time.UTC, Languages: []string{"en"},
		Surveys: map[string]program.Survey{"p": {ID: "p", Number: 1, Scale: ces}, "s": {ID: "s", Number: 2, Scale: ces}, "l": {ID: "l", Number: 3, Scale: nps}},
		Touchpoints: map[string]program.Touchpoint{
			"purchase": {Name: "purchase", Survey: "p", Delay: 3 * day, MaxAge: 20 * day, Sample: 1},
			"support":  {Name: "support", Survey: "s", Delay: hour, MaxAge: 20 * day, Sample: 1},
			"loyalty":  {Name: "loyalty", Survey: "l", Delay: 10 * day, MaxAge: 20 * day, Sample: 0.8},
		},
		Policy: program.Policy{AllWindow: 45 * day, MetricWindow: 90 * day},
	}}
}

func (d intake) order(subject string) touchpoint.Event {
	return touchpoint.Event{Touchpoint: "purchase", Source: "shop", Subject: subject, Delivery: "d-" + subject, At: noon.Add(-hour), Address: "maria@customer.example", Person: "Maria"}
}

func (d intake) takeAt(t testing.TB, e touchpoint.Event, now time.Time) touchpoint.Outcome {
	t.Helper()
	outcome, err := d.decide.Take(t.Context(), d.program, e, now)
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

func (d intake) take(t testing.TB, e touchpoint.Event) touchpoint.Outcome {
	t.Helper()
	return d.takeAt(t, e, noon)
}

func (d intake) customer(t testing.TB) customer.Customer {
	t.Helper()
	c, err := d.store.Customer(t.Context(), d.hash.ID("maria@customer.example"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// contents is all that is kept about visits and customers, by key.
func contents(t testing.TB, tables table.Table) map[string]table.Item {
	t.Helper()
	return contentsOf(t, tables, table.Feedback)
}

func contentsOf(t testing.TB, tables table.Table, name table.Name) map[string]table.Item {
	t.Helper()
	all := map[string]table.Item{}
	for start := ""; ; {
		page, err := tables.Scan(t.Context(), name, start, 0, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			all[item.Key(name).String()] = item
		}
		if start = page.Next; start == "" {
			return all
		}
	}
}

func onEachEngine(t *testing.T, test func(t *testing.T, d intake)) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			tables, _ := engine.Open(t)
			test(t, desk(t, tables))
		})
	}
}

func TestAPlannedVisitIsStoredWithItsInvitationOnTheAgenda(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		outcome := d.take(t, d.order("#1"))
		if outcome.Reason != touchpoint.Planned || outcome.Repeated {
			t.Fatalf("outcome %+v", outcome)
		}
		id := survey.IDOf("purchase", "shop", "#1", 1)
		all := contents(t, d.tables)
		inv := all["Feedback[I#"+id+"|invitation]"]
		if inv["state"] != "planned" || inv["due"] != "2026-11-23T11:00:00Z#invite#"+id || inv["agenda"] == nil {
			t.Errorf("invitation %v", inv)
		}
		if _, answered := inv["rating"]; answered {
			t.Error("the invitation has an answer")
		}
		if inv["list"] != "D#purchase#2026-11-20" || inv["decision"] != nil {
			t.Errorf("visit %v", inv)
		}
		c := d.customer(t)
		if c.Revision != 1 || c.Address != "maria@customer.example" || len(c.Asks) != 1 || c.Asks[0].Invitation != id || len(all) != 2 {
			t.Errorf("customer %+v of %d items", c, len(all))
		}
	})
}

func TestADeliveryThatComesAgainChangesNothing(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		unasked := d.order("#2")
		unasked.Test = true
		for _, e := range []touchpoint.Event{d.order("#1"), unasked} {
			first := d.take(t, e)
			before := contents(t, d.tables)
			later := e
			later.Person, later.Delivery = "Somebody else", "another delivery"
			for _, again := range []touchpoint.Event{e, later} {
				outcome := d.takeAt(t, again, noon.Add(3*hour))
				if !outcome.Repeated || cmp.Diff(first.Visit, outcome.Visit) != "" || outcome.Decision != first.Decision {
					t.Errorf("again: %+v, first: %+v", outcome, first)
				}
			}
			if diff := cmp.Diff(before, contents(t, d.tables)); diff != "" {
				t.Error(diff)
			}
		}
	})
}

func TestAVisitThatIsNotAskedAboutIsOneItemAndNoCustomer(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		e := d.order("#1")
		e.Test = true
		d.take(t, e)
		e = d.order("#2")
		e.Address = ""
		d.take(t, e)
		if all := contents(t, d.tables); len(all) != 2 {
			t.Errorf("kept %v", all)
		}
		if _, err := d.store.Customer(t.Context(), d.hash.ID("maria@customer.example")); !fault.Is(err, fault.NotFound) {
			t.Errorf("a customer who is not asked was made: %v", err)
		}
	})
}

func TestTheSameVisitReportedAtTheSameTimeIsOneVisit(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		for round := range 20 {
			e := d.order(fmt.Sprint("#", round))
			e.Address = fmt.Sprintf("maria%d@customer.example", round)
			var fresh, planned int
			var mu sync.Mutex
			together(10, func(int) {
				outcome, err := d.decide.Take(t.Context(), d.program, e, noon)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if !outcome.Repeated {
					fresh++
				}
				if outcome.Reason == touchpoint.Planned {
					planned++
				}
			})
			if fresh != 1 || planned != 10 {
				t.Fatalf("%d deliveries made a visit, %d heard that it is planned", fresh, planned)
			}
		}
	})
}

func together(n int, work func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { work(i) })
	}
	wg.Wait()
}

func TestATicketThatComesBackIsAskedAboutOnceItIsSolvedAgain(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		solved := touchpoint.Event{Touchpoint: "support", Source: "desk", Subject: "88", Delivery: "d-1", At: noon, Address: "maria@customer.example"}
		reopened := touchpoint.Event{Touchpoint: "support", Source: "desk", Subject: "88", Delivery: "d-2", At: noon.Add(10 * time.Minute), Reopened: true}
		again := solved
		again.Delivery, again.At = "d-3", noon.Add(2*hour)
		now := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

		if got := d.takeAt(t, reopened, now(0)); got.Reason != touchpoint.NotVisited || len(contents(t, d.tables)) != 0 {
			t.Fatalf("a ticket that nobody asked about: %+v", got)
		}
		first := d.takeAt(t, solved, now(1))
		if got := d.takeAt(t, reopened, now(11)); got.Reason != touchpoint.Reopened {
			t.Fatalf("reopened: %+v", got)
		}
		inv := contents(t, d.tables)["Feedback[I#"+first.Visit.Invitation+"|invitation]"]
		if inv["state"] != "cancelled" || inv["why"] == nil || inv["agenda"] != nil || inv["due"] != nil || len(d.customer(t).Asks) != 0 {
			t.Errorf("the survey about the first solution is not taken back: %v, %+v", inv, d.customer(t))
		}
		before := contents(t, d.tables)
		if got := d.takeAt(t, reopened, now(12)); got.Reason != touchpoint.NotVisited {
			t.Errorf("reopened, told again: %+v", got)
		}
		if got := d.takeAt(t, solved, now(13)); !got.Repeated || got.Visit.Round != 1 {
			t.Errorf("the first solution, told again: %+v", got)
		}
		if diff := cmp.Diff(before, contents(t, d.tables)); diff != "" {
			t.Errorf("old news changed something: %s", diff)
		}
		second := d.takeAt(t, again, now(121))
		if second.Reason != touchpoint.Planned || second.Visit.Round != 2 || second.Visit.Invitation == first.Visit.Invitation {
			t.Errorf("the second solution: %+v", second)
		}
		if got := d.takeAt(t, reopened, now(122)); got.Reason != touchpoint.NotVisited {
			t.Errorf("the first reopening, told again after the second solution: %+v", got)
		}
		if asks := d.customer(t).Asks; len(asks) != 1 || asks[0].Invitation != second.Visit.Invitation {
			t.Errorf("asks %+v", asks)
		}
	})
}

func TestARefusalHoldsForTheNextSourceThatSaysNothing(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		for n, step := range []struct {
			says touchpoint.Consent
			want touchpoint.Reason
		}{
			{touchpoint.Refused, touchpoint.NoConsent}, {"", touchpoint.NoConsent}, {touchpoint.Given, touchpoint.Planned},
		} {
			e := d.order(fmt.Sprint("#", n))
			e.Consent = step.says
			if got := d.take(t, e); got.Reason != step.want {
				t.Errorf("order %d, consent %q: %+v", n, step.says, got.Decision)
			}
		}
		if c := d.customer(t); c.Refused || !c.Agreed {
			t.Errorf("given at last: %+v", c)
		}
	})
}

func TestATestDeliveryLeavesTheRealVisitItsPlace(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		trial := d.order("#1")
		trial.Test, trial.Delivery = true, "d-test"
		for _, repeated := range []bool{false, true} {
			if got := d.take(t, trial); got.Reason != touchpoint.Test || got.Repeated != repeated || !got.Visit.Test {
				t.Errorf("a test: %+v", got)
			}
		}
		real := d.take(t, d.order("#1"))
		if real.Reason != touchpoint.Planned || real.Repeated || real.Visit.Subject != "#1" {
			t.Errorf("the real visit after the test: %+v", real)
		}
		trial.Reopened, trial.At = true, noon
		if got := d.take(t, trial); got.Reason != touchpoint.Reopened || got.Visit.ID == real.Visit.ID {
			t.Errorf("a test of a reopening: %+v", got)
		}
		if inv := contents(t, d.tables)["Feedback[I#"+real.Visit.Invitation+"|invitation]"]; inv["state"] != "planned" {
			t.Errorf("a test took back the real survey: %v", inv)
		}
	})
}

func TestASurveyThatHasLeftKeepsItsPlaceWhenTheTicketComesBack(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		solved := touchpoint.Event{Touchpoint: "support", Source: "desk", Subject: "88", Delivery: "d-1", At: noon, Address: "maria@customer.example"}
		first := d.take(t, solved)
		if _, err := d.tables.Write(t.Context(), table.Write{
			Kind: table.Update, Key: table.Key{Table: table.Feedback, Partition: "I#" + first.Visit.Invitation, Sort: "invitation"}, Set: table.Item{"state": "claimed"},
		}); err != nil {
			t.Fatal(err)
		}
		reopened := solved
		reopened.Reopened, reopened.Delivery, reopened.At = true, "d-2", noon.Add(hour)
		if got := d.takeAt(t, reopened, noon.Add(hour)); got.Reason != touchpoint.Reopened {
			t.Fatalf("reopened: %+v", got)
		}
		if inv := contents(t, d.tables)["Feedback[I#"+first.Visit.Invitation+"|invitation]"]; inv["reopened"] != true || inv["state"] != "claimed" {
			t.Errorf("its sender will not learn of it: %v", inv)
		}
		again := solved
		again.Delivery, again.At = "d-3", noon.Add(2*hour)
		if got := d.takeAt(t, again, noon.Add(2*hour)); got.Reason != touchpoint.Fatigue || got.Visit.Round != 2 {
			t.Errorf("solved again: %+v", got)
		}
	})
}

func TestAReopeningIsDecidedAgainWhenAnythingChangedMeanwhile(t *testing.T) {
	key := func(partition, sort string) table.Key {
		return table.Key{Table: table.Feedback, Partition: partition, Sort: sort}
	}
	onEachEngine(t, func(t *testing.T, d intake) {
		for n, change := range []func(touchpoint.Reopening) table.Write{
			func(r touchpoint.Reopening) table.Write { // the survey is being sent
				return table.Write{Kind: table.Update, Key: key("I#"+r.Cancel, "invitation"), Set: table.Item{"state": "claimed"}}
			},
			func(r touchpoint.Reopening) table.Write { // another delivery reopened it
				return table.Write{Kind: table.Update, Key: key("V#support#desk#"+r.Visit.Subject, "subject"), Set: table.Item{"round": int64(2)}}
			},
			func(r touchpoint.Reopening) table.Write { // something else was decided about the customer
				return table.Write{Kind: table.Update, Key: key("C#"+string(r.Customer.ID), "profile"), Set: table.Item{"revision": int64(7)}}
			},
		} {
			solved := d.take(t, touchpoint.Event{Touchpoint: "support", Source: "desk", Subject: fmt.Sprint(n), Address: fmt.Sprintf("maria%d@customer.example", n)})
			last, err := d.store.Last(t.Context(), "support", "desk", fmt.Sprint(n))
			if err != nil || last.Invitation == nil || last.Customer.ID == "" {
				t.Fatalf("last %+v: %v", last, err)
			}
			r := touchpoint.Reopening{Visit: *last.Visit, After: touchpoint.Subject{Round: 2}, Cancel: solved.Visit.Invitation, Customer: &last.Customer}
			if _, err := d.tables.Write(t.Context(), change(r)); err != nil {
				t.Fatal(err)
			}
			before := contents(t, d.tables)
			if err := d.store.Reopen(t.Context(), r); !fault.Is(err, fault.Conflict) {
				t.Errorf("change %d: %v", n, err)
			}
			if diff := cmp.Diff(before, contents(t, d.tables)); diff != "" {
				t.Errorf("change %d: %s", n, diff)
			}
		}
	})
}

func TestAReopeningIsDecidedAgainWhenTheSurveyTurnedBackMeanwhile(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		solved := d.take(t, touchpoint.Event{Touchpoint: "support", Source: "desk", Subject: "88", Address: "maria@customer.example"})
		before := contents(t, d.tables)
		// It was read as claimed, and is planned again by now.
		r := touchpoint.Reopening{Visit: solved.Visit, After: touchpoint.Subject{Round: 2}, Leaving: solved.Visit.Invitation}
		if err := d.store.Reopen(t.Context(), r); !fault.Is(err, fault.Conflict) {
			t.Errorf("reopened: %v", err)
		}
		if diff := cmp.Diff(before, contents(t, d.tables)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDecisionsOfADayAreListedNewestFirst(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		for n := range 7 {
			e := d.order(fmt.Sprint("#", n))
			e.Touchpoint = []string{"purchase", "support"}[n%2]
			d.takeAt(t, e, noon.Add(time.Duration(n)*8*hour))
		}
		for _, row := range []struct {
			touchpoints []string
			day         string
			want        string
		}{
			{[]string{"purchase", "support"}, "2026-11-20", "#1 fatigue, #0 planned"},
			{[]string{"purchase", "support"}, "2026-11-21", "#4 fatigue, #3 fatigue, #2 fatigue"},
			{[]string{"purchase"}, "2026-11-21", "#4 fatigue, #2 fatigue"},
			{nil, "2026-11-20", ""},
		} {
			var listed []string
			pages := 0
			for span := (period.Span{From: noon.Add(-day), To: noon.Add(10 * day), Limit: 2}); ; pages++ {
				visits, next, err := d.store.VisitsOn(t.Context(), row.touchpoints, row.day, span)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range visits {
					listed = append(listed, v.Subject+" "+string(v.Reason))
				}
				if span.After = next; next == "" {
					break
				}
			}
			if got := strings.Join(listed, ", "); got != row.want || pages != max(0, len(listed)-1)/2 {
				t.Errorf("%v on %s: listed %s in %d pages", row.touchpoints, row.day, got, pages+1)
			}
		}
	})
}

func TestADecisionCostsWhatTheBudgetAllows(t *testing.T) {
	var meter table.Meter
	tables, _ := tabletest.Bolt.OpenMetered(t, &meter)
	d := desk(t, tables)
	for _, row := range []struct {
		rule    string
		subject string
		reads   float64
		writes  int64
	}{
		// One strong read each of the customer and the subject; in a transaction the visit with its invitation and the customer count
		// twice, and both index entries once: the agenda's, and the visit's by day. One that is not planned is listed by customer.
		{"planned", "#1001", 2, 6},
		{"not planned", "#1002", 2, 3},
		{"told again", "#1002", 2, 1},
	} {
		before := meter.Snapshot()
		e := d.order(row.subject)
		e.Name, e.Delivery, e.Link, e.Language, e.Zone = "orders/paid", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043", "https://a-shop-with-a-name.myshopify.com/admin/orders/820982911946154508", "sv-SE", "Europe/Stockholm"
		e.Properties = map[string]string{"agent": "Anna Bergström", "team": "Customer care", "product": "Kettle, enamelled, 1.7 litres", "country": "SE", "channel": "web", "amount": "1299.00", "currency": "SEK"}
		d.take(t, e)
		if use := meter.Snapshot().Sub(before); use.ReadUnits != row.reads || use.WriteUnits != row.writes {
			t.Errorf("%s: %v read units and %d write units, want %v and %d", row.rule, use.ReadUnits, use.WriteUnits, row.reads, row.writes)
		}
	}
}
