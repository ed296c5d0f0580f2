package touchpoint_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
)

// meeting is a purchase that is talked through: it ends in ten days.
func meeting() touchpoint.Event {
	e := order()
	e.Source, e.Name, e.Delivery, e.Subject, e.At, e.Ahead = "calendly", "invitee.created", "invitee.created:i", "i", noon.Add(10*day), true
	return e
}

// calledOff is told of as soon as it is.
func calledOff() touchpoint.Event {
	e := meeting()
	e.Name, e.Delivery, e.At, e.Reopened = "invitee.canceled", "invitee.canceled:i", noon.Add(-time.Minute), true
	return e
}

func TestAnAppointmentIsAskedAboutAfterItEnded(t *testing.T) {
	for _, row := range []struct {
		rule   string
		change func(*touchpoint.Event)
		reason touchpoint.Reason
		at     time.Time
	}{
		{"in ten days", func(*touchpoint.Event) {}, touchpoint.Planned, noon.Add(10 * day)},
		{"told of when it was over", func(e *touchpoint.Event) { e.At = noon.Add(-day) }, touchpoint.Planned, noon.Add(-day)},
		{"in a year", func(e *touchpoint.Event) { e.At = noon.Add(365 * day) }, touchpoint.Planned, noon.Add(365 * day)},
		{"in several years", func(e *touchpoint.Event) { e.At = noon.AddDate(7, 0, 0) }, touchpoint.TooOld, noon.Add(366 * day)},
		{"what is no appointment has happened", func(e *touchpoint.Event) { e.Ahead = false }, touchpoint.Planned, noon},
	} {
		book, e := &page{}, meeting()
		row.change(&e)
		outcome := take(t, book, e)
		if v := book.entered.Visit; outcome.Reason != row.reason || !v.At.Equal(row.at) {
			t.Errorf("%s: %s at %s", row.rule, outcome.Reason, v.At)
		}
		if inv := book.entered.Invitation; inv != nil && !inv.PlannedAt.Equal(row.at.Add(2*day)) {
			t.Errorf("%s: planned for %s", row.rule, inv.PlannedAt)
		}
	}
}

func TestAnAppointmentAheadStandsInTheWayOfWhatIsNearItOnly(t *testing.T) {
	for _, row := range []struct {
		ends time.Time
		want touchpoint.Reason
	}{{noon.Add(200 * day), touchpoint.Planned}, {noon.Add(3 * day), touchpoint.Fatigue}} {
		first := &page{}
		e := meeting()
		e.At = row.ends
		take(t, first, e)
		book := &page{customer: *first.entered.Customer}
		if outcome := take(t, book, order()); outcome.Reason != row.want {
			t.Errorf("a meeting on %s, an order today: %s, %s", row.ends, outcome.Reason, outcome.Explanation)
		}
	}
}

