package report

import (
	"slices"

	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/why"
)

// Cross is the answers to a touchpoint by two properties at once: whether an agent is as good with each product. A cell of few answers
// is not shown, nor others from which it could be computed (package why).
type Cross struct {
	Rows         Axis     `json:"rows"`
	Columns      Axis     `json:"columns"`
	Cells        [][]Cell `json:"cells"` // by row and column
	RowTotals    []Cell   `json:"row_totals"`
	ColumnTotals []Cell   `json:"column_totals"`
	Total        Cell     `json:"total"`
}

// Axis is one of the two properties, with its values.
type Axis struct {
	Property string   `json:"property"`
	Values   []string `json:"values"`         // the most frequent first; "" where the visit does not say
	Rest     bool     `json:"rest,omitempty"` // after them comes one more, for all other values together
}

// Cell is the score of the answers with both values, as it is shown.
type Cell struct {
	N        int64           `json:"n"`
	Value    *float64        `json:"value"` // nil: no answers, or hidden
	Interval *score.Interval `json:"interval"`
	Note     string          `json:"note,omitempty"`
}

// crossing is a cross-table of which the answers are still to come.
type crossing struct {
	table         *why.Table
	rows, columns program.Segment
	shown         map[program.Segment][]string // values that a ranking shows
}

// crossing prepares the table of the first two properties, in the program's order, that tell answers apart: two values or more of
// either have answers enough. Agent with team is none, since an agent has one. The property of more values has the rows. Nil when
// there is no such pair.
func (c cuts) crossing(p *program.Program, t Touchpoint) *crossing {
	var telling []program.Segment
	shown := map[program.Segment][]string{}
	for _, property := range p.Segments {
		if program.Several(property) {
			continue
		}
		named := 0
		for _, s := range score.Cut(t.Scale, c[cutKey{t.Name, property, len(t.Trend) - 1}]) {
			if s.Score.Value != nil {
				shown[property] = append(shown[property], s.Value)
				if s.Value != "" {
					named++
				}
			}
		}
		if named > 1 {
			telling = append(telling, property)
		}
	}
	for i, first := range telling {
		for _, second := range telling[i+1:] {
			if slices.Contains(boarded, first) && slices.Contains(boarded, second) {
				continue
			}
			if len(shown[second]) > len(shown[first]) {
				first, second = second, first
			}
			return &crossing{why.NewTable(t.Scale, first, second), first, second, shown}
		}
	}
	return nil
}

// tell is the table; nil when it would have to hide a total that the rankings show, from which its cells could be computed.
func (c *crossing) tell(scale score.Scale) *Cross {
	crossed := c.table.Cross()
	told := &Cross{Rows: axis(c.rows, crossed.Rows), Columns: axis(c.columns, crossed.Columns), RowTotals: cells(scale, crossed.RowTotals),
		ColumnTotals: cells(scale, crossed.ColumnTotals), Total: cells(scale, []score.Score{crossed.Total})[0]}
	for _, row := range crossed.Cells {
		told.Cells = append(told.Cells, cells(scale, row))
	}
	if told.Total.Value == nil || c.givesAway(told.Rows, told.RowTotals) || c.givesAway(told.Columns, told.ColumnTotals) {
		return nil
	}
	return told
}

func (c *crossing) givesAway(a Axis, totals []Cell) bool {
	for i, value := range a.Values {
		if totals[i].Value == nil && slices.Contains(c.shown[a.Property], value) {
			return true
		}
	}
	return false
}

func axis(property string, values []string) Axis {
	if n := len(values); n > 0 && values[n-1] == why.Other {
		return Axis{property, values[:n-1], true}
	}
	return Axis{property, values, false}
}

func cells(scale score.Scale, scores []score.Score) (all []Cell) {
	for _, s := range scores {
		s = s.Rounded(scale)
		all = append(all, Cell{s.N, s.Value, s.Interval, s.Note})
	}
	return all
}
