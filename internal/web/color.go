package web

import (
	"fmt"
	"math"
	"strconv"
)

// Contrast that WCAG 2.2 asks for: of text (1.4.3, level AA), and of what marks a control (1.4.11).
const (
	textContrast    = 4.5
	controlContrast = 3.0
)

// The grounds of the pages, see style.css: --card in light and in dark.
var (
	lightGround = color{0xff, 0xff, 0xff}
	darkGround  = color{0x1b, 0x1e, 0x24}
	ink         = color{0x03, 0x04, 0x05}
	paper       = color{0xff, 0xff, 0xff}
)

// color is an sRGB colour, 0 to 255 a channel.
type color struct{ r, g, b uint8 }

// parseColor reads #rrggbb.
func parseColor(s string) (color, bool) {
	if len(s) != 7 || s[0] != '#' {
		return color{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	return color{uint8(n >> 16), uint8(n >> 8), uint8(n)}, err == nil
}

func (c color) String() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

// luminance is WCAG's relative luminance, 0 (black) to 1 (white).
func (c color) luminance() float64 {
	linear := func(channel uint8) float64 {
		v := float64(channel) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is WCAG's contrast ratio of two colours, 1 to 21.
func contrast(a, b color) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// toward mixes c with other, share 0 to 1 of it.
func (c color) toward(other color, share float64) color {
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*share)) }
	return color{mix(c.r, other.r), mix(c.g, other.g), mix(c.b, other.b)}
}

// readableOn moves c away from the ground, no further than it must, until it can be told from it.
func (c color) readableOn(ground color, ratio float64) color {
	away := ink
	if contrast(ground, paper) > contrast(ground, ink) {
		away = paper
	}
	for share := 0.0; share < 1; share += 0.02 {
		if moved := c.toward(away, share); contrast(moved, ground) >= ratio {
			return moved
		}
	}
	return away
}

// textOn is the colour of text on c: white or ink, whichever reads better. One of the two always reaches textContrast.
func textOn(c color) color {
	if contrast(c, paper) >= textContrast || contrast(c, paper) >= contrast(c, ink) {
		return paper
	}
	return ink
}
