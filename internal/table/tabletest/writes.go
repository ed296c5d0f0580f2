package tabletest

import (
	"testing"

	"afterword/internal/table"
)

func (s suite) singleWrites(t *testing.T) {
	t.Run("a put replaces the whole item and returns it", func(t *testing.T) {
		k := key(t, "1")
		s.put(t, k, table.Item{"a": int64(1), "b": "gone"})
		same(t, "the returned item", s.write(t, table.Write{Kind: table.Put, Key: k, Item: table.Item{"a": int64(2)}}), with(k, table.Item{"a": int64(2)}))
		s.stored(t, k, table.Item{"a": int64(2)})
	})
	t.Run("a put of no attributes keeps the key", func(t *testing.T) {
		s.put(t, key(t, "1"), nil)
		s.stored(t, key(t, "1"), table.Item{})
	})
	t.Run("an update sets, adds and removes and returns the whole new item", func(t *testing.T) {
		k := key(t, "1")
		s.put(t, k, table.Item{"kept": "k", "n": int64(40), "half": 0.5, "set": table.Set{"b"}, "gone": true, "over": "old"})
		got := s.write(t, table.Write{
			Kind: table.Update, Key: k, If: table.Present("kept"),
			Set:    table.Item{"over": "new", "items": []any{"x"}},
			Add:    map[string]int64{"n": 2, "fresh": -7, "half": 1},
			AddTo:  map[string]table.Set{"set": {"c", "a", "b"}, "freshset": {"z"}},
			Remove: []string{"gone", "never there"},
		})
		want := table.Item{
			"kept": "k", "n": int64(42), "fresh": int64(-7), "half": 1.5, "over": "new", "items": []any{"x"},
			"set": table.Set{"a", "b", "c"}, "freshset": table.Set{"z"},
		}
		same(t, "the returned item", got, with(k, want))
		s.stored(t, k, want)
	})
	t.Run("an update makes the item where there is none", func(t *testing.T) {
		k := key(t, "1")
		got := s.write(t, table.Write{Kind: table.Update, Key: k, Set: table.Item{"a": "b"}})
		same(t, "the returned item", got, with(k, table.Item{"a": "b"}))
		s.stored(t, k, table.Item{"a": "b"})
	})
	t.Run("a delete removes the item and finding nothing is success", func(t *testing.T) {
		k := key(t, "1")
		s.put(t, k, table.Item{"a": "b"})
		for range 2 {
			if got := s.write(t, table.Write{Kind: table.Delete, Key: k}); got != nil {
				t.Errorf("a delete returned %v", got)
			}
			s.stored(t, k, nil)
		}
		if got := s.write(t, table.Write{Kind: table.Delete, Key: k, If: table.Equal("a", "b")}); got != nil {
			t.Errorf("a delete returned %v", got)
		}
	})
	t.Run("a failed condition changes nothing and returns the stored item", func(t *testing.T) {
		k, nowhere := key(t, "1"), key(t, "2")
		s.put(t, k, table.Item{"a": "b"})
		stored := with(k, table.Item{"a": "b"})
		for _, w := range []table.Write{
			{Kind: table.Put, Key: k, Item: table.Item{"a": "c"}},
			{Kind: table.Update, Key: k, Set: table.Item{"a": "c"}},
			{Kind: table.Delete, Key: k},
		} {
			w.If = table.Equal("a", "other")
			item, err := s.Write(t.Context(), w)
			if item != nil {
				t.Errorf("a refused write returned %v", item)
			}
			refused(t, err, stored)
		}
		s.stored(t, k, table.Item{"a": "b"})
		_, err := s.Write(t.Context(), table.Write{Kind: table.Put, Key: nowhere, If: table.Present("a")})
		refused(t, err, nil)
		s.stored(t, nowhere, nil)
	})
	t.Run("the writer is kept with the item", func(t *testing.T) {
		k := key(t, "1")
		got := s.write(t, table.Write{Kind: table.Put, Key: k, Item: table.Item{"a": "b"}, Writer: "w1"})
		same(t, "the returned item", got, with(k, table.Item{"a": "b", table.AttrWriter: "w1"}))
		s.write(t, table.Write{Kind: table.Update, Key: k, Set: table.Item{"a": "c"}, Writer: "w2"})
		s.stored(t, k, table.Item{"a": "c", table.AttrWriter: "w2"})
		s.write(t, table.Write{Kind: table.Update, Key: k, Set: table.Item{"a": "d"}})
		s.stored(t, k, table.Item{"a": "d", table.AttrWriter: "w2"})
	})
	t.Run("many items are read at once, in the order of the keys", func(t *testing.T) {
		var keys []table.Key
		var want []table.Item
		for i := range 230 { // more than two of DynamoDB's batches
			k := in(t, []table.Name{table.Feedback, table.Scorebook}[i%2], serial(i))
			keys = append(keys, k)
			want = append(want, nil)
			if i%10 != 3 {
				want[i] = with(k, table.Item{"i": int64(i)})
			}
		}
		s.fill(t, keys, func(i int) table.Item {
			if want[i] == nil {
				return nil
			}
			return table.Item{"i": int64(i)}
		})
		keys, want = append(keys, keys[7]), append(want, want[7]) // a key that is asked for twice
		for _, strong := range []bool{true, false} {
			got, err := s.BatchGet(t.Context(), keys, strong)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "what was read", got, want)
		}
		if got, err := s.BatchGet(t.Context(), nil, true); err != nil || len(got) != 0 {
			t.Errorf("no keys give %v, %v", got, err)
		}
	})
}

// fill puts items by transactions of 100; nil leaves one out.
func (s suite) fill(t *testing.T, keys []table.Key, item func(i int) table.Item) {
	t.Helper()
	var writes []table.Write
	for i, k := range keys {
		if attrs := item(i); attrs != nil {
			writes = append(writes, table.Write{Kind: table.Put, Key: k, Item: attrs})
		}
	}
	for len(writes) > 0 {
		n := min(len(writes), table.MaxTransaction)
		s.transact(t, writes[:n]...)
		writes = writes[n:]
	}
}
