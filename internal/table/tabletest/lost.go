package tabletest

import (
	"testing"

	"afterword/internal/table"
)

// lostAnswers: a write was applied, its answer was lost, the SDK sent it again. The caller learns that it was applied, and it
// counts once.
func (s suite) lostAnswers(t *testing.T) {
	unless := table.Absent(table.AttrPartition)
	for _, c := range []struct {
		name   string
		before table.Item // nil: there is none
		write  table.Write
		after  table.Item
	}{
		{"a put", nil, table.Write{Kind: table.Put, Item: table.Item{"a": "b"}}, table.Item{"a": "b"}},
		{"a put under a condition that it makes false", nil,
			table.Write{Kind: table.Put, Item: table.Item{"a": "b"}, If: unless, Writer: "me"}, table.Item{"a": "b", table.AttrWriter: "me"}},
		{"an update", table.Item{"a": "b"}, table.Write{Kind: table.Update, Set: table.Item{"a": "c"}, Remove: []string{"x"}}, table.Item{"a": "c"}},
		{"an update under a condition that it makes false", table.Item{"rev": int64(1)},
			table.Write{Kind: table.Update, Set: table.Item{"rev": int64(2)}, If: table.Equal("rev", int64(1)), Writer: "me"},
			table.Item{"rev": int64(2), table.AttrWriter: "me"}},
		{"an add under a condition that it makes false", table.Item{"rev": int64(1)},
			table.Write{Kind: table.Update, Add: map[string]int64{"rev": 1}, If: table.Equal("rev", int64(1)), Writer: "me"},
			table.Item{"rev": int64(2), table.AttrWriter: "me"}},
		{"an add under a condition that stays true counts once", table.Item{"state": "open", table.AttrExpires: int64(4e9)},
			table.Write{Kind: table.Update, Add: map[string]int64{"rev": 1}, If: table.Equal("state", "open"), Writer: "me"},
			table.Item{"state": "open", table.AttrExpires: int64(4e9), "rev": int64(1), table.AttrWriter: "me"}},
		{"adding to a set", table.Item{"set": table.Set{"a"}},
			table.Write{Kind: table.Update, AddTo: map[string]table.Set{"set": {"b"}}}, table.Item{"set": table.Set{"a", "b"}}},
		{"a delete", table.Item{"a": "b"}, table.Write{Kind: table.Delete}, nil},
		{"a delete under a condition", table.Item{"a": "b"}, table.Write{Kind: table.Delete, If: table.Equal("a", "b")}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.write.Key = key(t, "1")
			if c.before != nil {
				s.put(t, c.write.Key, c.before)
			}
			s.loss.arm()
			got := s.write(t, c.write)
			s.lost(t)
			var want table.Item
			if c.after != nil {
				want = with(c.write.Key, c.after)
			}
			same(t, "the returned item", got, want)
			s.stored(t, c.write.Key, c.after)
			if changes := s.recorded(t, t.Name()); len(changes) != 2 && (c.before != nil || len(changes) != 1) {
				t.Errorf("the feed has %d changes", len(changes))
			}
		})
	}
	t.Run("a transaction counts once", func(t *testing.T) {
		put, count := key(t, "put"), in(t, table.Scorebook, "count")
		s.put(t, key(t, "gone"), nil)
		s.loss.arm()
		s.transact(t,
			table.Write{Kind: table.Put, Key: put, If: unless, Writer: "me"},
			table.Write{Kind: table.Update, Key: count, Add: map[string]int64{"n": 1}},
			table.Write{Kind: table.Delete, Key: key(t, "gone"), If: table.Present(table.AttrPartition)})
		s.lost(t)
		s.stored(t, put, table.Item{table.AttrWriter: "me"})
		s.stored(t, count, table.Item{"n": int64(1)})
		s.stored(t, key(t, "gone"), nil)
	})
	t.Run("a transaction that is sent again without its token is known by its writer", func(t *testing.T) {
		put, count := key(t, "put"), in(t, table.Scorebook, "count")
		for range 3 {
			s.transact(t,
				table.Write{Kind: table.Put, Key: put, If: unless, Writer: "me"},
				table.Write{Kind: table.Update, Key: count, Add: map[string]int64{"n": 1}, Writer: "me"})
		}
		s.stored(t, count, table.Item{"n": int64(1), table.AttrWriter: "me"})
	})
	t.Run("a refusal that is lost is a refusal", func(t *testing.T) {
		k := key(t, "1")
		s.write(t, table.Write{Kind: table.Put, Key: k, Writer: "somebody else"})
		s.loss.arm()
		_, err := s.Write(t.Context(), table.Write{Kind: table.Put, Key: k, Item: table.Item{"a": "b"}, If: unless, Writer: "me"})
		s.lost(t)
		refused(t, err, with(k, table.Item{table.AttrWriter: "somebody else"}))
		s.loss.arm()
		err = s.Transact(t.Context(), []table.Write{{Kind: table.Put, Key: k, If: unless, Writer: "me"}})
		s.lost(t)
		if _, ok := table.AsCancelled(err); !ok {
			t.Errorf("the error is %v, wanted a cancelled transaction", err)
		}
	})
	t.Run("a writer is not taken for another", func(t *testing.T) {
		k := key(t, "1")
		s.put(t, k, nil)
		_, err := s.Write(t.Context(), table.Write{Kind: table.Put, Key: k, If: unless})
		refused(t, err, with(k, nil)) // neither has one
	})
}

// lost checks that the answer was lost indeed.
func (s suite) lost(t *testing.T) {
	t.Helper()
	if s.loss.taken() {
		t.Fatal("no answer was lost: this test proves nothing")
	}
}
