package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

var errDead = errors.New("the process is dead")

// mortal is a process: it lives for so many steps, then it does nothing more, and learns nothing more.
type mortal struct {
	table.Table
	steps *atomic.Int64
}

func (m mortal) step() error {
	if m.steps.Add(-1) < 0 {
		return errDead
	}
	return nil
}

func (m mortal) Get(ctx context.Context, key table.Key, strong bool) (table.Item, error) {
	if err := m.step(); err != nil {
		return nil, err
	}
	return m.Table.Get(ctx, key, strong)
}

func (m mortal) BatchGet(ctx context.Context, keys []table.Key, strong bool) ([]table.Item, error) {
	if err := m.step(); err != nil {
		return nil, err
	}
	return m.Table.BatchGet(ctx, keys, strong)
}

func (m mortal) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if err := m.step(); err != nil {
		return table.Page{}, err
	}
	return m.Table.Query(ctx, q)
}

// A write of a dying process may be its last act: applied, and it never learns so.
func (m mortal) Write(ctx context.Context, w table.Write) (table.Item, error) {
	if err := m.step(); err != nil {
		return nil, err
	}
	item, err := m.Table.Write(ctx, w)
	if dead := m.step(); dead != nil {
		return nil, dead
	}
	return item, err
}

func (m mortal) Transact(ctx context.Context, writes []table.Write) error {
	if err := m.step(); err != nil {
		return err
	}
	err := m.Table.Transact(ctx, writes)
	if dead := m.step(); dead != nil {
		return dead
	}
	return err
}

// fickle is a carrier for a process that may die. It takes a letter, or not, and answers, or not.
type fickle struct {
	*post
	steps  *atomic.Int64
	mu     *sync.Mutex
	rand   *rand.Rand
	health float64 // chance that all goes well
}

func (f fickle) Carry(ctx context.Context, letter survey.Letter) (string, error) {
	if f.steps.Add(-1) < 0 {
		return "", errDead
	}
	f.mu.Lock()
	well, trouble := f.rand.Float64() < f.health, f.rand.IntN(20)
	f.mu.Unlock()
	if !well {
		switch {
		case trouble < 4:
			return "", survey.ErrThrottled
		case trouble < 6:
			return "", survey.ErrQuota
		case trouble < 8:
			return "", survey.ErrSuspended
		case trouble < 10:
			return "", survey.ErrRefused
		case trouble < 13:
			return "", errors.New("no answer, and not taken")
		}
	}
	id, err := f.post.Carry(ctx, letter)
	if f.steps.Add(-1) < 0 {
		return "", errDead
	}
	if !well && trouble < 17 {
		return "", errors.New("no answer, but taken")
	}
	return id, err
}

// history is one seeded course of events.
type history struct {
	*office
	t    *testing.T
	rand *rand.Rand
	mu   sync.Mutex // of rand, while walkers are about
	raw  table.Table
	ids  []string
}

// process makes a dispatcher of its own, which works for a while on tables that fail, and dies.
func (h *history) process(life int64, chances tabletest.Chances, health float64) func(context.Context) error {
	steps := new(atomic.Int64)
	steps.Store(life)
	faults := tabletest.NewFaults(h.raw, h.rand.Uint64(), chances)
	s := New(mortal{faults, steps})
	s.pause = h.pause
	d := h.newDispatcher(s, fickle{h.post, steps, &h.mu, h.rand, health})
	d.Concurrency = 1 + h.rand.IntN(4)
	owner := fmt.Sprint("walker ", h.rand.Uint64())
	return func(ctx context.Context) error { return h.walkAs(ctx, s, d, owner) }
}

// event is something that happens to an invitation from outside.
func (h *history) event() {
	id := h.ids[h.rand.IntN(len(h.ids))]
	inv := h.invitation(h.t, id)
	mailed := h.post.took["survey "+id] > 0
	var err error
	switch h.rand.IntN(5) {
	case 0:
		if mailed {
			h.answer(h.t, id, h.now)
		}
	case 1:
		if mailed {
			err = h.Proven(h.t.Context(), id, h.now)
		}
	case 2:
		if mailed {
			fate := []survey.Fate{survey.Delivered, survey.Returned, survey.Deferred, survey.Complained}[h.rand.IntN(4)]
			err = h.delivery(nil).Take(h.t.Context(), survey.Report{Fate: fate, Kind: survey.SurveyLetter, Invitation: id, At: h.now})
		}
	case 3:
		if h.rand.IntN(4) == 0 {
			_, err = h.Suppress(h.t.Context(), inv.Customer, customer.Unsubscribed, h.now)
		}
	}
	if err != nil {
		h.t.Error(err)
	}
}

