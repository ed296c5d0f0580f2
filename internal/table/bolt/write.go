package bolt

import (
	"bytes"
	"context"
	"fmt"

	"go.etcd.io/bbolt"

	"afterword/internal/table"
)

// Write makes one change, as table.Table says.
func (d *DB) Write(ctx context.Context, w table.Write) (table.Item, error) {
	w, err := table.Prepare(w)
	if err != nil {
		return nil, err
	}
	if err := live(ctx); err != nil {
		return nil, err
	}
	d.meter.Called(w.Operation())
	var after table.Item
	var refusal error
	err = d.commit(func(tx *bbolt.Tx) error {
		before, err := load(tx, w.Key)
		if err != nil {
			return err
		}
		if !table.Holds(w.If, before) {
			d.meter.Refused(w, before, false)
			after, refusal = table.Refused(w, before)
			return nil
		}
		if after, refusal = table.Apply(w, before); refusal != nil {
			return nil
		}
		d.meter.Wrote(w.Key.Table, before, after, false)
		return d.store(tx, w.Key, before, after, false)
	})
	if err != nil {
		return nil, fmt.Errorf("write an item: %w", err)
	}
	return after, refusal
}

// Transact makes all changes or none, as table.Table says.
func (d *DB) Transact(ctx context.Context, writes []table.Write) error {
	writes, err := table.PrepareAll(writes)
	if err != nil {
		return err
	}
	if err := live(ctx); err != nil {
		return err
	}
	d.meter.Called(table.TransactOperation)
	var refusal error
	err = d.commit(func(tx *bbolt.Tx) error {
		before, after, refused, err := d.decide(tx, writes)
		if refusal = refused; err != nil || before == nil {
			return err
		}
		for i, w := range writes {
			d.meter.Wrote(w.Key.Table, before[i], after[i], true)
			if err := d.store(tx, w.Key, before[i], after[i], false); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write a transaction: %w", err)
	}
	return refusal
}

// decide reads all items of a transaction and works out what becomes of them, and changes nothing. before is nil when nothing is to
// be changed, with the refusal, or without one when the same transaction was applied before.
func (d *DB) decide(tx *bbolt.Tx, writes []table.Write) (before, after []table.Item, refusal, err error) {
	before, after = make([]table.Item, len(writes)), make([]table.Item, len(writes))
	reasons := make([]table.Reason, len(writes))
	failed := false
	for i, w := range writes {
		if before[i], err = load(tx, w.Key); err != nil {
			return nil, nil, nil, err
		}
		if !table.Holds(w.If, before[i]) {
			reasons[i] = table.Reason{Code: table.ConditionCode, Stored: before[i]}
			failed = true
		}
	}
	if failed {
		for i, w := range writes {
			d.meter.Refused(w, reasons[i].Stored, true)
		}
		return nil, nil, table.RefusedAll(writes, reasons), nil
	}
	for i, w := range writes {
		if after[i], refusal = table.Apply(w, before[i]); refusal != nil {
			return nil, nil, refusal, nil
		}
	}
	return before, after, nil, nil
}

func load(tx *bbolt.Tx, key table.Key) (table.Item, error) {
	raw := tx.Bucket(tableBucket(key.Table)).Get(itemKey(key.Partition, key.Sort))
	if raw == nil {
		return nil, nil
	}
	return decodeItem(raw, key.Partition, key.Sort)
}

// store puts the item after in the place of the item before, with all that follows from it: index entries, time to live, feed.
func (d *DB) store(tx *bbolt.Tx, key table.Key, before, after table.Item, expired bool) error {
	var old, new []byte
	if before != nil {
		old = appendItem(nil, before)
	}
	if after != nil {
		new = appendItem(nil, after)
	}
	if (before == nil) == (after == nil) && bytes.Equal(old, new) {
		return nil
	}
	if err := storeItem(tx.Bucket(tableBucket(key.Table)), itemKey(key.Partition, key.Sort), new); err != nil {
		return err
	}
	for _, ix := range table.Indexes(key.Table) {
		if err := storeEntry(tx.Bucket(indexBucket(key.Table, ix)), ix, before, after); err != nil {
			return err
		}
	}
	if err := storeExpiry(tx.Bucket(bucketExpires), key, before, after); err != nil {
		return err
	}
	if key.Table != table.Feedback {
		return nil
	}
	return d.record(tx, record{at: d.now().Unix(), key: key, old: old, new: new, expired: expired})
}

func storeItem(bucket *bbolt.Bucket, key, item []byte) error {
	if item == nil {
		return bucket.Delete(key)
	}
	return bucket.Put(key, item)
}

func storeEntry(bucket *bbolt.Bucket, ix table.Index, before, after table.Item) error {
	was, is := ix.Entry(before), ix.Entry(after)
	var from, to []byte
	if was != nil {
		from = entryKey(ix, was)
	}
	if is != nil {
		to = entryKey(ix, is)
	}
	return replaceKey(bucket, from, to)
}

func storeExpiry(bucket *bbolt.Bucket, key table.Key, before, after table.Item) error {
	var from, to []byte
	if was, ok := before[table.AttrExpires].(int64); ok {
		from = expiryKey(was, key)
	}
	if is, ok := after[table.AttrExpires].(int64); ok {
		to = expiryKey(is, key)
	}
	return replaceKey(bucket, from, to)
}

// replaceKey takes one key without a value out of a bucket and puts another in; nil is none.
func replaceKey(bucket *bbolt.Bucket, from, to []byte) error {
	if bytes.Equal(from, to) {
		return nil
	}
	if from != nil {
		if err := bucket.Delete(from); err != nil {
			return err
		}
	}
	if to == nil {
		return nil
	}
	return bucket.Put(to, nil)
}
