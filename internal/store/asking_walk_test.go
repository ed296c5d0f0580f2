package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/survey"
	"afterword/internal/table/tabletest"
)

// What the courier does with a letter.
const (
	takes    = "takes it"
	loses    = "takes it, and nobody hears so"
	drops    = "does not take it, and nobody hears so"
	refuses  = "refuses it for good"
	turnsOff = "turns it away for now"
)

// courier is the carrier of one walk, as reliable as it is healthy.
type courier struct {
	*town
	steps  *atomic.Int64
	health float64
	mu     sync.Mutex
	rand   *rand.Rand
	did    map[string]string // by invitation
	halted bool
	doubts int
}

func (c *courier) Carry(ctx context.Context, letter survey.Letter) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.steps.Add(-1) < 0 {
		return "", errDead
	}
	id := letter.Tags[survey.TagInvitation]
	if somebody := c.paper.people[c.paper.visits[id].Customer]; somebody.stopped || somebody.refused {
		c.t.Errorf("a %s about %s to somebody who is not to be mailed", letter.Kind, id)
	}
	if letter.Kind != survey.SurveyLetter {
		return c.office.post.Carry(ctx, letter)
	}
	does := takes
	if c.rand.Float64() > c.health {
		does = []string{loses, drops, refuses, refuses, refuses, turnsOff, turnsOff}[c.rand.IntN(7)]
	}
	if _, before := c.did[id]; before {
		c.t.Errorf("a second letter about %s in one walk", id)
	}
	if c.rand.IntN(3) == 0 && c.meanwhile(id) && c.rand.IntN(2) == 0 {
		does = turnsOff
	}
	c.did[id] = does
	switch does {
	case refuses:
		return "", survey.ErrRefused
	case turnsOff:
		c.halted = true
		return "", []error{survey.ErrThrottled, survey.ErrQuota, survey.ErrSuspended}[c.rand.IntN(3)]
	}
	if does != takes {
		c.doubts++
	}
	if does == drops {
		return "", errors.New("no answer, and not taken")
	}
	messageID, err := c.office.post.Carry(ctx, letter)
	if dead := c.steps.Add(-1) < 0; dead || does == loses {
		return "", errors.New("no answer, but taken")
	}
	return messageID, err
}

// meanwhile lets the subject of a letter be reopened, or another visit of its customer happen, while the letter is carried, and tells
// whether it was the former.
func (c *courier) meanwhile(id string) (reopened bool) {
	n := c.paper.visits[id]
	n.State = survey.Claimed
	c.paper.visits[id] = n
	e, known := c.about[id]
	if !known {
		return false
	}
	e.Delivery, e.Consent, e.At = fmt.Sprint("meanwhile-", c.rand.Uint64()), "", c.office.now
	if e.Reopened = c.rand.IntN(4) > 0; !e.Reopened {
		e.Subject += "-too"
	}
	c.tell(e)
	return e.Reopened
}

// trouble is how a walk fails.
type trouble struct {
	health float64 // of the courier
	life   int64   // steps until the process dies
	tables tabletest.Chances
}

func (t trouble) none() bool { return t.life == longLife && t.tables == tabletest.Chances{} }

const longLife = 1 << 40

