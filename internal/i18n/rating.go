package i18n

import (
	"strconv"

	"afterword/internal/program"
	"afterword/internal/score"
)

// sevenths are the words of a seven-point scale, from 1 (the unhappiest) to 7, that one with so many ratings takes: those without an
// "extremely" for two and three, those without a "somewhat" for five (Likert).
var sevenths = map[int][]int{2: {2, 6}, 3: {2, 4, 6}, 5: {1, 2, 4, 6, 7}, 7: {1, 2, 3, 4, 5, 6, 7}}

// Word is what a rating means: "Satisfied". Between the ends of a scale that is shown in numbers it is "", and outside every scale.
func (p *Printer) Word(survey program.Survey, rating int) string {
	scale := survey.Scale
	if !scale.Contains(rating) {
		return ""
	}
	for end, text := range map[int]program.Text{scale.Min: survey.Low, scale.Max: survey.High} {
		if own := p.own(text); own != "" && rating == end {
			return own
		}
	}
	place, last := rating-scale.Min, scale.Max-scale.Min
	if scale.Direction == score.Lower {
		place = last - place
	}
	step := map[int]int{0: 1, last: 7}[place]
	if words := sevenths[last+1]; words != nil && survey.Presentation != program.Numbers && survey.Presentation != "" {
		step = words[place]
	}
	switch step {
	case 0:
		return ""
	case 1:
		return p.T("ends." + kind(survey) + ".bad")
	case 7:
		return p.T("ends." + kind(survey) + ".good")
	}
	return p.T("word." + kind(survey) + "." + strconv.Itoa(step))
}

// Ends are the labels of the scale's lowest and highest rating, the owner's or the shipped ones by the scale's direction.
func (p *Printer) Ends(survey program.Survey) (low, high string) {
	return p.Word(survey, survey.Scale.Min), p.Word(survey, survey.Scale.Max)
}

// Spoken names a rating for those who listen, whatever it looks like: "4 of 5: Satisfied".
func (p *Printer) Spoken(survey program.Survey, rating int) string {
	word := p.Word(survey, rating)
	if word == "" {
		return p.T("rating.of", "rating", rating, "max", survey.Scale.Max)
	}
	return p.T("rating.end", "rating", rating, "max", survey.Scale.Max, "label", word)
}

// Said is a rating within a sentence to the customer, as what was seen: "4", "“Satisfied”", "4 of 5 stars", "thumbs up".
func (p *Printer) Said(survey program.Survey, rating int) string {
	word := p.Word(survey, rating)
	switch {
	case word == "":
	case survey.Presentation == program.Words, survey.Presentation == program.Faces:
		return p.T("rating.quoted", "label", word)
	case survey.Presentation == program.Stars:
		return p.Rated(survey, rating)
	case survey.Presentation == program.Thumbs:
		return p.thumb(survey, rating)
	}
	return p.T("rating.said", "rating", rating)
}

// Rated is a rating with its scale, as it was seen: "4 of 5", "Satisfied (4 of 5)", "4 of 5 stars", "thumbs down (1 of 2)".
func (p *Printer) Rated(survey program.Survey, rating int) string {
	most, word := survey.Scale.Max, p.Word(survey, rating)
	switch {
	case word == "":
	case survey.Presentation == program.Thumbs:
		word = p.thumb(survey, rating)
		fallthrough
	case survey.Presentation == program.Words, survey.Presentation == program.Faces:
		return p.T("rating.named", "label", word, "rating", rating, "max", most)
	case survey.Presentation == program.Stars:
		return p.T("rating.stars", "rating", rating, "max", most)
	}
	return p.T("rating.of", "rating", rating, "max", most)
}

// Face is which of five faces a rating is, from 1 (the saddest): three faces are the milder ones.
func (p *Printer) Face(survey program.Survey, rating int) int {
	if len(survey.Scale.Ratings()) == 3 {
		return 2 + int(2*survey.Scale.Normal(rating))
	}
	return 1 + int(4*survey.Scale.Normal(rating))
}

func (p *Printer) thumb(survey program.Survey, rating int) string {
	if survey.Scale.Group(rating) == score.Good {
		return p.T("rating.up")
	}
	return p.T("rating.down")
}
