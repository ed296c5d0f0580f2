package web_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"afterword/internal/i18n"
	"afterword/internal/survey"
	"afterword/internal/table"
)

// everybody is the link on the counter.
func (s *site) everybody(touchpoint string) string {
	return s.links().Everybody(survey.LinkID(touchpoint, "counter"))
}

var formAt = regexp.MustCompile(`<form class="survey" method="post" action="([^"]+)"`)

// formOf is where the page's form goes.
func (s *site) formOf(t *testing.T, page answer) string {
	t.Helper()
	found := formAt.FindStringSubmatch(page.body)
	if found == nil {
		t.Fatalf("there is no form: %d %.300s", page.status, page.body)
	}
	return s.server.URL + html.UnescapeString(found[1])
}

func (s *site) stored(t *testing.T) int {
	t.Helper()
	page, err := s.table.Scan(t.Context(), table.Feedback, "", 0, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Items)
}

// A code on the wall is opened by whatever reads it.
func TestALinkForEverybodyStoresNothingUntilAPersonAnswers(t *testing.T) {
	s := open(t)
	link := s.everybody("purchase")
	before := s.meter.Snapshot()
	for range 3 {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if page := s.ask(t, method, link+"?r=5", "", "Purpose", "prefetch"); page.status != http.StatusOK || strings.Contains(page.body, " checked>") {
				t.Errorf("%s: %d %.200s", method, page.status, page.body)
			}
		}
	}
	if after := s.meter.Snapshot(); !cmp.Equal(before, after) || s.stored(t) != 0 {
		t.Errorf("opening it cost %s", cmp.Diff(before, after))
	}
	form := s.formOf(t, s.get(t, link))
	if page := s.post(t, form, "rating", "4", "act", "implied", "opened", "4"); page.status != http.StatusOK || s.stored(t) != 1 {
		t.Errorf("an answer: %d, %d items", page.status, s.stored(t))
	}
}

func TestEveryPageIsAnotherSlip(t *testing.T) {
	s := open(t)
	link := s.everybody("purchase")
	one, two := s.formOf(t, s.get(t, link)), s.formOf(t, s.get(t, link))
	for _, form := range []string{one, one, two, one} {
		if page := s.post(t, form, "rating", "4"); page.status != http.StatusOK {
			t.Errorf("%d", page.status)
		}
	}
	if n := s.stored(t); n != 2 {
		t.Errorf("%d answers of two people", n)
	}
}

func TestAnAnswerThatNoPageOfTheLinkSentMakesNothing(t *testing.T) {
	s := open(t)
	p := acme()
	other := p.Touchpoints["words"]
	other.Links = []string{"counter"}
	p.Touchpoints["words"] = other
	s.Programs = fixed{p}
	link := s.everybody("purchase")
	slip := func(of string) string {
		return regexp.MustCompile(`a=([^&]+)`).FindStringSubmatch(s.formOf(t, s.get(t, s.everybody(of))))[1]
	}
	good := slip("purchase")
	forged := good[:46] + "A"
	if forged == good {
		forged = good[:46] + "E"
	}
	for name, row := range map[string]struct{ query, body string }{
		"no slip":                    {"", "rating=4"},
		"a forged slip":              {"?a=" + forged, "rating=4"},
		"the slip of another link":   {"?a=" + slip("words"), "rating=4"},
		"a survey's token":           {"?a=" + s.Keys.Mint(survey.Token{Purpose: survey.ForSurvey, ID: survey.LinkID("purchase", "counter"), Number: 1}), "rating=4"},
		"a field that nobody sees":   {"?a=" + good, "rating=4&homepage=http%3A%2F%2Fspam.example"},
		"a rating that there is not": {"?a=" + good, "rating=6"},
		"no rating":                  {"?a=" + good, "comment=hello"},
	} {
		page := s.ask(t, http.MethodPost, link+row.query, row.body, "Content-Type", formType)
		if page.status != http.StatusBadRequest || s.stored(t) != 0 {
			t.Errorf("%s: %d, %d items", name, page.status, s.stored(t))
		}
		if again := s.post(t, s.formOf(t, page), "rating", "9"); again.status != http.StatusBadRequest {
			t.Errorf("%s: the page that came back sends to %d", name, again.status)
		}
		if script := s.ask(t, http.MethodPost, link+row.query, row.body, "Content-Type", formType, "Accept", "application/json"); script.status != http.StatusBadRequest {
			t.Errorf("%s by the script: %d", name, script.status)
		}
	}
	if page := s.ask(t, http.MethodPut, link, ""); page.status != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d", page.status)
	}
}

