package tabletest

import (
	"testing"

	"afterword/internal/table"
)

// entries reads an index until it shows the items that are expected, because reads of it may be late.
func (s suite) entries(t *testing.T, q table.Query, want []string) {
	t.Helper()
	var got []string
	for range 500 {
		items, _ := s.all(t, q)
		if got = sorts(items); len(got) == len(want) {
			break
		}
	}
	same(t, "the index", got, want)
}

func (s suite) indexes(t *testing.T) {
	due := func(t *testing.T, shard, at string) table.Item {
		return table.Item{table.Agenda.Partition: t.Name() + shard, table.Agenda.Sort: at, "other": "attribute"}
	}
	agenda := func(t *testing.T, shard string) table.Query {
		return table.Query{Table: table.Feedback, Index: &table.Agenda, Partition: t.Name() + shard}
	}
	t.Run("an item is on it while it carries both attributes", func(t *testing.T) {
		k := key(t, "1")
		s.put(t, k, table.Item{table.Agenda.Partition: t.Name()})
		s.entries(t, agenda(t, ""), nil)
		s.write(t, table.Write{Kind: table.Update, Key: k, Set: table.Item{table.Agenda.Sort: "2026"}})
		s.entries(t, agenda(t, ""), []string{"1"})
		s.write(t, table.Write{Kind: table.Update, Key: k, Remove: []string{table.Agenda.Partition}})
		s.entries(t, agenda(t, ""), nil)
		s.put(t, k, due(t, "", "2027"))
		s.entries(t, agenda(t, ""), []string{"1"})
		s.transact(t, table.Write{Kind: table.Put, Key: k})
		s.entries(t, agenda(t, ""), nil)
		s.put(t, k, due(t, "", "2028"))
		s.write(t, table.Write{Kind: table.Delete, Key: k})
		s.entries(t, agenda(t, ""), nil)
	})
	t.Run("an entry moves with its item", func(t *testing.T) {
		s.put(t, key(t, "1"), due(t, "A", "2026"))
		s.put(t, key(t, "2"), due(t, "A", "2027"))
		s.entries(t, agenda(t, "A"), []string{"1", "2"})
		s.write(t, table.Write{Kind: table.Update, Key: key(t, "1"), Set: table.Item{table.Agenda.Sort: "2028"}})
		s.write(t, table.Write{Kind: table.Update, Key: key(t, "2"), Set: table.Item{table.Agenda.Partition: t.Name() + "B"}})
		s.entries(t, agenda(t, "A"), []string{"1"})
		s.entries(t, agenda(t, "B"), []string{"2"})
	})
	t.Run("it holds the keys and nothing else", func(t *testing.T) {
		k := key(t, "1")
		s.put(t, k, due(t, "", "2026"))
		s.entries(t, agenda(t, ""), []string{"1"})
		items, _ := s.all(t, agenda(t, ""))
		same(t, "the entry", items, []table.Item{with(k, table.Item{table.Agenda.Partition: t.Name(), table.Agenda.Sort: "2026"})})
	})
	t.Run("the indexes do not mix, and Scorebook has none", func(t *testing.T) {
		item := due(t, "", "2026")
		item[table.Listing.Partition], item[table.Listing.Sort] = t.Name(), "listed"
		s.put(t, key(t, "1"), item)
		s.put(t, in(t, table.Scorebook, "2"), due(t, "", "2026"))
		s.put(t, key(t, "3"), table.Item{table.Listing.Partition: t.Name(), table.Listing.Sort: "later"})
		s.put(t, key(t, "4"), table.Item{table.Also.Partition: t.Name(), table.Also.Sort: "2026"})
		listing := agenda(t, "")
		listing.Index = &table.Listing
		s.entries(t, agenda(t, ""), []string{"1"})
		s.entries(t, listing, []string{"3", "1"})
		also := agenda(t, "")
		also.Index = &table.Also
		s.entries(t, also, []string{"4"})
	})
	t.Run("ranges and pages, both ways, with items due at the same time", func(t *testing.T) {
		for i := range 12 {
			k := table.Key{Table: table.Feedback, Partition: t.Name() + serial(i), Sort: serial(i / 4)}
			s.put(t, k, due(t, "", "2026-0"+serial(i / 4)[3:]))
		}
		q := agenda(t, "")
		s.entries(t, q, []string{"0000", "0000", "0000", "0000", "0001", "0001", "0001", "0001", "0002", "0002", "0002", "0002"})
		for _, limit := range []int{0, 1, 3, 4, 5} {
			q.Limit, q.From, q.To = limit, "2026-00", "2026-01"
			items, _ := s.all(t, q)
			same(t, "up to a time", sorts(items), []string{"0000", "0000", "0000", "0000", "0001", "0001", "0001", "0001"})
			seen := map[string]bool{}
			for _, item := range items {
				seen[item.Key(table.Feedback).Partition] = true
			}
			if len(seen) != 8 {
				t.Errorf("limit %d: %d different items, wanted 8", limit, len(seen))
			}
			q.From, q.To, q.Descending = "2026-01", "", true
			items, _ = s.all(t, q)
			same(t, "from a time, latest first", sorts(items), []string{"0002", "0002", "0002", "0002", "0001", "0001", "0001", "0001"})
			q.Descending = false
		}
	})
}
