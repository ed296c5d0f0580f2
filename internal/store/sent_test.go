package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

// lose plans an invitation whose letter leaves without an answer of the carrier.
func (o *office) lose(t *testing.T, n int) string {
	t.Helper()
	id := o.plan(t, "purchase", n)
	o.post.lost[id] = true
	o.mustWalk(t)
	if inv := o.invitation(t, id); inv.State != survey.Unknown || !inv.SentAt.IsZero() {
		t.Fatalf("%+v, want it unknown", inv)
	}
	return id
}

func TestAnAnswerOrAnEventProvesThatAnUnknownInvitationWasSent(t *testing.T) {
	for name, proof := range map[string]func(*testing.T, *office, string){
		"answer": func(t *testing.T, o *office, id string) { o.answer(t, id, o.now) },
		"event": func(t *testing.T, o *office, id string) {
			if err := o.Proven(t.Context(), id, o.now); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				id := o.lose(t, 1)
				if n := o.count(t, "purchase", theDay, "sent"); n != 0 {
					t.Errorf("%d counted before the proof", n)
				}
				o.now = o.now.Add(48 * time.Hour)
				proof(t, o, id)
				proof(t, o, id)
				inv := o.invitation(t, id)
				want := survey.Sent
				if name == "answer" {
					want = survey.Answered
				}
				if inv.State != want || !inv.SentAt.Equal(noon) || o.count(t, "purchase", theDay, "sent") != 1 {
					t.Errorf("%s, sent at %v, %d counted; want it sent at its claim and counted once", inv.State, inv.SentAt, o.count(t, "purchase", theDay, "sent"))
				}
				o.mustWalk(t)
				if n := o.post.took["survey "+id]; n != 1 {
					t.Errorf("%d mails, want the one that was taken", n)
				}
				if due := dueBy(t, s, noon.Add(1000*time.Hour), 10); len(due) > 0 {
					t.Errorf("on the agenda: %v; one that was unknown is never reminded of", due)
				}
			})
		})
	}
}

func TestNothingProvesAnInvitationThatNobodyClaimed(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.plan(t, "purchase", 1)
		for _, id := range []string{id, "nobody-knows-this-id"} {
			if err := o.Proven(t.Context(), id, noon); err != nil {
				t.Error(err)
			}
		}
		if inv := o.invitation(t, id); inv.State != survey.Planned || !inv.SentAt.IsZero() {
			t.Errorf("%+v", inv)
		}
	})
}

func TestAnAnswerMayComeBeforeItsInvitationIsMarked(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		ids := o.planMany(t, "purchase", 20)
		o.post.onCarry = func(letter survey.Letter) {
			switch id := letter.Tags[survey.TagInvitation]; id {
			case ids[3]: // answered, and so proven
				o.answer(t, id, noon)
			case ids[4]: // answered, the proof is still to come
				if _, err := o.applies(t.Context(), table.Write{
					Kind: table.Update, Key: invitationKey(id), Set: table.Item{"state": string(survey.Answered)}, Remove: offAgenda,
					If: table.Present("expires_at"),
				}); err != nil {
					t.Error(err)
				}
			case ids[5]: // proven by an event
				if err := o.Proven(t.Context(), id, noon); err != nil {
					t.Error(err)
				}
			}
		}
		o.mustWalk(t)
		for n, id := range ids {
			inv := o.invitation(t, id)
			want := survey.Sent
			if n == 3 || n == 4 {
				want = survey.Answered
			}
			if inv.State != want || inv.SentAt.IsZero() || inv.MessageID == "" {
				t.Errorf("%d: %+v", n, inv)
			}
		}
		if n := o.count(t, "purchase", theDay, "sent"); n != 20 {
			t.Errorf("%d counted, want 20", n)
		}
		if due := dueBy(t, s, noon.Add(1000*time.Hour), 10); len(due) != 18 {
			t.Errorf("%d are to be reminded, want those 18 who have not answered", len(due))
		}
	})
}

