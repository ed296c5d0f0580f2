package touchpoint_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// bench is where one thin event waits: what it was given last. The real one is tested in package store.
type bench struct {
	thin *touchpoint.Thin
}

func (b *bench) Await(_ context.Context, t touchpoint.Thin) (touchpoint.Thin, bool, error) {
	b.thin = &t
	return t, true, nil
}

func (b *bench) Recall(context.Context, string, time.Time, string) (bool, error) { return false, nil }

// desk is a shop with a helpdesk that says little.
func desk() *program.Program {
	p := shop()
	p.Sources["desk"] = program.Source{Name: "desk", Events: map[string][]program.Rule{
		"solved": {{Touchpoint: "purchase", Filter: program.Filter{"team": {Any: []string{"Sales"}}}}, {Touchpoint: "support"}},
		"rated":  {{Touchpoint: "support", Subject: program.DeliverySubject}},
	}}
	return p
}

// ticket is a thin event.
func ticket() touchpoint.Event {
	return touchpoint.Event{
		Source: "desk", Name: "solved", Delivery: "d-1", Subject: "35436", At: noon.Add(-time.Minute), Fetch: "tickets/35436",
		Properties: map[string]string{"Agent": "Anna", "team": "Returns", "note": "write to maria@customer.example"},
	}
}

func (b *bench) wait(t *testing.T, e touchpoint.Event) touchpoint.Outcome {
	t.Helper()
	outcome, err := touchpoint.Reception{Waiting: b}.Take(t.Context(), desk(), e, noon)
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

func TestAThinEventWaitsWithoutAnythingOfAPerson(t *testing.T) {
	b, e := &bench{}, ticket()
	e.Address, e.Person, e.Subject, e.Delivery = "maria@customer.example", "Maria Lind", "maria@customer.example's question", "to maria@customer.example"
	e.Link, e.Name, e.Consent, e.Language = "https://desk.example/maria@customer.example", "maria@customer.example", touchpoint.Refused, "sv-SE"
	if outcome := b.wait(t, e); outcome.Reason != touchpoint.ToBeFetched {
		t.Errorf("decided: %+v", outcome)
	}
	told := fmt.Sprintf("%+v", *b.thin)
	for _, word := range []string{"aria", "Lind", "customer.example"} {
		if strings.Contains(told, word) {
			t.Errorf("%q is in what waits: %s", word, told)
		}
	}
	want := map[string]string{"agent": "Anna", "team": "Returns"}
	if diff := cmp.Diff(want, b.thin.Event.Properties); diff != "" || b.thin.Event.Consent != touchpoint.Refused || b.thin.Event.Language != "sv-SE" {
		t.Errorf("what is asked of the visit was lost: %s %+v", diff, b.thin)
	}
}

// What makes a visit one must be the same before and after its source was asked.
func TestWhatWaitsIsToldApartAsVisitsAre(t *testing.T) {
	key := func(change func(*touchpoint.Event)) string {
		b, e := &bench{}, ticket()
		change(&e)
		b.wait(t, e)
		return b.thin.Key
	}
	same := key(func(*touchpoint.Event) {})
	for what, row := range map[string]struct {
		change func(*touchpoint.Event)
		same   bool
	}{
		"another delivery":            {func(e *touchpoint.Event) { e.Delivery, e.At = "d-2", noon }, true},
		"the event otherwise written": {func(e *touchpoint.Event) { e.Name = " SOLVED" }, true},
		"other spaces":                {func(e *touchpoint.Event) { e.Subject = " 35436\n" }, true},
		"another reference":           {func(e *touchpoint.Event) { e.Fetch = "tickets/35436?v=2" }, true},
		"another ticket":              {func(e *touchpoint.Event) { e.Subject = "35437" }, false},
		"another source":              {func(e *touchpoint.Event) { e.Source = "shopify" }, false},
		"another event":               {func(e *touchpoint.Event) { e.Name = "closed" }, false},
		"no subject":                  {func(e *touchpoint.Event) { e.Subject = "" }, false},
	} {
		if got := key(row.change); (got == same) != row.same {
			t.Errorf("%s: the same is %v, want %v", what, got == same, row.same)
		}
	}
	rated := func(delivery string) string {
		return key(func(e *touchpoint.Event) { e.Name, e.Delivery = "rated", delivery })
	}
	if first, again := rated("d-1"), rated("d-1"); first == rated("d-2") || first != again {
		t.Error("an event of which each delivery is a visit is not told apart by delivery")
	}
}

func TestAnEventThatCannotBecomeAVisitDoesNotWait(t *testing.T) {
	b, e := &bench{}, ticket()
	e.Subject, e.Delivery = "", " "
	if _, err := (touchpoint.Reception{Waiting: b}).Take(t.Context(), desk(), e, noon); !fault.Is(err, fault.Invalid) || b.thin != nil {
		t.Errorf("%v, %+v", err, b.thin)
	}
}

func TestAWholeEventIsDecidedAtOnce(t *testing.T) {
	book := &page{}
	decide := touchpoint.Intake{Book: book, Hash: hasher(t)}
	outcome, err := touchpoint.Reception{Intake: decide}.Take(t.Context(), shop(), order(), noon) // it has nowhere to wait
	if err != nil || outcome.Reason != touchpoint.Planned {
		t.Errorf("%+v, %v", outcome, err)
	}
}
