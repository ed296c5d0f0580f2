package store

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/table"
)

// customerAttributes are those of the row that may be absent, but for the revision.
var customerAttributes = []string{"address", "name", "language", "zone", "since", "agreed", "refused", "status", "status_at", "open_cases", "asks", "invited"}

// Customer reads a customer's row, strongly. Faults: NotFound, Transient.
func (s *Store) Customer(ctx context.Context, id customer.ID) (customer.Customer, error) {
	item, err := s.table.Get(ctx, customerKey(id), true)
	if err != nil {
		return customer.Customer{}, fmt.Errorf("read a customer: %w", err)
	}
	if item == nil {
		return customer.Customer{}, fault.New(fault.NotFound, "there is no such customer")
	}
	return customerOf(item)
}

func customerOf(item table.Item) (customer.Customer, error) {
	var c customer.Customer
	if err := table.Decode(item, &c); err != nil {
		return c, fmt.Errorf("read a customer: %w", err)
	}
	return c, nil
}

// customerWrite makes the row what c says and raises its revision, if the revision is still the one that c was read with (0: there
// was no row). Attributes that c does not know stay.
func customerWrite(c customer.Customer) (table.Write, error) {
	set, err := table.Encode(c)
	if err != nil {
		return table.Write{}, fmt.Errorf("write a customer: %w", err)
	}
	delete(set, "revision")
	w := table.Write{
		Kind:   table.Update,
		Key:    customerKey(c.ID),
		Set:    set,
		Add:    map[string]int64{"revision": 1},
		If:     asRead("revision", c.Revision),
		Writer: newWriter(),
	}
	for _, attr := range customerAttributes {
		if _, there := set[attr]; !there {
			w.Remove = append(w.Remove, attr)
		}
	}
	return w, nil
}

// asRead holds while a counter is what it was when it was read; 0: it was not there.
func asRead(attr string, counter int64) table.Condition {
	if counter == 0 {
		return table.Absent(attr)
	}
	return table.Equal(attr, counter)
}

// Suppress stops all mail to a customer, known so far or not, and tells whether that is news: a status that weighs as much or more
// stays as it is. Faults: Invalid (not a status that suppresses), Transient.
func (s *Store) Suppress(ctx context.Context, id customer.ID, status customer.Status, at time.Time) (bool, error) {
	less, ok := status.Weaker()
	if !ok {
		return false, fault.New(fault.Invalid, "%q is not a status that stops mail", status)
	}
	replaces := table.AnyCondition{table.Absent("status")}
	for _, s := range less {
		replaces = append(replaces, table.Equal("status", string(s)))
	}
	_, err := s.table.Write(ctx, table.Write{
		Kind:   table.Update,
		Key:    customerKey(id),
		Set:    table.Item{"id": string(id), "status": string(status), "status_at": stamp(at)},
		Add:    map[string]int64{"revision": 1},
		If:     replaces,
		Writer: newWriter(),
	})
	if _, stays := table.Stored(err); stays {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("suppress a customer: %w", err)
	}
	return true, nil
}
