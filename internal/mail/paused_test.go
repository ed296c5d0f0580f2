package mail

import (
	"net/mail"
	"strings"
	"testing"
	"time"

	"afterword/internal/program"
	"afterword/internal/survey"
)

// Whoever gets it must know what happened, what it means and what to do, in their own language.
func TestTheMailAboutAPauseSaysWhatToDo(t *testing.T) {
	p := program.Default()
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for _, language := range p.Languages {
		for _, why := range []survey.Trouble{survey.TooManyBounces, survey.TooManyComplaints} {
			letter, err := Writer{Now: func() time.Time { return at }}.Paused(p,
				survey.Pause{Since: at, Why: why, Mails: 1200, Troubled: 61, After: at.Add(-24 * time.Hour)},
				program.Recipient{Person: program.Person{Name: "Ebba Ek", Address: "ebba@acme.example"}, Language: language})
			if err != nil {
				t.Fatal(err)
			}
			message, err := mail.ReadMessage(strings.NewReader(string(letter.Raw)))
			if err != nil {
				t.Fatal(err)
			}
			raw := string(letter.Raw)
			if letter.Kind != PausedLetter || message.Header.Get("Auto-Submitted") != "auto-generated" || message.Header.Get("List-Unsubscribe") != "" ||
				!strings.Contains(raw, "61") || !strings.Contains(message.Header.Get("Content-Type"), "text/plain") || seen[raw] {
				t.Errorf("%s, %s: %s", language, why, raw)
			}
			seen[raw] = true
		}
	}
	if _, err := (Writer{Now: time.Now}).Paused(p, survey.Pause{Since: at}, program.Recipient{Person: program.Person{Address: "no address"}}); err == nil {
		t.Error("a mail to nobody")
	}
}
