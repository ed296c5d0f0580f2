package bolt

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"testing"

	"afterword/internal/table"
)

// A damaged file gives an error, never a panic, a hang or a huge allocation; and an item has one encoding.
func FuzzDecodeItem(f *testing.F) {
	for _, item := range []table.Item{
		{},
		{"a": "b", "n": int64(math.MinInt64), "f": 0.1, "t": true, "x": false, "z": nil, "b": []byte{0, 1}},
		{"s": table.Set{"a", "b"}, "l": []any{"x", []any{}, map[string]any{"d": int64(1)}}, "m": map[string]any{}},
	} {
		f.Add(appendItem(nil, item))
	}
	f.Add([]byte{tagMap, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add(bytes.Repeat([]byte{tagList, 1}, 200))
	f.Fuzz(func(t *testing.T, raw []byte) {
		item, err := decodeItem(raw, "p", "s")
		if err != nil {
			return
		}
		again, err := decodeItem(appendItem(nil, item), "p", "s")
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if first, second := appendItem(nil, item), appendItem(nil, again); !bytes.Equal(first, second) {
			t.Fatalf("%v has two encodings", item)
		}
	})
}

func FuzzKeysSortAsTheirPartsDo(f *testing.F) {
	f.Add("a", "b", "a\x00", "b")
	f.Add("\x00", "\x00\x01", "\x00\x00", "\xff")
	f.Add("a", "\x00", "a\x00\x01", "")
	f.Fuzz(func(t *testing.T, p1, s1, p2, s2 string) {
		a, b := itemKey(p1, s1), itemKey(p2, s2)
		if got, want := bytes.Compare(a, b), slices.Compare([]string{p1, s1}, []string{p2, s2}); got != want {
			t.Errorf("%q,%q and %q,%q compare as %d, wanted %d", p1, s1, p2, s2, got, want)
		}
		if p, s, err := cutItemKey(a); err != nil || p != p1 || s != s1 {
			t.Errorf("%q,%q comes back as %q,%q, %v", p1, s1, p, s, err)
		}
		entry := table.Item{table.Agenda.Partition: p1, table.Agenda.Sort: s1, table.AttrPartition: p2, table.AttrSort: s2}
		if back, err := cutEntryKey(table.Agenda, entryKey(table.Agenda, entry)); err != nil || !reflect.DeepEqual(back, entry) {
			t.Errorf("%v comes back as %v, %v", entry, back, err)
		}
	})
}