func TestTheSenderOfAnOldClaimIsDead(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.plan(t, "purchase", 1)
		claim := survey.Claim{By: "the dead", At: noon, Day: theDay, ExpiresAt: noon.Add(time.Hour)}
		if mine, err := s.Claim(t.Context(), id, claim); !mine || err != nil {
			t.Fatal(mine, err)
		}
		if mine, err := s.Claim(t.Context(), id, survey.Claim{By: "another", At: noon, Day: theDay}); mine || err != nil {
			t.Errorf("a second claim: %v, %v", mine, err)
		}
		o.now = noon.Add(agenda.LeaseTime)
		o.mustWalk(t)
		if inv := o.invitation(t, id); inv.State != survey.Claimed {
			t.Errorf("%s while its sender may live", inv.State)
		}
		o.now = noon.Add(agenda.LeaseTime + 31*time.Second)
		o.mustWalk(t)
		inv := o.invitation(t, id)
		if inv.State != survey.Unknown || inv.SentDay != theDay || inv.ExpiresAt.IsZero() || !o.asks(t, inv) || len(o.post.took) > 0 {
			t.Errorf("%+v, place kept: %v", inv, o.asks(t, inv))
		}
		if due := dueBy(t, s, o.now, 10); len(due) > 0 {
			t.Errorf("%v is still on the agenda", due)
		}
		// The sender lives after all, and knows that it was sent.
		if err := s.Sent(t.Context(), []survey.Mark{{Invitation: survey.Invitation{
			ID: id, Touchpoint: "purchase", Survey: "purchase-ces-v1", SentDay: theDay, Claim: "the dead",
		}, MessageID: "m1", At: noon}}); err != nil {
			t.Error(err)
		}
		if inv := o.invitation(t, id); inv.State != survey.Sent || inv.MessageID != "m1" || o.count(t, "purchase", theDay, "sent") != 1 {
			t.Errorf("%+v", inv)
		}
	})
}

func TestManyMarksAreCountedInFewTransactions(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		counted := &pages{Table: s.table}
		s.table = counted
		o := newOffice(s)
		var marks []survey.Mark
		for n, id := range o.planMany(t, "purchase", 120) { // a hundred on one day, the others on twenty
			inv := o.invitation(t, id)
			claim := survey.Claim{By: "me", At: noon, Day: fmt.Sprintf("2026-11-%02d", 1+max(0, n-99)), ExpiresAt: noon.Add(time.Hour)}
			if mine, err := s.Claim(t.Context(), id, claim); !mine || err != nil {
				t.Fatal(mine, err)
			}
			inv.Claim, inv.SentDay = claim.By, claim.Day
			marks = append(marks, survey.Mark{Invitation: inv, MessageID: "m", At: noon})
		}
		counted.transactions, counted.transaction = 0, 0
		for again := range 2 { // a second time changes nothing
			if err := s.Sent(t.Context(), marks); err != nil {
				t.Fatal(err)
			}
			if again == 0 && (counted.transactions != 2 || counted.transaction > table.MaxTransaction) {
				t.Errorf("%d transactions of up to %d, want 2, for each lot", counted.transactions, counted.transaction)
			}
			total := int64(0)
			for day := range 28 {
				total += o.count(t, "purchase", fmt.Sprintf("2026-11-%02d", 1+day), "sent")
			}
			if total != 120 {
				t.Errorf("%d counted, want 120", total)
			}
		}
	})
}

// stuck is a table on which one invitation cannot be written.
type stuck struct {
	table.Table
	id string
}

func (s stuck) Write(ctx context.Context, w table.Write) (table.Item, error) {
	if w.Key == invitationKey(s.id) {
		return nil, fault.New(fault.Transient, "busy")
	}
	return s.Table.Write(ctx, w)
}

func (s stuck) Transact(ctx context.Context, writes []table.Write) error {
	if slices.ContainsFunc(writes, func(w table.Write) bool { return w.Key == invitationKey(s.id) }) {
		return fault.New(fault.Transient, "busy")
	}
	return s.Table.Transact(ctx, writes)
}

