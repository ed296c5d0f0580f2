package chart

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"afterword/internal/period"
	"afterword/internal/report"
	"afterword/internal/score"
)

var update = flag.Bool("update", false, "draw the golden pictures anew")

func standard(t testing.TB, metric score.Metric, high int, direction score.Direction) score.Scale {
	t.Helper()
	scale, ok := score.Standard(metric, high, direction)
	if !ok {
		t.Fatalf("no standard scale of %s to %d", metric, high)
	}
	return scale
}

// touchpoint has the months up to October 2026, each with the answers given for it, oldest first; nil is a month without any.
func touchpoint(name string, scale score.Scale, months ...score.Counts) report.Touchpoint {
	t := report.Touchpoint{Name: name, Scale: scale}
	p := period.Month(period.NewDay(2026, time.October, 1))
	for range len(months) - 1 {
		p = p.Previous()
	}
	for _, counts := range months {
		t.Score = score.Of(scale, counts)
		t.Trend = append(t.Trend, report.Point{Period: p, Score: t.Score})
		p = period.Month(p.To.Add(1))
	}
	return t
}

// year is thirteen months of answers around a mood from 0 to 1 that slowly gets better, with a gap in the fourth.
func year(scale score.Scale, n int64) (months []score.Counts) {
	ratings := scale.Ratings()
	for m := range report.TrendPeriods {
		counts := score.Counts{}
		for i, r := range ratings {
			near := 1 - scale.Normal(r)*(1-float64(m)/30)
			counts[r] = int64(float64(n) * (1.1 - near) * float64(1+(m*7+i*3)%5) / 12)
		}
		if m == 3 {
			counts = score.Counts{ratings[0]: 3}
		}
		months = append(months, counts)
	}
	return months
}

func pictures(t testing.TB, touchpoints ...report.Touchpoint) map[string][]byte {
	t.Helper()
	drawn, err := Of(report.Report{Touchpoints: touchpoints})
	if err != nil {
		t.Fatal(err)
	}
	return drawn
}

func decode(t testing.TB, data []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

func rich(t testing.TB) []report.Touchpoint {
	ease, satisfied := standard(t, score.CES, 5, score.Higher), standard(t, score.CSAT, 5, score.Higher)
	effort, recommend := standard(t, score.CES, 10, score.Lower), standard(t, score.NPS, 10, score.Higher)
	return []report.Touchpoint{
		touchpoint("support", ease, year(ease, 40)...),
		touchpoint("purchase", satisfied, year(satisfied, 20000)...),
		touchpoint("invoice", effort, year(effort, 9)...),
		touchpoint("onboarding", recommend, year(recommend, 15)...),
	}
}

// Edges may be mixed a little differently on another processor; a moved line or digit may not pass.
func TestPicturesLookLikeThis(t *testing.T) {
	for name, data := range pictures(t, rich(t)...) {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v (draw it with -update)", err)
		}
		if n := differing(decode(t, data), decode(t, golden)); n > 20 {
			t.Errorf("%s differs from the golden picture in %d dots", name, n)
		}
	}
}

func differing(a, b image.Image) (n int) {
	if a.Bounds() != b.Bounds() {
		return a.Bounds().Dx() * a.Bounds().Dy()
	}
	for i := range a.Bounds().Dx() * a.Bounds().Dy() {
		x, y := i%a.Bounds().Dx(), i/a.Bounds().Dx()
		r1, g1, b1, _ := a.At(x, y).RGBA()
		r2, g2, b2, _ := b.At(x, y).RGBA()
		const much = 24 << 8
		if max(r1, r2)-min(r1, r2) > much || max(g1, g2)-min(g1, g2) > much || max(b1, b2)-min(b1, b2) > much {
			n++
		}
	}
	return n
}

func TestPicturesAreSmallAndDrawnForDenseScreens(t *testing.T) {
	for name, data := range pictures(t, rich(t)...) {
		if len(data) >= 25<<10 {
			t.Errorf("%s has %d bytes", name, len(data))
		}
		if size := decode(t, data).Bounds().Size(); size != image.Pt(Width*Density, Height*Density) {
			t.Errorf("%s is %v", name, size)
		}
	}
}

func TestEqualReportsGiveEqualBytes(t *testing.T) {
	first, second := pictures(t, rich(t)...), pictures(t, rich(t)...)
	if len(first) != 8 {
		t.Errorf("drew %d pictures, want 8", len(first))
	}
	for name := range first {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s differs when it is drawn again", name)
		}
	}
}

