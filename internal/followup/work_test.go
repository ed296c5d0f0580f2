package followup_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/followup"
)

func TestWhatMayBeDoneInEachState(t *testing.T) {
	const yes, no, was = followup.Done, followup.Refused, followup.Already
	for state, results := range map[followup.State][4]followup.Result{ // take, contacted, resolved, lost
		followup.Open:      {yes, yes, yes, yes},
		followup.Taken:     {was, yes, yes, yes},
		followup.Contacted: {no, was, yes, yes},
		followup.Resolved:  {no, no, was, no},
		followup.Lost:      {no, no, no, was},
		followup.Cancelled: {no, no, no, no},
	} {
		for n, action := range followup.Actions {
			w := newWorld()
			w.comes(t, monday, answer(1, monday))
			c := w.cases["i"]
			c.State = state
			w.cases["i"] = c
			before := len(w.history["i"])
			view, err := w.work().Act(t.Context(), "i/0", followup.Deed{Action: action, Cause: "billing"}, monday.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			if view.Result != results[n] {
				t.Errorf("%s when %s: %q, want %q", action, state, view.Result, results[n])
			}
			want := state
			if view.Result == followup.Done {
				want = action.To()
			}
			if got := w.cases["i"].State; got != want || view.Case.State != want {
				t.Errorf("%s when %s: then %s, want %s", action, state, got, want)
			}
			if happened := len(w.history["i"]) - before; (happened == 1) != (view.Result == followup.Done) {
				t.Errorf("%s when %s: %d events", action, state, happened)
			}
		}
	}
}

func TestWhoTakesACaseIsTheOneWhoseLinkItIs(t *testing.T) {
	for token, name := range map[string]string{"i/0": "Anna", "i/1": "Bo", "i/1000": "Cleo", "i/1001": "Dan", "i/7": "care", "i/1007": "care"} {
		w := newWorld()
		w.comes(t, monday, answer(1, monday))
		view, err := w.work().Act(t.Context(), token, followup.Deed{Action: followup.Take}, monday.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if c := view.Case; c.TakenBy != name || !c.TakenAt.Equal(monday.Add(time.Hour)) || view.Person.Name != name {
			t.Errorf("%s: taken by %q at %v, the page is %q's; want %q", token, c.TakenBy, c.TakenAt, view.Person.Name, name)
		}
	}
}

func TestTheSecondToTakeACaseIsToldWhoWasFirst(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	take := followup.Deed{Action: followup.Take}
	if _, err := w.work().Act(t.Context(), "i/0", take, monday); err != nil {
		t.Fatal(err)
	}
	view, err := w.work().Act(t.Context(), "i/1000", take, monday.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if view.Result != followup.Already || view.Case.TakenBy != "Anna" || !view.Case.TakenAt.Equal(monday) {
		t.Errorf("%q, taken by %s at %v", view.Result, view.Case.TakenBy, view.Case.TakenAt)
	}
}

func TestClosingKeepsHowItEndedAndFreesTheCustomer(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	deed := followup.Deed{Action: followup.GiveUp, Outcome: "  offered a refund\n", Cause: " too \t expensive "}
	view, err := w.work().Act(t.Context(), "i/1", deed, monday.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	c := view.Case
	got := []string{string(c.State), c.Outcome, c.Cause, c.ClosedBy, c.TakenBy}
	if diff := cmp.Diff([]string{"lost", "offered a refund", "too expensive", "Bo", "Bo"}, got); diff != "" {
		t.Error(diff)
	}
	if !c.ClosedAt.Equal(monday.Add(time.Hour)) || w.customers["maria"].OpenCases != 0 || len(w.escalate)+len(w.tasks) != 0 {
		t.Errorf("closed %v, %d open cases, %v %v on the agenda", c.ClosedAt, w.customers["maria"].OpenCases, w.escalate, w.tasks)
	}
}

func TestWhoClosesACaseTakesItFromNobody(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	if _, err := w.work().Act(t.Context(), "i/0", followup.Deed{Action: followup.Take}, monday); err != nil {
		t.Fatal(err)
	}
	view, err := w.work().Act(t.Context(), "i/1", followup.Deed{Action: followup.Resolve, Cause: "billing"}, monday.Add(time.Hour))
	if err != nil || view.Case.TakenBy != "Anna" || view.Case.ClosedBy != "Bo" || !view.Case.TakenAt.Equal(monday) {
		t.Errorf("%v: taken by %s, closed by %s", err, view.Case.TakenBy, view.Case.ClosedBy)
	}
}

func TestWhatIsWrongInADeedChangesNothing(t *testing.T) {
	for name, deed := range map[string]followup.Deed{
		"no such action":   {Action: "delete"},
		"no action":        {},
		"no cause":         {Action: followup.Resolve, Outcome: "rang"},
		"a cause of air":   {Action: followup.Resolve, Cause: " \n "},
		"a long cause":     {Action: followup.Resolve, Cause: strings.Repeat("x", followup.MaxCause+1)},
		"a long outcome":   {Action: followup.GiveUp, Cause: "price", Outcome: strings.Repeat("x", followup.MaxOutcome+1)},
		"what is no UTF-8": {Action: followup.GiveUp, Cause: "\xff"},
	} {
		w := newWorld()
		w.comes(t, monday, answer(1, monday))
		if _, err := w.work().Act(t.Context(), "i/0", deed, monday); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want an invalid", name, err)
		}
		if w.cases["i"].Revision != 1 {
			t.Errorf("%s: the case changed", name)
		}
	}
}

func TestLimitsAreInCharacters(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	deed := followup.Deed{Action: followup.Resolve, Cause: strings.Repeat("贵", followup.MaxCause), Outcome: strings.Repeat("好", followup.MaxOutcome)}
	if _, err := w.work().Act(t.Context(), "i/0", deed, monday); err != nil {
		t.Error(err)
	}
}

func TestLookingChangesNothing(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	before := w.cases["i"]
	view, err := w.work().Show(t.Context(), "i/0")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, w.cases["i"]); diff != "" {
		t.Error(diff)
	}
	if view.Result != followup.Looked || view.Customer.Name != "Maria" || len(view.History) != 1 || view.Person.Name != "Anna" {
		t.Errorf("%+v", view)
	}
}

func TestABadLinkAndOneToNoCaseAreTheSame(t *testing.T) {
	w := newWorld()
	for _, token := range []string{"rubbish", "i/0"} {
		if _, err := w.work().Show(t.Context(), token); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", token, err)
		}
		if _, err := w.work().Act(t.Context(), token, followup.Deed{Action: followup.Take}, monday); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", token, err)
		}
	}
}

func TestADeedIsDecidedAgainWhenTheCaseChangedMeanwhile(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	w.lose = 2
	view, err := w.work().Act(t.Context(), "i/0", followup.Deed{Action: followup.Take}, monday)
	if err != nil || view.Result != followup.Done || w.cases["i"].Revision != 2 {
		t.Errorf("%q, %v, revision %d", view.Result, err, w.cases["i"].Revision)
	}
}
