package mail

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/survey"
)

// On every scale, of either direction, each rating has exactly one link in the text and one in the HTML, lowest first, and both
// ends say what they mean.
func TestTheWholeScaleIsInTheMail(t *testing.T) {
	for _, scale := range []score.Scale{
		{Metric: score.CES, Min: 1, Max: 5, Direction: score.Higher}, {Metric: score.CES, Min: 1, Max: 5, Direction: score.Lower},
		{Metric: score.CES, Min: 1, Max: 7, Direction: score.Higher}, {Metric: score.CES, Min: 1, Max: 7, Direction: score.Lower},
		{Metric: score.CES, Min: 1, Max: 10, Direction: score.Higher}, {Metric: score.CES, Min: 1, Max: 10, Direction: score.Lower},
		{Metric: score.CSAT, Min: 1, Max: 3, Direction: score.Higher}, {Metric: score.CSAT, Min: 1, Max: 5, Direction: score.Higher},
		{Metric: score.NPS, Min: 0, Max: 10, Direction: score.Higher}, {Metric: score.CSAT, Min: 0, Max: 1, Direction: score.Higher},
	} {
		t.Run(fmt.Sprint(scale.Metric, scale.Min, scale.Max, scale.Direction), func(t *testing.T) {
			p := acme()
			p.Surveys["purchase-csat-v1"] = program.Survey{ID: "purchase-csat-v1", Number: 1, Scale: scale,
				Low: program.Text{"en": "LOW"}, High: program.Text{"en": "HIGH"}}
			inv, c := invited("purchase", "en")
			letter, err := writer(t).Survey(p, inv, c)
			if err != nil {
				t.Fatal(err)
			}
			parsed := parse(t, letter)
			var want []string
			for r := scale.Min; r <= scale.Max; r++ {
				want = append(want, writer(t).Links.Rating(inv, r))
			}
			rating := regexp.MustCompile(`https://[^"\s]*\?r=[0-9]+`)
			if got := rating.FindAllString(parsed.Text, -1); !slices.Equal(got, want) {
				t.Errorf("text: %q, want %q", got, want)
			}
			if got := rating.FindAllString(parsed.HTML, -1); !slices.Equal(got, want) {
				t.Errorf("HTML: %q, want %q", got, want)
			}
			for _, end := range []string{fmt.Sprintf("%d (LOW): https", scale.Min), fmt.Sprintf("%d (HIGH): https", scale.Max)} {
				if !strings.Contains(parsed.Text, end) {
					t.Errorf("text lacks %q", end)
				}
			}
			for _, end := range []string{">LOW</td>", ">HIGH</td>", fmt.Sprintf(`aria-label="%d of %d: LOW"`, scale.Min, scale.Max), fmt.Sprintf(`aria-label="%d of %d: HIGH"`, scale.Max, scale.Max)} {
				if strings.Count(parsed.HTML, end) != 1 {
					t.Errorf("HTML has %q %d times", end, strings.Count(parsed.HTML, end))
				}
			}
		})
	}
}

