package store

import (
	"fmt"
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/ses"
	"afterword/internal/ses/sestest"
	"afterword/internal/survey"
	"afterword/internal/table"
)

// businessHours are every day's from nine to six. Noon UTC is one in the morning in the program's zone.
var businessHours = program.Hours{Days: [7]bool{true, true, true, true, true, true, true}, From: 9 * time.Hour, To: 18 * time.Hour}

// nine is nine in the morning after noon, in the program's zone.
var nine = time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC)

func TestALateInvitationWaitsForTheCustomersSendingHours(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		o.program.Policy.Hours = businessHours
		here, there := o.plan(t, "purchase", 1), o.plan(t, "purchase", 2)
		if _, err := o.table.Write(t.Context(), table.Write{
			Kind: table.Update, Key: customerKey(o.invitation(t, there).Customer), Set: table.Item{"zone": "Europe/London"},
		}); err != nil {
			t.Fatal(err)
		}
		o.now = noon.Add(2 * time.Hour) // late: at three in the morning here, at two in the afternoon there
		o.mustWalk(t)
		if o.post.took["survey "+here] != 0 || o.post.took["survey "+there] != 1 {
			t.Errorf("%v, want only the customer mailed for whom it is day", o.post.took)
		}
		inv := o.invitation(t, here)
		due := dueBy(t, s, noon.Add(24*time.Hour), 10)
		if want := (agenda.Entry{Due: nine, Kind: agenda.Invite, Key: here}); inv.State != survey.Planned || len(due) != 1 || due[0] != want {
			t.Errorf("%s, %v on the agenda, want %v", inv.State, due, want)
		}
		o.now = nine
		o.mustWalk(t)
		if o.post.took["survey "+here] != 1 {
			t.Error("it was not sent in the morning")
		}
	})
}

func TestAPunctualInvitationDoesNotAskForTheHourAgain(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		o.program.Policy.Hours = businessHours
		id := o.plan(t, "purchase", 1) // the last minute of the day, say
		o.mustWalk(t)
		if o.post.took["survey "+id] != 1 {
			t.Error("it was not sent at its time")
		}
	})
}

// A holiday may be declared when the mails of the day are planned already. Here it is the Saturday that has begun at noon UTC; in
// London it is still Friday.
func TestNoMailLeavesOnAHolidayThatWasDeclaredMeanwhile(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		o.program.Policy.Hours = businessHours
		o.program.Policy.Holidays = []program.Holiday{{Month: time.November, Day: 21}, {Year: 2026, Month: time.November, Day: 22}}
		here, there := o.plan(t, "purchase", 1), o.plan(t, "purchase", 2)
		if _, err := o.table.Write(t.Context(), table.Write{
			Kind: table.Update, Key: customerKey(o.invitation(t, there).Customer), Set: table.Item{"zone": "Europe/London"},
		}); err != nil {
			t.Fatal(err)
		}
		o.mustWalk(t)
		monday := nine.Add(48 * time.Hour)
		due := dueBy(t, s, noon.Add(60*time.Hour), 10)
		if want := (agenda.Entry{Due: monday, Kind: agenda.Invite, Key: here}); len(due) != 1 || due[0] != want || o.post.took["survey "+there] != 1 {
			t.Errorf("%v on the agenda, want %v; sent %v", due, want, o.post.took)
		}
		o.now = monday // more than a day after it was planned
		o.mustWalk(t)
		if inv := o.invitation(t, here); inv.State != survey.Sent || o.post.took["survey "+here] != 1 {
			t.Errorf("%s after the holidays, sent %v", inv.State, o.post.took)
		}
	})
}

func TestAReminderComesInTheCustomersSendingHours(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		o.program.Policy.Hours = businessHours
		id := o.plan(t, "purchase", 1)
		o.mustWalk(t)
		want := agenda.Entry{Due: nine.Add(72 * time.Hour), Kind: agenda.Remind, Key: id}
		if due := dueBy(t, s, noon.Add(1000*time.Hour), 10); len(due) != 1 || due[0] != want {
			t.Errorf("%v on the agenda, want %v", due, want)
		}
		// A late one waits for the next morning, and is sent once.
		o.now = want.Due.Add(12 * time.Hour)
		o.mustWalk(t)
		want.Due = want.Due.Add(24 * time.Hour)
		if due := dueBy(t, s, noon.Add(1000*time.Hour), 10); len(due) != 1 || due[0] != want || o.invitation(t, id).Reminder != "" {
			t.Errorf("%v on the agenda, want %v", due, want)
		}
		// On a holiday it waits once more, although it is in time.
		today := want.Due.In(o.program.Zone)
		o.program.Policy.Holidays = []program.Holiday{{Month: today.Month(), Day: today.Day()}}
		o.now = want.Due
		o.mustWalk(t)
		want.Due = want.Due.Add(24 * time.Hour)
		if due := dueBy(t, s, noon.Add(1000*time.Hour), 10); len(due) != 1 || due[0] != want || o.invitation(t, id).Reminder != "" {
			t.Errorf("%v on the agenda, want %v", due, want)
		}
		o.now = want.Due
		o.mustWalk(t)
		if n := o.post.took["reminder "+id]; n != 1 {
			t.Errorf("%d reminders", n)
		}
	})
}

