package followup_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/followup"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
)

// teams is the world with two more desks, to which causes lead. Product has nobody to escalate to.
func teams() *world {
	w := newWorld()
	for name, desk := range map[string]program.Desk{
		"product":  {People: []program.Person{{Name: "Pia", Address: "pia@acme.example"}}, Hours: office, Due: 6 * time.Hour},
		"training": {People: []program.Person{{Name: "Tom", Address: "tom@acme.example"}}, Hours: office, Due: 2 * time.Hour, Escalate: []program.Person{{Name: "Una", Address: "una@acme.example"}}},
	} {
		desk.Name, desk.Zone, desk.Language = name, time.UTC, "en"
		w.program.Desks[name] = desk
	}
	s := w.program.Surveys["support-ces-v1"]
	unhappy := []score.Group{score.Bad, score.Neutral}
	s.Causes = []program.Cause{
		{ID: "other", For: unhappy}, {ID: "slow-site", For: unhappy, Desk: "product"}, {ID: "several-contacts", For: unhappy, Desk: "training"},
		{ID: "nobody", For: unhappy, Desk: "closed"},
	}
	w.program.Surveys["support-ces-v1"] = s
	return w
}

// ticked says which causes the customer has ticked now.
func ticked(causes string) func(*response.Record) {
	return func(r *response.Record) { r.Causes, r.Act = strings.Fields(causes), response.Explicit }
}

func TestACaseOpensAtTheDeskOfTheTickedCause(t *testing.T) {
	for _, row := range []struct{ causes, desk, route string }{
		{"", "care", ""},
		{"other", "care", ""},
		{"slow-site", "product", "slow-site"},
		{"other several-contacts", "training", "several-contacts"},
		{"several-contacts slow-site", "product", "slow-site"}, // the first in the order of the program
		{"nobody", "care", ""}, // the program has no such desk
	} {
		w := teams()
		w.comes(t, monday, edited(answer(1, monday), monday, ticked(row.causes)))
		c, why := w.cases["i"], followup.CauseTicked
		if row.route == "" {
			why = followup.BadRating
		}
		if c.Desk != row.desk || c.Route != row.route || c.Why != why || len(w.cases) != 1 {
			t.Errorf("%q opens %+v, want it at %s", row.causes, c, row.desk)
		}
		if due := monday.Add(w.program.Desks[row.desk].Due); !c.Due.Equal(due) {
			t.Errorf("%q is due %v, want %v", row.causes, c.Due, due)
		}
	}
}

func TestACauseThatIsTickedLaterMovesACaseThatNobodyKnowsOf(t *testing.T) {
	w := teams()
	first, minute := answer(1, monday), monday.Add(time.Minute)
	slow := edited(first, minute, ticked("slow-site"))
	w.comes(t, minute, first, slow)
	c := w.cases["i"]
	if c.Desk != "product" || !c.Due.Equal(minute.Add(6*time.Hour)) || !c.Escalation.IsZero() || len(w.escalate) != 0 {
		t.Errorf("%+v, escalated %v", c, w.escalate)
	}
	last := w.history["i"][1]
	want := followup.Event{At: minute, What: followup.AnswerChanged, Rating: 1, Before: 1, Causes: []string{"slow-site"}, Desk: "product"}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Error(diff)
	}
	if !w.tasks["i"].Equal(minute.Add(followup.Settling)) {
		t.Errorf("mailed at %v", w.tasks["i"])
	}

	// And back, with the chain of that desk.
	w.comes(t, minute, edited(slow, minute, ticked("")))
	if c := w.cases["i"]; c.Desk != "care" || c.Route != "" || c.Why != followup.BadRating || !w.escalate["i"].Equal(c.Due) {
		t.Errorf("%+v, escalated %v", c, w.escalate)
	}
	if n := w.customers["maria"].OpenCases; n != 1 {
		t.Errorf("%d open cases, want 1", n)
	}
}

