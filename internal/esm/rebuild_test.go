package esm_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/store"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/tally"
)

// The promise that these tests are about: a rebuild beside whatever goes on ends with counts that a recount comes to, whoever dies at
// any step and whoever goes by what was true a minute ago; and meanwhile nobody reads a number that is wrong.

// process is one instance of a function: it remembers which generations are in use, and runs one invocation at a time, between whose
// steps the others run.
type process struct {
	name    string
	store   *store.Store
	next    func() (struct{}, bool)
	kill    func()
	began   time.Time
	records []table.Change // of a batch
	done    bool           // the invocation says that all of it is
}

type yieldKey struct{}

// died unwinds an invocation that is killed.
type died struct{}

// steps is a table whose every call but the small read of what is in use is a step, and whose scans come in small pages.
type steps struct {
	table.Table
	random   *rand.Rand
	deleting *sync.Mutex
}

func step(ctx context.Context) {
	if yield, ok := ctx.Value(yieldKey{}).(func(struct{}) bool); ok && !yield(struct{}{}) {
		panic(died{})
	}
}

func (s steps) BatchGet(ctx context.Context, keys []table.Key, strong bool) ([]table.Item, error) {
	step(ctx)
	return s.Table.BatchGet(ctx, keys, strong)
}

func (s steps) Scan(ctx context.Context, name table.Name, start string, _, segment, segments int) (table.Page, error) {
	step(ctx)
	return s.Table.Scan(ctx, name, start, 2+s.random.IntN(20), segment, segments)
}

func (s steps) Write(ctx context.Context, w table.Write) (table.Item, error) {
	if w.Kind == table.Delete { // made side by side, where memory takes one after the other
		s.deleting.Lock()
		defer s.deleting.Unlock()
	} else {
		step(ctx)
	}
	return s.Table.Write(ctx, w)
}

func (s steps) Transact(ctx context.Context, writes []table.Write) error {
	step(ctx)
	return s.Table.Transact(ctx, writes)
}

// town is a system in which a rebuild runs.
type town struct {
	random   *rand.Rand
	whole    table.Table // without faults
	world    table.Table
	faults   *tabletest.Faults
	now      time.Time
	past     *history // what has happened until now
	future   []table.Change
	pending  []table.Change // that the feed still has to bring
	tallies  []*process
	rebuilds []*process
	reader   *store.Store
	damaged  bool
	doomed   map[string]bool // responses that expire, now or later
	wrong    []string
	met      map[string]int
}

func newTown(seed uint64, tables table.Table, h *history) *town {
	random := rand.New(rand.NewPCG(seed, 7))
	upTo := func(most float64) float64 { return random.Float64() * most }
	faults := tabletest.NewFaults(tables, seed, tabletest.Chances{
		Conflict: upTo(0.1), Throttle: upTo(0.03), Transient: upTo(0.03), Resent: upTo(0.05), Lost: upTo(0.05),
	})
	w := &town{
		random: random, whole: tables, faults: faults, world: steps{faults, random, new(sync.Mutex)}, now: began, future: h.changes, doomed: h.removed, met: map[string]int{},
		past: &history{touchpoint: h.touchpoint, last: map[string]table.Item{}, removed: map[string]bool{}},
	}
	w.reader = w.open(tables)
	for i := range 3 {
		w.tallies = append(w.tallies, &process{name: fmt.Sprint("tally ", i), store: w.open(w.world)})
	}
	for i := range 2 {
		w.rebuilds = append(w.rebuilds, &process{name: fmt.Sprint("rebuild ", i), store: w.open(w.world)})
	}
	return w
}

func (w *town) open(tables table.Table) *store.Store {
	return store.NewAt(tables, func() time.Time { return w.now })
}

func (w *town) tally(in *store.Store) tally.Tally {
	pause := func(ctx context.Context, _ int) error {
		step(ctx)
		return ctx.Err()
	}
	return tally.Tally{
		Fold:   tally.Fold{Ledger: in, Pause: pause, Draw: w.random.IntN},
		Scores: tally.Scores{Scorebook: in, Pause: pause},
	}
}

func (w *town) everywhere(s *store.Store) tally.Counter {
	return tally.Everywhere{InUse: s, In: func(generation string) tally.Counter { return w.tally(s.In(generation)) }}
}

func (w *town) audit(in *store.Store, counter tally.Counter) tally.Audit {
	return tally.Audit{Books: in, Ledger: in, Scorebook: in, Archive: in, Tally: counter, Wait: func(ctx context.Context, _ time.Duration) error {
		for range 5 {
			step(ctx)
		}
		return nil
	}}
}

func (w *town) rebuild(s *store.Store) tally.Rebuild {
	return tally.Rebuild{States: s, In: func(generation string) tally.Edition {
		in := s.In(generation)
		counter := w.tally(in)
		return tally.Edition{Books: in, Rows: in, Ledger: in, Fold: counter.Fold, Scores: counter.Scores, Audit: w.audit(in, counter)}
	}}
}

