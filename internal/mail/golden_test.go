package mail

import (
	"testing"
	"time"

	"afterword/internal/customer"
	"afterword/internal/survey"
)

var touchpoints = []string{"purchase", "support", "onboarding"}
var languages = []string{"en", "sv", "nl", "zh", "ar"}

func TestSurveyMailReadsAndLooksLikeThis(t *testing.T) {
	for _, touchpoint := range touchpoints {
		for _, language := range languages {
			inv, c := invited(touchpoint, language)
			letter, err := writer(t).Survey(acme(), inv, c)
			if err != nil {
				t.Fatal(err)
			}
			goldens(t, "survey-"+touchpoint+"-"+language, letter)
		}
	}
}

func TestReminderReadsAndLooksLikeThis(t *testing.T) {
	for _, touchpoint := range touchpoints {
		for _, language := range languages {
			inv, c := invited(touchpoint, language)
			inv.SentAt = now.Add(-4 * 24 * time.Hour)
			letter, err := writer(t).Reminder(acme(), inv, c)
			if err != nil {
				t.Fatal(err)
			}
			goldens(t, "reminder-"+touchpoint+"-"+language, letter)
		}
	}
}

func TestReminderOfAnOpenedRatingReadsAndLooksLikeThis(t *testing.T) {
	for _, language := range languages {
		inv, c := invited("onboarding", language)
		inv.SentAt, inv.FirstOpened, inv.Clicked = now.Add(-4*24*time.Hour), 5, true
		letter, err := writer(t).Reminder(acme(), inv, c)
		if err != nil {
			t.Fatal(err)
		}
		goldens(t, "chosen-"+language, letter)
	}
}

// looks are surveys that show their ratings otherwise than in numbers, and one that people agree with.
var looks = []string{"words", "effort", "agree", "faces", "three", "stars", "thumbs"}

func asks(look, language string) (survey.Invitation, customer.Customer) {
	inv, c := invited("purchase", language)
	inv.Survey, inv.Number = look+"-v1", acme().Surveys[look+"-v1"].Number
	return inv, c
}

func TestEveryPresentationReadsAndLooksLikeThis(t *testing.T) {
	for _, look := range looks {
		for _, language := range []string{"en", "ar"} {
			inv, c := asks(look, language)
			letter, err := writer(t).Survey(acme(), inv, c)
			if err != nil {
				t.Fatal(err)
			}
			goldens(t, "shown-"+look+"-"+language, letter)
			inv.SentAt, inv.FirstOpened, inv.Clicked = now.Add(-4*24*time.Hour), 3, true
			if letter, err = writer(t).Reminder(acme(), inv, c); err != nil {
				t.Fatal(err)
			}
			goldens(t, "chosen-"+look+"-"+language, letter)
		}
	}
}

// goldens keeps the parts of a mail as a browser and an editor open them.
func goldens(t *testing.T, name string, letter survey.Letter) {
	t.Helper()
	parsed := parse(t, letter)
	golden(t, name+".html", []byte(parsed.HTML))
	golden(t, name+".txt", []byte("Subject: "+parsed.GetHeader("Subject")+"\n\n"+parsed.Text))
}
