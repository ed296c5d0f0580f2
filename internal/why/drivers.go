package why

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"afterword/internal/score"
)

// What it takes to speak of drivers: so many answers, so many of them for each feature, and so many with a feature and without it (of a
// number: off its most frequent value). Features beyond that, or beyond mostFeatures, are left out, the rarest first. The rules of
// thumb of regression ask for 10 to 20 answers for each feature.
const (
	fewestForDrivers = 50
	answersEach      = 10
	fewestEach       = 10
	mostFeatures     = 30
)

// The notes on drivers that are not told.
const (
	NotEnough = "not enough data"                                    // fewer than 50 answers
	NoSpread  = "all answers are alike"                              // nothing moves them
	NoFeature = "no cause, theme or reply is frequent enough to ask" // 10 with it and 10 without it
)

// Drivers is what moves the rating.
type Drivers struct {
	N        int64
	Note     string   // why there is nothing; "" when features were compared
	Reliable []Driver // the drivers, the strongest first
	Unclear  []Driver // what was compared and may as well do nothing, likewise
	LeftOut  int      // features that somebody mentioned, and too few to compare them
	// Explained is the share of the ratings' variance that all features explain together, 0 to 1.
	Explained float64
}

// Driver is how much a feature moves the rating, all others being equal.
type Driver struct {
	Feature
	Against string // of an option of a question with one answer: the option that it is compared with, the most frequent one
	N       int64  // answers that say something about the feature
	With    int64  // of them, those that have it; of a number: those off its most frequent value
	// Effect is what having it, or the highest number instead of the lowest, adds to the answer on a scale from 0 (unhappiest) to 1,
	// with its 95 % interval.
	Effect   float64
	Interval score.Interval
}

// Drivers computes them. The regression is a ridge with the weight of one answer: it takes beforehand, as strongly as one answer speaks,
// that a standardised feature moves the standardised rating by about one at most. That is next to nothing beside 50 answers, and
// keeps features that always come together from exploding: they share their effect, and their intervals get wide. A feature's interval
// is its own, at 95 %; the word driver goes by Holm's procedure (1979) over all that were compared, so that where nothing moves the
// rating, 95 of 100 reports name no driver at all.
func (r *Regression) Drivers() Drivers {
	d := Drivers{N: r.n}
	within := r.n*r.squares - r.sum*r.sum
	chosen, against, left := r.choose()
	switch d.LeftOut = left; {
	case r.n < fewestForDrivers:
		d.Note = NotEnough
		return d
	case within == 0:
		d.Note = NoSpread
		return d
	case len(chosen) == 0:
		d.Note = NoFeature
		return d
	}
	f := r.fit(chosen)
	d.Explained = max(0, 1-f.residual)
	student := distuv.StudentsT{Sigma: 1, Nu: f.free}
	chances := make([]float64, len(chosen))
	drivers := make([]Driver, len(chosen))
	for i, j := range chosen {
		feature, deviation := r.features[j], math.Sqrt(f.variance[i])
		chances[i] = 2 * student.Survival(math.Abs(f.effect[i])/deviation)
		unit := f.unit[i] * float64(feature.max-feature.min) / float64(r.survey.Scale.Max-r.survey.Scale.Min)
		margin := student.Quantile(0.975) * deviation
		drivers[i] = Driver{Feature: feature, Against: against[j], N: r.both[j][j], With: r.with(j), Effect: unit * f.effect[i],
			Interval: score.Interval{unit * (f.effect[i] - margin), unit * (f.effect[i] + margin)}}
	}
	places := make([]int, len(chosen))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(chances[a], chances[b]) })
	reliable := true
	for rank, i := range places {
		if reliable = reliable && chances[i]*float64(len(places)-rank) <= 0.05; reliable {
			d.Reliable = append(d.Reliable, drivers[i])
		} else {
			d.Unclear = append(d.Unclear, drivers[i])
		}
	}
	strongest := func(a, b Driver) int { return cmp.Compare(math.Abs(b.Effect), math.Abs(a.Effect)) }
	slices.SortStableFunc(d.Reliable, strongest)
	slices.SortStableFunc(d.Unclear, strongest)
	return d
}

// choose picks the features that there are enough answers for, and says what the options of a question are compared with: its most
// frequent option, which is no feature itself.
func (r *Regression) choose() (chosen []int, against map[int]string, left int) {
	usual := map[string]int{} // by question
	for j, f := range r.features {
		if before, ok := usual[f.ID]; f.oneOf && (!ok || r.seen[j][1] > r.seen[before][1]) {
			usual[f.ID] = j
		}
	}
	against = map[int]string{}
	for j, f := range r.features {
		if f.oneOf {
			if usual[f.ID] == j {
				continue
			}
			against[j] = r.features[usual[f.ID]].Option
		}
		switch off := r.off(j); {
		case off >= fewestEach:
			chosen = append(chosen, j)
		case off > 0:
			left++
		}
	}
	slices.SortStableFunc(chosen, func(a, b int) int { return cmp.Compare(r.off(b), r.off(a)) })
	if most := min(mostFeatures, int(r.n/answersEach)); len(chosen) > most {
		left += len(chosen) - most
		chosen = chosen[:most]
	}
	return chosen, against, left
}

// off is how many answers do not have the feature's most frequent value: of one that is there or not, the rarer of both.
func (r *Regression) off(j int) int64 { return r.both[j][j] - slices.Max(r.seen[j][:]) }

func (r *Regression) with(j int) int64 {
	if r.features[j].Kind == ScaleFeature {
		return r.off(j)
	}
	return r.seen[j][1]
}
