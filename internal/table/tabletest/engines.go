// Package tabletest is for tests: the contract that both engines of package table keep, the engines to run any test on, and Faults,
// which makes an engine as unreliable as a network.
//
// A test that must hold on both engines reads
//
//	for _, engine := range tabletest.Engines(t) {
//		t.Run(engine.Name, func(t *testing.T) {
//			tables, feed := engine.Open(t)
//			...
//		})
//	}
//
// bolt is always there. DynamoDB is there when AFTERWORD_DYNAMODB_ENDPOINT names DynamoDB Local, which scripts/dynamodb-local/run
// starts for the command that it is given.
package tabletest

import (
	"context"
	"sync/atomic"
	"testing"

	"afterword/internal/table"
	"afterword/internal/table/bolt"
)

// Engine makes fresh, empty tables, which are gone when the test ends.
type Engine struct {
	Name string
	make func(t testing.TB, meter *table.Meter, loss *loss) (table.Table, table.Feed)
}

// Open makes the tables and their feed.
func (e Engine) Open(t testing.TB) (table.Table, table.Feed) { return e.make(t, nil, nil) }

// OpenMetered makes the tables with a meter.
func (e Engine) OpenMetered(t testing.TB, meter *table.Meter) (table.Table, table.Feed) {
	return e.make(t, meter, nil)
}

// Engines lists the engines that are here.
func Engines(t testing.TB) []Engine {
	t.Helper()
	if endpoint() == "" {
		return []Engine{Bolt}
	}
	return []Engine{Bolt, Dynamo}
}

// Bolt is the engine in one file: here a temporary one, without waiting for the disk.
var Bolt = Engine{Name: "bolt", make: makeBolt}

func makeBolt(t testing.TB, meter *table.Meter, loss *loss) (table.Table, table.Feed) {
	t.Helper()
	db, err := bolt.Open("", bolt.Options{Meter: meter})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if loss != nil {
		return resending{db, loss}, db
	}
	return db, db
}

// loss lets a test lose the answer of the next write.
type loss struct{ armed atomic.Bool }

func (l *loss) arm()        { l.armed.Store(true) }
func (l *loss) taken() bool { return l.armed.Swap(false) }

// resending loses answers on an engine without a network: it does what the SDK would, and sends the same write again. A
// transaction that is sent again has its token, by which DynamoDB knows it.
type resending struct {
	table.Table
	loss *loss
}

func (r resending) Write(ctx context.Context, w table.Write) (table.Item, error) {
	if r.loss.taken() {
		_, _ = r.Table.Write(ctx, w) // the answer that nobody gets
	}
	return r.Table.Write(ctx, w)
}

func (r resending) Transact(ctx context.Context, writes []table.Write) error {
	err := r.Table.Transact(ctx, writes)
	if _, cancelled := table.AsCancelled(err); r.loss.taken() && cancelled {
		return r.Table.Transact(ctx, writes)
	}
	return err
}
