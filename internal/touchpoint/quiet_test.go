package touchpoint_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
)

const quiet = 24 * time.Hour

// solved is the solution of a ticket that has to hold for a day.
func solved(change func(*touchpoint.Event)) touchpoint.Event {
	e := order()
	e.Touchpoint, e.Source, e.Subject, e.Delivery, e.At, e.Quiet = "support", "zendesk", "88", "d-9", noon.Add(-time.Hour), quiet
	if change != nil {
		change(&e)
	}
	return e
}

func TestNobodyIsAskedAgainAboutWhatCameBackSoonAfterTheFirstAsk(t *testing.T) {
	reopened := noon.Add(-3 * time.Hour)
	for _, row := range []struct {
		rule    string
		subject touchpoint.Subject
		event   touchpoint.Event
		want    touchpoint.Reason
	}{
		{"reopened within the quiet time after the ask", touchpoint.Subject{Round: 2, ReopenedAt: reopened, AskedAt: reopened.Add(time.Second - quiet)}, solved(nil), touchpoint.AskedBefore},
		{"reopened later than that", touchpoint.Subject{Round: 2, ReopenedAt: reopened, AskedAt: reopened.Add(-quiet)}, solved(nil), touchpoint.Planned},
		{"reopened before the ask, and told of late", touchpoint.Subject{Round: 2, ReopenedAt: reopened, AskedAt: reopened.Add(time.Hour)}, solved(nil), touchpoint.AskedBefore},
		{"nobody was asked", touchpoint.Subject{Round: 2, ReopenedAt: reopened}, solved(nil), touchpoint.Planned},
		{"a rule without quiet", touchpoint.Subject{Round: 2, ReopenedAt: reopened, AskedAt: reopened}, solved(func(e *touchpoint.Event) { e.Quiet = 0 }), touchpoint.Planned},
		{"told of late: it was reopened after this", touchpoint.Subject{Round: 2, ReopenedAt: reopened}, solved(func(e *touchpoint.Event) { e.At = reopened.Add(-time.Second) }), touchpoint.ReopenedSince},
		{"at the time that it was reopened", touchpoint.Subject{Round: 2, ReopenedAt: reopened}, solved(func(e *touchpoint.Event) { e.At = reopened }), touchpoint.Planned},
		{"a test, which nobody is asked about anyway", touchpoint.Subject{Round: 2, ReopenedAt: reopened, AskedAt: reopened}, solved(func(e *touchpoint.Event) { e.Test = true }), touchpoint.Test},
	} {
		book := &page{subject: row.subject}
		if got := take(t, book, row.event); got.Reason != row.want || (got.Invitation != nil) != (row.want == touchpoint.Planned) || got.Visit.Explanation != got.Explanation {
			t.Errorf("%s: %+v", row.rule, got.Decision)
		}
	}
}

func TestASubjectRemembersThatItsCustomerWasAsked(t *testing.T) {
	planned, before := noon.Add(-9*time.Hour), noon.Add(-90*time.Hour)
	visit := touchpoint.Visit{Touchpoint: "support", Source: "zendesk", Subject: "88", Round: 1, At: noon.Add(-33 * time.Hour), Invitation: "inv"}
	again := visit
	again.Decision.Reason, again.Invitation = touchpoint.AskedBefore, ""
	for _, row := range []struct {
		state survey.State
		visit touchpoint.Visit
		want  time.Time
	}{
		{survey.Sent, visit, planned}, {survey.Answered, visit, planned}, {survey.Unknown, visit, planned}, {survey.Claimed, visit, planned},
		{survey.Planned, visit, before}, {survey.Failed, visit, before}, {survey.Suppressed, visit, before}, {survey.Expired, visit, before}, {"", visit, before},
		{"", again, visit.At}, // else whoever reopens often enough would be asked twice
	} {
		book := &page{last: touchpoint.Last{Visit: &row.visit, Subject: touchpoint.Subject{AskedAt: before}}}
		if row.state != "" {
			book.last.Invitation = &survey.Invitation{ID: "inv", State: row.state, PlannedAt: planned}
		}
		take(t, book, solved(func(e *touchpoint.Event) { e.Reopened = true }))
		if got := book.reopened.After.AskedAt; !got.Equal(row.want) {
			t.Errorf("%s %s: asked at %s", row.state, row.visit.Reason, got)
		}
	}
}

