package table_test

import (
	"strings"
	"testing"

	"afterword/internal/table"
)

// The rule is the price list's: Amazon DynamoDB developer guide, "DynamoDB item sizes and formats".
func TestTheSizeOfAnItem(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		size  int // of the value; its name is one byte
	}{
		{"text", "hello", 5},
		{"text in UTF-8", "调查", 6},
		{"empty text", "", 0},
		{"zero", int64(0), 1},
		{"one digit", int64(7), 2},
		{"two digits", int64(42), 2},
		{"three digits", int64(427), 3},
		{"zeroes at the end are not significant", int64(4200000), 2},
		{"a negative number", int64(-42), 3},
		{"a float", 0.5, 2},
		{"a float with five digits", -1.2345, 5},
		{"a small float", 1e-100, 2},
		{"true", true, 1},
		{"null", nil, 1},
		{"bytes", []byte{1, 2, 3}, 3},
		{"a set", table.Set{"a", "bc"}, 3},
		{"an empty list", []any{}, 3},
		{"a list", []any{"a", int64(42)}, 3 + 1 + 1 + 1 + 2},
		{"a map", map[string]any{"ab": "c"}, 3 + 1 + 2 + 1},
		{"a list in a map", map[string]any{"a": []any{true}}, 3 + 1 + 1 + 3 + 1 + 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := table.Size(table.Item{"n": c.value}); got != 1+c.size {
				t.Errorf("it is %d bytes, wanted %d", got, 1+c.size)
			}
		})
	}
	if got := table.Size(table.Item{"pk": "part", "sk": "s", "äb": strings.Repeat("x", 100)}); got != 6+3+3+100 {
		t.Errorf("an item is %d bytes", got)
	}
	if table.Size(nil) != 0 {
		t.Error("nothing has a size")
	}
}
