package report

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/survey"
	"afterword/internal/tally"
)

const ebba, carl = "ebba@acme.example", "carl@acme.example"

// run runs the rounds at a time and returns the mails that it sent.
func (w *world) run(t *testing.T, when string) []string {
	t.Helper()
	from := len(w.carried)
	if err := w.Rounds().Run(t.Context(), at(t, when), at(t, when)); err != nil {
		t.Errorf("%s: %v", when, err)
	}
	return w.carried[from:]
}

func TestAReportIsMailedInTheMorningAfterItsPeriodByTheProgramsClock(t *testing.T) {
	for _, row := range []struct{ zone, early, due, want string }{
		{"Europe/Stockholm", "2026-10-31T22:59:00Z", "2026-11-01T07:00:00Z", "2026-10"},         // a day after the clocks went back
		{"Europe/Stockholm", "2026-11-01T06:59:59Z", "2026-11-01T07:00:00Z", "2026-10"},         // not an hour before
		{"Europe/Stockholm", "2026-03-31T23:00:00Z", "2026-04-01T06:00:00Z", "2026-03 2026-Q1"}, // summer time began on the 29th
		{"Europe/Stockholm", "2026-12-31T23:59:00Z", "2027-01-01T07:00:00Z", "2026-12 2026-Q4"}, // the year ends
		{"Europe/Stockholm", "2024-02-29T12:00:00Z", "2024-03-01T07:00:00Z", "2024-02"},         // a leap day is over
		{"America/New_York", "2026-11-01T11:00:00Z", "2026-11-01T13:00:00Z", "2026-10"},         // the clocks go back on that very day
		{"Pacific/Auckland", "2026-09-30T18:00:00Z", "2026-09-30T19:00:00Z", "2026-09 2026-Q3"}, // while it is still September in UTC
		{"Asia/Kolkata", "2026-07-01T02:29:00Z", "2026-07-01T02:30:00Z", "2026-06 2026-Q2"},     // half hours
		{"Europe/Stockholm", "2026-10-01T05:59:00Z", "2026-10-14T21:59:59Z", "2026-09 2026-Q3"}, // a run missed for a fortnight
		{"Europe/Stockholm", "2026-10-01T05:59:00Z", "2026-10-14T22:00:00Z", ""},                // longer is too late
		{"Europe/Stockholm", "2026-10-01T05:59:00Z", "2026-11-01T07:00:00Z", "2026-10"},         // and the next one comes in time
	} {
		w := newWorld(t)
		zone, err := time.LoadLocation(row.zone)
		if err != nil {
			t.Fatal(err)
		}
		w.program.Zone = zone
		var want []string
		for name := range strings.FieldsSeq(row.want) {
			want = append(want, ebba+" "+name)
		}
		for _, name := range []string{"2026-09", "2026-Q3", "2026-10", "2026-12", "2026-Q4", "2026-03", "2026-Q1", "2024-02", "2026-06", "2026-Q2"} {
			w.answered("purchase", name, 5)
		}
		if got := w.run(t, row.early); len(got) > 0 {
			t.Errorf("%s, at %s: %v, too early", row.zone, row.early, got)
		}
		if diff := cmp.Diff(want, w.run(t, row.due)); diff != "" && len(want) > 0 {
			t.Errorf("%s, at %s (-want +got): %s", row.zone, row.due, diff)
		}
		if got := w.run(t, row.due); len(got) > 0 {
			t.Errorf("%s, at %s: %v a second time", row.zone, row.due, got)
		}
	}
}

