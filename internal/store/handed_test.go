package store_test

import (
	"context"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/touchpoint"
)

// inForce is the program in force.
type inForce struct{ *program.Program }

func (p inForce) Current(context.Context) (*program.Program, error) { return p.Program, nil }

// A double tap, a page that sends again and a second thought, all at once: one answer, of one write, and nobody's row.
func TestASlipIsOneAnswerHoweverOftenItIsHandedIn(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			tables, _ := engine.Open(t)
			shop := desk(t, tables)
			csat, _ := score.Standard(score.CSAT, 5, score.Higher)
			shop.program.Surveys["p"] = program.Survey{ID: "p", Number: 1, Scale: csat}
			s := store.New(tables)
			recorder := response.Recorder{Answers: s, Programs: inForce{shop.program}}
			inv := survey.Anonymous(shop.program, program.Touchpoint{Name: "purchase", Expires: 30 * day}, shop.program.Surveys["p"], "counter", "slip", "en", noon)
			var all sync.WaitGroup
			for i := range 12 {
				all.Go(func() {
					at := inv
					result, rec, err := recorder.Answer(t.Context(), response.Answer{Invitation: inv.ID, Number: 1, Rating: 1 + i%2, Act: response.Explicit, Anybody: &at}, noon)
					if err != nil && len(contents(t, tables)) != 1 || err == nil && (result != response.Saved || !rec.Counted || rec.Revision == 0) {
						t.Errorf("%s %+v, %v", result, rec, err)
					}
				})
			}
			all.Wait()
			if items := contents(t, tables); len(items) != 1 {
				t.Fatalf("%d items, want one: %v", len(items), items)
			}
			rec, err := s.RecordOf(t.Context(), inv.ID)
			if err != nil || rec.State != survey.Answered || !rec.Anybody() || rec.Day != "2026-11-20" || rec.SentDay != "" {
				t.Errorf("%+v, %v", rec, err)
			}
			visits, _, err := s.VisitsOn(t.Context(), []string{"purchase"}, "2026-11-20", period.Span{From: noon.Add(-day), To: noon.Add(day), Limit: 10})
			if err != nil || len(visits) != 1 || visits[0].Decision != touchpoint.HandedToAnybody("counter") || visits[0].Properties["channel"] != "counter" {
				t.Errorf("listed as %+v, %v", visits, err)
			}
		})
	}
}

// The visit, the invitation and the answer cost what one item costs.
func TestAnAnswerByALinkIsOneWrite(t *testing.T) {
	var meter table.Meter
	tables, _ := tabletest.Bolt.OpenMetered(t, &meter)
	s := store.New(tables)
	inv := survey.Anonymous(&program.Program{Zone: time.UTC}, program.Touchpoint{Name: "purchase", Expires: 30 * day}, program.Survey{ID: "p", Number: 1}, "counter", "slip", "en", noon)
	said := response.Extras{Causes: []string{"long-wait"}, Replies: []response.Reply{{Question: "again", Options: []string{"no"}}}}
	first := response.First{Invitation: inv.ID, Series: "p", Rating: 4, Act: response.Explicit, Extras: said, At: noon, Day: "2026-11-20", EditUntil: noon.Add(time.Hour)}
	rec, taken, err := s.NewAnswer(t.Context(), inv, first)
	// One unit for the item of at most a kilobyte and one for each of the two lists that it is in.
	if cost := meter.Snapshot(); err != nil || !taken || cost.ReadUnits != 0 || cost.WriteUnits != 3 || cost.Calls[table.PutOperation] != 1 || len(cost.Calls) != 1 {
		t.Errorf("taken %v, %v, cost %+v", taken, err, cost)
	}
	if !rec.Extras.Equal(said) {
		t.Errorf("it says %+v", rec.Extras)
	}
}

// A customer's link is on no agenda, and stands in the list of the customer, also when the answer was withdrawn.
func TestACustomersLinkIsOnNoAgenda(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			tables, _ := engine.Open(t)
			shop := desk(t, tables)
			shop.program.Touchpoints["purchase"] = program.Touchpoint{Name: "purchase", Survey: "p", Sample: 1, Expires: 30 * day}
			event := touchpoint.Event{Touchpoint: "purchase", Source: "api", Subject: "1030", Address: "maria@customer.example", At: noon, ByLink: true}
			first, err := shop.decide.Take(t.Context(), shop.program, event, noon)
			if err != nil || first.Reason != touchpoint.Handed || first.Invitation == nil || first.Repeated {
				t.Fatalf("%+v, %v", first, err)
			}
			again, err := shop.decide.Take(t.Context(), shop.program, event, noon.Add(hour))
			if err != nil || !again.Repeated || again.Decision != first.Decision || again.Visit.ID != first.Visit.ID || again.Invitation != nil {
				t.Errorf("again %+v, %v", again, err)
			}
			for _, item := range contents(t, tables) {
				if item[table.Agenda.Partition] != nil {
					t.Errorf("on the agenda: %v", item)
				}
			}
			c, err := shop.store.Customer(t.Context(), shop.hash.ID(event.Address))
			if err != nil || len(c.Invited) != 1 || len(c.Asks) != 1 || !c.Asks[0].Handed {
				t.Errorf("the row is %+v, %v", c, err)
			}
			visits, _, err := shop.store.VisitsOf(t.Context(), c, "", 10)
			if err != nil || len(visits) != 1 || visits[0].Invitation != first.Visit.ID || visits[0].Decision != first.Decision {
				t.Errorf("the visits are %+v, %v", visits, err)
			}
		})
	}
}

// Whoever simulates a program must not be told of mails where links were handed out, nor that nobody knows who answered.
func TestAVisitByALinkIsReplayedAsOne(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		d.program.Policy.AllWindow = 45 * day
		for i, subject := range []string{"invoice-1", "invoice-2"} {
			e := d.order(subject)
			e.ByLink = true
			if i == 1 {
				e.Consent = touchpoint.Refused
			}
			d.take(t, e)
		}
		inv := survey.Anonymous(d.program, d.program.Touchpoints["purchase"], d.program.Surveys["p"], "counter", "slip", "en", noon)
		first := response.First{Invitation: inv.ID, Series: "p", Rating: 4, Act: response.Explicit, At: noon, Day: "2026-11-20", EditUntil: noon.Add(hour)}
		if _, taken, err := d.store.NewAnswer(t.Context(), inv, first); err != nil || !taken {
			t.Fatal(taken, err)
		}
		changed := *d.program
		changed.Touchpoints = maps.Clone(d.program.Touchpoints)
		purchase := changed.Touchpoints["purchase"]
		purchase.Sample = 0
		changed.Touchpoints["purchase"] = purchase
		got, err := d.simulator().Past(t.Context(), d.program, &changed, 2, noon)
		want := []touchpoint.Comparison{
			{Touchpoint: "purchase", Reason: touchpoint.Handed, Decided: 2, Today: 2, Changed: 2},
			{Touchpoint: "purchase", Reason: touchpoint.NoConsent, Decided: 1, Today: 1, Changed: 1},
		}
		if diff := cmp.Diff(want, got.Touchpoints); err != nil || diff != "" || got.Today.Most+got.Changed.Most != 0 {
			t.Errorf("%v, mails %+v, %+v\n%s", err, got.Today, got.Changed, diff)
		}
	})
}
