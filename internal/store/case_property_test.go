package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/response"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

// revisions makes one response's history at random: a first answer, then edits, withdrawals, answers after them, perhaps an erasure.
func revisions(random *rand.Rand, id string) (records []response.Record) {
	rec := badAnswer(id)
	rec.Rating = 1 + random.IntN(5)
	for n := range 1 + random.IntN(5) {
		if n > 0 {
			rec.Revision++
			rec.ChangedAt = rec.ChangedAt.Add(time.Duration(random.IntN(600)) * time.Second)
			switch random.IntN(10) {
			case 0, 1, 2:
				rec.Rating, rec.Counted, rec.Act = 1+random.IntN(5), true, response.Explicit
			case 3, 4:
				rec.Comment, rec.Counted, rec.Act = fmt.Sprint("words ", n), true, response.Explicit
			case 5, 6:
				rec.Counted = false
			case 7:
				rec.Counted, rec.Erased, rec.Comment, rec.Causes = random.IntN(2) == 0, true, "", nil
			default:
				rec.Causes, rec.Act = []string{"long-wait"}[:random.IntN(2)], response.Explicit
			}
		}
		records = append(records, rec)
		if rec.Erased {
			break
		}
	}
	return records
}

// However the feed shows the answers, and whatever fails meanwhile, each response has at most one case, in line with its newest
// answer, at the desk of its causes unless somebody has taken it, and the customer's count and the agenda are those of the cases.
func TestACaseOpensOnceWhateverTheFeedDoes(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			schedules, many := 120, engine.Name == tabletest.Bolt.Name
			if !many {
				schedules = 6
			}
			met := map[string]int{}
			for seed := range uint64(schedules) {
				tables, _ := engine.Open(t)
				for kind, n := range feedCases(t, tables, seed) {
					met[kind] += n
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			for _, kind := range []string{"conflict", "throttle", "transient", "lost", "resent", "opened", "reopened", "withdrawn", "improved", "worked", "moved"} {
				if many && met[kind] == 0 {
					t.Errorf("the schedules never met %s: %v", kind, met)
				}
			}
		})
	}
}

func feedCases(t *testing.T, tables table.Table, seed uint64) map[string]int {
	random := rand.New(rand.NewPCG(seed, 1))
	faults := tabletest.NewFaults(tables, seed, tabletest.Chances{})
	good, bad := New(tables), New(faults)
	bad.pause = func(context.Context, time.Duration) error { return nil }
	keepCustomer(t, good, "maria")
	now := noon
	f := followingOn(bad, func() time.Time { return now })

	var waiting []response.Record // in an order that keeps each response's own
	for n := range 3 {
		waiting = append(waiting, revisions(random, fmt.Sprint("answer-", n))...)
	}
	newest := map[string]response.Record{}
	var shown []table.Change
	trouble := tabletest.Chances{Conflict: .05, Throttle: .05, Transient: .1, Resent: .05, Lost: .1}
	// show lets the feed show some changes to two readers at a time, again and again until none fails.
	show := func(changes []table.Change) {
		caseless := withoutCase(t, good, newest)
		defer func() {
			for id := range withoutCase(t, good, newest) {
				delete(caseless, id)
			}
			for id := range caseless {
				if rec := newest[id]; !needsCase(rec) {
					t.Errorf("%s: an old image opened a case for %+v", id, rec.Response)
				}
			}
		}()
		var beside sync.WaitGroup
		defer beside.Wait()
		all := changes
		beside.Go(func() { _, _ = f.Handle(t.Context(), all) })
		for tries := 0; len(changes) > 0; tries++ {
			faults.SetChances(trouble)
			if tries > 20 {
				faults.SetChances(tabletest.Chances{})
			}
			failed, err := f.Handle(t.Context(), changes)
			if (failed == "") != (err == nil) || tries > 25 {
				t.Fatalf("failed at %q: %v", failed, err)
			}
			for failed != "" && changes[0].Sequence != failed {
				changes = changes[1:]
			}
			if failed == "" {
				return
			}
		}
	}
	for len(waiting) > 0 {
		rec := waiting[0]
		waiting = waiting[1:]
		shown = append(shown, keepRecord(t, good, len(shown)+1, rec))
		newest[rec.ID] = rec
		now = now.Add(time.Duration(random.IntN(300)) * time.Second)
		if random.IntN(2) == 0 {
			show(shuffled(random, shown))
		}
		if random.IntN(4) == 0 {
			takeCase(t, good, rec.ID, now)
		}
	}
	show(shuffled(random, shown))
	show(shuffled(random, append(shown, shown...)))
	return caseCheck(t, good, newest, faults.Injected())
}

