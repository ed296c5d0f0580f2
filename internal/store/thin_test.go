package store_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/agenda"
	"afterword/internal/program"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/touchpoint"
)

// helpdesk is an intake whose one source says who the customer is only when it is asked.
type helpdesk struct {
	intake
	now     time.Time
	asked   int
	during  func() // while the source is asked
	trouble *touchpoint.Unanswered
	dies    bool   // the walker, before it has settled anything
	desk    string // its name, of which each has customers of its own
	waits   string // the key of what waits, or waited last
}

func (h *helpdesk) Current(context.Context) (*program.Program, error) { return h.program, nil }

func (h *helpdesk) Ask(_ context.Context, _ program.Source, e touchpoint.Event) (touchpoint.Event, error) {
	h.asked++
	if h.during != nil {
		h.during()
	}
	if h.trouble != nil {
		return e, h.trouble
	}
	e.Address, e.Person = "maria@"+h.desk+".example", "Maria"
	return e, nil
}

// mortal is the store of a walker that may die.
type mortal struct {
	*store.Store
	desk *helpdesk
}

func (m mortal) Settle(ctx context.Context, t touchpoint.Thin) (bool, error) {
	if m.desk.dies {
		return false, errors.New("died")
	}
	return m.Store.Settle(ctx, t)
}

// Await remembers where.
func (m mortal) Await(ctx context.Context, t touchpoint.Thin) (touchpoint.Thin, bool, error) {
	m.desk.waits = t.Key
	return m.Store.Await(ctx, t)
}

