package followup

import (
	"slices"
	"time"

	"afterword/internal/program"
)

// route is the desk that an unhappy answer goes to, and why: that of the first ticked cause in the order of the survey that names one
// with people, else that of the touchpoint.
func route(p *program.Program, a answered) (desk string, why Why, cause string) {
	desk, cause = p.Surveys[a.Survey].CauseDesk(a.Causes)
	if len(p.Desks[desk].People) > 0 {
		return desk, CauseTicked, cause
	}
	return p.Touchpoints[a.Touchpoint].Desk, BadRating, ""
}

// untouched tells whether nobody knows of the case yet, so that it may still go to another desk. Once somebody was mailed about it,
// two desks might work it.
func (c Case) untouched() bool { return c.State == Open && len(c.Mails) == 0 && c.Level == 0 }

// move takes a case that nobody knows of to the desk that other causes lead to than did. A better answer leads nowhere.
func (change *Change) move(p *program.Program, a answered, now time.Time) {
	c := &change.Case
	name, why, cause := route(p, a)
	desk := p.Desks[name]
	if cause == c.Route || !c.untouched() || !a.needsCase() || len(desk.People) == 0 {
		return
	}
	c.Why, c.Route = why, cause
	if name == c.Desk {
		return
	}
	change.Event.Desk = name
	change.Escalate = Alarm{Off: true}
	change.lay(desk, now)
}

// lay gives the case to the first person of a desk, which has its whole time to take it from now on.
func (change *Change) lay(desk program.Desk, now time.Time) {
	c := &change.Case
	c.Desk, c.Person, c.Due = desk.Name, 0, desk.Hours.Add(now, desk.Due, desk.Zone)
	c.Escalation = time.Time{}
	if len(desk.Escalate) > 0 {
		c.Escalation, change.Escalate = c.Due, Alarm{At: c.Due}
	}
}

// fresh lists the causes that the answer has and the case does not know of.
func (c Case) fresh(a answered) (causes []string) {
	for _, cause := range a.Causes {
		if !slices.Contains(c.Causes, cause) {
			causes = append(causes, cause)
		}
	}
	return causes
}
