package followup_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/followup"
)

func TestNotTakenInTimeItClimbsOnceALevel(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	mustWalk(t, w, monday.Add(5*time.Minute))
	due := w.cases["i"].Due // Monday 13:00
	mustWalk(t, w, due.Add(-time.Second))
	mustWalk(t, w, due)
	mustWalk(t, w, due.Add(time.Minute))
	if diff := cmp.Diff([]string{"Anna", "Cleo"}, w.given()); diff != "" {
		t.Fatal(diff)
	}
	if mail := w.mails[1]; !mail.Escalated() || len(mail.References) != 1 {
		t.Errorf("%+v", mail)
	}
	next := due.Add(4 * time.Hour) // Monday 17:00, the end of the day
	mustWalk(t, w, next.Add(24*time.Hour))
	mustWalk(t, w, next.Add(48*time.Hour))
	mustWalk(t, w, next.Add(96*time.Hour))
	if diff := cmp.Diff([]string{"Anna", "Cleo", "Dan"}, w.given()); diff != "" {
		t.Error(diff)
	}
	if len(w.escalate) != 0 {
		t.Errorf("%v on the agenda after the last level", w.escalate)
	}
}

func TestAnEntryOfAnEscalationThatIsNoLongerDueDoesNothing(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	due := w.cases["i"].Due
	old := []agenda.Entry{{Due: due, Kind: agenda.Escalate, Key: "i"}}
	walk := agenda.Walk{Now: func() time.Time { return due }, End: due.Add(time.Minute)}
	for range 3 {
		if err := w.chain().Handle(t.Context(), old, walk); err != nil {
			t.Fatal(err)
		}
	}
	if w.cases["i"].Level != 1 {
		t.Errorf("level %d, want 1", w.cases["i"].Level)
	}
}

func TestATakenCaseIsNotEscalated(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	mustWalk(t, w, monday.Add(5*time.Minute))
	if _, err := w.work().Act(t.Context(), "i/0", followup.Deed{Action: followup.Take}, monday.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if len(w.escalate) != 0 {
		t.Errorf("%v on the agenda", w.escalate)
	}
}

func TestEverybodyWhoWasToldHearsWhatComesLater(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.comes(t, monday, first)
	mustWalk(t, w, monday.Add(5*time.Minute))
	mustWalk(t, w, w.cases["i"].Due)
	later := w.cases["i"].Due.Add(time.Hour)
	w.comes(t, later, edited(first, later, words("still broken")))
	mustWalk(t, w, later)
	if diff := cmp.Diff([]string{"Anna", "Cleo", "Anna", "Cleo"}, w.given()); diff != "" {
		t.Error(diff)
	}
}

func TestABouncedMailGoesToTheNextPersonAndThenUpTheChain(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	mustWalk(t, w, monday.Add(5*time.Minute))
	bounce := func(mail string, at time.Time) {
		t.Helper()
		for range 2 { // SES reports at least once
			if err := w.chain().Bounced(t.Context(), "i", mail, at); err != nil {
				t.Fatal(err)
			}
		}
		mustWalk(t, w, at)
	}
	bounce("mail-1", monday.Add(6*time.Minute))
	bounce("mail-2", monday.Add(7*time.Minute))
	bounce("mail-3", monday.Add(8*time.Minute))
	if diff := cmp.Diff([]string{"Anna", "Bo", "Cleo", "Dan"}, w.given()); diff != "" {
		t.Error(diff)
	}
	bounce("mail-4", monday.Add(9*time.Minute))
	if !strings.Contains(w.log.String(), followup.Unreachable) {
		t.Error("no alarm that nobody could be reached")
	}
	if len(w.given()) != 4 {
		t.Errorf("mailed on: %v", w.given())
	}
	if n := len(w.history["i"]); n != 1+4+4 {
		t.Errorf("%d events, want one opening, four mails and four that came back: %v", n, w.whats("i"))
	}
}

func TestTwoMailsOfOnePersonThatBounceMoveTheCaseOnce(t *testing.T) {
	w := newWorld()
	desk := w.program.Desks["care"]
	desk.People = desk.People[:1]
	w.program.Desks["care"] = desk
	first := answer(1, monday)
	w.comes(t, monday, first)
	mustWalk(t, w, monday.Add(5*time.Minute))
	w.comes(t, monday.Add(6*time.Minute), edited(first, monday.Add(6*time.Minute), words("it broke")))
	mustWalk(t, w, monday.Add(6*time.Minute))
	for _, mail := range []string{"mail-1", "mail-2"} {
		if err := w.chain().Bounced(t.Context(), "i", mail, monday.Add(7*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if c := w.cases["i"]; c.Level != 1 || c.Person != 0 {
		t.Errorf("level %d, person %d; want 1 and 0", c.Level, c.Person)
	}
}

func TestABounceThatIsNotOfThisCaseIsNotFound(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	if err := w.chain().Bounced(t.Context(), "i", "mail-9", monday); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if err := w.chain().Bounced(t.Context(), "j", "mail-1", monday); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestABounceAfterTheCaseIsClosedMovesNothing(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	mustWalk(t, w, monday.Add(5*time.Minute))
	if _, err := w.work().Act(t.Context(), "i/1", followup.Deed{Action: followup.Resolve, Cause: "billing"}, monday); err != nil {
		t.Fatal(err)
	}
	if err := w.chain().Bounced(t.Context(), "i", "mail-1", monday); err != nil {
		t.Fatal(err)
	}
	mustWalk(t, w, monday.Add(time.Hour))
	if len(w.mails) != 1 || w.cases["i"].Person != 0 {
		t.Errorf("%v, person %d", w.given(), w.cases["i"].Person)
	}
}
