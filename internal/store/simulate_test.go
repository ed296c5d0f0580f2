package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/touchpoint"
)

func (d intake) simulator() touchpoint.Simulator {
	return touchpoint.Simulator{Archive: d.store, Rows: d.store, Hash: d.hash}
}

// strict is the shop's program with every rule that can stop an ask, also those that ask for what visits do not keep.
func strict(p *program.Program) {
	p.Policy.Staff = []string{"@own.example"}
	p.Policy.Consent = program.Consent{Countries: []string{"DE"}, Properties: program.Filter{"channel": {Any: []string{"fair"}}, "mood": {Any: []string{"shy"}}}}
	for name, change := range map[string]func(*program.Touchpoint){
		"purchase": func(tp *program.Touchpoint) {
			tp.Filter = program.Filter{"tags": {Any: []string{"new"}}, "country": {Any: []string{"SE"}}}
		},
		"support": func(tp *program.Touchpoint) { tp.MinAge, tp.Window = 30*day, 100*day },
		"loyalty": func(tp *program.Touchpoint) { tp.Sample, tp.Subject = 0.5, program.SharedSubject },
	} {
		tp := p.Touchpoints[name]
		change(&tp)
		p.Touchpoints[name] = tp
	}
}

// visitBy is a visit of one of some customers, whom anything may stop: each rule stops enough of them that a hundred visits meet it.
func visitBy(r *rand.Rand, n int, now time.Time) touchpoint.Event {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	e := touchpoint.Event{
		Touchpoint: pick("purchase", "support", "loyalty"), Source: "shop", Subject: fmt.Sprint("s-", n), Delivery: fmt.Sprint("d-", n),
		At:      now.Add(-time.Duration(r.IntN(30*24)) * time.Hour / time.Duration(1+r.IntN(6))),
		Address: fmt.Sprintf("c%d@%s", r.IntN(8), pick("customer.example", "customer.example", "customer.example", "customer.example", "own.example")),
		Test:    r.IntN(15) == 0,
		Properties: map[string]string{"country": pick("SE", "SE", "SE", "SE", "SE", "DE", ""), "channel": pick("web", "web", "web", "fair"), "mood": pick("well", "well", "well", "shy"),
			"tags": pick("new", "old,new", "old")},
	}
	switch r.IntN(12) {
	case 4:
		e.Address = "info@customer.example"
	case 0:
		e.Address = ""
	case 1:
		e.Address = "nobody"
	case 2, 5, 6, 7:
		e.Since = now.Add(-time.Duration(r.IntN(40)) * day)
	case 3:
		e.Consent = touchpoint.Given
	}
	return e
}

// An unchanged program must decide as it did, or the comparison with a changed one means nothing. What is read is all that is done.
func TestAProgramThatIsNotChangedIsSimulatedAsItDecided(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			seeds := uint64(12)
			if engine.Name != tabletest.Bolt.Name {
				seeds = 1
			}
			met := map[touchpoint.Reason]int{}
			for seed := range seeds {
				tables, _ := engine.Open(t)
				d := desk(t, tables)
				strict(d.program)
				r := rand.New(rand.NewPCG(seed, 5))
				now := noon.Add(-300 * day)
				for n := range 60 {
					now = now.Add(time.Duration(1+r.IntN(10*24)) * time.Hour / 2)
					d.takeAt(t, visitBy(r, n, now), now)
					if id := d.hash.ID(fmt.Sprintf("c%d@customer.example", r.IntN(8))); r.IntN(30) == 0 {
						if _, err := d.store.Suppress(t.Context(), id, customer.Unsubscribed, now.Add(time.Minute)); err != nil {
							t.Fatal(err)
						}
					}
				}
				if _, err := d.store.Reserve(t.Context(), now.Format(time.DateOnly), 3, 100); err != nil { // of the quota, which is kept beside the counts
					t.Fatal(err)
				}
				visits, counts := contents(t, tables), contentsOf(t, tables, table.Scorebook)
				got, err := d.simulator().Past(t.Context(), d.program, d.program, 366, now)
				if err != nil || got.Visits != 60 {
					t.Fatalf("seed %d: %d visits, %v", seed, got.Visits, err)
				}
				for _, c := range got.Touchpoints {
					if c.Today != c.Decided || c.Changed != c.Decided {
						t.Errorf("seed %d: %+v", seed, c)
					}
					met[c.Reason] += c.Decided
				}
				if diff := cmp.Diff(visits, contents(t, tables)) + cmp.Diff(counts, contentsOf(t, tables, table.Scorebook)); diff != "" || len(counts) == 0 {
					t.Errorf("it changed what is kept (%d items of the scorebook): %s", len(counts), diff)
				}
			}
			for _, reason := range []touchpoint.Reason{touchpoint.NoAddress, touchpoint.InvalidAddress, touchpoint.Test, touchpoint.Staff, touchpoint.RoleAddress, touchpoint.NoConsent,
				touchpoint.Suppressed, touchpoint.Filtered, touchpoint.TooOld, touchpoint.NewAccount, touchpoint.SampledOut, touchpoint.Fatigue, touchpoint.Planned} {
				if met[reason] == 0 {
					t.Errorf("nothing was %s", reason)
				}
			}
		})
	}
}
