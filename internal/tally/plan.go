package tally

import (
	"cmp"
	"maps"
	"slices"

	"afterword/internal/period"
)

// maxWrites is how many items one transaction may write.
const maxWrites = 100

// transaction is ledger rows that move together with what they add to the tallies.
type transaction struct {
	moves   []Move
	adds    Sheet
	shelves map[Segment]int
	items   map[item]bool // the tallies' items
}

// item is what is written for a tally, or for those of several values of one property.
type item struct {
	series   Series
	day      period.Day
	property string
	shelf    int
}

// newest keeps, of several records of one response, the one of the highest revision, in the order of the first.
func newest(records []Record) []Record {
	at := make(map[string]int, len(records))
	var kept []Record
	for _, r := range records {
		i, seen := at[r.Response]
		switch {
		case !seen:
			at[r.Response] = len(kept)
			kept = append(kept, r)
		case r.Revision > kept[i].Revision:
			kept[i] = r
		}
	}
	return kept
}

// plan packs moves into transactions, over as few tallies as possible: rows of the same tallies stand together, and a series that
// fits into one transaction is not spread over two.
func plan(moves []Move, shelves map[Segment]int) []transaction {
	moves = slices.Clone(moves)
	slices.SortFunc(moves, func(a, b Move) int {
		return cmp.Or(
			a.Now.Series.compare(b.Now.Series),
			compareDays(a.Now.Day, b.Now.Day),
			compareDays(a.Now.SentDay, b.Now.SentDay),
			cmp.Compare(a.Now.Response, b.Now.Response),
		)
	})
	var all []transaction
	fresh := func() transaction {
		return transaction{adds: Sheet{}, shelves: shelves, items: map[item]bool{}}
	}
	open := fresh()
	for len(moves) > 0 {
		n := 1
		for n < len(moves) && moves[n].Now.Series == moves[0].Now.Series {
			n++
		}
		series := moves[:n]
		moves = moves[n:]
		if len(open.moves) > 0 && open.size(series...) > maxWrites && fresh().size(series...) <= maxWrites {
			all, open = append(all, open), fresh()
		}
		for _, m := range series {
			if len(open.moves) > 0 && open.size(m) > maxWrites {
				all, open = append(all, open), fresh()
			}
			open.add(m)
		}
	}
	if len(open.moves) > 0 {
		all = append(all, open)
	}
	for i := range all {
		all[i].settle()
	}
	return all
}

func (t *transaction) add(m Move) {
	t.moves = append(t.moves, m)
	t.adds.Add(m.Was, -1)
	t.adds.Add(m.Now, 1)
	maps.Copy(t.items, t.itemsOf(m))
}

// size is how many items the transaction would write at most with these moves in it.
func (t transaction) size(more ...Move) int {
	added := map[item]bool{}
	for _, m := range more {
		maps.Copy(added, t.itemsOf(m))
	}
	n := len(t.moves) + len(more) + len(t.items)
	for i := range added {
		if !t.items[i] {
			n++
		}
	}
	return n
}

// itemsOf is the tallies' items that a move writes.
func (t transaction) itemsOf(m Move) map[item]bool {
	cells, items := Sheet{}, map[item]bool{}
	cells.Add(m.Was, -1)
	cells.Add(m.Now, 1)
	for cell := range cells {
		items[item{cell.Series, cell.Day, cell.Cut.Property, t.shelves[Segment{cell.Series, cell.Cut}]}] = true
	}
	return items
}

// settle leaves out the tallies to which nothing is added in the end, and counts one change of each of the others.
func (t *transaction) settle() {
	for cell, counts := range t.adds {
		if counts == (Counts{}) {
			delete(t.adds, cell)
			continue
		}
		counts.Changes = 1
		t.adds[cell] = counts
	}
}