// start begins an invocation.
func (w *town) start(p *process, run func(ctx context.Context)) {
	p.began, p.done = w.now, false
	p.next, p.kill = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			if r := recover(); r != nil {
				if _, is := r.(died); !is {
					panic(r)
				}
			}
		}()
		run(context.WithValue(context.Background(), yieldKey{}, yield))
	})
}

// end stops an invocation, or takes note of its end. What of a batch is not done comes again.
func (w *town) end(p *process, killed bool) {
	p.kill()
	p.next = nil
	if !p.done {
		w.pending = append(w.pending, p.records...)
	}
	if p.records = nil; killed {
		p.store = w.open(w.world)
		w.met["death of a "+strings.Fields(p.name)[0]]++
	}
}

func (w *town) count(p *process) {
	n := min(len(w.pending), 1+w.random.IntN(6))
	w.random.Shuffle(len(w.pending), func(i, j int) { w.pending[i], w.pending[j] = w.pending[j], w.pending[i] })
	p.records, w.pending = slices.Clone(w.pending[:n]), w.pending[n:]
	batch := p.records
	if w.random.IntN(4) == 0 && len(batch) > 0 {
		w.pending = append(w.pending, batch[0]) // it comes twice
	}
	w.start(p, func(ctx context.Context) {
		failed, err := store.Counting{Tally: w.everywhere(p.store)}.Handle(ctx, batch)
		p.done = failed == "" && err == nil
		if err != nil {
			w.wrong = append(w.wrong, fmt.Sprintf("counting: %v", err))
		}
	})
}

func (w *town) slice(p *process) {
	w.start(p, func(ctx context.Context) {
		_, err := w.rebuild(p.store).Run(ctx, func() time.Time { return w.now })
		p.done = true
		if err != nil && !fault.Is(err, fault.Transient) && !fault.Is(err, fault.Conflict) {
			w.wrong = append(w.wrong, fmt.Sprintf("the rebuild: %v", err))
		}
	})
}

// happen applies the next change of the history.
func (w *town) happen() {
	c := w.future[0]
	w.future = w.future[1:]
	id := strings.TrimPrefix(c.Key.Partition, "I#")
	write := table.Write{Kind: table.Delete, Key: c.Key}
	if c.New != nil {
		w.past.last[id] = c.New
		write = table.Write{Kind: table.Put, Key: c.Key, Item: maps.Clone(c.New)}
		delete(write.Item, table.AttrPartition)
		delete(write.Item, table.AttrSort)
	} else {
		w.past.removed[id] = true
	}
	w.mustWrite(write)
	w.pending = append(w.pending, c)
}

func (w *town) mustWrite(write table.Write) {
	if _, err := w.whole.Write(context.Background(), write); err != nil {
		panic(err)
	}
}

// tick moves the clock. Lambda ends whoever is at it for too long.
func (w *town) tick() {
	w.now = w.now.Add(time.Duration(w.random.Int64N(int64(25 * time.Second))))
	for _, p := range w.tallies {
		if p.next != nil && w.now.Sub(p.began) > time.Minute {
			w.end(p, true)
		}
	}
	for _, p := range w.rebuilds {
		if p.next != nil && w.now.Sub(p.began) > 15*time.Minute {
			w.end(p, true)
		}
	}
}

// turn lets one thing happen.
func (w *town) turn() {
	switch pick := w.random.IntN(100); {
	case pick < 6 && len(w.future) > 0:
		w.happen()
	case pick < 9:
		w.tick()
	case pick < 12:
		w.read()
	case pick < 45:
		p := w.rebuilds[w.random.IntN(len(w.rebuilds))]
		w.go1(p, func() { w.slice(p) })
	default:
		p := w.tallies[w.random.IntN(len(w.tallies))]
		w.go1(p, func() {
			if len(w.pending) > 0 {
				w.count(p)
			}
		})
	}
}

// go1 lets a process do its next step, die, or begin.
func (w *town) go1(p *process, begin func()) {
	switch {
	case p.next == nil:
		begin()
	case w.random.IntN(400) == 0:
		w.end(p, true)
	default:
		if _, more := p.next(); !more {
			w.end(p, false)
		}
	}
}

// read looks whether what is read is what a recount says, when everything that happened is counted.
func (w *town) read() {
	running := func(p *process) bool { return p.next != nil }
	if w.damaged || len(w.pending) > 0 || slices.ContainsFunc(w.tallies, running) {
		return
	}
	w.met["look"]++
	series := tally.Series{Touchpoint: w.past.touchpoint, Survey: "ces-v1"}
	day := func(text string) period.Day {
		d, err := period.ParseDay(text)
		if err != nil {
			panic(err)
		}
		return d
	}
	days, err := w.reader.Days(context.Background(), series, day(daysOfAnswers[0]), day(daysOfAnswers[2]))
	if err != nil {
		panic(err)
	}
	want := w.past.recount()
	for _, name := range daysOfAnswers {
		got := days[day(name)]
		for rating, n := range got.Answers {
			if n != want[name][fmt.Sprint("r", rating)] {
				w.wrong = append(w.wrong, fmt.Sprintf("on %s %d answers of %d are read, a recount says %v", name, n, rating, want[name]))
			}
		}
		if got.Replies != want[name]["a"] || got.Clicked != want[name]["k"] {
			w.wrong = append(w.wrong, fmt.Sprintf("%s is read as %+v, a recount says %v", name, got, want[name]))
		}
	}
}

