package store_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterword/internal/table/bolt"
	"afterword/internal/touchpoint"
)

// life is what happens to one ticket by the source's clock, solved and reopened in turn, and the last of it.
func life(r *rand.Rand) (events []touchpoint.Event, last touchpoint.Event) {
	open := r.IntN(2) == 0
	for i := range 1 + r.IntN(6) {
		last = touchpoint.Event{Touchpoint: "support", Source: "desk", Subject: "88", Delivery: fmt.Sprint("d-", i), At: noon.Add(time.Duration(i) * time.Minute),
			Address: "maria@customer.example", Quiet: day, Reopened: open}
		events, open = append(events, last), !open
	}
	for i := range events { // senders send again, some of them as another delivery
		for n := range r.IntN(3) {
			again := events[i]
			if r.IntN(2) == 0 {
				again.Delivery += fmt.Sprint("-", n)
			}
			events = append(events, again)
		}
	}
	r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return events, last
}

// In whichever order and however often a source tells what happened to a ticket, side by side or with restarts between: one survey is
// planned when it was solved last, a quiet time after that, and none when it is open.
func TestATicketIsAskedAboutOnceAndOnlyWhenItStayedSolved(t *testing.T) {
	rounds := 400
	if testing.Short() {
		rounds = 150
	}
	for round := range rounds {
		seed := uint64(round)
		r := rand.New(rand.NewPCG(seed, 6))
		path := ""
		if round%10 == 0 {
			path = filepath.Join(t.TempDir(), "tables")
		}
		open := func() (intake, *bolt.DB) {
			db, err := bolt.Open(path, bolt.Options{Now: func() time.Time { return noon }})
			if err != nil {
				t.Fatal(err)
			}
			d := desk(t, db)
			d.program.Policy.AllWindow, d.program.Policy.MetricWindow = 0, 0 // which would hide a second ask
			return d, db
		}
		d, db := open()
		events, last := life(r)
		take := func(e touchpoint.Event) {
			if _, err := d.decide.Take(t.Context(), d.program, e, noon.Add(time.Hour)); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
		if round%3 == 1 {
			together(len(events), func(i int) { take(events[i]) })
		} else {
			for _, e := range events {
				take(e)
				if path != "" && r.IntN(3) == 0 {
					if err := db.Close(); err != nil {
						t.Fatal(err)
					}
					d, db = open()
				}
			}
		}
		var planned []any
		for key, item := range contents(t, d.tables) {
			if strings.HasSuffix(key, "|invitation]") && item["state"] == "planned" {
				planned = append(planned, item["planned_at"])
			}
		}
		c, _, err := d.store.Standing(t.Context(), d.hash.ID(last.Address), last.Touchpoint, last.Source, last.Subject)
		if err != nil {
			t.Fatal(err)
		}
		want := "[]"
		if !last.Reopened {
			want = "[" + last.At.Add(day).Format(time.RFC3339) + "]"
		}
		if got := fmt.Sprint(planned); got != want || len(c.Asks) != len(planned) {
			t.Fatalf("seed %d: planned %s, want %s; asks %+v; told of %+v", seed, got, want, c.Asks, events)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
