package tally

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// All that is counted belongs to a generation, so that a rebuild can count everything afresh beside what is read meanwhile. Which
// generation is read, and which are written, stands in one item that every process remembers for at most Fresh.

// Fresh is for how long a process goes by what it knows of the generations.
const Fresh = time.Minute

// Notice is after what time every process goes by a change of the generations: who learned of them just before it goes by them for
// another minute, and what it began in the last moment of that, Lambda ends after a minute.
const Notice = 2 * time.Minute

// Generations names those that are in use.
type Generations struct {
	Read    string   `json:"read"`
	Written []string `json:"written"` // with the one that is read
}

// Generation names a generation by its number. All begin with the same digit, by which the functions are allowed to reach them.
func Generation(number int64) string {
	if number == 0 {
		return "0"
	}
	return fmt.Sprintf("0%d", number)
}

// First is what is in use until a first rebuild.
func First() Generations { return Generations{Generation(0), []string{Generation(0)}} }

// Counter brings counts and scores up to what records say.
type Counter interface {
	// Handle as Tally's.
	Handle(ctx context.Context, records []Record) (open []int, err error)
}

// InUse knows the generations.
type InUse interface {
	// Generations are those in use; they may be Fresh old. Faults: Transient.
	Generations(ctx context.Context) (Generations, error)
}

// Everywhere counts in every generation that is written. A record is done when it is done in all of them.
type Everywhere struct {
	InUse InUse
	In    func(generation string) Counter
}

// Handle as Tally's. When the generations are not known, nothing is counted and all must come again.
func (e Everywhere) Handle(ctx context.Context, records []Record) (open []int, err error) {
	if len(records) == 0 {
		return nil, nil
	}
	generations, err := e.InUse.Generations(ctx)
	if err != nil {
		for i := range records {
			open = append(open, i)
		}
		return open, passing(ctx, err, "ask which counts are written")
	}
	for _, generation := range generations.Written {
		left, err := e.In(generation).Handle(ctx, records)
		if err != nil {
			return nil, fmt.Errorf("count in generation %s: %w", generation, err)
		}
		open = append(open, left...)
	}
	slices.Sort(open)
	return slices.Compact(open), nil
}
