package followup_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/followup"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/survey"
)

// given lists to whom the mails went.
func (w *world) given() (names []string) {
	for _, mail := range w.mails {
		names = append(names, mail.Person.Name)
	}
	return names
}

func mustWalk(t *testing.T, w *world, now time.Time) {
	t.Helper()
	if err := w.walk(t, now); err != nil {
		t.Fatal(err)
	}
}

func TestTheMailGoesToTheFirstPersonOnce(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	mustWalk(t, w, monday.Add(4*time.Minute))
	if len(w.mails) != 0 {
		t.Fatal("a mail before its time")
	}
	mustWalk(t, w, monday.Add(5*time.Minute))
	mustWalk(t, w, monday.Add(6*time.Minute))
	if diff := cmp.Diff([]string{"Anna"}, w.given()); diff != "" {
		t.Error(diff)
	}
	mail := w.mails[0]
	if mail.Customer.Name != "Maria" || mail.Record.Rating != 1 || mail.Desk.Name != "care" || mail.Scale.Max != 5 || mail.Update() || mail.Escalated() {
		t.Errorf("%+v", mail)
	}
	if len(w.tasks) != 0 {
		t.Error("the task stays on the agenda")
	}
	want := []followup.Mail{{ID: "mail-1", Seat: 0, Told: 1, At: monday.Add(5 * time.Minute)}}
	if diff := cmp.Diff(want, w.cases["i"].Mails); diff != "" {
		t.Error(diff)
	}
}

func TestLaterChangesGoIntoTheSameThread(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.comes(t, monday, first)
	mustWalk(t, w, monday.Add(5*time.Minute))
	commented := edited(first, monday.Add(20*time.Minute), words("it broke"))
	w.comes(t, monday.Add(20*time.Minute), commented)
	mustWalk(t, w, monday.Add(20*time.Minute))
	again := edited(commented, monday.Add(30*time.Minute), words("it broke twice"))
	w.comes(t, monday.Add(30*time.Minute), again)
	mustWalk(t, w, monday.Add(34*time.Minute))
	if len(w.mails) != 2 {
		t.Fatalf("%d mails, want 2: edited words settle first", len(w.mails))
	}
	mustWalk(t, w, monday.Add(35*time.Minute))
	last := w.mails[2]
	if !last.Update() || last.Record.Comment != "it broke twice" {
		t.Errorf("%+v", last)
	}
	if diff := cmp.Diff([]string{"<mail-1@eu-west-1.amazonses.com>", "<mail-2@eu-west-1.amazonses.com>"}, last.References); diff != "" {
		t.Error(diff)
	}
}

func TestAConfirmationWithoutNewsIsNoMail(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.comes(t, monday, first)
	mustWalk(t, w, monday.Add(5*time.Minute))
	w.comes(t, monday.Add(time.Hour), edited(first, monday.Add(time.Hour), rating(1)))
	mustWalk(t, w, monday.Add(2*time.Hour))
	if len(w.mails) != 1 {
		t.Errorf("%d mails, want 1", len(w.mails))
	}
}

func TestAnImpliedAnswerWaitsForItsVerdict(t *testing.T) {
	w := newWorld()
	implied := answer(1, monday)
	implied.Act = response.Implied
	w.comes(t, monday, implied)
	mustWalk(t, w, monday.Add(10*time.Minute))
	if len(w.mails) != 0 {
		t.Fatal("mailed before the verdict")
	}
	implied.VerdictAt = monday.Add(10 * time.Minute)
	w.records["i"] = implied
	mustWalk(t, w, monday.Add(11*time.Minute))
	if len(w.mails) != 1 {
		t.Errorf("%d mails, want 1", len(w.mails))
	}
}

func TestNobodyWaitsLongForAVerdictThatDoesNotCome(t *testing.T) {
	w := newWorld()
	implied := answer(1, monday)
	implied.Act = response.Implied
	w.comes(t, monday, implied)
	mustWalk(t, w, monday.Add(69*time.Minute))
	if len(w.mails) != 0 {
		t.Fatal("mailed while the verdict may come")
	}
	mustWalk(t, w, monday.Add(70*time.Minute))
	if len(w.mails) != 1 {
		t.Errorf("%d mails, want 1 after ten minutes and an hour", len(w.mails))
	}
}

