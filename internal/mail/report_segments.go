package mail

import (
	"math"
	"slices"

	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/score"
)

// How many of a ranking's ends a mail shows, and how many segments that moved; the API has all.
const (
	rankedShown = 10
	movesShown  = 8 // half of them of those that got worse, half of those that got better, while there are such
)

// board is a ranking in words.
type board struct {
	Heading string
	Lines   []string
}

// boards are the rankings of a touchpoint. Those of whom too little is known are counted, not named.
func (v *told) boards(t report.Touchpoint) (all []board) {
	for _, b := range t.Boards {
		told, hidden := board{Heading: v.T("report.board", "property", v.T("console.by."+b.Property))}, 0
		for _, s := range b.Segments {
			switch {
			case s.Value == "":
			case s.Score.Value == nil || s.Score.Interval == nil || len(told.Lines) == rankedShown:
				hidden++
			default:
				told.Lines = append(told.Lines, v.T("report.board.line", "value", v.segment(t.Survey, b.Property, s.Value), "score", v.Value(t.Scale, *s.Score.Value),
					"range", v.Between(t.Scale, *s.Score.Interval), "n", v.Count(s.Score.N)))
			}
		}
		if len(told.Lines) == 0 {
			continue
		}
		if hidden > 0 {
			told.Lines = append(told.Lines, v.T("report.board.hidden", "n", v.Count(int64(hidden))))
		}
		all = append(all, told)
	}
	return all
}

// moves says which segments changed reliably, of how many.
func (v *told) moves(r report.Report) {
	if r.Compared == 0 {
		return
	}
	v.MovesOf = v.T("report.moves.of", "n", v.Count(int64(r.Compared)))
	about := map[string]report.Touchpoint{}
	for _, t := range r.Touchpoints {
		about[t.Name] = t
	}
	shown := moved(r.Moves)
	for _, m := range shown {
		t := about[m.Touchpoint]
		if m.Score.Value == nil || m.Score.Interval == nil {
			continue
		}
		v.Moves = append(v.Moves, v.T("report.moves.line", "property", v.T("console.by."+m.Property), "value", v.segment(t.Survey, m.Property, m.Value),
			"touchpoint", oneLine(v.Touchpoint(m.Touchpoint)), "metric", string(t.Scale.Metric), "score", v.Value(t.Scale, *m.Score.Value),
			"range", v.Between(t.Scale, *m.Score.Interval), "moved", v.upOrDown(t.Scale, m.Change)))
	}
	if more := len(r.Moves) - len(shown); more > 0 {
		v.Moves = append(v.Moves, v.T("report.moves.more", "n", v.Count(int64(more))))
	}
}

// moved are the first of those that got worse and of those that got better: however many one of them are, they do not push the others
// out. Places that one of them leaves free are the other's.
func moved(all []report.Move) []report.Move {
	better := slices.IndexFunc(all, func(m report.Move) bool { return m.Change.Verdict == score.Better })
	if better < 0 {
		better = len(all)
	}
	worse, others := all[:better], all[better:]
	kept := min(len(worse), max(movesShown/2, movesShown-len(others)))
	return slices.Concat(worse[:kept], others[:min(len(others), movesShown-kept)])
}

// besideEntry compares an agent's score with that of all together, of whom none is named.
func (v *told) besideEntry(to program.Audience, t report.Touchpoint, add func(label, value string)) {
	if to.Readership != program.OfAgent {
		return
	}
	value := v.T("report.beside.few")
	if b := t.Beside; b != nil && b.Value != nil && b.Interval != nil {
		value = v.list(string(t.Scale.Metric)+" "+v.Value(t.Scale, *b.Value)+" ("+v.Between(t.Scale, *b.Interval)+")", v.T("report.count", "n", v.Count(b.N)))
	}
	add(v.T("report.label.beside"), value)
}

// upOrDown says how far a score moved, and which way.
func (v *told) upOrDown(scale score.Scale, c score.Change) string {
	delta := v.Number(math.Abs(c.Delta), scale.Decimals())
	if scale.Metric == score.CSAT {
		delta += " " + v.T("report.points")
	}
	if c.Delta < 0 {
		return v.T("report.head.down", "delta", delta)
	}
	return v.T("report.head.up", "delta", delta)
}