func TestSeveralReportsAreDueInOneHour(t *testing.T) {
	w := newWorld(t)
	for _, kind := range program.ReportKinds {
		w.to(kind, ebba)
	}
	for _, name := range []string{"2026-W53", "2026-12", "2026-Q4", "2026", "2029-W52", "2029-12", "2029-Q4", "2029"} {
		w.answered("purchase", name, 5)
	}
	for _, row := range []struct{ now, want string }{
		{"2027-01-01T07:00:00Z", "2026-12 2026-Q4 2026"}, // a Friday
		{"2027-01-04T06:59:59Z", ""},
		{"2027-01-04T07:00:00Z", "2026-W53"}, // whose Thursday was the year's last day
		{"2030-01-01T07:00:00Z", "2029-12 2029-Q4 2029"},
	} {
		var got []string
		for _, mail := range w.run(t, row.now) {
			got = append(got, strings.TrimPrefix(mail, ebba+" "))
		}
		if in := strings.Join(got, " "); !strings.HasSuffix(in, row.want) || row.want == "" && in != "" {
			t.Errorf("at %s: %q, want %q", row.now, in, row.want)
		}
	}
}

func TestARunForAnHourOfLongAgoMailsWhatWasMissedThenAndOneToComeNothingEarly(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"2026-08", "2026-10", "2026-11"} {
		w.answered("purchase", name, 5)
	}
	for _, row := range []struct{ hour, now, want string }{
		{"2026-12-01T07:00:00Z", "2026-11-20T09:00:00Z", ""}, // November is not over
		{"2026-09-01T06:00:00Z", "2026-11-20T09:00:00Z", ebba + " 2026-08"},
		{"2026-09-01T06:00:00Z", "2026-11-20T09:00:00Z", ""}, // once
		{"2026-11-01T07:00:00Z", "2026-11-20T09:00:00Z", ebba + " 2026-10"},
		{"2026-12-01T07:00:00Z", "2026-12-01T07:00:00Z", ebba + " 2026-11"},
	} {
		from := len(w.carried)
		if err := w.Rounds().Run(t.Context(), at(t, row.hour), at(t, row.now)); err != nil {
			t.Error(err)
		}
		if got := strings.Join(w.carried[from:], ", "); got != row.want {
			t.Errorf("for %s, at %s: %q, want %q", row.hour, row.now, got, row.want)
		}
	}
}

func TestWhoeverIsAddedLaterGetsNoOldReportAndWhoIsTakenOutNoMore(t *testing.T) {
	w := newWorld(t)
	w.answered("purchase", "2026-10", 5)
	w.answered("purchase", "2026-11", 5)
	w.to(period.Monthly, ebba, carl)
	w.outcomes = []error{nil, survey.ErrThrottled}
	if diff := cmp.Diff([]string{ebba + " 2026-10"}, w.run(t, "2026-11-01T07:00:00Z")); diff != "" {
		t.Error(diff)
	}
	w.to(period.Monthly, ebba, "new@acme.example") // carl's is still to come
	if got := w.run(t, "2026-11-01T08:00:00Z"); len(got) > 0 {
		t.Errorf("%v were sent", got)
	}
	if diff := cmp.Diff([]string{ebba + " 2026-11", "new@acme.example 2026-11"}, w.run(t, "2026-12-01T07:00:00Z")); diff != "" {
		t.Error(diff)
	}
}

func TestNobodyOnTheListIsNotMadeGoodForLater(t *testing.T) {
	w := newWorld(t)
	w.answered("purchase", "2026-10", 5)
	w.to(period.Monthly)
	w.run(t, "2026-11-01T07:00:00Z")
	w.to(period.Monthly, ebba)
	if got := w.run(t, "2026-11-02T07:00:00Z"); len(got) > 0 {
		t.Errorf("%v were sent", got)
	}
}

func TestAPeriodInWhichNothingHappenedIsNotReportedUnlessTheSystemWasInUse(t *testing.T) {
	w := newWorld(t)
	if got := w.run(t, "2026-11-01T07:00:00Z"); len(got) > 0 {
		t.Errorf("before anything happened: %v", got)
	}
	w.sends["purchase 2026-11"] = tally.Sends{Sent: 1}
	if got := w.run(t, "2026-12-01T07:00:00Z"); len(got) != 1 {
		t.Errorf("after a mail that nobody answered: %v", got)
	}
	w.answered("support", "2026-12", 1)
	w.run(t, "2027-01-01T07:00:00Z")
	if got := w.run(t, "2027-02-01T07:00:00Z"); len(got) != 1 {
		t.Errorf("after a month of silence: %v", got)
	}
}

