package tabletest

import (
	"math"
	"strings"
	"testing"

	"afterword/internal/fault"
	"afterword/internal/table"
)

func (s suite) refusals(t *testing.T) {
	k := key(t, "1")
	put := func(item table.Item) table.Write { return table.Write{Kind: table.Put, Key: k, Item: item} }
	update := func(set table.Item) table.Write { return table.Write{Kind: table.Update, Key: k, Set: set} }
	under := func(c table.Condition) table.Write { return table.Write{Kind: table.Delete, Key: k, If: c} }
	for _, c := range []struct {
		name  string
		write table.Write
		alone bool // in a transaction it is allowed
	}{
		{"an empty partition", table.Write{Kind: table.Put, Key: table.Key{Table: table.Feedback, Sort: "s"}}, false},
		{"an empty sort key", table.Write{Kind: table.Put, Key: table.Key{Table: table.Feedback, Partition: "p"}}, false},
		{"an unknown table", table.Write{Kind: table.Put, Key: table.Key{Table: "Other", Partition: "p", Sort: "s"}}, false},
		{"a partition of 2049 bytes", table.Write{Kind: table.Put, Key: table.Key{Table: table.Feedback, Partition: strings.Repeat("p", 2049), Sort: "s"}}, false},
		{"a sort key of 1025 bytes", table.Write{Kind: table.Put, Key: table.Key{Table: table.Feedback, Partition: "p", Sort: strings.Repeat("s", 1025)}}, false},
		{"a key that is not UTF-8", table.Write{Kind: table.Put, Key: table.Key{Table: table.Feedback, Partition: "p\xff", Sort: "s"}}, false},
		{"a key attribute in a put", put(table.Item{table.AttrPartition: "p"}), false},
		{"a key attribute in an update", update(table.Item{table.AttrSort: "s"}), false},
		{"the writer as an attribute", put(table.Item{table.AttrWriter: "w"}), false},
		{"an int", put(table.Item{"a": 1}), false},
		{"a struct", put(table.Item{"a": struct{}{}}), false},
		{"a list of strings", put(table.Item{"a": []string{"x"}}), false},
		{"an int in a list in a map", put(table.Item{"a": map[string]any{"b": []any{1}}}), false},
		{"not a number", put(table.Item{"a": math.NaN()}), false},
		{"infinity", update(table.Item{"a": math.Inf(-1)}), false},
		{"a number that is too large", put(table.Item{"a": 1e126}), false},
		{"a number that is too small", put(table.Item{"a": -1e-131}), false},
		{"text that is not UTF-8", put(table.Item{"a": "\xff"}), false},
		{"an element that is not UTF-8", put(table.Item{"a": table.Set{"\xff"}}), false},
		{"an empty set in a list", put(table.Item{"a": []any{table.Set{}}}), false},
		{"an attribute without a name", put(table.Item{"": "a"}), false},
		{"a name without letters in a map", put(table.Item{"a": map[string]any{"": "b"}}), false},
		{"a time to live that is text", put(table.Item{table.AttrExpires: "1"}), false},
		{"a number on an index", put(table.Item{table.Agenda.Sort: int64(1)}), false},
		{"empty text on an index", update(table.Item{table.Listing.Partition: ""}), false},
		{"adding to an index", table.Write{Kind: table.Update, Key: k, If: table.All(), Add: map[string]int64{table.Agenda.Sort: 1}}, false},
		{"changing one attribute twice", table.Write{Kind: table.Update, Key: k, Set: table.Item{"a": "b"}, Remove: []string{"a"}}, false},
		{"removing one attribute twice", table.Write{Kind: table.Update, Key: k, Remove: []string{"a", "a"}}, false},
		{"adding a number and text to one attribute", table.Write{Kind: table.Update, Key: k, If: table.All(), Add: map[string]int64{"a": 1}, AddTo: map[string]table.Set{"a": {"x"}}}, false},
		{"removing a key", table.Write{Kind: table.Update, Key: k, Remove: []string{table.AttrSort}}, false},
		{"an update that changes nothing", update(nil), false},
		{"adding nothing to a set", table.Write{Kind: table.Update, Key: k, AddTo: map[string]table.Set{"a": {}}}, false},
		{"an update with an item", table.Write{Kind: table.Update, Key: k, Item: table.Item{"a": "b"}, Set: table.Item{"a": "b"}}, false},
		{"a put that sets", table.Write{Kind: table.Put, Key: k, Set: table.Item{"a": "b"}}, false},
		{"a delete with an item", table.Write{Kind: table.Delete, Key: k, Item: table.Item{"a": "b"}}, false},
		{"a kind that is none", table.Write{Kind: 9, Key: k}, false},
		{"ordering by a bool", under(table.CompareCondition{Attr: "a", Op: table.OpLess, Value: true}), false},
		{"comparing with an int", under(table.Equal("a", 1)), false},
		{"comparing with nil", under(table.Equal("a", nil)), false},
		{"a comparison that is none", under(table.CompareCondition{Attr: "a", Op: "<>", Value: "x"}), false},
		{"a condition on no attribute", under(table.Absent("")), false},
		{"nil among conditions", under(table.All(nil)), false},
		{"adding to a number without a condition", table.Write{Kind: table.Update, Key: k, Add: map[string]int64{"n": 1}, Writer: "w"}, true},
		{"a check by itself", table.Write{Kind: table.Check, Key: k, If: table.Absent("a")}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Write(t.Context(), c.write)
			isFault(t, err, fault.Invalid)
			if err := s.Transact(t.Context(), []table.Write{c.write}); c.alone {
				if err != nil {
					t.Errorf("in a transaction: %v", err)
				}
			} else {
				isFault(t, err, fault.Invalid)
			}
		})
	}
	t.Run("a check without a condition", func(t *testing.T) {
		isFault(t, s.Transact(t.Context(), []table.Write{{Kind: table.Check, Key: k}}), fault.Invalid)
	})
	t.Run("adding to what has another type", func(t *testing.T) { s.wrongTypes(t) })
	t.Run("reading a key that is none", func(t *testing.T) {
		_, err := s.Get(t.Context(), table.Key{Table: table.Feedback, Partition: "p"}, true)
		isFault(t, err, fault.Invalid)
		_, err = s.BatchGet(t.Context(), []table.Key{k, {Table: "Other", Partition: "p", Sort: "s"}}, true)
		isFault(t, err, fault.Invalid)
	})
}

func (s suite) wrongTypes(t *testing.T) {
	k := key(t, "1")
	s.put(t, k, table.Item{"text": "x", "n": int64(1)})
	for _, w := range []table.Write{
		{Kind: table.Update, Key: k, If: table.All(), Add: map[string]int64{"text": 1}},
		{Kind: table.Update, Key: k, AddTo: map[string]table.Set{"n": {"x"}}},
	} {
		_, err := s.Write(t.Context(), w)
		isFault(t, err, fault.Invalid)
		isFault(t, s.Transact(t.Context(), []table.Write{w}), fault.Invalid)
	}
	s.stored(t, k, table.Item{"text": "x", "n": int64(1)})
}
