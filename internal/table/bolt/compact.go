package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// compactAtOnce is how many bytes a transaction of a copy takes.
const compactAtOnce = 4 << 20

// Compact writes the file anew with nothing in it but what it holds: bbolt leaves what was overwritten or deleted on free pages until
// it needs them. Readers and writers wait. When it breaks off, the file is as it was; the half of a copy beside it is overwritten by
// the next one.
func (d *DB) Compact() (err error) {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	d.open.Lock()
	defer d.open.Unlock()
	defer func() {
		if err != nil {
			err = fmt.Errorf("compact the table file: %w", err)
		}
	}()
	noSync, copied := d.bolt.NoSync, d.path+".compact"
	defer os.Remove(copied) // is there only if something failed
	if err := copyTo(copied, d.bolt); err != nil {
		return err
	}
	if err := d.bolt.Close(); err != nil {
		return err
	}
	// The old file stays until the new one has its name: whatever happens between, one of the two is there.
	if err := os.Rename(copied, d.path); err != nil {
		return errors.Join(err, d.start(noSync))
	}
	return errors.Join(syncFolder(filepath.Dir(d.path)), d.start(noSync))
}

func copyTo(path string, from *bbolt.DB) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	to, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockPatience, NoSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	return errors.Join(bbolt.Compact(to, from, compactAtOnce), to.Sync(), to.Close())
}

// syncFolder makes a rename outlive a crash of the machine.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
