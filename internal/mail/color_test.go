package mail

import (
	"os"
	"regexp"
	"testing"

	"afterword/internal/program"
)

// The templates' own colours, as they stand on each other in light and dark.
func TestTheFixedColoursCanBeRead(t *testing.T) {
	for _, row := range []struct {
		what, front, ground string
		ratio               float64
	}{
		{"text on the card", "#1a1d23", "#ffffff", program.TextContrast},
		{"soft text on the card", "#565c68", "#ffffff", program.TextContrast},
		{"soft text on the ground", "#565c68", "#f3f4f6", program.TextContrast},
		{"line of a button on the card", "#868d9a", "#ffffff", program.ControlContrast},
		{"text on the dark card", "#eceef2", "#1b1e24", program.TextContrast},
		{"soft text on the dark card", "#a8aeba", "#1b1e24", program.TextContrast},
		{"soft text on the dark ground", "#a8aeba", "#121419", program.TextContrast},
		{"line of a button on the dark card", "#747b89", "#1b1e24", program.ControlContrast},
	} {
		front, okFront := program.ParseColor(row.front)
		ground, okGround := program.ParseColor(row.ground)
		if got := front.Contrast(ground); !okFront || !okGround || got < row.ratio {
			t.Errorf("%s: %.2f, want %.1f", row.what, got, row.ratio)
		}
	}
}

// A colour that is only in a template was never checked for contrast.
func TestTheTemplatesUseNoOtherColours(t *testing.T) {
	checked := map[string]bool{"#1a1d23": true, "#ffffff": true, "#565c68": true, "#f3f4f6": true, "#868d9a": true, "#eceef2": true,
		"#1b1e24": true, "#a8aeba": true, "#121419": true, "#747b89": true,
		"#e3e5ea": true, "#2c3038": true} // hairlines, which carry no meaning
	for _, name := range []string{"survey", "reminder", "task", "report"} {
		data, err := os.ReadFile("templates/" + name + ".html")
		if err != nil {
			t.Fatal(err)
		}
		for _, color := range regexp.MustCompile(`[^&](#[0-9a-f]{3,6})\b`).FindAllStringSubmatch(string(data), -1) {
			if !checked[color[1]] {
				t.Errorf("%s.html uses %s", name, color[1])
			}
		}
	}
}

func TestAColourThatIsNoneIsReplaced(t *testing.T) {
	p := acme()
	for color, want := range map[string]program.Color{"#ffd400": {R: 0xff, G: 0xd4}, "": defaultColor, "red": defaultColor, "#0a6e5c;x:url(//e)": defaultColor} {
		p.Color = color
		if got := brandOf(p).Light.Fill; got != want {
			t.Errorf("%q became %s, want %s", color, got, want)
		}
	}
}
