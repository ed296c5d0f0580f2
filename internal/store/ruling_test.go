package store

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/response"
)

// Scores and cases follow the owner's rulings through the change feed, however many are given while customers answer and readers of
// the feed are at it: every answer that counts is counted once, no other is, and a bad one that counts has a case.
func TestScoresAndCasesFollowRulings(t *testing.T) {
	onShops(t, func(t *testing.T, s *shop) {
		var ids []string
		for n := range 4 {
			ids = append(ids, s.take(t, s.Store, s.order(n, fmt.Sprintf("somebody-%d@customer.example", n), "Somebody")).Visit.Invitation)
			s.send(t, s.Store, ids[n])
			s.answer(t, s.Store, ids[n], 1, "")
		}
		for round := range 3 {
			var all sync.WaitGroup
			for actor := range 4 {
				random := rand.New(rand.NewPCG(uint64(round), uint64(actor)))
				all.Go(func() {
					for n := range 6 {
						id := ids[random.IntN(len(ids))]
						if actor == 0 {
							s.answer(t, s.Store, id, 1+random.IntN(5), fmt.Sprint("words ", n))
						} else {
							s.rule(t, s.Store, id, random.IntN(2) == 0, fmt.Sprint("reason ", actor, n))
						}
					}
				})
			}
			all.Wait()
			s.drain(t, s.Store)
			counted := int64(0)
			for _, id := range ids {
				rec, err := s.RecordOf(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				if rec.Counted {
					counted++
				}
				s.followed(t, rec)
			}
			if got := s.count(t); got != counted {
				t.Errorf("%d answers are counted, %d count", got, counted)
			}
			if found := s.audit(t); found.Lagging+found.Drifted+found.Unsettled > 0 {
				t.Errorf("the audit finds %+v", found)
			}
		}
	})
}

// followed holds a case against its answer.
func (s *shop) followed(t *testing.T, rec response.Record) {
	t.Helper()
	c, err := s.Case(t.Context(), rec.ID)
	switch {
	case err != nil && !fault.Is(err, fault.NotFound):
		t.Fatal(err)
	case !rec.Counted && c.State.Pending():
		t.Errorf("revision %d does not count, and its case is %s", rec.Revision, c.State)
	case rec.Counted && rec.Rating == 1 && c.State != followup.Open:
		t.Errorf("revision %d is unhappy, and its case is %q", rec.Revision, c.State)
	case err == nil && c.Answer != rec.Revision && c.State != followup.Cancelled:
		t.Errorf("the case knows revision %d of %d", c.Answer, rec.Revision)
	}
}
