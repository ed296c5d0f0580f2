package program

import (
	"fmt"
	"strings"
	"testing"

	"afterword/internal/score"
)

func TestAPresentationShowsOnlyScalesThatItFits(t *testing.T) {
	all := []string{"CES 1-5", "CES 1-7", "CES 1-10", "CES 1-5 effort", "CSAT 1-2", "CSAT 1-3", "CSAT 1-5", "CSAT 1-7", "CSAT 1-10",
		"CSAT 1-5 turned", "CSAT 1-2 turned", "CSAT 0-1", "CSAT 0-5", "NPS 0-10"}
	for presentation, fits := range map[Presentation]string{
		Numbers: strings.Join(all, ", "),
		Words:   "CES 1-5, CES 1-7, CES 1-5 effort, CSAT 1-5, CSAT 1-7, CSAT 1-5 turned",
		Faces:   "CES 1-5, CES 1-5 effort, CSAT 1-3, CSAT 1-5, CSAT 1-5 turned",
		Stars:   "CSAT 1-5",
		Thumbs:  "CSAT 1-2",
	} {
		var got []string
		for _, name := range all {
			s := score.Scale{Direction: score.Higher}
			var turned string
			if _, err := fmt.Sscanf(name+" -", "%s %d-%d %s", &s.Metric, &s.Min, &s.Max, &turned); err != nil {
				t.Fatal(err)
			}
			if turned != "-" {
				s.Direction = score.Lower
			}
			if presentation.Fits(s) == nil {
				got = append(got, name)
			}
		}
		if list := strings.Join(got, ", "); list != fits {
			t.Errorf("%s fit %s, want %s", presentation, list, fits)
		}
	}
}