func TestAnAppointmentIsTakenBackBeforeAndAfterItsTime(t *testing.T) {
	visit := touchpoint.Visit{Touchpoint: "purchase", Source: "calendly", Subject: "i", Round: 1, At: noon.Add(10 * day), Delivery: "invitee.created:i", Invitation: "inv"}
	held := customer.Customer{ID: "maria", Asks: []customer.Ask{{Invitation: "inv"}}}
	last := touchpoint.Last{Visit: &visit, Invitation: &survey.Invitation{ID: "inv", State: survey.Planned}, Customer: held}
	book := &page{last: last}
	if outcome := take(t, book, calledOff()); outcome.Reason != touchpoint.Reopened || book.reopened.Cancel != "inv" || len(book.reopened.Customer.Asks) != 0 {
		t.Errorf("called off before: %s, %+v", outcome.Reason, book.reopened)
	}
	// It comes again, or nobody came and the host says so, too.
	over := touchpoint.Last{Subject: book.reopened.After}
	for _, delivery := range []string{"invitee.canceled:i", "invitee_no_show.created:i"} {
		book, e := &page{last: over}, calledOff()
		e.Delivery = delivery
		if outcome := take(t, book, e); outcome.Reason != touchpoint.NotVisited || book.reopened != nil || book.entered != nil {
			t.Errorf("%s: %+v", delivery, outcome)
		}
	}
	missed := calledOff()
	missed.Name, missed.Delivery, missed.At = "invitee_no_show.created", "invitee_no_show.created:i", noon
	visit.At = noon.Add(-time.Hour)
	book = &page{last: last}
	if outcome := take(t, book, missed); outcome.Reason != touchpoint.Reopened || book.reopened.Cancel != "inv" {
		t.Errorf("nobody came: %s, %+v", outcome.Reason, book.reopened)
	}
	// The booking, again, is of the round that is over; what is told of it afterwards is of the next, whenever the meeting was.
	for delivery, round := range map[string]int{"invitee.created:i": 1, "invitee_no_show.deleted:i": 2} {
		book, e := &page{subject: book.reopened.After}, meeting()
		e.Delivery, e.At = delivery, visit.At
		if take(t, book, e); book.entered.Visit.Round != round {
			t.Errorf("%s is of round %d", delivery, book.entered.Visit.Round)
		}
	}
}

func TestAnAppointmentThatWasCalledOffBeforeItWasToldOfIsNotAskedAbout(t *testing.T) {
	book := &page{}
	outcome := take(t, book, calledOff())
	v := book.entered.Visit
	if outcome.Reason != touchpoint.Reopened || v.Reason != touchpoint.Reopened || v.Round != 1 || book.entered.Invitation != nil || book.entered.Customer != nil {
		t.Errorf("%+v", book.entered)
	}
	if v.Customer != hasher(t).ID("maria@customer.example") {
		t.Error("whoever is erased later leaves a subject behind")
	}
	created := &page{known: &v}
	if outcome := take(t, created, meeting()); outcome.Reason != touchpoint.Reopened || !outcome.Repeated || outcome.Invitation != nil {
		t.Errorf("told of afterwards: %+v", outcome)
	}
	for _, delivery := range []string{"invitee.canceled:i", "invitee_no_show.created:i"} {
		again, e := &page{last: touchpoint.Last{Visit: &v}}, calledOff()
		e.Delivery = delivery
		if outcome := take(t, again, e); !outcome.Repeated || again.reopened != nil {
			t.Errorf("%s: %+v", delivery, outcome)
		}
	}
	erased := &page{customer: customer.Customer{Status: customer.Erased}}
	if take(t, erased, calledOff()); !erased.entered.Visit.Erased || erased.entered.Visit.Subject == "i" {
		t.Errorf("of an erased customer: %+v", erased.entered.Visit)
	}
	tombstone := &page{known: &erased.entered.Visit}
	if diff := cmp.Diff(touchpoint.NotVisited, take(t, tombstone, calledOff()).Reason); diff != "" {
		t.Error(diff)
	}
}

// late tells of the booking between the read and the write of its cancellation.
type late struct{ *page }

func (l late) Enter(context.Context, touchpoint.Entry) (touchpoint.Visit, bool, error) {
	visit := touchpoint.Visit{Round: 1, At: noon.Add(10 * day), Delivery: "invitee.created:i", Invitation: "inv"}
	l.last = touchpoint.Last{Visit: &visit, Invitation: &survey.Invitation{ID: "inv", State: survey.Planned}}
	return visit, true, nil
}

func TestABookingAndItsCancellationAtOnceLeaveNoSurvey(t *testing.T) {
	book := late{&page{}}
	outcome, err := touchpoint.Intake{Book: book, Hash: hasher(t)}.Take(t.Context(), shop(), calledOff(), noon)
	if err != nil || outcome.Reason != touchpoint.Reopened || book.reopened == nil || book.reopened.Cancel != "inv" {
		t.Errorf("%+v, %v", outcome, err)
	}
}
