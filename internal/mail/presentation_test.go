package mail

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"afterword/internal/program"
)

var (
	ratingButton = regexp.MustCompile(`(?s)<a href="[^"]*\?r=[0-9]+" aria-label="([^"]*)"[^>]*>(.*?)</a>`)
	hiddenGlyph  = regexp.MustCompile(`<span aria-hidden="true"[^>]*>[^<]+</span><br>`)
)

// A glyph is for those who see it in the program that has it: what it means is in letters too, in the button and in its name.
func TestNoRatingIsAGlyphAlone(t *testing.T) {
	for look, want := range map[string][]string{
		"words":  {"Very dissatisfied", "Dissatisfied", "Neither satisfied nor dissatisfied", "Satisfied", "Very satisfied"},
		"faces":  {"1", "2", "3", "4", "5"},
		"three":  {"1", "2", "3"},
		"stars":  {"1", "2", "3", "4", "5"},
		"thumbs": {"Dissatisfied", "Satisfied"},
		"agree":  {"1", "2", "3", "4", "5", "6", "7"},
	} {
		inv, c := asks(look, "en")
		letter, err := writer(t).Survey(acme(), inv, c)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		asked := acme().Surveys[look+"-v1"]
		for i, button := range ratingButton.FindAllStringSubmatch(parse(t, letter).HTML, -1) {
			got = append(got, hiddenGlyph.ReplaceAllString(button[2], ""))
			name := fmt.Sprintf("%d of %d", i+1, asked.Scale.Max)
			if word := writer(t).frame(acme(), "en").Word(asked, i+1); word != "" {
				name += ": " + word
			}
			if button[1] != name {
				t.Errorf("%s: a button is called %q, want %q", look, button[1], name)
			}
			if glyph := hiddenGlyph.MatchString(button[2]); glyph != slices.Contains([]string{"faces", "three", "stars", "thumbs"}, look) {
				t.Errorf("%s: the button is %s", look, button[2])
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: without glyphs the buttons say %q, want %q", look, got, want)
		}
	}
}

func TestTheReminderCallsTheChosenRatingWhatItLookedLike(t *testing.T) {
	for look, want := range map[string]string{
		"words": "You chose “Dissatisfied”. Is that right?", "faces": "You chose “Dissatisfied”. Is that right?", "stars": "You chose 2 of 5 stars. Is that right?",
		"thumbs": "You chose thumbs up. Is that right?", "agree": "You chose 2. Is that right?",
	} {
		inv, c := asks(look, "en")
		inv.FirstOpened = 3
		letter, err := writer(t).Reminder(acme(), inv, c)
		if err != nil {
			t.Fatal(err)
		}
		if letter.Subject != want {
			t.Errorf("%s: %q, want %q", look, letter.Subject, want)
		}
		full := map[string]int{"stars": 2} // of stars, those before it are full as well
		if got, want := strings.Count(parse(t, letter).HTML, `<td class="fill" align`), max(full[look], 1); got != want {
			t.Errorf("%s: %d ratings are marked as chosen, want %d", look, got, want)
		}
	}
}

func TestADeskReadsWhatTheCustomerSaw(t *testing.T) {
	for look, want := range map[string]string{
		"faces": "Åsa Öberg chose Very dissatisfied (1 of 5)", "stars": "Åsa Öberg chose 1 of 5 stars", "thumbs": "Åsa Öberg chose thumbs down (1 of 2)",
		"words": "Åsa Öberg chose Very dissatisfied (1 of 5)", "purchase-csat": "Åsa Öberg chose 1 of 5",
	} {
		p, task := unhappy("en")
		asked := p.Surveys[look+"-v1"]
		task.Case.Survey, task.Record.Survey, task.Scale = asked.ID, asked.ID, asked.Scale
		letter, err := writer(t).Task(p, task)
		if err != nil {
			t.Fatal(err)
		}
		if text := parse(t, letter).Text; !strings.Contains(text, "\n"+want+"\r\n") {
			t.Errorf("%s: no %q in\n%s", look, want, text)
		}
	}
}

func TestAReportNamesRatingsThatWereNoNumbers(t *testing.T) {
	p, r := acme(), told3()
	asked := p.Surveys["purchase-csat-v1"]
	asked.Presentation = program.Faces
	p.Surveys["purchase-csat-v1"] = asked
	files, err := writer(t).ReportFiles(p, r, "en", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Very dissatisfied (1 of 5)  ", "Very satisfied (5 of 5)  "} {
		if !strings.Contains(string(files["report.txt"]), want) {
			t.Errorf("no %q in\n%s", want, files["report.txt"])
		}
	}
}
