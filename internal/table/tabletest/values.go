package tabletest

import (
	"math"
	"strings"
	"testing"

	"afterword/internal/fault"
	"afterword/internal/table"
)

func (s suite) values(t *testing.T) {
	deep := any("bottom")
	for range 30 {
		deep = []any{deep}
	}
	for _, c := range []struct {
		name       string
		put, reads any
	}{
		{"text", "hello", "hello"},
		{"empty text", "", ""},
		{"unicode", "smörgås 调查 استبيان \U0001F600 e\u0301 \u0000\u001f\u2028</script>\"\\", "smörgås 调查 استبيان \U0001F600 e\u0301 \u0000\u001f\u2028</script>\"\\"},
		{"zero", int64(0), int64(0)},
		{"the largest whole number", int64(math.MaxInt64), int64(math.MaxInt64)},
		{"the smallest whole number", int64(math.MinInt64), int64(math.MinInt64)},
		{"a whole number that float64 does not have", int64(1<<53 + 1), int64(1<<53 + 1)},
		{"a float", 0.1, 0.1},
		{"a negative float", -123.456e-7, -123.456e-7},
		{"the float with the most digits", 1.7976931348623157, 1.7976931348623157},
		{"a large float", 1.2345678901234567e125, 1.2345678901234567e125},
		{"a small float", 1.2345678901234567e-129, 1.2345678901234567e-129},
		{"a float above int64", float64(1 << 63), float64(1 << 63)},
		{"a third", 1.0 / 3, 1.0 / 3},
		{"a whole float becomes an int64", 5.0, int64(5)},
		{"minus zero is zero", math.Copysign(0, -1), int64(0)},
		{"true", true, true},
		{"false", false, false},
		{"null", nil, nil},
		{"bytes", []byte{0, 1, 0xff}, []byte{0, 1, 0xff}},
		{"no bytes", []byte{}, []byte{}},
		{"a set, sorted and without duplicates", table.Set{"b", "a", "b", ""}, table.Set{"", "a", "b"}},
		{"an empty list", []any{}, []any{}},
		{"an empty map", map[string]any{}, map[string]any{}},
		{"a nil list is an empty one", []any(nil), []any{}},
		{"all in each other", map[string]any{"l": []any{int64(1), 2.5, "x", nil, true, map[string]any{"a b": []any{}}, table.Set{"s"}, []byte("b")}, "#:.": ""},
			map[string]any{"l": []any{int64(1), 2.5, "x", nil, true, map[string]any{"a b": []any{}}, table.Set{"s"}, []byte("b")}, "#:.": ""}},
		{"30 levels", deep, deep},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := key(t, "1")
			got := s.write(t, table.Write{Kind: table.Put, Key: k, Item: table.Item{"a": c.put}})
			same(t, "what a put returns", got, with(k, table.Item{"a": c.reads}))
			s.stored(t, k, table.Item{"a": c.reads})
			got = s.write(t, table.Write{Kind: table.Update, Key: k, Set: table.Item{"b": c.put}})
			same(t, "what an update returns", got, with(k, table.Item{"a": c.reads, "b": c.reads}))
		})
	}
	t.Run("an empty set does not exist", func(t *testing.T) {
		k := key(t, "1")
		s.put(t, k, table.Item{"a": table.Set{}, "b": "c"})
		s.stored(t, k, table.Item{"b": "c"})
		s.write(t, table.Write{Kind: table.Update, Key: k, Set: table.Item{"b": table.Set(nil), "c": "d"}})
		s.stored(t, k, table.Item{"c": "d"})
	})
	t.Run("names that mean something elsewhere are names", func(t *testing.T) {
		k := key(t, "1")
		item := table.Item{"size": int64(1), "a.b": "c", "#x": "y", ":v": "w", "a b[0]": "z", "äöü 名": true}
		s.put(t, k, item)
		w := table.Write{Kind: table.Update, Key: k, Set: item, Remove: []string{"name", "with.dot"}, If: table.All(table.Equal("size", int64(1)), table.Present("a.b"), table.Equal("a b[0]", "z"))}
		s.write(t, w)
		s.stored(t, k, item)
	})
	t.Run("what the caller keeps is not shared with the table", func(t *testing.T) {
		k := key(t, "1")
		list := []any{"a"}
		got := s.write(t, table.Write{Kind: table.Put, Key: k, Item: table.Item{"l": list}})
		list[0] = "changed"
		same(t, "the returned item", got, with(k, table.Item{"l": []any{"a"}}))
		s.stored(t, k, table.Item{"l": []any{"a"}})
	})
}

func (s suite) sizes(t *testing.T) {
	const most = 400 * 1024
	item := func(k table.Key, size int) table.Item {
		rest := size - table.Size(with(k, table.Item{"n": int64(12), "a": ""}))
		return table.Item{"n": int64(12), "a": strings.Repeat("x", rest)}
	}
	k := key(t, "1")
	t.Run("an item of 400 KB is kept", func(t *testing.T) {
		s.put(t, k, item(k, most))
		s.stored(t, k, item(k, most))
		s.transact(t, table.Write{Kind: table.Put, Key: k, Item: item(k, most)})
	})
	t.Run("one byte more is too large", func(t *testing.T) {
		over := table.Write{Kind: table.Put, Key: k, Item: item(k, most+1)}
		_, err := s.Write(t.Context(), over)
		isFault(t, err, fault.TooLarge)
		isFault(t, s.Transact(t.Context(), []table.Write{over}), fault.TooLarge)
	})
	t.Run("an update that makes it larger is too large", func(t *testing.T) {
		for _, w := range []table.Write{
			{Kind: table.Update, Key: k, Set: table.Item{"more": strings.Repeat("x", 1024)}},
			{Kind: table.Update, Key: k, AddTo: map[string]table.Set{"more": {strings.Repeat("x", 1024)}}},
			{Kind: table.Update, Key: k, Set: table.Item{"more": strings.Repeat("x", most)}},
		} {
			_, err := s.Write(t.Context(), w)
			isFault(t, err, fault.TooLarge)
			isFault(t, s.Transact(t.Context(), []table.Write{w}), fault.TooLarge)
		}
		s.stored(t, k, item(k, most))
	})
	t.Run("the longest keys", func(t *testing.T) {
		long := table.Key{Table: table.Feedback, Partition: t.Name() + strings.Repeat("p", 2048-len(t.Name())), Sort: strings.Repeat("s", 1024)}
		s.put(t, long, table.Item{"a": "b"})
		s.stored(t, long, table.Item{"a": "b"})
	})
}
