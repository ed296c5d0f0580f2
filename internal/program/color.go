package program

import (
	"fmt"
	"math"
	"strconv"
)

// Contrast that WCAG 2.2 asks for: of text (1.4.3, level AA), and of what marks a control (1.4.11).
const (
	TextContrast    = 4.5
	ControlContrast = 3.0
)

// Color is an sRGB colour, 0 to 255 a channel. Owners choose any; mails and pages move it as far as people need to read.
type Color struct{ R, G, B uint8 }

// The ends of readability: nearly black, and white.
var (
	ink   = Color{0x03, 0x04, 0x05}
	paper = Color{0xff, 0xff, 0xff}
)

// ParseColor reads #rrggbb; false for anything else.
func ParseColor(s string) (Color, bool) {
	if len(s) != 7 || s[0] != '#' {
		return Color{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	return Color{uint8(n >> 16), uint8(n >> 8), uint8(n)}, err == nil
}

func (c Color) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// luminance is WCAG's relative luminance, 0 (black) to 1 (white).
func (c Color) luminance() float64 {
	linear := func(channel uint8) float64 {
		v := float64(channel) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// Contrast is WCAG's contrast ratio with another colour, 1 to 21.
func (c Color) Contrast(other Color) float64 {
	a, b := c.luminance(), other.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// toward mixes c with other, share 0 to 1 of it.
func (c Color) toward(other Color, share float64) Color {
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*share)) }
	return Color{mix(c.R, other.R), mix(c.G, other.G), mix(c.B, other.B)}
}

// ReadableOn moves c away from the ground, no further than it must, until it can be told from it with the given contrast.
func (c Color) ReadableOn(ground Color, ratio float64) Color {
	away := ink
	if ground.Contrast(paper) > ground.Contrast(ink) {
		away = paper
	}
	for share := 0.0; share < 1; share += 0.02 {
		if moved := c.toward(away, share); moved.Contrast(ground) >= ratio {
			return moved
		}
	}
	return away
}

// Palette is a brand's colour as it is used on a card.
type Palette struct {
	Fill Color // ground of buttons: the owner's colour, unless it is nearly that of the card
	Text Color // on Fill
	Edge Color // around buttons, so that they can be told from the card
	Link Color // of text on the card
}

// filled is the contrast with the card by which a filled button stands out from an outlined one. It need not be more, because the
// edge marks both.
const filled = 1.4

// On is the palette of the colour on a card. A yellow stays yellow: it gets dark text and an edge.
func (c Color) On(card Color) Palette {
	fill := c.ReadableOn(card, filled)
	return Palette{fill, fill.Text(), c.ReadableOn(card, ControlContrast), c.ReadableOn(card, TextContrast)}
}

// Text is the colour of text on c: white or ink, whichever reads better. One of the two always reaches TextContrast.
func (c Color) Text() Color {
	if c.Contrast(paper) >= TextContrast || c.Contrast(paper) >= c.Contrast(ink) {
		return paper
	}
	return ink
}
