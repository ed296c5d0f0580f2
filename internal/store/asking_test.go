package store

import (
	"fmt"
	"testing"

	"afterword/internal/survey"
	"afterword/internal/table/tabletest"
)

// Whatever happens to a few customers, and whatever fails meanwhile, they are asked as pencil and paper say: once about each visit and
// each time that its subject comes back, never two asks nearer than a window, never whoever may not be. What was never sent frees its
// place, what was sent or may have been keeps it, and the decision about each visit has the reason that paper has.
//
// One seed alone: go test ./internal/store -run 'TestCustomersAreAskedAsPaperSays/bolt/^17$'. Simultaneous events may fall otherwise.
func TestCustomersAreAskedAsPaperSays(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			seeds, many := 160, engine.Name == tabletest.Bolt.Name
			if testing.Short() {
				seeds = 50
			}
			if !many {
				seeds = 2
			}
			met, freed, ran := map[string]int{}, map[survey.State]int{}, 0
			for seed := range uint64(seeds) {
				t.Run(fmt.Sprint(seed), func(t *testing.T) {
					ran++
					tables, _ := engine.Open(t)
					w := newTown(t, tables, seed)
					w.live()
					for what, n := range w.met {
						met[what] += n
					}
					for kind, n := range w.faults.Injected() {
						met[kind] += n
					}
					for state, n := range w.paper.freed {
						freed[state] += n
					}
				})
			}
			t.Logf("met %v; places freed by %v", met, freed)
			if ran < seeds || !many {
				return
			}
			for _, state := range []survey.State{survey.Cancelled, survey.Suppressed, survey.Expired, survey.Failed} {
				if freed[state] == 0 {
					t.Errorf("nobody was asked in the place of an invitation %s", state)
				}
			}
			for _, what := range []string{
				"planned", "fatigue", "too-old", "no-consent", "suppressed", "shadow", "test", "no-address", "sent", "unknown", "claimed", "turned back",
				"returned", "complained", "unsubscribed", "erased", "conflict", "throttle", "transient", "resent", "lost",
			} {
				if met[what] == 0 {
					t.Errorf("the seeds never met %q", what)
				}
			}
		})
	}
}

// live lets some months pass, and then brings everything to its end.
func (w *town) live() {
	w.t.Helper()
	for n := 0; n < 45 && !w.t.Failed(); n++ {
		w.step()
	}
	for n := 0; n < 8 && !w.t.Failed(); n++ {
		w.office.now = w.office.now.Add(4 * aDay)
		w.walk(trouble{health: 1, life: longLife})
		w.check("the last walks")
	}
	for id, n := range w.paper.visits {
		if n.State == survey.Planned || n.State == survey.Claimed {
			w.t.Errorf("%s is still %s", id, n.State)
		}
	}
}