func TestAWithdrawnAnswerIsNotMailedEvenIfTheFeedIsLate(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.comes(t, monday, first)
	w.records["i"] = edited(first, monday.Add(time.Minute), withdrawn)
	mustWalk(t, w, monday.Add(5*time.Minute))
	if len(w.mails) != 0 || len(w.tasks) != 1 {
		t.Errorf("%d mails, %d tasks on the agenda; want none and one", len(w.mails), len(w.tasks))
	}
}

func TestTheMailTellsTheCustomersEarlierAnswers(t *testing.T) {
	w := newWorld()
	maria := w.customers["maria"]
	for _, id := range []string{"old", "older-unanswered", "i", "newer"} {
		maria.Asks = append(maria.Asks, customer.Ask{Invitation: id})
	}
	w.customers["maria"] = maria
	for id, n := range map[string]int{"old": 4, "newer": 2} {
		r := answer(n, monday)
		r.ID = id
		w.records[id] = r
	}
	w.comes(t, monday, answer(1, monday))
	mustWalk(t, w, monday.Add(5*time.Minute))
	var ratings []int
	for _, r := range w.mails[0].Earlier {
		ratings = append(ratings, r.Rating)
	}
	if diff := cmp.Diff([]int{2, 4}, ratings); diff != "" {
		t.Error(diff)
	}
}

func TestARefusedMailGoesToTheNextPerson(t *testing.T) {
	w := newWorld()
	w.carrier = func(task followup.Task) error {
		if task.Person.Name == "Anna" {
			return survey.ErrRefused
		}
		return nil
	}
	w.comes(t, monday, answer(1, monday))
	mustWalk(t, w, monday.Add(5*time.Minute))
	if diff := cmp.Diff([]string{"Bo"}, w.given()); diff != "" {
		t.Error(diff)
	}
	if len(w.mails[0].References) != 0 {
		t.Errorf("in a thread with a mail that never was: %v", w.mails[0].References)
	}
	if !strings.Contains(w.log.String(), "level=ERROR") {
		t.Error("no alarm")
	}
}

func TestASeatThatTheProgramHasTakenAwayIsPassedOver(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	c := w.cases["i"]
	c.Person = 2
	w.cases["i"] = c
	mustWalk(t, w, monday.Add(5*time.Minute))
	if diff := cmp.Diff([]string{"Cleo"}, w.given()); diff != "" {
		t.Error(diff)
	}
}

func TestAWalkThatIsOverBeginsNothing(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	now := monday.Add(time.Hour)
	tasks := followup.Tasks{Chain: w.chain(), Answers: w, Customers: w, Writer: w, Carrier: w, Rate: w}
	if err := tasks.Handle(t.Context(), due(agenda.Task, w.tasks, now), agenda.Walk{Now: func() time.Time { return now }, End: now}); err != nil {
		t.Fatal(err)
	}
	if len(w.mails) != 0 {
		t.Errorf("%d mails", len(w.mails))
	}
}

func TestAnOldEntryOfACancelledCaseMailsNothing(t *testing.T) {
	w := newWorld()
	first := answer(1, monday)
	w.comes(t, monday, first)
	mustWalk(t, w, monday.Add(5*time.Minute))
	commented := edited(first, monday.Add(time.Hour), words("it broke"))
	w.comes(t, monday.Add(time.Hour), commented, edited(commented, monday.Add(2*time.Hour), withdrawn))
	w.records["i"] = commented
	w.tasks["i"] = monday.Add(time.Hour)
	mustWalk(t, w, monday.Add(3*time.Hour))
	if len(w.mails) != 1 {
		t.Errorf("%d mails, want 1", len(w.mails))
	}
}

func TestWhenNobodyCanBeMailedTheTaskEndsWithAnAlarm(t *testing.T) {
	w := newWorld()
	w.carrier = func(followup.Task) error { return survey.ErrRefused }
	w.comes(t, monday, answer(1, monday))
	for minute := range 10 {
		mustWalk(t, w, monday.Add(time.Duration(5+minute)*time.Minute))
	}
	if len(w.tasks) != 0 || !strings.Contains(w.log.String(), followup.Unreachable) {
		t.Errorf("%v on the agenda; %s", w.tasks, w.log.String())
	}
	if w.cases["i"].State != followup.Open {
		t.Errorf("the case is %s, want open", w.cases["i"].State)
	}
}

