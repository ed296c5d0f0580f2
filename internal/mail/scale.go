package mail

import (
	"afterword/internal/i18n"
	"afterword/internal/score"
	"afterword/internal/survey"
)

// button is one rating of the scale.
type button struct {
	Rating int
	End    string // label of the scale's end that it is, or ""
	Spoken string // for those who listen: "5 of 5: Very easy"
	URL    string
	Ghost  bool // drawn as an outline, beside another that is the main one
}

// buttons are the scale's ratings, lowest first.
func buttons(p *i18n.Printer, scale score.Scale, low, high string, link func(rating int) string) (all []button) {
	ends := map[int]string{scale.Min: low, scale.Max: high}
	for _, rating := range scale.Ratings() {
		b := button{Rating: rating, End: ends[rating], URL: link(rating)}
		b.Spoken = p.T("rating.of", "rating", rating, "max", scale.Max)
		if b.End != "" {
			b.Spoken = p.T("rating.end", "rating", rating, "max", scale.Max, "label", b.End)
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
)

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

// markChosen draws all ratings but the chosen one as outlines.
func markChosen(scale []button, rating int) {
	for i := range scale {
		scale[i].Ghost = scale[i].Rating != rating
	}
}
