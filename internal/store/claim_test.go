package store

import (
	"errors"
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/touchpoint"
)

// sentLongAgo plans and sends an invitation and lets the time of its reminder come.
func (o *office) sentLongAgo(t *testing.T) string {
	t.Helper()
	id := o.plan(t, "purchase", 1)
	o.mustWalk(t)
	o.now = noon.Add(72 * time.Hour)
	return id
}

func TestThereIsOneReminderAtMost(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.sentLongAgo(t)
		for range 3 {
			o.mustWalk(t)
			o.now = o.now.Add(100 * time.Hour)
		}
		inv := o.invitation(t, id)
		if inv.Reminder != "ses-reminder-"+id || !inv.RemindedAt.Equal(noon.Add(72*time.Hour)) || inv.State != survey.Sent {
			t.Errorf("%+v", inv)
		}
		if o.post.took["reminder "+id] != 1 || o.post.took["survey "+id] != 1 || o.count(t, "purchase", theDay, "sent") != 1 {
			t.Errorf("%v, %d counted", o.post.took, o.count(t, "purchase", theDay, "sent"))
		}
		if due := dueBy(t, s, noon.Add(10000*time.Hour), 10); len(due) > 0 {
			t.Errorf("%v is still on the agenda", due)
		}
	})
}

func TestWhoeverAnsweredOrCannotBeMailedIsNotReminded(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(*testing.T, *office, survey.Invitation)
	}{
		{"answered", func(t *testing.T, o *office, inv survey.Invitation) { o.answer(t, inv.ID, o.now) }},
		{"answered, the entry is seen a moment late", func(t *testing.T, o *office, inv survey.Invitation) {
			if _, err := o.table.Write(t.Context(), table.Write{
				Kind: table.Update, Key: invitationKey(inv.ID), Set: table.Item{"state": string(survey.Answered)},
			}); err != nil {
				t.Fatal(err)
			}
		}},
		{"bounced", func(t *testing.T, o *office, inv survey.Invitation) {
			if err := o.Bounced(t.Context(), inv, "Permanent/General", o.now); err != nil {
				t.Fatal(err)
			}
		}},
		{"complained", func(t *testing.T, o *office, inv survey.Invitation) {
			if err := o.Complained(t.Context(), inv, o.now); err != nil {
				t.Fatal(err)
			}
		}},
		{"unsubscribed", func(t *testing.T, o *office, inv survey.Invitation) {
			if _, err := o.Suppress(t.Context(), inv.Customer, customer.Unsubscribed, o.now); err != nil {
				t.Fatal(err)
			}
		}},
		{"the survey is over", func(_ *testing.T, o *office, inv survey.Invitation) { o.now = inv.ExpiresAt }},
		{"the program reminds nobody any more", func(_ *testing.T, o *office, _ survey.Invitation) {
			o.program.Touchpoints["purchase"] = program.Touchpoint{Survey: "purchase-ces-v1"}
		}},
		{"the touchpoint was turned off", func(_ *testing.T, o *office, _ survey.Invitation) {
			o.program.Touchpoints["purchase"] = program.Touchpoint{Survey: "purchase-ces-v1", Reminder: time.Hour, Off: true}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				id := o.sentLongAgo(t)
				c.before(t, o, o.invitation(t, id))
				state := o.invitation(t, id).State
				o.mustWalk(t)
				if n := o.post.took["reminder "+id]; n != 0 {
					t.Errorf("%d reminders", n)
				}
				inv := o.invitation(t, id)
				if due := dueBy(t, s, noon.Add(10000*time.Hour), 10); len(due) > 0 || inv.State != state || !o.asks(t, inv) {
					t.Errorf("%v is on the agenda; %+v", due, inv)
				}
			})
		})
	}
}

func TestWhatTheCarrierSaysDecidesWhatBecomesOfAReminder(t *testing.T) {
	for _, c := range []struct {
		name     string
		says     error
		reminder string
		later    int
	}{
		{"throttled: later", survey.ErrThrottled, "", 1},
		{"suspended: later", survey.ErrSuspended, "", 1},
		{"refused: never", survey.ErrRefused, survey.ReminderRefused, 0},
		{"no answer: never again", errors.New("connection reset"), survey.ReminderUnknown, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				id := o.sentLongAgo(t)
				o.post.says = func(survey.Letter) error { return c.says }
				if err := o.walk(t); err != nil && !errors.Is(err, c.says) {
					t.Error(err)
				}
				if inv := o.invitation(t, id); inv.Reminder != c.reminder || inv.State != survey.Sent || inv.RemindedAt.IsZero() != (c.reminder == "") {
					t.Errorf("%+v", inv)
				}
				o.post.says, o.now = nil, o.now.Add(time.Hour)
				o.mustWalk(t)
				if n := o.post.took["reminder "+id]; n != c.later {
					t.Errorf("%d reminders later, want %d", n, c.later)
				}
			})
		})
	}
}

