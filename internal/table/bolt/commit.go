package bolt

import (
	"errors"

	"go.etcd.io/bbolt"
)

// change is one writer's part of a commit. run is called once; an error that it returns undoes the whole commit, so it returns
// none for a refusal, which it reports through its closure before it has changed anything.
type change struct {
	run  func(tx *bbolt.Tx) error
	done chan struct{}
	err  error
}

var errAborted = errors.New("the commit was aborted")

// commit runs the change in a bbolt transaction and waits until it is on the disk. Whoever gets the turn commits for everybody
// who waits: a lone writer never waits for others, and many share one fsync.
func (d *DB) commit(run func(tx *bbolt.Tx) error) error {
	c := &change{run: run, done: make(chan struct{}), err: errAborted}
	d.mu.Lock()
	d.pending = append(d.pending, c)
	d.mu.Unlock()
	select {
	case <-c.done:
	case d.turn <- struct{}{}:
		d.commitPending()
		<-c.done // by this turn or by the one before
	}
	return c.err
}

// commitPending uses the turn and gives it back, also when a change panics.
func (d *DB) commitPending() {
	defer func() { <-d.turn }()
	d.mu.Lock()
	together := d.pending
	d.pending = nil
	d.mu.Unlock()
	if len(together) == 0 {
		return
	}
	defer func() {
		for _, c := range together {
			close(c.done)
		}
	}()
	err := d.bolt.Update(func(tx *bbolt.Tx) error {
		for _, c := range together {
			if err := c.run(tx); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range together {
		c.err = err
	}
}
