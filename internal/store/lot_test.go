package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

// carried plans and claims the invitations from one number to another, and returns their marks.
func (o *office) carried(t *testing.T, from, to int) []survey.Mark {
	t.Helper()
	var marks []survey.Mark
	for n := from; n < to; n++ {
		id := o.plan(t, "purchase", n)
		claim := survey.Claim{By: "me", At: o.now, Day: theDay, ExpiresAt: o.now.Add(time.Hour)}
		if mine, err := o.Claim(t.Context(), id, claim); !mine || err != nil {
			t.Fatal(mine, err)
		}
		marks = append(marks, survey.Mark{Invitation: o.invitation(t, id), MessageID: "m-" + id, At: o.now})
	}
	return marks
}

// lots lists those that are open.
func (o *office) lots(t *testing.T) (open []string) {
	t.Helper()
	for _, e := range dueBy(t, o.Store, o.now, 100) {
		if e.Kind == agenda.Mark {
			open = append(open, e.Key)
		}
	}
	return open
}

// Whenever a dispatcher dies, the next walk marks and counts what a lot says was carried. What no lot says is unknown, and nothing is
// mailed again.
func TestALotWhoseDispatcherDiedIsFinishedByTheNextWalk(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			step := int64(1)
			if engine.Name != tabletest.Bolt.Name {
				step = 9
			}
			finished, unknown := 0, 0
			for life := int64(20); life < 80; life += step {
				raw, _ := engine.Open(t)
				h := &history{office: newOffice(New(raw)), t: t, rand: rand.New(rand.NewPCG(uint64(life), 1)), raw: raw}
				h.ids = append(h.planMany(t, "support", 4), h.planMany(t, "purchase", 2)...)
				_ = h.process(life, tabletest.Chances{}, 1)(t.Context())
				left := len(h.lots(t))
				h.now = h.now.Add(90 * time.Second)
				h.mustWalk(t)
				if open := h.lots(t); len(open) > 0 {
					t.Errorf("%v is open after the next walk", open)
				}
				h.recover()
				states := h.check()
				if left > 0 && states[survey.Sent] == 6 {
					finished++
				}
				unknown += states[survey.Unknown]
				if left > 0 && states[survey.Unknown] > 0 {
					t.Errorf("%v, though a lot says that they were carried", states)
				}
				if t.Failed() {
					t.Fatalf("it died after %d steps", life)
				}
			}
			if finished == 0 || unknown == 0 {
				t.Errorf("%d lots were left and finished, %d invitations are unknown: want some of both", finished, unknown)
			}
		})
	}
}

// beside is a table beside which something happens before the nth write.
type beside struct {
	table.Table
	left *atomic.Int64
	do   func()
}

func (b beside) meanwhile() {
	if b.left.Add(-1) == 0 {
		b.do()
	}
}

func (b beside) Write(ctx context.Context, w table.Write) (table.Item, error) {
	b.meanwhile()
	return b.Table.Write(ctx, w)
}

func (b beside) Transact(ctx context.Context, writes []table.Write) error {
	b.meanwhile()
	return b.Table.Transact(ctx, writes)
}

// A slow dispatcher, the walk that takes over from it, an answer and an event of the carrier count each invitation once between them.
func TestWhoeverComesBesideALotCountsNothingTwice(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		whole := s.table
		o := newOffice(s)
		other := New(whole)
		other.pause = s.pause
		finishing := func([]survey.Mark) {
			for _, lot := range o.lots(t) {
				if err := other.Finish(t.Context(), lot); err != nil {
					t.Error(err)
				}
			}
		}
		proving := func(marks []survey.Mark) {
			for _, mark := range marks[1:3] {
				if err := other.Proven(t.Context(), mark.Invitation.ID, o.now); err != nil {
					t.Error(err)
				}
			}
		}
		answering := func(marks []survey.Mark) { (&office{Store: other}).answer(t, marks[0].Invitation.ID, o.now) }
		giveUp := func(marks []survey.Mark) {
			if err := other.Lose(t.Context(), marks[3].Invitation.ID, "me"); err != nil {
				t.Error(err)
			}
		}
		total := 0
		for at := int64(1); at <= 6; at++ { // the lot, four marks, the closing
			for name, acts := range map[string][]func([]survey.Mark){
				"another finishes it": {finishing}, "proofs": {proving}, "an answer": {answering}, "a claim that is given up": {giveUp},
				"all of them": {giveUp, proving, finishing, answering, finishing}, "all, proofs last": {finishing, answering, giveUp, proving},
			} {
				o.now = o.now.Add(time.Second)
				marks := o.carried(t, total, total+4)
				left := new(atomic.Int64)
				left.Store(at)
				s.table = beside{whole, left, func() {
					for _, act := range acts {
						act(marks)
					}
				}}
				if err := s.Sent(t.Context(), marks); err != nil {
					t.Error(err)
				}
				s.table = whole
				total += len(marks)
				for i, mark := range marks {
					if inv := o.invitation(t, mark.Invitation.ID); inv.SentAt.IsZero() || inv.MessageID == "" {
						t.Errorf("%s before write %d: %d is %+v", name, at, i, inv)
					}
				}
				if n := o.count(t, "purchase", theDay, "sent"); n != int64(total) || len(o.lots(t)) > 0 {
					t.Fatalf("%s before write %d: %d counted, want %d; open are %v", name, at, n, total, o.lots(t))
				}
			}
		}
	})
}

func TestALotThatWasLongOnItsWayOpensNothingAgain(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		marks := o.carried(t, 0, 3)
		put := lotWrite("lot", marks)
		put.Writer = newWriter()
		if _, err := s.table.Write(t.Context(), put); err != nil {
			t.Fatal(err)
		}
		o.mustWalk(t)
		_, _ = s.table.Write(t.Context(), put) // its answer reaches nobody
		if open := o.lots(t); len(open) > 0 {
			t.Errorf("%v is open again", open)
		}
		o.mustWalk(t)
		if n := o.count(t, "purchase", theDay, "sent"); n != 3 {
			t.Errorf("%d counted, want 3", n)
		}
	})
}

func TestAMailCostsFewWriteUnits(t *testing.T) {
	for _, c := range []struct {
		mails int
		most  float64 // a claim 1, a mark 1 and its entry on the agenda 1; then the shares of the lot, the count and the walk's lease
	}{
		{90, 3.15}, {20, 3.5}, {10, 3.9}, {2, 7}, {1, 8},
	} {
		t.Run(fmt.Sprint(c.mails), func(t *testing.T) {
			meter := &table.Meter{}
			tables, _ := tabletest.Bolt.OpenMetered(t, meter)
			o := newOffice(New(tables))
			ids := o.planMany(t, "support", c.mails)
			before := meter.Snapshot()
			o.mustWalk(t)
			if each := float64(meter.Snapshot().Sub(before).WriteUnits) / float64(c.mails); each > c.most {
				t.Errorf("%.2f write units a mail, want at most %.2f", each, c.most)
			}
			if i := slices.IndexFunc(ids, func(id string) bool { return o.invitation(t, id).State != survey.Sent }); i >= 0 {
				t.Errorf("%d was not sent", i)
			}
		})
	}
}
