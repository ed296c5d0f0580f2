package tabletest

import (
	"strings"
	"testing"

	"afterword/internal/table"
)

// metering holds the meters of the engines to the price list and so to each other. What DynamoDB does not tell (the old item of
// an update, what a transaction made of an updated one) is left to the engine and not in this table.
func metering(t *testing.T, engine Engine) {
	meter := &table.Meter{}
	tables, feed := engine.OpenMetered(t, meter)
	s := suite{Table: tables, feed: feed}
	at := func(sort string) table.Key { return table.Key{Table: table.Feedback, Partition: t.Name(), Sort: sort} }
	k := at("1")
	kb := func(n int) table.Item { // an item of just n KB
		item := table.Item{"a": ""}
		item["a"] = strings.Repeat("x", n*1024-table.Size(with(k, item)))
		return item
	}
	due := table.Item{table.Agenda.Partition: t.Name(), table.Agenda.Sort: "2026"}
	later := table.Item{table.Agenda.Partition: t.Name(), table.Agenda.Sort: "2027"}
	put := func(item table.Item) func(*testing.T) {
		return func(t *testing.T) { s.put(t, k, item) }
	}
	transact := func(writes ...table.Write) func(*testing.T) {
		return func(t *testing.T) { s.transact(t, writes...) }
	}
	batch := func(strong bool, keys ...table.Key) func(*testing.T) {
		return func(t *testing.T) {
			if _, err := s.BatchGet(t.Context(), keys, strong); err != nil {
				t.Error(err)
			}
		}
	}
	query := func(q table.Query) func(*testing.T) {
		q.Table, q.Partition = table.Feedback, k.Partition
		return func(t *testing.T) { s.all(t, q) }
	}
	for _, c := range []struct {
		name   string
		call   func(*testing.T)
		reads  float64
		writes int64
		calls  map[table.Operation]int64
	}{
		{"a small put", put(nil), 0, 1, map[table.Operation]int64{table.PutOperation: 1}},
		{"a put of 1 KB", put(kb(1)), 0, 1, map[table.Operation]int64{table.PutOperation: 1}},
		{"a put of 5 KB", put(kb(5)), 0, 5, map[table.Operation]int64{table.PutOperation: 1}},
		{"the same again", put(kb(5)), 0, 5, map[table.Operation]int64{table.PutOperation: 1}},
		{"a smaller one in its place costs as the larger", put(kb(2)), 0, 5, map[table.Operation]int64{table.PutOperation: 1}},
		{"a small update of a larger item", func(t *testing.T) {
			s.write(t, table.Write{Kind: table.Update, Key: k, Set: table.Item{"b": true}})
		}, 0, 3, map[table.Operation]int64{table.UpdateOperation: 1}},
		{"a refused write", func(t *testing.T) {
			_, err := s.Write(t.Context(), table.Write{Kind: table.Delete, Key: k, If: table.Absent("a")})
			refused(t, err, s.get(t, k))
		}, 1, 3, map[table.Operation]int64{table.DeleteOperation: 1, table.GetOperation: 1}},
		{"a strong read", func(t *testing.T) { s.get(t, k) }, 1, 0, map[table.Operation]int64{table.GetOperation: 1}},
		{"an item that comes onto an index", put(due), 0, 4, map[table.Operation]int64{table.PutOperation: 1}},
		{"one that stays on it", put(due), 0, 1, map[table.Operation]int64{table.PutOperation: 1}},
		{"one that moves on it", put(later), 0, 3, map[table.Operation]int64{table.PutOperation: 1}},
		{"one that leaves it", put(nil), 0, 2, map[table.Operation]int64{table.PutOperation: 1}},
		{"a delete", func(t *testing.T) { s.write(t, table.Write{Kind: table.Delete, Key: k}) }, 0, 1, map[table.Operation]int64{table.DeleteOperation: 1}},
		{"a delete that finds nothing", func(t *testing.T) { s.write(t, table.Write{Kind: table.Delete, Key: k}) }, 0, 1, map[table.Operation]int64{table.DeleteOperation: 1}},
		{"a transaction costs twice, an index does not", transact(
			table.Write{Kind: table.Put, Key: k, Item: due},
			table.Write{Kind: table.Put, Key: at("2"), Item: kb(3)},
			table.Write{Kind: table.Update, Key: in(t, table.Scorebook, "3"), Add: map[string]int64{"n": 1}},
			table.Write{Kind: table.Check, Key: at("4"), If: table.Absent("a")},
		), 0, 2 + 1 + 6 + 2 + 2, map[table.Operation]int64{table.TransactOperation: 1}},
		{"a cancelled one costs as much, without indexes", func(t *testing.T) {
			err := s.Transact(t.Context(), []table.Write{
				{Kind: table.Put, Key: at("5"), Item: due},
				{Kind: table.Put, Key: at("6"), Item: kb(2)},
				{Kind: table.Check, Key: at("2"), If: table.Absent("a")},
			})
			if _, ok := table.AsCancelled(err); !ok {
				t.Errorf("the error is %v", err)
			}
		}, 0, 2 + 4 + 6, map[table.Operation]int64{table.TransactOperation: 1}},
		{"a strong batch counts each item for itself", func(t *testing.T) {
			s.put(t, at("5"), kb(5))
			batch(true, k, at("2"), at("nowhere"), at("5"), k)(t)
		}, 1 + 1 + 1 + 2, 5, map[table.Operation]int64{table.BatchGetOperation: 1, table.PutOperation: 1}},
		{"any other costs half", batch(false, k, at("5")), 1.5, 0, map[table.Operation]int64{table.BatchGetOperation: 1}},
		{"a query counts its items together", query(table.Query{From: "2", To: "5", Strong: true}), 2, 0, map[table.Operation]int64{table.QueryOperation: 1}},
		{"half as much when it is not strong", query(table.Query{From: "2", To: "5"}), 1, 0, map[table.Operation]int64{table.QueryOperation: 1}},
		{"a query that finds nothing", query(table.Query{From: "x"}), 0.5, 0, map[table.Operation]int64{table.QueryOperation: 1}},
		{"a query of an index", query(table.Query{Index: &table.Agenda}), 0.5, 0, map[table.Operation]int64{table.QueryOperation: 1}},
		{"a range the wrong way round is free", query(table.Query{From: "x", To: "a"}), 0, 0, map[table.Operation]int64{}},
		{"no keys are free", batch(true), 0, 0, map[table.Operation]int64{}},
		{"a refusal before anything was sent is free", func(t *testing.T) {
			_, _ = s.Write(t.Context(), table.Write{Kind: table.Put})
		}, 0, 0, map[table.Operation]int64{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := meter.Snapshot()
			c.call(t)
			same(t, "the use", meter.Snapshot().Sub(before), table.Use{ReadUnits: c.reads, WriteUnits: c.writes, Calls: c.calls})
		})
	}
}
