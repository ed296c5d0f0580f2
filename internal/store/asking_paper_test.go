package store

import (
	"maps"
	"slices"
	"time"

	"afterword/internal/customer"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
)

const aDay = 24 * time.Hour

// The policy of the town. Each of the windows stops some that the others let pass.
const (
	anyWindow  = 10 * aDay // between two asks of a customer
	sameWindow = 20 * aDay // for the same metric
	opens      = 9         // o'clock, on every day but Sundays
	closes     = 18
)

// moment is how the town asks about a kind of moment.
type moment struct {
	metric                string
	window, delay, oldest time.Duration
	shadow                bool
}

var moments = map[string]moment{
	"purchase": {metric: "CES", window: 40 * aDay, delay: 3 * aDay, oldest: 20 * aDay},
	"support":  {metric: "CES", delay: time.Hour, oldest: 20 * aDay},
	"loyalty":  {metric: "NPS", window: 15 * aDay, delay: 12 * aDay, oldest: 20 * aDay},
	"feature":  {metric: "CSAT", delay: time.Hour, oldest: 20 * aDay, shadow: true},
}

// paper is what pencil and paper say of a town: who is asked about what, by the sentences of the design and not by the code. It tells
// beforehand what every event comes to. What a walk of the agenda comes to depends on what fails: lawful says what may be.
type paper struct {
	visits   map[string]noted  // by id
	subjects map[string]course // by touchpoint and name
	people   map[customer.ID]person
	turned   map[string]bool // invitations whose subject was reopened while they were being sent
	holidays map[string]bool // dates
	freed    map[survey.State]int
}

// noted is a visit and the invitation about it.
type noted struct {
	Customer   customer.ID
	Touchpoint string
	Round      int
	Reason     touchpoint.Reason
	State      survey.State // "" without an invitation
	Planned    time.Time    // of an invitation
	Due        time.Time    // of one that is planned: later than Planned when it was put off
}

// holds tells whether an invitation has a place in the windows: it is to be sent, was sent, or nobody knows.
func (n noted) holds() bool {
	switch n.State {
	case survey.Planned, survey.Claimed, survey.Sent, survey.Answered, survey.Unknown:
		return true
	}
	return false
}

// course is what becomes of a subject.
type course struct {
	reopenings int
	reopened   time.Time // the last time
	whose      customer.ID
	visit      string // of this round; "": none yet
	visited    time.Time
	told       []string // deliveries that made a visit or a reopening
	veiled     bool     // its customer was erased: nothing begins again
}

// person is somebody who is asked, or not.
type person struct {
	zone             *time.Location
	refused          bool
	stopped, forgone bool // unsubscribed, bounced, complained or erased; the last
}

func newPaper() *paper {
	return &paper{
		visits: map[string]noted{}, subjects: map[string]course{}, people: map[customer.ID]person{},
		turned: map[string]bool{}, holidays: map[string]bool{}, freed: map[survey.State]int{},
	}
}

func (p *paper) clone() *paper {
	return &paper{
		maps.Clone(p.visits), maps.Clone(p.subjects), maps.Clone(p.people),
		maps.Clone(p.turned), p.holidays, maps.Clone(p.freed),
	}
}

// verdict is what an event comes to: fresh when it makes a visit or reopens a subject, and then why that is asked about or not; known
// when its delivery did so before.
type verdict struct {
	fresh, known bool
	reason       touchpoint.Reason
}

// hear takes an event of somebody, whose id is "" where there is no address.
func (p *paper) hear(e touchpoint.Event, who customer.ID, now time.Time) verdict {
	if e.At.IsZero() || e.At.After(now) {
		e.At = now
	}
	if e.Test {
		e.Subject += "~test"
	}
	name := e.Touchpoint + " " + e.Subject
	c := p.subjects[name]
	known := slices.Contains(c.told, e.Delivery)
	again := c.veiled || known
	if e.Reopened {
		if again || c.visit == "" || e.At.Before(c.visited) {
			return verdict{known: known}
		}
		p.takeBack(c.visit)
		c.reopenings, c.reopened, c.visit = c.reopenings+1, e.At, ""
		c.told = append(slices.Clip(c.told), e.Delivery)
		p.subjects[name] = c
		return verdict{fresh: true, reason: touchpoint.Reopened}
	}
	if again || c.visit != "" || e.At.Before(c.reopened) {
		return verdict{known: known}
	}
	n := noted{Customer: who, Touchpoint: e.Touchpoint, Round: c.reopenings + 1}
	planned := p.mailTime(e.At.Add(moments[e.Touchpoint].delay), now, p.people[who].zone)
	if n.Reason = p.decide(e, who, planned, now); n.Reason == touchpoint.Planned {
		n.State, n.Planned, n.Due = survey.Planned, planned, planned
	}
	c.visit, c.visited = survey.IDOf(e.Touchpoint, e.Source, e.Subject, n.Round), e.At
	c.whose = who
	c.told, c.veiled = append(slices.Clip(c.told), e.Delivery), p.people[who].forgone
	p.visits[c.visit], p.subjects[name] = n, c
	if somebody := p.people[who]; who != "" && e.Consent != touchpoint.Untold && !e.Test && !somebody.forgone {
		somebody.refused = e.Consent == touchpoint.Refused
		p.people[who] = somebody
	}
	return verdict{fresh: true, reason: n.Reason}
}