func TestAReminderWhoseSenderDiedIsNotSentAgain(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.sentLongAgo(t)
		if mine, err := s.ClaimReminder(t.Context(), id, "the dead", o.now); !mine || err != nil {
			t.Fatal(mine, err)
		}
		if mine, err := s.ClaimReminder(t.Context(), id, "another", o.now); mine || err != nil {
			t.Errorf("a second claim: %v, %v", mine, err)
		}
		if err := s.PutBackReminder(t.Context(), id, "another", time.Time{}); err != nil {
			t.Error(err)
		}
		if inv := o.invitation(t, id); inv.Reminder != survey.ReminderClaimed {
			t.Errorf("somebody else put the claim back: %+v", inv)
		}
		for _, after := range []time.Duration{0, agenda.LeaseTime + 31*time.Second} {
			o.now = noon.Add(72 * time.Hour).Add(after)
			o.mustWalk(t)
		}
		if inv := o.invitation(t, id); inv.Reminder != survey.ReminderUnknown || o.post.took["reminder "+id] != 0 {
			t.Errorf("%+v", inv)
		}
	})
}

func TestAnAnswerThatComesWhileTheReminderIsSentKeepsItsVerdict(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.sentLongAgo(t)
		verdict := agenda.Entry{Due: o.now.Add(10 * time.Minute), Kind: agenda.Verdict, Key: id}
		o.post.onCarry = func(survey.Letter) {
			set := table.Item{"state": string(survey.Answered)}
			place(set, verdict)
			if _, err := o.table.Write(t.Context(), table.Write{Kind: table.Update, Key: invitationKey(id), Set: set}); err != nil {
				t.Error(err)
			}
		}
		o.mustWalk(t)
		inv, due := o.invitation(t, id), dueBy(t, s, noon.Add(10000*time.Hour), 10)
		if inv.State != survey.Answered || inv.Reminder == survey.ReminderClaimed || len(due) != 1 || due[0] != verdict {
			t.Errorf("%+v, %v on the agenda", inv, due)
		}
	})
}

func TestAReservationNeverExceedsTheDay(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		for _, step := range []struct{ want, got, back int }{
			{5, 5, 2}, {5, 5, 0}, {5, 2, 0}, {1, 0, 0}, {0, 0, 10}, {3, 3, 0}, {20, 7, 0},
		} {
			got, err := s.Reserve(t.Context(), "2026-11-20", step.want, 10)
			if err != nil || got != step.got {
				t.Errorf("reserved %d of %d, %v; want %d", got, step.want, err, step.got)
			}
			if err := s.GiveBack(t.Context(), "2026-11-20", step.back); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestASurveyThatTurnsBackAfterItsSubjectWasReopenedIsNotSentLater(t *testing.T) {
	for _, c := range []struct {
		name  string
		says  error
		mails int
		state survey.State
	}{
		{"the carrier has enough: taken back, its place freed", survey.ErrThrottled, 0, survey.Cancelled},
		{"the carrier took it: sent, its place kept", nil, 1, survey.Sent},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				id := o.plan(t, "support", 1)
				visit := touchpoint.Visit{ID: id, Touchpoint: "support", Source: "shop", Subject: "1", Round: 1}
				o.post.says = func(survey.Letter) error {
					if err := s.Reopen(t.Context(), touchpoint.Reopening{Visit: visit, After: touchpoint.Subject{Round: 2}, Leaving: id}); err != nil {
						t.Error(err)
					}
					return c.says
				}
				o.mustWalk(t)
				o.post.says, o.now = nil, o.now.Add(time.Hour)
				o.mustWalk(t)
				inv := o.invitation(t, id)
				if n := o.post.took["survey "+id]; n != c.mails || inv.State != c.state || o.asks(t, inv) != (c.state == survey.Sent) {
					t.Errorf("%d mails, its place is kept: %v, %+v", n, o.asks(t, inv), inv)
				}
				if due := dueBy(t, s, noon.Add(1000*time.Hour), 10); len(due) > 0 {
					t.Errorf("%v is still on the agenda", due)
				}
			})
		})
	}
}