// doors open for whoever knows the case.
type doors struct{}

func (doors) OpenCase(id string) (string, followup.Holder, error) { return id, 0, nil }

// takeCase lets somebody take a case, if there is one.
func takeCase(t *testing.T, s *Store, id string, now time.Time) {
	t.Helper()
	work := followup.Work{Doors: doors{}, Cases: s, Answers: s, Customers: s, Programs: care{}}
	if _, err := work.Act(t.Context(), id, followup.Deed{Action: followup.Take}, now); err != nil && !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
}

func needsCase(rec response.Record) bool { return rec.Counted && !rec.Erased && rec.Rating <= 2 }

// withoutCase names the answers that have no case, or a cancelled one.
func withoutCase(t *testing.T, s *Store, newest map[string]response.Record) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for id := range newest {
		if c, err := s.Case(t.Context(), id); fault.Is(err, fault.NotFound) || c.State == followup.Cancelled {
			ids[id] = true
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

func shuffled(random *rand.Rand, changes []table.Change) []table.Change {
	some := make([]table.Change, len(changes))
	for i, n := range random.Perm(len(changes)) {
		some[i] = changes[n]
		some[i].Sequence = fmt.Sprint(i + 1)
	}
	return some
}

// caseCheck holds the cases against the newest answers, and counts what happened in their histories.
func caseCheck(t *testing.T, s *Store, newest map[string]response.Record, met map[string]int) map[string]int {
	t.Helper()
	pending := int64(0)
	var alarms []agenda.Entry
	for id, rec := range newest {
		c, err := s.Case(t.Context(), id)
		wanted := needsCase(rec)
		if fault.Is(err, fault.NotFound) {
			if wanted {
				t.Errorf("%s: no case for %+v", id, rec.Response)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if over := !rec.Counted || rec.Erased; over == c.State.Pending() && (over || wanted) {
			t.Errorf("%s is %s for %+v", id, c.State, rec.Response)
		}
		if c.State.Pending() {
			pending++
			if c.Answer != rec.Revision || c.Rating != rec.Rating {
				t.Errorf("%s knows revision %d with %d, the answer is %+v", id, c.Answer, c.Rating, rec.Response)
			}
			alarms = append(alarms, agenda.Entry{Kind: agenda.Task, Key: id})
		}
		if c.State == followup.Open {
			alarms = append(alarms, agenda.Entry{Kind: agenda.Escalate, Key: id})
			if want := map[int]string{0: "care", 1: "queue"}[len(rec.Causes)]; wanted && c.Desk != want {
				t.Errorf("%s is open at %s with %v, want it at %s", id, c.Desk, rec.Causes, want)
			}
		}
		history, err := s.History(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		opened, taken := 0, false
		for _, e := range history {
			met[e.What]++
			if taken = e.What == followup.Worked || taken && e.What != followup.Reopened; e.Desk != "" {
				met["moved"]++
			}
			if taken && e.Desk != "" {
				t.Errorf("%s was taken, and moved to %s", id, e.Desk)
			}
			if e.What == followup.Opened {
				opened++
			}
		}
		if opened != 1 || int64(len(history)) != c.Revision {
			t.Errorf("%s: opened %d times, %d events, revision %d", id, opened, len(history), c.Revision)
		}
	}
	if row, err := s.Customer(t.Context(), "maria"); err != nil || row.OpenCases != pending {
		t.Errorf("%d open cases (%v), want %d", row.OpenCases, err, pending)
	}
	found := map[agenda.Entry]bool{}
	for _, e := range dueBy(t, s, noon.AddDate(1, 0, 0), 50) {
		found[agenda.Entry{Kind: e.Kind, Key: e.Key}] = true
	}
	for _, e := range alarms {
		if !found[e] {
			t.Errorf("%s of %s is not on the agenda", e.Kind, e.Key)
		}
	}
	if len(found) != len(alarms) {
		t.Errorf("on the agenda: %v, want %v", found, alarms)
	}
	return met
}
