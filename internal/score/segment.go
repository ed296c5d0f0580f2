package score

import (
	"cmp"
	"slices"
)

// Segment is the score of the answers that have one value of a property: one agent's, one country's.
type Segment struct {
	Value  string  `json:"value"` // "" for the answers whose visit does not say
	Score  Score   `json:"score"`
	Change *Change `json:"change,omitempty"` // against the period before, if that was compared
}

// Withheld is the note on a segment that would have enough answers by itself, and is not shown because the one that has too few could
// be had by taking all the others from the whole.
const Withheld = "withheld, so that a segment of few answers cannot be computed from the others"

// Cut scores each segment of a whole: every answer is in exactly one, those without a value in "". They come in the order of a ranking:
// by the bound of the interval at the unhappy end, because a few happy answers say less than many; then those that are not
// shown, the most answers first. Segments without answers are left out.
func Cut(scale Scale, counts map[string]Counts) []Segment {
	var all []Segment
	for value, c := range counts {
		if s := Of(scale, c); s.N > 0 {
			all = append(all, Segment{Value: value, Score: s})
		}
	}
	withhold(all)
	slices.SortFunc(all, func(a, b Segment) int {
		return cmp.Or(cmp.Compare(floor(scale, b.Score), floor(scale, a.Score)), cmp.Compare(b.Score.N, a.Score.N), cmp.Compare(a.Value, b.Value))
	})
	return all
}

// Rank is Cut with how each segment moved that is shown in both periods: a change from a score that is withheld would tell it.
func Rank(scale Scale, counts, before map[string]Counts) []Segment {
	all := Cut(scale, counts)
	changes := CompareAll(scale, Shown(scale, before), distributions(all))
	for i := range all {
		if c, compared := changes[all[i].Value]; compared {
			all[i].Change = &c
		}
	}
	return all
}

// Shown is the answers of those segments of a whole that Cut shows.
func Shown(scale Scale, counts map[string]Counts) map[string]Counts {
	return distributions(Cut(scale, counts))
}

// distributions are the answers of those that are shown.
func distributions(all []Segment) map[string]Counts {
	shown := map[string]Counts{}
	for _, s := range all {
		if s.Score.Value != nil {
			shown[s.Value] = s.Score.Distribution
		}
	}
	return shown
}

// withhold hides the smallest segments that are shown for as long as those that are not could be computed from the whole: when it is
// one alone, or when all of them together have too few answers.
func withhold(all []Segment) {
	slices.SortFunc(all, func(a, b Segment) int {
		return cmp.Or(cmp.Compare(a.Score.N, b.Score.N), cmp.Compare(a.Value, b.Value))
	})
	hidden, answers := 0, int64(0)
	for i := range all {
		s := &all[i].Score
		if s.Value != nil {
			if hidden == 0 || hidden > 1 && answers >= fewest {
				return
			}
			*s = Score{N: s.N, Convention: s.Convention, Note: Withheld}
		}
		hidden, answers = hidden+1, answers+s.N
	}
}

// floor is what the score is at least, in the direction of happiness; without end below for one that is not shown.
func floor(scale Scale, s Score) float64 {
	switch {
	case s.Interval == nil:
		return lowest
	case scale.fallsWithEase():
		return -s.Interval[1]
	}
	return s.Interval[0]
}

// lowest is under every bound of every metric.
const lowest = -1000
