package tabletest

import (
	"slices"
	"strings"
	"testing"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// awkward are sort keys in the order of their bytes, which is neither that of an alphabet nor that of UTF-16.
var awkward = []string{"\x00", "\x00\x01", "\x01", " ", "#", "0", "00", "1", "10", "2", "A", "Z", "a", "a\x00", "a\x00b", "a\x01", "aa", "z", "~", "å", "é", "名", "\uffff", "\U00010000", "\U0001F600"}

func sorts(items []table.Item) []string {
	var all []string
	for _, item := range items {
		all = append(all, item.Key(table.Feedback).Sort)
	}
	return all
}

// all reads a query to its end, in pages.
func (s suite) all(t *testing.T, q table.Query) (items []table.Item, pages int) {
	t.Helper()
	for {
		page, err := s.Query(t.Context(), q)
		if err != nil {
			t.Fatalf("query: %v", err)
		}
		if q.Limit > 0 && len(page.Items) > q.Limit {
			t.Fatalf("a page of %d items, at most %d were asked for", len(page.Items), q.Limit)
		}
		items, pages = append(items, page.Items...), pages+1
		if page.Next == "" {
			return items, pages
		}
		if pages > 1000 {
			t.Fatal("the pages never end")
		}
		q.Start = page.Next
	}
}

func (s suite) queries(t *testing.T) {
	var keys []table.Key
	for _, sort := range awkward {
		keys = append(keys, key(t, sort))
	}
	s.fill(t, keys, func(int) table.Item { return table.Item{"a": "b"} })
	neighbours := []string{t.Name() + "\x00", t.Name() + "0", t.Name()[:len(t.Name())-1]}
	for _, p := range neighbours {
		s.put(t, table.Key{Table: table.Feedback, Partition: p, Sort: "a"}, nil)
	}
	whole := table.Query{Table: table.Feedback, Partition: t.Name(), Strong: true}
	for _, c := range []struct {
		name     string
		from, to string
		want     []string
	}{
		{"a whole partition, by bytes", "", "", awkward},
		{"from an item", "a", "", awkward[slices.Index(awkward, "a"):]},
		{"to an item", "", "a", awkward[:slices.Index(awkward, "a")+1]},
		{"both ends are in it", "1", "2", []string{"1", "10", "2"}},
		{"between items", "0a", "1z", []string{"1", "10"}},
		{"one item", "10", "10", []string{"10"}},
		{"a prefix", "a", "a\U0010FFFF", []string{"a", "a\x00", "a\x00b", "a\x01", "aa"}},
		{"the wrong way round", "z", "a", nil},
		{"before everything", "", "\x00", []string{"\x00"}},
		{"after everything", "\U0010FFFF", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, limit := range []int{0, 1, 2, 7} {
				q := whole
				q.From, q.To, q.Limit = c.from, c.to, limit
				items, _ := s.all(t, q)
				same(t, "ascending", sorts(items), c.want)
				q.Descending = true
				items, _ = s.all(t, q)
				down := slices.Clone(c.want)
				slices.Reverse(down)
				same(t, "descending", sorts(items), down)
			}
		})
	}
	t.Run("whole items are read", func(t *testing.T) {
		q := whole
		q.From, q.To, q.Strong = "a", "a", false
		items, _ := s.all(t, q)
		same(t, "what was read", items, []table.Item{with(table.Key{Partition: whole.Partition, Sort: "a"}, table.Item{"a": "b"})})
	})
	t.Run("a partition that is not there is empty", func(t *testing.T) {
		items, pages := s.all(t, table.Query{Table: table.Scorebook, Partition: t.Name(), Limit: 3})
		if len(items) != 0 || pages != 1 {
			t.Errorf("it has %d items on %d pages", len(items), pages)
		}
	})
	t.Run("the very last partition, both ways", func(t *testing.T) {
		for i := range 3 {
			s.put(t, table.Key{Table: table.Scorebook, Partition: "\U0010FFFF" + t.Name(), Sort: serial(i)}, nil)
		}
		q := table.Query{Table: table.Scorebook, Partition: "\U0010FFFF" + t.Name()}
		items, _ := s.all(t, q)
		same(t, "ascending", sorts(items), []string{serial(0), serial(1), serial(2)})
		q.Descending = true
		items, _ = s.all(t, q)
		same(t, "descending", sorts(items), []string{serial(2), serial(1), serial(0)})
	})
	t.Run("a page without a limit has an end", func(t *testing.T) {
		for i := range 5 {
			s.put(t, key(t, serial(i)), table.Item{"a": strings.Repeat("x", 300*1024)})
		}
		items, pages := s.all(t, table.Query{Table: table.Feedback, Partition: t.Name()})
		if len(items) != 5 || pages != 2 {
			t.Errorf("1.5 MB came as %d items on %d pages", len(items), pages)
		}
	})
	t.Run("what makes no query", func(t *testing.T) {
		for _, q := range []table.Query{
			{Table: table.Feedback},
			{Table: "Other", Partition: "p"},
			{Table: table.Feedback, Partition: "p", Limit: -1},
			{Table: table.Feedback, Partition: "p", From: "\xff"},
			{Table: table.Feedback, Partition: "p", To: strings.Repeat("s", 1025)},
			{Table: table.Feedback, Partition: "p", Index: &table.Agenda, Strong: true},
			{Table: table.Scorebook, Partition: "p", Index: &table.Agenda},
			{Table: table.Feedback, Partition: "p", Start: "made up"},
		} {
			_, err := s.Query(t.Context(), q)
			isFault(t, err, fault.Invalid)
		}
	})
}

