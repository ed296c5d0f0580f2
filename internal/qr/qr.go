// Package qr draws a link as a QR code, for a sign, a printed form, an invoice. It is for who prints one, from the command line or the
// local tour; no function is linked with it.
//
// The field's rules that it encodes are those of ISO/IEC 18004: four white modules around the code, without which readers do not find
// it, and dark on light. Level M stands 15 % of dirt and wear, and keeps the modules of a link large enough for an old phone at arm's
// length.
package qr

import (
	"fmt"
	"html"
	"strings"

	"rsc.io/qr"
)

// quiet is the white ground around a code, in modules.
const quiet = 4

// Code is a text as a QR code.
type Code struct{ code *qr.Code }

// Of encodes a text. It fails for one that no code holds: more than 2331 bytes.
func Of(text string) (Code, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return Code{}, fmt.Errorf("a QR code of %d bytes: %w", len(text), err)
	}
	return Code{code}, nil
}

// PNG is the code as a picture, black on white, 8 pixels a module.
func (c Code) PNG() []byte { return c.code.PNG() }

// SVG is the code as a drawing of any size, for print and pages. The title says to who does not see it what it is.
func (c Code) SVG(title string) string {
	var dark strings.Builder
	for y := range c.code.Size {
		for x := 0; x < c.code.Size; x++ {
			from := x
			for c.code.Black(x, y) {
				x++
			}
			if run := x - from; run > 0 {
				fmt.Fprintf(&dark, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, run, run)
			}
		}
	}
	side := c.code.Size + 2*quiet
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" shape-rendering="crispEdges"><title>%s</title>`+
		`<rect width="%d" height="%d" fill="#fff"/><path d="%s"/></svg>`, side, side, html.EscapeString(title), side, side, dark.String()) + "\n"
}