func TestAMarkThatFailsKeepsNoOtherFromIt(t *testing.T) {
	for _, c := range []struct {
		marks   int
		later   survey.State // of the one that failed
		counted int64        // at once
	}{
		{2, survey.Claimed, 1}, // one by one
		{4, survey.Sent, 0},    // in a lot, which the next walk finishes
	} {
		t.Run(fmt.Sprint(c.marks), func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				marks := o.carried(t, 0, c.marks)
				whole := s.table
				s.table = stuck{whole, marks[1].Invitation.ID}
				if err := s.Sent(t.Context(), marks); err == nil {
					t.Error("nobody hears of the one that failed")
				}
				s.table = whole
				for i, mark := range marks {
					if state, want := o.invitation(t, mark.Invitation.ID).State, survey.Sent; (state == want) == (i == 1) {
						t.Errorf("invitation %d is %s", i, state)
					}
				}
				if n := o.count(t, "purchase", theDay, "sent"); n != c.counted {
					t.Errorf("%d counted, want %d", n, c.counted)
				}
				o.mustWalk(t)
				want := int64(c.marks)
				if c.later != survey.Sent {
					want--
				}
				if inv, n := o.invitation(t, marks[1].Invitation.ID), o.count(t, "purchase", theDay, "sent"); inv.State != c.later || n != want {
					t.Errorf("after the next walk it is %s, %d counted, want %s and %d", inv.State, n, c.later, want)
				}
			})
		})
	}
}

func TestTheProgramsDailyQuotaHoldsOverTheDay(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		o.program.Policy.DailyQuota = 3
		o.planMany(t, "purchase", 5)
		refused := true
		o.post.says = func(survey.Letter) error { // the first one is not sent, and does not count
			if refused {
				refused = false
				return survey.ErrRefused
			}
			return nil
		}
		o.mustWalk(t)
		for range 3 {
			o.mustWalk(t)
			o.now = o.now.Add(time.Minute)
		}
		if n := len(o.post.took); n != 3 {
			t.Errorf("%d mails on the first day, want 3", n)
		}
		o.now = noon.Add(23 * time.Hour) // tomorrow in the program's zone
		o.mustWalk(t)
		if n := len(o.post.took); n != 4 {
			t.Errorf("%d mails on both days, want the 4 that were not refused", n)
		}
	})
}

func TestTheCarriersQuotaAndRateHold(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		o.planMany(t, "purchase", 40)
		o.post.max24h = 7
		o.mustWalk(t)
		if n := len(o.post.took); n != 7 || o.post.paced != 7 {
			t.Errorf("%d mails, paced %d times, want the 7 of the quota", n, o.post.paced)
		}
		// One a second, and each takes one: those that can be sent in time are, the others are not even claimed.
		o.now = o.now.Add(time.Minute)
		o.post.max24h, o.post.perSecond = -1, 1
		start := o.now
		o.dispatcher.Concurrency = 1
		o.post.onCarry = func(survey.Letter) { o.now = o.now.Add(time.Second) }
		o.mustWalk(t)
		if n := len(o.post.took) - 7; n < 30 || !o.now.Before(start.Add(agenda.Budget)) {
			t.Errorf("%d mails in %v", n, o.now.Sub(start))
		}
	})
}

func TestNoLetterBeginsItsWayWhenTheWalkIsOver(t *testing.T) {
	for _, slow := range []string{"carrier", "pace"} { // slower than was expected
		t.Run(slow, func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				o.planMany(t, "purchase", 20)
				start := o.now
				last := start.Add(agenda.Budget - 10*time.Second) // what it takes to carry one and to mark it
				o.dispatcher.Concurrency = 1
				o.post.onPace = func() {
					if slow == "pace" {
						o.now = o.now.Add(4 * time.Second)
					}
				}
				o.post.onCarry = func(survey.Letter) {
					if !o.now.Before(last) {
						t.Errorf("a letter begins its way after %v", o.now.Sub(start))
					}
					if slow == "carrier" {
						o.now = o.now.Add(4 * time.Second)
					}
				}
				o.mustWalk(t)
				if took := o.now.Sub(start); took > agenda.Budget {
					t.Errorf("the walk took %v, at most %v are allowed", took, agenda.Budget)
				}
				o.now, o.post.onCarry, o.post.onPace = start.Add(10*time.Minute), nil, nil
				o.mustWalk(t)
				for id, n := range o.post.took {
					if n != 1 {
						t.Errorf("%s: %d mails", id, n)
					}
				}
				if len(o.post.took) != 20 {
					t.Errorf("%d mails in the end, want all 20: what was not sent was put back", len(o.post.took))
				}
			})
		})
	}
}