func TestWhatWouldShowNothingIsNotDrawn(t *testing.T) {
	scale := standard(t, score.CSAT, 5, score.Higher)
	few, many := score.Counts{1: 4}, score.Counts{5: 40}
	for _, row := range []struct {
		what                string
		touchpoint          report.Touchpoint
		trend, distribution bool
	}{
		{"no periods", report.Touchpoint{Name: "a", Scale: scale}, false, false},
		{"no answers", touchpoint("a", scale, nil, nil, nil), false, false},
		{"only gaps", touchpoint("a", scale, few, nil, few), false, false},
		{"a gap in the end", touchpoint("a", scale, many, few), true, false},
		{"one period", touchpoint("a", scale, many), true, true},
		{"always the same", touchpoint("a", scale, many, many, many), true, true},
		{"no scale", report.Touchpoint{Name: "a", Score: score.Of(scale, many), Trend: touchpoint("a", scale, many).Trend}, false, false},
	} {
		drawn := pictures(t, row.touchpoint)
		if trend, spread := drawn["a-trend.png"] != nil, drawn["a-distribution.png"] != nil; trend != row.trend || spread != row.distribution {
			t.Errorf("%s: trend %v, distribution %v", row.what, trend, spread)
		}
	}
}

func TestALineNeverCrossesAGap(t *testing.T) {
	scale := standard(t, score.CSAT, 5, score.Higher)
	many := score.Counts{1: 40, 5: 40}
	one := Trend(touchpoint("a", scale, many, nil, many))
	f := fieldOf(touchpoint("a", scale, many, nil, many))
	between := func(picture image.Image) bool { // whether something is drawn at the height of the scores, in the second period
		x, y := int(f.x(1)*Density), int((Height-f.y(50))*Density)
		for up := -20; up <= 20; up++ {
			r, g, b, _ := picture.At(x, y+up).RGBA()
			lr, lg, lb, _ := line.RGBA()
			if r == lr && g == lg && b == lb {
				return true
			}
		}
		return false
	}
	if between(one) {
		t.Error("a line crosses the gap")
	}
	if !between(Trend(touchpoint("a", scale, many, many, many))) {
		t.Error("the test cannot see a line")
	}
}

func TestAxesNameFewEvenSteps(t *testing.T) {
	for _, row := range []struct {
		scale score.Scale
		want  string
	}{
		{standard(t, score.CES, 5, score.Higher), "[1 2 3 4 5]"},
		{standard(t, score.CES, 7, score.Higher), "[1 3 5 7]"},
		{standard(t, score.CES, 10, score.Lower), "[1 4 7 10]"},
		{standard(t, score.CSAT, 5, score.Higher), "[0 25 50 75 100]"},
		{standard(t, score.NPS, 10, score.Higher), "[-100 -50 0 50 100]"},
		{score.Scale{Metric: score.CES, Min: 0, Max: 1}, "[0 1]"},
		{score.Scale{Metric: score.CES, Min: 0, Max: 7}, "[0 2 4 6]"},
	} {
		if got := fmt.Sprint(fieldOf(report.Touchpoint{Scale: row.scale}).steps()); got != row.want {
			t.Errorf("%v: %s, want %s", row.scale, got, row.want)
		}
	}
}

// Any report can be drawn, whatever is in it.
func FuzzAnyReportCanBeDrawn(f *testing.F) {
	for seed := range uint64(12) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 1))
		scales := []score.Scale{
			standard(t, score.CES, 5, score.Higher), standard(t, score.CES, 10, score.Lower), standard(t, score.CSAT, 5, score.Higher),
			standard(t, score.NPS, 10, score.Higher), {Metric: score.CES, Max: 1, Direction: score.Higher, GoodFrom: 1},
		}
		scale := scales[random.IntN(len(scales))]
		months := make([]score.Counts, 1+random.IntN(20))
		for i := range months {
			months[i] = score.Counts{}
			for _, r := range scale.Ratings() {
				months[i][r] = random.Int64N(1<<random.IntN(40)+1) - 1
			}
		}
		drawn := touchpoint("a", scale, months...)
		if random.IntN(2) == 0 {
			for i := range drawn.Trend {
				last := period.NewDay(2026, time.October, 20*i+20)
				drawn.Trend[i].Period, _ = period.Between(last.Add(-19), last)
			}
		}
		for name, data := range pictures(t, drawn) {
			if decode(t, data); len(data) > 40<<10 {
				t.Errorf("%s has %d bytes", name, len(data))
			}
		}
	})
}
