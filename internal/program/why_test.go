package program

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/score"
)

// One mistake at a time in what follows the small program.
func TestAMistakeInThemesWorthOrBenchmarksIsNamed(t *testing.T) {
	for _, row := range []struct{ written, want string }{
		{"themes: [delivery]", "line 16: themes: a list stands here; expected names of your own with values, such as my-own: ..."},
		{"themes: {Late Parcels: {words: {en: [late]}}}",
			`line 16: themes.Late Parcels: "Late Parcels" is not a name; expected up to 40 of a-z, 0-9 and -, such as trial-conversion`},
		{"themes: {delivery: {word: {en: [late]}}}",
			`line 16: themes.delivery.word: "word" is not a field here (did you mean words?); expected one of name, words` + "\n" +
				"line 16: themes.delivery: words is missing; expected the words that tell it, by language, such as {en: [delivery, courier]}"},
		{"themes: {delivery: {words: {}}}", "line 16: themes.delivery.words: no words tell this theme; expected some, such as {en: [delivery, courier]}"},
		{"themes: {delivery: {words: [late]}}",
			"line 16: themes.delivery.words: a list stands here; expected words by language, such as en: [delivery, courier]"},
		{"themes: {delivery: {words: {en: late}}}",
			`line 16: themes.delivery.words.en: "late" is not a list; expected a list, such as [delivery, out of stock]`},
		{"themes: {delivery: {words: {swedish: [sen]}}}",
			`line 16: themes.delivery.words.swedish: "swedish" is not a language; expected such as en, sv or pt-BR`},
		{"themes: {delivery: {name: [Late], words: {en: [late]}}}",
			"line 16: themes.delivery.name: a list stands here; expected names by language, such as en: Delivery"},
		{"themes: {delivery: {name: {swedish: Sent}, words: {en: [late]}}}",
			`line 16: themes.delivery.name.swedish: "swedish" is not a language; expected such as en, sv or pt-BR`},
		{`themes: {delivery: {words: {en: [late, "la*", "*te", "l*te", "24", a b c d e, "", [x], "late  ", "*"]}}}`, strings.Join([]string{
			tellsNothing(2, `"la*"`), tellsNothing(3, `"*te"`), tellsNothing(4, `"l*te"`), tellsNothing(5, `"24"`), tellsNothing(6, `"a b c d e"`),
			tellsNothing(7, `""`), "line 16: themes.delivery.words.en.8: a list is not a text; expected one text",
			"line 16: themes.delivery.words.en.9: late stands here a second time; expected each word once", tellsNothing(10, `"*"`)}, "\n")},
		{"themes: {delivery: {words: {en: [" + strings.Repeat("x", 41) + "]}}}",
			`line 16: themes.delivery.words.en.1: "` + strings.Repeat("x", 41) + `" is too long; expected at most 40 letters`},
		{"themes: {delivery: {words: {en: [" + numbered("w%d", 51) + "]}}}",
			"line 16: themes.delivery.words.en: there are 51 words; expected at most 50 in one language"},
		{"themes: {" + numbered("t%d: {words: {en: [late]}}", 21) + "}",
			"line 16: themes: 21 themes are more than anybody compares; expected at most 20"},

		{"worth: 500", `line 16: worth: "500" stands here; expected names with values, such as churn: ...`},
		{"worth: {churn: {bad: 92}}", `line 16: worth.churn.bad: "92" is not a share; expected a number from 0 to 1, such as 0.5`},
		{"worth: {churn: {unhappy: 0.9}}",
			`line 16: worth.churn.unhappy: "unhappy" is not a field here; expected one of bad, good, neutral`},
		{"worth: {value: 500}", `line 16: worth.value: nobody knows what "500" is counted in; expected currency beside it, such as currency: EUR`},
		{"worth: {value: 500 EUR, currency: EUR}",
			`line 16: worth.value: "500 EUR" is not an amount; expected a number above 0 and at most 1000000000, such as 500 or 79.90`},
		{"worth: {value: 0, currency: EUR}",
			`line 16: worth.value: "0" is not an amount; expected a number above 0 and at most 1000000000, such as 500 or 79.90`},
		{"worth: {value: NaN, currency: EUR}",
			`line 16: worth.value: "NaN" is not an amount; expected a number above 0 and at most 1000000000, such as 500 or 79.90`},
		{"worth: {value: 5, currency: euro}", `line 16: worth.currency: "euro" is not a currency; expected its three capital letters, such as EUR or SEK`},
		{"worth: {value: 5, currency: XXQ}", `line 16: worth.currency: "XXQ" is not a currency; expected its three capital letters, such as EUR or SEK`},
		{"worth: {touchpoints: {suport: {churn: {bad: 1}}}}",
			`line 16: worth.touchpoints.suport: "suport" is not a touchpoint of this program (did you mean support?); expected support`},
		{"worth: {touchpoints: {support: {value: 5}}}",
			`line 16: worth.touchpoints.support.value: nobody knows what "5" is counted in; expected currency beside it, such as currency: EUR`},

		{"benchmarks: banks", `line 16: benchmarks: "banks" stands here; expected names with values, such as industry: ...`},
		{"benchmarks: {figures: {purchase: {value: 5}}}",
			`line 16: benchmarks.figures.purchase: "purchase" is not a touchpoint of this program; expected support`},
		{"benchmarks: {figures: {support: {value: 4}}}",
			"line 16: benchmarks.figures.support: source is missing; expected where it is from, such as Branch survey 2026, page 4\n" +
				"line 16: benchmarks.figures.support: date is missing; expected of when it is, such as 2026, 2026-03 or 2026-03-31"},
		{"benchmarks: {figures: {support: {value: 81, source: Us, date: March}}}",
			`line 16: benchmarks.figures.support.date: "March" is not a date; expected such as 2026, 2026-03 or 2026-03-31` + "\n" +
				`line 16: benchmarks.figures.support.value: "81" is no score of support; expected 1 to 5, as mean of 1-5, higher is easier`},
		{"benchmarks: {figures: {support: {source: Us, date: 2026}}}",
			"line 16: benchmarks.figures.support: value is missing; expected the score to compare with, in the unit of the touchpoint's own"},
	} {
		_, err := Parse([]byte(small + row.written + "\n"))
		if got := fmt.Sprint(err); got != row.want {
			t.Errorf("%q:\ngot  %s\nwant %s", row.written, got, row.want)
		}
	}
}

