package why

import "slices"

// grid is a cross-table with its totals, which stand behind the last row and the last column.
type grid struct {
	rows, columns int
	cells         []entry
}

type entry struct {
	n      int64
	hidden bool
}

func newGrid(rows, columns int) grid {
	return grid{rows, columns, make([]entry, (rows+1)*(columns+1))}
}

func (g grid) cell(row, column int) int { return row*(g.columns+1) + column }

// protect hides more cells until no hidden one follows from those that are shown. In every row and column the cells add up to the total,
// so that a hidden cell can be computed when it is the only one in its row, or by several rows and columns one after another. Drawn as
// a graph, in which each row and each column is a point and each hidden cell the line between its two, these are the cells whose line
// is a bridge: the only connection of the points on its two sides (the network view of complementary suppression; Gusfield, 1988).
// So each bridge gets a way round, of the cells with the fewest answers. And the cells that are hidden in one row or column come to
// enough answers together, since their sum follows. A table that this cannot save is hidden as a whole.
func (g grid) protect() {
	for {
		bridge := slices.IndexFunc(g.places(), func(i int) bool { return g.cells[i].hidden && !g.connected(i) })
		if bridge < 0 {
			if g.pool() {
				continue
			}
			return
		}
		way := g.wayRound(bridge)
		if way == nil {
			for i := range g.cells {
				g.cells[i].hidden = true
			}
			return
		}
		for _, i := range way {
			g.cells[i].hidden = true
		}
	}
}

// places are the indices of all cells but the grand total, which no line connects.
func (g grid) places() []int {
	all := make([]int, len(g.cells)-1)
	for i := range all {
		all[i] = i
	}
	return all
}

// ends are the two points that a cell connects: a row and a column, of which the totals are some as well.
func (g grid) ends(i int) (row, column int) {
	return i / (g.columns + 1), g.rows + 1 + i%(g.columns+1)
}

// pool hides the smallest cell of a line whose hidden cells have too few answers together, if their total is shown; false when there is
// no such line.
func (g grid) pool() bool {
	last := g.rows + 1 + g.columns
	for point := range last + 1 {
		hidden, smallest, summed := int64(0), -1, true
		for _, i := range g.places() {
			row, column := g.ends(i)
			total := row == g.rows || column == last
			switch e := g.cells[i]; {
			case row != point && column != point || e.n == 0:
			case total && point != g.rows && point != last:
				summed = !e.hidden
			case e.hidden:
				hidden += e.n
			case smallest < 0 || e.n < g.cells[smallest].n:
				smallest = i
			}
		}
		if summed && hidden > 0 && hidden < fewestAnswers && smallest >= 0 {
			g.cells[smallest].hidden = true
			return true
		}
	}
	return false
}

// connected tells whether the two points of a hidden cell are connected by other hidden cells.
func (g grid) connected(bridge int) bool {
	from, to := g.ends(bridge)
	reached := map[int]bool{from: true}
	for grown := true; grown; {
		grown = false
		for i, e := range g.cells[:len(g.cells)-1] {
			row, column := g.ends(i)
			if i != bridge && e.hidden && reached[row] != reached[column] {
				reached[row], reached[column], grown = true, true, true
			}
		}
	}
	return reached[to]
}

// wayRound is the cells to hide so that another way connects the two points, those that cost the fewest answers; nil when there is
// none. Cells without answers are known to be empty and hide nothing.
func (g grid) wayRound(bridge int) (way []int) {
	from, to := g.ends(bridge)
	cost, by := map[int]int64{from: 0}, map[int]int{}
	for grown := true; grown; { // Bellman and Ford; there are some 200 lines
		grown = false
		for i, e := range g.cells[:len(g.cells)-1] {
			if i == bridge || e.n == 0 {
				continue
			}
			price := e.n
			if e.hidden {
				price = 0
			}
			row, column := g.ends(i)
			for _, step := range [][2]int{{row, column}, {column, row}} {
				start, known := cost[step[0]]
				if old, has := cost[step[1]]; known && (!has || start+price < old) {
					cost[step[1]], by[step[1]], grown = start+price, i, true
				}
			}
		}
	}
	if _, reached := cost[to]; !reached {
		return nil
	}
	for point := to; point != from; {
		i := by[point]
		way = append(way, i)
		row, column := g.ends(i)
		point = row + column - point
	}
	return way
}
