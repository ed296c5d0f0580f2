package console

import (
	"fmt"
	"math"
	"strings"

	"afterword/internal/report"
)

// The box of a small trend, in its own units, and what stays free at its edge for the line and its last point.
const (
	sparkWide, sparkHigh = 132.0, 36.0
	sparkEdge            = 3.0
)

// fewestPoints is how many periods a small trend has at least, so that two scores are not as wide as a year.
const fewestPoints = 6

// spark is a trend as large as a word: the line of the scores, and their intervals around it. It breaks where there was no score.
type spark struct {
	Lines, Bands []string // points of polylines and polygons
	Dots         []dot    // scores without a neighbour, and the last one
}

type dot struct{ X, Y string }

// sparkOf draws a trend. It is as high as its intervals reach, so that a change of the score is seen, and so is how sure it is.
// What lies before the first score is left out, as long as some periods are there.
func sparkOf(trend []report.Point) spark {
	for len(trend) > fewestPoints && trend[0].Score.N == 0 {
		trend = trend[1:]
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range trend {
		if i := p.Score.Interval; i != nil {
			low, high = min(low, i[0]), max(high, i[1])
		}
	}
	if low >= high {
		low, high = low-1, low+1
	}
	x := func(i int) float64 {
		return sparkEdge + float64(i)*(sparkWide-2*sparkEdge)/float64(max(len(trend)-1, 1))
	}
	y := func(value float64) float64 {
		return sparkHigh - sparkEdge - (value-low)/(high-low)*(sparkHigh-2*sparkEdge)
	}
	at := func(x, y float64) string { return fmt.Sprintf("%.1f,%.1f", x, y) }
	var s spark
	const alone = 1.5 // half as wide is the interval of a score without a neighbour
	var line, above, below []string
	end := func() {
		if len(line) == 1 {
			x, y, _ := strings.Cut(line[0], ",")
			s.Dots = append(s.Dots, dot{x, y})
		}
		if len(line) > 1 {
			s.Lines = append(s.Lines, strings.Join(line, " "))
			s.Bands = append(s.Bands, strings.Join(append(above, below...), " "))
		}
		line, above, below = nil, nil, nil
	}
	for i, p := range trend {
		if p.Score.Value == nil || p.Score.Interval == nil {
			end()
			continue
		}
		line = append(line, at(x(i), y(*p.Score.Value)))
		high, low := y(p.Score.Interval[1]), y(p.Score.Interval[0])
		if lonely(trend, i) {
			s.Bands = append(s.Bands, strings.Join([]string{at(x(i)-alone, high), at(x(i)+alone, high), at(x(i)+alone, low), at(x(i)-alone, low)}, " "))
		}
		above = append(above, at(x(i), high))
		below = append([]string{at(x(i), low)}, below...)
		if i == len(trend)-1 && len(line) > 1 {
			s.Dots = append(s.Dots, dot{fmt.Sprintf("%.1f", x(i)), fmt.Sprintf("%.1f", y(*p.Score.Value))})
		}
	}
	end()
	return s
}

// lonely tells whether neither the period before nor the one after has a score.
func lonely(trend []report.Point, i int) bool {
	has := func(i int) bool { return i >= 0 && i < len(trend) && trend[i].Score.Value != nil }
	return !has(i-1) && !has(i+1)
}
