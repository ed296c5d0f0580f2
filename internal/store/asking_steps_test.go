package store

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/survey"
	"afterword/internal/table/tabletest"
	"afterword/internal/touchpoint"
)

// steps are what may happen in a town, and how often of a hundred times.
var steps = []struct {
	name  string
	often int
	do    func(*town)
}{
	{"a visit", 20, func(w *town) { w.tell(w.visit()) }},
	{"a subject again", 12, func(w *town) { w.tell(w.again()) }},
	{"several at once", 10, func(w *town) { w.tell(w.several()...) }},
	{"a walk", 11, func(w *town) { w.walk(w.trouble()) }},
	{"a walk when mail is due", 30, func(w *town) { w.untilDue(); w.walk(w.trouble()) }},
	{"second thoughts", 3, (*town).secondThoughts},
	{"news of a letter", 7, (*town).news},
	{"an unsubscription", 1, (*town).unsubscribe},
	{"an erasure", 2, func(w *town) {
		c := citizens[w.rand.IntN(len(citizens))]
		w.erase(w.hash.ID(c.name+"@customer.example"), c.name)
	}},
	{"a holiday", 4, (*town).declare},
}

// step lets something happen.
func (w *town) step() {
	w.t.Helper()
	passes := [...]time.Duration{time.Minute, time.Hour, time.Hour, 6 * time.Hour, 6 * time.Hour, 2 * aDay}[w.rand.IntN(6)]
	w.office.now = w.office.now.Add(time.Duration(w.rand.Int64N(int64(passes)))).Truncate(time.Second)
	draw := w.rand.IntN(100)
	for _, step := range steps {
		if draw -= step.often; draw < 0 {
			step.do(w)
			w.check(step.name)
			return
		}
	}
}

// visit is something new that happened to a citizen, now or some time ago.
func (w *town) visit() touchpoint.Event {
	c := citizens[w.rand.IntN(len(citizens))]
	for _, other := range citizens { // a place that is free is to be taken soon
		if len(w.ended) > 0 && w.hash.ID(other.name+"@customer.example") == w.ended[0] && w.rand.IntN(2) == 0 {
			c, w.ended = other, w.ended[1:]
			break
		}
	}
	about := []string{"purchase", "support", "support", "loyalty", "loyalty", "feature"}[w.rand.IntN(6)]
	e := touchpoint.Event{
		Touchpoint: about, Source: "shop", Subject: fmt.Sprint(c.name, " ", len(w.told)), Delivery: fmt.Sprint("d-", w.rand.Uint64()),
		Address: c.name + "@customer.example", Zone: c.zone, At: w.office.now,
	}
	if w.paper.people[w.whose(e)].refused && w.rand.IntN(2) == 0 { // they think better of it
		e.Consent = touchpoint.Given
		return e
	}
	switch w.rand.IntN(12) {
	case 0, 1, 2: // its mail is due later than that of one which comes after it
		e.At = w.office.now.Add(-time.Duration(w.rand.Int64N(int64(5 * aDay)))).Truncate(time.Second)
	case 3:
		e.At = w.office.now.Add(-time.Duration(w.rand.Int64N(int64(25 * aDay)))).Truncate(time.Second)
	case 4:
		e.At = time.Time{}
	case 5:
		e.Consent = touchpoint.Refused
	case 6, 7:
		e.Consent = touchpoint.Given
	case 8:
		if w.rand.IntN(2) == 0 {
			e.Test = true
		} else {
			e.Address = ""
		}
	}
	return e
}

// again is an event about a subject that was told of: the same delivery, another one about the same, its reopening, its next round.
func (w *town) again() touchpoint.Event {
	if len(w.told) == 0 {
		return w.visit()
	}
	e := w.told[w.rand.IntN(len(w.told))]
	if e.Address == "" || w.rand.IntN(4) == 0 {
		return e
	}
	e.Delivery, e.Consent, e.At = fmt.Sprint("d-", w.rand.Uint64()), touchpoint.Untold, w.office.now
	switch w.rand.IntN(4) {
	case 0:
		e.Reopened = false
	case 1: // told late
		e.At = w.office.now.Add(-time.Duration(w.rand.Int64N(int64(10 * aDay)))).Truncate(time.Second)
	default:
		e.Reopened = !e.Reopened
	}
	return e
}

