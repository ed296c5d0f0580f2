package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/agenda"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// onEngines runs a test on a store on each engine that is here.
func onEngines(t *testing.T, test func(t *testing.T, s *Store)) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			tables, _ := engine.Open(t)
			test(t, New(tables))
		})
	}
}

// putWork puts work items on the agenda.
func putWork(t *testing.T, s *Store, entries ...agenda.Entry) {
	t.Helper()
	for _, e := range entries {
		w := table.Write{Kind: table.Put, Key: workKey(e.Kind, e.Key), Item: agendaAttributes(e)}
		if _, err := s.table.Write(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
}

// dueBy reads the whole agenda.
func dueBy(t *testing.T, s *Store, by time.Time, limit int) []agenda.Entry {
	t.Helper()
	var all []agenda.Entry
	for shard := range agenda.Shards {
		for start, first := "", true; first || start != ""; first = false {
			page, next, err := s.Due(t.Context(), shard, by, limit, start)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) > limit {
				t.Errorf("a page of %d, at most %d were wanted", len(page), limit)
			}
			all, start = append(all, page...), next
		}
	}
	return all
}

func TestTheAgendaGivesWhatIsDueInOrderOfTime(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		var want []agenda.Entry
		for i := range 100 {
			e := agenda.Entry{Due: noon.Add(-time.Duration(i) * time.Second), Kind: agenda.Task, Key: fmt.Sprintf("case%d", i)}
			putWork(t, s, e)
			want = append(want, e)
		}
		putWork(t, s, agenda.Entry{Due: noon.Add(time.Second), Kind: agenda.Task, Key: "later"})
		got := dueBy(t, s, noon, 3)
		order := func(a, b agenda.Entry) int { return a.Due.Compare(b.Due) }
		slices.SortFunc(got, order)
		slices.SortFunc(want, order)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for shard := range agenda.Shards {
			page, _, err := s.Due(t.Context(), shard, noon, 100, "")
			if err != nil || !slices.IsSortedFunc(page, order) {
				t.Errorf("shard %d is not in order of time: %v, %v", shard, page, err)
			}
		}
	})
}

func TestTheLeaseOfTheAgendaIsOneWalkersAtATime(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		lease := AgendaLease{s}
		end := noon.Add(agenda.LeaseTime)
		acquire := func(owner string, now time.Time) func(context.Context) (bool, error) {
			return func(ctx context.Context) (bool, error) {
				return lease.Acquire(ctx, owner, now, now.Add(agenda.LeaseTime))
			}
		}
		renew := func(owner string, until time.Time) func(context.Context) (bool, error) {
			return func(ctx context.Context) (bool, error) { return lease.Renew(ctx, owner, until) }
		}
		release := func(owner string) func(context.Context) (bool, error) {
			return func(ctx context.Context) (bool, error) { return true, lease.Release(ctx, owner) }
		}
		for _, step := range []struct {
			name string
			do   func(context.Context) (bool, error)
			want bool
		}{
			{"nobody can renew what is nobody's", renew("a", end), false},
			{"a takes it", acquire("a", noon), true},
			{"a takes it again, the answer was lost", acquire("a", noon), true},
			{"b finds it held", acquire("b", end.Add(-time.Second)), false},
			{"a renews it", renew("a", end.Add(time.Minute)), true},
			{"b finds it held longer", acquire("b", end), false},
			{"b takes over when its time is over", acquire("b", end.Add(time.Minute)), true},
			{"a has lost it", renew("a", end.Add(time.Hour)), false},
			{"a gives back what is not its own", release("a"), true},
			{"b still has it", renew("b", end.Add(2*time.Minute)), true},
			{"b gives it back", release("b"), true},
			{"a takes it at once", acquire("a", noon), true},
		} {
			if got, err := step.do(t.Context()); err != nil || got != step.want {
				t.Errorf("%s: %v, %v, want %v", step.name, got, err, step.want)
			}
		}
	})
}

func TestAWalkOverTheStoreHandsOutEverythingThatIsDue(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		const n = 150
		for i := range n {
			putWork(t, s, agenda.Entry{Due: noon.Add(-time.Duration(i%7) * time.Minute), Kind: agenda.Task, Key: fmt.Sprintf("case%d", i)})
		}
		seen := map[string]int{}
		walker := agenda.Walker{
			Shelf: s, Lease: AgendaLease{s}, Owner: "me", Now: func() time.Time { return noon },
			First: map[agenda.Kind]agenda.Handler{agenda.Task: handler(func(_ context.Context, entries []agenda.Entry) error {
				for _, e := range entries {
					seen[e.Key]++
					if _, err := s.table.Write(t.Context(), table.Write{Kind: table.Delete, Key: workKey(e.Kind, e.Key)}); err != nil {
						return err
					}
				}
				return nil
			})},
		}
		if report, err := walker.Walk(t.Context()); err != nil || report.Passed[agenda.Task] != n || len(seen) != n {
			t.Errorf("%+v, %v, %d different entries", report, err, len(seen))
		}
		if left := dueBy(t, s, noon, 100); len(left) > 0 {
			t.Errorf("%d entries are left", len(left))
		}
	})
}

// handler lets a function handle due work.
type handler func(context.Context, []agenda.Entry) error

func (h handler) Handle(ctx context.Context, entries []agenda.Entry, _ agenda.Walk) error {
	return h(ctx, entries)
}
