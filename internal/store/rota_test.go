package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/touchpoint"
)

func (d intake) Current(context.Context) (*program.Program, error) { return d.program, nil }

// comesRound gives the program a touchpoint that everybody is asked about once a month.
func (d intake) comesRound(weekdays [7]bool) {
	d.program.Touchpoints["loyalty"] = program.Touchpoint{
		Name: "loyalty", Survey: "l", Sample: 1, MaxAge: 14 * day, Subject: program.SharedSubject,
		Every: period.Monthly, Weekdays: weekdays,
	}
	d.program.Policy = program.Policy{}
}

// customers had a survey about an order each, and the first of them unsubscribed.
func (d intake) customers(t testing.TB, n int) {
	t.Helper()
	for i := range n {
		e := d.order(fmt.Sprint("#", i))
		e.Address = fmt.Sprintf("c%d@customer.example", i)
		d.takeAt(t, e, noon)
	}
	if _, err := d.store.Suppress(t.Context(), d.hash.ID("c0@customer.example"), customer.Unsubscribed, noon); err != nil {
		t.Fatal(err)
	}
}

// faltering takes some events and then dies; it may do so when the event was taken, and nobody knows.
type faltering struct {
	touchpoint.Taker
	mu   sync.Mutex
	left int
}

func (f *faltering) Take(ctx context.Context, p *program.Program, e touchpoint.Event, now time.Time) (touchpoint.Outcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out, err := f.Taker.Take(ctx, p, e, now)
	if f.left--; f.left < 0 {
		return touchpoint.Outcome{}, fault.New(fault.Transient, "no power")
	}
	return out, err
}

func TestEverybodyHasOneTurnInAPeriodThoughWalksDieAndMeet(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		const n = 10
		d.comesRound([7]bool{time.Tuesday: true})
		d.customers(t, n)
		turns := touchpoint.Turns{Rotas: d.store, Programs: d, Crowd: d.store, Taker: d.decide}
		for day := period.NewDay(2026, 12, 1); !period.NewDay(2026, 12, 31).Before(day); day = day.Add(7) { // Tuesdays
			now := day.Start(time.UTC)
			together(2, func(int) {
				if err := turns.Begin(t.Context(), now); err != nil {
					t.Error(err)
				}
			})
			entries := []agenda.Entry{{Due: now, Kind: agenda.Turns, Key: "loyalty"}}
			walk := agenda.Walk{Now: func() time.Time { return now }, End: now.Add(agenda.Budget)}
			dying := turns
			dying.Taker = &faltering{Taker: d.decide, left: 1}
			_ = dying.Handle(t.Context(), entries, walk) // whatever became of it
			together(2, func(int) {
				if err := turns.Handle(t.Context(), entries, walk); err != nil {
					t.Error(err)
				}
			})
			if last, err := d.store.Rota(t.Context(), "loyalty"); err != nil || !last.Over || last.Day != day {
				t.Fatalf("on %s: %+v, %v", day, last, err)
			}
		}
		if left, err := d.dueTurns(t, noon.AddDate(0, 2, 0)); err != nil || len(left) > 0 {
			t.Errorf("%v are left, %v", left, err)
		}
		had := map[string]int{}
		for _, item := range contents(t, d.tables) {
			if item["touchpoint"] == "loyalty" && item["source"] == program.FromTurns && item["sk"] == "invitation" {
				had[fmt.Sprint(item["customer"])]++
			}
		}
		if len(had) != n-1 || had[string(d.hash.ID("c0@customer.example"))] > 0 {
			t.Errorf("%d of %d customers had a turn, of whom one unsubscribed: %v", len(had), n, had)
		}
		for id, times := range had {
			c, err := d.store.Customer(t.Context(), customer.ID(id))
			asks := 0
			for _, ask := range c.Asks {
				if ask.Touchpoint == "loyalty" {
					asks++
				}
			}
			if err != nil || times != 1 || asks != 1 {
				t.Errorf("%s had %d turns and %d surveys in a month: %v", id, times, asks, err)
			}
		}
	})
}

func TestOfTwoWhoMoveTheSameRotaOneDoes(t *testing.T) {
	onEachEngine(t, func(t *testing.T, d intake) {
		r := touchpoint.Rota{Touchpoint: "loyalty", Period: "2026-12", Day: period.NewDay(2026, 12, 1), To: 1 << 27}
		for revision := range int64(2) {
			r.Revision = revision
			for try, want := range []bool{true, false} {
				if kept, err := d.store.KeepRota(t.Context(), r, noon); err != nil || kept != want {
					t.Errorf("revision %d, try %d: %t, %v", revision, try, kept, err)
				}
			}
		}
		r.Revision = 2
		if got, err := d.store.Rota(t.Context(), "loyalty"); err != nil || got != r {
			t.Errorf("kept %+v, %v", got, err)
		}
	})
}

// dueTurns reads the agenda for turns.
func (d intake) dueTurns(t testing.TB, by time.Time) (entries []agenda.Entry, err error) {
	t.Helper()
	for shard := range agenda.Shards {
		page, _, e := d.store.Due(t.Context(), shard, by, 1000, "")
		err = errors.Join(err, e)
		for _, entry := range page {
			if entry.Kind == agenda.Turns {
				entries = append(entries, entry)
			}
		}
	}
	return entries, err
}

// Going through the customers costs half a read unit for each 4 KB of the table: nothing is written for whoever has no turn.
func TestADayOfTurnsCostsAScanAndTheVisitsThatItMakes(t *testing.T) {
	var meter table.Meter
	tables, _ := tabletest.Bolt.OpenMetered(t, &meter)
	d := desk(t, tables)
	d.comesRound([7]bool{1: true, 2: true, 3: true, 4: true, 5: true})
	const n = 600
	d.customers(t, n)
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	turns := touchpoint.Turns{Rotas: d.store, Programs: d, Crowd: d.store, Taker: d.decide}
	before := meter.Snapshot()
	if err := turns.Begin(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	had := 0
	turns.Taker = counting{d.decide, &had}
	entries, err := d.dueTurns(t, now)
	if err == nil {
		err = turns.Handle(t.Context(), entries, agenda.Walk{Now: func() time.Time { return now }, End: now.Add(agenda.Budget)})
	}
	if err != nil {
		t.Fatal(err)
	}
	use := meter.Snapshot().Sub(before)
	perCustomer := (use.ReadUnits - 2*float64(had)) / n
	t.Logf("%d of %d customers had their turn: %.1f read units, %.3f for each customer beside the turns, and %d write units", had, n, use.ReadUnits, perCustomer, use.WriteUnits)
	if perCustomer > 0.25 || had < 10 || had > 50 || use.WriteUnits > int64(6*had+6) {
		t.Errorf("%d turns cost %v read units and %d write units", had, use.ReadUnits, use.WriteUnits)
	}
}

type counting struct {
	touchpoint.Taker
	n *int
}

var counted sync.Mutex

func (c counting) Take(ctx context.Context, p *program.Program, e touchpoint.Event, now time.Time) (touchpoint.Outcome, error) {
	counted.Lock()
	*c.n++
	counted.Unlock()
	return c.Taker.Take(ctx, p, e, now)
}
