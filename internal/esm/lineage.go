package esm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"afterword/internal/table"
)

// shard is a part of a simulated stream: the records of the items whose hash lies in its range, until it closed. Its children go on
// where it ended, and are read only when it and its siblings by merge are done.
type shard struct {
	id       string
	from, to uint64 // range of hashes, to excluded
	parents  []*shard
	lanes    []*lane
}

// lane is the part of a shard that one invocation at a time works on.
type lane struct {
	shard   *shard
	waiting []table.Change // not yet cut into a batch
	pending []batch        // cut, to be delivered (again), in order
	busy    bool           // Lambda waits for an invocation
}

func (l *lane) done() bool { return len(l.waiting) == 0 && len(l.pending) == 0 && !l.busy }

func (s *shard) done() bool {
	return !slices.ContainsFunc(s.lanes, func(l *lane) bool { return !l.done() })
}

// open tells whether the shard may be read: its parents are done, and theirs.
func (s *shard) open() bool {
	return !slices.ContainsFunc(s.parents, func(p *shard) bool { return !p.done() || !p.open() })
}

const hashes = uint64(1) << 32

// lineageOf lays records out over shards that split and merge by chance on the way.
func lineageOf(rand *rand.Rand, records []table.Change, m Mapping, reshard float64) []*shard {
	first := newShard(0, hashes, 0, m.lanes())
	all, live := []*shard{first}, []*shard{first}
	add := func(s *shard) {
		all, live = append(all, s), append(live, s)
	}
	for _, c := range records {
		if rand.Float64() < reshard {
			i := rand.IntN(len(live))
			if s := live[i]; len(live) == 1 || rand.IntN(2) == 0 && s.to-s.from > 1 {
				live = slices.Delete(live, i, i+1)
				middle := s.from + (s.to-s.from)/2
				add(newShard(s.from, middle, len(all), m.lanes(), s))
				add(newShard(middle, s.to, len(all), m.lanes(), s))
			} else if j := slices.IndexFunc(live, func(other *shard) bool { return other.from == s.to }); j >= 0 {
				other := live[j]
				live = slices.DeleteFunc(live, func(each *shard) bool { return each == s || each == other })
				add(newShard(s.from, other.to, len(all), m.lanes(), s, other))
			}
		}
		hash := uint64(hashOf(c.Key))
		s := live[slices.IndexFunc(live, func(s *shard) bool { return s.from <= hash && hash < s.to })]
		l := s.lanes[laneOf(c.Key, len(s.lanes))]
		l.waiting = append(l.waiting, c)
	}
	return all
}

func newShard(from, to uint64, n, lanes int, parents ...*shard) *shard {
	s := &shard{id: fmt.Sprintf("shardId-%08d", n), from: from, to: to, parents: parents, lanes: make([]*lane, lanes)}
	for i := range s.lanes {
		s.lanes[i] = &lane{shard: s}
	}
	return s
}

// ready is when the lane's next batch can be delivered: at once when one is pending or full, else when its window is over; false
// when there is none.
func (l *lane) ready(m Mapping) (time.Time, bool) {
	switch {
	case l.busy || len(l.waiting) == 0 && len(l.pending) == 0 || !l.shard.open():
		return time.Time{}, false
	case len(l.pending) > 0:
		return l.pending[0].records[0].At, true
	case len(l.waiting) >= m.batchSize() && !l.waiting[m.batchSize()-1].At.After(l.waiting[0].At.Add(m.Window)):
		return l.waiting[m.batchSize()-1].At, true
	default:
		return l.waiting[0].At.Add(m.Window), true
	}
}

// take cuts the lane's next batch from what has come by now, of at most size records.
func (l *lane) take(m Mapping, now time.Time, size int) batch {
	if len(l.pending) > 0 {
		b := l.pending[0]
		l.pending = l.pending[1:]
		return b
	}
	come := 0
	for come < len(l.waiting) && !l.waiting[come].At.After(now) {
		come++
	}
	b := m.cut(l.shard.id, l.waiting[:come], size)
	l.waiting = l.waiting[len(b.records):]
	return b
}

// recut cuts the pending batches anew at chance places, as happens when Lambda begins again at a shard's checkpoint. They are all
// of one former batch, so that together they are not too large. What has failed so far stays counted.
func (l *lane) recut(rand *rand.Rand) {
	all := batch{shard: l.shard.id}
	for _, b := range l.pending {
		all.records = append(all.records, b.records...)
		all.attempts = max(all.attempts, b.attempts)
	}
	l.pending = nil
	for rest := all.records; len(rest) > 0; {
		n := 1 + rand.IntN(len(rest))
		l.pending = append(l.pending, batch{shard: all.shard, records: rest[:n:n], attempts: all.attempts})
		rest = rest[n:]
	}
}
