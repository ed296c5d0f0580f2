package console_test

import (
	"strings"
	"testing"
	"time"

	"afterword/internal/tally"
)

// Who reads a score learns in every language when there is reason to doubt it, and only then.
func TestTheOverviewSaysWhenTheNumbersAreInDoubt(t *testing.T) {
	for _, row := range []struct {
		name string
		last tally.Audited
		says map[string]string // by language
	}{
		{"no audit yet", tally.Audited{}, nil},
		{"all is well", tally.Audited{At: noon.Add(-8 * time.Hour), Healed: 3}, nil},
		{"drift", tally.Audited{At: noon.Add(-8 * time.Hour), Drifted: 2}, map[string]string{
			"en": "not the sum of their answers: 2.", "sv": "inte är summan av sina svar: 2.", "nl": "niet de som van hun antwoorden zijn: 2.", "zh": "不符：2 个", "ar": "ليست مجموع إجاباتها",
		}},
		{"no audit for three days", tally.Audited{At: noon.AddDate(0, 0, -3)}, map[string]string{
			"en": "17 November", "sv": "17 november", "nl": "17 november", "zh": "11月17日", "ar": "لم يتحقق",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			for _, language := range w.Languages {
				w.audited = tally.Audited{}
				before := w.get(t, "/scores", "Accept-Language", language).body
				w.audited = row.last
				page := w.get(t, "/scores", "Accept-Language", language).body
				notes := strings.Count(page, `class="note"`) - strings.Count(before, `class="note"`)
				if notes != min(1, len(row.says)) || !strings.Contains(page, row.says[language]) {
					t.Errorf("%s: %d notes more, want %q in %s", language, notes, row.says[language], page)
				}
			}
		})
	}
}