// secondThoughts are somebody who refuses, is not sent what was planned, and then agrees.
func (w *town) secondThoughts() {
	refuses := w.visit()
	refuses.Consent = touchpoint.Refused
	w.tell(refuses)
	w.untilDue()
	w.walk(trouble{health: 1, life: longLife})
	agrees := w.visit()
	agrees.Address, agrees.Zone, agrees.Consent = refuses.Address, refuses.Zone, touchpoint.Given
	w.tell(agrees)
}

// several are events of one moment, mostly of one citizen.
func (w *town) several() []touchpoint.Event {
	first, second := w.visit(), w.visit()
	second.Address, second.Zone = first.Address, first.Zone
	if w.rand.IntN(2) == 0 {
		second = w.again()
	}
	events := []touchpoint.Event{first, second}
	switch w.rand.IntN(4) {
	case 0:
		events = append(events, first)
	case 1:
		third := second
		third.Reopened, third.Delivery, third.Consent = !third.Reopened, fmt.Sprint("d-", w.rand.Uint64()), touchpoint.Untold
		events = append(events, third)
	}
	return events
}

// untilDue lets time pass until a mail is due, or for a good while longer.
func (w *town) untilDue() {
	var next time.Time
	for _, n := range w.paper.visits {
		if n.State == survey.Planned && (next.IsZero() || n.Due.Before(next)) {
			next = n.Due
		}
	}
	late := [...]time.Duration{0, 0, time.Minute, time.Minute, time.Hour, 2 * time.Hour, 11 * time.Hour, aDay - time.Second, aDay, 30 * time.Hour}[w.rand.IntN(10)]
	if next = next.Add(late); next.After(w.office.now) {
		w.office.now = next
	}
}

// trouble is how the next walk fails, or does not.
func (w *town) trouble() trouble {
	how := trouble{health: 0.5, life: longLife}
	switch w.rand.IntN(7) {
	case 0, 1:
		how.health = 1
	case 2:
		how.life = 34 + w.rand.Int64N(14) // it reads the agenda's shards twice
	case 3:
		how.tables = tabletest.Chances{Conflict: 0.05, Throttle: 0.05, Transient: 0.05, Resent: 0.05, Lost: 0.1}
	}
	return how
}

// mailed picks an invitation whose letter the courier took; "" when there is none.
func (w *town) mailed() string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(w.paper.visits)) {
		if w.office.post.took["survey "+id] > 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return ids[w.rand.IntN(len(ids))]
}

// news is an answer, or what SES says of a letter: either proves that it was sent.
func (w *town) news() {
	id := w.mailed()
	if id == "" {
		return
	}
	n := w.paper.visits[id]
	if w.rand.IntN(3) == 0 {
		w.office.answer(w.t, id, w.office.now)
		n.State = w.seen()[id].State // a link that expired takes no answer any more
		if n.State != survey.Answered && n.State != survey.Sent {
			w.t.Errorf("an answer left %s %s", id, n.State)
		}
		w.paper.visits[id] = n
		return
	}
	fates := []survey.Fate{survey.Delivered, survey.Delivered, survey.Deferred, survey.Delivered, survey.Returned, survey.Complained}
	fate := fates[w.rand.IntN(len(fates))]
	report := survey.Report{Fate: fate, Kind: survey.SurveyLetter, Invitation: id, At: w.office.now}
	w.persist(func() error {
		s := w.store
		return survey.Delivery{Mailed: s, Marks: s, Reminders: s, Suppression: s, Returns: s}.Take(w.t.Context(), report)
	})
	if n.State != survey.Answered {
		n.State = survey.Sent
	}
	w.paper.visits[id] = n
	if fate == survey.Returned || fate == survey.Complained {
		w.paper.stop(n.Customer)
		w.met[string(fate)]++
	}
}

func (w *town) unsubscribe() {
	id := w.mailed()
	if id == "" {
		return
	}
	inv := w.office.invitation(w.t, id)
	w.persist(func() error { return w.store.Unsubscribe(w.t.Context(), inv, w.office.now) })
	w.paper.stop(inv.Customer)
	w.met[string(customer.Unsubscribed)]++
}

// declare makes a holiday of one of the next days, for which mails may be planned.
func (w *town) declare() {
	date := w.office.now.AddDate(0, 0, w.rand.IntN(3))
	w.office.program.Policy.Holidays = append(w.office.program.Policy.Holidays, program.Holiday{Year: date.Year(), Month: date.Month(), Day: date.Day()})
	w.paper.holidays[date.Format(time.DateOnly)] = true
}
