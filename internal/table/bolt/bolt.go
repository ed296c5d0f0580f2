// Package bolt keeps the tables in one bbolt file on one machine: the engine of the local runner, of most tests and of anybody who
// wants Afterword without a cloud. It promises what table.Table promises and keeps it as DynamoDB does; what is stricter here (index
// reads are never late, transactions never conflict) nobody may lean on, and the contract suite runs on both.
//
// # The file
//
// One bucket for each table (key: partition and sort; value: the other attributes), one for each index (key: the keys of entry and
// item, no value), and:
//
//	expires      time to live and key of every item that has one: what Expire walks
//	feed         the changes of Feedback by sequence, written by the transaction that makes them, kept until Trim
//	meta         the format of the file
//
// A write that returned is on the disk (unless NoSync). Writers that come while another one is committing share the next commit.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// format changes when a file of before can no longer be read.
const format = "1"

// lockPatience is how long Open waits for another process to let go of the file.
const lockPatience = time.Second

var (
	bucketExpires = []byte("expires")
	bucketFeed    = []byte("feed")
	bucketMeta    = []byte("meta")
	keyFormat     = []byte("format")
)

// Options of Open. The zero value is what the local runner uses.
type Options struct {
	Meter  *table.Meter
	NoSync bool             // do not wait for the disk: a crash of the machine may lose what was written
	Now    func() time.Time // the time that changes are stamped with; nil: the clock
}

// DB is one open file. It is safe for concurrent use.
type DB struct {
	open      sync.RWMutex // held for writing while Compact replaces the file
	bolt      *bbolt.DB
	path      string
	meter     *table.Meter
	now       func() time.Time
	temporary string // the folder to remove on Close

	turn    chan struct{} // held by who commits
	mu      sync.Mutex
	pending []*change
}

var (
	_ table.Table = (*DB)(nil)
	_ table.Feed  = (*DB)(nil)
)

// Open opens the file at path, and makes it and its folder if they are not there. With the path "" nothing is kept: the file is a
// temporary one that Close removes. It fails when another process has the file open.
func Open(path string, opts Options) (*DB, error) {
	d := &DB{meter: opts.Meter, now: opts.Now, turn: make(chan struct{}, 1)}
	if d.now == nil {
		d.now = time.Now
	}
	if path == "" {
		folder, err := os.MkdirTemp("", "afterword-")
		if err != nil {
			return nil, fmt.Errorf("open a temporary table file: %w", err)
		}
		d.temporary, path, opts.NoSync = folder, filepath.Join(folder, "tables.bolt"), true
	}
	d.path = path
	if err := d.start(opts.NoSync); err != nil {
		return nil, errors.Join(err, d.removeTemporary())
	}
	return d, nil
}

// start opens the file.
func (d *DB) start(noSync bool) error {
	path := d.path
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("open the table file: %w", err)
	}
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:      lockPatience,
		NoSync:       noSync,
		FreelistType: bbolt.FreelistMapType,
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return fmt.Errorf("open the table file: %s is in use by another process; stop it first or use another data folder", path)
	}
	if err != nil {
		return fmt.Errorf("open the table file %s: %w", path, err)
	}
	if err := b.Update(prepareFile); err != nil {
		return errors.Join(fmt.Errorf("open the table file %s: %w", path, err), b.Close())
	}
	d.bolt = b
	return nil
}

func prepareFile(tx *bbolt.Tx) error {
	for _, name := range [][]byte{bucketExpires, bucketFeed, bucketMeta, tableBucket(table.Feedback), tableBucket(table.Scorebook)} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	for _, name := range []table.Name{table.Feedback, table.Scorebook} {
		for _, ix := range table.Indexes(name) {
			if err := prepareIndex(tx, name, ix); err != nil {
				return err
			}
		}
	}
	meta := tx.Bucket(bucketMeta)
	switch found := string(meta.Get(keyFormat)); found {
	case "":
		return meta.Put(keyFormat, []byte(format))
	case format:
		return nil
	default:
		return fmt.Errorf("it has format %q, this program reads format %q", found, format)
	}
}

// prepareIndex makes an index that is not there, of the items that are: a file of before has fewer indexes.
func prepareIndex(tx *bbolt.Tx, name table.Name, ix table.Index) error {
	if tx.Bucket(indexBucket(name, ix)) != nil {
		return nil
	}
	bucket, err := tx.CreateBucket(indexBucket(name, ix))
	if err != nil {
		return err
	}
	return tx.Bucket(tableBucket(name)).ForEach(func(key, value []byte) error {
		item, err := decodeStored(key, value)
		if err != nil {
			return err
		}
		return storeEntry(bucket, ix, nil, item)
	})
}

// Close waits for running reads and writes and closes the file.
func (d *DB) Close() error {
	d.open.RLock()
	defer d.open.RUnlock()
	return errors.Join(d.bolt.Close(), d.removeTemporary())
}

// view reads from the file as it is at one moment.
func (d *DB) view(read func(tx *bbolt.Tx) error) error {
	d.open.RLock()
	defer d.open.RUnlock()
	return d.bolt.View(read)
}

func (d *DB) removeTemporary() error {
	if d.temporary == "" {
		return nil
	}
	return os.RemoveAll(d.temporary)
}

// SetNoSync stops or starts waiting for the disk with each commit, so that a lot can be written quickly. Sync before relying on it.
func (d *DB) SetNoSync(on bool) {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	d.bolt.NoSync = on // who has the turn is not in the middle of Compact
}

// Sync waits until everything written so far is on the disk.
func (d *DB) Sync() error {
	d.open.RLock()
	defer d.open.RUnlock()
	return d.bolt.Sync()
}

// live refuses a call whose caller is gone.
func live(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fault.Wrap(fault.Transient, err, "the call was given up before it was made")
	}
	return nil
}
