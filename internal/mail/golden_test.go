package mail

import (
	"html"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"afterword/internal/customer"
	"afterword/internal/survey"
)

var touchpoints = []string{"purchase", "support", "onboarding"}

// others are the rest of the touchpoints that come with Afterword. The right-to-left language that only tests know is spoken at the first
// three.
var others = []string{"delivery", "return", "new-feature", "trial-conversion", "invoice", "renewal", "cancellation", "abandonment", "relationship"}

var languages = []string{"en", "sv", "nl", "zh", "ar"}

func TestSurveyAndReminderReadAndLookLikeThisAtEveryTouchpoint(t *testing.T) {
	for _, language := range languages {
		asked := touchpoints
		if language != "ar" {
			asked = append(slices.Clone(touchpoints), others...)
		}
		for _, touchpoint := range asked {
			inv, c := invited(touchpoint, language)
			letter, err := writer(t).Survey(acme(), inv, c)
			if err != nil {
				t.Fatal(err)
			}
			goldens(t, "survey-"+touchpoint+"-"+language, letter)
			inv.SentAt = now.Add(-4 * 24 * time.Hour)
			if letter, err = writer(t).Reminder(acme(), inv, c); err != nil {
				t.Fatal(err)
			}
			goldens(t, "reminder-"+touchpoint+"-"+language, letter)
		}
	}
}

// A golden mail is what somebody looked at; this is what nobody sees. Pictures of a report are parts of its mail.
func TestEveryLinkInEveryGoldenMailIsAbsolute(t *testing.T) {
	for _, ending := range []string{"html", "txt"} {
		paths, err := filepath.Glob("testdata/*." + ending)
		if err != nil || len(paths) < 12*4*2 {
			t.Fatalf("%d golden files (%v)", len(paths), err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var links []string
			for _, match := range attribute.FindAllStringSubmatch(string(data), -1) {
				links = append(links, html.UnescapeString(match[2]))
			}
			if ending == "txt" {
				links = textLink.FindAllString(string(data), -1)
			}
			if len(links) == 0 && !strings.Contains(path, "nearly-nothing") {
				t.Errorf("%s has no links", path)
			}
			for _, link := range links {
				to, err := url.Parse(link)
				if err != nil || to.Scheme != "mailto" && to.Scheme != "cid" && (to.Scheme != "https" || to.Host == "") {
					t.Errorf("%s links to %q (%v)", path, link, err)
				}
			}
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