// Seven buttons are as many as a thumb can tell apart on the narrowest phone.
func TestLongScalesAreTwoRows(t *testing.T) {
	for most, want := range map[int][]int{5: {5}, 7: {7}, 8: {4, 4}, 10: {5, 5}, 11: {6, 5}} {
		var got []int
		for _, r := range rows(make([]button, most), "low", "high") {
			got = append(got, len(r.Buttons))
			if r.Width > 552 {
				t.Errorf("%d buttons take %d pixels", len(r.Buttons), r.Width)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d ratings stand in rows of %v, want %v", most, got, want)
		}
	}
	two := rows(make([]button, 11), "low", "high")
	if two[0].Width+two[1].Width > 552 {
		t.Errorf("two rows take %d pixels and do not fit beside each other", two[0].Width+two[1].Width)
	}
	if two[0].Low != "low" || two[0].High != "" || two[1].Low != "" || two[1].High != "high" {
		t.Errorf("the labels are not at the ends of the scale: %+v", two)
	}
}

func TestNoButtonOfASurveyStandsOut(t *testing.T) {
	for _, touchpoint := range touchpoints {
		inv, c := invited(touchpoint, "en")
		letter, err := writer(t).Survey(acme(), inv, c)
		if err != nil {
			t.Fatal(err)
		}
		looks := map[string]bool{}
		for _, cell := range regexp.MustCompile(`<td class="(?:fill|ghost)"[^>]*><a [^>]*>`).FindAllString(parse(t, letter).HTML, -1) {
			cell = regexp.MustCompile(`(href|aria-label)="[^"]*"`).ReplaceAllString(cell, "")
			looks[cell] = true
		}
		if len(looks) != 1 {
			t.Errorf("%s: the buttons look %d ways", touchpoint, len(looks))
		}
	}
}

func TestTheTrapIsHiddenFromPeople(t *testing.T) {
	for name, letter := range everyLetter(t) {
		if letter.Kind != survey.SurveyLetter && letter.Kind != survey.ReminderLetter {
			continue
		}
		parsed := parse(t, letter)
		trap := regexp.MustCompile(`<div style="display:none;[^"]*" aria-hidden="true"><a href="[^"]*\?r=x" tabindex="-1" rel="nofollow"></a></div>`)
		if got := len(trap.FindAllString(parsed.HTML, -1)); got != 1 || strings.Count(parsed.HTML, "?r=x") != 1 {
			t.Errorf("%s has %d traps", name, got)
		}
		if strings.Contains(parsed.Text, "?r=x") {
			t.Errorf("%s has a trap in its text", name)
		}
	}
}

func TestTheFooterIsHonest(t *testing.T) {
	inv, c := invited("purchase", "en")
	p := acme()
	letter, err := writer(t).Survey(p, inv, c)
	if err != nil {
		t.Fatal(err)
	}
	parsed := parse(t, letter)
	for _, want := range []string{
		"You get this mail because you ordered from Acme.", "We ask you at most once every 45 days.", "Just reply to this mail.",
		"Acme AB, Storgatan 1, 111 22 Stockholm, Sweden", writer(t).Links.Unsubscribe(inv),
	} {
		if !strings.Contains(parsed.Text, want) || !strings.Contains(parsed.HTML, want) {
			t.Errorf("the mail lacks %q", want)
		}
	}
	p.ReplyTo, p.Policy.AllWindow = "", time.Hour
	if letter, err = writer(t).Survey(p, inv, c); err != nil {
		t.Fatal(err)
	}
	parsed = parse(t, letter)
	for _, untrue := range []string{"reply to this mail", "at most once"} {
		if strings.Contains(parsed.Text+parsed.HTML, untrue) {
			t.Errorf("the mail promises %q", untrue)
		}
	}
}

func TestTheCustomersLanguageIsSpoken(t *testing.T) {
	for _, row := range []struct{ invitation, customer, want string }{
		{"sv", "en", "sv"}, {"", "nl-BE", "nl"}, {"de", "sv", "en"}, {"", "", "en"}, {"zh-CN", "", "zh"}, {"ar-EG", "", "ar"},
	} {
		inv, c := invited("purchase", row.invitation)
		c.Language = row.customer
		letter, err := writer(t).Survey(acme(), inv, c)
		if err != nil {
			t.Fatal(err)
		}
		if got := parse(t, letter).GetHeader("Content-Language"); got != row.want {
			t.Errorf("invitation %q, customer %q: the mail is in %q, want %q", row.invitation, row.customer, got, row.want)
		}
	}
}

func TestRightToLeftTurnsTheWholeMail(t *testing.T) {
	inv, c := invited("onboarding", "ar")
	letter, err := writer(t).Survey(acme(), inv, c)
	if err != nil {
		t.Fatal(err)
	}
	html := parse(t, letter).HTML
	if !strings.Contains(html, `<html lang="ar" dir="rtl" `) || strings.Contains(html, `dir="ltr"`) || strings.Contains(html, "text-align:left") {
		t.Error("the mail is not all from right to left")
	}
	low, high := strings.Index(html, "غير محتمل إطلاقًا</td>"), strings.Index(html, "محتمل جدًا</td>")
	if !strings.HasSuffix(html[:low], `">`) || !strings.Contains(html[strings.LastIndex(html[:low], "<td"):low], `align="right"`) ||
		!strings.Contains(html[strings.LastIndex(html[:high], "<td"):high], `align="left"`) {
		t.Error("the labels do not stand at the ends of the scale")
	}
}

func TestTheReminderRepeatsTheOnlyRatingThatWasOpened(t *testing.T) {
	for _, row := range []struct {
		why    string
		change func(*survey.Invitation)
		want   string
	}{
		{"nothing was opened", func(*survey.Invitation) {}, "Reminder: one quick question about Acme"},
		{"one rating was opened", func(inv *survey.Invitation) { inv.FirstOpened = 5 }, "You chose 4. Is that right?"},
		{"the lowest was opened", func(inv *survey.Invitation) { inv.FirstOpened = 1 }, "You chose 0. Is that right?"},
		{"two were opened", func(inv *survey.Invitation) { inv.FirstOpened, inv.OtherOpened = 5, true }, "Reminder: one quick question about Acme"},
		{"a machine opened it", func(inv *survey.Invitation) { inv.FirstOpened, inv.Honeypot = 5, true }, "Reminder: one quick question about Acme"},
		{"it is not of the scale", func(inv *survey.Invitation) { inv.FirstOpened = 13 }, "Reminder: one quick question about Acme"},
	} {
		inv, c := invited("onboarding", "en")
		row.change(&inv)
		letter, err := writer(t).Reminder(acme(), inv, c)
		if err != nil {
			t.Fatal(err)
		}
		if letter.Subject != row.want || letter.Kind != survey.ReminderLetter || letter.Tags[survey.TagKind] != survey.ReminderLetter {
			t.Errorf("%s: %s %q, want %q", row.why, letter.Kind, letter.Subject, row.want)
		}
		if got := parse(t, letter).GetHeader("List-Unsubscribe-Post"); got != "List-Unsubscribe=One-Click" {
			t.Errorf("%s: the reminder cannot be ended with one click", row.why)
		}
		if !strings.Contains(parse(t, letter).Text, "This is our only reminder.") {
			t.Errorf("%s: the reminder does not say that it is the last", row.why)
		}
	}
}

// What placeholder is left was not filled in.
func TestEveryPlaceholderIsFilledIn(t *testing.T) {
	for name, letter := range everyLetter(t) {
		parsed := parse(t, letter)
		if found := regexp.MustCompile(`\{[a-z]+\}|%!|&lt;no value|<nil>|\b(mail|task|about|why|rating|group)\.[a-z]+`).FindString(letter.Subject + parsed.Text + regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(parsed.HTML, "")); found != "" {
			t.Errorf("%s holds %q", name, found)
		}
	}
}