// thin is what the helpdesk reports: a ticket's event so many minutes after noon.
func (h *helpdesk) thin(t *testing.T, delivery string, minute int, reopened bool) touchpoint.Outcome {
	t.Helper()
	name := "Solved" // the program has it in small letters
	if reopened {
		name = "open"
	}
	outcome, err := touchpoint.Reception{Intake: h.decide, Waiting: mortal{h.store, h}}.Take(t.Context(), h.program, touchpoint.Event{
		Source: h.desk, Name: name, Subject: "35436", Delivery: delivery, At: noon.Add(time.Duration(minute) * time.Minute),
		Fetch: "tickets/35436", Reopened: reopened,
	}, h.now)
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

func (h *helpdesk) walk(t *testing.T) {
	t.Helper()
	due := []agenda.Entry{{Due: h.now, Kind: agenda.Fetch, Key: h.waits}} // or the index is late
	f := touchpoint.Fetcher{Fetches: mortal{h.store, h}, Programs: h, Asker: h, Taker: h.decide, Skips: h.store, Log: slog.New(slog.DiscardHandler)}
	err := f.Handle(t.Context(), due, agenda.Walk{Now: func() time.Time { return h.now }, End: h.now.Add(agenda.Budget)})
	if err != nil && !h.dies {
		t.Fatal(err)
	}
}

// story is what has become of the ticket: each round's survey, whatever waits, and how often the source was asked.
func (h *helpdesk) story(t *testing.T) string {
	t.Helper()
	var told []string
	item := h.item(t, "I#"+survey.IDOf("support", h.desk, "35436", 1), "invitation")
	for round := 2; item != nil; round++ {
		state, invited := item["state"].(string)
		if !invited {
			state, _ = item["decision"].(string)
		}
		told = append(told, state)
		item = h.item(t, "I#"+survey.IDOf("support", h.desk, "35436", round), "invitation")
	}
	if _, waits := h.item(t, "W#fetch#"+h.waits, "work")[table.Agenda.Sort]; waits {
		told = append(told, "waiting")
	}
	return strings.Join(append(told, fmt.Sprint(h.asked)), " ")
}

func (h *helpdesk) item(t *testing.T, partition, sort string) table.Item {
	t.Helper()
	item, err := h.tables.Get(t.Context(), table.Key{Table: table.Feedback, Partition: partition, Sort: sort}, true)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func TestATicketIsAskedAboutOnceForEachTimeThatItIsSolvedInWhateverOrderItsEventsCome(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		tables, _ := engine.Open(t)
		for n, row := range []struct {
			what, steps, want string
			everywhere        bool // on DynamoDB, too, which is slow: together they make every write
		}{
			{"solved", "solve1 walk walk", "planned 1", false},
			{"solved, told twice", "solve1 solve1 walk", "planned 1", true},
			{"told again after it was decided", "solve1 walk solve1 walk", "planned 2", false},
			{"not asked yet", "solve1", "waiting 0", false},
			{"reopened before its source was asked", "solve1 reopen2 walk", "0", false},
			{"and told again", "solve1 reopen2 solve1 walk solve1 walk", "0", false},
			{"and solved again", "solve1 reopen2 solve3 walk", "planned 1", false},
			{"and solved again, after a walk", "solve1 reopen2 walk solve3 walk", "planned 1", false},
			{"and solved again, all told twice", "solve1 reopen2 solve3 reopen2 solve1 walk reopen2 solve3 walk", "planned 2", true},
			{"and solved again in the same second", "solve1 reopen2 solve2 reopen2 walk", "planned 1", false},
			{"and solved again, told twice while the source is down", "solve1 reopen2 solve3 down walk solve3 walk", "waiting 1", false},
			{"and reopened again", "solve1 reopen2 solve3 reopen4 walk solve3 walk", "0", false},
			{"solved again before its source was asked, and of what was between is told last", "solve1 solve3 reopen2 walk", "planned 1", false},
			{"solved again before its source was asked, while it is down", "solve1 down walk solve3 reopen2 up later walk", "planned 2", false},
			{"reopened later than both", "solve1 solve3 reopen4 walk", "0", false},
			{"reopened, and told of an earlier solution", "solve1 reopen4 solve3 walk", "0", false},
			{"reopened twice, the second time when it is over", "solve1 reopen2 walk reopen4 solve3 walk", "0", false},
			{"reopened after it was decided", "solve1 walk reopen2 walk", "cancelled 1", false},
			{"and solved again", "solve1 walk reopen2 solve3 walk", "cancelled planned 2", false},
			{"and all told again", "solve1 walk reopen2 solve3 walk solve1 reopen2 solve3 walk", "cancelled planned 3", false},
			{"reopened while its source is asked", "solve1 walk+reopen2", "cancelled waiting 1", false},
			{"and then a walk", "solve1 walk+reopen2 walk walk", "cancelled 1", true},
			{"and solved again", "solve1 walk+reopen2 solve3 walk", "cancelled planned 2", false},
			{"reopened and solved again while its source is asked", "solve1 walk+reopen2+solve3 walk", "cancelled planned 2", false},
			{"old news of a reopening", "solve3 reopen2 walk", "planned 1", false},
			{"the walker dies when it has decided", "solve1 die walk", "planned 2", false},
			{"and the ticket is reopened", "solve1 die reopen2 walk", "cancelled 1", false},
			{"the walker dies, the ticket was reopened meanwhile", "solve1 die+reopen2 walk", "cancelled 1", false},
			{"and is solved again", "solve1 die+reopen2 solve3 walk", "cancelled planned 2", false},
			{"the source does not answer at first", "solve1 down walk walk up walk later walk", "planned 2", true},
			{"reopened while it does not", "solve1 down walk reopen2 up later walk", "1", false},
			{"the source has no such ticket", "solve1 gone walk", "not-fetched 1", false},
			{"and it is told again", "solve1 gone walk up solve1 walk", "not-fetched 2", true},
		} {
			if engine.Name != tabletest.Bolt.Name && !row.everywhere {
				continue
			}
			t.Run(engine.Name+"/"+row.what, func(t *testing.T) {
				h := &helpdesk{intake: desk(t, tables), now: noon.Add(10 * time.Minute), desk: fmt.Sprint("desk", n)}
				h.program.Sources = map[string]program.Source{h.desk: {Name: h.desk, Events: map[string][]program.Rule{"solved": {{Touchpoint: "support"}}}}}
				for step := range strings.FieldsSeq(row.steps) {
					h.step(t, step)
				}
				if diff := cmp.Diff(row.want, h.story(t)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", row.steps, diff)
				}
			})
		}
	}
}

func (h *helpdesk) step(t *testing.T, step string) {
	t.Helper()
	first, then, _ := strings.Cut(step, "+")
	what, minute := strings.TrimRight(first, "0123456789"), int(first[len(first)-1]-'0')
	h.during = nil
	if then != "" {
		h.during = func() {
			h.during = nil
			for next := range strings.SplitSeq(then, "+") {
				h.step(t, next)
			}
		}
	}
	switch what {
	case "solve", "reopen":
		h.thin(t, first, minute, what == "reopen")
	case "walk":
		h.walk(t)
	case "die":
		h.dies = true
		h.walk(t)
		h.dies = false
	case "down":
		h.trouble = &touchpoint.Unanswered{Why: "it is down", Blame: touchpoint.Time}
	case "gone":
		h.trouble = &touchpoint.Unanswered{Why: "it has no ticket 35436"}
	case "up":
		h.trouble = nil
	case "later":
		h.now = h.now.Add(time.Minute)
	default:
		t.Fatalf("what is %q", step)
	}
}
