package score

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// populations is the grid over which the intervals are tried: what share of all customers would choose each rating, from content to
// torn to unhappy, for every standard scale. The shapes are stretched over the scale's ratings.
func populations(s Scale) map[string][]float64 {
	ratings := s.Ratings()
	shapes := map[string]func(x float64) float64{ // x is the rating's place on the scale, 0 to 1
		"even":           func(float64) float64 { return 1 },
		"mostly happy":   func(x float64) float64 { return 0.05 + x*x*x },
		"nearly all":     func(x float64) float64 { return 0.01 + x*x*x*x*x*x },
		"in the middle":  func(x float64) float64 { return 0.05 + x*(1-x) },
		"torn":           func(x float64) float64 { return 0.05 + (2*x-1)*(2*x-1) },
		"mostly unhappy": func(x float64) float64 { return 0.05 + (1-x)*(1-x) },
	}
	all := map[string][]float64{}
	for name, shape := range shapes {
		shares, sum := make([]float64, len(ratings)), 0.0
		for i := range ratings {
			shares[i] = shape(float64(i) / float64(len(ratings)-1))
			sum += shares[i]
		}
		for i := range shares {
			shares[i] /= sum
		}
		all[name] = shares
	}
	return all
}

// truth is the score of a whole population.
func truth(s Scale, shares []float64) float64 {
	value := 0.0
	for i, r := range s.Ratings() {
		switch group := s.Group(r); {
		case s.Metric == CES:
			value += shares[i] * float64(r)
		case group == Good:
			value += 100 * shares[i]
		case s.Metric == NPS && group == Bad:
			value -= 100 * shares[i]
		}
	}
	return value
}

func draw(r *rand.Rand, s Scale, shares []float64, n int) Counts {
	counts := Counts{}
	for range n {
		x, ratings := r.Float64(), s.Ratings()
		rating := ratings[len(ratings)-1]
		for i, share := range shares {
			if x -= share; x < 0 {
				rating = ratings[i]
				break
			}
		}
		counts[rating]++
	}
	return counts
}

// An interval is called a 95 % one because it should hold the whole population's score in 95 of 100 samples. The grid: every
// standard scale, six populations, samples of 20, 30 and 100 answers, a thousand of each.
func TestIntervalsHoldTheTruthAsOftenAsTheySay(t *testing.T) {
	samples := 1000
	if testing.Short() {
		samples = 200
	}
	r := rand.New(rand.NewPCG(20, 30))
	held, cells, least, where := 0.0, 0.0, 1.0, ""
	for _, scale := range []Scale{
		scaleOf(t, CES, 5, Higher), scaleOf(t, CES, 7, Higher), scaleOf(t, CES, 10, Higher), scaleOf(t, CES, 5, Lower),
		scaleOf(t, CSAT, 2, Higher), scaleOf(t, CSAT, 3, Higher), scaleOf(t, CSAT, 5, Higher), scaleOf(t, CSAT, 10, Higher), scaleOf(t, NPS, 10, Higher),
	} {
		for _, name := range []string{"even", "mostly happy", "nearly all", "in the middle", "torn", "mostly unhappy"} {
			shares := populations(scale)[name]
			want := truth(scale, shares)
			for _, n := range []int{20, 30, 100} {
				hits := 0
				for range samples {
					if i := total(scale, draw(r, scale, shares, n)).interval(); i[0] <= want && want <= i[1] {
						hits++
					}
				}
				share := float64(hits) / float64(samples)
				held, cells = held+share, cells+1
				if share < least {
					least, where = share, fmt.Sprintf("%s, %s, %s, %d answers", scale.Metric, scale, name, n)
				}
			}
		}
	}
	t.Logf("on average %.1f %% of %d samples, at least %.1f %% (%s)", 100*held/cells, int(cells)*samples, 100*least, where)
	if held/cells < 0.93 {
		t.Errorf("the intervals hold the truth in %.1f %% of samples on average, want at least 93", 100*held/cells)
	}
	if least < 0.85 {
		t.Errorf("%s: the interval holds the truth in %.1f %% of samples", where, 100*least)
	}
}
