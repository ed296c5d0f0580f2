package survey

import (
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/program"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestWhatIsDoneWithAnInvitationWhoseTimeHasCome(t *testing.T) {
	dead := agenda.LeaseTime + 31*time.Second
	for _, c := range []struct {
		name string
		inv  Invitation
		late time.Duration
		want standing
	}{
		{"its item is gone", Invitation{}, 0, toDrop},
		{"due now", Invitation{ID: "i", State: Planned}, 0, toSend},
		{"due almost a day ago", Invitation{ID: "i", State: Planned}, 24*time.Hour - time.Second, toSend},
		{"due a day ago", Invitation{ID: "i", State: Planned}, 24 * time.Hour, toStop},
		{"due now, put off over a holiday", Invitation{ID: "i", State: Planned, PlannedAt: noon.Add(-72 * time.Hour)}, 0, toSend},
		{"claimed a moment ago", Invitation{ID: "i", State: Claimed, ClaimedAt: noon.Add(-time.Second)}, 0, underWay},
		{"claimed as long ago as its walker can live", Invitation{ID: "i", State: Claimed, ClaimedAt: noon.Add(-agenda.LeaseTime)}, 0, underWay},
		{"claimed by somebody who is dead", Invitation{ID: "i", State: Claimed, ClaimedAt: noon.Add(-dead)}, 0, toLose},
		{"sent", Invitation{ID: "i", State: Sent}, 0, toDrop},
		{"answered", Invitation{ID: "i", State: Answered}, 0, toDrop},
		{"unknown", Invitation{ID: "i", State: Unknown}, 0, toDrop},
		{"cancelled", Invitation{ID: "i", State: Cancelled}, 0, toDrop},
	} {
		if got := standingOf(c.inv, noon.Add(-c.late), noon); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestWhatIsDoneWithAReminderWhoseTimeHasCome(t *testing.T) {
	sent := func(change func(*Invitation)) Invitation {
		inv := Invitation{ID: "i", State: Sent, ExpiresAt: noon.Add(time.Second)}
		change(&inv)
		return inv
	}
	for _, c := range []struct {
		name string
		inv  Invitation
		want standing
	}{
		{"its item is gone", Invitation{}, toDrop},
		{"not answered", sent(func(*Invitation) {}), toSend},
		{"answered", sent(func(inv *Invitation) { inv.State = Answered }), toDrop},
		{"unknown whether it was sent", sent(func(inv *Invitation) { inv.State = Unknown }), toDrop},
		{"over", sent(func(inv *Invitation) { inv.ExpiresAt = noon }), toDrop},
		{"bounced", sent(func(inv *Invitation) { inv.BouncedAt = noon }), toDrop},
		{"complained", sent(func(inv *Invitation) { inv.ComplainedAt = noon }), toDrop},
		{"reminded", sent(func(inv *Invitation) { inv.Reminder = "an SES id" }), toDrop},
		{"of unknown outcome", sent(func(inv *Invitation) { inv.Reminder = ReminderUnknown }), toDrop},
		{"claimed a moment ago", sent(func(inv *Invitation) { inv.Reminder, inv.RemindedAt = ReminderClaimed, noon }), underWay},
		{"claimed by somebody who is dead", sent(func(inv *Invitation) { inv.Reminder, inv.RemindedAt = ReminderClaimed, noon.Add(-time.Hour) }), toLose},
	} {
		if got := reminderStandingOf(c.inv, noon); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestTheFirstObjectionCounts(t *testing.T) {
	p := &program.Program{
		Surveys:     map[string]program.Survey{"s": {}},
		Touchpoints: map[string]program.Touchpoint{"on": {}, "off": {Off: true}, "shadow": {Shadow: true}},
	}
	reachable := customer.Customer{ID: "c", Address: "a@example.com"}
	for _, c := range []struct {
		name, touchpoint, survey string
		customer                 customer.Customer
		want                     objection
	}{
		{"nothing speaks against it", "on", "s", reachable, objection{}},
		{"touchpoint off", "off", "s", reachable, objection{Cancelled, WhyOff}},
		{"touchpoint in shadow mode", "shadow", "s", reachable, objection{Cancelled, WhyOff}},
		{"touchpoint gone", "gone", "s", reachable, objection{Cancelled, WhyOff}},
		{"survey gone", "on", "gone", reachable, objection{Cancelled, WhyOff}},
		{"customer gone", "on", "s", customer.Customer{}, objection{Suppressed, WhyNoCustomer}},
		{"refused since", "on", "s", customer.Customer{ID: "c", Address: "a@example.com", Refused: true}, objection{Suppressed, WhyNoConsent}},
		{"no address", "on", "s", customer.Customer{ID: "c"}, objection{Suppressed, WhyNoAddress}},
		{"erased", "on", "s", customer.Customer{ID: "c", Status: customer.Erased}, objection{Suppressed, "erased"}},
		{"unsubscribed", "on", "s", customer.Customer{ID: "c", Address: "a@example.com", Status: customer.Unsubscribed}, objection{Suppressed, "unsubscribed"}},
	} {
		if got := objectionTo(p, Invitation{Touchpoint: c.touchpoint, Survey: c.survey}, c.customer); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
