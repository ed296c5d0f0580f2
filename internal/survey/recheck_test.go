package survey

import (
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/period"
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

// A late mail asks for the hour again, by the customer's clock also in the nights in which it is changed.
func TestALateMailWaitsForTheHoursThatTheCustomersClockShows(t *testing.T) {
	stockholm := zoneOf(t, "Europe/Stockholm")
	for _, row := range []struct {
		rule     string
		zone     string // of the customer; "": unknown
		from, to time.Duration
		now      string
		want     string // "": it leaves at once
	}{
		{"New York, spring: the gap is when the hours begin", "America/New_York", 2 * time.Hour, 6 * time.Hour, "2026-03-08T06:30:00Z", "2026-03-08T07:00:00Z"},
		{"New York, spring: right after it", "America/New_York", 2 * time.Hour, 6 * time.Hour, "2026-03-08T07:00:00Z", ""},
		{"New York, spring: hours that begin within it", "America/New_York", 150 * time.Minute, 6 * time.Hour, "2026-03-08T06:59:59Z", "2026-03-08T07:00:00Z"},
		{"New York, spring: hours that are skipped", "America/New_York", 2 * time.Hour, 3 * time.Hour, "2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"},
		{"New York, autumn: the first time", "America/New_York", time.Hour, 2 * time.Hour, "2026-11-01T05:00:00Z", ""},
		{"New York, autumn: the second time", "America/New_York", time.Hour, 2 * time.Hour, "2026-11-01T06:59:59Z", ""},
		{"New York, autumn: over", "America/New_York", time.Hour, 2 * time.Hour, "2026-11-01T07:00:00Z", "2026-11-02T06:00:00Z"},
		{"Lord Howe, spring: the half hour that is skipped", "Australia/Lord_Howe", 2 * time.Hour, 6 * time.Hour, "2026-10-03T15:00:00Z", "2026-10-03T15:30:00Z"},
		{"Lord Howe, autumn: the half hour's second time", "Australia/Lord_Howe", 90 * time.Minute, 2 * time.Hour, "2026-04-04T15:29:59Z", ""},
		{"Lord Howe, autumn: over", "Australia/Lord_Howe", 90 * time.Minute, 2 * time.Hour, "2026-04-04T15:30:00Z", "2026-04-05T15:00:00Z"},
		{"nobody knows where: the program's spring", "", 2 * time.Hour, 3 * time.Hour, "2026-03-29T00:30:00Z", "2026-03-30T00:00:00Z"},
		{"nobody knows where: the program's autumn", "", 2 * time.Hour, 3 * time.Hour, "2026-10-25T01:59:59Z", ""},
		{"the evening before a holiday that leap years alone have", "", 8 * time.Hour, 20 * time.Hour, "2028-02-28T19:00:00Z", "2028-03-01T07:00:00Z"},
		{"and in another year", "", 8 * time.Hour, 20 * time.Hour, "2027-02-28T19:00:00Z", "2027-03-01T07:00:00Z"},
	} {
		p := &program.Program{Zone: stockholm, Policy: program.Policy{
			Hours:    program.Hours{Days: [7]bool{true, true, true, true, true, true, true}, From: row.from, To: row.to},
			Holidays: []program.Holiday{{Month: time.February, Day: 29}},
		}}
		now, err := time.Parse(time.RFC3339, row.now)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if next := nextHour(p, customer.Customer{Zone: row.zone}, now.Add(-2*time.Hour), now); !next.IsZero() {
			got = next.Format(time.RFC3339)
		}
		if got != row.want {
			t.Errorf("%s, at %s: %q, want %q", row.rule, row.now, got, row.want)
		}
	}
}

func TestAMailIsLateAfterAnHourAndAHolidayMakesAnyWait(t *testing.T) {
	stockholm := zoneOf(t, "Europe/Stockholm")
	night := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC) // before the hours
	p := &program.Program{Zone: stockholm, Policy: program.Policy{
		Hours: program.Hours{Days: [7]bool{true, true, true, true, true, true, true}, From: 8 * time.Hour, To: 20 * time.Hour},
	}}
	morning := period.NewDay(2026, 11, 20).At(8*time.Hour, stockholm).UTC()
	for _, row := range []struct {
		late    time.Duration
		holiday bool
		want    time.Time
	}{
		{0, false, time.Time{}}, {time.Hour, false, time.Time{}}, {time.Hour + time.Second, false, morning},
		{0, true, morning.Add(24 * time.Hour)}, {time.Hour + time.Second, true, morning.Add(24 * time.Hour)},
	} {
		p.Policy.Holidays = nil
		if row.holiday {
			p.Policy.Holidays = []program.Holiday{{Year: 2026, Month: time.November, Day: 20}}
		}
		if got := nextHour(p, customer.Customer{}, night.Add(-row.late), night); !got.Equal(row.want) {
			t.Errorf("%s late, a holiday %v: %s, want %s", row.late, row.holiday, got, row.want)
		}
	}
}

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}
