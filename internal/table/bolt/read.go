package bolt

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"

	"go.etcd.io/bbolt"

	"afterword/internal/table"
)

// pageBytes is how much a page without a limit holds, as in DynamoDB.
const pageBytes = 1 << 20

// Get reads one item, as table.Table says.
func (d *DB) Get(ctx context.Context, key table.Key, strong bool) (table.Item, error) {
	items, err := d.read(ctx, table.GetOperation, []table.Key{key}, strong)
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

// BatchGet reads many items, as table.Table says.
func (d *DB) BatchGet(ctx context.Context, keys []table.Key, strong bool) ([]table.Item, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	return d.read(ctx, table.BatchGetOperation, keys, strong)
}

func (d *DB) read(ctx context.Context, op table.Operation, keys []table.Key, strong bool) ([]table.Item, error) {
	for _, key := range keys {
		if err := table.CheckKey(key); err != nil {
			return nil, err
		}
	}
	if err := live(ctx); err != nil {
		return nil, err
	}
	d.meter.Called(op)
	items := make([]table.Item, len(keys))
	charged := make(map[table.Key]bool, len(keys))
	err := d.view(func(tx *bbolt.Tx) (err error) {
		for i, key := range keys {
			if items[i], err = load(tx, key); err != nil {
				return err
			}
			if !charged[key] {
				charged[key] = true
				d.meter.Read(table.Size(items[i]), strong)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read items: %w", err)
	}
	return items, nil
}

// Query reads a page of a range, as table.Table says.
func (d *DB) Query(ctx context.Context, q table.Query) (table.Page, error) {
	after, err := q.Begin()
	if err != nil {
		return table.Page{}, err
	}
	if err := live(ctx); err != nil || q.Empty() {
		return table.Page{}, err
	}
	d.meter.Called(table.QueryOperation)
	w := walk{bucket: tableBucket(q.Table), limit: q.Limit, descending: q.Descending, decode: decodeStored, keep: everything}
	if q.Index != nil {
		ix := *q.Index
		w.bucket = indexBucket(q.Table, ix)
		w.decode = func(key, _ []byte) (table.Item, error) { return cutEntryKey(ix, key) }
	}
	w.low, w.high = bounds(q)
	if after != nil {
		w.goOn(place(q, after))
	}
	page, err := d.walk(w, q.Cursor, q.Strong)
	if err != nil {
		return page, fmt.Errorf("query: %w", err)
	}
	return page, nil
}

// bounds are the keys from low to before high that a query covers.
func bounds(q table.Query) (low, high []byte) {
	prefix := part(q.Partition)
	low = append(bytes.Clone(prefix), q.From...)
	if q.Index != nil && q.From != "" {
		low = append(bytes.Clone(prefix), part(q.From)...)
	}
	switch {
	case q.To == "":
		high = append(bytes.Clone(prefix[:len(prefix)-1]), end[1]+1)
	case q.Index == nil:
		high = append(append(bytes.Clone(prefix), q.To...), 0)
	default: // every item's key that follows sorts before 0xff, which is no byte of UTF-8
		high = append(append(bytes.Clone(prefix), part(q.To)...), 0xff)
	}
	return low, high
}

func place(q table.Query, item table.Item) []byte {
	if q.Index != nil {
		return entryKey(*q.Index, item)
	}
	key := item.Key(q.Table)
	return itemKey(key.Partition, key.Sort)
}

// Scan reads a page of a table, as table.Table says.
func (d *DB) Scan(ctx context.Context, name table.Name, start string, limit, segment, segments int) (table.Page, error) {
	of := table.Part{Table: name, Segment: segment, Segments: segments}
	after, err := of.Begin(start, limit)
	if err != nil {
		return table.Page{}, err
	}
	if err := live(ctx); err != nil {
		return table.Page{}, err
	}
	d.meter.Called(table.ScanOperation)
	w := walk{bucket: tableBucket(name), limit: limit, decode: decodeStored}
	w.keep = func(key []byte) bool { return segments == 1 || segmentOf(key, segments) == segment }
	if after != nil {
		key := after.Key(name)
		w.goOn(itemKey(key.Partition, key.Sort))
	}
	page, err := d.walk(w, of.Cursor, false)
	if err != nil {
		return page, fmt.Errorf("scan: %w", err)
	}
	return page, nil
}

// segmentOf keeps the items of a partition together, as DynamoDB does.
func segmentOf(key []byte, segments int) int {
	partition, _, _ := bytes.Cut(key, end)
	h := fnv.New32a()
	h.Write(partition)
	return int(h.Sum32() % uint32(segments))
}

// walk is a way through a bucket.
type walk struct {
	bucket     []byte
	low, high  []byte // from low to before high; nil: the bucket's ends
	descending bool
	limit      int
	keep       func(key []byte) bool
	decode     func(key, value []byte) (table.Item, error)
}

func everything([]byte) bool { return true }

func decodeStored(key, value []byte) (table.Item, error) {
	partition, sort, err := cutItemKey(key)
	if err != nil {
		return nil, err
	}
	return decodeItem(value, partition, sort)
}

// goOn leaves out what was read before, up to the key and with it.
func (w *walk) goOn(after []byte) {
	if w.descending {
		w.high = after
	} else {
		w.low = append(after, 0)
	}
}

func (w *walk) keys(c *bbolt.Cursor) func(yield func(key, value []byte) bool) {
	if w.descending {
		return func(yield func(key, value []byte) bool) {
			before := c.Prev
			if k, _ := c.Seek(w.high); k == nil { // beyond the end, where Prev would pass over the last key
				before = c.Last
			}
			k, v := before()
			for ; k != nil && bytes.Compare(k, w.low) >= 0 && yield(k, v); k, v = c.Prev() {
			}
		}
	}
	return func(yield func(key, value []byte) bool) {
		for k, v := c.Seek(w.low); k != nil && (w.high == nil || bytes.Compare(k, w.high) < 0) && yield(k, v); k, v = c.Next() {
		}
	}
}

func (d *DB) walk(w walk, cursor func(table.Item) string, strong bool) (page table.Page, err error) {
	size := 0
	err = d.view(func(tx *bbolt.Tx) error {
		for key, value := range w.keys(tx.Bucket(w.bucket).Cursor()) {
			if !w.keep(key) {
				continue
			}
			item, err := w.decode(key, value)
			if err != nil {
				return err
			}
			page.Items = append(page.Items, item)
			size += table.Size(item)
			if len(page.Items) == w.limit || size >= pageBytes {
				page.Next = cursor(item)
				return nil
			}
		}
		return nil
	})
	d.meter.Read(size, strong)
	return page, err
}
