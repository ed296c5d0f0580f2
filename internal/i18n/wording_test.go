package i18n

import (
	"slices"
	"strings"
	"testing"
	"time"

	"afterword/internal/program"
	"afterword/internal/score"
)

func survey(metric score.Metric, direction score.Direction) program.Survey {
	return program.Survey{Scale: score.Scale{Metric: metric, Direction: direction, Min: 1, Max: 5}}
}

func TestTheShippedQuestionFollowsTouchpointAndScale(t *testing.T) {
	for _, c := range []struct {
		touchpoint string
		survey     program.Survey
		want       string
	}{
		{"purchase", survey(score.CSAT, score.Higher), "How satisfied are you with your order from Acme?"},
		{"support", survey(score.CES, score.Higher), "How easy was it to get help from Acme?"},
		{"support", survey(score.CES, score.Lower), "How much effort did it take you to get help from Acme?"},
		{"workshop", survey(score.CES, score.Lower), "How much effort did it take you to get this done with Acme?"},
		{"onboarding", survey(score.NPS, score.Higher), "Now that you have got started: how likely are you to recommend Acme to a friend or colleague?"},
		{"purchase", survey(score.NPS, score.Higher), "How likely are you to recommend Acme to a friend or colleague?"},
		{"workshop", survey(score.CES, score.Higher), "How easy was it to get this done with Acme?"},
		{"workshop", survey(score.CSAT, score.Higher), "How satisfied are you with Acme this time?"},
	} {
		if got := For("en").Question(c.survey, c.touchpoint, "Acme"); got != c.want {
			t.Errorf("%s %s %s: %q, want %q", c.touchpoint, c.survey.Scale.Metric, c.survey.Scale.Direction, got, c.want)
		}
	}
}

func TestLabelsFollowTheDirectionOfTheScale(t *testing.T) {
	for _, c := range []struct {
		survey    program.Survey
		low, high string
	}{
		{survey(score.CES, score.Higher), "Very difficult", "Very easy"},
		{survey(score.CES, score.Lower), "Very little effort", "A lot of effort"},
		{survey(score.CSAT, score.Higher), "Very dissatisfied", "Very satisfied"},
		{survey(score.CSAT, score.Lower), "Very satisfied", "Very dissatisfied"},
		{survey(score.NPS, score.Higher), "Not at all likely", "Extremely likely"},
	} {
		if low, high := For("en").Ends(c.survey); low != c.low || high != c.high {
			t.Errorf("%s %s: %q ... %q, want %q ... %q", c.survey.Scale.Metric, c.survey.Scale.Direction, low, high, c.low, c.high)
		}
	}
}

func TestTheOwnersWordingWins(t *testing.T) {
	own := survey(score.CES, score.Higher)
	own.Question = program.Text{"sv": "Gick det lätt?", "nl-BE": "Ging het vlot?"}
	own.Low, own.High = program.Text{"sv": "Nej"}, program.Text{"sv": "Ja"}
	own.Reasons.Bad = program.Text{"sv": "Vad hände?"}
	sv := For("sv")
	low, high := sv.Ends(own)
	if got := []string{sv.Question(own, "support", "Acme"), low, high, sv.Reason(own, score.Bad)}; !slices.Equal(got, []string{"Gick det lätt?", "Nej", "Ja", "Vad hände?"}) {
		t.Errorf("Swedish: %q", got)
	}
	if got := sv.Reason(own, score.Good); got != "Vad gjorde vi bra?" {
		t.Errorf("what the owner did not write is shipped: %q", got)
	}
	if got := For("nl-BE").Question(own, "support", "Acme"); got != "Ging het vlot?" {
		t.Errorf("Flemish: %q", got)
	}
}

func TestTheOwnersQuestionIsNeverExchangedForAnother(t *testing.T) {
	for _, row := range []struct {
		written  program.Text
		language string
		want     string
	}{
		{program.Text{"en": "Was the coffee good?"}, "sv", "Was the coffee good?"},
		{program.Text{"sv": "Var kaffet gott?"}, "en", "Var kaffet gott?"},
		{program.Text{"de": "War der Kaffee gut?", "en": "Was the coffee good?"}, "zh", "Was the coffee good?"},
		{program.Text{"nl-BE": "Was de koffie lekker?", "en": "Was the coffee good?"}, "nl", "Was de koffie lekker?"},
	} {
		asks := survey(score.CSAT, score.Higher)
		asks.Question = row.written
		if got := For(row.language).Question(asks, "purchase", "Acme"); got != row.want {
			t.Errorf("%v in %s: %q, want %q", row.written, row.language, got, row.want)
		}
	}
}

