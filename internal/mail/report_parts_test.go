package mail

import (
	"strings"
	"testing"

	"afterword/internal/program"
	"afterword/internal/report"
)

func TestEveryPartOfTheProgramHasAName(t *testing.T) {
	for _, language := range languages {
		var changes []program.Difference
		for _, part := range program.Parts() {
			for _, how := range []string{program.Added, program.Removed, program.Altered} {
				changes = append(changes, program.Difference{Part: part, Name: "x", How: how})
			}
		}
		r := told3()
		r.Changes = []report.Applied{{At: now, Changes: changes}}
		if text := parse(t, mailed(t, r, language, nil)).Text; strings.Contains(text, "report.part") || strings.Contains(text, "report.changed") {
			t.Errorf("%s: a part has no name", language)
		}
	}
}