func TestWhatSurelyWasNotSentIsTriedAgainAndNothingElse(t *testing.T) {
	for _, row := range []struct {
		outcome error
		state   State
		says    string // what a person hears; "": nothing
		again   int    // mails an hour later
	}{
		{nil, Sent, "", 0},
		{survey.ErrThrottled, Due, "", 1},
		{survey.ErrQuota, Due, "", 1},
		{survey.ErrSuspended, Due, "stopped", 1},
		{survey.ErrRefused, Refused, "refused", 0},
		{errors.New("connection reset"), Unknown, "nobody knows", 0},
	} {
		w := newWorld(t)
		w.answered("purchase", "2026-10", 5)
		w.outcomes = []error{row.outcome}
		err := w.Rounds().Run(t.Context(), at(t, "2026-11-01T07:00:00Z"), at(t, "2026-11-01T07:00:00Z"))
		if (err != nil) != (row.says != "") || err != nil && !strings.Contains(err.Error(), row.says) {
			t.Errorf("%v: %v", row.outcome, err)
		}
		if got := w.rounds["2026-10"].Mails[ReaderID(ebba)].State; got != row.state {
			t.Errorf("%v: it is %q, want %q", row.outcome, got, row.state)
		}
		if got := w.run(t, "2026-11-01T08:00:00Z"); len(got) != row.again {
			t.Errorf("%v: an hour later %v", row.outcome, got)
		}
		if said := fmt.Sprint(err, w.log.String()); strings.Contains(said, "ebba") {
			t.Errorf("%v: it names a person: %s", row.outcome, said)
		}
	}
}

func TestThrottlingInTheMiddleKeepsNobodyFromTheReportAndMailsNobodyTwice(t *testing.T) {
	w := newWorld(t)
	w.answered("purchase", "2026-10", 5)
	w.to(period.Monthly, ebba, "mia@acme.example", carl)
	w.outcomes = []error{nil, survey.ErrThrottled}
	if diff := cmp.Diff([]string{ebba + " 2026-10", carl + " 2026-10"}, w.run(t, "2026-11-01T07:00:00Z")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"mia@acme.example 2026-10"}, w.run(t, "2026-11-01T08:00:00Z")); diff != "" {
		t.Error("an hour later:", diff)
	}
}

func TestTwoRunsAtOnceMailEachReaderOnce(t *testing.T) {
	w := newWorld(t)
	w.answered("purchase", "2026-10", 5)
	w.to(period.Monthly, ebba, carl)
	w.pacing = func() { w.run(t, "2026-11-01T07:00:01Z") }
	w.run(t, "2026-11-01T07:00:00Z")
	if diff := cmp.Diff([]string{ebba + " 2026-10", carl + " 2026-10"}, w.carried); diff != "" {
		t.Error(diff)
	}
}

func TestARunThatDiesInTheMiddleIsSaidOnceAndItsMailNotSentAgain(t *testing.T) {
	w := newWorld(t)
	w.answered("purchase", "2026-10", 5)
	w.drop = true
	w.run(t, "2026-11-01T07:00:00Z") // sent, and dead before that was written down
	w.drop = false
	if got := w.run(t, "2026-11-01T07:05:00Z"); len(got) > 0 {
		t.Errorf("while somebody may be at it: %v", got)
	}
	if err := w.Rounds().Run(t.Context(), at(t, "2026-11-01T08:00:00Z"), at(t, "2026-11-01T08:00:00Z")); err == nil || !strings.Contains(err.Error(), "nobody knows") {
		t.Errorf("an hour later: %v", err)
	}
	if got := w.run(t, "2026-11-01T09:00:00Z"); len(got) > 0 || len(w.carried) != 1 {
		t.Errorf("two hours later: %v", got)
	}
}

