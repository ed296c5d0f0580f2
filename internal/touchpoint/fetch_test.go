package touchpoint_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// queue is thin events that wait, whose sources all answer the same.
type queue struct {
	mu      sync.Mutex
	waits   map[string]touchpoint.Thin
	asked   []string // of sources
	answer  func(touchpoint.Event) (touchpoint.Event, error)
	taken   []touchpoint.Event
	skipped []touchpoint.Skip
	program *program.Program
	now     time.Time
	each    time.Duration // how long an answer takes
}

func (q *queue) Thin(_ context.Context, key string) (touchpoint.Thin, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t, ok := q.waits[key]
	if !ok {
		return t, fault.New(fault.NotFound, "it was settled")
	}
	return t, nil
}

func (q *queue) PutOff(_ context.Context, t touchpoint.Thin) (bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waits[t.Key] = t
	return true, nil
}

func (q *queue) Settle(_ context.Context, t touchpoint.Thin) (bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.waits, t.Key)
	return true, nil
}

func (q *queue) Ask(_ context.Context, source program.Source, e touchpoint.Event) (touchpoint.Event, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asked = append(q.asked, source.Name)
	q.now = q.now.Add(q.each)
	return q.answer(e)
}

func (q *queue) Take(_ context.Context, _ *program.Program, e touchpoint.Event, _ time.Time) (touchpoint.Outcome, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken = append(q.taken, e)
	return touchpoint.Outcome{}, nil
}

func (q *queue) Skip(_ context.Context, skips []touchpoint.Skip, _ time.Time, _ *time.Location) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.skipped = append(q.skipped, skips...)
	return nil
}

func (q *queue) Current(context.Context) (*program.Program, error) { return q.program, nil }

func (q *queue) clock() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.now
}

// walk lets a walk see to everything, due or not, which takes the time that answers take.
func (q *queue) walk(t *testing.T) error {
	t.Helper()
	var entries []agenda.Entry
	for key := range q.waits {
		entries = append(entries, agenda.Entry{Kind: agenda.Fetch, Key: key})
	}
	slices.SortFunc(entries, func(a, b agenda.Entry) int { return strings.Compare(a.Key, b.Key) })
	f := touchpoint.Fetcher{Fetches: q, Programs: q, Asker: q, Taker: q, Skips: q, Log: slog.New(slog.DiscardHandler)}
	return f.Handle(t.Context(), entries, agenda.Walk{Now: q.clock, End: q.clock().Add(agenda.Budget)})
}

func queued(n int, sources ...string) *queue {
	q := &queue{waits: map[string]touchpoint.Thin{}, program: desk(), now: noon, answer: func(e touchpoint.Event) (touchpoint.Event, error) {
		e.Address = "maria@customer.example"
		return e, nil
	}}
	for _, name := range sources {
		q.program.Sources[name] = program.Source{Name: name, Events: desk().Sources["desk"].Events}
		for i := range n {
			e := ticket()
			e.Source, e.Subject = name, fmt.Sprint(name, i)
			q.waits[e.Subject] = touchpoint.Thin{Key: e.Subject, Event: e, ReceivedAt: noon, Due: noon}
		}
	}
	return q
}

func (q *queue) refuse(trouble touchpoint.Unanswered) {
	q.answer = func(e touchpoint.Event) (touchpoint.Event, error) { return e, &trouble }
}

// attempts are the times at which the source of one visit is asked in vain, as the time since it was reported, until it is decided
// about.
func (q *queue) attempts(t *testing.T) (times []time.Duration) {
	t.Helper()
	for len(q.taken) == 0 {
		if len(times) == 40 {
			t.Fatal("it is never given up")
		}
		times = append(times, q.now.Sub(noon))
		if err := q.walk(t); err != nil {
			t.Fatal(err)
		}
		if next, waits := q.waits["desk0"]; waits {
			if !next.Due.After(q.now) {
				t.Fatalf("asked at %s and again at %s", q.now, next.Due)
			}
			q.now = next.Due
		}
	}
	return times
}

