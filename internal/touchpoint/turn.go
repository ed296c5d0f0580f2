package touchpoint

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"afterword/internal/customer"
	"afterword/internal/period"
	"afterword/internal/program"
)

// A touchpoint may come round by itself: each customer has a turn once a month, a quarter or a year. The field's rule for such a
// relationship survey: never everybody on one day. A share a day keeps scores comparable from week to week, desks from drowning and
// mail hosts calm.
//
// A customer's place in the row is drawn once and for all by touchpoint and customer, and is the same in every period, so that two
// asks of one customer are about a period apart: places drawn anew would put half of them closer together than any window of that
// length allows. Who may not be asked on the own day because of another survey has the turn on the first day on which that is over.

// whole is the length of the row that customers stand in; a place in it is from 0 to less than whole.
const whole = 1 << 32

// catchUp is how many days of turns a day makes up for that the system was down or waited.
const catchUp = 7

// Rota is how far a touchpoint has come with its customers in a period.
type Rota struct {
	Touchpoint string     `json:"touchpoint"`
	Period     string     `json:"period"`          // its name, which the visits are about
	Day        period.Day `json:"day"`             // on which these turns are taken, in the program's zone
	From       int64      `json:"from"`            // whoever has this place in the row or a later one
	To         int64      `json:"to"`              // and one before this
	Place      string     `json:"place,omitempty"` // where among all customers to go on; "" at the beginning
	Over       bool       `json:"over,omitempty"`  // everybody was looked at
	Revision   int64      `json:"revision"`        // 0: never kept
}

// begin is the rota of a day that follows the last one; false on a day without turns, and while the last one is not over.
func begin(p *program.Program, t program.Touchpoint, last Rota, today period.Day) (Rota, bool) {
	in := t.Every.Of(today)
	days := p.TurnDays(t, in)
	i := slices.Index(days, today)
	same := last.Period == in.Name
	if i < 0 || same && (!last.Over || !last.Day.Before(today)) {
		return Rota{}, false
	}
	next := Rota{Touchpoint: t.Name, Period: in.Name, Day: today, From: place(i, len(days)), To: place(i+1, len(days)), Revision: last.Revision}
	longest := place(max(0, i-catchUp), len(days))
	switch {
	case same: // also when days were added or taken away meanwhile: nobody's place is left out, or comes again
		next.From = min(max(last.To, longest), next.To)
	case last.Period == in.Previous().Name:
		next.From = longest
	}
	return next, true
}

// place is the first place of the turns of a day, the first being 0.
func place(day, days int) int64 { return (int64(day)*whole + int64(days) - 1) / int64(days) }

// turns is a rota with what it is worked off by.
type turns struct {
	Rota
	program    *program.Program
	touchpoint program.Touchpoint
	period     period.Period
	days       []period.Day
}

// turnsOf fills in what the rota hangs on; false when the program has it no more.
func turnsOf(p *program.Program, r Rota) (turns, bool) {
	t, ok := p.Touchpoints[r.Touchpoint]
	if !ok || t.Every == "" || t.Off || t.Every.Of(r.Day).Name != r.Period {
		return turns{}, false
	}
	in := t.Every.Of(r.Day)
	return turns{r, p, t, in, p.TurnDays(t, in)}, true
}

// draw is a customer's place in the row, and the part of the sending hours that has passed when the mail leaves, from 0 to less than whole.
func draw(touchpoint string, id customer.ID) (own, clock int64) {
	sum := sha256.Sum256([]byte("turn\x00" + touchpoint + "\x00" + string(id)))
	return int64(binary.BigEndian.Uint32(sum[:])), int64(binary.BigEndian.Uint32(sum[4:]))
}

// due tells whether it is the customer's turn. It is nobody's who cannot be mailed at all, nor that of whom the touchpoint has asked in
// this period already, whoever reported it and however the period was called then.
func (t turns) due(c customer.Customer) bool {
	own, _ := draw(t.touchpoint.Name, c.ID)
	if c.Address == "" || c.Status != customer.Reachable || own >= t.To || t.asked(c) {
		return false
	}
	n := len(t.days)
	first := int(own * int64(n) / whole)
	at := own
	for day := first; day < n && at < t.To; day++ {
		if day > first {
			at = place(day, n)
		}
		if moment := t.moment(c, t.days[day]); free(t.program, t.touchpoint, c, moment).Equal(moment) {
			break
		}
	}
	return t.From <= at && at < t.To
}

func (t turns) asked(c customer.Customer) bool {
	return slices.ContainsFunc(c.Asks, func(a customer.Ask) bool {
		return a.Touchpoint == t.touchpoint.Name && !a.Handed && t.period.Contains(period.DayOf(a.At, t.program.Zone))
	})
}

// moment is when the customer's mail leaves on a day: drawn from the sending hours in the customer's zone.
func (t turns) moment(c customer.Customer, day period.Day) time.Time {
	_, clock := draw(t.touchpoint.Name, c.ID)
	from, to := t.program.Policy.Hours.From, t.program.Policy.Hours.To
	if to <= from {
		from, to = 0, 24*time.Hour
	}
	after := time.Duration(int64((to-from)/time.Second)*clock/whole) * time.Second
	return day.At(from+after, customer.Zone(c.Zone, t.program.Zone))
}

// event is the visit that the customer's turn is. A turn that is made up for has the hours of the day on which it is.
func (t turns) event(c customer.Customer, now time.Time) Event {
	return Event{
		Touchpoint: t.touchpoint.Name, Source: program.FromTurns, Subject: t.Period, At: now, Turn: t.moment(c, t.Day), Address: c.Address, Since: c.Since,
	}
}
