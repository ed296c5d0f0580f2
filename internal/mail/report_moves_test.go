package mail

import (
	"fmt"
	"strings"
	"testing"

	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/score"
)

func TestManyThatGotWorseDoNotPushOutWhoGotBetter(t *testing.T) {
	for _, row := range []struct {
		worse, better int
		want          string
	}{
		{0, 0, ""}, {2, 1, "w0 w1 b0"}, {20, 20, "w0 w1 w2 w3 b0 b1 b2 b3"}, {20, 1, "w0 w1 w2 w3 w4 w5 w6 b0"}, {1, 20, "w0 b0 b1 b2 b3 b4 b5 b6"},
		{9, 0, "w0 w1 w2 w3 w4 w5 w6 w7"}, {0, 9, "b0 b1 b2 b3 b4 b5 b6 b7"},
	} {
		var all []report.Move
		for n := range row.worse {
			all = append(all, report.Move{Value: fmt.Sprint("w", n), Change: score.Change{Verdict: score.Worse}})
		}
		for n := range row.better {
			all = append(all, report.Move{Value: fmt.Sprint("b", n), Change: score.Change{Verdict: score.Better}})
		}
		var got []string
		for _, m := range moved(all) {
			got = append(got, m.Value)
		}
		if strings.Join(got, " ") != row.want {
			t.Errorf("%d and %d: %v, want %s", row.worse, row.better, got, row.want)
		}
	}
}

func TestMovesAreSaidInWordsAndThoseLeftOutAreCounted(t *testing.T) {
	r := told3()
	move := r.Moves[0]
	r.Moves = nil
	for _, hour := range []string{"09", "10", "11", "12", "13", "14", "15", "16", "17", "18"} {
		move.Property, move.Value = program.ByHour, hour
		r.Moves = append(r.Moves, move)
	}
	text := strings.Join(strings.Fields(parse(t, mailed(t, r, "sv", nil)).Text), " ")
	for _, want := range []string{"09:00–10:00", "16:00–17:00", "2 till förändrades"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	if strings.Contains(text, "17:00–18:00") {
		t.Error("a ninth segment is named")
	}
}
