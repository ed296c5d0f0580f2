// Package esm models Lambda's event source mapping, the machinery between a DynamoDB stream and a function: shards, batches, filters,
// retries. The local runner reads the change feed through it (Poller), and tests put a stream reader through whatever Lambda may
// do to it (Simulate), so that "counts once" is shown and not hoped.
//
// What it encodes is the Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB" and its pages on batch item failures and
// event filtering: delivery is at least once; a batch is cut by size and window; an error sends it again, halved if the mapping
// bisects (halving uses up no retry); a partial response makes the lowest failed number the checkpoint and everything from it comes
// again; after the last retry, or when records are too old, their positions alone go to the failure destination and the shard
// goes on. With a parallelization factor a shard is spread over lanes by item. Where the guide is silent (whether progress resets
// the retry count) the model takes the harsher reading: it does not.
package esm

import (
	"context"
	"fmt"
	"slices"
	"time"

	"afterword/internal/table"
)

// Mapping is the settings of one event source mapping, as template.yaml writes them.
type Mapping struct {
	BatchSize             int           // most records of a batch; 0 is Lambda's default, 100
	Window                time.Duration // how long records are gathered for a batch
	ParallelizationFactor int           // lanes of a shard, 1 to 10; 0 is 1
	BisectOnError         bool          // halve a batch whose function failed
	PartialResponses      bool          // FunctionResponseTypes holds ReportBatchItemFailures
	MaxRetries            int           // after the first attempt; -1: until MaxAge
	MaxAge                time.Duration // older records are given up; 0: never
	Filter                Filter        // what is delivered; the zero Filter delivers everything
	OnFailure             func(Failure) // hears what was given up; nil: nobody does
}

// Failure is what a failure destination gets: positions only, never what the records say. Whoever wants them must fetch them.
type Failure struct {
	Why         Why
	Shard       string
	First, Last string // sequence numbers
	Records     int
	Attempts    int
}

// Why records were given up.
type Why string

// The conditions, in Lambda's words.
const (
	RetriesExhausted Why = "RetryAttemptsExhausted"
	TooOld           Why = "RecordAgeExceeded"
)

// Handler is the function behind a mapping. It gets a batch in order of the feed and returns the lowest sequence number that is not
// done ("" when all is), or an error.
type Handler func(ctx context.Context, changes []table.Change) (firstFailed string, err error)

// Lambda's default batch size, and its limit for the records of one invocation.
const (
	defaultBatchSize = 100
	maxPayload       = 6 << 20
)

func (m Mapping) batchSize() int {
	if m.BatchSize <= 0 {
		return defaultBatchSize
	}
	return m.BatchSize
}

func (m Mapping) lanes() int { return max(1, m.ParallelizationFactor) }

// batch is records that are handed to the function together.
type batch struct {
	shard    string
	records  []table.Change
	attempts int // that failed so far
}

// answer is what Lambda learns of an invocation.
type answer struct {
	firstFailed string
	err         error
}

// cut takes the next batch off records that wait in one lane: up to size of them, up to Lambda's payload.
func (m Mapping) cut(shard string, waiting []table.Change, size int) batch {
	bytes := 0
	for i, c := range waiting {
		bytes += table.Size(c.Old) + table.Size(c.New)
		if i == size || i > 0 && bytes > maxPayload {
			return batch{shard: shard, records: waiting[:i:i]}
		}
	}
	return batch{shard: shard, records: slices.Clip(waiting)}
}

// after tells what of a batch is delivered again, in order, after the function answered. What is given up is told to OnFailure.
func (m Mapping) after(b batch, a answer) []batch {
	if a.err == nil {
		if !m.PartialResponses || a.firstFailed == "" {
			return nil
		}
		from := slices.IndexFunc(b.records, func(c table.Change) bool {
			return table.CompareSequences(c.Sequence, a.firstFailed) == 0
		})
		if from >= 0 {
			return m.again(batch{shard: b.shard, records: b.records[from:], attempts: b.attempts})
		}
		// a number that is not in the batch is an answer that cannot be read: all of it failed
	}
	if half := len(b.records) / 2; m.BisectOnError && half > 0 {
		return []batch{
			{shard: b.shard, records: b.records[:half:half], attempts: b.attempts},
			{shard: b.shard, records: b.records[half:], attempts: b.attempts},
		}
	}
	return m.again(b)
}

func (m Mapping) again(b batch) []batch {
	b.attempts++
	if m.MaxRetries >= 0 && b.attempts > m.MaxRetries {
		m.giveUp(b, RetriesExhausted)
		return nil
	}
	return []batch{b}
}

// fresh drops the records of a batch that are older than the mapping's limit.
func (m Mapping) fresh(b batch, now time.Time) batch {
	if m.MaxAge <= 0 {
		return b
	}
	old := 0
	for old < len(b.records) && now.Sub(b.records[old].At) > m.MaxAge {
		old++
	}
	if old > 0 {
		m.giveUp(batch{shard: b.shard, records: b.records[:old], attempts: b.attempts}, TooOld)
		b.records = b.records[old:]
	}
	return b
}

func (m Mapping) giveUp(b batch, why Why) {
	if m.OnFailure == nil {
		return
	}
	m.OnFailure(Failure{
		Why: why, Shard: b.shard, First: b.records[0].Sequence, Last: b.records[len(b.records)-1].Sequence,
		Records: len(b.records), Attempts: b.attempts,
	})
}

func (f Failure) String() string {
	return fmt.Sprintf("%s: %d records, %s to %s of shard %s", f.Why, f.Records, f.First, f.Last, f.Shard)
}
