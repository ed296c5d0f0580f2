package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"afterword/internal/customer"
	"afterword/internal/followup"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

// anything lets one thing happen to Ingrid, in a process of its own.
func (s *shop) anything(t *testing.T, r *rand.Rand, over *Store) {
	id, invited := pick(r, s.of(t, ingrid))
	switch r.IntN(10) {
	case 0:
		s.orders = append(s.orders, s.order(len(s.orders), ingrid, "Ingrid Quist"))
		s.take(t, over, s.orders[len(s.orders)-1])
	case 1, 2:
		if e, some := pick(r, s.orders); some {
			if r.IntN(2) == 0 {
				e.Reopened, e.Delivery = true, fmt.Sprint("r", r.IntN(1000))
			}
			s.take(t, over, e)
		}
	case 3:
		if invited {
			s.send(t, over, id)
		}
	case 4:
		if invited {
			s.open(t, over, id, 1+r.IntN(5))
		}
	case 5:
		if invited {
			s.answer(t, over, id, 1+r.IntN(5), comment)
		}
	case 6:
		if invited {
			s.work(t, over, id, followup.Actions[r.IntN(4)])
		}
	case 7:
		s.drain(t, s.Store)
	case 8:
		if _, err := over.Suppress(t.Context(), s.hash.ID(ingrid), customer.Bounced, noon); err != nil && r.IntN(4) == 0 {
			t.Error(err)
		}
	case 9:
		if invited {
			s.rule(t, over, id, r.IntN(2) == 0, "Ms Quist phoned")
		}
	}
}

// Whatever happens between the steps of an erasure, and whatever was half done when it began and ends while it waits, nothing of the
// person is left, and everything is counted as it stands.
func TestAnErasureIsSafeBesideEverythingElse(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		tables, feed := tabletest.Bolt.Open(t)
		s := newShop(t, tables, feed)
		for range 5 + r.IntN(25) {
			if e := r.IntN(3); e == 0 || len(s.orders) == 0 {
				s.orders = append(s.orders, s.order(len(s.orders), ingrid, "Ingrid Quist"))
				s.take(t, s.Store, s.orders[len(s.orders)-1])
			}
			s.anything(t, r, s.Store)
		}
		keep := r.IntN(2) == 0
		half := &halfDone{at: r.IntN(5), reached: make(chan struct{}), resume: make(chan struct{})}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			s.anything(t, rand.New(rand.NewPCG(seed, 8)), s.over(&interrupted{Table: tables, before: half.step}))
		}()
		select {
		case <-half.reached:
		case <-ended:
		}
		eraser := s.over(&interrupted{Table: tables, before: func() {
			if r.IntN(4) == 0 {
				s.anything(t, r, s.Store)
			}
		}})
		wait := func() {
			close(half.resume)
			<-ended
		}
		if _, err := s.erasure(eraser, wait).Erase(t.Context(), ingrid, keep, noon); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for range 10 {
			s.anything(t, r, s.Store)
		}
		s.drain(t, s.Store)
		if found := s.audit(t); found.Lagging+found.Drifted+found.Unsettled > 0 {
			t.Errorf("seed %d: the audit finds %+v", seed, found)
		}
		for _, told := range tells(t, s.all(t)) {
			t.Errorf("seed %d: %s", seed, told)
		}
		for key, item := range s.all(t) {
			if _, counts := item["counted"]; counts && !keep {
				t.Errorf("seed %d: %s counts: %v", seed, key, item)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// halfDone is a process that stands still at one of its calls until it may go on.
type halfDone struct {
	at              int
	reached, resume chan struct{}
}

func (h *halfDone) step() {
	if h.at--; h.at == -1 {
		close(h.reached)
		<-h.resume
	}
}

// interrupted lets something else happen before each of its calls.
type interrupted struct {
	table.Table
	before func()
}

func (i *interrupted) Get(ctx context.Context, key table.Key, strong bool) (table.Item, error) {
	i.before()
	return i.Table.Get(ctx, key, strong)
}

func (i *interrupted) BatchGet(ctx context.Context, keys []table.Key, strong bool) ([]table.Item, error) {
	i.before()
	return i.Table.BatchGet(ctx, keys, strong)
}

func (i *interrupted) Query(ctx context.Context, q table.Query) (table.Page, error) {
	i.before()
	return i.Table.Query(ctx, q)
}

func (i *interrupted) Write(ctx context.Context, w table.Write) (table.Item, error) {
	i.before()
	return i.Table.Write(ctx, w)
}

func (i *interrupted) Transact(ctx context.Context, writes []table.Write) error {
	i.before()
	return i.Table.Transact(ctx, writes)
}
