package followup_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/program"
	"afterword/internal/response"
)

func words(text string) func(*response.Record) {
	return func(r *response.Record) { r.Comment, r.Act = text, response.Explicit }
}

func rating(n int) func(*response.Record) {
	return func(r *response.Record) { r.Rating, r.Act = n, response.Explicit }
}

func withdrawn(r *response.Record) { r.Counted = false }

func erased(r *response.Record) { r.Counted, r.Erased, r.Comment = false, true, "" }

// erasedCounted is an erasure that keeps the rating in the scores.
func erasedCounted(r *response.Record) { r.Erased, r.Comment = true, "" }

func TestAnUnhappyAnswerOpensOneCaseAtTheTouchpointsDesk(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.comes(t, monday.Add(2*time.Second), first, first)

	opened := monday.Add(2 * time.Second)
	want := followup.Case{
		ID: "i", Revision: 1, State: followup.Open, Customer: "maria", Touchpoint: "support", Survey: "support-ces-v1", Subject: "4711",
		Link: "https://desk.example/4711", Rating: 1, Group: "bad", Answer: 1, Tell: 1, Desk: "care", Why: followup.BadRating,
		OpenedAt: opened, Due: opened.Add(4 * time.Hour), Escalation: opened.Add(4 * time.Hour),
	}
	if diff := cmp.Diff(want, w.cases["i"]); diff != "" {
		t.Error(diff)
	}
	if n := w.customers["maria"].OpenCases; n != 1 {
		t.Errorf("the customer has %d open cases, want 1", n)
	}
	if !w.escalate["i"].Equal(want.Due) {
		t.Errorf("escalated at %v, want %v", w.escalate["i"], want.Due)
	}
	if diff := cmp.Diff([]string{followup.Opened}, w.whats("i")); diff != "" {
		t.Error(diff)
	}
}

func TestTheDueTimeIsInTheDesksWorkingHours(t *testing.T) {
	w := newWorld()
	friday := time.Date(2026, 11, 27, 15, 0, 0, 0, time.UTC)
	w.comes(t, friday, answer(1, friday))
	if want := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC); !w.cases["i"].Due.Equal(want) {
		t.Errorf("due %v, want %v", w.cases["i"].Due, want)
	}
}

func TestOthersOpenNone(t *testing.T) {
	for name, r := range map[string]response.Record{
		"happy":     answer(5, monday),
		"neutral":   answer(3, monday),
		"withdrawn": edited(answer(1, monday), monday, withdrawn),
		"erased":    edited(answer(1, monday), monday, erased),
		"counted":   edited(answer(1, monday), monday, erasedCounted),
		"improved":  edited(answer(1, monday), monday, rating(4)),
	} {
		w := newWorld()
		w.comes(t, monday, r)
		if len(w.cases) != 0 || w.customers["maria"].OpenCases != 0 {
			t.Errorf("%s: %+v", name, w.cases)
		}
	}
}

func TestOnAScaleWhereLowIsGoodTheHappiestOpenNoCase(t *testing.T) {
	w := newWorld()
	s := w.program.Surveys["support-ces-v1"]
	s.Scale.Direction, s.Scale.GoodFrom, s.Scale.BadTo = "lower_is_better", 2, 4
	w.program.Surveys["support-ces-v1"] = s
	w.comes(t, monday, answer(1, monday))
	if len(w.cases) != 0 {
		t.Errorf("a case for the happiest answer: %+v", w.cases)
	}
	w.comes(t, monday, edited(answer(1, monday), monday, rating(5)))
	if len(w.cases) != 1 {
		t.Error("no case for the unhappiest answer")
	}
}

func TestWhenTheDeskIsMailed(t *testing.T) {
	late := monday.Add(time.Hour)
	implied := answer(1, monday)
	implied.Act = response.Implied
	withWords := answer(1, monday)
	withWords.Comment = "it broke"
	explicit := answer(1, monday)
	for _, row := range []struct {
		rule    string
		answers []response.Record
		now     time.Time // when the feed shows the last
		want    time.Time
	}{
		{"a number alone: five minutes after it", []response.Record{explicit}, monday, monday.Add(5 * time.Minute)},
		{"with words: at once", []response.Record{withWords}, monday, monday},
		{"implied: after the verdict", []response.Record{implied}, monday, monday.Add(10 * time.Minute)},
		{"the feed is late: now", []response.Record{explicit}, late, late},
		{"the rating is changed: five minutes after that", []response.Record{explicit, edited(explicit, monday.Add(3*time.Minute), rating(2))},
			monday.Add(3 * time.Minute), monday.Add(8 * time.Minute)},
		{"words come: at once", []response.Record{explicit, edited(explicit, monday.Add(2*time.Minute), words("it broke"))},
			monday.Add(2 * time.Minute), monday.Add(2 * time.Minute)},
		{"words come to an implied answer: at once, because they make it explicit",
			[]response.Record{implied, edited(implied, monday.Add(time.Minute), words("it broke"))}, monday.Add(time.Minute), monday.Add(time.Minute)},
		{"the rating is changed after the words: still at once", []response.Record{withWords, edited(withWords, monday.Add(time.Second), rating(2))},
			monday.Add(time.Second), monday.Add(time.Second)},
		{"an implied answer is confirmed: five minutes after that", []response.Record{implied, edited(implied, monday.Add(time.Minute), rating(1))},
			monday.Add(time.Minute), monday.Add(6 * time.Minute)},
		{"the rating is no longer bad: five minutes after that", []response.Record{explicit, edited(explicit, monday.Add(time.Minute), rating(5))},
			monday.Add(time.Minute), monday.Add(6 * time.Minute)},
	} {
		t.Run(row.rule, func(t *testing.T) {
			w := newWorld()
			w.comes(t, row.now, row.answers...)
			if !w.tasks["i"].Equal(row.want) {
				t.Errorf("the mail is due %v, want %v", w.tasks["i"], row.want)
			}
			if w.customers["maria"].OpenCases != 1 {
				t.Errorf("%d open cases, want 1", w.customers["maria"].OpenCases)
			}
		})
	}
}

