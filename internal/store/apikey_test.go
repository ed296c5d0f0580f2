package store_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/access"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/store"
	"afterword/internal/table/tabletest"
)

var keysMade = time.Date(2026, 11, 22, 12, 0, 30, 0, time.UTC)

func makeKey(t *testing.T, s *store.Store, name string, at time.Time) access.Key {
	t.Helper()
	_, k, err := access.Make(name, []access.Scope{access.Read, access.Visits}, 5, at.Add(time.Hour), at)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.KeepKey(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAKeyIsKeptListedAndRevoked(t *testing.T) {
	for _, e := range tabletest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			engine, _ := e.Open(t)
			s := store.New(engine)
			older, newer := makeKey(t, s, "crm", keysMade), makeKey(t, s, "checkout", keysMade.Add(time.Minute))
			got, err := s.Key(t.Context(), older.ID)
			if diff := cmp.Diff(older, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
			if err := s.KeepKey(t.Context(), older); !fault.Is(err, fault.Conflict) {
				t.Errorf("a key was kept in another's place: %v", err)
			}
			day := period.Span{From: keysMade.Add(-time.Hour), To: keysMade.Add(time.Hour), Limit: 10}
			if page, next, err := s.Keys(t.Context(), day); err != nil || next != "" || !cmp.Equal(page, []access.Key{newer, older}) {
				t.Errorf("%v, next %q, %v", page, next, err)
			}
			if err := s.RevokeKey(t.Context(), older.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Key(t.Context(), older.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("a revoked key is there: %v", err)
			}
			if err := s.RevokeKey(t.Context(), older.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("what is not there was revoked: %v", err)
			}
			if page, _, err := s.Keys(t.Context(), day); err != nil || !cmp.Equal(page, []access.Key{newer}) {
				t.Errorf("%v, %v", page, err)
			}
		})
	}
}

func TestRequestsAreCountedByTheMinute(t *testing.T) {
	for _, e := range tabletest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			engine, _ := e.Open(t)
			s := store.New(engine)
			for _, row := range []struct {
				key  string
				at   time.Duration
				want int64
			}{
				{"a", 0, 1}, {"a", time.Second, 2}, {"a", 2 * time.Second, 3}, {"a", 3 * time.Second, 4}, {"a", 4 * time.Second, 4}, // the fourth is one too many
				{"b", 4 * time.Second, 1},
				{"a", time.Minute, 1},                  // a new minute
				{"a", 30*time.Second - time.Minute, 2}, // a clock that is behind counts in the minute that runs
				{"a", time.Hour, 1},
			} {
				got, err := s.CountRequest(t.Context(), row.key, 3, keysMade.Add(row.at))
				if err != nil || got != row.want {
					t.Errorf("%s after %s: %d, want %d, %v", row.key, row.at, got, row.want, err)
				}
			}
		})
	}
}

func TestRequestsAtTheSameTimeAreCountedExactly(t *testing.T) {
	for _, e := range tabletest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			engine, _ := e.Open(t)
			s := store.New(engine)
			const most, callers = 10, 4
			var passed atomic.Int64
			var counts sync.Map
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					for range most {
						n, err := s.CountRequest(t.Context(), "key", most, keysMade)
						if err != nil {
							t.Error(err)
						} else if n <= most {
							passed.Add(1)
							counts.Store(n, true)
						}
					}
				})
			}
			all.Wait()
			var seen []int64
			counts.Range(func(n, _ any) bool { seen = append(seen, n.(int64)); return true })
			slices.Sort(seen)
			if passed.Load() != most || len(seen) != most {
				t.Errorf("%d requests passed, counted as %v; want %d", passed.Load(), seen, most)
			}
		})
	}
}
