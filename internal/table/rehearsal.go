package table

import (
	"context"
	"sync"
)

// Rehearsal is an engine on which everything can be tried: it reads what another engine has, by the same rules, and keeps what is
// written to itself. So a dry run is the very code that would do it. Queries and scans do not see what was written, as an index may
// be late.
type Rehearsal struct {
	Table

	mu      sync.Mutex
	written map[Key]Item // nil: deleted
}

// Rehearse makes a rehearsal on what an engine has.
func Rehearse(on Table) *Rehearsal { return &Rehearsal{Table: on, written: map[Key]Item{}} }

// Get reads an item, strongly or not, as it would be.
func (r *Rehearsal) Get(ctx context.Context, key Key, strong bool) (Item, error) {
	items, err := r.BatchGet(ctx, []Key{key}, strong)
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

// BatchGet reads items as they would be.
func (r *Rehearsal) BatchGet(ctx context.Context, keys []Key, strong bool) ([]Item, error) {
	items, err := r.Table.BatchGet(ctx, keys, strong)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, key := range keys {
		if item, there := r.written[key]; there {
			items[i] = item
		}
	}
	return items, nil
}

// Write tries one change.
func (r *Rehearsal) Write(ctx context.Context, w Write) (Item, error) {
	w, err := Prepare(w)
	if err != nil {
		return nil, err
	}
	before, err := r.stored(ctx, []Write{w})
	if err != nil {
		return nil, err
	}
	defer r.mu.Unlock()
	if stored := before[0]; !Holds(w.If, stored) {
		return Refused(w, stored)
	}
	after, err := Apply(w, before[0])
	if err == nil {
		r.written[w.Key] = after
	}
	return after, err
}

// Transact tries all changes or none.
func (r *Rehearsal) Transact(ctx context.Context, writes []Write) error {
	writes, err := PrepareAll(writes)
	if err != nil {
		return err
	}
	before, err := r.stored(ctx, writes)
	if err != nil {
		return err
	}
	defer r.mu.Unlock()
	after, reasons, failed := make([]Item, len(writes)), make([]Reason, len(writes)), false
	for i, w := range writes {
		if !Holds(w.If, before[i]) {
			reasons[i], failed = Reason{Code: ConditionCode, Stored: before[i]}, true
		}
	}
	if failed {
		return RefusedAll(writes, reasons)
	}
	for i, w := range writes {
		if after[i], err = Apply(w, before[i]); err != nil {
			return err
		}
	}
	for i, w := range writes {
		if w.Kind != Check {
			r.written[w.Key] = after[i]
		}
	}
	return nil
}

// stored reads what writes meet, and holds the lock until the caller has decided; it does not when it fails.
func (r *Rehearsal) stored(ctx context.Context, writes []Write) ([]Item, error) {
	keys := make([]Key, len(writes))
	for i, w := range writes {
		keys[i] = w.Key
	}
	items, err := r.Table.BatchGet(ctx, keys, true)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	for i, key := range keys {
		if item, there := r.written[key]; there {
			items[i] = item
		}
	}
	return items, nil
}
