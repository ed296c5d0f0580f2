package score

import (
	"math"
	"testing"
)

// Figures of the field that the product does not show in this form, computed from what it does compute. Each holds the sums under the
// scores to an independent number.

// plainMargin is the 95 % margin of a net score without any adjustment, in points: what the adjusted Wald interval replaces.
func plainMargin(t totals) float64 {
	p, d := float64(t.good)/float64(t.n), float64(t.bad)/float64(t.n)
	return 100 * z * math.Sqrt((p+d-(p-d)*(p-d))/float64(t.n))
}

func TestPlainNPSMarginsAreThoseOfTheTable(t *testing.T) {
	for _, row := range []struct {
		promoters, passives, detractors int64
		nps, margin                     float64
	}{
		{5, 3, 2, 30, 48.41}, {15, 9, 6, 30, 27.95}, {25, 15, 10, 30, 21.65}, {50, 30, 20, 30, 15.31}, {100, 60, 40, 30, 10.82},
		{200, 120, 80, 30, 7.65}, {500, 300, 200, 30, 4.84}, {5, 0, 0, 100, 0}, {32, 13, 6, 50.98, 19.12},
		{50_000, 30_000, 20_000, 30, 0.48}, // the rule of thumb: a thousand answers for five points, a hundred thousand for half a point
	} {
		sums := total(scaleOf(t, NPS, 10, Higher), npsCounts(row.promoters, row.passives, row.detractors))
		if nps, margin := Round(sums.value(), 2), Round(plainMargin(sums), 2); nps != row.nps || margin != row.margin {
			t.Errorf("%+v: %v +/- %v", row, nps, margin)
		}
	}
}

// In 22 of 100 small samples a difference of rounded percentages is another whole number than the rounded score.
func TestRoundingFirstWouldBeWrongInOneSmallSampleOfFive(t *testing.T) {
	nps := scaleOf(t, NPS, 10, Higher)
	all, wrong := 0, 0
	for n := int64(1); n < 40; n++ {
		for promoters := int64(0); promoters <= n; promoters++ {
			for detractors := int64(0); promoters+detractors <= n; detractors++ {
				sums := total(nps, npsCounts(promoters, n-promoters-detractors, detractors))
				first := Round(100*float64(promoters)/float64(n), 0) - Round(100*float64(detractors)/float64(n), 0)
				if all++; first != Round(sums.value(), 0) {
					wrong++
				}
			}
		}
	}
	if all != 11_479 || wrong != 2_580 {
		t.Errorf("%d of %d", wrong, all)
	}
}

func TestTheWorkedDeviationsOfCES(t *testing.T) {
	for _, row := range []struct {
		counts              Counts
		mean, deviation, se float64
	}{
		{Counts{5: 40, 4: 20, 3: 5, 2: 15, 1: 20}, 3.45, 1.604, 0.160},
		{Counts{4: 2, 5: 1, 3: 2}, 3.8, 0.837, 0.374},
	} {
		sums := total(scaleOf(t, CES, 5, Higher), row.counts)
		n := float64(sums.n)
		deviation := math.Sqrt((float64(sums.squares) - float64(sums.sum)*float64(sums.sum)/n) / (n - 1))
		if mean, sd, se := Round(sums.value(), 2), Round(deviation, 3), Round(deviation/math.Sqrt(n), 3); mean != row.mean || sd != row.deviation || se != row.se {
			t.Errorf("%v: %v, %v, %v", row.counts, mean, sd, se)
		}
	}
}

// A mean above the middle of the scale, and one customer in five for whom it was very hard.
func TestAMeanCanHideAFifth(t *testing.T) {
	s := Of(scaleOf(t, CES, 5, Higher), Counts{5: 40, 4: 20, 3: 5, 2: 15, 1: 20})
	d := s.Distribution
	if *s.Value <= 3 || *s.Value >= 4 || d[1]*5 != s.N || (d[1]+d[2]+d[3])*100 != 40*s.N || d[1]+d[2]+d[3] != d[5] || *s.EasyShare != 0.6 {
		t.Errorf("%+v", s)
	}
}

