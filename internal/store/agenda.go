package store

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/table"
)

var (
	_ agenda.Shelf = (*Store)(nil)
	_ agenda.Lease = AgendaLease{}
)

// Due returns a page of what is due on a shard.
func (s *Store) Due(ctx context.Context, shard int, by time.Time, limit int, start string) ([]agenda.Entry, string, error) {
	page, err := s.table.Query(ctx, table.Query{
		Table:     table.Feedback,
		Index:     &table.Agenda,
		Partition: agendaShard(shard),
		To:        stamp(by) + "$", // the next character after the '#' that ends the time of an entry
		Limit:     limit,
		Start:     start,
	})
	if err != nil {
		return nil, "", fmt.Errorf("read a shard of the agenda: %w", err)
	}
	entries := make([]agenda.Entry, 0, len(page.Items))
	for _, item := range page.Items {
		if entry, ok := entryOf(item); ok {
			entries = append(entries, entry)
		}
	}
	return entries, page.Next, nil
}

// AgendaLease is the lease of those who walk the agenda.
type AgendaLease struct{ Store *Store }

const agendaLease = "agenda"

// Acquire takes the lease. A walker that asks again for what it holds already gets it.
func (l AgendaLease) Acquire(ctx context.Context, owner string, now, until time.Time) (bool, error) {
	return l.write(ctx, table.Write{
		Kind: table.Update,
		Set:  table.Item{"owner": owner, "until": stamp(until)},
		If:   table.Any(table.Absent("owner"), table.Equal("owner", owner), table.AtMost("until", stamp(now))),
	})
}

// Renew prolongs the lease.
func (l AgendaLease) Renew(ctx context.Context, owner string, until time.Time) (bool, error) {
	return l.write(ctx, table.Write{
		Kind: table.Update,
		Set:  table.Item{"until": stamp(until)},
		If:   table.Equal("owner", owner),
	})
}

// Release gives the lease back. One that is somebody else's by now is left alone.
func (l AgendaLease) Release(ctx context.Context, owner string) error {
	_, err := l.write(ctx, table.Write{Kind: table.Update, Remove: []string{"owner", "until"}, If: table.Equal("owner", owner)})
	return err
}

func (l AgendaLease) write(ctx context.Context, w table.Write) (bool, error) {
	w.Key, w.Writer = leaseKey(agendaLease), newWriter()
	_, err := l.Store.table.Write(ctx, w)
	if _, held := table.Stored(err); held {
		return false, nil
	}
	return err == nil, err
}