func TestAWithdrawnAnswerCancelsTheCase(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.comes(t, monday, first, edited(first, monday.Add(10*time.Minute), withdrawn))
	c := w.cases["i"]
	if c.State != followup.Cancelled || c.ClosedAt.IsZero() || w.customers["maria"].OpenCases != 0 || len(w.tasks)+len(w.escalate) != 0 {
		t.Errorf("%+v, %d open cases, %v %v on the agenda", c, w.customers["maria"].OpenCases, w.tasks, w.escalate)
	}
}

func TestAPersonsAnswerAfterAMachinesOpensTheCaseAgain(t *testing.T) {
	w := newWorld()
	machine := answer(1, monday)
	gone := edited(machine, monday.Add(10*time.Minute), withdrawn)
	back := edited(gone, monday.Add(time.Hour), func(r *response.Record) { r.Counted, r.Rating = true, 2 })
	w.comes(t, monday.Add(time.Hour), machine, gone, back, gone, machine)
	c := w.cases["i"]
	if c.State != followup.Open || c.Rating != 2 || w.customers["maria"].OpenCases != 1 || len(w.tasks) != 1 {
		t.Errorf("%+v, %d open cases, %v on the agenda", c, w.customers["maria"].OpenCases, w.tasks)
	}
	if diff := cmp.Diff([]string{followup.Opened, followup.Withdrawn, followup.Reopened}, w.whats("i")); diff != "" {
		t.Error(diff)
	}
}

func TestABetterRatingKeepsTheCaseAndSaysSo(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.comes(t, monday, first, edited(first, monday.Add(time.Minute), rating(5)))
	if c := w.cases["i"]; c.State != followup.Open || c.Rating != 5 || c.Group != "good" {
		t.Errorf("%+v", c)
	}
	last := w.history["i"][1]
	if last.What != followup.AnswerImproved || last.Before != 1 || last.Rating != 5 {
		t.Errorf("%+v", last)
	}
}

func TestACaseOfAnErasedCustomerIsOver(t *testing.T) {
	for _, erase := range []func(*response.Record){erased, erasedCounted} {
		w := newWorld()
		first := answer(1, monday)
		w.comes(t, monday, first, edited(first, monday.Add(time.Hour), erase))
		if c := w.cases["i"]; c.State != followup.Cancelled || c.Subject+c.Link != "" || w.customers["maria"].OpenCases != 0 {
			t.Errorf("%+v, %d open cases", c, w.customers["maria"].OpenCases)
		}
	}
}

func TestOfAnErasedCustomerTheCaseKeepsNothing(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.comes(t, monday, first)
	if _, err := w.work().Act(t.Context(), "i/0", followup.Deed{Action: followup.Resolve, Outcome: "rang Maria", Cause: "Maria's modem"}, monday); err != nil {
		t.Fatal(err)
	}
	w.comes(t, monday, edited(first, monday.Add(time.Hour), erased))
	c := w.cases["i"]
	if c.Outcome+c.Cause+c.Subject+c.Link != "" {
		t.Errorf("it keeps %q %q %q %q", c.Outcome, c.Cause, c.Subject, c.Link)
	}
	if c.State != followup.Resolved || w.customers["maria"].OpenCases != 0 {
		t.Errorf("%s, %d open cases", c.State, w.customers["maria"].OpenCases)
	}
}

func TestAClosedCaseWhoseAnswerIsErasedHasNothingMoreToTell(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.comes(t, monday, first)
	if _, err := w.work().Act(t.Context(), "i/0", followup.Deed{Action: followup.Resolve, Cause: "the modem"}, monday); err != nil {
		t.Fatal(err)
	}
	w.tasks["i"] = monday.Add(time.Hour) // an update that waits to be mailed
	w.comes(t, monday, edited(first, monday.Add(time.Hour), erased))
	if len(w.tasks) != 0 {
		t.Errorf("on the agenda for ever: %v", w.tasks)
	}
}