func TestASourceIsAskedAgainForAsLongAsItIsWorthWhile(t *testing.T) {
	const m, h = time.Minute, time.Hour
	for what, row := range map[string]struct {
		trouble touchpoint.Unanswered
		maxAge  time.Duration
		want    []time.Duration
	}{
		"it is down": {
			touchpoint.Unanswered{Blame: touchpoint.Time}, 0,
			[]time.Duration{0, m, 6 * m, 21 * m, 81 * m, 201 * m, 441 * m, 441*m + 4*h, 441*m + 8*h, 441*m + 12*h, 441*m + 16*h},
		},
		"it is down, and the visit is too old soon": {touchpoint.Unanswered{Blame: touchpoint.Time}, 30 * m, []time.Duration{0, m, 6 * m, 21 * m}},
		"it wants to be left alone":                 {touchpoint.Unanswered{Blame: touchpoint.Time, After: 2 * m}, 10 * m, []time.Duration{0, 2 * m, 7 * m}},
		"for longer than it is worth":               {touchpoint.Unanswered{Blame: touchpoint.Time, After: 25 * h}, 0, []time.Duration{0}},
		"it refuses the token":                      {touchpoint.Unanswered{Blame: touchpoint.Owner}, 0, []time.Duration{0, m, 6 * m, 21 * m, 81 * m}},
		"it has no such ticket":                     {touchpoint.Unanswered{Blame: touchpoint.Nobody}, 0, []time.Duration{0}},
	} {
		q := queued(1, "desk")
		row.trouble.Why = "the reason"
		q.refuse(row.trouble)
		for _, name := range []string{"support", "purchase"} {
			tp := q.program.Touchpoints[name]
			tp.MaxAge = row.maxAge
			q.program.Touchpoints[name] = tp
		}
		if diff := cmp.Diff(row.want, q.attempts(t)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
		if len(q.waits) > 0 || q.taken[0].Unfetched != "the reason" || q.taken[0].Fetch != "" {
			t.Errorf("%s: taken %+v, %d wait", what, q.taken, len(q.waits))
		}
	}
}

func TestAVisitWhoseSourceDidNotAnswerSaysWhy(t *testing.T) {
	e := ticket()
	e.Touchpoint, e.Fetch, e.Unfetched = "support", "", "zendesk refused the token"
	book := &page{}
	outcome := take(t, book, e)
	want := touchpoint.Decision{Reason: touchpoint.NotFetched, Explanation: "zendesk refused the token"}
	if diff := cmp.Diff(want, outcome.Decision); diff != "" || book.entered == nil || book.entered.Customer != nil {
		t.Errorf("%s %+v", diff, book.entered)
	}
}

// One that hangs costs its time-out each time: it is not asked about everything that waits.
func TestASourceThatDoesNotAnswerIsLeftAlone(t *testing.T) {
	for blame, most := range map[touchpoint.Blame]int{touchpoint.Time: 8, touchpoint.Owner: 8, touchpoint.Nobody: 40} {
		q := queued(40, "desk", "shop")
		well := q.answer
		q.answer = func(e touchpoint.Event) (touchpoint.Event, error) {
			if e.Source == "shop" {
				return well(e)
			}
			return e, &touchpoint.Unanswered{Why: "no", Blame: blame}
		}
		if err := q.walk(t); err != nil {
			t.Fatal(err)
		}
		asked := map[string]int{}
		for _, name := range q.asked {
			asked[name]++
		}
		if asked["desk"] > most || blame == touchpoint.Nobody && asked["desk"] != most || asked["shop"] != 40 {
			t.Errorf("%d: asked %v, at most %d", blame, asked, most)
		}
		for key, left := range q.waits {
			if left.Tries != 1 || left.Trouble != "no" {
				t.Errorf("%s waits as %+v", key, left)
			}
		}
	}
}

func TestAskingTakesAPartOfAWalk(t *testing.T) {
	q := queued(60, "desk")
	q.each = 2 * time.Second
	if err := q.walk(t); err != agenda.ErrEnough { //nolint:errorlint // alone it is no failure
		t.Errorf("the walk was told %v", err)
	}
	if took := q.now.Sub(noon); took < touchpoint.FetchTime || took > touchpoint.FetchTime+16*time.Second || len(q.waits) == 0 {
		t.Errorf("asked for %s, %d are left", took, len(q.waits))
	}
}

func TestRulesGoByWhatTheSourceSaid(t *testing.T) {
	sales := func(e touchpoint.Event) (touchpoint.Event, error) {
		e.Address = "maria@customer.example"
		e.Properties["team"] = "Sales"
		return e, nil
	}
	refuse := func(e touchpoint.Event) (touchpoint.Event, error) { return e, &touchpoint.Unanswered{Why: "gone"} }
	var support, onlySales []program.Rule
	support = desk().Sources["desk"].Events["solved"]
	onlySales = support[:1]
	for what, row := range map[string]struct {
		rules  []program.Rule
		answer func(touchpoint.Event) (touchpoint.Event, error)
		want   string // the touchpoint of the visit, or why there is none
	}{
		"the first rule that holds":               {support, sales, "purchase"},
		"the other one":                           {support, queued(0).answer, "support"},
		"none":                                    {onlySales, queued(0).answer, "filtered"},
		"none, and the source did not answer":     {onlySales, refuse, "purchase"},
		"the program has lost them":               {nil, sales, "not-in-the-program"},
		"it has, and the source would not answer": {nil, refuse, "not-in-the-program"},
	} {
		q := queued(1, "desk")
		q.answer = row.answer
		q.program.Sources["desk"] = program.Source{Name: "desk", Events: map[string][]program.Rule{"solved": row.rules}}
		if err := q.walk(t); err != nil || len(q.waits) > 0 || len(q.taken)+len(q.skipped) != 1 {
			t.Fatalf("%s: %v, %d wait, taken %v, skipped %v", what, err, len(q.waits), q.taken, q.skipped)
		}
		got := ""
		for _, e := range q.taken {
			got += e.Touchpoint
		}
		for _, skip := range q.skipped {
			got += string(skip.Reason)
		}
		if got != row.want {
			t.Errorf("%s: %s, want %s", what, got, row.want)
		}
		if row.rules == nil && len(q.asked) > 0 {
			t.Errorf("%s: %v were asked", what, q.asked)
		}
	}
}