// live lets some hours pass in which processes begin, fail and die.
func (h *history) live() {
	chances := tabletest.Chances{Conflict: 0.05, Throttle: 0.03, Transient: 0.03, Resent: 0.05, Lost: 0.05}
	for range 6 + h.rand.IntN(6) {
		var walks []func()
		for range 1 + h.rand.IntN(2) {
			walk := h.process(1+int64(h.rand.ExpFloat64()*60), chances, 0.7)
			ctx, cancel := context.WithCancel(h.t.Context())
			if h.rand.IntN(5) == 0 {
				after := len(h.post.took) + h.rand.IntN(5)
				h.post.onCarry = func(survey.Letter) {
					if len(h.post.took) >= after {
						cancel()
					}
				}
			}
			walks = append(walks, func() {
				defer cancel()
				_ = walk(ctx) // what it says is not believed: the tables tell
			})
		}
		var group sync.WaitGroup
		for _, walk := range walks {
			group.Go(walk)
		}
		group.Wait()
		h.post.onCarry = nil
		for range h.rand.IntN(4) {
			h.event()
		}
		h.now = h.now.Add(time.Duration(1+h.rand.IntN(300)) * time.Second)
	}
}

// recover lets healthy processes bring everything to its end.
func (h *history) recover() {
	for range 8 {
		h.now = h.now.Add(10 * time.Minute)
		if err := h.process(1<<40, tabletest.Chances{}, 1)(h.t.Context()); err != nil {
			h.t.Error(err)
		}
	}
}

// check holds what must be true after any course of events.
func (h *history) check() (states map[survey.State]int) {
	states = map[survey.State]int{}
	sent := map[string]int64{}
	allowed := map[survey.State][]int{ // mails by state
		survey.Sent: {1}, survey.Answered: {1}, survey.Unknown: {0, 1}, survey.Failed: {0}, survey.Suppressed: {0},
	}
	for _, id := range h.ids {
		inv := h.invitation(h.t, id)
		states[inv.State]++
		mails := h.post.took["survey "+id]
		if !slices.Contains(allowed[inv.State], mails) {
			h.t.Errorf("%s has %d mails", inv.State, mails)
		}
		// An answer takes the entry of a reminder off the agenda, so that nobody looks after its claim any more.
		unsettled := inv.Reminder == survey.ReminderClaimed && inv.State != survey.Answered
		if n := h.post.took["reminder "+id]; n > 1 || n == 1 && inv.Reminder == "" || unsettled {
			h.t.Errorf("%d reminders, and it is said to be %q", n, inv.Reminder)
		}
		if marked := inv.State == survey.Sent || inv.State == survey.Answered; marked == inv.SentAt.IsZero() {
			h.t.Errorf("%s, sent at %v", inv.State, inv.SentAt)
		}
		if !inv.SentAt.IsZero() {
			sent[inv.Touchpoint]++
		}
		if ended := inv.State == survey.Failed || inv.State == survey.Suppressed; h.asks(h.t, inv) == ended {
			h.t.Errorf("%s, place among the asks kept: %v", inv.State, !ended)
		}
	}
	for touchpoint, n := range sent {
		if counted := h.count(h.t, touchpoint, theDay, "sent"); counted != n {
			h.t.Errorf("%s: %d counted, %d were sent", touchpoint, counted, n)
		}
	}
	if due := dueBy(h.t, h.Store, h.now, 10); len(due) > 0 {
		h.t.Errorf("still on the agenda: %v", due)
	}
	return states
}

// Whatever fails and whoever dies, no mail is sent twice, and none is lost without showing as unknown.
func TestNoMailTwiceAndNoneLostUnseen(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			seeds := uint64(200)
			if engine.Name != tabletest.Bolt.Name {
				seeds = 6
			}
			states := map[survey.State]int{}
			reminders := 0
			for seed := range seeds {
				raw, _ := engine.Open(t)
				h := &history{office: newOffice(New(raw)), t: t, rand: rand.New(rand.NewPCG(seed, 1)), raw: raw}
				tp := h.program.Touchpoints["purchase"]
				tp.Reminder = 10 * time.Minute
				h.program.Touchpoints["purchase"] = tp
				h.ids = append(h.planMany(t, "purchase", 8), h.planMany(t, "support", 4)...)
				h.live()
				h.recover()
				for state, n := range h.check() {
					states[state] += n
				}
				for id := range h.post.took {
					if id[0] == 'r' {
						reminders++
					}
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			if engine.Name != tabletest.Bolt.Name {
				return // too few courses to have met everything
			}
			for _, state := range []survey.State{survey.Sent, survey.Answered, survey.Unknown, survey.Failed, survey.Suppressed} {
				if states[state] == 0 {
					t.Errorf("no course of events ended with an invitation %s: %v", state, states)
				}
			}
			if reminders == 0 {
				t.Error("nobody was reminded")
			}
		})
	}
}

// While one walker works the other finds the lease taken; when its time is over, the other takes over.
func TestTwoWalkersShareNothing(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		o.planMany(t, "purchase", 30)
		var second agenda.Report
		o.dispatcher.Concurrency = 1
		o.post.onCarry = func(survey.Letter) {
			if len(o.post.took) != 5 {
				return
			}
			other := o.newDispatcher(s, o.post)
			var err error
			second, err = agenda.Walker{
				Shelf: s, Lease: AgendaLease{s}, Owner: "second", Now: o.clock, Then: map[agenda.Kind]agenda.Handler{agenda.Invite: other},
			}.Walk(t.Context())
			if err != nil {
				t.Error(err)
			}
		}
		o.mustWalk(t)
		if !second.Busy || len(o.post.took) != 30 {
			t.Errorf("the second walker: %+v; %d mails", second, len(o.post.took))
		}
	})
}
