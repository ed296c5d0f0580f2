package table_test

import (
	"testing"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// A cursor comes back from strangers: whatever they send is refused or is a place in the range that was asked for.
func FuzzCursor(f *testing.F) {
	plain := table.Query{Table: table.Feedback, Partition: "p", From: "b", To: "y"}
	indexed := plain
	indexed.Index = &table.Listing
	at := table.Item{table.AttrPartition: "item", table.AttrSort: "m", table.Listing.Partition: "p", table.Listing.Sort: "m"}
	f.Add(plain.Cursor(at), false)
	f.Add(indexed.Cursor(at), true)
	f.Add(table.Part{Table: table.Feedback, Segments: 1}.Cursor(at), false)
	f.Add("eyJvZiI6IiIsImF0IjpbXX0", false)
	f.Fuzz(func(t *testing.T, start string, onIndex bool) {
		q, sort := plain, table.AttrSort
		if onIndex {
			q, sort = indexed, table.Listing.Sort
		}
		if q.Start = start; start == "" {
			return
		}
		item, err := q.Begin()
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		place, _ := item[sort].(string)
		if place < q.From || place > q.To {
			t.Fatalf("it leads to %q", place)
		}
		q.Start = q.Cursor(item)
		if again, err := q.Begin(); err != nil || again[sort] != item[sort] {
			t.Fatalf("its own cursor leads to %v, %v", again, err)
		}
	})
}
