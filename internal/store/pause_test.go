package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/survey"
)

func TestAPauseIsKeptUnlessSomebodyWasFaster(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		if p, err := s.Pause(t.Context()); err != nil || p != (survey.Pause{}) {
			t.Fatalf("before any: %+v, %v", p, err)
		}
		first := survey.Pause{Since: noon, Why: survey.TooManyBounces, Mails: 100, Troubled: 10, After: noon.Add(-time.Hour)}
		second := survey.Pause{From: noon.Add(time.Hour), Revision: 1}
		for _, row := range []struct {
			pause survey.Pause
			kept  bool
		}{{first, true}, {survey.Pause{Since: noon, Why: survey.TooManyComplaints}, false}, {second, true}, {second, false}} {
			if kept, err := s.SetPause(t.Context(), row.pause); err != nil || kept != row.kept {
				t.Errorf("%+v: kept %v, %v", row.pause, kept, err)
			}
			want := first
			if row.pause.Revision == 1 {
				want = second
			}
			want.Revision++
			if p, err := s.Pause(t.Context()); err != nil || cmp.Diff(want, p) != "" {
				t.Errorf("%v, %s", err, cmp.Diff(want, p))
			}
		}
	})
}

// Mails that wait stay as they are; those that leave later leave once.
func TestWhatIsKeptBackStaysPlannedAndLeavesOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		rep := &reputation{points: []survey.Point{{At: noon, Mails: 100, Bounces: 20}}}
		o.dispatcher.Guard = &survey.Guard{Reputation: rep, Pauses: s, Owner: rep}
		ids := o.planMany(t, "purchase", 20)
		for range 3 {
			o.mustWalk(t)
			o.now = o.now.Add(time.Minute)
		}
		for _, id := range ids {
			if inv := o.invitation(t, id); inv.State != survey.Planned || inv.Claim != "" {
				t.Errorf("%+v", inv)
			}
		}
		if len(o.post.took) != 0 || rep.told != 1 {
			t.Errorf("%d mails left, the owner was told %d times", len(o.post.took), rep.told)
		}
		if _, err := (survey.Sending{Pauses: s}).Resume(t.Context(), o.now); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			o.now = o.now.Add(time.Minute)
			o.mustWalk(t)
		}
		for _, id := range ids {
			if o.post.took["survey "+id] != 1 || o.invitation(t, id).State != survey.Sent {
				t.Errorf("%d mails, %s", o.post.took["survey "+id], o.invitation(t, id).State)
			}
		}
	})
}

// A pause of more than a day ends what it kept back: nobody remembers any more what it would be about.
func TestWhatWaitedForMoreThanADayExpires(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		rep := &reputation{points: []survey.Point{{At: noon, Mails: 100, Bounces: 20}}}
		o.dispatcher.Guard = &survey.Guard{Reputation: rep, Pauses: s, Owner: rep}
		id := o.plan(t, "purchase", 1)
		o.mustWalk(t)
		o.now = o.now.Add(14*24*time.Hour + time.Hour) // SES has forgotten by now
		o.mustWalk(t)
		if inv := o.invitation(t, id); inv.State != survey.Expired || inv.Why != survey.WhyLate || o.asks(t, inv) {
			t.Errorf("%+v", inv)
		}
	})
}
