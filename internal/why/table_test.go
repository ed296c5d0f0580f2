package why

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/score"
)

// crossed makes a table of so many answers in each cell, half of them happy.
func crossed(t testing.TB, counts [][]int) Crossed {
	_, s := shop(t)
	table := NewTable(s.Scale, "agent", "product")
	for row := range counts {
		for column, n := range counts[row] {
			for i := range n {
				table.Add(Answer{Rating: 1 + 4*(i%2), Cuts: map[string]string{"agent": fmt.Sprintf("a%02d", row), "product": fmt.Sprintf("p%02d", column)}})
			}
		}
	}
	return table.Cross()
}

// draw writes a table: answers, with a dash for a score that is not shown; rows end with their total, and the totals are the last row.
func draw(c Crossed) string {
	var b strings.Builder
	line := func(scores []score.Score, total score.Score) {
		for _, s := range append(append([]score.Score{}, scores...), total) {
			fmt.Fprintf(&b, "%d%s ", s.N, map[bool]string{true: "-"}[s.N > 0 && s.Value == nil])
		}
		b.WriteString("\n")
	}
	for row, scores := range c.Cells {
		line(scores, c.RowTotals[row])
	}
	line(c.ColumnTotals, c.Total)
	return b.String()
}

func TestAHiddenCellTakesOthersWithIt(t *testing.T) {
	for _, row := range []struct {
		name   string
		counts [][]int
		want   string
	}{
		{"enough everywhere", [][]int{{20, 10}, {9, 5}}, "20 10 30 \n9 5 14 \n29 15 44 \n"},
		{"one of few", [][]int{{20, 10, 30}, {9, 4, 8}}, "30 20- 10- 60 \n8 9- 4- 21 \n38 29 14 81 \n"},
		{"an empty cell hides nothing", [][]int{{20, 10, 0}, {9, 4, 8}, {0, 0, 9}}, "20 0 10 30 \n9 8- 4- 21 \n0 9 0 9 \n29 17- 14- 60 \n"},
		{"all of few", [][]int{{2, 1}}, "2- 1- 3- \n2- 1- 3- \n"},
		{"a row of few in two", [][]int{{20, 10}, {2, 1}}, "20- 10- 30- \n2- 1- 3- \n22 11 33 \n"},
		{"a row of few in three", [][]int{{20, 10}, {2, 1}, {9, 9}}, "20 10 30 \n9- 9- 18- \n2- 1- 3- \n31 20 51 \n"},
		{"three hidden cells of one answer each", [][]int{{20, 1, 1}, {9, 1, 30}, {40, 50, 60}}, "60 40- 50- 150 \n30- 9- 1- 40 \n1- 20- 1- 22 \n91 69 52 212 \n"},
		{"nothing", nil, "0 \n"},
	} {
		got := draw(crossed(t, row.counts))
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s: %s", row.name, diff)
		}
	}
}

func TestManyValuesAreShownAsOther(t *testing.T) {
	_, s := shop(t)
	table := NewTable(s.Scale, "agent", "product")
	for agent := range 150 {
		for range 300 - agent {
			table.Add(Answer{Rating: 5, Cuts: map[string]string{"agent": fmt.Sprintf("a%03d", agent)}})
		}
	}
	c := table.Cross()
	if len(table.values[0]) != mostCounted || len(c.Rows) != mostShown+1 || c.Rows[0] != "a000" || c.Rows[mostShown] != Other || c.Columns[0] != "" {
		t.Errorf("%d values are counted, rows %q, columns %q", len(table.values[0]), c.Rows, c.Columns)
	}
	sum := int64(0)
	for _, total := range c.RowTotals {
		sum += total.N
	}
	if sum != c.Total.N || sum != 150*300-150*149/2 {
		t.Errorf("%d answers in rows, %d in all", sum, c.Total.N)
	}
}

