package chart

import (
	"image"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"afterword/internal/report"
	"afterword/internal/score"
)

// The room around a trend's field, for the digits on its axes.
const (
	fieldLeft, fieldRight = 52, Width - 20
	fieldBottom, fieldTop = 38, Height - 14
	pointRadius           = 3.5
	lastRadius            = 6
	betweenLabels         = 24 // at least, from the end of one to the start of the next
	loneInterval          = 9  // width of an interval whose neighbours are gaps
)

// Trend draws the score of each period with its interval; nil when no period has one.
func Trend(t report.Touchpoint) image.Image {
	var scored bool
	for _, point := range t.Trend {
		scored = scored || point.Score.Value != nil && point.Score.Interval != nil
	}
	if !scored || t.Scale.Valid() != nil {
		return nil
	}
	p, f := blank(), fieldOf(t)
	f.grid(p)
	f.dates(p, t.Trend)
	for _, run := range runs(t.Trend) {
		f.interval(p, t.Trend, run)
	}
	for _, run := range runs(t.Trend) {
		f.scores(p, t.Trend, run)
	}
	return reduced(p.image.Image())
}

// field places periods and scores on the picture.
type field struct {
	scale     score.Scale
	low, high float64
	periods   int
}

func fieldOf(t report.Touchpoint) field {
	f := field{t.Scale, float64(t.Scale.Min), float64(t.Scale.Max), len(t.Trend)}
	switch t.Scale.Metric {
	case score.CSAT:
		f.low, f.high = 0, 100
	case score.NPS:
		f.low, f.high = -100, 100
	}
	return f
}

func (f field) x(i int) float64 {
	const inset = 14
	if f.periods == 1 {
		return (fieldLeft + fieldRight) / 2
	}
	return fieldLeft + inset + float64(i)*(fieldRight-fieldLeft-2*inset)/float64(f.periods-1)
}

func (f field) y(value float64) float64 {
	return fieldBottom + (value-f.low)/(f.high-f.low)*(fieldTop-fieldBottom)
}

// steps are the values that the axis names: five at most, both ends among them where they can be reached in equal steps.
func (f field) steps() (values []int) {
	span := int(f.high - f.low)
	step := (span + 3) / 4
	for _, even := range []int{1, 2, 3, 4, 5, 25, 50} {
		if span%even == 0 && span/even <= 4 {
			step = even
			break
		}
	}
	for v := int(f.low); v <= int(f.high); v += step {
		values = append(values, v)
	}
	return values
}

func (f field) grid(p paper) {
	for _, v := range f.steps() {
		y, c := f.y(float64(v)), hair
		if v == 0 && f.low < 0 {
			c = Neutral // as many promoters as detractors
		}
		p.stroke(c, 1, at(fieldLeft, y), at(fieldRight, y))
		p.write(fieldLeft-8, y, signed(v), style(letters, soft, draw.XRight, draw.YCenter))
	}
}

// signed writes a number with a minus that is as wide as a plus.
func signed(v int) string {
	if v < 0 {
		return "\u2212" + strconv.Itoa(-v)
	}
	return strconv.Itoa(v)
}

// dates names as many periods as there is room for, at equal distances, the last one always.
func (f field) dates(p paper, points []report.Point) {
	widest := 0.0
	for _, point := range points {
		widest = max(widest, widthOf(dateOf(point), letters))
	}
	every := 1
	for f.periods > 1 && every < f.periods && float64(every)*(f.x(1)-f.x(0)) < widest+betweenLabels {
		every++
	}
	right := float64(Width)
	for i := len(points) - 1; i >= 0; i -= every {
		label := dateOf(points[i])
		half := widthOf(label, letters) / 2
		x := min(max(f.x(i), half+2), Width-half-2)
		if x+half > right-betweenLabels/2 && i < len(points)-1 {
			continue // moved into the picture, the last one may need the room of its neighbour
		}
		right = x - half
		p.stroke(Neutral, 1, at(f.x(i), fieldBottom), at(f.x(i), fieldBottom-5))
		p.write(x, 7, label, style(letters, soft, draw.XCenter, draw.YBottom))
	}
}

// dateOf is the period's name, or its first day where the name is two days.
func dateOf(point report.Point) string {
	if point.Period.Stored() {
		return point.Period.Name
	}
	return point.Period.From.String()
}

// run is a stretch of points without a gap, from and to included.
type run struct{ from, to int }

func runs(points []report.Point) (all []run) {
	for i, point := range points {
		switch {
		case point.Score.Value == nil || point.Score.Interval == nil:
		case len(all) > 0 && all[len(all)-1].to == i-1:
			all[len(all)-1].to = i
		default:
			all = append(all, run{i, i})
		}
	}
	return all
}

func (f field) interval(p paper, points []report.Point, r run) {
	var outline []vg.Point
	edge := func(i, bound int, aside float64) {
		outline = append(outline, at(f.x(i)+aside, f.y(points[i].Score.Interval[bound])))
	}
	if r.from == r.to {
		edge(r.from, 0, -loneInterval)
		edge(r.from, 0, loneInterval)
		edge(r.from, 1, loneInterval)
		edge(r.from, 1, -loneInterval)
	}
	for i := r.from; i <= r.to && r.from < r.to; i++ {
		edge(i, 0, 0)
	}
	for i := r.to; i >= r.from && r.from < r.to; i-- {
		edge(i, 1, 0)
	}
	p.fill(band, outline...)
}

func (f field) scores(p paper, points []report.Point, r run) {
	var path []vg.Point
	for i := r.from; i <= r.to; i++ {
		path = append(path, at(f.x(i), f.y(*points[i].Score.Value)))
	}
	if len(path) > 1 {
		p.stroke(line, 2.5, path...)
	}
	for i, point := range path {
		if r.from+i == len(points)-1 { // the period that is reported
			p.dot(ground, lastRadius+2, point)
			p.dot(line, lastRadius, point)
			continue
		}
		p.dot(line, pointRadius, point)
	}
}
