package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/survey"
)

// caseDesk notes the cases that are handed on.
type caseDesk struct {
	handed []string
	err    error
}

func (d *caseDesk) Bounced(_ context.Context, caseID, messageID string, _ time.Time) error {
	d.handed = append(d.handed, caseID+" "+messageID)
	return d.err
}

func (o *office) delivery(desk survey.CaseMail) survey.Delivery {
	return survey.Delivery{Mailed: o, Marks: o, Reminders: o, Suppression: o, Returns: o, Cases: desk}
}

func TestAnEventActsAtOnceAndCountsOnce(t *testing.T) {
	for _, c := range []struct {
		fate                survey.Fate
		kind                string
		status              customer.Status
		bounced, complained int64
		why                 string
	}{
		{survey.Delivered, survey.SurveyLetter, customer.Reachable, 0, 0, ""},
		{survey.Returned, survey.SurveyLetter, customer.Bounced, 1, 0, "because"},
		{survey.Deferred, survey.SurveyLetter, customer.Reachable, 0, 0, "because"},
		{survey.Dropped, survey.SurveyLetter, customer.Reachable, 1, 0, "because"},
		{survey.Complained, survey.SurveyLetter, customer.Complained, 0, 1, ""},
		{survey.Returned, survey.ReminderLetter, customer.Bounced, 0, 0, "because"},
		{survey.Complained, survey.ReminderLetter, customer.Complained, 0, 1, ""},
	} {
		t.Run(string(c.fate)+" "+c.kind, func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				id := o.plan(t, "purchase", 1)
				o.mustWalk(t)
				report := survey.Report{Fate: c.fate, Kind: c.kind, Why: "because", Invitation: id, MessageID: "m", At: noon.Add(time.Minute)}
				for range 3 {
					if err := o.delivery(nil).Take(t.Context(), report); err != nil {
						t.Fatal(err)
					}
				}
				inv := o.invitation(t, id)
				row, err := s.Customer(t.Context(), inv.Customer)
				if err != nil || row.Status != c.status {
					t.Errorf("the customer is %q (%v), want %q", row.Status, err, c.status)
				}
				if b, n := o.count(t, "purchase", theDay, "bounced"), o.count(t, "purchase", theDay, "complained"); b != c.bounced || n != c.complained {
					t.Errorf("counted %d bounces and %d complaints, want %d and %d", b, n, c.bounced, c.complained)
				}
				if inv.Bounce != c.why || inv.BouncedAt.IsZero() != (c.bounced == 0) || inv.ComplainedAt.IsZero() != (c.complained == 0) {
					t.Errorf("%+v", inv)
				}
			})
		})
	}
}

func TestABounceAndAComplaintAboutOneMailAreBothCounted(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.plan(t, "purchase", 1)
		o.mustWalk(t)
		for _, fate := range []survey.Fate{survey.Complained, survey.Returned, survey.Complained} {
			if err := o.delivery(nil).Take(t.Context(), survey.Report{Fate: fate, Kind: survey.SurveyLetter, Invitation: id, At: noon}); err != nil {
				t.Fatal(err)
			}
		}
		row, err := s.Customer(t.Context(), o.invitation(t, id).Customer)
		if err != nil || row.Status != customer.Complained {
			t.Errorf("the customer is %q, %v; the graver status stays", row.Status, err)
		}
		if b, n := o.count(t, "purchase", theDay, "bounced"), o.count(t, "purchase", theDay, "complained"); b != 1 || n != 1 {
			t.Errorf("counted %d bounces and %d complaints, want 1 and 1", b, n)
		}
	})
}

func TestAnyEventProvesThatAnUnknownMailWasSent(t *testing.T) {
	for _, fate := range []survey.Fate{survey.Delivered, survey.Returned, survey.Deferred, survey.Complained} {
		t.Run(string(fate), func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				id := o.lose(t, 1)
				report := survey.Report{Fate: fate, Kind: survey.SurveyLetter, Invitation: id, At: noon.Add(time.Hour)}
				for range 2 {
					if err := o.delivery(nil).Take(t.Context(), report); err != nil {
						t.Fatal(err)
					}
				}
				if inv := o.invitation(t, id); inv.State != survey.Sent || o.count(t, "purchase", theDay, "sent") != 1 {
					t.Errorf("%s, %d counted", inv.State, o.count(t, "purchase", theDay, "sent"))
				}
			})
		})
	}
}

func TestAnEventProvesAReminderOfUnknownOutcome(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.sentLongAgo(t)
		o.post.lost[id] = true
		o.mustWalk(t)
		report := survey.Report{Fate: survey.Deferred, Kind: survey.ReminderLetter, Invitation: id, MessageID: "the-reminders", At: o.now}
		if err := o.delivery(nil).Take(t.Context(), report); err != nil {
			t.Fatal(err)
		}
		if inv := o.invitation(t, id); inv.Reminder != "the-reminders" {
			t.Errorf("%+v", inv)
		}
	})
}

func TestATaskMailThatDoesNotArriveHandsItsCaseOn(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		desk := &caseDesk{}
		for _, fate := range []survey.Fate{survey.Delivered, survey.Deferred, survey.Returned, survey.Dropped, survey.Complained} {
			if err := o.delivery(desk).Take(t.Context(), survey.Report{Fate: fate, Case: "case1", MessageID: string(fate), At: noon}); err != nil {
				t.Error(err)
			}
		}
		if want := []string{"case1 returned", "case1 dropped", "case1 complained"}; !cmp.Equal(desk.handed, want) {
			t.Errorf("handed on: %v, want %v", desk.handed, want)
		}
		desk.err = errors.New("busy")
		if err := o.delivery(desk).Take(t.Context(), survey.Report{Fate: survey.Returned, Case: "case1", At: noon}); !errors.Is(err, desk.err) {
			t.Errorf("%v, want the event to come again", err)
		}
	})
}

func TestAnEventAboutNothingOfOursIsPassedOver(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		planned := o.plan(t, "purchase", 1)
		for _, id := range []string{"", "nobody-knows-this-id", planned} {
			if err := o.delivery(nil).Take(t.Context(), survey.Report{Fate: survey.Complained, Invitation: id, At: noon}); err != nil {
				t.Error(err)
			}
		}
		if inv := o.invitation(t, planned); inv.State != survey.Planned || !inv.ComplainedAt.IsZero() {
			t.Errorf("%+v; nothing was sent that one could complain about", inv)
		}
	})
}
