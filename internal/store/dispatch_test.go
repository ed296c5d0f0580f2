package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/survey"
	"afterword/internal/table"
)

func TestADueInvitationIsSentOnceAndCounted(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.plan(t, "purchase", 1)
		for range 3 {
			o.mustWalk(t)
			o.now = o.now.Add(time.Minute)
		}
		inv := o.invitation(t, id)
		if inv.State != survey.Sent || !inv.SentAt.Equal(noon) || inv.MessageID != "ses-survey-"+id || inv.SentDay != theDay {
			t.Errorf("%+v", inv)
		}
		if want := noon.Add(30 * 24 * time.Hour); !inv.ExpiresAt.Equal(want) {
			t.Errorf("it expires at %v, want %v", inv.ExpiresAt, want)
		}
		if n := o.post.took["survey "+id]; n != 1 {
			t.Errorf("%d mails, want 1", n)
		}
		if n := o.count(t, "purchase", theDay, "sent"); n != 1 {
			t.Errorf("%d counted, want 1", n)
		}
		if !o.asks(t, inv) {
			t.Error("it lost its place among the customer's asks")
		}
		due := dueBy(t, s, noon.Add(1000*time.Hour), 10)
		if want := (agenda.Entry{Due: noon.Add(72 * time.Hour), Kind: agenda.Remind, Key: id}); len(due) != 1 || due[0] != want {
			t.Errorf("on the agenda: %v, want %v", due, want)
		}
	})
}

func TestATouchpointWithoutReminderLeavesTheAgenda(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.plan(t, "support", 1)
		o.mustWalk(t)
		if due := dueBy(t, s, noon.Add(1000*time.Hour), 10); len(due) > 0 || o.invitation(t, id).State != survey.Sent {
			t.Errorf("%v is on the agenda", due)
		}
	})
}

func TestWhatTheCarrierSaysDecidesWhatBecomesOfAnInvitation(t *testing.T) {
	refusal := func(err error) func(survey.Letter) error {
		return func(survey.Letter) error { return fmt.Errorf("wrapped: %w", err) }
	}
	for _, c := range []struct {
		name   string
		says   func(survey.Letter) error
		state  survey.State
		alarms bool
		asks   bool // it keeps its place
		later  int  // mails when the carrier is well again
	}{
		{"throttled: put back", refusal(survey.ErrThrottled), survey.Planned, false, true, 1},
		{"over the day's quota: put back", refusal(survey.ErrQuota), survey.Planned, false, true, 1},
		{"suspended: put back, with an alarm", refusal(survey.ErrSuspended), survey.Planned, true, true, 1},
		{"refused: failed, its place is free", refusal(survey.ErrRefused), survey.Failed, false, false, 0},
		{"no answer: unknown, never sent again", refusal(errors.New("connection reset")), survey.Unknown, false, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				id := o.plan(t, "purchase", 1)
				o.post.says = c.says
				if err := o.walk(t); (err != nil) != c.alarms {
					t.Errorf("the walk says %v", err)
				}
				inv := o.invitation(t, id)
				if inv.State != c.state || o.asks(t, inv) != c.asks {
					t.Errorf("%s, place kept: %v", inv.State, o.asks(t, inv))
				}
				if inv.State != survey.Unknown && (inv.Claim != "" || inv.SentDay != "" || !inv.ClaimedAt.IsZero() || !inv.ExpiresAt.IsZero()) {
					t.Errorf("the claim left its marks: %+v", inv)
				}
				o.post.says, o.now = nil, o.now.Add(10*time.Minute)
				o.mustWalk(t)
				if n := o.post.took["survey "+id]; n != c.later || o.count(t, "purchase", theDay, "sent") != int64(c.later) {
					t.Errorf("%d mails later, want %d; counted %d", n, c.later, o.count(t, "purchase", theDay, "sent"))
				}
			})
		})
	}
}

func TestWhenTheCarrierHasEnoughTheRestWaits(t *testing.T) {
	for _, c := range []struct {
		name     string
		err      error
		attempts int // most letters that are tried in one walk
	}{
		{"throttled", survey.ErrThrottled, 8},
		{"suspended", survey.ErrSuspended, 8},
		{"many unknown", errors.New("time-out"), 10}, // 3 and those under way
	} {
		onEngines(t, func(t *testing.T, s *Store) {
			o := newOffice(s)
			o.planMany(t, "purchase", 40)
			attempts := 0
			o.post.says = func(survey.Letter) error { attempts++; return c.err }
			err := o.walk(t)
			if attempts > c.attempts {
				t.Errorf("%s: %d letters were tried, want at most %d", c.name, attempts, c.attempts)
			}
			if errors.Is(c.err, survey.ErrSuspended) != errors.Is(err, survey.ErrSuspended) {
				t.Errorf("%s: the walk says %v", c.name, err)
			}
			o.post.says, o.now = nil, o.now.Add(time.Minute)
			o.mustWalk(t)
			unknown := 40 - len(o.post.took)
			if unknown > c.attempts || c.name != "many unknown" && unknown > 0 {
				t.Errorf("%s: %d of 40 were not sent in the end", c.name, unknown)
			}
		})
	}
}

