package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"afterword/internal/fault"
	"afterword/internal/table"
	"afterword/internal/tally"
)

var (
	_ tally.InUse      = (*Store)(nil)
	_ tally.States     = (*Store)(nil)
	_ tally.RowBook    = (*Store)(nil)
	_ tally.Remembered = (*Store)(nil)
)

// known is what a process knows of the generations, and the codes that it knows of each.
type known struct {
	now func() time.Time

	mu    sync.Mutex
	until time.Time
	inUse tally.Generations
	codes map[string]*codes
}

func (k *known) codesOf(generation string) *codes {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.codes[generation] == nil {
		k.codes[generation] = newCodes()
	}
	return k.codes[generation]
}

// In is the store whose counts are those of a generation, whichever is read.
func (s *Store) In(generation string) *Store {
	in := *s
	in.book, in.codes = generation, s.known.codesOf(generation)
	return &in
}

// reading is the store in the generation that it works on: that of In, or the one that is read. What takes several calls to the table
// takes them on one of these.
func (s *Store) reading(ctx context.Context) (*Store, error) {
	if s.book != "" {
		return s, nil
	}
	inUse, err := s.Generations(ctx)
	if err != nil {
		return nil, err
	}
	return s.In(inUse.Read), nil
}

// Generations are those in use, read once a minute. One who cannot read them does not go by what was true before: a rebuild counts on
// everybody's having learned of its steps.
func (s *Store) Generations(ctx context.Context) (tally.Generations, error) {
	k := s.known
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	if now.Before(k.until) {
		return k.inUse, nil
	}
	state, err := s.Rebuilding(ctx)
	if err != nil {
		return tally.Generations{}, fmt.Errorf("read which counts are in use: %w", err)
	}
	k.inUse, k.until = state.Generations, now.Add(tally.Fresh)
	return k.inUse, nil
}

// Rebuilding reads how the last rebuild stands.
func (s *Store) Rebuilding(ctx context.Context) (r tally.Rebuilding, err error) {
	item, err := s.table.Get(ctx, generationKey(), true)
	if err != nil {
		return r, err
	}
	if item == nil {
		return tally.Rebuilding{Generations: tally.First()}, nil
	}
	if err := table.Decode(item, &r); err != nil || r.Read == "" || len(r.Written) == 0 {
		return r, fault.Wrap(fault.Internal, err, "which counts are in use cannot be read")
	}
	r.Revision, _ = item["revision"].(int64)
	return r, nil
}

// Proceed keeps how a rebuild stands.
func (s *Store) Proceed(ctx context.Context, r tally.Rebuilding) error {
	item, err := table.Encode(r)
	if err != nil {
		return err
	}
	item["revision"] = r.Revision + 1
	kept, err := s.applies(ctx, table.Write{Kind: table.Put, Key: generationKey(), Item: item, If: asRead("revision", r.Revision)})
	if err == nil && !kept {
		return fault.New(fault.Conflict, "somebody else moved the rebuild on meanwhile")
	}
	return err
}

// LedgerRows reads a page of the ledger.
func (s *Store) LedgerRows(ctx context.Context, start string) (rows []tally.Record, unreadable []string, next string, err error) {
	b, err := s.reading(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	page, err := s.table.Scan(ctx, table.Scorebook, start, 0, 0, 1)
	if err != nil {
		return nil, nil, "", err
	}
	for _, item := range page.Items {
		id, is := strings.CutPrefix(item.Key(table.Scorebook).Partition, ledgerKey(b.book, "").Partition)
		if !is {
			continue
		}
		row, err := readRecord(id, item)
		if err != nil {
			unreadable = append(unreadable, id)
			continue
		}
		rows = append(rows, row)
	}
	return rows, unreadable, page.Next, nil
}

// removers is how many items are removed at once.
const removers = 16

// Remove removes a page of a generation. It is asked for by name only, so that nobody removes what is read.
func (s *Store) Remove(ctx context.Context, start string) (removed int, next string, err error) {
	if s.book == "" {
		return 0, "", fault.New(fault.Internal, "no generation is named that shall be removed")
	}
	page, err := s.table.Scan(ctx, table.Scorebook, start, 0, 0, 1)
	if err != nil {
		return 0, "", err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(removers)
	for _, item := range page.Items {
		key := item.Key(table.Scorebook)
		if !strings.HasPrefix(key.Partition, s.book+"#") {
			continue
		}
		removed++
		group.Go(func() error {
			_, err := s.write(ctx, table.Write{Kind: table.Delete, Key: key})
			return err
		})
	}
	return removed, page.Next, group.Wait()
}

// KeepAudited keeps what the last audit found.
func (s *Store) KeepAudited(ctx context.Context, a tally.Audited) error {
	item, err := table.Encode(a)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, table.Write{Kind: table.Put, Key: auditedKey(), Item: item})
	return err
}

// Audited reads what the last audit found.
func (s *Store) Audited(ctx context.Context) (a tally.Audited, err error) {
	item, err := s.table.Get(ctx, auditedKey(), true)
	if err != nil || item == nil {
		return a, err
	}
	return a, table.Decode(item, &a)
}