// What was chosen comes back with a new slip, like what was typed.
func TestWhatIsSentWithoutASlipComesBackWhole(t *testing.T) {
	s := open(t)
	page := s.post(t, s.everybody("purchase"), "rating", "2", "cause", "slow-site", "comment", "I waited.")
	for _, want := range []string{`value="2" aria-label="2 of 5" data-group="bad" data-said="2" required checked`, `value="slow-site" checked`, ">I waited.<"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if thanks := s.post(t, s.formOf(t, page), "rating", "2", "cause", "slow-site"); !strings.Contains(thanks.body, `<p class="soft">`) || !strings.Contains(thanks.body, `value="slow-site" checked`) {
		t.Errorf("%d: what was ticked is not in the thanks", thanks.status)
	}
}

// The touchpoint asks something else since the page was opened: the answer is to what was shown.
func TestAnAnswerIsToTheSurveyThatThePageShowed(t *testing.T) {
	s := open(t)
	form := s.formOf(t, s.get(t, s.everybody("purchase")))
	p := acme()
	purchase := p.Touchpoints["purchase"]
	purchase.Survey = "thumbs"
	p.Touchpoints["purchase"] = purchase
	s.Programs = fixed{p}
	if page := s.post(t, form, "rating", "5"); page.status != http.StatusOK || !strings.Contains(page.body, "5 of 5") {
		t.Errorf("%d %.400s", page.status, page.body)
	}
	if page := s.get(t, s.everybody("purchase")); !strings.Contains(page.body, `class="scale thumbs"`) {
		t.Error("a new page does not ask the new survey")
	}
	purchase.Off = true
	p.Touchpoints["purchase"] = purchase
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if page := s.ask(t, method, form, "rating=4", "Content-Type", formType); page.status != http.StatusGone {
			t.Errorf("switched off, %s is answered %d", method, page.status)
		}
	}
	if page := s.ask(t, http.MethodPost, form, "rating=4", "Content-Type", formType, "Accept", "application/json"); page.status != http.StatusGone || !strings.Contains(page.body, `"closed"`) {
		t.Errorf("the script is told %d %s", page.status, page.body)
	}
}

func TestEachLanguageIsCalledByItsOwnName(t *testing.T) {
	s := open(t)
	page := s.get(t, s.everybody("purchase"))
	for tag, name := range map[string]string{"sv": "Svenska", "nl": "Nederlands", "zh": "中文", "ar": "العربية"} {
		if want := `<a href="?language=` + tag + `" lang="` + tag + `" hreflang="` + tag + `">` + name + `</a>`; !strings.Contains(page.body, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if own := i18n.For("en").T("language.own"); strings.Contains(page.body, ">"+own+"<") {
		t.Error("the page offers the language that it is in")
	}
	if page := s.get(t, s.everybody("purchase")+"?language=fr"); !strings.Contains(page.body, `<html lang="en"`) {
		t.Error("a language that the program does not ask in is spoken")
	}
}

// A thumb on the page is one answer, told by the script; the button and a reload add none.
func TestATapOnALinksPageIsOneAnswer(t *testing.T) {
	for _, chromium := range chromiums() {
		s := open(t)
		tab := newTab(t, browse(t, chromium), chromedp.EmulateViewport(320, 720), chromedp.Navigate(s.everybody("purchase")), chromedp.Click(rating(4)), says("saved"))
		tab.do(chromedp.Click(rating(2)), chromedp.Click(css("form.survey button")), chromedp.WaitVisible(css(".tick")))
		if wide := value[bool](tab, `document.documentElement.scrollWidth > 320`); wide {
			t.Error("the page is wider than the screen")
		}
		if n := s.stored(t); n != 1 {
			t.Errorf("%d answers", n)
		}
	}
}