// walk lets a dispatcher walk the agenda, and holds what it did against what it may.
func (w *town) walk(how trouble) {
	w.t.Helper()
	steps := new(atomic.Int64)
	steps.Store(how.life)
	s := w.over(mortal{tabletest.NewFaults(w.raw, w.rand.Uint64(), how.tables), steps})
	c := &courier{town: w, steps: steps, health: how.health, rand: rand.New(rand.NewPCG(w.rand.Uint64(), 1)), did: map[string]string{}}
	d := w.office.newDispatcher(s, c)
	d.Concurrency = 1 + w.rand.IntN(3)
	before := w.paper.clone().visits
	report, err := agenda.Walker{
		Shelf: s, Lease: AgendaLease{s}, Owner: fmt.Sprint("walker ", w.rand.Uint64()), Now: w.office.clock,
		First: map[agenda.Kind]agenda.Handler{agenda.Mark: survey.Lots{Marks: s}},
		Then:  map[agenda.Kind]agenda.Handler{agenda.Invite: d, agenda.Remind: d},
	}.Walk(w.t.Context())
	if how.none() && how.health == 1 && !c.halted && err != nil {
		w.t.Errorf("a walk on which nothing fails: %v", err)
	}
	seen := w.seen()
	// One that stopped half way may have left anything that it found.
	whole := how.none() && !report.Busy
	for id, was := range before {
		is := seen[id]
		if why := w.lawful(id, was, is, c, whole); why != "" {
			w.t.Errorf("%s at %s: %+v became %+v: %s; the courier %q", id, w.office.now, was, is, why, c.did[id])
		}
		if was.State != is.State {
			w.met[string(is.State)]++
		}
		if was.holds() && !is.holds() {
			w.ended = append(w.ended, was.Customer)
		}
		if was.State == survey.Planned && is.State == survey.Cancelled {
			w.met["turned back"]++
		}
		known := was
		known.State, known.Due = is.State, is.Due
		w.paper.visits[id] = known
	}
}

// lawful says what is wrong with what a walk made of an invitation; "" if it may be. The walk is whole when neither its tables nor
// its process failed.
func (w *town) lawful(id string, was, is noted, c *courier, whole bool) string {
	now, does := w.office.now, c.did[id]
	due := was.State == survey.Planned && !was.Due.After(now)
	if does != "" && !due {
		return "a letter of what is not to be sent"
	}
	may := []survey.State{was.State}
	switch {
	case was.State == survey.Claimed:
		may = append(may, survey.Unknown, survey.Sent)
	case was.State == survey.Unknown:
		may = append(may, survey.Sent)
	case due:
		var wrong string
		if may, wrong = w.departs(id, was, is, c, whole); wrong != "" {
			return wrong
		}
	}
	switch {
	case !slices.Contains(may, is.State):
		return fmt.Sprint("it may only be ", may)
	case is.State == survey.Sent && was.State != survey.Sent && w.office.post.took["survey "+id] != 1:
		return "it was not sent"
	case !due && !is.Due.Equal(was.Due):
		return "its time was changed"
	}
	return ""
}

// departs tells what an invitation may become whose time has come.
func (w *town) departs(id string, was, is noted, c *courier, whole bool) (may []survey.State, wrong string) {
	now, does := w.office.now, c.did[id]
	somebody := w.paper.people[was.Customer]
	halted := c.halted || c.doubts > 2
	late := now.Sub(was.Due)
	if !whole { // the claim may stay, and an end may not be kept
		may = append(may, survey.Claimed, survey.Planned)
	}
	refrain := func(state survey.State) ([]survey.State, string) {
		if does != "" {
			return nil, "a letter that should not have left"
		}
		if halted && state != survey.Expired {
			may = append(may, survey.Planned)
		}
		return append(may, state), ""
	}
	switch {
	case late >= aDay:
		return refrain(survey.Expired)
	case somebody.stopped, somebody.refused:
		return refrain(survey.Suppressed)
	case (late > time.Hour || w.paper.holiday(now, somebody.zone)) && !w.paper.mayLeave(now, somebody.zone):
		if next := w.paper.mailTime(now, now, somebody.zone); is.State == survey.Planned && !is.Due.Equal(next) && (whole && !halted || !is.Due.Equal(was.Due)) {
			return nil, fmt.Sprint("it should wait until ", next)
		}
		return refrain(survey.Planned)
	case !is.Due.IsZero() && !is.Due.Equal(was.Due):
		return nil, "its time was changed"
	}
	switch does {
	case takes:
		may = append(may, survey.Sent)
	case loses, drops:
		may = append(may, survey.Unknown)
	case refuses:
		may = append(may, survey.Failed)
	case turnsOff:
		may = append(may, survey.Planned)
		if w.paper.turned[id] {
			may = []survey.State{survey.Cancelled}
		}
	default:
		if halted {
			may = append(may, survey.Planned)
		}
	}
	if !whole && does != "" {
		may = append(may, survey.Claimed, survey.Unknown)
		if does == takes {
			may = append(may, survey.Sent)
		}
	}
	return may, ""
}
