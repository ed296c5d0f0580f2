package esm_test

import (
	"context"
	"maps"
	"slices"

	"afterword/internal/table"
)

// memory is the least table that counting works on, fast enough for tens of thousands of schedules: one goroutine, keys without
// indexes, nothing checked that the contract suite checks. Conditions and changes are the engines' own (table.Holds, table.Apply).
type memory struct {
	partitions map[table.Name]map[string]*partition
}

// partition holds items in order of their sort keys.
type partition struct {
	sorts []string
	items map[string]table.Item
}

func newMemory() *memory {
	return &memory{map[table.Name]map[string]*partition{table.Feedback: {}, table.Scorebook: {}}}
}

func (m *memory) stored(key table.Key) table.Item {
	if p := m.partitions[key.Table][key.Partition]; p != nil {
		return p.items[key.Sort]
	}
	return nil
}

func (m *memory) put(key table.Key, item table.Item) {
	p := m.partitions[key.Table][key.Partition]
	if p == nil {
		p = &partition{items: map[string]table.Item{}}
		m.partitions[key.Table][key.Partition] = p
	}
	at, there := slices.BinarySearch(p.sorts, key.Sort)
	switch {
	case item == nil && there:
		p.sorts = slices.Delete(p.sorts, at, at+1)
		delete(p.items, key.Sort)
	case item != nil && !there:
		p.sorts = slices.Insert(p.sorts, at, key.Sort)
		fallthrough
	case item != nil:
		p.items[key.Sort] = item
	}
}

func (m *memory) Get(_ context.Context, key table.Key, _ bool) (table.Item, error) {
	return m.stored(key), nil
}

func (m *memory) BatchGet(_ context.Context, keys []table.Key, _ bool) ([]table.Item, error) {
	items := make([]table.Item, len(keys))
	for i, key := range keys {
		items[i] = m.stored(key)
	}
	return items, nil
}

func (m *memory) Query(_ context.Context, q table.Query) (page table.Page, err error) {
	p := m.partitions[q.Table][q.Partition]
	if p == nil {
		return page, nil
	}
	from := max(q.From, q.Start)
	at, found := slices.BinarySearch(p.sorts, from)
	if found && q.Start != "" {
		at++
	}
	for ; at < len(p.sorts) && (q.To == "" || p.sorts[at] <= q.To); at++ {
		if q.Limit > 0 && len(page.Items) == q.Limit {
			page.Next = p.sorts[at-1]
			break
		}
		page.Items = append(page.Items, p.items[p.sorts[at]])
	}
	return page, nil
}

func (m *memory) Scan(_ context.Context, name table.Name, start string, limit, _, _ int) (page table.Page, err error) {
	for _, of := range slices.Sorted(maps.Keys(m.partitions[name])) {
		p := m.partitions[name][of]
		for _, sort := range p.sorts {
			key := of + "\x00" + sort
			switch {
			case start != "" && key <= start:
			case limit > 0 && len(page.Items) == limit:
				return page, nil
			default:
				page.Items, page.Next = append(page.Items, p.items[sort]), key
			}
		}
	}
	page.Next = ""
	return page, nil
}

func (m *memory) Write(ctx context.Context, w table.Write) (table.Item, error) {
	stored := m.stored(w.Key)
	if !table.Holds(w.If, stored) {
		return table.Refused(w, stored)
	}
	item, err := table.Apply(w, stored)
	if err == nil {
		m.put(w.Key, item)
	}
	return item, err
}

func (m *memory) Transact(_ context.Context, writes []table.Write) error {
	if _, err := table.PrepareAll(writes); err != nil {
		return err
	}
	reasons, refused := make([]table.Reason, len(writes)), false
	for i, w := range writes {
		if stored := m.stored(w.Key); !table.Holds(w.If, stored) {
			reasons[i], refused = table.Reason{Code: table.ConditionCode, Stored: stored}, true
		}
	}
	if refused {
		return table.RefusedAll(writes, reasons)
	}
	for _, w := range writes {
		item, err := table.Apply(w, m.stored(w.Key))
		if err != nil {
			return err
		}
		m.put(w.Key, item)
	}
	return nil
}
