package store

import (
	"context"
	"strings"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/table"
	"afterword/internal/touchpoint"
)

var (
	_ touchpoint.Rotas = (*Store)(nil)
	_ touchpoint.Crowd = (*Store)(nil)
)

var errNoRota = fault.New(fault.NotFound, "the touchpoint has had no turns yet")

// Rota reads how far a touchpoint has come with its customers.
func (s *Store) Rota(ctx context.Context, name string) (r touchpoint.Rota, err error) {
	if err = s.read(ctx, rotaKey(name), &r, errNoRota); fault.Is(err, fault.NotFound) {
		err = nil
	}
	return r, err
}

// KeepRota keeps it, on the agenda or not.
func (s *Store) KeepRota(ctx context.Context, r touchpoint.Rota, due time.Time) (bool, error) {
	as := asRead("revision", r.Revision)
	r.Revision++
	item, err := table.Encode(r)
	if err != nil {
		return false, err
	}
	if !due.IsZero() {
		for attr, value := range agendaAttributes(agenda.Entry{Due: due, Kind: agenda.Turns, Key: r.Touchpoint}) {
			item[attr] = value
		}
	}
	return s.applies(ctx, table.Write{Kind: table.Put, Key: rotaKey(r.Touchpoint), Item: item, If: as})
}

// Customers scans the table that the customers are in, between everything else: no ordinary visit pays for a list of them.
func (s *Store) Customers(ctx context.Context, place string) (page touchpoint.CustomersPage, err error) {
	found, err := s.table.Scan(ctx, table.Feedback, place, 0, 0, 1)
	if err != nil {
		return page, err
	}
	for _, item := range found.Items {
		if key := item.Key(table.Feedback); !strings.HasPrefix(key.Partition, "C#") || key.Sort != "profile" {
			continue
		}
		c, err := customerOf(item)
		if err != nil {
			page.Unreadable++
			continue
		}
		page.Customers = append(page.Customers, c)
	}
	page.Next = found.Next
	return page, nil
}