// damage falsifies some of what is counted of responses that are there, and of tallies and scores.
func (w *town) damage() {
	w.damaged = true
	page, err := w.whole.Scan(context.Background(), table.Scorebook, "", 0, 0, 1)
	if err != nil {
		panic(err)
	}
	for _, item := range page.Items {
		key := item.Key(table.Scorebook)
		part := strings.Split(key.Partition, "#")
		if len(part) < 3 || w.random.IntN(2) == 0 {
			continue
		}
		switch w.met["damage"]++; part[1] {
		case "L":
			if w.doomed[part[2]] {
				continue // it is, or will be, all that is known of it
			}
			w.mustWrite(table.Write{Kind: table.Update, Key: key, Set: table.Item{"rev": int64(99), "rating": int64(1), "counted": true}})
		case "T", "S":
			w.mustWrite(table.Write{Kind: table.Update, Key: key, Set: table.Item{"r2": int64(7), "c": int64(1)}})
		}
	}
}

// settle lets everything come to its end on a good day.
func (w *town) settle() tally.Rebuilding {
	w.faults.SetChances(tabletest.Chances{})
	for len(w.future) > 0 {
		w.happen()
	}
	for round := 0; ; round++ {
		busy := len(w.pending) > 0
		for _, p := range slices.Concat(w.tallies, w.rebuilds) {
			for p.next != nil {
				if _, more := p.next(); !more {
					w.end(p, false)
				}
			}
		}
		if len(w.pending) > 0 {
			w.count(w.tallies[0])
			continue
		}
		state, err := w.reader.Rebuilding(context.Background())
		if err != nil || round > 500 {
			panic(fmt.Sprint("the rebuild does not end: ", state, err))
		}
		if !busy && !state.Running() {
			return state
		}
		w.now = w.now.Add(time.Minute)
		w.slice(w.rebuilds[0])
	}
}

// live plays a schedule and returns what is wrong in the end.
func (w *town) live(seed uint64, turns int) (wrong []string) {
	for range w.random.IntN(turns / 4) {
		w.turn()
	}
	if seed%3 == 0 {
		w.damage()
	}
	owner := w.open(w.whole)
	if _, err := (tally.Rebuild{States: owner}).Begin(context.Background(), w.now); err != nil {
		panic(err)
	}
	for range turns/8 + w.random.IntN(turns) {
		w.turn()
	}
	state := w.settle()
	if state.Failure != "" || state.Read == tally.Generation(0) || len(state.Written) != 1 {
		return append(w.wrong, fmt.Sprintf("the rebuild ended as %+v", state))
	}
	w.met["carried row"] += int(state.Carried)
	w.past.generation, w.damaged = state.Read, false
	tallies, scores := w.past.check(w.whole)
	wrong = slices.Concat(w.wrong, tallies, scores)
	w.now = w.now.Add(2 * time.Minute)
	in := w.open(w.whole).In(state.Read)
	found, err := w.audit(in, w.tally(in)).Run(context.Background(), w.now)
	if err != nil || found.Lagging+found.Drifted+found.Unsettled > 0 {
		wrong = append(wrong, fmt.Sprintf("the audit finds %+v, %v", found, err))
	}
	rows, _, _, err := w.open(w.whole).In(tally.Generation(0)).LedgerRows(context.Background(), "")
	if err != nil || len(rows) > 0 {
		wrong = append(wrong, fmt.Sprintf("%d rows of the former generation are left, %v", len(rows), err))
	}
	return wrong
}

func TestARebuildBesideLiveWritesEndsInTheSameTallies(t *testing.T) {
	var lock sync.Mutex
	met := map[string]int{}
	each(schedules(t, 150), func(seed uint64) {
		h := makeHistory(rand.New(rand.NewPCG(seed, 3)), "purchase", 8, true)
		w := newTown(seed, newMemory(), h)
		for _, line := range w.live(seed, 1600) {
			t.Errorf("seed %d: %s", seed, line)
		}
		lock.Lock()
		defer lock.Unlock()
		for what, n := range w.met {
			met[what] += n
		}
	})
	for _, what := range []string{"death of a tally", "death of a rebuild", "carried row", "look", "damage"} {
		if met[what] == 0 {
			t.Errorf("these schedules had no %s", what)
		}
	}
	t.Log(met)
}

func TestARebuildBesideLiveWritesEndsInTheSameTalliesOnEachEngine(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			const seed = 3 // with damage
			tables, _ := engine.Open(t)
			h := makeHistory(rand.New(rand.NewPCG(seed, 3)), "purchase", 5, true)
			for _, line := range newTown(seed, tables, h).live(seed, 250) {
				t.Error(line)
			}
		})
	}
}
