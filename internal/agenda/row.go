package agenda

import (
	"context"
	"fmt"
	"iter"
	"time"

	"golang.org/x/sync/errgroup"
)

// row is the shards side by side, read by pages and merged in order of time: a backlog is worked off from its oldest entry, not
// shard by shard, so that no shard starves.
type row struct {
	shelf  Shelf
	by     time.Time
	shards [Shards]shard
}

// shard is the page of a shard that is being read.
type shard struct {
	page []Entry
	next string
	last bool // there is no page after this one
}

func newRow(shelf Shelf, by time.Time) *row { return &row{shelf: shelf, by: by} }

// batch takes the next entries, at most batchSize, of the wanted kinds, and tells whether it passed over others. An empty batch is the
// end.
func (r *row) batch(ctx context.Context, wanted map[Kind]Handler) (batch []Entry, passedOver bool, err error) {
	for len(batch) < batchSize {
		if err := r.fill(ctx); err != nil {
			return nil, false, err
		}
		entry, there := r.take()
		if !there {
			break
		}
		if _, is := wanted[entry.Kind]; is {
			batch = append(batch, entry)
		} else {
			passedOver = true
		}
	}
	return batch, passedOver, nil
}

// fill reads a page of every shard whose page is used up, all at once.
func (r *row) fill(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for n := range r.shards {
		s := &r.shards[n]
		if len(s.page) > 0 || s.last {
			continue
		}
		group.Go(func() (err error) {
			for len(s.page) == 0 && !s.last { // a page may be empty and not the last
				if s.page, s.next, err = r.shelf.Due(ctx, n, r.by, pageSize, s.next); err != nil {
					return fmt.Errorf("read the agenda: %w", err)
				}
				s.last = s.next == ""
			}
			return nil
		})
	}
	return group.Wait()
}

// take removes the earliest entry of the row.
func (r *row) take() (Entry, bool) {
	var earliest *shard
	for n := range r.shards {
		s := &r.shards[n]
		if len(s.page) > 0 && (earliest == nil || s.page[0].Due.Before(earliest.page[0].Due)) {
			earliest = s
		}
	}
	if earliest == nil {
		return Entry{}, false
	}
	entry := earliest.page[0]
	earliest.page = earliest.page[1:]
	return entry, true
}

// byKind yields the entries of each kind, the kind of the earliest first.
func byKind(batch []Entry) iter.Seq2[Kind, []Entry] {
	return func(yield func(Kind, []Entry) bool) {
		var order []Kind
		groups := map[Kind][]Entry{}
		for _, e := range batch {
			if groups[e.Kind] == nil {
				order = append(order, e.Kind)
			}
			groups[e.Kind] = append(groups[e.Kind], e)
		}
		for _, kind := range order {
			if !yield(kind, groups[kind]) {
				return
			}
		}
	}
}
