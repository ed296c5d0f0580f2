package score

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// z is the 97.5 % quantile of the normal distribution: 95 % lie within it on both sides.
const z = 1.959963984540054

// interval is the 95 % interval of the value, which always lies inside.
func (t totals) interval() Interval {
	if t.scale.Metric == CES {
		mean, variance, df := t.augmented()
		return around(mean, student(df)*math.Sqrt(variance)).within(float64(t.scale.Min), float64(t.scale.Max))
	}
	return t.shares(z)
}

// shares is the interval of a share or a net score that reaches q standard errors to each side.
func (t totals) shares(q float64) Interval {
	if t.scale.Metric == NPS {
		centre, variance := t.adjusted()
		return around(100*centre, 100*q*math.Sqrt(variance)).within(-100, 100)
	}
	share := wilson(t.good, t.n, q)
	return Interval{100 * share[0], 100 * share[1]}
}

// adjusted is the adjusted Wald centre of a net score and the variance of it, on -1 to 1: three more answers, three quarters of
// one at each end (Lewis and Sauro, MeasuringU 2021). The plain formula says 100 +/- 0 for five promoters out of five.
func (t totals) adjusted() (centre, variance float64) {
	n := float64(t.n) + 3
	promoters, detractors := (float64(t.good)+0.75)/n, (float64(t.bad)+0.75)/n
	centre = promoters - detractors
	return centre, (promoters + detractors - centre*centre) / n
}

// augmented is the mean of the answers and one more at each end of the scale, the variance of that mean, and its degrees of
// freedom. The two make an interval possible from the first answer, and keep five equal answers from claiming certainty.
func (t totals) augmented() (mean, variance, df float64) {
	low, high := int64(t.scale.Min), int64(t.scale.Max)
	n := float64(t.n + 2)
	sum, squares := float64(t.sum+low+high), float64(t.squares+low*low+high*high)
	return sum / n, (squares - sum*sum/n) / (n - 1) / n, n - 1
}

// wilson is the Wilson score interval of a share, 0 to 1: those shares from which the hits are at most z standard errors away.
func wilson(hits, n int64, z float64) Interval {
	p, m := float64(hits)/float64(n), float64(n)
	centre := (p + z*z/(2*m)) / (1 + z*z/m)
	margin := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m)) / (1 + z*z/m)
	i := around(centre, margin).within(0, 1)
	// At the ends the bound is the end itself; the formula misses it by the last bit.
	if hits == 0 {
		i[0] = 0
	}
	if hits == n {
		i[1] = 1
	}
	return i
}

// student is the 97.5 % quantile of Student's t distribution.
func student(df float64) float64 {
	return distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(0.975)
}

func around(centre, margin float64) Interval { return Interval{centre - margin, centre + margin} }

func (i Interval) within(low, high float64) Interval {
	return Interval{max(i[0], low), min(i[1], high)}
}
