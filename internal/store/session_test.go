package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/access"
	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/store"
	"afterword/internal/table/tabletest"
)

var (
	askedAt = keysMade
	ebba    = access.WhoOf("ebba@acme.example")
)

func keepLink(t *testing.T, s *store.Store) access.Link {
	t.Helper()
	_, id := access.NewSecret()
	l := access.Link{ID: id, Who: ebba, Host: "feedback.acme.example", To: "/x", Expires: askedAt.Add(access.LinkTime)}
	if err := s.KeepLink(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	return l
}

func newSession() access.Session {
	_, id := access.NewSecret()
	return access.Session{ID: id, Who: ebba, Role: program.RoleReader, Host: "feedback.acme.example", Began: askedAt, Seen: askedAt}
}

func TestWhoAskedIsDueUntilTheAskIsDropped(t *testing.T) {
	for _, e := range tabletest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			engine, _ := e.Open(t)
			s := store.New(engine)
			first := access.Ask{Who: ebba, To: "/a", At: askedAt}
			second := access.Ask{Who: ebba, To: "/b", At: askedAt.Add(time.Second)}
			for _, ask := range []access.Ask{first, second} {
				if err := s.KeepAsk(t.Context(), ask); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.DropAsk(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Ask(t.Context(), ebba); !cmp.Equal(got, second) || err != nil {
				t.Errorf("the newer ask is %v, %v", got, err)
			}
			if due := dueBy(t, s, askedAt.Add(time.Minute)); !cmp.Equal(due, []agenda.Entry{{Due: second.At, Kind: agenda.SignIn, Key: string(ebba)}}) {
				t.Errorf("due are %v", due)
			}
			if err := s.DropAsk(t.Context(), second); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Ask(t.Context(), ebba); !fault.Is(err, fault.NotFound) {
				t.Errorf("a dropped ask is there: %v", err)
			}
			if due := dueBy(t, s, askedAt.Add(time.Minute)); len(due) > 0 {
				t.Errorf("due are %v", due)
			}
		})
	}
}

func dueBy(t *testing.T, s *store.Store, by time.Time) (all []agenda.Entry) {
	t.Helper()
	for shard := range agenda.Shards {
		page, _, err := s.Due(t.Context(), shard, by, 10, "")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
	}
	return all
}

// A property: however many use a link at the same time, one of them is let in.
func TestALinkUsedAtTheSameTimeLetsInOnce(t *testing.T) {
	for _, e := range tabletest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			engine, _ := e.Open(t)
			s := store.New(engine)
			for range 3 {
				l := keepLink(t, s)
				var entered atomic.Int64
				var all sync.WaitGroup
				for range 4 {
					all.Go(func() {
						mine := newSession()
						in, err := s.OpenSession(t.Context(), l, mine)
						if err != nil {
							t.Error(err)
						}
						if _, err := s.Session(t.Context(), mine.ID); fault.Is(err, fault.NotFound) == in {
							t.Errorf("let in is %v, and the session: %v", in, err)
						}
						if in {
							entered.Add(1)
						}
					})
				}
				all.Wait()
				if entered.Load() != 1 {
					t.Errorf("the link let in %d times", entered.Load())
				}
				if used, err := s.Link(t.Context(), l.ID); !used.Used || err != nil {
					t.Errorf("the link is %v, %v", used, err)
				}
			}
		})
	}
}

func TestASessionIsKeptUntilItEnds(t *testing.T) {
	for _, e := range tabletest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			engine, _ := e.Open(t)
			s := store.New(engine)
			l, mine := keepLink(t, s), newSession()
			if got, err := s.Link(t.Context(), l.ID); !cmp.Equal(got, l) || err != nil {
				t.Errorf("the link is %v, %v", got, err)
			}
			if in, err := s.OpenSession(t.Context(), l, mine); !in || err != nil {
				t.Fatal(in, err)
			}
			mine.Seen = mine.Seen.Add(time.Hour)
			if err := s.SeeSession(t.Context(), mine); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Session(t.Context(), mine.ID); !cmp.Equal(got, mine) || err != nil {
				t.Errorf("the session is %v, %v", got, err)
			}
			if err := s.EndSession(t.Context(), mine.ID); err != nil {
				t.Fatal(err)
			}
			if err := s.SeeSession(t.Context(), mine); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Session(t.Context(), mine.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("an ended session is there again: %v", err)
			}
		})
	}
}

func TestLinksAreCountedByTheQuarterOfAnHour(t *testing.T) {
	engine, _ := tabletest.Engines(t)[0].Open(t)
	s := store.New(engine)
	for _, row := range []struct {
		at   time.Duration
		want int64
	}{{0, 1}, {time.Minute, 2}, {14 * time.Minute, 3}, {15 * time.Minute, 1}} {
		if got, err := s.CountLink(t.Context(), ebba, 2, askedAt.Add(row.at)); got != row.want || err != nil {
			t.Errorf("after %s: %d, want %d, %v", row.at, got, row.want, err)
		}
	}
}
