package program

import "testing"

// Owners choose any colour; people must read what is on it and beside it all the same, on a light and on a dark card.
func TestEveryBrandColourIsReadable(t *testing.T) {
	for _, card := range []Color{paper, {0x1b, 0x1e, 0x24}} {
		for n := range 18 * 18 * 18 {
			brand := Color{uint8(n % 18 * 15), uint8(n / 18 % 18 * 15), uint8(n / 324 * 15)}
			p := brand.On(card)
			for _, row := range []struct {
				what string
				a, b Color
				want float64
			}{
				{"text on a button", p.Text, p.Fill, TextContrast}, {"the edge of a button", p.Edge, card, ControlContrast},
				{"a filled button beside an outlined one", p.Fill, card, filled}, {"a link", p.Link, card, TextContrast},
			} {
				if got := row.a.Contrast(row.b); got < row.want {
					t.Fatalf("%s on %s: %s has contrast %.2f, want %.1f", brand, card, row.what, got, row.want)
				}
			}
		}
	}
}

func TestABrightBrandColourStaysBright(t *testing.T) {
	yellow := Color{0xff, 0xd4, 0x00}
	if p := yellow.On(paper); p.Fill != yellow || p.Text != ink {
		t.Errorf("yellow became %s with text %s", p.Fill, p.Text)
	}
}

func TestAReadableBrandColourStaysAsItIs(t *testing.T) {
	brand, ok := ParseColor("#0a6e5c")
	if got := brand.ReadableOn(paper, TextContrast); !ok || got != brand {
		t.Errorf("#0a6e5c became %s", got)
	}
}

// From WCAG's definition: black on white is 21, #767676 is the lightest grey that passes on white.
func TestContrastIsWCAGs(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21},
		{"#ffffff", "#ffffff", 1},
		{"#767676", "#ffffff", 4.54},
		{"#ff0000", "#ffffff", 4.00},
	} {
		a, _ := ParseColor(row.a)
		b, _ := ParseColor(row.b)
		if got := a.Contrast(b); got < row.want-0.01 || got > row.want+0.01 {
			t.Errorf("contrast of %s and %s is %.3f, want %.2f", row.a, row.b, got, row.want)
		}
	}
}

func TestAColourIsSixHexDigits(t *testing.T) {
	for _, bad := range []string{"", "#fff", "red", "#12345g", "1234567", "#1234567", "#+12345"} {
		if c, ok := ParseColor(bad); ok {
			t.Errorf("%q was read as %s", bad, c)
		}
	}
}