// An NPS of 39 after 46, with 94 and 87 answers (yourcx): whatever the split behind the scores, z lies between that of no passives and
// that of no detractors, far below 1.96, and no split is called a change.
func TestNoSplitMakesTheQuotedFallReliable(t *testing.T) {
	statistic := func(passives bool) float64 {
		variance := 0.0
		for _, side := range []struct{ nps, n float64 }{{0.46, 87}, {0.39, 94}} {
			answered := 1.0 // share of promoters and detractors
			if passives {
				answered = side.nps
			}
			variance += (answered - side.nps*side.nps) / side.n
		}
		return (0.46 - 0.39) / math.Sqrt(variance)
	}
	if widest, narrowest := Round(statistic(false), 2), Round(statistic(true), 2); widest != 0.52 || narrowest != 0.95 {
		t.Errorf("z from %v to %v", widest, narrowest)
	}
	nps, tried := scaleOf(t, NPS, 10, Higher), 0
	splits := func(n int64, score float64) (all []Counts) {
		for promoters := int64(0); promoters <= n; promoters++ {
			for detractors := int64(0); promoters+detractors <= n; detractors++ {
				if counts := npsCounts(promoters, n-promoters-detractors, detractors); Round(total(nps, counts).value(), 0) == score {
					all = append(all, counts)
				}
			}
		}
		return all
	}
	for _, from := range splits(87, 46) {
		for _, to := range splits(94, 39) {
			if tried++; Compare(nps, from, to).Verdict != NoChange {
				t.Errorf("%v to %v is a change", from, to)
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d splits", tried)
	}
}

// Half of 200 customers answered. The product does not narrow its intervals by this factor, which is honest only if those who answer are
// nearly a random sample of those who were asked: who is angry answers. It prints the response rate instead.
func TestTheFinitePopulationFactor(t *testing.T) {
	if factor := math.Sqrt((200.0 - 100) / (200 - 1)); Round(factor, 4) != 0.7089 {
		t.Error(factor)
	}
}

// Help Scout's happiness is a net score of three faces, great less not good: 41 and 35 of 110 are its sample's 37.27 and 31.82 %.
func TestANetScoreIsTheDifferenceOfExactShares(t *testing.T) {
	sums := total(scaleOf(t, NPS, 10, Higher), npsCounts(41, 34, 35))
	great, notGood := 100*float64(sums.good)/float64(sums.n), 100*float64(sums.bad)/float64(sums.n)
	if Round(great, 2) != 37.27 || Round(notGood, 2) != 31.82 || Round(sums.value(), 2) != 5.45 {
		t.Errorf("%v less %v is %v", great, notGood, sums.value())
	}
}

// The quantile by numeric inversion of the normal distribution's own area.
func TestTheNormalQuantileLeavesTwoAndAHalfPerCentAbove(t *testing.T) {
	area := func(x float64) float64 {
		const steps = 2000
		h, sum := x/steps, 1+math.Exp(-x*x/2)
		for i := 1; i < steps; i++ {
			sum += math.Exp(-(float64(i)*h)*(float64(i)*h)/2) * float64(2+2*(i%2))
		}
		return sum * h / 3 / math.Sqrt(2*math.Pi)
	}
	if got := bisect(0, 5, func(x float64) float64 { return area(x) - 0.475 }); math.Abs(got-z) > 1e-9 {
		t.Errorf("by inversion %v, want %v", got, z)
	}
}

// NPS as a mean of 1, 0 and -1, of the answers and three more: three quarters of one at each end, the rest in the middle.
func TestTheAdjustedNPSIntervalIsThatOfTheSampleAndThreeAnswersMore(t *testing.T) {
	for _, split := range [][3]float64{{5, 3, 2}, {50, 30, 20}, {5, 0, 0}, {32, 13, 6}, {0, 9, 0}} {
		weights := map[float64]float64{1: split[0] + 0.75, 0: split[1] + 1.5, -1: split[2] + 0.75}
		n, mean, variance := 0.0, 0.0, 0.0
		for answer, weight := range weights {
			n += weight
			mean += answer * weight
		}
		mean /= n
		for answer, weight := range weights {
			variance += weight * (answer - mean) * (answer - mean) / n
		}
		margin := z * math.Sqrt(variance/n)
		got := total(scaleOf(t, NPS, 10, Higher), npsCounts(int64(split[0]), int64(split[1]), int64(split[2]))).interval()
		if math.Abs(got[0]-max(-100, 100*(mean-margin))) > 1e-9 || math.Abs(got[1]-min(100, 100*(mean+margin))) > 1e-9 {
			t.Errorf("%v: %v, want %v +/- %v", split, got, 100*mean, 100*margin)
		}
	}
}
