package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// shard is the only shard of the feed.
const shard = "local"

// record is a change as the file keeps it.
type record struct {
	at       int64 // unix seconds: DynamoDB's streams tell no more
	key      table.Key
	old, new []byte // nil: there was none; there is none now
	expired  bool
}

func sequenceText(n uint64) string { return fmt.Sprintf("%021d", n) }

// sequenceKey is the key in the file, the same digits as text.
func sequenceKey(sequence string) ([]byte, error) {
	if len(sequence) != 21 || bytes.ContainsFunc([]byte(sequence), func(r rune) bool { return r < '0' || r > '9' }) {
		return nil, fault.New(fault.Invalid, "a sequence number of this feed has 21 digits")
	}
	return []byte(sequence), nil
}

func (d *DB) record(tx *bbolt.Tx, r record) error {
	bucket := tx.Bucket(bucketFeed)
	n, err := bucket.NextSequence()
	if err != nil {
		return err
	}
	raw := binary.AppendVarint(nil, r.at)
	raw = appendText(appendText(raw, r.key.Partition), r.key.Sort)
	flags := byte(0)
	for bit, set := range []bool{r.old != nil, r.new != nil, r.expired} {
		if set {
			flags |= 1 << bit
		}
	}
	raw = appendText(appendText(append(raw, flags), r.old), r.new)
	bucket.FillPercent = 1 // keys only ever come at the end
	return bucket.Put([]byte(sequenceText(n)), raw)
}

func decodeRecord(sequence, raw []byte) (change table.Change, err error) {
	r := reader{rest: raw}
	change = table.Change{Sequence: string(sequence), At: time.Unix(varint(&r, binary.Varint), 0).UTC()}
	change.Key = table.Key{Table: table.Feedback, Partition: string(r.text()), Sort: string(r.text())}
	flags := r.take(1)
	old, new := r.text(), r.text()
	if r.err != nil {
		return change, r.err
	}
	if flags[0]&1 != 0 {
		if change.Old, err = decodeItem(old, change.Key.Partition, change.Key.Sort); err != nil {
			return change, err
		}
	}
	if flags[0]&2 != 0 {
		change.New, err = decodeItem(new, change.Key.Partition, change.Key.Sort)
	}
	change.Expired = flags[0]&4 != 0
	return change, err
}

// Shards names the one shard of the feed.
func (d *DB) Shards(ctx context.Context) ([]string, error) { return []string{shard}, live(ctx) }

// Read returns changes in order, as table.Feed says. What was trimmed is passed over.
func (d *DB) Read(ctx context.Context, of, after string, limit int) (changes []table.Change, err error) {
	if of != shard || limit < 1 {
		return nil, fault.New(fault.Invalid, "the feed is read from its shard %q, at least one change at a time", shard)
	}
	var from []byte
	if after != "" {
		if from, err = sequenceKey(after); err != nil {
			return nil, err
		}
		from = append(from, 0)
	}
	if err := live(ctx); err != nil {
		return nil, err
	}
	err = d.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketFeed).Cursor()
		for key, raw := c.Seek(from); key != nil && len(changes) < limit; key, raw = c.Next() {
			change, err := decodeRecord(key, raw)
			if err != nil {
				return err
			}
			changes = append(changes, change)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	return changes, nil
}

// Trim forgets the changes up to a sequence number and with it.
func (d *DB) Trim(upTo string) error {
	last, err := sequenceKey(upTo)
	if err != nil {
		return err
	}
	err = d.commit(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketFeed).Cursor()
		for key, _ := c.First(); key != nil && bytes.Compare(key, last) <= 0; key, _ = c.First() {
			if err := c.Delete(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("trim the feed: %w", err)
	}
	return nil
}

// expireTogether is how many items one commit removes.
const expireTogether = 500

// Expire removes the items whose time to live is over, as DynamoDB does by itself some time after, and tells how many. Their
// changes are marked Expired. Nothing is metered: such deletes are free.
func (d *DB) Expire(now time.Time) (removed int, err error) {
	for {
		n := 0
		err := d.commit(func(tx *bbolt.Tx) error {
			due, err := overdue(tx, now.Unix())
			n = len(due)
			for _, key := range due {
				before, err := load(tx, key)
				if err != nil {
					return err
				}
				if err := d.store(tx, key, before, nil, true); err != nil {
					return err
				}
			}
			return err
		})
		if err != nil {
			return removed, fmt.Errorf("remove expired items: %w", err)
		}
		if removed += n; n < expireTogether {
			return removed, nil
		}
	}
}

func overdue(tx *bbolt.Tx, unix int64) (keys []table.Key, err error) {
	c := tx.Bucket(bucketExpires).Cursor()
	for raw, _ := c.First(); raw != nil && len(keys) < expireTogether; raw, _ = c.Next() {
		expires, key, err := cutExpiryKey(raw)
		if err != nil || expires > unix {
			return keys, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}
