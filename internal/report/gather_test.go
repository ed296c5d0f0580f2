package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/followup"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
	"afterword/internal/tally"
)

var november = time.Date(2026, time.November, 1, 7, 0, 0, 0, time.UTC)

func (w *world) report(t *testing.T, in string, now time.Time) Report {
	t.Helper()
	r, err := w.gather().Report(t.Context(), w.program, named(t, in), program.Everybody, now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func touchpointOf(t *testing.T, r Report, name string) Touchpoint {
	t.Helper()
	for _, each := range r.Touchpoints {
		if each.Name == name {
			return each
		}
	}
	t.Fatalf("the report has no %s", name)
	return Touchpoint{}
}

func TestAReportSaysHowEachTouchpointWentWithWhatItNeedsToBeTrusted(t *testing.T) {
	w := newWorld(t)
	w.answered("support", "2026-10", 1, 1, 2, 4, 5, 5)
	w.answered("support", "2026-09", 3, 3, 3, 3, 3)
	w.answered("support", "2025-10", 5, 5, 5, 5, 5)
	w.sends["support 2026-10"] = tally.Sends{Sent: 22, Bounced: 2, Clicked: 3}
	r := w.report(t, "2026-10", november)
	support := touchpointOf(t, r, "support")
	rate := support.ResponseRate()
	got := fmt.Sprint(r.Period.Name, r.Before.Name, r.Closed, r.CountsClicks, support.Survey, support.Score.N, *support.Score.Value, support.Change.Delta,
		support.Sent, support.Delivered, support.Replies, support.Unconfirmed, *rate, len(support.Trend))
	if want := fmt.Sprint("2026-10", "2026-09", true, false, "support-ces-v1", int64(6), 3.0, 0.0, int64(22), int64(20), int64(6), int64(3), 0.3, TrendPeriods); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if first, last := support.Trend[0], support.Trend[TrendPeriods-1]; first.Period.Name != "2025-10" || first.Score.N != 5 || last.Period.Name != "2026-10" || last.Score.N != 6 {
		t.Errorf("the trend goes from %s (%d) to %s (%d)", first.Period.Name, first.Score.N, last.Period.Name, last.Score.N)
	}
	var names []string
	for _, each := range r.Touchpoints {
		names = append(names, each.Name)
	}
	if !slices.Equal(names, []string{"onboarding", "purchase", "support"}) {
		t.Errorf("touchpoints %v", names)
	}
	if purchase := touchpointOf(t, r, "purchase"); purchase.ResponseRate() != nil || purchase.Change != nil || purchase.Score.Note != score.NoScore {
		t.Errorf("of purchases nothing is known, and the report says %+v", purchase)
	}
	if r := w.report(t, "2026-11", november); r.Closed {
		t.Error("a month that has just begun is over")
	}
}

func TestATouchpointThatIsOffIsLeftOutUnlessSomebodyAnswered(t *testing.T) {
	w := newWorld(t)
	off := w.program.Touchpoints["support"]
	off.Off = true
	w.program.Touchpoints["support"] = off
	if r := w.report(t, "2026-10", november); len(r.Touchpoints) != 2 {
		t.Errorf("%d touchpoints", len(r.Touchpoints))
	}
	w.answered("support", "2026-10", 3)
	if r := w.report(t, "2026-10", november); len(r.Touchpoints) != 3 {
		t.Errorf("%d touchpoints after an answer", len(r.Touchpoints))
	}
}

// The program that comes with Afterword knows twelve touchpoints, and most owners use three.
func TestATouchpointThatNoSourceReportsIsToldAboutOnceSomebodyWasAskedOrAnswered(t *testing.T) {
	for why, happened := range map[string]func(*world){
		"asked in the period":      func(w *world) { w.sends["invoice 2026-10"] = tally.Sends{Sent: 1} },
		"answered in the period":   func(w *world) { w.answered("invoice", "2026-10", 3) },
		"answered half a year ago": func(w *world) { w.answered("invoice", "2026-04", 3) },
	} {
		w := newWorld(t)
		happened(w)
		if r := w.report(t, "2026-10", november); len(r.Touchpoints) != 4 || r.Touchpoints[0].Name != "invoice" {
			t.Errorf("%s: %d touchpoints", why, len(r.Touchpoints))
		}
	}
}

// said is an answer to the survey about a touchpoint, so many minutes before the end of October.
func (w *world) said(touchpoint string, minutes, rating int, comment string) *response.Record {
	w.answers = append(w.answers, response.Record{
		Invitation: survey.Invitation{ID: fmt.Sprintf("i%04d", 9999-minutes), Touchpoint: touchpoint, Survey: w.program.Touchpoints[touchpoint].Survey, Subject: "#" + comment},
		Response: response.Response{Revision: 1, Rating: rating, Comment: comment, Counted: true, Day: "2026-10-31",
			AnsweredAt: time.Date(2026, 10, 31, 22, 59, 0, 0, time.UTC).Add(-time.Duration(minutes) * time.Minute)},
	})
	return &w.answers[len(w.answers)-1]
}

func commentsOf(quotes []Quote) (comments []string) {
	for _, q := range quotes {
		comments = append(comments, fmt.Sprint(q.Rating, " ", q.Comment))
	}
	return comments
}

func TestTheUnhappiestAndTheHappiestAreQuotedAndNobodyWhoTookItBack(t *testing.T) {
	w := newWorld(t)
	w.said("support", 1, 4, "fine")
	w.said("support", 2, 2, "slow")
	w.said("support", 3, 1, "never again")
	w.said("support", 4, 5, "")
	w.said("support", 5, 1, "erased").Erased = true
	w.said("support", 6, 1, "a scanner").Counted = false
	w.said("support", 7, 3, "so so")
	w.said("support", 8, 1, "older and as unhappy")
	w.said("support", 9, 5, "perfect")
	w.said("purchase", 10, 1, "about something else")
	w.said("support", 45*24*60, 1, "of September")
	support := touchpointOf(t, w.report(t, "2026-10", november), "support")
	if diff := cmp.Diff([]string{"1 never again", "1 older and as unhappy", "2 slow"}, commentsOf(support.Lowest)); diff != "" {
		t.Errorf("lowest (-want +got): %s", diff)
	}
	if diff := cmp.Diff([]string{"5 perfect", "4 fine"}, commentsOf(support.Highest)); diff != "" {
		t.Errorf("highest (-want +got): %s", diff)
	}
	if q := support.Lowest[0]; q.Group != score.Bad || q.Day != "2026-10-31" || q.Subject != "#never again" {
		t.Errorf("%+v", q)
	}
}

func TestOnAnEffortScaleTheHighestRatingIsTheUnhappiest(t *testing.T) {
	w := newWorld(t)
	s := w.program.Surveys["support-ces-v1"]
	s.Scale = score.Scale{Metric: score.CES, Min: 1, Max: 5, Direction: score.Lower, GoodFrom: 2, BadTo: 4}
	w.program.Surveys["support-ces-v1"] = s
	w.said("support", 1, 1, "no effort at all")
	w.said("support", 2, 5, "hours of it")
	support := touchpointOf(t, w.report(t, "2026-10", november), "support")
	if diff := cmp.Diff([]string{"5 hours of it"}, commentsOf(support.Lowest)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"1 no effort at all"}, commentsOf(support.Highest)); diff != "" {
		t.Error(diff)
	}
}

func TestOnlySoManyAnswersAreLookedThroughForQuotes(t *testing.T) {
	w := newWorld(t)
	w.most = 2 * pageSize
	for n := range w.most + 10 {
		w.said("support", n, 4, "fine")
	}
	w.answers[w.most-1].Rating = 2 // the last one that is read
	w.answers[w.most].Rating = 1
	support := touchpointOf(t, w.report(t, "2026-10", november), "support")
	if diff := cmp.Diff([]string{"2 fine"}, commentsOf(support.Lowest)); diff != "" {
		t.Error(diff)
	}
}

func TestCasesAreCountedByWhenTheyWereOpenedAndClosed(t *testing.T) {
	w := newWorld(t)
	of := func(id string, state followup.State, opened, due, closed string) followup.Case {
		c := followup.Case{ID: id, State: state, Touchpoint: "support", Survey: "support-ces-v1", Rating: 1, OpenedAt: at(t, opened), Due: at(t, due)}
		if closed != "" {
			c.ClosedAt = at(t, closed)
		}
		return c
	}
	w.open = []followup.Case{
		of("d", followup.Open, "2026-11-01T06:59:00Z", "2026-11-03T12:00:00Z", ""),
		of("c", followup.Taken, "2026-10-20T10:00:00Z", "2026-10-20T14:00:00Z", ""),
		of("b", followup.Open, "2026-10-19T10:00:00Z", "2026-10-19T14:00:00Z", ""),
		of("a", followup.Open, "2026-08-19T10:00:00Z", "2026-08-19T14:00:00Z", ""),
	}
	w.closed = []followup.Case{
		of("h", followup.Resolved, "2026-10-30T10:00:00Z", "2026-10-30T14:00:00Z", "2026-11-01T00:00:00Z"), // opened in October, closed after
		of("g", followup.Cancelled, "2026-10-10T10:00:00Z", "2026-10-10T14:00:00Z", "2026-10-11T10:00:00Z"),
		of("f", followup.Lost, "2026-10-05T10:00:00Z", "2026-10-05T14:00:00Z", "2026-10-06T10:00:00Z"),
		of("e", followup.Resolved, "2026-09-05T10:00:00Z", "2026-09-05T14:00:00Z", "2026-10-01T10:00:00Z"),
	}
	c := w.report(t, "2026-10", november).Cases
	got := fmt.Sprint(c.Opened, c.Over, c.Closed, c.Saved, c.Lost, c.Open, c.Overdue, c.AtLeast, *c.ClosureRate(), c.TimeToClose)
	if want := fmt.Sprint(4, 2, 2, 1, 1, 4, 2, false, 0.5, 13*24*time.Hour+12*time.Hour); got != want { // 1 day and 26
		t.Errorf("opened, over, closed, saved, lost, open, overdue: %s, want %s", got, want)
	}
	if none := (Cases{}); none.ClosureRate() != nil {
		t.Error("of no cases none are closed, and that is no rate")
	}
	var oldest []string
	for _, each := range c.Oldest {
		oldest = append(oldest, fmt.Sprint(each.ID, each.Overdue))
	}
	if diff := cmp.Diff([]string{"atrue", "btrue", "cfalse", "dfalse"}, oldest); diff != "" {
		t.Error(diff)
	}
}

func TestADeskReadsOfWhatItWorksForAndNothingElse(t *testing.T) {
	w := newWorld(t)
	w.answered("support", "2026-10", 1, 1, 2, 4, 5, 5)
	w.answered("purchase", "2026-10", 5)
	w.said("support", 1, 1, "slow")
	w.said("purchase", 2, 1, "expensive")
	for _, desk := range []string{"support", "support", "orders"} {
		w.open = append(w.open, followup.Case{ID: desk, State: followup.Open, Desk: desk, OpenedAt: november.Add(-time.Hour), Due: november})
	}
	audiences := []program.Audience{program.Everybody, {Readership: program.OfDesk, Name: "support"}, {Readership: program.OfDesk, Name: "orders"}}
	all, err := w.gather().Reports(t.Context(), w.program, named(t, "2026-10"), audiences, november)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range all {
		line := fmt.Sprintf("%s, %d cases:", r.For, r.Cases.Open)
		for _, each := range r.Touchpoints {
			line += fmt.Sprintf(" %s %d %v", each.Name, each.Score.N, commentsOf(each.Lowest))
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{
		"leadership, 3 cases: onboarding 0 [] purchase 1 [1 expensive] support 6 [1 slow]",
		"desk:support, 2 cases: support 6 [1 slow]",
		"desk:orders, 1 cases: purchase 1 [1 expensive]",
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAReportSaysWhatWasChangedInTheProgramMeanwhile(t *testing.T) {
	shipped := program.DefaultText()
	text := func(delay string) string {
		changed := strings.Replace(shipped, "    delay: 2h\n", "    delay: "+delay+"\n", 1)
		if changed == shipped {
			t.Fatal("the shipped program waits no two hours after a purchase")
		}
		return changed
	}
	w := newWorld(t)
	for _, row := range []struct{ text, at string }{
		{shipped, "2026-09-01T10:00:00Z"},
		{text("3h"), "2026-09-30T21:59:59Z"}, // still September in Stockholm
		{text("4h"), "2026-09-30T22:00:00Z"},
		{"not a program", "2026-10-02T10:00:00Z"}, // nobody can say what it changed
		{text("5h"), "2026-10-03T10:00:00Z"},
		{text("6h"), "2026-10-04T10:00:00Z"},
		{text("7h"), "2026-11-01T00:00:00Z"},
	} {
		w.applied = append(w.applied, version{row.text, at(t, row.at)})
	}
	w.program.Version = len(w.applied)
	delay := []program.Difference{{Part: "touchpoint", Name: "purchase", How: program.Altered, Fields: []string{"delay"}}}
	want := []Applied{{3, at(t, "2026-09-30T22:00:00Z"), delay}, {6, at(t, "2026-10-04T10:00:00Z"), delay}}
	if diff := cmp.Diff(want, w.report(t, "2026-10", november).Changes); diff != "" {
		t.Error(diff)
	}
	w.program.Version = 1
	if got := w.report(t, "2026-09", november).Changes; len(got) > 0 {
		t.Errorf("the first program changed %v", got)
	}
}

func TestAReportSaysWhyAndWhatItIsWorth(t *testing.T) {
	w := newWorld(t)
	s := w.program.Surveys["support-ces-v1"]
	for i := range 60 {
		rating, comment := 5, "friendly staff"
		if i%3 == 0 {
			rating, comment = 1, "the delivery was late, zebra"
		}
		if answer := w.said("support", i, rating, comment); rating == 1 {
			answer.Act, answer.VisitedAt, answer.Causes = response.Explicit, at(t, "2026-10-26T08:30:00Z"), []string{s.Causes[0].ID} // a Monday at 9:30
		} else {
			answer.Act, answer.VisitedAt = response.Explicit, at(t, "2026-10-25T08:30:00Z")
		}
	}
	w.answered("support", "2026-10", 1, 1, 1, 5, 5, 5)
	w.answered("support", "2026-09", 5, 5, 5, 5, 5)
	support := touchpointOf(t, w.report(t, "2026-10", november), "support")
	if support.Why == nil || support.Worth == nil {
		t.Fatalf("%+v", support)
	}
	got := fmt.Sprint(support.Why.Causes, support.Why.Themes[0], support.Why.Words[0], support.Why.Hours, len(support.Why.Drivers) > 0, support.Worth.Customers, len(support.Benchmarks))
	want := fmt.Sprint([]Mention{{s.Causes[0].ID, 20, 1}}, Mention{"staff", 40, 0.667}, Word{"en", "zebra", 20},
		[]Hour{{0, 9, 20, 1, 0}, {6, 9, 40, 5, 1}}, true, 2.8, 1)
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if purchase := touchpointOf(t, w.report(t, "2026-10", november), "purchase"); purchase.Why != nil || purchase.Worth != nil || purchase.Benchmarks != nil {
		t.Errorf("of nothing: %+v", purchase)
	}
}

func TestNobodyIsQuotedUnlessTheProgramSaysSo(t *testing.T) {
	w := newWorld(t)
	w.said("support", 1, 1, "slow")
	if w.program.Reports.Quote = false; len(touchpointOf(t, w.report(t, "2026-10", november), "support").Lowest) > 0 {
		t.Error("a customer is quoted")
	}
}

func TestTooManyCasesToCountAreSaidToBeAtLeastSoMany(t *testing.T) {
	w := newWorld(t)
	for n := range CasesRead + 1 {
		w.open = append(w.open, followup.Case{ID: fmt.Sprintf("%04d", n), State: followup.Open, OpenedAt: november.Add(-time.Duration(n) * time.Minute), Due: november})
	}
	if c := w.report(t, "2026-10", november).Cases; !c.AtLeast || c.Open != CasesRead || len(c.Oldest) != CasesShown {
		t.Errorf("%d open, at least: %v", c.Open, c.AtLeast)
	}
}
