package i18n

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/program"
	"afterword/internal/score"
)

// shown is a survey on the scale from 1, higher is better for all but effort.
func shown(presentation program.Presentation, metric score.Metric, top int, direction score.Direction) program.Survey {
	scale, ok := score.Standard(metric, top, direction)
	if !ok {
		panic("no such scale")
	}
	return program.Survey{Presentation: presentation, Scale: scale}
}

// words are what the ratings mean, lowest first, with a dash for those that the number alone shows.
func words(p *Printer, survey program.Survey) (all []string) {
	for _, rating := range survey.Scale.Ratings() {
		word := p.Word(survey, rating)
		if word == "" {
			word = "-"
		}
		all = append(all, word)
	}
	return all
}

func TestARatingMeansWhatItsScaleSays(t *testing.T) {
	agreed := shown(program.Words, score.CES, 7, score.Higher)
	agreed.Agree = true
	ends := agreed
	ends.Presentation = program.Numbers
	own := shown(program.Faces, score.CSAT, 3, score.Higher)
	own.Low, own.High = program.Text{"en": "Poor"}, program.Text{"en": "Great"}
	for _, row := range []struct {
		survey program.Survey
		want   string
	}{
		{shown(program.Words, score.CSAT, 5, score.Higher), "Very dissatisfied, Dissatisfied, Neither satisfied nor dissatisfied, Satisfied, Very satisfied"},
		{shown(program.Faces, score.CSAT, 5, score.Higher), "Very dissatisfied, Dissatisfied, Neither satisfied nor dissatisfied, Satisfied, Very satisfied"},
		{shown(program.Stars, score.CSAT, 5, score.Higher), "Very dissatisfied, Dissatisfied, Neither satisfied nor dissatisfied, Satisfied, Very satisfied"},
		{shown(program.Faces, score.CSAT, 3, score.Higher), "Dissatisfied, Neither satisfied nor dissatisfied, Satisfied"},
		{shown(program.Thumbs, score.CSAT, 2, score.Higher), "Dissatisfied, Satisfied"},
		{shown(program.Numbers, score.CSAT, 2, score.Higher), "Very dissatisfied, Very satisfied"},
		{shown(program.Words, score.CES, 5, score.Higher), "Very difficult, Difficult, Neither easy nor difficult, Easy, Very easy"},
		{shown(program.Words, score.CES, 5, score.Lower), "Very little effort, Little effort, Some effort, Quite a lot of effort, A lot of effort"},
		{shown(program.Words, score.CES, 7, score.Lower), "Very little effort, Little effort, A bit of effort, Some effort, A fair amount of effort, Quite a lot of effort, A lot of effort"},
		{agreed, "Strongly disagree, Disagree, Somewhat disagree, Neither agree nor disagree, Somewhat agree, Agree, Strongly agree"},
		{ends, "Strongly disagree, -, -, -, -, -, Strongly agree"},
		{shown(program.Numbers, score.CES, 5, score.Higher), "Very difficult, -, -, -, Very easy"},
		{shown("", score.NPS, 10, score.Higher), "Not at all likely, -, -, -, -, -, -, -, -, -, Extremely likely"},
		{own, "Poor, Neither satisfied nor dissatisfied, Great"},
	} {
		if got := strings.Join(words(For("en"), row.survey), ", "); got != row.want {
			t.Errorf("%s %s: %s, want %s", row.survey.Scale, row.survey.Presentation, got, row.want)
		}
		if below, above := row.survey.Scale.Min-1, row.survey.Scale.Max+1; For("en").Word(row.survey, below)+For("en").Word(row.survey, above) != "" {
			t.Errorf("%s has words for %d or %d", row.survey.Scale, below, above)
		}
	}
}