func TestALetterThatCannotBeWrittenKeepsNoOtherWaiting(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		bad := o.plan(t, "purchase", 30)
		o.planMany(t, "purchase", 10)
		o.dispatcher.Writer = pen{blot: bad}
		if err := o.walk(t); err == nil {
			t.Error("nobody hears of the letter that cannot be written")
		}
		if len(o.post.took) != 10 || o.invitation(t, bad).State != survey.Planned {
			t.Errorf("%d letters left, and the other one is %s", len(o.post.took), o.invitation(t, bad).State)
		}
	})
}

func TestWhatStandsAgainstAnInvitationStopsItAtTheLastMoment(t *testing.T) {
	set := func(status customer.Status) func(*testing.T, *office, survey.Invitation) {
		return func(t *testing.T, o *office, inv survey.Invitation) {
			if _, err := o.Suppress(t.Context(), inv.Customer, status, noon); err != nil {
				t.Fatal(err)
			}
		}
	}
	touchpoint := func(change func(*program.Touchpoint)) func(*testing.T, *office, survey.Invitation) {
		return func(_ *testing.T, o *office, _ survey.Invitation) {
			tp := o.program.Touchpoints["purchase"]
			change(&tp)
			o.program.Touchpoints["purchase"] = tp
		}
	}
	for _, c := range []struct {
		name   string
		before func(*testing.T, *office, survey.Invitation)
		state  survey.State
		why    string
	}{
		{"the customer unsubscribed", set(customer.Unsubscribed), survey.Suppressed, "unsubscribed"},
		{"the customer's address bounced", set(customer.Bounced), survey.Suppressed, "bounced"},
		{"the customer complained", set(customer.Complained), survey.Suppressed, "complained"},
		{"the customer was erased", set(customer.Erased), survey.Suppressed, "erased"},
		{"the customer has no address", func(t *testing.T, o *office, inv survey.Invitation) {
			if _, err := o.table.Write(t.Context(), table.Write{Kind: table.Update, Key: customerKey(inv.Customer), Remove: []string{"address"}}); err != nil {
				t.Fatal(err)
			}
		}, survey.Suppressed, survey.WhyNoAddress},
		{"the touchpoint was turned off", touchpoint(func(tp *program.Touchpoint) { tp.Off = true }), survey.Cancelled, survey.WhyOff},
		{"the touchpoint became a shadow", touchpoint(func(tp *program.Touchpoint) { tp.Shadow = true }), survey.Cancelled, survey.WhyOff},
		{"the touchpoint is gone", func(_ *testing.T, o *office, _ survey.Invitation) { delete(o.program.Touchpoints, "purchase") }, survey.Cancelled, survey.WhyOff},
		{"the survey is gone", func(_ *testing.T, o *office, _ survey.Invitation) { delete(o.program.Surveys, "purchase-ces-v1") }, survey.Cancelled, survey.WhyOff},
		{"its time is a day ago", func(_ *testing.T, o *office, inv survey.Invitation) { o.now = inv.PlannedAt.Add(24 * time.Hour) }, survey.Expired, survey.WhyLate},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				id := o.plan(t, "purchase", 1)
				c.before(t, o, o.invitation(t, id))
				o.mustWalk(t)
				inv := o.invitation(t, id)
				if inv.State != c.state || inv.Why != c.why || len(o.post.took) > 0 {
					t.Errorf("%s because %q, %d mails; want %s because %q", inv.State, inv.Why, len(o.post.took), c.state, c.why)
				}
				if o.asks(t, inv) || !inv.ExpiresAt.IsZero() || inv.Claim != "" {
					t.Errorf("its place is kept: %v, or it can be answered: %+v", o.asks(t, inv), inv)
				}
				if due := dueBy(t, s, noon.Add(1000*time.Hour), 10); len(due) > 0 {
					t.Errorf("%v is still on the agenda", due)
				}
			})
		})
	}
}

func TestAReopenedSubjectsInvitationIsNotSent(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.plan(t, "purchase", 1)
		// The entry is seen, the invitation is not planned any more: the index is a moment late.
		if _, err := o.table.Write(t.Context(), table.Write{Kind: table.Update, Key: invitationKey(id), Set: table.Item{"state": string(survey.Cancelled)}}); err != nil {
			t.Fatal(err)
		}
		o.mustWalk(t)
		if due := dueBy(t, s, noon, 10); len(o.post.took) > 0 || len(due) > 0 || o.invitation(t, id).State != survey.Cancelled {
			t.Errorf("%d mails, %v on the agenda", len(o.post.took), due)
		}
	})
}