// The quota is of the day that the program's clock shows, which begins at another time in UTC.
func TestTheDailyQuotaBeginsAnewAtMidnightInTheProgramsZone(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		o.program.Policy.DailyQuota = 2
		for i, row := range []struct{ rule, zone, midnight string }{
			{"after a day of 23 hours", "Europe/Stockholm", "2026-03-29T22:00:00Z"},
			{"after a day of 24 hours and a half", "Australia/Lord_Howe", "2026-04-05T13:30:00Z"},
			{"in summer", "Europe/Stockholm", "2026-07-14T22:00:00Z"},
			{"in winter", "Europe/Stockholm", "2026-11-20T23:00:00Z"},
			{"at the end of a year", "America/New_York", "2027-01-01T05:00:00Z"},
		} {
			zone, err := time.LoadLocation(row.zone)
			if err != nil {
				t.Fatal(err)
			}
			midnight, err := time.Parse(time.RFC3339, row.midnight)
			if err != nil {
				t.Fatal(err)
			}
			o.program.Zone = zone
			for n := range 5 {
				o.planFor(t, 10*i+n, midnight.Add(-time.Minute))
			}
			before := len(o.post.took)
			for _, step := range []struct {
				at   time.Duration
				want int
			}{{-time.Minute, 2}, {-time.Second, 2}, {0, 4}, {23*time.Hour - time.Minute, 4}} {
				o.now = midnight.Add(step.at)
				o.mustWalk(t)
				if n := len(o.post.took) - before; n != step.want {
					t.Errorf("%s, %s from midnight in %s: %d mails had left, want %d", row.rule, step.at, row.zone, n, step.want)
				}
			}
			day := period.DayOf(midnight, zone)
			for _, each := range []period.Day{day.Add(-1), day} {
				if n := o.count(t, "support", each.String(), "sent"); n != 2 {
					t.Errorf("%s: %d were sent on %s, want the 2 of the quota", row.rule, n, each)
				}
			}
		}
	})
}

// planFor makes a customer and an invitation that has its time then.
func (o *office) planFor(t *testing.T, n int, at time.Time) {
	t.Helper()
	writes, id := planWrites(t, "support", n) // nobody is reminded of it
	writes[1].Item["planned_at"] = at.Format(time.RFC3339)
	place(writes[1].Item, agenda.Entry{Due: at, Kind: agenda.Invite, Key: id})
	if err := o.table.Transact(t.Context(), writes); err != nil {
		t.Fatal(err)
	}
}

// The whole way, through the SDK to a small SES on this machine.
func TestWhatSESTakesOrLosesIsWhatTheInvitationsSay(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		server := sestest.New(t)
		server.MaxSendRate = 1000
		o.dispatcher.Carrier = ses.New(server.Config(), "afterword")
		o.dispatcher.Concurrency = 1
		ids := o.planMany(t, "purchase", 8)
		server.Script(sestest.Fault{}, sestest.AnswerLost, sestest.Rejected, sestest.AnswerBroken, sestest.Throttled)
		for range 3 {
			if err := o.walk(t); err != nil {
				t.Log(err) // of the letters that SES lost and refused
			}
			o.now = o.now.Add(time.Minute)
		}
		mails, states := map[string]int{}, map[survey.State]int{}
		for _, mail := range server.Mails() {
			mails[mail.Tags[survey.TagInvitation]]++
		}
		for _, id := range ids {
			inv := o.invitation(t, id)
			states[inv.State]++
			if mails[id] > 1 || inv.State == survey.Sent && mails[id] != 1 || inv.State == survey.Failed && mails[id] != 0 {
				t.Errorf("%s: %d mails", inv.State, mails[id])
			}
		}
		want := map[survey.State]int{survey.Sent: 5, survey.Unknown: 2, survey.Failed: 1}
		if fmt.Sprint(states) != fmt.Sprint(want) || o.count(t, "purchase", theDay, "sent") != 5 {
			t.Errorf("%v, %d counted; want %v", states, o.count(t, "purchase", theDay, "sent"), want)
		}
		server.Script(sestest.Suspended)
		last := o.plan(t, "purchase", 50)
		if err := o.walk(t); err == nil || o.invitation(t, last).State != survey.Planned {
			t.Errorf("%v while SES has suspended us", err)
		}
	})
}
