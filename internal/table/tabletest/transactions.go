package tabletest

import (
	"fmt"
	"strings"
	"testing"

	"afterword/internal/fault"
	"afterword/internal/table"
)

func serial(i int) string { return fmt.Sprintf("%04d", i) }

func (s suite) transactions(t *testing.T) {
	t.Run("every kind of write, over both tables, all at once", func(t *testing.T) {
		put, update, gone, checked := key(t, "put"), in(t, table.Scorebook, "update"), key(t, "gone"), in(t, table.Scorebook, "checked")
		s.put(t, gone, nil)
		s.put(t, checked, table.Item{"a": "b"})
		s.transact(t,
			table.Write{Kind: table.Put, Key: put, Item: table.Item{"a": int64(1)}, If: table.Absent(table.AttrPartition), Writer: "w"},
			table.Write{Kind: table.Update, Key: update, Add: map[string]int64{"n": 3}, AddTo: map[string]table.Set{"set": {"x"}}},
			table.Write{Kind: table.Delete, Key: gone, If: table.Present(table.AttrPartition)},
			table.Write{Kind: table.Check, Key: checked, If: table.Equal("a", "b")},
		)
		s.stored(t, put, table.Item{"a": int64(1), table.AttrWriter: "w"})
		s.stored(t, update, table.Item{"n": int64(3), "set": table.Set{"x"}})
		s.stored(t, gone, nil)
		s.stored(t, checked, table.Item{"a": "b"})
	})
	t.Run("reasons come in the order of the writes and nothing is changed", s.cancellation)
	t.Run("100 items go through and 101 do not", s.hundred)
	t.Run("none at all is refused", func(t *testing.T) {
		isFault(t, s.Transact(t.Context(), nil), fault.Invalid)
	})
	t.Run("the same item twice is refused, the same key in both tables is not", func(t *testing.T) {
		k, other := key(t, "1"), in(t, table.Scorebook, "1")
		isFault(t, s.Transact(t.Context(), []table.Write{
			{Kind: table.Put, Key: k}, {Kind: table.Check, Key: k, If: table.Absent("a")},
		}), fault.Invalid)
		s.stored(t, k, nil)
		s.transact(t, table.Write{Kind: table.Put, Key: k}, table.Write{Kind: table.Put, Key: other})
		s.stored(t, other, table.Item{})
	})
	t.Run("more than 4 MB together is too large", func(t *testing.T) {
		var writes []table.Write
		for i := range 11 {
			writes = append(writes, table.Write{Kind: table.Put, Key: key(t, serial(i)), Item: table.Item{"a": strings.Repeat("x", 390*1024)}})
		}
		isFault(t, s.Transact(t.Context(), writes), fault.TooLarge)
		s.stored(t, writes[0].Key, nil)
	})
}

func (s suite) cancellation(t *testing.T) {
	there, nowhere, fine := key(t, "there"), in(t, table.Scorebook, "nowhere"), key(t, "fine")
	s.put(t, there, table.Item{"rev": int64(7)})
	err := s.Transact(t.Context(), []table.Write{
		{Kind: table.Put, Key: fine, Item: table.Item{"a": "b"}},
		{Kind: table.Update, Key: there, Set: table.Item{"rev": int64(6)}, If: table.Less("rev", int64(6))},
		{Kind: table.Delete, Key: nowhere, If: table.Present("a")},
		{Kind: table.Check, Key: key(t, "also nowhere"), If: table.Absent("a")},
		{Kind: table.Check, Key: key(t, "nor here"), If: table.Equal("a", "b")},
	})
	cancelled, ok := table.AsCancelled(err)
	if !ok {
		t.Fatalf("the error is %v, wanted a cancelled transaction", err)
	}
	same(t, "the reasons", cancelled.Reasons, []table.Reason{
		{}, {Code: table.ConditionCode, Stored: with(there, table.Item{"rev": int64(7)})}, {Code: table.ConditionCode}, {}, {Code: table.ConditionCode},
	})
	if cancelled.Retry() {
		t.Error("a failed condition is nothing to try again")
	}
	s.stored(t, fine, nil)
	s.stored(t, there, table.Item{"rev": int64(7)})
}

func (s suite) hundred(t *testing.T) {
	var writes []table.Write
	for i := range table.MaxTransaction + 1 {
		k := in(t, []table.Name{table.Feedback, table.Scorebook}[i%2], serial(i))
		writes = append(writes, table.Write{Kind: table.Update, Key: k, Add: map[string]int64{"n": int64(i)}})
	}
	isFault(t, s.Transact(t.Context(), writes), fault.Invalid)
	s.stored(t, writes[1].Key, nil)
	s.transact(t, writes[:table.MaxTransaction]...)
	for _, i := range []int{0, 1, 98, 99} {
		s.stored(t, writes[i].Key, table.Item{"n": int64(i)})
	}
}
