package table_test

import (
	"testing"

	"afterword/internal/table"
)

func TestSequencesSortAsNumbers(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{
		{"9", "10", -1},
		{"820400000000000023767", "20500000000000000910398", -1},
		{"000000000000000000002", "1", 1},
		{"0000000000000000000021", "21", 0},
		{"", "1", -1},
		{"100", "99", 1},
	} {
		if got := table.CompareSequences(row.a, row.b); got != row.want {
			t.Errorf("CompareSequences(%q, %q) = %d, want %d", row.a, row.b, got, row.want)
		}
		if got := table.CompareSequences(row.b, row.a); got != -row.want {
			t.Errorf("CompareSequences(%q, %q) = %d, want %d", row.b, row.a, got, -row.want)
		}
	}
}
