package program

import (
	"slices"

	"afterword/internal/fault"
	"afterword/internal/score"
)

// Presentation is how a survey's ratings look to those who choose one. The same people answer stars otherwise than numbers, so it is
// frozen with the scale.
type Presentation string

// The presentations.
const (
	Numbers Presentation = "numbers" // 1 2 3 4 5, the two ends in words
	Words   Presentation = "words"   // every rating in words (Likert)
	Faces   Presentation = "faces"   // from sad to happy
	Stars   Presentation = "stars"   // as many as the rating
	Thumbs  Presentation = "thumbs"  // down or up
)

// presentations are all of them, the plainest first.
var presentations = []string{string(Numbers), string(Words), string(Faces), string(Stars), string(Thumbs)}

// fitting says what a presentation can show. More faces or words than these people cannot tell apart; the first star of five is the
// worst to everybody, whatever a scale says; nobody recommends in words or pictures, because NPS is defined on numbers.
var fitting = map[Presentation]struct {
	metrics  []score.Metric
	tops     []int // of scales that begin at 1
	turned   bool  // also when lower is better
	expected string
}{
	Words:  {[]score.Metric{score.CES, score.CSAT}, []int{5, 7}, true, "CES or CSAT on 1-5 or 1-7"},
	Faces:  {[]score.Metric{score.CES, score.CSAT}, []int{3, 5}, true, "CES or CSAT on 1-3 or 1-5"},
	Stars:  {[]score.Metric{score.CSAT}, []int{5}, false, "CSAT on 1-5, higher is better"},
	Thumbs: {[]score.Metric{score.CSAT}, []int{2}, false, "CSAT on 1-2, higher is better"},
}

// Fits says on what scales the presentation can show the ratings, if not on this one; nil if it can. Numbers fit every scale.
func (p Presentation) Fits(s score.Scale) error {
	f, picky := fitting[p]
	if !picky || slices.Contains(f.metrics, s.Metric) && s.Min == 1 && slices.Contains(f.tops, s.Max) && (f.turned || s.Direction == score.Higher) {
		return nil
	}
	return fault.New(fault.Invalid, "%s do not fit the scale %s; expected %s", p, s, f.expected)
}