func TestOneReaderWhoIsRefusedKeepsNoOtherFromTheReport(t *testing.T) {
	w := newWorld(t)
	w.answered("purchase", "2026-10", 5)
	w.to(period.Monthly, ebba, carl)
	w.outcomes = []error{survey.ErrRefused}
	if err := w.Rounds().Run(t.Context(), at(t, "2026-11-01T07:00:00Z"), at(t, "2026-11-01T07:00:00Z")); err == nil {
		t.Error("nobody hears of it")
	}
	if diff := cmp.Diff([]string{carl + " 2026-10"}, w.carried); diff != "" {
		t.Error(diff)
	}
	if w.drawn != 1 {
		t.Errorf("the charts were drawn %d times for two readers", w.drawn)
	}
}

func TestAHourWithNothingToMailGathersNothing(t *testing.T) {
	w := newWorld(t)
	w.answered("purchase", "2026-10", 5)
	w.run(t, "2026-11-01T07:00:00Z")
	before := w.gathered
	w.run(t, "2026-11-01T08:00:00Z")
	w.run(t, "2026-11-20T08:00:00Z")
	if w.gathered != before {
		t.Errorf("%d reads of scores", w.gathered-before)
	}
}

func TestWhoeverReadsTwoEditionsGetsEachOnce(t *testing.T) {
	w := newWorld(t)
	w.answered("support", "2026-10", 5)
	w.to(period.Monthly, ebba)
	both := []program.Recipient{{Person: program.Person{Address: ebba}, Language: "en"}, {Person: program.Person{Address: carl}, Language: "en"}}
	for _, desk := range []string{"support", "orders"} { // of whose touchpoints nobody was asked about
		w.program.Reports.Editions = append(w.program.Reports.Editions, program.Edition{
			Audience: program.Audience{Readership: program.OfDesk, Name: desk}, Every: []period.Kind{period.Monthly, period.Weekly}, To: both})
	}
	w.outcomes = []error{nil, survey.ErrThrottled}
	if diff := cmp.Diff([]string{ebba + " 2026-10", carl + " 2026-10 desk:support"}, w.run(t, "2026-11-01T07:00:00Z")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{ebba + " 2026-10 desk:support"}, w.run(t, "2026-11-01T08:00:00Z")); diff != "" {
		t.Error("an hour later:", diff)
	}
	if got := w.run(t, "2026-11-01T09:00:00Z"); len(got) > 0 {
		t.Errorf("two hours later: %v", got)
	}
}

func TestNextIsWhenThereIsSomethingToMail(t *testing.T) {
	w := newWorld(t)
	w.answered("purchase", "2026-10", 5)
	w.run(t, "2026-10-26T07:00:00Z") // nobody gets that of the week, which has to be written down as well
	for _, step := range []struct{ now, want string }{
		{"2026-10-26T10:00:00Z", "2026-11-01T07:00:00Z"},
		{"2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z"},
		{"2026-11-01T07:00:00Z", "2026-11-01T07:00:00Z"},
		{"2026-11-09T07:30:00Z", "2026-11-09T07:30:00Z"}, // late
	} {
		next, err := w.Rounds().Next(t.Context(), at(t, step.now))
		if got := next.UTC().Format(time.RFC3339); err != nil || got != step.want {
			t.Errorf("at %s: %s, %v; want %s", step.now, got, err, step.want)
		}
	}
	w.run(t, "2026-11-09T07:30:00Z")
	if next, err := w.Rounds().Next(t.Context(), at(t, "2026-11-09T08:00:00Z")); err != nil || !next.Equal(at(t, "2026-11-16T07:00:00Z")) {
		t.Errorf("once it is mailed: %s, %v", next, err)
	}
}

func TestEveryKindThatIsReportedOnIsOneThatScoresAreStoredFor(t *testing.T) {
	var names []string
	for _, kind := range program.ReportKinds {
		if in := kind.Of(period.NewDay(2027, time.January, 1)); in.Stored() {
			names = append(names, in.Name)
		}
	}
	if diff := cmp.Diff([]string{"2026-W53", "2027-01", "2027-Q1", "2027"}, names); diff != "" {
		t.Error(diff)
	}
}