// takeBack is what a reopening does to the invitation of the round before.
func (p *paper) takeBack(id string) {
	switch n := p.visits[id]; n.State {
	case survey.Planned:
		n.State, n.Due = survey.Cancelled, time.Time{}
		p.visits[id] = n
	case survey.Claimed:
		p.turned[id] = true
	}
}

// decide asks in the design's order.
func (p *paper) decide(e touchpoint.Event, who customer.ID, planned, now time.Time) touchpoint.Reason {
	somebody, how := p.people[who], moments[e.Touchpoint]
	switch {
	case who == "":
		return touchpoint.NoAddress
	case e.Test:
		return touchpoint.Test
	case e.Consent == touchpoint.Refused || somebody.refused && e.Consent != touchpoint.Given:
		return touchpoint.NoConsent
	case somebody.stopped:
		return touchpoint.Suppressed
	case now.Sub(e.At) > how.oldest:
		return touchpoint.TooOld
	case p.near(who, e.Touchpoint, planned, noted.holds):
		return touchpoint.Fatigue
	case how.shadow:
		return touchpoint.Shadow
	}
	for _, state := range []survey.State{survey.Cancelled, survey.Suppressed, survey.Expired, survey.Failed} {
		if p.near(who, e.Touchpoint, planned, func(n noted) bool { return n.State == state }) {
			p.freed[state]++
		}
	}
	return touchpoint.Planned
}

// near tells whether an ask that holds stands nearer than a window to a time.
func (p *paper) near(who customer.ID, about string, planned time.Time, holds func(noted) bool) bool {
	for _, n := range p.visits {
		if n.Customer == who && holds(n) && tooNear(n, noted{Touchpoint: about, Planned: planned}) {
			return true
		}
	}
	return false
}

// tooNear compares two asks of one customer.
func tooNear(a, b noted) bool {
	apart := a.Planned.Sub(b.Planned)
	if apart < 0 {
		apart = -apart
	}
	return apart < anyWindow ||
		apart < sameWindow && moments[a.Touchpoint].metric == moments[b.Touchpoint].metric ||
		apart < moments[a.Touchpoint].window && a.Touchpoint == b.Touchpoint
}

// mailTime is the first time from then, and from now, at which a mail may leave: looked up on the calendar, a quarter of an hour at a time.
func (p *paper) mailTime(then, now time.Time, zone *time.Location) time.Time {
	if then.Before(now) {
		then = now
	}
	for !p.mayLeave(then, zone) {
		then = then.Truncate(15 * time.Minute).Add(15 * time.Minute)
	}
	return then.UTC()
}

func (p *paper) mayLeave(at time.Time, zone *time.Location) bool {
	at = at.In(zone)
	return at.Weekday() != time.Sunday && at.Hour() >= opens && at.Hour() < closes && !p.holiday(at, zone)
}

func (p *paper) holiday(at time.Time, zone *time.Location) bool {
	return p.holidays[at.In(zone).Format(time.DateOnly)]
}

// stop ends the mailing of somebody.
func (p *paper) stop(who customer.ID) {
	somebody := p.people[who]
	somebody.stopped = true
	p.people[who] = somebody
}

// forget erases somebody: what has not left never will, and nothing about them begins again.
func (p *paper) forget(who customer.ID) {
	somebody := p.people[who]
	somebody.stopped, somebody.forgone, somebody.refused = true, true, false
	p.people[who] = somebody
	for id, n := range p.visits {
		if n.Customer == who && n.State == survey.Planned {
			n.State, n.Due = survey.Suppressed, time.Time{}
			p.visits[id] = n
		}
	}
	for name, c := range p.subjects {
		if c.whose == who {
			c.veiled = true
			p.subjects[name] = c
		}
	}
}
