package esm

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"afterword/internal/table"
)

// Faults are the chances, from 0 to 1, of what a simulated mapping does to its function. All of it is within what AWS documents or
// what a network does.
type Faults struct {
	Reshard    float64 // for each record: a shard splits or two merge before it
	Recut      float64 // for each batch that comes again: it is cut at other places
	Duplicate  float64 // for each batch: a second invocation gets it too, beside the first
	Replay     float64 // for each record: it comes again up to three weeks later, among others, in no order
	Crash      float64 // for each step: the function dies there, its work half done
	TimeOut    float64 // for each step: Lambda gives the invocation up and goes on, while it runs on as a zombie
	Hurry      float64 // for each step: the deadline is near, the function's ctx ends
	LostAnswer float64 // for each invocation that ended: Lambda does not hear of it and takes it for failed
}

// Report is what happened in a simulation, so that a test can assert that it met what it is about.
type Report struct {
	Invocations, Parallel                                        int // how many; most at the same time
	Duplicates, Replays, Crashes, TimeOuts, Hurries, LostAnswers int
	Errors, Partial, Shards                                      int
	Failures                                                     []Failure
}

var errNoAnswer = errors.New("esm: the function gave no answer")

// Simulate delivers records through a mapping with faults, until all are done or given up, and every zombie has come to its end.
// Invocations run interleaved at their steps (Step), one at a time, so that the same seed makes the same run. Records come in order
// of the feed; their At is the simulation's clock.
func Simulate(ctx context.Context, rand *rand.Rand, records []table.Change, m Mapping, faults Faults, invoke Handler) Report {
	s := &simulation{ctx: ctx, rand: rand, mapping: m, faults: faults, invoke: invoke}
	s.mapping.OnFailure = func(f Failure) {
		s.report.Failures = append(s.report.Failures, f)
		if m.OnFailure != nil {
			m.OnFailure(f)
		}
	}
	var delivered []table.Change
	for _, c := range records {
		if m.Filter.Match(c) {
			delivered = append(delivered, c)
		}
	}
	if len(delivered) == 0 {
		return s.report
	}
	s.now = delivered[0].At
	shards := lineageOf(rand, delivered, m, faults.Reshard)
	s.report.Shards = len(shards)
	for _, shard := range shards {
		s.lanes = append(s.lanes, shard.lanes...)
	}
	s.planReplays(delivered)
	for s.turn() {
	}
	return s.report
}

type simulation struct {
	ctx     context.Context
	rand    *rand.Rand
	mapping Mapping
	faults  Faults
	invoke  Handler

	now     time.Time
	lanes   []*lane
	strays  []stray
	running []*invocation
	report  Report
}

// stray is a batch that comes beside the shards' order, and that nobody waits for.
type stray struct {
	at time.Time
	batch
}

func (s *simulation) chance(p float64) bool { return p > 0 && s.rand.Float64() < p }

func (s *simulation) planReplays(records []table.Change) {
	var late []table.Change
	for _, c := range records {
		if s.chance(s.faults.Replay) {
			late = append(late, c)
		}
	}
	s.rand.Shuffle(len(late), func(i, j int) { late[i], late[j] = late[j], late[i] })
	s.report.Replays = len(late)
	for len(late) > 0 {
		n := 1 + s.rand.IntN(min(len(late), s.mapping.batchSize()))
		b := batch{shard: "replay", records: late[:n:n]}
		newest := slices.MaxFunc(b.records, func(a, b table.Change) int { return a.At.Compare(b.At) })
		after := time.Duration(s.rand.Int64N(int64(21 * 24 * time.Hour)))
		s.strays = append(s.strays, stray{at: newest.At.Add(after), batch: b})
		late = late[n:]
	}
}

// turn lets one thing happen, chosen by chance among all that can; false when nothing is left.
func (s *simulation) turn() bool {
	s.now = s.now.Add(time.Duration(s.rand.Int64N(int64(100 * time.Millisecond))))
	var lanes []*lane
	var strays []int
	var next time.Time
	later := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, l := range s.lanes {
		if at, ok := l.ready(s.mapping); ok && !at.After(s.now) {
			lanes = append(lanes, l)
		} else if ok {
			later(at)
		}
	}
	for i, stray := range s.strays {
		if !stray.at.After(s.now) {
			strays = append(strays, i)
		} else {
			later(stray.at)
		}
	}
	choices := len(s.running) + len(lanes) + len(strays)
	if choices == 0 {
		s.now = next
		return !next.IsZero()
	}
	switch pick := s.rand.IntN(choices); {
	case pick < len(s.running):
		s.step(s.running[pick])
	case pick < len(s.running)+len(lanes):
		s.deliver(lanes[pick-len(s.running)])
	default:
		i := strays[pick-len(s.running)-len(lanes)]
		b := s.strays[i].batch
		s.strays = slices.Delete(s.strays, i, i+1)
		s.start(b, nil)
	}
	return true
}

func (s *simulation) deliver(l *lane) {
	size := s.mapping.batchSize()
	if s.chance(s.faults.Recut) {
		l.recut(s.rand)
		size = 1 + s.rand.IntN(size)
	}
	b := s.mapping.fresh(l.take(s.mapping, s.now, size), s.now)
	if len(b.records) == 0 {
		return
	}
	s.start(b, l)
	if s.chance(s.faults.Duplicate) {
		s.report.Duplicates++
		s.start(b, nil)
	}
}
