package mail

import (
	"strconv"

	"afterword/internal/report"
	"afterword/internal/score"
)

// detailColumns are the names of the columns of the details. Programs read them: they stay.
var detailColumns = []string{
	"period", "audience", "kind", "touchpoint", "survey", "metric", "property", "value", "across", "across_value",
	"n", "score", "interval_low", "interval_high", "share", "effect", "note", "change", "change_low", "change_high", "verdict",
}

// details collects the rows of a report's table of details.
type details struct {
	report report.Report
	rows   [][]string
}

// ReportDetails is what a report says beside its touchpoints' scores, for spreadsheets: one row for each segment of a ranking, for each
// that moved, for each cause, theme, word and driver, for each time of the week and each cell of a cross-table. It is a table of its own
// because report.csv has a row for each touchpoint: whoever filters or sums one would be wrong with both in it. Values are codes, not words.
func ReportDetails(r report.Report) ([]byte, error) {
	d := &details{report: r, rows: [][]string{detailColumns}}
	for _, t := range r.Touchpoints {
		for _, b := range t.Boards {
			for _, s := range b.Segments {
				of := s.Score.Rounded(t.Scale)
				d.add(t, "segment", map[string]string{"property": b.Property, "value": Harmless(s.Value)}, scored(of.N, of.Value, of.Interval, of.Note), changed(t, s.Change))
			}
		}
		for _, m := range r.Moves {
			if m.Touchpoint == t.Name {
				of := m.Score.Rounded(t.Scale)
				d.add(t, "moved", map[string]string{"property": m.Property, "value": Harmless(m.Value)}, scored(of.N, of.Value, of.Interval, of.Note), changed(t, &m.Change))
			}
		}
		d.why(t)
		d.cross(t)
	}
	return Spreadsheet(d.rows)
}

func (d *details) add(t report.Touchpoint, kind string, of ...map[string]string) {
	row := map[string]string{"period": d.report.Period.Name, "audience": Harmless(d.report.For.String()), "kind": kind, "touchpoint": Harmless(t.Name),
		"survey": Harmless(t.Survey), "metric": string(t.Scale.Metric)}
	for _, more := range of {
		for column, value := range more {
			row[column] = value
		}
	}
	var cells []string
	for _, column := range detailColumns {
		cells = append(cells, row[column])
	}
	d.rows = append(d.rows, cells)
}

func scored(n int64, value *float64, interval *score.Interval, note string) map[string]string {
	low, high := bounds(interval)
	return map[string]string{"n": strconv.FormatInt(n, 10), "score": dotted(value), "interval_low": low, "interval_high": high, "note": note}
}

func changed(t report.Touchpoint, c *score.Change) map[string]string {
	if c == nil {
		return nil
	}
	rounded := c.Rounded(t.Scale)
	low, high := bounds(&rounded.Interval)
	return map[string]string{"change": dotted(&rounded.Delta), "change_low": low, "change_high": high, "verdict": string(c.Verdict)}
}

func (d *details) why(t report.Touchpoint) {
	w := t.Why
	if w == nil {
		return
	}
	mentions := func(kind string, all []report.Mention) {
		for _, m := range all {
			d.add(t, kind, map[string]string{"value": Harmless(m.ID), "n": strconv.FormatInt(m.N, 10), "share": dotted(&m.Share)})
		}
	}
	mentions("cause", w.Causes)
	mentions("theme", w.Themes)
	for _, word := range w.Words {
		d.add(t, "word", map[string]string{"value": Harmless(word.Word), "across": "language", "across_value": Harmless(word.Language), "n": strconv.FormatInt(word.AtLeast, 10)})
	}
	for _, driver := range w.Drivers {
		low, high := bounds(&driver.Interval)
		d.add(t, "driver", map[string]string{"property": driver.Kind, "value": Harmless(driver.ID), "across_value": Harmless(driver.Option),
			"n": strconv.FormatInt(driver.With, 10), "effect": dotted(&driver.Effect), "interval_low": low, "interval_high": high})
	}
	for _, at := range w.Bands {
		value := score.Round(at.Value, t.Scale.Decimals())
		d.add(t, "hours", map[string]string{"property": "weekday", "value": weekdays[at.Weekday%7], "across": "hour", "across_value": strconv.Itoa(at.Hour),
			"n": strconv.FormatInt(at.N, 10), "score": dotted(&value)})
	}
}

// weekdays are the codes of the property weekday, Monday first.
var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// cross adds the cells of a cross-table, with its totals.
func (d *details) cross(t report.Touchpoint) {
	c := t.Cross
	if c == nil {
		return
	}
	rows, columns := codes(c.Rows), codes(c.Columns)
	cell := func(row, column string, of report.Cell) {
		d.add(t, "cross", map[string]string{"property": c.Rows.Property, "value": row, "across": c.Columns.Property, "across_value": column},
			scored(of.N, of.Value, of.Interval, of.Note))
	}
	for i, row := range rows {
		for k, column := range columns {
			cell(row, column, c.Cells[i][k])
		}
		cell(row, allValues, c.RowTotals[i])
	}
	for k, column := range columns {
		cell(allValues, column, c.ColumnTotals[k])
	}
	cell(allValues, allValues, c.Total)
}

// What stands in the details for all values of a property, and for all that are not named.
const allValues, otherValues = "(all)", "(others)"

func codes(a report.Axis) (all []string) {
	for _, value := range a.Values {
		all = append(all, Harmless(value))
	}
	if a.Rest {
		all = append(all, otherValues)
	}
	return all
}
