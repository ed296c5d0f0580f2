package tabletest

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// Contract holds an engine to what package table promises. It reads as the specification of both engines.
func Contract(t *testing.T, engine Engine) {
	l := &loss{}
	tables, feed := engine.make(t, nil, l)
	s := suite{Table: tables, feed: feed, at: map[string]string{}, loss: l}
	for _, group := range []struct {
		name  string
		holds func(suite, *testing.T)
	}{
		{"conditions", suite.conditions},
		{"single writes", suite.singleWrites},
		{"what is refused", suite.refusals},
		{"transactions", suite.transactions},
		{"values", suite.values},
		{"sizes", suite.sizes},
		{"queries", suite.queries},
		{"indexes", suite.indexes},
		{"scans", suite.scans},
		{"cursors", suite.cursors},
		{"any sequence of writes", suite.sequences},
		{"the feed", suite.changes},
		{"lost answers", suite.lostAnswers},
		{"writers at the same time", suite.concurrency},
	} {
		t.Run(group.name, func(t *testing.T) { group.holds(s, t) })
	}
	t.Run("the meter", func(t *testing.T) { metering(t, engine) })
}

type suite struct {
	table.Table
	feed table.Feed
	at   map[string]string // how far the feed was read, by shard
	loss *loss
}

// key is a key that no other test uses.
func key(t testing.TB, sort string) table.Key { return in(t, table.Feedback, sort) }

func in(t testing.TB, name table.Name, sort string) table.Key {
	return table.Key{Table: name, Partition: t.Name(), Sort: sort}
}

// with is the item as it is read: with its keys, and its writer if it has one.
func with(k table.Key, attrs table.Item) table.Item {
	item := table.Item{table.AttrPartition: k.Partition, table.AttrSort: k.Sort}
	for name, value := range attrs {
		item[name] = value
	}
	return item
}

func (s suite) put(t testing.TB, k table.Key, attrs table.Item) {
	t.Helper()
	s.write(t, table.Write{Kind: table.Put, Key: k, Item: attrs})
}

func (s suite) write(t testing.TB, w table.Write) table.Item {
	t.Helper()
	item, err := s.Write(t.Context(), w)
	if err != nil {
		t.Fatalf("write %s: %v", w.Key, err)
	}
	return item
}

func (s suite) transact(t testing.TB, writes ...table.Write) {
	t.Helper()
	if err := s.Transact(t.Context(), writes); err != nil {
		t.Fatalf("transact: %v", err)
	}
}

func (s suite) get(t testing.TB, k table.Key) table.Item {
	t.Helper()
	item, err := s.Get(t.Context(), k, true)
	if err != nil {
		t.Fatalf("get %s: %v", k, err)
	}
	return item
}

// stored checks what is stored under a key; nil is nothing.
func (s suite) stored(t testing.TB, k table.Key, attrs table.Item) {
	t.Helper()
	var want table.Item
	if attrs != nil {
		want = with(k, attrs)
	}
	same(t, fmt.Sprintf("the item %q", k.Sort), s.get(t, k), want)
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return // cmp takes for ever on what is nested deeply
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s is not as it should be (- wanted, + is):\n%s", what, diff)
	}
}

func isFault(t testing.TB, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || !fault.Is(err, kind) {
		t.Errorf("the error is %v, wanted a fault of kind %s", err, kind)
	}
}

// refused checks that a write's condition failed, and the stored item with it.
func refused(t testing.TB, err error, stored table.Item) {
	t.Helper()
	got, ok := table.Stored(err)
	if !ok {
		t.Fatalf("the error is %v, wanted a failed condition", err)
	}
	same(t, "the stored item of the failed condition", got, stored)
}
