package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

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

func scanned(t *testing.T, tables table.Table) (items []table.Item) {
	t.Helper()
	for start := ""; ; {
		page, err := tables.Scan(t.Context(), table.Feedback, start, 0, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, page.Items...)
		if start = page.Next; start == "" {
			return items
		}
	}
}

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
			inv := survey.Anonymous(program.Touchpoint{Name: "purchase", Expires: 30 * day}, shop.program.Surveys["p"], "counter", "slip", "en", noon)
			var all sync.WaitGroup
			for i := range 12 {
				all.Go(func() {
					at := inv
					result, rec, err := recorder.Answer(t.Context(), response.Answer{Invitation: inv.ID, Number: 1, Rating: 1 + i%2, Act: response.Explicit, Anybody: &at}, noon)
					if err != nil && len(scanned(t, tables)) != 1 || err == nil && (result != response.Saved || !rec.Counted || rec.Revision == 0) {
						t.Errorf("%s %+v, %v", result, rec, err)
					}
				})
			}
			all.Wait()
			if items := scanned(t, tables); len(items) != 1 {
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
	inv := survey.Anonymous(program.Touchpoint{Name: "purchase", Expires: 30 * day}, program.Survey{ID: "p", Number: 1}, "counter", "slip", "en", noon)
	_, taken, err := s.NewAnswer(t.Context(), inv, response.First{Invitation: inv.ID, Series: "p", Rating: 4, Act: response.Explicit, At: noon, Day: "2026-11-20", EditUntil: noon.Add(time.Hour)})
	// One unit for the item of at most a kilobyte and one for each of the two lists that it is in.
	if cost := meter.Snapshot(); err != nil || !taken || cost.ReadUnits != 0 || cost.WriteUnits != 3 || cost.Calls[table.PutOperation] != 1 || len(cost.Calls) != 1 {
		t.Errorf("taken %v, %v, cost %+v", taken, err, cost)
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
			for _, item := range scanned(t, tables) {
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