func (s suite) scans(t *testing.T) {
	want := map[string]bool{}
	var keys []table.Key
	for i := range 60 {
		k := table.Key{Table: table.Scorebook, Partition: t.Name() + serial(i/3), Sort: serial(i)}
		keys = append(keys, k)
		want[k.String()] = true
	}
	s.fill(t, keys, func(int) table.Item { return table.Item{"a": "b"} })
	scan := func(limit, segment, segments int) (found []string) {
		for start := ""; ; {
			page, err := s.Scan(t.Context(), table.Scorebook, start, limit, segment, segments)
			if err != nil {
				t.Fatalf("scan: %v", err)
			}
			for _, item := range page.Items {
				if name := item.Key(table.Scorebook).String(); want[name] {
					found = append(found, name)
				}
			}
			if start = page.Next; start == "" {
				return found
			}
		}
	}
	for _, c := range []struct{ limit, segments int }{{0, 1}, {7, 1}, {0, 4}, {5, 3}} {
		found := map[string]int{}
		for segment := range c.segments {
			for _, name := range scan(c.limit, segment, c.segments) {
				found[name]++
			}
		}
		for name := range want {
			if found[name] != 1 {
				t.Errorf("limit %d, %d segments: %s was read %d times", c.limit, c.segments, name, found[name])
			}
		}
	}
	for _, c := range []struct{ segment, segments int }{{0, 0}, {1, 1}, {-1, 2}, {0, 1001}} {
		_, err := s.Scan(t.Context(), table.Scorebook, "", 0, c.segment, c.segments)
		isFault(t, err, fault.Invalid)
	}
	_, err := s.Scan(t.Context(), "Other", "", 0, 0, 1)
	isFault(t, err, fault.Invalid)
}

// A cursor comes back from strangers: it is good for its own query, anything else is refused.
func (s suite) cursors(t *testing.T) {
	for i := range 4 {
		s.put(t, key(t, serial(i)), table.Item{table.Agenda.Partition: t.Name(), table.Agenda.Sort: serial(i)})
	}
	mine := table.Query{Table: table.Feedback, Partition: t.Name(), From: serial(1), To: serial(3), Limit: 1}
	next := func(q table.Query) string {
		page, err := s.Query(t.Context(), q)
		if err != nil || page.Next == "" {
			t.Fatalf("a page without a next one: %v", err)
		}
		return page.Next
	}
	onIndex := mine
	onIndex.Index = &table.Agenda
	ours := map[string]string{"table": next(mine), "index": next(onIndex)}
	page, err := s.Scan(t.Context(), table.Feedback, "", 1, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	ours["scan"] = page.Next
	broken := ours["table"][:len(ours["table"])-2]
	for name, c := range map[string]func(q *table.Query){
		"another partition": func(q *table.Query) { q.Partition += "x" },
		"another table":     func(q *table.Query) { q.Table = table.Scorebook },
		"another range":     func(q *table.Query) { q.From = serial(2) },
		"another direction": func(q *table.Query) { q.Descending = true },
		"an index's":        func(q *table.Query) { q.Start = ours["index"] },
		"a scan's":          func(q *table.Query) { q.Start = ours["scan"] },
		"a part of one":     func(q *table.Query) { q.Start = broken },
		"a place outside of the range": func(q *table.Query) {
			q.Start = q.Cursor(table.Item{table.AttrSort: serial(9)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			q := mine
			q.Start = ours["table"]
			c(&q)
			_, err := s.Query(t.Context(), q)
			isFault(t, err, fault.Invalid)
		})
	}
	t.Run("another page size is fine", func(t *testing.T) {
		q := mine
		q.Start, q.Limit = ours["table"], 10
		page, err := s.Query(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the rest", sorts(page.Items), []string{serial(2), serial(3)})
	})
	t.Run("of another segment", func(t *testing.T) {
		_, err := s.Scan(t.Context(), table.Feedback, ours["scan"], 1, 1, 2)
		isFault(t, err, fault.Invalid)
	})
}