func TestACaseThatSomebodyKnowsOfStaysAndItsHistoryNotesTheCause(t *testing.T) {
	hour := monday.Add(time.Hour)
	for name, known := range map[string]func(*testing.T, *world){
		"taken": func(t *testing.T, w *world) {
			if _, err := w.work().Act(t.Context(), "i/0", followup.Deed{Action: followup.Take}, monday); err != nil {
				t.Fatal(err)
			}
		},
		"mailed": func(t *testing.T, w *world) {
			if err := w.walk(t, monday.Add(10*time.Minute)); err != nil {
				t.Fatal(err)
			}
		},
		"escalated": func(t *testing.T, w *world) {
			c := w.cases["i"]
			c.Level = 1
			w.cases["i"] = c
		},
		"no longer unhappy": func(t *testing.T, w *world) {
			w.comes(t, monday, edited(w.records["i"], monday, rating(3)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := teams()
			w.comes(t, monday, answer(1, monday))
			known(t, w)
			before := w.cases["i"]
			w.comes(t, hour, edited(w.records["i"], hour, ticked("slow-site")))
			c := w.cases["i"]
			if c.Desk != "care" || c.Route != "" || !c.Due.Equal(before.Due) || c.State != before.State {
				t.Errorf("%+v", c)
			}
			last := w.history["i"][len(w.history["i"])-1]
			if diff := cmp.Diff([]string{"slow-site"}, last.Causes); diff != "" || last.Desk != "" {
				t.Errorf("%+v", last)
			}
		})
	}
}

// While a mail is on its way to the desk that the case leaves, nobody loses it: the new desk is mailed as well, and a bounce of the old
// desk's mail takes it from nobody.
func TestAMailThatWasOnItsWayWhenTheCaseMovedTellsTheNewDeskNothing(t *testing.T) {
	for _, refused := range []bool{false, true} {
		w := teams()
		w.comes(t, monday, answer(1, monday))
		later := monday.Add(10 * time.Minute)
		w.carrier = func(followup.Task) error {
			w.carrier = func(followup.Task) error { return nil }
			w.comes(t, later, edited(w.records["i"], later, ticked("several-contacts")))
			if refused {
				return survey.ErrRefused
			}
			return nil
		}
		for range 2 {
			if err := w.walk(t, later.Add(followup.Settling)); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.mails[len(w.mails)-1].Person.Name; got != "Tom" {
			t.Errorf("refused: %t: the last mail went to %s", refused, got)
		}
		c := w.cases["i"]
		if c.Desk != "training" || c.Mails[0].Desk != "care" || c.Mails[0].Lost != refused || len(c.Mails) != 2 {
			t.Errorf("%+v", c)
		}
		if refused {
			continue
		}
		for range 2 {
			if err := w.chain().Bounced(t.Context(), "i", c.Mails[0].ID, later); err != nil {
				t.Fatal(err)
			}
		}
		if after := w.cases["i"]; after.Level != 0 || after.Person != 0 || after.Revision != c.Revision+1 {
			t.Errorf("%+v", after)
		}
	}
}

func TestWhatIsAddedByChoosingIsToldToTheDesk(t *testing.T) {
	w := teams()
	w.comes(t, monday, answer(1, monday))
	if err := w.walk(t, monday.Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	hour := monday.Add(time.Hour)
	w.comes(t, hour, edited(w.records["i"], hour, func(r *response.Record) {
		r.Replies = []response.Reply{{Question: "solved", Options: []string{"no"}}}
	}))
	if err := w.walk(t, hour.Add(followup.Settling)); err != nil || len(w.mails) != 2 {
		t.Errorf("%d mails, %v", len(w.mails), err)
	}
}

func TestOfAnErasedCustomerNoCauseStays(t *testing.T) {
	w := teams()
	first := edited(answer(1, monday), monday, ticked("slow-site"))
	w.comes(t, monday, first, edited(first, monday.Add(time.Hour), func(r *response.Record) { erasedCounted(r); r.Causes = nil }))
	if c := w.cases["i"]; len(c.Causes) > 0 || c.Route != "" || c.Why != followup.BadRating {
		t.Errorf("%+v", c)
	}
}

// The mail that was on its way when the case moved has a link that works.
func TestADeedIsOfWhoseLinkItIsWhereverTheCaseHasGone(t *testing.T) {
	for _, row := range []struct {
		desk string
		seat followup.Seat
		gone string // a desk that the program has no longer
		want string
	}{
		{"training", 0, "", "Tom"}, {"training", followup.EscalationSeat, "", "Una"}, {"training", 1, "", "training"},
		{"care", 0, "", "Anna"}, {"care", 1, "", "Bo"}, {"care", followup.EscalationSeat + 1, "", "Dan"}, {"care", 5, "", "care"},
		{"product", 0, "product", "training"},
		{"care", 40, "", "training"}, // no link tells so many people apart
	} {
		w := teams()
		w.comes(t, monday, edited(answer(1, monday), monday, ticked("several-contacts")))
		delete(w.program.Desks, row.gone)
		token := fmt.Sprintf("i/%d", followup.HolderOf(row.desk, row.seat))
		view, err := w.work().Act(t.Context(), token, followup.Deed{Action: followup.Take}, monday)
		if err != nil {
			t.Fatal(err)
		}
		if got := view.Case.TakenBy; got != row.want {
			t.Errorf("the link of %s, seat %d: taken by %s, want %s", row.desk, row.seat, got, row.want)
		}
	}
}

func TestALinkKeepsTheSeat(t *testing.T) {
	for _, seat := range []followup.Seat{0, 1, 31, 32, 999, 1000, 1031, 1032, 1999} {
		if got := followup.HolderOf("care", seat).Seat(); got != seat {
			t.Errorf("%d comes back as %d", seat, got)
		}
	}
}

func TestAnUnhappyAnswerAtATouchpointThatTheProgramHasNoLongerIsNotLost(t *testing.T) {
	w := teams()
	delete(w.program.Touchpoints, "support")
	w.comes(t, monday, answer(1, monday))
	if err := w.walk(t, monday.Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if c := w.cases["i"]; c.Desk != "care" || c.State != followup.Open || len(w.mails) != 1 || w.mails[0].Person.Name != "Anna" {
		t.Errorf("%+v, %d mails\n%s", c, len(w.mails), w.log.String())
	}
}
