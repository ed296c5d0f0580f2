package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	mathrand "math/rand/v2"
	"time"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// Store keeps the entities on one engine. It is safe for use by several goroutines and holds nothing but the engine, what never
// changes, and for a minute which generation of the counts is read.
type Store struct {
	table table.Table
	pause func(context.Context, time.Duration) error // between tries
	known *known
	book  string // generation whose counts it works on; "": the one that is read, for whoever does not count (see reading)
	codes *codes // of that generation
}

// New returns a store on the engine.
func New(t table.Table) *Store { return NewAt(t, time.Now) }

// NewAt is New, with a clock by which it remembers for a minute which generation is read.
func NewAt(t table.Table, now func() time.Time) *Store {
	return &Store{table: t, pause: pause, known: &known{now: now, codes: map[string]*codes{}}}
}

// newWriter is a fresh name for the writer of one write or transaction (see package table, "Lost answers").
func newWriter() string {
	var id [9]byte
	rand.Read(id[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(id[:])
}

// How often a transaction that met nothing but conflicts and throttles is sent, and the longest first pause between.
const (
	tries      = 5
	firstPause = 20 * time.Millisecond
)

// transact sends a transaction and, while nothing but conflicts and throttles stands against it, sends it again after a pause with
// jitter. A failed condition comes back as a *table.Cancelled; conflicts that do not end are Transient.
func (s *Store) transact(ctx context.Context, writes []table.Write) error {
	for try := 1; ; try++ {
		err := s.table.Transact(ctx, writes)
		cancelled, is := table.AsCancelled(err)
		if !is || !cancelled.Retry() {
			return err
		}
		if try == tries {
			return fault.Wrap(fault.Transient, err, "too many are writing the same thing, try again")
		}
		if err := s.pause(ctx, mathrand.N(firstPause<<try)); err != nil {
			return err
		}
	}
}

// write makes one conditional change and returns the item as it is afterwards, or the *table.ConditionFailed. A passing trouble it
// meets by sending the same write again, with its writer's name, so that it happens once.
func (s *Store) write(ctx context.Context, w table.Write) (table.Item, error) {
	w.Writer = newWriter()
	for try := 1; ; try++ {
		item, err := s.table.Write(ctx, w)
		if try == tries || ctx.Err() != nil || !fault.Is(err, fault.Transient) {
			return item, err
		}
		if err := s.pause(ctx, mathrand.N(firstPause<<try)); err != nil {
			return nil, err
		}
	}
}

// applies makes a write that is an expectation: true if it was made, false if its condition did not hold.
func (s *Store) applies(ctx context.Context, w table.Write) (bool, error) {
	_, err := s.write(ctx, w)
	if _, kept := table.Stored(err); kept {
		return false, nil
	}
	return err == nil, err
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// failed tells which writes of a cancelled transaction failed their condition, with what is stored; nil when err is none of that.
func failed(err error) map[int]table.Item {
	var cancelled *table.Cancelled
	if !errors.As(err, &cancelled) {
		return nil
	}
	var stored map[int]table.Item
	for i, reason := range cancelled.Reasons {
		if reason.Code == table.ConditionCode {
			if stored == nil {
				stored = map[int]table.Item{}
			}
			stored[i] = reason.Stored
		}
	}
	return stored
}