func TestWhatTheCarrierSaysDecidesWhatBecomesOfTheTask(t *testing.T) {
	for _, row := range []struct {
		name   string
		err    error
		enough bool // for this walk
		alarm  bool // the walk reports it
	}{
		{"too fast", survey.ErrThrottled, true, false},
		{"the quota is used up", survey.ErrQuota, true, false},
		{"sending is stopped", survey.ErrSuspended, true, true},
		{"nobody knows", errors.New("connection reset"), false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld()
			w.carrier = func(followup.Task) error { return row.err }
			w.comes(t, monday, answer(1, monday))
			err := w.walk(t, monday.Add(5*time.Minute))
			if errors.Is(err, agenda.ErrEnough) != row.enough {
				t.Errorf("the walk goes on after %v", err)
			}
			if alarm := err != nil && errors.Is(err, row.err); alarm != row.alarm {
				t.Errorf("the walk says %v", err)
			}
			if len(w.tasks) != 1 {
				t.Error("the task is gone")
			}
			w.carrier = func(followup.Task) error { return nil }
			mustWalk(t, w, monday.Add(6*time.Minute))
			if len(w.mails) != 1 || len(w.tasks) != 0 {
				t.Errorf("then: %d mails, %v on the agenda", len(w.mails), w.tasks)
			}
		})
	}
}

func TestAMailThatWentIsRecordedAlthoughTheCaseChangesMeanwhile(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	w.carrier = func(followup.Task) error { w.lose = 2; return nil }
	mustWalk(t, w, monday.Add(5*time.Minute))
	mustWalk(t, w, monday.Add(6*time.Minute))
	if len(w.mails) != 1 || len(w.cases["i"].Mails) != 1 {
		t.Errorf("%d mails, %d recorded", len(w.mails), len(w.cases["i"].Mails))
	}
}

func TestACaseWithoutADeskWaitsAnHourAndTheOthersGoOn(t *testing.T) {
	w := newWorld()
	other := answer(1, monday)
	other.ID, other.Touchpoint = "o", "gone"
	w.program.Touchpoints["gone"] = w.program.Touchpoints["support"]
	w.comes(t, monday, other, answer(1, monday))
	c := w.cases["o"]
	c.Desk = "closed"
	w.cases["o"] = c
	w.program.Touchpoints["gone"] = program.Touchpoint{Name: "gone", Survey: other.Survey, Desk: "closed"}
	mustWalk(t, w, monday.Add(5*time.Minute))
	if want := monday.Add(65 * time.Minute); !w.tasks["o"].Equal(want) || len(w.mails) != 1 {
		t.Errorf("due %v, want %v; %d mails, want 1", w.tasks["o"], want, len(w.mails))
	}
}

func TestACaseThatTheTouchpointsDeskHasLostGoesToItsPresentDesk(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	desk := w.program.Desks["care"]
	desk.Name = "new"
	w.program.Desks["new"] = desk
	delete(w.program.Desks, "care")
	touchpoint := w.program.Touchpoints["support"]
	touchpoint.Desk = "new"
	w.program.Touchpoints["support"] = touchpoint
	mustWalk(t, w, monday.Add(5*time.Minute))
	if len(w.mails) != 1 || w.mails[0].Desk.Name != "new" {
		t.Errorf("%+v", w.mails)
	}
}

func TestTheThreadKeepsItsFirstMailAndTheNewest(t *testing.T) {
	w := newWorld()
	r := answer(1, monday)
	w.comes(t, monday, r)
	for n := range 60 {
		now := monday.Add(time.Duration(n+1) * time.Hour)
		mustWalk(t, w, now)
		r = edited(r, now, rating(2-n%2))
		w.comes(t, now, r)
	}
	mails := w.cases["i"].Mails
	if len(mails) > 40 || mails[0].ID != "mail-1" || mails[len(mails)-1].Told < 50 {
		t.Errorf("%d mails, from %s to %s", len(mails), mails[0].ID, mails[len(mails)-1].ID)
	}
}

func TestATaskMailWaitsForItsTurnAmongAllMails(t *testing.T) {
	w := newWorld()
	w.comes(t, monday, answer(1, monday))
	w.stopped = true
	if err := w.walk(t, monday.Add(5*time.Minute)); !errors.Is(err, context.Canceled) || len(w.cases["i"].Mails) != 0 {
		t.Errorf("without time to wait: %v, mailed %v", err, w.cases["i"].Mails)
	}
	w.stopped = false
	mustWalk(t, w, monday.Add(6*time.Minute))
	if w.paced != 1 || len(w.cases["i"].Mails) != 1 {
		t.Errorf("%d waited, %d were mailed, want 1 of each", w.paced, len(w.cases["i"].Mails))
	}
}