func TestACancelledWalkPutsBackWhatItDidNotSend(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		o.planMany(t, "purchase", 20)
		ctx, cancel := context.WithCancel(t.Context())
		o.dispatcher.Concurrency = 2
		o.post.onCarry = func(survey.Letter) {
			if len(o.post.took) == 10 {
				cancel()
			}
		}
		if err := o.walkAs(ctx, s, o.dispatcher, "me"); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if n := len(o.post.took); n < 10 || n > 12 || o.count(t, "purchase", theDay, "sent") != int64(n) {
			t.Errorf("%d mails, %d counted", n, o.count(t, "purchase", theDay, "sent"))
		}
		o.mustWalk(t)
		if len(o.post.took) != 20 || o.count(t, "purchase", theDay, "sent") != 20 {
			t.Errorf("%d mails, %d counted, want 20: each was planned again", len(o.post.took), o.count(t, "purchase", theDay, "sent"))
		}
	})
}

func TestTenThousandDueInvitationsAreSentByPages(t *testing.T) {
	const n = 10_000
	tables, _ := tabletest.Bolt.Open(t)
	counted := &pages{Table: tables}
	o := newOffice(New(counted))
	o.planMany(t, "purchase", n)
	o.post.perSecond = 10_000
	o.mustWalk(t)
	if len(o.post.took) != n || o.count(t, "purchase", theDay, "sent") != int64(n) {
		t.Errorf("%d mails, %d counted, want %d", len(o.post.took), o.count(t, "purchase", theDay, "sent"), n)
	}
	if counted.query > 50 || counted.batch > 90 || counted.transaction > 100 {
		t.Errorf("pages of %d, reads of %d, transactions of %d: more at once than is meant", counted.query, counted.batch, counted.transaction)
	}
}

// pages measures how much is read and written at once.
type pages struct {
	table.Table
	mu                        sync.Mutex
	query, batch, transaction int
	transactions              int
}

func (p *pages) most(of *int, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*of = max(*of, n)
}

func (p *pages) Query(ctx context.Context, q table.Query) (table.Page, error) {
	page, err := p.Table.Query(ctx, q)
	p.most(&p.query, len(page.Items))
	return page, err
}

func (p *pages) BatchGet(ctx context.Context, keys []table.Key, strong bool) ([]table.Item, error) {
	p.most(&p.batch, len(keys))
	return p.Table.BatchGet(ctx, keys, strong)
}

func (p *pages) Transact(ctx context.Context, writes []table.Write) error {
	p.most(&p.transaction, len(writes))
	p.mu.Lock()
	p.transactions++
	p.mu.Unlock()
	return p.Table.Transact(ctx, writes)
}

// A carrier that needs its time leaves all the time that is needed to mark what it took.
func TestASlowCarrierLeavesTimeForTheMarks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tables, _ := tabletest.Bolt.Open(t)
		o := newOffice(New(patient{tables}))
		ids := o.planMany(t, "purchase", 6)
		o.dispatcher.Concurrency = 1
		o.post.onCarry = func(letter survey.Letter) {
			time.Sleep(7 * time.Second)
			o.post.lost[ids[5]] = true
		}
		o.mustWalk(t)
		states := map[survey.State]int{}
		for _, id := range ids {
			states[o.invitation(t, id).State]++
		}
		if states[survey.Sent] != 5 || states[survey.Unknown] != 1 {
			t.Errorf("%v, want 5 sent and the lost one known as that", states)
		}
	})
}

// patient is a table that, like a real one, does nothing for a context that is over.
type patient struct{ table.Table }

func (p patient) Write(ctx context.Context, w table.Write) (table.Item, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return p.Table.Write(ctx, w)
}

func (p patient) Transact(ctx context.Context, writes []table.Write) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return p.Table.Transact(ctx, writes)
}
