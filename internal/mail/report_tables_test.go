package mail

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"afterword/internal/program"
	"afterword/internal/report"
)

func TestTimesOfTheWeekAreColouredFromTheLowestToTheHighest(t *testing.T) {
	if got := []string{heatOf(0.7, 0.7, 0.9), heatOf(0.8, 0.7, 0.9), heatOf(0.9, 0.7, 0.9), heatOf(0.5, 0.5, 0.5)}; strings.Join(got, " ") !=
		strings.Join([]string{heats[0], heats[2], heats[4], heats[2]}, " ") {
		t.Error(got)
	}
	for _, color := range heats {
		var background program.Color
		if _, err := fmt.Sscanf(color, "#%02x%02x%02x", &background.R, &background.G, &background.B); err != nil || background.Contrast(program.Color{R: 0x1a, G: 0x1d, B: 0x23}) < program.TextContrast {
			t.Errorf("dark letters are not read on %s: %v", color, err)
		}
	}
	r := told3()
	r.Touchpoints[2].Why.Bands = r.Touchpoints[2].Why.Bands[:1]
	if text := parse(t, mailed(t, r, "en", nil)).Text; strings.Contains(text, "weekday") {
		t.Error("one time of the week is compared with nothing")
	}
}

func TestACrossTableHasRoomOnAPhone(t *testing.T) {
	r := told3()
	c := r.Touchpoints[2].Cross
	for _, name := range strings.Fields("a b c d e f g h i j") {
		c.Rows.Values, c.RowTotals = append(c.Rows.Values, name), append(c.RowTotals, c.RowTotals[0])
		c.Cells = append(c.Cells, c.Cells[0])
	}
	text := strings.ReplaceAll(parse(t, mailed(t, r, "en", nil)).Text, "\r", "")
	for want, there := range map[string]bool{"\nc\n  Monday": true, "\nd\n  Monday": false, "has the other values": true, "Tuesday: hidden": true} {
		if strings.Contains(text, want) != there {
			t.Errorf("%q: %v, want %v", want, !there, there)
		}
	}
}

func TestTheDetailsTakeNoTextForAFormula(t *testing.T) {
	r := told3()
	at := &r.Touchpoints[2]
	at.Boards[0].Segments[0].Value, r.Moves[0].Value, at.Cross.Rows.Values[0], at.Cross.Columns.Values[0] = "=1+1", "+1", "@x", "-y"
	at.Why.Causes[0].ID, at.Why.Words[0].Word = "=cause", "=word"
	table, err := ReportDetails(r)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, row := range rows[1:] {
		kinds[row[2]]++
		for _, i := range []int{3, 4, 7, 9} {
			if row[i] != "" && strings.ContainsRune("=+-@\t\r\n", rune(row[i][0])) {
				t.Errorf("%s is %q", rows[0][i], row[i])
			}
		}
	}
	want := map[string]int{"segment": len(at.Boards[0].Segments), "moved": 1, "cause": 2, "theme": 1, "word": 2, "driver": 1, "hours": 6, "cross": 16}
	for kind, n := range want {
		if kinds[kind] != n {
			t.Errorf("%d rows of %s, want %d", kinds[kind], kind, n)
		}
	}
	if empty, err := ReportDetails(report.Report{}); err != nil || bytes.Count(empty, []byte("\n")) != 1 {
		t.Errorf("of nothing: %q, %v", empty, err)
	}
}
