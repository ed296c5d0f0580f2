package score

import (
	"math"
	"testing"
)

func TestNPSMarginsAreAdjustedWald(t *testing.T) {
	for _, row := range []struct {
		promoters, passives, detractors int64
		centre, margin                  float64
	}{
		{5, 3, 2, 23.08, 42.13},
		{15, 9, 6, 27.27, 26.59},
		{25, 15, 10, 28.30, 21.00},
		{50, 30, 20, 29.13, 15.08},
		{100, 60, 40, 29.56, 10.74},
		{200, 120, 80, 29.78, 7.62},
		{500, 300, 200, 29.91, 4.83},
		{5, 0, 0, 62.50, 45.01}, // the plain formula says 100 +/- 0
		{32, 13, 6, 48.15, 18.85},
	} {
		centre, variance := total(scaleOf(t, NPS, 10, Higher), npsCounts(row.promoters, row.passives, row.detractors)).adjusted()
		if c, m := Round(100*centre, 2), Round(100*z*math.Sqrt(variance), 2); c != row.centre || m != row.margin {
			t.Errorf("%+v: %v +/- %v", row, c, m)
		}
	}
}

func TestSharesHaveWilsonIntervals(t *testing.T) {
	for _, row := range []struct {
		hits, n   int64
		low, high float64 // per cent
	}{
		{0, 1, 0, 79.35}, {1, 1, 20.65, 100}, {0, 5, 0, 43.45}, {5, 5, 56.55, 100}, {9, 10, 59.58, 98.21},
		{13, 15, 62.12, 96.26}, {40, 50, 66.96, 88.76}, {80, 100, 71.12, 86.66}, {160, 200, 73.91, 84.95}, {600, 1000, 56.93, 62.99},
	} {
		i := wilson(row.hits, row.n, z)
		if got := (Interval{Round(100*i[0], 2), Round(100*i[1], 2)}); got != (Interval{row.low, row.high}) {
			t.Errorf("%d of %d: %v, want %v-%v", row.hits, row.n, got, row.low, row.high)
		}
	}
}

// bisect finds where f, which rises through zero between low and high, is zero.
func bisect(low, high float64, f func(float64) float64) float64 {
	for range 60 {
		if mid := (low + high) / 2; f(mid) < 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// The bounds are by definition the shares p from which the observed one is just z standard errors of p away.
func TestWilsonBoundsInvertTheTest(t *testing.T) {
	for n := int64(1); n <= 60; n++ {
		for hits := int64(0); hits <= n; hits++ {
			share := float64(hits) / float64(n)
			distance := func(p float64) float64 { return (p - share) - z*math.Sqrt(p*(1-p)/float64(n)) }
			mirror := func(p float64) float64 { return (p - share) + z*math.Sqrt(p*(1-p)/float64(n)) }
			low, high := 0.0, 1.0
			if hits > 0 {
				low = bisect(0, share, mirror)
			}
			if hits < n {
				high = bisect(share, 1, distance)
			}
			if got := wilson(hits, n, z); math.Abs(got[0]-low) > 1e-9 || math.Abs(got[1]-high) > 1e-9 {
				t.Fatalf("%d of %d: %v, by inversion [%v %v]", hits, n, got, low, high)
			}
		}
	}
}

// tArea integrates Student's density from 0 to x by Simpson's rule: what lies above the middle.
func tArea(df, x float64) float64 {
	a, _ := math.Lgamma((df + 1) / 2)
	b, _ := math.Lgamma(df / 2)
	density := func(u float64) float64 {
		return math.Exp(a-b) / math.Sqrt(df*math.Pi) * math.Pow(1+u*u/df, -(df+1)/2)
	}
	const steps = 4000
	h, sum := x/steps, density(0)+density(x)
	for i := 1; i < steps; i++ {
		sum += density(float64(i)*h) * float64(2+2*(i%2))
	}
	return sum * h / 3
}

func TestStudentQuantilesHold95PerCent(t *testing.T) {
	for _, df := range []float64{2, 2.7, 3, 4, 6, 9.5, 30, 101, 1000, 1e5} {
		if got := tArea(df, student(df)); math.Abs(got-0.475) > 1e-7 {
			t.Errorf("%v degrees of freedom: %v of the upper half lies below the quantile %v", df, 2*got, student(df))
		}
	}
	if got := student(1e9); math.Abs(got-z) > 1e-6 {
		t.Errorf("with many answers the quantile is the normal one: %v", got)
	}
}

// The mean's interval from its definition: the two added answers are answers like any other.
func TestAMeansIntervalIsThatOfTheAnswersAndOneAtEachEnd(t *testing.T) {
	for _, counts := range []Counts{{4: 1}, {5: 1}, {5: 5}, {3: 2, 4: 2, 5: 1}, {5: 40, 4: 20, 3: 5, 2: 15, 1: 20}} {
		answers := []float64{1, 5}
		for rating, c := range counts {
			for range c {
				answers = append(answers, float64(rating))
			}
		}
		n, mean, variance := float64(len(answers)), 0.0, 0.0
		for _, a := range answers {
			mean += a / n
		}
		for _, a := range answers {
			variance += (a - mean) * (a - mean) / (n - 1)
		}
		quantile := bisect(0, 20, func(x float64) float64 { return tArea(n-1, x) - 0.475 })
		margin := quantile * math.Sqrt(variance/n)
		got := total(scaleOf(t, CES, 5, Higher), counts).interval()
		if math.Abs(got[0]-max(1, mean-margin)) > 1e-5 || math.Abs(got[1]-min(5, mean+margin)) > 1e-5 {
			t.Errorf("%v: %v, want %v +/- %v", counts, got, mean, margin)
		}
	}
}
