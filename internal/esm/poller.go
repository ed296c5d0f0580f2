package esm

import (
	"context"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"afterword/internal/table"
)

// readLimit is how many records are read from a shard at once, Lambda's own number.
const readLimit = 1000

// Checkpoints remember how far a consumer is in each shard, so that a restart goes on where it was. One that is lost costs time and
// nothing else: a shard without one is read from its beginning.
type Checkpoints interface {
	// Checkpoint is the sequence number up to which a consumer is done with a shard; "" at the beginning. Faults: Transient.
	Checkpoint(ctx context.Context, consumer, shard string) (string, error)
	// SaveCheckpoint moves it. Faults: Transient.
	SaveCheckpoint(ctx context.Context, consumer, shard, sequence string) error
}

// Poller is a mapping that reads a feed on this machine, for one consumer, without any fault of its own. It gathers for no window:
// what is there is a batch. A record that fails for good holds its shard until the mapping's retries or age are used up, as on
// Lambda, but its age is told from its first delivery: the clock here may be weeks away from the one that stamps the feed.
type Poller struct {
	Consumer    string // names its checkpoints
	Feed        table.Feed
	Checkpoints Checkpoints
	Mapping     Mapping
	Handle      Handler
	Now         func() time.Time
	Pause       func(ctx context.Context, attempt int) error // between attempts at a batch; nil: no pause
	Warn        func(error)                                  // hears each failed invocation and read; nil: nobody does

	mu sync.Mutex
	at map[string]string // sequence by shard, as saved
}

// Drain delivers all that is in the feed now and returns how many records that were, so that whoever drains several consumers
// that write to each other's feeds knows when there is no more. Only reading and writing positions can fail, or ctx end:
// the function's own errors are the mapping's business. Safe for concurrent use.
func (p *Poller) Drain(ctx context.Context) (delivered int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	shards, err := p.Feed.Shards(ctx)
	if err != nil {
		return 0, fmt.Errorf("%s: list the shards: %w", p.Consumer, err)
	}
	for _, shard := range shards {
		n, err := p.drainShard(ctx, shard)
		delivered += n
		if err != nil {
			return delivered, fmt.Errorf("%s: shard %s: %w", p.Consumer, shard, err)
		}
	}
	return delivered, nil
}

func (p *Poller) warn(err error) {
	if p.Warn != nil {
		p.Warn(err)
	}
}

func (p *Poller) drainShard(ctx context.Context, shard string) (delivered int, err error) {
	after, err := p.position(ctx, shard)
	if err != nil {
		return 0, err
	}
	for {
		records, err := p.Feed.Read(ctx, shard, after, readLimit)
		if err != nil || len(records) == 0 {
			return delivered, err
		}
		n, err := p.deliver(ctx, shard, records)
		delivered += n
		if err != nil {
			return delivered, err
		}
		after = records[len(records)-1].Sequence
		if err := p.Checkpoints.SaveCheckpoint(ctx, p.Consumer, shard, after); err != nil {
			return delivered, err
		}
		p.at[shard] = after
	}
}

func (p *Poller) position(ctx context.Context, shard string) (string, error) {
	if p.at == nil {
		p.at = map[string]string{}
	}
	if after, known := p.at[shard]; known {
		return after, nil
	}
	after, err := p.Checkpoints.Checkpoint(ctx, p.Consumer, shard)
	if err == nil {
		p.at[shard] = after
	}
	return after, err
}

// deliver takes records of a shard through the function, lane by lane.
func (p *Poller) deliver(ctx context.Context, shard string, records []table.Change) (delivered int, err error) {
	lanes := make([][]table.Change, p.Mapping.lanes())
	for _, c := range records {
		if p.Mapping.Filter.Match(c) {
			lane := laneOf(c.Key, len(lanes))
			lanes[lane] = append(lanes[lane], c)
			delivered++
		}
	}
	for _, waiting := range lanes {
		for len(waiting) > 0 {
			b := p.Mapping.cut(shard, waiting, p.Mapping.batchSize())
			waiting = waiting[len(b.records):]
			if err := p.finish(ctx, b); err != nil {
				return 0, err
			}
		}
	}
	return delivered, nil
}

// finish invokes the function until nothing of a batch is left.
func (p *Poller) finish(ctx context.Context, b batch) error {
	began := p.Now()
	for queue := []batch{b}; len(queue) > 0; {
		next := queue[0]
		queue = queue[1:]
		if p.Mapping.MaxAge > 0 && p.Now().Sub(began) > p.Mapping.MaxAge {
			p.Mapping.giveUp(next, TooOld)
			continue
		}
		if next.attempts > 0 && p.Pause != nil {
			if err := p.Pause(ctx, next.attempts); err != nil {
				return err
			}
		}
		var a answer
		a.firstFailed, a.err = p.Handle(ctx, next.records)
		if ctx.Err() != nil {
			return ctx.Err() // a function that was stopped has not failed
		}
		if a.err != nil {
			p.warn(fmt.Errorf("%s: the function failed on %d records: %w", p.Consumer, len(next.records), a.err))
		}
		queue = append(p.Mapping.after(next, a), queue...)
	}
	return nil
}

// laneOf spreads items over the lanes of a shard: all records of an item, which partition and sort key name together, go to one.
func laneOf(key table.Key, lanes int) int {
	return int(hashOf(key) % uint32(lanes))
}

func hashOf(key table.Key) uint32 {
	h := fnv.New32a()
	h.Write([]byte(key.Partition))
	h.Write([]byte{0})
	h.Write([]byte(key.Sort))
	return h.Sum32()
}