func TestAReopeningThatIsToldOfFirstIsKeptWhereASubjectHasToStayQuiet(t *testing.T) {
	at := noon.Add(-time.Hour)
	reopening := func(change func(*touchpoint.Event)) touchpoint.Event {
		return solved(func(e *touchpoint.Event) {
			if e.Reopened = true; change != nil {
				change(e)
			}
		})
	}
	past := []touchpoint.Past{{Reopened: "d-9"}}
	two := touchpoint.Subject{Round: 2, ReopenedAt: at.Add(-time.Minute), Past: []touchpoint.Past{{Visited: "d-1", Reopened: "d-2"}}}
	moved := two
	moved.ReopenedAt = at
	for _, row := range []struct {
		rule  string
		last  touchpoint.Last
		event touchpoint.Event
		want  *touchpoint.Subject
	}{
		{"nobody told of it before", touchpoint.Last{}, reopening(nil), &touchpoint.Subject{Round: 2, ReopenedAt: at, Past: past}},
		{"it was solved and reopened before", touchpoint.Last{Subject: two}, reopening(nil), &moved},
		{"without a quiet time", touchpoint.Last{}, reopening(func(e *touchpoint.Event) { e.Quiet = 0 }), nil},
		{"an erased one", touchpoint.Last{Erased: true}, reopening(nil), nil},
		{"older than what is known", touchpoint.Last{Subject: two}, reopening(func(e *touchpoint.Event) { e.At = two.ReopenedAt }), nil},
	} {
		book := &page{last: row.last}
		if got := take(t, book, row.event); got.Reason != touchpoint.NotVisited {
			t.Errorf("%s: %+v", row.rule, got.Decision)
		}
		var got *touchpoint.Subject
		if book.reopened != nil {
			got = &book.reopened.After
		}
		if diff := cmp.Diff(row.want, got); diff != "" || book.reopened != nil && !book.reopened.Early {
			t.Errorf("%s: %s", row.rule, diff)
		}
	}
}

func TestASolutionThatIsToldOfLaterTakesThePlaceOfTheOneToBeAskedAbout(t *testing.T) {
	first := touchpoint.Visit{ID: "one", Touchpoint: "support", Source: "zendesk", Subject: "88", Round: 1, Delivery: "d-1", At: noon.Add(-2 * time.Hour), Invitation: "one"}
	for _, row := range []struct {
		rule   string
		state  survey.State
		event  touchpoint.Event
		begins bool
	}{
		{"later, by another delivery", survey.Planned, solved(nil), true},
		{"later, of a source that names no deliveries", survey.Planned, solved(func(e *touchpoint.Event) { e.Delivery = "" }), true},
		{"the same delivery again", survey.Planned, solved(func(e *touchpoint.Event) { e.Delivery = "d-1" }), false},
		{"at the same time", survey.Planned, solved(func(e *touchpoint.Event) { e.At = first.At }), false},
		{"without a quiet time", survey.Planned, solved(func(e *touchpoint.Event) { e.Quiet = 0 }), false},
		{"the mail has left", survey.Sent, solved(nil), false},
	} {
		book := &page{known: &first, last: touchpoint.Last{Visit: &first, Customer: customer.Customer{ID: "maria", Asks: []customer.Ask{{Invitation: "one"}}},
			Invitation: &survey.Invitation{ID: "one", State: row.state}}}
		_, err := touchpoint.Intake{Book: book, Hash: hasher(t)}.Take(t.Context(), shop(), row.event, noon)
		if begins := book.reopened != nil; begins != row.begins || begins != (err != nil) { // this book never has a new round
			t.Errorf("%s: reopened %+v, %v", row.rule, book.reopened, err)
		}
		if r := book.reopened; r != nil && (r.Cancel != "one" || len(r.Customer.Asks) != 0 || !r.After.ReopenedAt.Equal(row.event.At) || r.After.Past[0].Reopened != "") {
			t.Errorf("%s: %+v", row.rule, r)
		}
	}
}
