package mail

import (
	"cmp"
	"slices"

	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/why"
)

// How many rows and columns of a cross-table a mail shows, which has to do with a phone's width; how many of the best and of the worst
// times its text names. The table of details has all.
const (
	crossRows    = 6
	crossColumns = 4
	timesNamed   = 3
)

// crossTable is a cross-table in words. The last column is all together, the last row likewise.
type crossTable struct {
	Heading string
	Columns []string
	Rows    []crossRow
	Notes   []string
}

type crossRow struct {
	Label string
	Cells []crossCell
}

// crossCell is a score with its count; Said is both in a line with the column's name.
type crossCell struct{ Score, Count, Said string }

// cross is the table of two properties; nil when there is none.
func (v *told) cross(t report.Touchpoint) *crossTable {
	c := t.Cross
	if c == nil {
		return nil
	}
	told := &crossTable{Heading: v.T("report.cross", "rows", v.T("console.by."+c.Rows.Property), "columns", v.T("console.by."+c.Columns.Property)),
		Notes: []string{v.T("report.cross.note")}}
	rows, columns := v.places(t, c.Rows, crossRows), v.places(t, c.Columns, crossColumns)
	all := v.T("report.cross.all")
	told.Columns = append(slices.Clone(columns), all)
	row := func(label string, cells []report.Cell, total report.Cell) {
		r := crossRow{Label: label}
		for i, cell := range append(slices.Clone(cells[:len(columns)]), total) {
			r.Cells = append(r.Cells, v.crossCell(t, told.Columns[i], cell))
		}
		told.Rows = append(told.Rows, r)
	}
	for i, label := range rows {
		row(label, c.Cells[i], c.RowTotals[i])
	}
	row(all, c.ColumnTotals, c.Total)
	if len(rows) < len(c.RowTotals) || len(columns) < len(c.ColumnTotals) {
		told.Notes = append(told.Notes, v.T("report.cross.more"))
	}
	return told
}

// places are the names of the first values of a property.
func (v *told) places(t report.Touchpoint, a report.Axis, most int) (names []string) {
	for _, value := range a.Values {
		names = append(names, v.segment(t.Survey, a.Property, value))
	}
	if a.Rest {
		names = append(names, v.T("report.cross.others"))
	}
	return names[:min(most, len(names))]
}

func (v *told) crossCell(t report.Touchpoint, column string, cell report.Cell) crossCell {
	told := crossCell{Score: v.T("console.segment.hidden")}
	switch {
	case cell.N == 0:
		return crossCell{Score: "\u2013"}
	case cell.Value != nil:
		told = crossCell{Score: v.Value(t.Scale, *cell.Value), Count: v.Count(cell.N)}
	}
	told.Said = v.T("report.point", "label", column, "value", told.Score)
	if told.Count != "" {
		told.Said = v.T("report.cross.cell", "label", column, "score", told.Score, "n", told.Count)
	}
	return told
}

// heatMap is how visits fared by weekday and time of the day.
type heatMap struct {
	Hours           []string // columns
	Days            []heatDay
	Lowest, Highest []string // the ends in words, the last ones first
	Note            string
}

type heatDay struct {
	Name  string
	Cells []heatCell
}

// heatCell is a score on its colour; both "" where none is shown.
type heatCell struct{ Score, Color string }

// heats are the colours from the lowest of the times that are shown to the highest: those of unhappy and happy answers, so light that dark
// letters are read on each, in dark mode too.
var heats = []string{"#f0a878", "#f7d2b8", "#eceef1", "#bcdaee", "#86bfe2"}

// heat is nil when there are not two times to compare.
func (v *told) heat(t report.Touchpoint) *heatMap {
	if t.Why == nil || len(t.Why.Bands) < 2 {
		return nil
	}
	bands := slices.Clone(t.Why.Bands)
	slices.SortStableFunc(bands, func(a, b report.Hour) int { return cmp.Or(cmp.Compare(a.Mood, b.Mood), cmp.Compare(b.N, a.N)) })
	lowest, highest := bands[0].Mood, bands[len(bands)-1].Mood
	first, last := 24, 0
	at := map[[2]int]report.Hour{}
	for _, b := range bands {
		first, last = min(first, b.Hour), max(last, b.Hour)
		at[[2]int{b.Weekday, b.Hour}] = b
	}
	told := &heatMap{Note: v.T("report.heat.note")}
	for hour := first; hour <= last; hour += why.BandHours {
		told.Hours = append(told.Hours, v.T("report.heat.hours", "from", v.Number(float64(hour), 0), "to", v.Number(float64(hour+why.BandHours), 0)))
	}
	for weekday := range 7 {
		day := heatDay{Name: v.Weekday((weekday + 1) % 7)}
		for hour := first; hour <= last; hour += why.BandHours {
			cell := heatCell{}
			if b, shown := at[[2]int{weekday, hour}]; shown {
				cell = heatCell{v.Value(t.Scale, b.Value), heatOf(b.Mood, lowest, highest)}
			}
			day.Cells = append(day.Cells, cell)
		}
		told.Days = append(told.Days, day)
	}
	named := min(timesNamed, len(bands)/2)
	for i := range named {
		told.Lowest = append(told.Lowest, v.timeOf(t, bands[i]))
		told.Highest = append(told.Highest, v.timeOf(t, bands[len(bands)-1-i]))
	}
	return told
}

// heatOf is the colour of a mood among those from the lowest to the highest.
func heatOf(mood, lowest, highest float64) string {
	if highest <= lowest {
		return heats[len(heats)/2]
	}
	step := int((mood - lowest) / (highest - lowest) * float64(len(heats)))
	return heats[max(0, min(step, len(heats)-1))]
}

func (v *told) timeOf(t report.Touchpoint, b report.Hour) string {
	return v.T("report.heat.time", "day", v.Weekday((b.Weekday+1)%7), "hours", v.Hours(b.Hour, b.Hour+why.BandHours),
		"score", v.Value(t.Scale, b.Value), "n", v.Count(b.N))
}

// segment is the value of a property in the reader's words.
func (v *told) segment(survey string, property program.Segment, value string) string {
	return oneLine(v.Segment(v.surveys[survey], v.themes, property, value))
}
