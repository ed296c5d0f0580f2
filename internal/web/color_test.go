package web

import "testing"

// Owners choose any colour; people must read what is on it and beside it all the same.
func TestEveryBrandColourIsReadable(t *testing.T) {
	for r := 0; r < 256; r += 15 {
		for g := 0; g < 256; g += 15 {
			for b := 0; b < 256; b += 15 {
				brand := color{uint8(r), uint8(g), uint8(b)}
				for _, ground := range []color{lightGround, darkGround} {
					fill := brand.readableOn(ground, controlContrast)
					if got := contrast(fill, ground); got < controlContrast {
						t.Fatalf("%s as a ground %s on %s has contrast %.2f", brand, fill, ground, got)
					}
					if got := contrast(textOn(fill), fill); got < textContrast {
						t.Fatalf("text %s on %s has contrast %.2f", textOn(fill), fill, got)
					}
					if accent := brand.readableOn(ground, textContrast); contrast(accent, ground) < textContrast {
						t.Fatalf("%s as an accent %s on %s has contrast %.2f", brand, accent, ground, contrast(accent, ground))
					}
				}
			}
		}
	}
}

func TestAReadableBrandColourStaysAsItIs(t *testing.T) {
	brand, ok := parseColor("#0a6e5c")
	if !ok || brand.readableOn(lightGround, textContrast) != brand {
		t.Errorf("#0a6e5c became %s", brand.readableOn(lightGround, textContrast))
	}
}

// The table of WCAG's own examples: black on white is 21, #767676 is the lightest grey that passes on white.
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
		a, _ := parseColor(row.a)
		b, _ := parseColor(row.b)
		if got := contrast(a, b); got < row.want-0.01 || got > row.want+0.01 {
			t.Errorf("contrast of %s and %s is %.3f, want %.2f", row.a, row.b, got, row.want)
		}
	}
}

func TestAColourIsSixHexDigits(t *testing.T) {
	for _, bad := range []string{"", "#fff", "red", "#12345g", "1234567", "#1234567", "#+12345"} {
		if c, ok := parseColor(bad); ok {
			t.Errorf("%q was read as %s", bad, c)
		}
	}
}