func TestAnOldImageOpensNoCaseForAnAnswerThatHasChanged(t *testing.T) {
	w := newWorld()
	old := answer(1, monday)
	w.records["i"] = edited(old, monday.Add(time.Minute), rating(5))
	if failed, err := w.opener().Handle(t.Context(), []followup.Seen{{Sequence: "1", Record: old}}, monday.Add(time.Hour)); failed != "" || err != nil {
		t.Fatal(failed, err)
	}
	if len(w.cases) != 0 {
		t.Errorf("%+v", w.cases)
	}
}

func TestAnOldImageOpensNoCancelledCaseAgain(t *testing.T) {
	w := newWorld()
	machine := answer(1, monday)
	gone := edited(machine, monday.Add(10*time.Minute), withdrawn)
	w.comes(t, monday, machine, gone)
	back := edited(gone, monday.Add(time.Hour), func(r *response.Record) { r.Counted = true })
	w.records["i"] = edited(back, monday.Add(2*time.Hour), rating(5))
	if failed, err := w.opener().Handle(t.Context(), []followup.Seen{{Sequence: "1", Record: back}}, monday); failed != "" || err != nil {
		t.Fatal(failed, err)
	}
	if w.cases["i"].State != followup.Cancelled {
		t.Errorf("%+v", w.cases["i"])
	}
}

func TestAnImageThatNobodyCanUseIsDroppedAndKeepsNoOtherWaiting(t *testing.T) {
	w := newWorld()
	foreign, good := answer(1, monday), answer(1, monday)
	foreign.Survey, foreign.Comment, foreign.ID = "no-such-survey", "my secret", "f"
	w.records["i"] = good
	failed, err := w.opener().Handle(t.Context(), []followup.Seen{{Sequence: "1", Record: foreign}, {Sequence: "2", Record: good}}, monday)
	if failed != "" || err != nil || len(w.cases) != 1 {
		t.Errorf("failed at %q: %v; %d cases", failed, err, len(w.cases))
	}
	if log := w.log.String(); !strings.Contains(log, "no-such-survey") || strings.Contains(log, "secret") {
		t.Errorf("the log says %s", log)
	}
}

// flaky fails the first reads of the program.
type flaky struct {
	*world
	failures []error
}

func (f *flaky) Current(ctx context.Context) (*program.Program, error) {
	if len(f.failures) > 0 {
		err := f.failures[0]
		f.failures = f.failures[1:]
		if err != nil {
			return nil, err
		}
	}
	return f.world.Current(ctx)
}

func TestPassingTroubleMakesTheAnswerComeAgainAndTheOthersGoOn(t *testing.T) {
	w := newWorld()
	first, second := answer(1, monday), answer(1, monday)
	second.ID = "j"
	w.records["i"], w.records["j"] = first, second
	opener := w.opener()
	busy := fault.New(fault.Transient, "busy")
	opener.Programs = &flaky{w, []error{busy, nil, busy}}
	failed, err := opener.Handle(t.Context(), []followup.Seen{{Sequence: "7", Record: first}, {Sequence: "8", Record: second}, {Sequence: "9", Record: first}}, monday)
	if failed != "7" || !fault.Is(err, fault.Transient) {
		t.Errorf("failed at %q: %v", failed, err)
	}
	if _, done := w.cases["j"]; !done {
		t.Error("the other answer waits for nothing")
	}
}

func TestTroubleThatNobodyForesawMakesTheAnswerComeAgainToo(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.records["i"] = first
	opener := w.opener()
	opener.Programs = &flaky{w, []error{errors.New("access denied")}}
	if failed, err := opener.Handle(t.Context(), []followup.Seen{{Sequence: "7", Record: first}}, monday); failed != "7" || err == nil {
		t.Errorf("failed at %q: %v", failed, err)
	}
}

func TestACaseThatChangesMeanwhileIsDecidedAgain(t *testing.T) {
	w := newWorld()
	w.lose = 3
	w.comes(t, monday, answer(1, monday))
	if len(w.cases) != 1 {
		t.Error("no case")
	}
}

func TestADeadlineLeavesTheRestForLater(t *testing.T) {
	w := newWorld()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	failed, err := w.opener().Handle(ctx, []followup.Seen{{Sequence: "7", Record: answer(1, monday)}}, monday)
	if failed != "7" || err == nil || len(w.cases) != 0 {
		t.Errorf("failed at %q: %v", failed, err)
	}
}

func TestAnErasedCustomerWithoutARowIsNoObstacle(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.comes(t, monday, first)
	delete(w.customers, "maria")
	w.comes(t, monday, edited(first, monday, erased))
	if w.cases["i"].State != followup.Cancelled {
		t.Errorf("%+v", w.cases["i"])
	}
	if !slices.Contains(w.whats("i"), followup.Withdrawn) {
		t.Error(w.whats("i"))
	}
}
