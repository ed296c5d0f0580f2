package program

import (
	"slices"
	"time"

	"afterword/internal/period"
)

// FromTurns is the source of the visits that a touchpoint makes by itself, when customers have their turn.
const FromTurns = "turns"

// turnKinds are the periods in each of which every customer may have a turn.
var turnKinds = []period.Kind{period.Monthly, period.Quarterly, period.Yearly}

// workdays are Monday to Friday.
var workdays = [7]bool{false, true, true, true, true, true, false}

// TurnDays are the days of the period on which customers have their turn to be asked about the touchpoint, in order: its weekdays, as
// far as survey mail leaves on them, without holidays.
func (p *Program) TurnDays(t Touchpoint, in period.Period) (days []period.Day) {
	for day := in.From; !in.To.Before(day); day = day.Add(1) {
		if p.turnWeekday(t, day.Weekday()) && !p.Policy.Holiday(day) {
			days = append(days, day)
		}
	}
	return days
}

func (p *Program) turnWeekday(t Touchpoint, day time.Weekday) bool {
	return t.Weekdays[day] && (p.Policy.Hours.Days[day] || p.Policy.Hours.Days == [7]bool{})
}

// turns reads every and weekdays. A touchpoint that comes round is about a period, which is many customers'.
func (f fields) turns(t *Touchpoint) {
	n, comes := f.of["every"]
	if at, ok := f.of["weekdays"]; ok && !comes {
		at.wrong("every: quarter beside them, or no weekdays", "weekdays are those of every, which is missing")
	}
	if !comes {
		return
	}
	names := make([]string, len(turnKinds))
	for i, kind := range turnKinds {
		names[i] = string(kind)
	}
	if !n.refer(n.text(), "a period in which everybody is asked once", names) {
		return
	}
	t.Every, t.Weekdays = period.Kind(n.text()), workdays
	if at, ok := f.of["weekdays"]; ok {
		if t.Weekdays, ok = days(at.text()); !ok {
			at.wrong("such as Mon-Fri or Mon, Wed, Sat", "%s is not days of the week", at.written())
		}
	}
	if t.Subject != SharedSubject {
		n.wrong("subject: shared", "what everybody is asked about once a %s is not one customer's own", t.Every)
	}
}

// checkTurns says which touchpoints have no day for a turn, once the sending hours are known.
func (p *Program) checkTurns(touchpoints []entry) {
	for _, e := range touchpoints {
		t := p.Touchpoints[e.name]
		some := slices.ContainsFunc([]time.Weekday{0, 1, 2, 3, 4, 5, 6}, func(day time.Weekday) bool { return p.turnWeekday(t, day) })
		if t.Every != "" && t.Weekdays != [7]bool{} && !some {
			e.wrong("weekdays that are among the days of policy.hours", "no survey mail leaves on the weekdays of every")
		}
	}
}
