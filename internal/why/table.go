package why

import (
	"cmp"
	"maps"
	"slices"

	"afterword/internal/score"
)

// The most values of a property that a cross-table counts apart, and the most that it shows; the answers of all others stand under Other.
// Those shown are the most frequent; those counted the first that came, which only a property of more values than anybody reads has.
const (
	mostCounted = 100
	mostShown   = 12
)

// Other stands for the values that have no row or column of their own. No property has this value.
const Other = "\x00other"

// withheld is a score that is not shown although it has enough answers.
func withheld(s score.Score) score.Score {
	return score.Score{N: s.N, Convention: s.Convention, Note: score.Withheld}
}

// Table counts answers by the values of two properties.
type Table struct {
	scale         score.Scale
	rows, columns string
	values        [2]map[string]bool
	cells         map[[2]string]*[11]int64 // by rating, which is at most 10
}

// NewTable prepares the cross-table of two properties.
func NewTable(scale score.Scale, rows, columns string) *Table {
	return &Table{scale: scale, rows: rows, columns: columns, values: [2]map[string]bool{{}, {}}, cells: map[[2]string]*[11]int64{}}
}

// Add takes an answer in. One whose visit does not say has the value "".
func (t *Table) Add(a Answer) {
	if !t.scale.Contains(a.Rating) {
		return
	}
	at := [2]string{a.Cuts[t.rows], a.Cuts[t.columns]}
	for axis, value := range at {
		if known := t.values[axis]; !known[value] && len(known) == mostCounted {
			at[axis] = Other
		} else {
			known[value] = true
		}
	}
	if t.cells[at] == nil {
		t.cells[at] = &[11]int64{}
	}
	t.cells[at][a.Rating]++
}

// Crossed is a cross-table as it may be shown: a score of few answers is withheld, and so are others from which it could be computed.
type Crossed struct {
	Rows, Columns []string        // values, the most frequent first; Other is the last
	Cells         [][]score.Score // by row and column
	RowTotals     []score.Score
	ColumnTotals  []score.Score
	Total         score.Score
}

// Cross is the table so far.
func (t *Table) Cross() Crossed {
	c := Crossed{Rows: t.shown(0), Columns: t.shown(1)}
	g := newGrid(len(c.Rows), len(c.Columns))
	counts := make([]score.Counts, len(g.cells))
	for i := range counts {
		counts[i] = score.Counts{}
	}
	for at, cell := range t.cells {
		row, column := placeOf(c.Rows, at[0]), placeOf(c.Columns, at[1])
		for rating, n := range cell {
			for _, i := range []int{g.cell(row, column), g.cell(row, g.columns), g.cell(g.rows, column), g.cell(g.rows, g.columns)} {
				counts[i][rating] += n
			}
		}
	}
	scores := make([]score.Score, len(counts))
	for i := range counts {
		scores[i] = score.Of(t.scale, counts[i])
		g.cells[i] = entry{n: scores[i].N, hidden: scores[i].N > 0 && scores[i].Value == nil}
	}
	g.protect()
	for i := range scores {
		if g.cells[i].hidden && scores[i].Value != nil {
			scores[i] = withheld(scores[i])
		}
	}
	for row := range g.rows {
		c.Cells = append(c.Cells, scores[g.cell(row, 0):g.cell(row, g.columns)])
		c.RowTotals = append(c.RowTotals, scores[g.cell(row, g.columns)])
	}
	c.ColumnTotals, c.Total = scores[g.cell(g.rows, 0):g.cell(g.rows, g.columns)], scores[g.cell(g.rows, g.columns)]
	return c
}

// shown are the values of an axis that have a place of their own.
func (t *Table) shown(axis int) []string {
	sums := map[string]int64{}
	for at, cell := range t.cells {
		for _, n := range cell {
			sums[at[axis]] += n
		}
	}
	rest := sums[Other] > 0
	delete(sums, Other)
	values := slices.SortedFunc(maps.Keys(sums), func(a, b string) int {
		return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b))
	})
	if len(values) > mostShown {
		values, rest = values[:mostShown], true
	}
	if rest {
		values = append(values, Other)
	}
	return values
}

func placeOf(values []string, value string) int {
	if i := slices.Index(values, value); i >= 0 {
		return i
	}
	return len(values) - 1 // Other
}