func TestTheReasonQuestionDependsOnTheGroup(t *testing.T) {
	asked := map[string]bool{}
	for _, group := range []score.Group{score.Good, score.Neutral, score.Bad} {
		asked[For("sv").Reason(survey(score.CES, score.Higher), group)] = true
	}
	if len(asked) != 3 {
		t.Errorf("three groups, %d questions", len(asked))
	}
}

func TestACustomerIsToldTheNumberOfAnOrderAndNoOther(t *testing.T) {
	for _, c := range []struct{ name, kind, subject, want string }{
		{"purchase", "own", "#1030", "Your order #1030"},
		{"support", "own", "35436", "Your support request 35436"},
		{"purchase", "own", "", "Your order"},
		{"purchase", "own", "msg_2mN8kPq4rT6vX9zB1cD3fG5h", "Your order"},
		{"onboarding", "own", "1030", "Getting started with Acme"},
		{"purchase", "shared", "spring-sale", "Your order"},
		{"workshop", "own", "1030", "Your recent contact with Acme"},
	} {
		touchpoint := program.Touchpoint{Name: c.name, Subject: c.kind}
		if got := For("en").About(touchpoint, c.subject, "Acme"); got != c.want {
			t.Errorf("%s %s %q: %q, want %q", c.name, c.kind, c.subject, got, c.want)
		}
	}
}

// Whatever the owner asks with, at whatever moment, in whatever language: the words are of that moment. Whether people recommend a
// company is asked in the same words at most of them.
func TestEveryTouchpointHasItsOwnWordsForEveryMetricInEveryLanguage(t *testing.T) {
	agree := survey(score.CES, score.Higher)
	agree.Agree = true
	asked := map[string]program.Survey{
		"ces": survey(score.CES, score.Higher), "effort": survey(score.CES, score.Lower), "agree": agree, "csat": survey(score.CSAT, score.Higher),
		"nps": survey(score.NPS, score.Higher),
	}
	catalogs := everyCatalog(t)
	for _, language := range catalogs.Languages() {
		in, said := catalogs.For(language), map[string]string{}
		only := func(what, text string) {
			if before, ok := said[text]; ok || text == "" {
				t.Errorf("%s: %s is %q, as is %s", language, what, text, before)
			}
			said[text] = what
		}
		for name, touchpoint := range program.Default().Touchpoints {
			only(name+" about", in.About(touchpoint, "", "Acme"))
			only(name+" why", in.Why(name, "Acme"))
			only(name+" name", in.Touchpoint(name))
			for metric, asks := range asked {
				question := in.Question(asks, name, "Acme")
				if metric != "nps" {
					only(name+" "+metric, question)
				}
				if !strings.Contains(question, "Acme") || strings.ContainsAny(question, "{}") {
					t.Errorf("%s: %s %s: %q", language, name, metric, question)
				}
			}
		}
		for metric, asks := range asked {
			reasons := map[string]bool{}
			for _, group := range []score.Group{score.Good, score.Neutral, score.Bad} {
				reasons[in.Reason(asks, group)] = true
			}
			if len(reasons) != 3 || reasons[""] {
				t.Errorf("%s: %s asks for the reason in %d ways", language, metric, len(reasons))
			}
		}
	}
	if n := len(program.Default().Touchpoints); n != 12 {
		t.Errorf("%d touchpoints come with Afterword", n)
	}
}

func TestDatesAreWrittenAsTheLanguageWritesThem(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 26, 14, 5, 0, 0, time.UTC).In(stockholm)
	for tag, want := range map[string][2]string{
		"en": {"26 November", "Thursday 26 November, 15:05"},
		"sv": {"26 november", "torsdag 26 november kl. 15:05"},
		"nl": {"26 november", "donderdag 26 november, 15:05 uur"},
		"zh": {"11月26日", "11月26日星期四 15:05"},
	} {
		printer := For(tag)
		if got := [2]string{printer.Day(at), printer.Moment(at)}; got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
}

func TestForeignWordsStayInOnePieceInRightToLeftText(t *testing.T) {
	arabic := everyCatalog(t).For("ar")
	if got, want := arabic.T("about.numbered", "about", "طلبك", "subject", "#1030"), "طلبك \u2068#1030\u2069"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := arabic.T("rating.of", "rating", 4, "max", 5); strings.ContainsAny(got, "\u2068\u2069") {
		t.Errorf("numbers need no marks: %q", got)
	}
}

func TestAPlaceholderInAValueIsNotFilledIn(t *testing.T) {
	if got := For("en").T("case.taken", "name", "{moment}", "moment", "now"); got != "Taken by {moment}, now" {
		t.Errorf("%q", got)
	}
}
