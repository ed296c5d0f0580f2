package table

import (
	"maps"
	"sync"
)

// Meter counts what an engine's calls cost by the price list's rule, because no engine but the real one charges. A write is the
// larger of the old and the new item in whole KB, twice that in a transaction, and one unit for each index entry that is put or
// removed (a changed entry is both; never doubled). A write whose condition failed costs the same, without indexes, and so does a
// check. A strong read is the item, or all items of a page together, in whole 4 KB; any other read half of that; nothing found
// costs as one. What the SDK sends again is not counted. It is safe for concurrent use, and nil counts nothing.
type Meter struct {
	mu    sync.Mutex
	halfs int64 // half read units
	write int64
	calls map[Operation]int64
}

// Operation is a call of a Table.
type Operation string

// The operations.
const (
	GetOperation      Operation = "get"
	BatchGetOperation Operation = "batch-get"
	QueryOperation    Operation = "query"
	ScanOperation     Operation = "scan"
	PutOperation      Operation = "put"
	UpdateOperation   Operation = "update"
	DeleteOperation   Operation = "delete"
	TransactOperation Operation = "transact"
)

// Operation is the call that makes this write alone.
func (w Write) Operation() Operation {
	switch w.Kind {
	case Put:
		return PutOperation
	case Update:
		return UpdateOperation
	default:
		return DeleteOperation
	}
}

// Use is what was used up: units of the price list, and calls.
type Use struct {
	ReadUnits  float64 // in halves
	WriteUnits int64
	Calls      map[Operation]int64
}

// Sub is what was used since an earlier snapshot.
func (u Use) Sub(earlier Use) Use {
	since := Use{
		ReadUnits:  u.ReadUnits - earlier.ReadUnits,
		WriteUnits: u.WriteUnits - earlier.WriteUnits,
		Calls:      map[Operation]int64{},
	}
	for op, n := range u.Calls {
		if n -= earlier.Calls[op]; n != 0 {
			since.Calls[op] = n
		}
	}
	return since
}

// Snapshot is what was used so far.
func (m *Meter) Snapshot() Use {
	if m == nil {
		return Use{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return Use{ReadUnits: float64(m.halfs) / 2, WriteUnits: m.write, Calls: maps.Clone(m.calls)}
}

// Called counts a call. Engines call it once for each call of a Table's method that reaches the data.
func (m *Meter) Called(op Operation) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.calls == nil {
		m.calls = map[Operation]int64{}
	}
	m.calls[op]++
}

// Read counts one read of so many bytes: an item, or all items of a page.
func (m *Meter) Read(bytes int, strong bool) {
	if m == nil {
		return
	}
	halfs := units(bytes, 4096)
	if strong {
		halfs *= 2
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.halfs += halfs
}

// Wrote counts a change of an item, its index entries included. old and new are nil where there is none.
func (m *Meter) Wrote(name Name, old, new Item, transaction bool) {
	n := writeUnits(max(Size(old), Size(new)), transaction)
	for _, ix := range Indexes(name) {
		before, after := ix.Entry(old), ix.Entry(new)
		if before != nil && after != nil && before[ix.Partition] == after[ix.Partition] && before[ix.Sort] == after[ix.Sort] {
			continue
		}
		for _, entry := range []Item{before, after} {
			if entry != nil {
				n += units(Size(entry), 1024)
			}
		}
	}
	m.wrote(n)
}

// Refused counts a write that changed nothing: its condition failed on the stored item, or the transaction failed for another
// write's sake (stored is nil then). It is counted by the larger of the stored item and of what the write carries.
func (m *Meter) Refused(w Write, stored Item, transaction bool) {
	m.wrote(writeUnits(max(Size(stored), Size(w.Carried())), transaction))
}

// Carried is the attributes that the write brings, which are all of the new item for a Put and a part of it for an Update.
func (w Write) Carried() Item {
	carried := Item{AttrPartition: w.Key.Partition, AttrSort: w.Key.Sort}
	for _, attrs := range []Item{w.Item, w.Set} {
		maps.Copy(carried, attrs)
	}
	for attr, n := range w.Add {
		carried[attr] = n
	}
	for attr, set := range w.AddTo {
		carried[attr] = set
	}
	if w.Writer != "" {
		carried[AttrWriter] = w.Writer
	}
	return carried
}

func (m *Meter) wrote(n int64) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.write += n
}

func writeUnits(bytes int, transaction bool) int64 {
	if transaction {
		return 2 * units(bytes, 1024)
	}
	return units(bytes, 1024)
}

func units(bytes, unit int) int64 { return max(1, int64((bytes+unit-1)/unit)) }

// Entry is what the index holds for an item: the keys of both. nil if the item does not carry both attributes of the index.
func (ix Index) Entry(item Item) Item {
	p, _ := item[ix.Partition].(string)
	s, _ := item[ix.Sort].(string)
	if p == "" || s == "" {
		return nil
	}
	return Item{AttrPartition: item[AttrPartition], AttrSort: item[AttrSort], ix.Partition: p, ix.Sort: s}
}