// Whoever knows every score that is shown, and that rows and columns add up, cannot compute one that is not: for no hidden cell is
// there a sum of rows and columns that leaves it alone. Solved as what it is, a system of linear equations, and not as the product does.
func TestNoHiddenCellFollowsFromThoseThatAreShown(t *testing.T) {
	r, hid := rand.New(rand.NewPCG(9, 10)), 0
	tables := 1500
	if testing.Short() {
		tables = 300
	}
	for range tables {
		rows, columns := 1+r.IntN(5), 1+r.IntN(5)
		counts := make([][]int, rows)
		for row := range counts {
			counts[row] = make([]int, columns)
			for column := range counts[row] {
				counts[row][column] = []int{0, r.IntN(5), 5 + r.IntN(20), 5 + r.IntN(200)}[r.IntN(4)]
			}
		}
		c := crossed(t, counts)
		system, hidden := equations(c)
		hid += len(hidden)
		for unknown, name := range hidden {
			if determined(system, unknown, len(hidden)) {
				t.Fatalf("%s follows in\n%s", name, draw(c))
			}
		}
		for row, scores := range c.Cells {
			for column, s := range scores {
				if s.Value != nil && s.N < 5 {
					t.Fatalf("%d/%d has %d answers", row, column, s.N)
				}
			}
		}
	}
	if hid < tables {
		t.Errorf("only %d cells were hidden", hid)
	}
}

// equations are those of rows, columns and totals, with one unknown for each hidden score.
func equations(c Crossed) (system [][]float64, hidden []string) {
	at := map[string]int{}
	place := func(name string, s score.Score) (int, bool) {
		if s.N == 0 || s.Value != nil {
			return 0, false
		}
		if _, has := at[name]; !has {
			at[name] = len(hidden)
			hidden = append(hidden, name)
		}
		return at[name], true
	}
	line := func(names []string, scores []score.Score, total string, sum score.Score) {
		equation := map[int]float64{}
		for i, s := range scores {
			if j, unknown := place(names[i], s); unknown {
				equation[j]++
			}
		}
		if j, unknown := place(total, sum); unknown {
			equation[j]--
		}
		row := make([]float64, 200)
		for j, v := range equation {
			row[j] = v
		}
		system = append(system, row)
	}
	var rowNames, columnNames []string
	for row, scores := range c.Cells {
		var names []string
		for column := range scores {
			names = append(names, fmt.Sprint(row, "/", column))
		}
		rowNames = append(rowNames, fmt.Sprint("row ", row))
		line(names, scores, rowNames[row], c.RowTotals[row])
	}
	for column := range c.ColumnTotals {
		var names []string
		var scores []score.Score
		for row := range c.Cells {
			names, scores = append(names, fmt.Sprint(row, "/", column)), append(scores, c.Cells[row][column])
		}
		columnNames = append(columnNames, fmt.Sprint("column ", column))
		line(names, scores, columnNames[column], c.ColumnTotals[column])
	}
	line(rowNames, c.RowTotals, "all", c.Total)
	line(columnNames, c.ColumnTotals, "all", c.Total)
	return system, hidden
}

// determined tells whether the system fixes the unknown: whether it is a combination of its equations.
func determined(system [][]float64, unknown, unknowns int) bool {
	rank := func(rows [][]float64) (rank int) {
		m := make([][]float64, len(rows))
		for i := range rows {
			m[i] = append([]float64{}, rows[i][:unknowns]...)
		}
		for column := 0; column < unknowns && rank < len(m); column++ {
			pivot := rank
			for i := rank; i < len(m); i++ {
				if math.Abs(m[i][column]) > math.Abs(m[pivot][column]) {
					pivot = i
				}
			}
			if math.Abs(m[pivot][column]) < 1e-9 {
				continue
			}
			m[rank], m[pivot] = m[pivot], m[rank]
			for i := rank + 1; i < len(m); i++ {
				factor := m[i][column] / m[rank][column]
				for j := column; j < unknowns; j++ {
					m[i][j] -= factor * m[rank][j]
				}
			}
			rank++
		}
		return rank
	}
	alone := make([]float64, 200)
	alone[unknown] = 1
	return rank(append(append([][]float64{}, system...), alone)) == rank(system)
}
