package esm_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"afterword/internal/esm"
	"afterword/internal/store"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/tally"
)

// The promise that these tests are about: whatever the mapping and the network do, in the end every tally is what a recount of the
// responses comes to, every stored score is the sum of its tallies, and the audit finds nothing. A schedule is one seed: some
// responses with their changes, a mapping, faults of Lambda's and of the table's, and the order in which everything happens.

// consumer makes the handler under test for one schedule.
type consumer func(t tally.Tally, tables table.Table) esm.Handler

// counting is the product.
func counting(t tally.Tally, _ table.Table) esm.Handler { return store.Counting{Tally: t}.Handle }

// stepped is a table whose every call is a step of the simulation, and whose ranges come in small pages, so that others write
// between two pages as they do between two reads of DynamoDB.
type stepped struct {
	table.Table
	random *rand.Rand
}

func (s stepped) BatchGet(ctx context.Context, keys []table.Key, strong bool) ([]table.Item, error) {
	esm.Step(ctx)
	return s.Table.BatchGet(ctx, keys, strong)
}

func (s stepped) Query(ctx context.Context, q table.Query) (table.Page, error) {
	esm.Step(ctx)
	q.Limit = 1 + s.random.IntN(6)
	return s.Table.Query(ctx, q)
}

func (s stepped) Write(ctx context.Context, w table.Write) (table.Item, error) {
	esm.Step(ctx)
	return s.Table.Write(ctx, w)
}

func (s stepped) Transact(ctx context.Context, writes []table.Write) error {
	esm.Step(ctx)
	return s.Table.Transact(ctx, writes)
}

// schedule is one seed at work.
type schedule struct {
	random  *rand.Rand
	history *history
	mapping esm.Mapping
	lambda  esm.Faults
	network tabletest.Chances
	lossy   bool // the mapping may give records up
}

const revised = `{"dynamodb":{"NewImage":{"rev":{"N":[{"exists":true}]}}}}`

// plan draws a schedule. Every eighth has no faults.
func plan(seed uint64, touchpoint string, responses int) *schedule {
	random := rand.New(rand.NewPCG(seed, 42))
	s := &schedule{random: random, lossy: random.IntN(4) == 0}
	s.history = makeHistory(random, touchpoint, 2+random.IntN(responses-1), !s.lossy)
	s.mapping = esm.Mapping{
		BatchSize: 1 + random.IntN(12), Window: time.Duration(random.IntN(3)) * time.Second, ParallelizationFactor: 1 + random.IntN(3),
		BisectOnError: random.IntN(2) == 0, PartialResponses: true, MaxRetries: -1,
	}
	if s.lossy {
		s.mapping.MaxRetries = random.IntN(3)
		s.mapping.MaxAge = time.Duration(random.IntN(12)) * time.Hour
	}
	if random.IntN(2) == 0 {
		filter, err := esm.ParseFilter(revised)
		if err != nil {
			panic(err)
		}
		s.mapping.Filter = filter
	}
	if seed%8 == 0 {
		return s
	}
	upTo := func(most float64) float64 { return random.Float64() * most }
	s.lambda = esm.Faults{
		Reshard: upTo(0.1), Recut: upTo(0.5), Duplicate: upTo(0.3), Replay: upTo(0.3), Crash: upTo(0.06), TimeOut: upTo(0.06),
		Hurry: upTo(0.02), LostAnswer: upTo(0.3),
	}
	s.network = tabletest.Chances{
		Conflict: upTo(0.2), Throttle: upTo(0.05), Transient: upTo(0.05), Resent: upTo(0.1), Lost: upTo(0.1),
	}
	return s
}

// tallyOver is the product's tally on a table, for a simulation: pauses are steps.
func tallyOver(tables table.Table, random *rand.Rand) tally.Tally {
	s := store.New(tables)
	pause := func(ctx context.Context, _ int) error {
		esm.Step(ctx)
		return ctx.Err()
	}
	return tally.Tally{
		Fold:   tally.Fold{Ledger: s, Pause: pause, Draw: random.IntN},
		Scores: tally.Scores{Scorebook: s, Pause: pause},
	}
}

// run takes the records through the consumer and returns what happened.
func (s *schedule) run(tables table.Table, records []table.Change, under consumer, seed uint64) (esm.Report, map[string]int) {
	faults := tabletest.NewFaults(tables, seed, s.network)
	world := stepped{faults, s.random}
	handle := under(tallyOver(world, s.random), world)
	report := esm.Simulate(context.Background(), s.random, records, s.mapping, s.lambda, handle)
	return report, faults.Injected()
}

// audited is what the audit finds, on a table without faults.
func audited(tables table.Table) (tally.Findings, error) {
	s := store.New(tables)
	random := rand.New(rand.NewPCG(1, 1))
	a := tally.Audit{
		Books: s, Ledger: s, Scorebook: s, Archive: s, Tally: tallyOver(tables, random), Cases: noCases{},
		Wait: func(context.Context, time.Duration) error { return nil },
	}
	return a.Run(context.Background(), began)
}

