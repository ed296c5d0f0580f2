package why

import (
	"math"

	"afterword/internal/program"
)

// Regression gathers what a regression of the rating on all features needs, in one pass and in whole numbers, so that the order of the
// answers makes no difference at all.
//
// An answer says nothing about some features: a cause may be offered to the unhappy alone, most answers have no comment, nobody has to
// reply. Such a gap counts as the feature's mean among the answers that do say something, which is why sums are kept for each pair
// of features. That way a cause which only the unhappy may tick is compared among those, and does not look like the reason for being
// unhappy only because it was offered.
type Regression struct {
	survey   program.Survey
	features []Feature

	n, sum, squares int64     // of the answers, from 0 at the unhappy end in steps of the scale
	seen            [][]int64 // by feature: how many answers have each value, 0 to 10
	ratings         [][3]int64
	ratingTimes     []int64   // by feature: rating times value
	both            [][]int64 // by pair: answers that say something about both
	first           [][]int64 // by pair: of those, the sum of the first one's values
	product         [][]int64 // by pair: of the values' products
}

// NewRegression prepares one for a survey of the program.
func NewRegression(p *program.Program, s program.Survey) *Regression {
	r := &Regression{survey: s, features: featuresOf(p, s)}
	size := len(r.features)
	r.ratings, r.ratingTimes = make([][3]int64, size), make([]int64, size)
	square := func(width int) [][]int64 {
		rows := make([][]int64, size)
		for i := range rows {
			rows[i] = make([]int64, width)
		}
		return rows
	}
	r.seen, r.both, r.first, r.product = square(11), square(size), square(size), square(size)
	return r
}

// Add takes an answer in.
func (r *Regression) Add(a Answer) {
	scale := r.survey.Scale
	if !scale.Contains(a.Rating) {
		return
	}
	y := int64(math.Round(scale.Normal(a.Rating) * float64(scale.Max-scale.Min)))
	r.n, r.sum, r.squares = r.n+1, r.sum+y, r.squares+y*y
	var said []int
	values := make([]int64, len(r.features))
	for j, f := range r.features {
		if value := f.of(r.survey, a); value != none {
			said, values[j] = append(said, j), int64(value)
			r.seen[j][value]++
			r.ratings[j][0]++
			r.ratings[j][1] += y
			r.ratings[j][2] += y * y
			r.ratingTimes[j] += y * int64(value)
		}
	}
	for _, j := range said {
		for _, k := range said {
			r.both[j][k]++
			r.first[j][k] += values[j]
			r.product[j][k] += values[j] * values[k]
		}
	}
}

func (r *Regression) mean(j int) float64 { return float64(r.first[j][j]) / float64(r.both[j][j]) }

// cross is the sum of the products of two features' deviations from their means.
func (r *Regression) cross(j, k int) float64 {
	a, b := r.mean(j), r.mean(k)
	return float64(r.product[j][k]) - a*float64(r.first[k][j]) - b*float64(r.first[j][k]) + a*b*float64(r.both[j][k])
}

// fitted is a regression on standardised features.
type fitted struct {
	effect   []float64 // standardised
	variance []float64 // of the effects
	unit     []float64 // what one standardised effect is in steps of the rating for one step of the feature
	residual float64   // share of the variance that stays unexplained
	free     float64   // degrees of freedom
}

// fit solves (R + I/n) effect = c, where R are the correlations of the chosen features and c those with the rating.
func (r *Regression) fit(chosen []int) fitted {
	p, n := len(chosen), float64(r.n)
	rating := float64(r.squares) - float64(r.sum)*float64(r.sum)/n // sum of squares around the mean
	spread, c := make([]float64, p), make([]float64, p)
	for i, j := range chosen {
		spread[i] = math.Sqrt(r.cross(j, j))
		c[i] = (float64(r.ratingTimes[j]) - r.mean(j)*float64(r.ratings[j][1])) / (spread[i] * math.Sqrt(rating))
	}
	correlations, ridge := make([][]float64, p), make([][]float64, p)
	for i, j := range chosen {
		correlations[i], ridge[i] = make([]float64, p), make([]float64, p)
		for h, k := range chosen {
			correlations[i][h] = r.cross(j, k) / (spread[i] * spread[h])
		}
		copy(ridge[i], correlations[i])
		ridge[i][i] += 1 / n
	}
	inverse := invert(ridge)
	f := fitted{effect: make([]float64, p), variance: make([]float64, p), unit: make([]float64, p), residual: 1, free: n - float64(p) - 1}
	for i := range inverse {
		for h := range inverse {
			f.effect[i] += inverse[i][h] * c[h]
		}
	}
	for i := range f.effect {
		f.residual -= 2 * f.effect[i] * c[i]
		for h := range f.effect {
			f.residual += f.effect[i] * correlations[i][h] * f.effect[h]
		}
	}
	f.residual = min(1, max(0, f.residual))
	for i, j := range chosen {
		f.variance[i] = inverse[i][i] * max(f.residual/f.free, r.among(j)/rating)
		f.unit[i] = math.Sqrt(rating) / spread[i]
	}
	return f
}

// among is the variance of the ratings among the answers that say something about a feature, where that is not all of them: who writes
// a comment is more often at one of the ends, so that the residual variance of all answers would promise too much.
func (r *Regression) among(j int) float64 {
	n, sum, squares := float64(r.ratings[j][0]), float64(r.ratings[j][1]), float64(r.ratings[j][2])
	if r.ratings[j][0] == r.n {
		return 0
	}
	return (squares - sum*sum/n) / (n - 1)
}

// invert inverts a symmetric, positive definite matrix by Cholesky's decomposition.
func invert(m [][]float64) [][]float64 {
	p := len(m)
	lower, inverse := make([][]float64, p), make([][]float64, p)
	for i := range m {
		lower[i], inverse[i] = make([]float64, p), make([]float64, p)
		for j := range i + 1 {
			sum := m[i][j]
			for k := range j {
				sum -= lower[i][k] * lower[j][k]
			}
			if i == j {
				lower[i][i] = math.Sqrt(sum)
			} else {
				lower[i][j] = sum / lower[j][j]
			}
		}
	}
	for column := range m {
		x := make([]float64, p)
		for i := range p { // forwards
			sum := float64(one(i == column))
			for k := range i {
				sum -= lower[i][k] * x[k]
			}
			x[i] = sum / lower[i][i]
		}
		for i := p - 1; i >= 0; i-- { // and back
			for k := i + 1; k < p; k++ {
				x[i] -= lower[k][i] * x[k]
			}
			x[i] /= lower[i][i]
			inverse[i][column] = x[i]
		}
	}
	return inverse
}
