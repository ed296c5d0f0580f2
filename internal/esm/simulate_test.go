package esm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/table"
)

var everyFault = Faults{
	Reshard: 0.05, Recut: 0.3, Duplicate: 0.1, Replay: 0.1, Crash: 0.02, TimeOut: 0.02, Hurry: 0.02, LostAnswer: 0.1,
}

// stream makes n records of some items, at uneven times.
func stream(rand *rand.Rand, n int) []table.Change {
	at := noon
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf("item-%d", rand.IntN(n/3+1))
	}
	records := changes(items...)
	for i := range records {
		at = at.Add(time.Duration(rand.Int64N(int64(3 * time.Second))))
		records[i].At = at
	}
	return records
}

// trace notes what a function saw, taking one step for each record.
type trace struct {
	lines []string
	done  map[string]int // by sequence
}

func (tr *trace) handle(ctx context.Context, records []table.Change) (string, error) {
	tr.lines = append(tr.lines, "got "+sequences(records))
	for _, c := range records {
		Step(ctx)
		if ctx.Err() != nil {
			tr.lines = append(tr.lines, "left "+c.Sequence)
			return c.Sequence, nil
		}
		tr.lines = append(tr.lines, "did "+c.Sequence)
		tr.done[c.Sequence]++
	}
	return "", nil
}

func simulated(seed uint64, m Mapping, f Faults) (*trace, Report, []table.Change) {
	random := rand.New(rand.NewPCG(seed, 1))
	records := stream(random, 60)
	tr := &trace{done: map[string]int{}}
	return tr, Simulate(context.Background(), random, records, m, f, tr.handle), records
}

func TestASeedMakesOneSchedule(t *testing.T) {
	m := Mapping{BatchSize: 7, Window: 2 * time.Second, ParallelizationFactor: 2, BisectOnError: true, PartialResponses: true, MaxRetries: -1}
	first, _, _ := simulated(1, m, everyFault)
	again, _, _ := simulated(1, m, everyFault)
	other, _, _ := simulated(2, m, everyFault)
	if diff := cmp.Diff(first.lines, again.lines); diff != "" {
		t.Error("the same seed took another course (-first +again):", diff)
	}
	if cmp.Equal(first.lines, other.lines) {
		t.Error("another seed took the same course")
	}
}

func TestWithoutFaultsEachRecordComesOnceAndEachItemsInOrder(t *testing.T) {
	shards, parallel := 0, 0
	for seed := range uint64(50) {
		m := Mapping{BatchSize: 5, Window: time.Second, ParallelizationFactor: 1 + int(seed%4), PartialResponses: true}
		tr, report, records := simulated(seed, m, Faults{Reshard: 0.1})
		last := map[table.Key]int{}
		for _, c := range records {
			if tr.done[c.Sequence] != 1 {
				t.Fatalf("seed %d: record %s came %d times", seed, c.Sequence, tr.done[c.Sequence])
			}
			place := indexOf(tr.lines, "did "+c.Sequence)
			if place < last[c.Key] {
				t.Fatalf("seed %d: record %s overtook an earlier one of %s", seed, c.Sequence, c.Key)
			}
			last[c.Key] = place
		}
		shards, parallel = max(shards, report.Shards), max(parallel, report.Parallel)
	}
	if shards < 3 || parallel < 2 {
		t.Errorf("at most %d shards, %d invocations at once: nothing was shown", shards, parallel)
	}
}

func indexOf(lines []string, line string) int {
	for i := range lines {
		if lines[i] == line {
			return i
		}
	}
	return -1
}

func TestWithFaultsEachRecordComesAtLeastOnceOrIsGivenUp(t *testing.T) {
	var sum Report
	more := 0
	for seed := range uint64(300) {
		m := Mapping{BatchSize: 8, PartialResponses: true, BisectOnError: seed%2 == 0, MaxRetries: int(seed%3) * 4, ParallelizationFactor: 2}
		lost := map[string]bool{}
		tr, report, records := simulated(seed, m, everyFault)
		for _, f := range report.Failures {
			for _, c := range records {
				if table.CompareSequences(f.First, c.Sequence) <= 0 && table.CompareSequences(c.Sequence, f.Last) <= 0 {
					lost[c.Sequence] = true
				}
			}
		}
		for _, c := range records {
			if tr.done[c.Sequence] == 0 && !lost[c.Sequence] {
				t.Fatalf("seed %d: record %s was neither delivered nor given up", seed, c.Sequence)
			}
			more += max(0, tr.done[c.Sequence]-1)
		}
		sum.Duplicates += report.Duplicates
		sum.Replays += report.Replays
		sum.Crashes += report.Crashes
		sum.TimeOuts += report.TimeOuts
		sum.Hurries += report.Hurries
		sum.LostAnswers += report.LostAnswers
		sum.Errors += report.Errors
		sum.Partial += report.Partial
		sum.Failures = append(sum.Failures, report.Failures...)
	}
	if sum.Duplicates == 0 || sum.Replays == 0 || sum.Crashes == 0 || sum.TimeOuts == 0 || sum.Hurries == 0 || sum.LostAnswers == 0 ||
		sum.Errors == 0 || sum.Partial == 0 || len(sum.Failures) == 0 || more == 0 {
		t.Errorf("a fault never happened: %+v, %d times more than once", sum, more)
	}
}

func TestACrashEndsAFunctionWhereItIs(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 1))
	var acts []string
	handle := func(ctx context.Context, records []table.Change) (string, error) {
		defer func() { acts = append(acts, "unwound") }()
		acts = append(acts, "first act")
		Step(ctx)
		acts = append(acts, "second act")
		return "", nil
	}
	report := Simulate(t.Context(), random, changes("a"), Mapping{MaxRetries: 9}, Faults{Crash: 0.5}, handle)
	if report.Crashes == 0 {
		t.Fatal("this seed has no crash: take another")
	}
	crashed := strings.Count(strings.Join(acts, ","), "first act,unwound")
	finished := strings.Count(strings.Join(acts, ","), "first act,second act,unwound")
	if finished != 1 || crashed == 0 || crashed > report.Crashes {
		t.Errorf("%d crashes, acts %v", report.Crashes, acts)
	}
}

func TestAnErrorOfTheFunctionIsRetriedAndThenGivenUp(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	tried := 0
	report := Simulate(t.Context(), random, changes("a"), Mapping{MaxRetries: 2}, Faults{}, func(context.Context, []table.Change) (string, error) {
		tried++
		return "", errors.New("broken")
	})
	if tried != 3 || len(report.Failures) != 1 {
		t.Errorf("tried %d times, given up %v; want the attempt and 2 retries, then given up", tried, report.Failures)
	}
}