type noCases struct{}

func (noCases) Follow(context.Context, []string) error { return nil }

// outcome is what a schedule came to.
type outcome struct {
	report          esm.Report
	injected        map[string]int
	tallies, scores []string // what is wrong with them
	audit           []string // what the audit found that it should not
}

// inMemory runs one schedule on a table of its own.
func inMemory(seed uint64, under consumer) (o outcome) {
	s := plan(seed, "purchase", 7)
	tables := newMemory()
	for id, item := range s.history.last {
		if !s.history.removed[id] {
			tables.put(item.Key(table.Feedback), item)
		}
	}
	o.report, o.injected = s.run(tables, s.history.changes, under, seed)
	lost := len(o.report.Failures) > 0
	if lost { // then the audit is what brings them in
		found, err := audited(tables)
		if err != nil || found.Drifted > 0 || found.Unsettled > 0 || found.Healed < found.Lagging {
			o.audit = append(o.audit, fmt.Sprintf("records were given up, and the audit did not heal it: %+v, %v", found, err))
		}
	}
	o.tallies, o.scores = s.history.check(tables)
	found, err := audited(tables)
	if err != nil || found.Lagging > 0 || found.Drifted > 0 || found.Unsettled > 0 {
		o.audit = append(o.audit, fmt.Sprintf("the audit finds %+v, %v", found, err))
	}
	return o
}

// schedules is how many seeds a test takes: AFTERWORD_SCHEDULES, or so many, a tenth of them with -short.
func schedules(t *testing.T, otherwise int) uint64 {
	text := os.Getenv("AFTERWORD_SCHEDULES")
	if text == "" && testing.Short() {
		otherwise /= 10
	}
	if text == "" {
		return uint64(otherwise)
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n == 0 {
		t.Fatalf("AFTERWORD_SCHEDULES is %q, want a number of schedules", text)
	}
	return n
}

// each calls run with every seed below n, on all cores.
func each(n uint64, run func(seed uint64)) {
	var next atomic.Uint64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := next.Add(1) - 1; seed < n; seed = next.Add(1) - 1 {
				run(seed)
			}
		})
	}
	workers.Wait()
}

// sum is what happened in many schedules.
type sum struct {
	sync.Mutex
	lambda                          esm.Report
	injected                        map[string]int
	badTallies, badScores, badAudit int
}

func (s *sum) add(o outcome) {
	s.Lock()
	defer s.Unlock()
	s.lambda.Duplicates += o.report.Duplicates
	s.lambda.Replays += o.report.Replays
	s.lambda.Crashes += o.report.Crashes
	s.lambda.TimeOuts += o.report.TimeOuts
	s.lambda.Hurries += o.report.Hurries
	s.lambda.LostAnswers += o.report.LostAnswers
	s.lambda.Errors += o.report.Errors
	s.lambda.Partial += o.report.Partial
	s.lambda.Invocations += o.report.Invocations
	s.lambda.Parallel = max(s.lambda.Parallel, o.report.Parallel)
	s.lambda.Shards = max(s.lambda.Shards, o.report.Shards)
	s.lambda.Failures = append(s.lambda.Failures, o.report.Failures...)
	if s.injected == nil {
		s.injected = map[string]int{}
	}
	for kind, n := range o.injected {
		s.injected[kind] += n
	}
	s.badTallies += min(1, len(o.tallies))
	s.badScores += min(1, len(o.scores))
	s.badAudit += min(1, len(o.audit))
}

// metEveryFault fails the test if a fault that it is about never happened.
func (s *sum) metEveryFault(t *testing.T) {
	t.Helper()
	l := s.lambda
	for what, n := range map[string]int{
		"duplicate": l.Duplicates, "replay": l.Replays, "crash": l.Crashes, "time-out": l.TimeOuts, "deadline": l.Hurries,
		"lost answer of the function": l.LostAnswers, "partial response": l.Partial, "reshard": l.Shards - 1, "parallel": l.Parallel - 1,
		"record given up": len(l.Failures), "conflict": s.injected["conflict"], "throttle": s.injected["throttle"],
		"transient": s.injected["transient"], "resent write": s.injected["resent"], "lost answer of the table": s.injected["lost"],
	} {
		if n < 1 {
			t.Errorf("these schedules had no %s", what)
		}
	}
	t.Logf("%d invocations, up to %d at once; %d duplicates, %d replays, %d crashes, %d zombies, %d given up; of the table %v",
		l.Invocations, l.Parallel, l.Duplicates, l.Replays, l.Crashes, l.TimeOuts, len(l.Failures), s.injected)
}

func TestEveryScheduleEndsInTheSameTallies(t *testing.T) {
	var all sum
	each(schedules(t, 4_500), func(seed uint64) {
		o := inMemory(seed, counting)
		all.add(o)
		for _, wrong := range [][]string{o.tallies, o.scores, o.audit} {
			for _, line := range wrong {
				t.Errorf("seed %d: %s", seed, line)
			}
		}
	})
	all.metEveryFault(t)
}