// Two ratings that mean the same could not be told apart by those who listen.
func TestNoTwoRatingsMeanTheSameInAnyLanguage(t *testing.T) {
	agreed := shown(program.Words, score.CES, 7, score.Higher)
	agreed.Agree = true
	for _, survey := range []program.Survey{
		agreed, shown(program.Words, score.CES, 7, score.Higher), shown(program.Words, score.CES, 7, score.Lower),
		shown(program.Words, score.CSAT, 7, score.Higher), shown(program.Thumbs, score.CSAT, 2, score.Higher),
	} {
		catalogs := everyCatalog(t)
		for _, language := range catalogs.Languages() {
			all := words(catalogs.For(language), survey)
			if different := slices.Compact(slices.Sorted(slices.Values(all))); len(different) != len(all) {
				t.Errorf("%s in %s: %q", survey.Scale, language, all)
			}
		}
	}
}

func TestARatingIsCalledWhatItLooksLike(t *testing.T) {
	for _, row := range []struct {
		survey              program.Survey
		rating              int
		language            string
		spoken, said, rated string
	}{
		{shown(program.Numbers, score.CSAT, 5, score.Higher), 4, "en", "4 of 5", "4", "4 of 5"},
		{shown(program.Numbers, score.CSAT, 5, score.Higher), 5, "en", "5 of 5: Very satisfied", "5", "5 of 5"},
		{shown(program.Words, score.CSAT, 5, score.Higher), 4, "en", "4 of 5: Satisfied", "“Satisfied”", "Satisfied (4 of 5)"},
		{shown(program.Faces, score.CSAT, 3, score.Higher), 1, "sv", "1 av 3: Missnöjd", "”Missnöjd”", "Missnöjd (1 av 3)"},
		{shown(program.Stars, score.CSAT, 5, score.Higher), 4, "nl", "4 van 5: Tevreden", "4 van 5 sterren", "4 van 5 sterren"},
		{shown(program.Thumbs, score.CSAT, 2, score.Higher), 1, "en", "1 of 2: Dissatisfied", "thumbs down", "thumbs down (1 of 2)"},
		{shown(program.Thumbs, score.CSAT, 2, score.Higher), 2, "zh", "2 分（满分 2 分）：满意", "赞", "赞（2 分，满分 2 分）"},
		{shown(program.Numbers, score.NPS, 10, score.Higher), 8, "zh", "8 分（满分 10 分）", "8 分", "8 分（满分 10 分）"},
		{shown(program.Stars, score.CSAT, 5, score.Higher), 9, "en", "9 of 5", "9", "9 of 5"}, // of no scale, and still told
	} {
		p := For(row.language)
		got := []string{p.Spoken(row.survey, row.rating), p.Said(row.survey, row.rating), p.Rated(row.survey, row.rating)}
		if diff := cmp.Diff([]string{row.spoken, row.said, row.rated}, got); diff != "" {
			t.Errorf("%d as %s in %s:\n%s", row.rating, row.survey.Presentation, row.language, diff)
		}
	}
}

func TestTheHappiestRatingHasTheHappiestFace(t *testing.T) {
	for _, row := range []struct {
		survey program.Survey
		want   []int
	}{
		{shown(program.Faces, score.CSAT, 5, score.Higher), []int{1, 2, 3, 4, 5}},
		{shown(program.Faces, score.CES, 5, score.Lower), []int{5, 4, 3, 2, 1}},
		{shown(program.Faces, score.CSAT, 3, score.Higher), []int{2, 3, 4}},
	} {
		var got []int
		for _, rating := range row.survey.Scale.Ratings() {
			got = append(got, For("en").Face(row.survey, rating))
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", row.survey.Scale, got, row.want)
		}
	}
}

func TestPeopleAgreeWithAStatement(t *testing.T) {
	asks := shown(program.Numbers, score.CES, 7, score.Higher)
	asks.Agree = true
	for touchpoint, want := range map[string]string{
		"support":  "Do you agree? Acme made it easy for me to get help.",
		"workshop": "Do you agree? Acme made it easy for me to get this done.",
	} {
		if got := For("en").Question(asks, touchpoint, "Acme"); got != want {
			t.Errorf("%s: %q, want %q", touchpoint, got, want)
		}
	}
}