func tellsNothing(at int, written string) string {
	return fmt.Sprintf("line 16: themes.delivery.words.en.%d: %s tells no theme; expected a word, or a phrase of at most 4, with a letter in each; "+
		"* only at its very end, after three letters", at, written)
}

func numbered(format string, n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(format, i))
	}
	return strings.Join(list, ", ")
}

func TestAnUnknownIndustryIsNamedWithTheOneThatWasMeant(t *testing.T) {
	_, err := Parse([]byte(small + "benchmarks: {industry: bank}\n"))
	if got := fmt.Sprint(err); !strings.HasPrefix(got, `line 16: benchmarks.industry: "bank" is not an industry of the ACSI table (did you mean banks?); expected one of airlines, `) {
		t.Error(got)
	}
}

func TestATouchpointIsComparedWithItsOwnPastFirst(t *testing.T) {
	p, err := Parse([]byte(small + "benchmarks: {industry: hotels, figures: {support: {value: 4.1, source: Branch survey, date: 2026-03}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []score.Kind
	for _, b := range p.BenchmarksOf("support", score.Counts{4: 50}, []score.Past{{Name: "2026-09", Counts: score.Counts{4: 40}}, {Name: "2026-10", Counts: score.Counts{5: 40}}}) {
		kinds = append(kinds, b.Kind)
	}
	if diff := cmp.Diff([]score.Kind{score.OwnHistory, score.OwnHistory, score.OwnFigure, score.ByIndustry}, kinds); diff != "" {
		t.Error(diff)
	}
	if found := p.BenchmarksOf("workshop", nil, nil); found != nil {
		t.Errorf("a touchpoint that there is not: %+v", found)
	}
}

func TestATouchpointIsWorthWhatItSaysItselfElseWhatAllAre(t *testing.T) {
	p, err := Parse([]byte(small + "worth: {value: 500, currency: USD, touchpoints: {support: {churn: {bad: 0.5}}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	usual := score.Worth{Churn: score.Churn{Neutral: 0.80, Bad: 0.92}, Value: 500, Currency: "USD"}
	own := usual
	own.Churn.Bad = 0.5
	if p.WorthOf("support") != own || p.WorthOf("workshop") != usual {
		t.Errorf("%+v, %+v", p.WorthOf("support"), p.WorthOf("workshop"))
	}
}

func TestATextIsLookedForInItsOwnLanguage(t *testing.T) {
	theme := Theme{Words: map[string][]string{"pt": {"entrega"}, "zh": {"快递"}}}
	for tag, want := range map[string]int{"pt": 1, "pt-BR": 1, "zh-Hant-HK": 1, "en": 0, "": 0} {
		if got := theme.WordsIn(tag); len(got) != want {
			t.Errorf("%s: %v", tag, got)
		}
	}
}
