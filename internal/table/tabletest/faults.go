package tabletest

import (
	"context"
	"maps"
	"math/rand/v2"
	"sync"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// Chances are the probabilities, from 0 to 1, of what can go wrong with one call. At most one of them happens to a call.
type Chances struct {
	// Conflict: another transaction is at the item. A Write fails as Transient, a Transact is cancelled with ConflictCode for one
	// or more of its writes. Nothing was applied. (DynamoDB Local never produces one.)
	Conflict float64
	// Throttle: too many requests. A Transact is cancelled with ThrottleCode, any other call fails as Transient. Nothing was applied.
	Throttle float64
	// Transient: the request is lost on its way, any call. Nothing was applied.
	Transient float64
	// Resent: the write is applied, its answer is lost and the SDK sends it again: a Write meets what it wrote itself (or what
	// somebody else made of it since), and gets the answer to the second one; a Transact is known by its token, and succeeds.
	Resent float64
	// Lost: the write is applied, and so many answers are lost that the caller gets a fault of kind Transient.
	Lost float64
}

// Faults is a table that fails as a network does: the same calls in the same order fail the same way for the same seed. It never
// breaks the contract of table.Table: whatever a caller gets from it, it may get from DynamoDB. Safe for concurrent use.
type Faults struct {
	inner table.Table

	mu       sync.Mutex
	rand     *rand.Rand
	chances  Chances
	injected map[string]int
}

var _ table.Table = (*Faults)(nil)

// NewFaults wraps an engine.
func NewFaults(inner table.Table, seed uint64, chances Chances) *Faults {
	return &Faults{inner: inner, rand: rand.New(rand.NewPCG(seed, seed)), chances: chances, injected: map[string]int{}}
}

// SetChances changes what goes wrong from now on; the zero Chances are a good day, on which a test can look at the result.
func (f *Faults) SetChances(chances Chances) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.chances = chances
}

// Injected counts what went wrong so far by kind: "conflict", "throttle", "transient", "resent", "lost". A property test
// asserts with it that it did meet them.
func (f *Faults) Injected() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.injected)
}

// draw picks what goes wrong with a call, "" for nothing.
func (f *Faults) draw(write bool) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := f.rand.Float64()
	kinds := []struct {
		name   string
		chance float64
		reads  bool
	}{
		{"throttle", f.chances.Throttle, true},
		{"transient", f.chances.Transient, true},
		{"conflict", f.chances.Conflict, false},
		{"resent", f.chances.Resent, false},
		{"lost", f.chances.Lost, false},
	}
	for _, kind := range kinds {
		if !write && !kind.reads {
			continue
		}
		if at < kind.chance {
			f.injected[kind.name]++
			return kind.name
		}
		at -= kind.chance
	}
	return ""
}

func failed(kind string) error { return fault.New(fault.Transient, "the table is busy (%s)", kind) }

func (f *Faults) readFault() error {
	if kind := f.draw(false); kind != "" {
		return failed(kind)
	}
	return nil
}

// Get reads one item, or fails.
func (f *Faults) Get(ctx context.Context, key table.Key, strong bool) (table.Item, error) {
	if err := f.readFault(); err != nil {
		return nil, err
	}
	return f.inner.Get(ctx, key, strong)
}

// BatchGet reads many items, or fails.
func (f *Faults) BatchGet(ctx context.Context, keys []table.Key, strong bool) ([]table.Item, error) {
	if err := f.readFault(); err != nil {
		return nil, err
	}
	return f.inner.BatchGet(ctx, keys, strong)
}

// Query reads a page, or fails.
func (f *Faults) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if err := f.readFault(); err != nil {
		return table.Page{}, err
	}
	return f.inner.Query(ctx, q)
}

// Scan reads a page, or fails.
func (f *Faults) Scan(ctx context.Context, name table.Name, start string, limit, segment, segments int) (table.Page, error) {
	if err := f.readFault(); err != nil {
		return table.Page{}, err
	}
	return f.inner.Scan(ctx, name, start, limit, segment, segments)
}

// Write makes one change, or fails before, or after.
func (f *Faults) Write(ctx context.Context, w table.Write) (table.Item, error) {
	switch kind := f.draw(true); kind {
	case "":
		return f.inner.Write(ctx, w)
	case "resent":
		if _, err := f.inner.Write(ctx, w); err != nil {
			return nil, err // a refusal is an answer like any other: what was refused was not applied
		}
		return f.inner.Write(ctx, w)
	case "lost":
		if _, err := f.inner.Write(ctx, w); err != nil {
			return nil, err
		}
		return nil, failed(kind)
	default:
		return nil, failed(kind)
	}
}

// Transact makes all changes, or fails before, or after.
func (f *Faults) Transact(ctx context.Context, writes []table.Write) error {
	switch kind := f.draw(true); kind {
	case "", "resent":
		return f.inner.Transact(ctx, writes)
	case "lost":
		if err := f.inner.Transact(ctx, writes); err != nil {
			return err
		}
		return failed(kind)
	case "conflict":
		return f.cancel(len(writes), table.ConflictCode)
	case "throttle":
		return f.cancel(len(writes), table.ThrottleCode)
	default:
		return failed(kind)
	}
}

// cancel blames one write of the transaction, and each other one by chance.
func (f *Faults) cancel(writes int, code table.Code) error {
	if writes == 0 {
		return failed(string(code))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	reasons := make([]table.Reason, writes)
	reasons[f.rand.IntN(writes)].Code = code
	for i := range reasons {
		if f.rand.IntN(8) == 0 {
			reasons[i].Code = code
		}
	}
	return &table.Cancelled{Reasons: reasons}
}
