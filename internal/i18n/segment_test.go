package i18n

import (
	"testing"

	"afterword/internal/program"
)

func TestSegmentsAreSaidInTheReadersWords(t *testing.T) {
	s := program.Survey{Causes: []program.Cause{{ID: "long-wait"}, {ID: "own", Text: program.Text{"en": "The box was wet", "sv": "Lådan var blöt"}}}}
	themes := []program.Theme{{ID: "delivery", Name: program.Text{"en": "Delivery", "sv": "Leverans"}}, {ID: "bare"}}
	for _, row := range []struct{ language, property, value, want string }{
		{"en", program.ByWeekday, "mon", "Monday"}, {"sv", program.ByWeekday, "sun", "söndag"}, {"nl", program.ByWeekday, "sat", "zaterdag"},
		{"en", program.ByWeekday, "monday", "monday"},
		{"en", program.ByHour, "09", "09:00–10:00"}, {"zh", program.ByHour, "23", "23:00–24:00"}, {"en", program.ByHour, "24", "24"}, {"en", program.ByHour, "x", "x"},
		{"en", program.ByCause, "long-wait", "I had to wait a long time"}, {"sv", program.ByCause, "own", "Lådan var blöt"}, {"nl", program.ByCause, "own", "The box was wet"},
		{"en", program.ByCause, "gone", "gone"},
		{"sv", program.ByTheme, "delivery", "Leverans"}, {"nl", program.ByTheme, "delivery", "Delivery"}, {"en", program.ByTheme, "bare", "bare"}, {"en", program.ByTheme, "gone", "gone"},
		{"en", program.ByLanguage, "sv", "Swedish"}, {"en", program.ByLanguage, "fi", "fi"},
		{"en", program.ByAgent, "mon", "mon"}, {"en", program.ByAgent, "", "not known"}, {"sv", program.ByHour, "", "okänt"},
	} {
		if got := For(row.language).Segment(s, themes, row.property, row.value); got != row.want {
			t.Errorf("%s %s %q: %q, want %q", row.language, row.property, row.value, got, row.want)
		}
	}
}
