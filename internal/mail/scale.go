package mail

import (
	"strconv"

	"afterword/internal/i18n"
	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/survey"
)

// button is one rating of the scale.
type button struct {
	Rating int
	Glyph  string // a picture that is a letter, for those who see it; "" for none
	Shown  string // beside or below it: the number, or the word
	Word   string // what the rating means, or "" between the ends of a scale in numbers
	Said   string // within a sentence: "4", "thumbs up"
	Spoken string // for those who listen: "5 of 5: Very easy"
	URL    string
	Ghost  bool // drawn as an outline: beside another that is the main one, or where fill would hide a glyph's colours or be much
	Filled bool // with the stars of the chosen rating
}

// The glyphs, from sad to happy, all of Unicode 6. Mail programs show no drawings of ours (SVG), and pictures only when asked to;
// where a glyph is missing, the number or the word below says it all.
var (
	faces  = []string{"\U0001f61e", "\U0001f615", "\U0001f610", "\U0001f60a", "\U0001f603"}
	thumbs = map[score.Group]string{score.Bad: "\U0001f44e", score.Good: "\U0001f44d"}
)

const star = "\u2605"

// buttons are the scale's ratings, lowest first.
func buttons(p *i18n.Printer, asks program.Survey, link func(rating int) string) (all []button) {
	for _, rating := range asks.Scale.Ratings() {
		b := button{
			Rating: rating, Shown: strconv.Itoa(rating), Word: p.Word(asks, rating), Said: p.Said(asks, rating), Spoken: p.Spoken(asks, rating),
			URL: link(rating), Filled: asks.Presentation == program.Stars,
		}
		switch asks.Presentation {
		case program.Words:
			b.Shown, b.Ghost = b.Word, true
		case program.Faces:
			b.Glyph, b.Ghost = faces[p.Face(asks, rating)-1], true
		case program.Stars:
			b.Glyph = star
		case program.Thumbs:
			b.Glyph, b.Shown, b.Ghost = thumbs[asks.Scale.Group(rating)], b.Word, true
		}
		all = append(all, b)
	}
	return all
}

// row is what stands side by side on a narrow screen. Where there is room, rows stand side by side as well.
type row struct {
	Buttons   []button
	Low, High string // labels below its two ends; "" where the scale goes on in another row
	Width     int    // CSS pixels that it takes at most, where there is room for more than a phone has
	Share     int    // of the width of a phone, in percent, so that the buttons of all rows are as wide
}

// The narrowest phones (320 CSS pixels) leave 272 for the content: seven wide buttons share them, six close ones fit.
const (
	mostInRow   = 7
	wideButton  = 58
	closeButton = 44
	faceButton  = 76
	thumbButton = 136
	cardWidth   = 552 // of the content, where there is room
)

// layOut puts the ratings into rows, with the labels of their ends where the ratings do not show themselves what they mean.
func (v *asked) layOut(asks program.Survey) []row {
	if asks.Presentation == program.Words {
		return listed(v.Ratings)
	}
	low, high := v.Ends(asks)
	laid := rows(v.Ratings, low, high)
	switch {
	case asks.Presentation == program.Faces && len(v.Ratings) < 5:
		laid[0].Width = faceButton * len(v.Ratings)
	case asks.Presentation == program.Thumbs:
		laid[0].Width, laid[0].Low, laid[0].High = thumbButton*len(v.Ratings), "", ""
	}
	return laid
}

// rows lays the scale out: in one row up to seven ratings, else in two of which the first is never the shorter.
func rows(scale []button, low, high string) []row {
	if len(scale) <= mostInRow {
		return []row{{Buttons: scale, Low: low, High: high, Width: wideButton * len(scale), Share: 100}}
	}
	half := (len(scale) + 1) / 2
	return []row{
		{Buttons: scale[:half], Low: low, Width: closeButton * half, Share: 100},
		{Buttons: scale[half:], High: high, Width: closeButton * (len(scale) - half), Share: 100 * (len(scale) - half) / half},
	}
}

// listed puts one button below the other, as wide as the mail: each is in words.
func listed(scale []button) (below []row) {
	for i := range scale {
		below = append(below, row{Buttons: scale[i : i+1], Width: cardWidth, Share: 100})
	}
	return below
}

// LowSpan is how many columns of the row's table the label of its low end spans, of those of the buttons and the gaps between them.
func (r row) LowSpan() int {
	if r.High == "" {
		return 2*len(r.Buttons) - 1
	}
	return len(r.Buttons)
}

// HighSpan is the same for the label of the high end.
func (r row) HighSpan() int {
	if r.Low == "" {
		return 2*len(r.Buttons) - 1
	}
	return len(r.Buttons) - 1
}

// chosen is the button of the only rating whose link was opened. A machine that walked into the trap has chosen nothing.
func chosen(scale []button, inv survey.Invitation) *button {
	if inv.FirstOpened == 0 || inv.OtherOpened || inv.Honeypot {
		return nil
	}
	for i := range scale {
		if scale[i].Rating == inv.FirstOpened-1 {
			return &scale[i]
		}
	}
	return nil
}

// markChosen draws all ratings but the chosen one as outlines; of stars, those after it.
func markChosen(scale []button, by button) {
	for i := range scale {
		scale[i].Ghost = scale[i].Rating != by.Rating && !(by.Filled && scale[i].Rating < by.Rating)
	}
}
