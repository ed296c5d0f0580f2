package web_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/response"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// scene is a page as somebody meets it.
type scene struct {
	name string
	page func(t *testing.T, s *site, language string) answer
}

func asked(touchpoint, query string, change ...func(*response.Record)) func(*testing.T, *site, string) answer {
	return func(t *testing.T, s *site, language string) answer {
		return s.get(t, s.links().Survey(s.invite(t, touchpoint, language, change...))+query)
	}
}

func answered(touchpoint string, fields ...string) func(*testing.T, *site, string) answer {
	return func(t *testing.T, s *site, language string) answer {
		return s.post(t, s.links().Survey(s.invite(t, touchpoint, language)), fields...)
	}
}

func expired(r *response.Record) { r.ExpiresAt = noon }

func earlier(r *response.Record) {
	r.Revision, r.Rating, r.Act, r.Counted, r.Comment = 1, 2, response.Explicit, true, "Where is the button?"
	r.EditUntil = noon.AddDate(0, 0, 7)
}

// scenes are the pages that a customer can meet.
var scenes = []scene{
	{"survey-open", asked("purchase", "")},
	{"survey-purchase", asked("purchase", "?r=4")},
	{"survey-support", asked("support", "?r=2")},
	{"survey-onboarding", asked("onboarding", "?r=8")},
	{"shown-words", asked("words", "?r=4")},
	{"shown-effort", asked("effort", "?r=2")},
	{"shown-agree", asked("agree", "?r=6")},
	{"shown-agreed", asked("agreed", "?r=6")},
	{"shown-faces", asked("faces", "?r=4")},
	{"shown-three", asked("three", "?r=1")},
	{"shown-stars", asked("stars", "?r=4")},
	{"shown-thumbs", asked("thumbs", "?r=2")},
	{"thanks-thumbs", answered("thumbs", "rating", "1", "comment", "I waited for an hour.")},
	{"extras-open", asked("extras", "")},
	{"extras-bad", asked("extras", "?r=1")},
	{"extras-good", asked("extras", "?r=5")},
	{"extras-thanks", answered("extras", "rating", "1", "cause", "long-wait", "cause", "cold-food", "q-again", "no", "q-taste", "0")},
	{"extras-wrong", answered("extras", "rating", "1", "cause", "long-wait", "q-again", "yes", "q-again", "no", "q-taste", "11", "q-hint", "Warm <food>")},
	{"survey-earlier", asked("purchase", "?r=4", earlier)},
	{"survey-without-rating", answered("support", "comment", "I waited for an hour.")},
	{"survey-confirm", func(t *testing.T, s *site, language string) answer {
		link := s.links().Survey(s.invite(t, "purchase", language))
		s.get(t, link+"?r=1")
		s.get(t, link+"?r=5")
		return s.post(t, link, "rating", "5", "opened", "5", "act", "implied")
	}},
	{"thanks-good", answered("purchase", "rating", "5", "comment", "Quick & easy.\nThank <you>!")},
	{"thanks-neutral", answered("onboarding", "rating", "8")},
	{"thanks-bad", answered("support", "rating", "1", "comment", "I waited for an hour.")},
	{"link-open", func(t *testing.T, s *site, language string) answer {
		return s.get(t, s.everybody("purchase"), "Accept-Language", language)
	}},
	{"link-again", func(t *testing.T, s *site, language string) answer {
		return s.post(t, s.everybody("purchase")+"?language="+language, "rating", "2", "comment", "I waited for an hour.")
	}},
	{"link-thanks", func(t *testing.T, s *site, language string) answer {
		page := s.post(t, s.formOf(t, s.get(t, s.everybody("purchase"), "Accept-Language", language)), "rating", "2", "comment", "I waited for an hour.")
		page.body = formAt.ReplaceAllString(page.body, `<form class="survey" method="post" action="/s/..."`)
		return page
	}},
	{"link-missing", func(t *testing.T, s *site, language string) answer {
		return s.get(t, s.server.URL+"/l/no-such-token", "Accept-Language", language)
	}},
	{"unsubscribe", func(t *testing.T, s *site, language string) answer {
		return s.get(t, s.links().Unsubscribe(s.invite(t, "purchase", language)))
	}},
	{"unsubscribed", func(t *testing.T, s *site, language string) answer {
		return s.post(t, s.links().Unsubscribe(s.invite(t, "purchase", language)), "List-Unsubscribe", "One-Click")
	}},
	{"expired", asked("purchase", "?r=4", expired)},
	{"answered", asked("purchase", "", earlier, func(r *response.Record) { r.EditUntil = noon })},
	{"missing", func(t *testing.T, s *site, language string) answer {
		return s.get(t, s.server.URL+"/s/no-such-token", "Accept-Language", language)
	}},
}

func TestThePagesAreThese(t *testing.T) {
	for _, language := range []string{"en", "sv", "nl", "zh", "ar"} {
		for _, scene := range scenes {
			t.Run(scene.name+"/"+language, func(t *testing.T) {
				page := scene.page(t, open(t), language).body
				path := filepath.Join("testdata", scene.name+"."+language+".html")
				got := golden(page)
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("the page changed (-update writes it anew):\n%s", diff)
				}
			})
		}
	}
}

// golden is a page without its style and script, which are files of their own.
func golden(page string) string {
	for _, element := range []string{"style", "script"} {
		if before, rest, found := strings.Cut(page, "<"+element+">"); found {
			_, after, _ := strings.Cut(rest, "</"+element+">")
			page = before + "<" + element + "></" + element + ">" + after
		}
	}
	return withSlip.ReplaceAllString(page, `"${1}..."`)
}

// withSlip is a form's address with a slip, which is another one each time.
var withSlip = regexp.MustCompile(`"(/l/[^"?]*\?a=)[^"]*"`)
