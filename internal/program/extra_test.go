package program

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/score"
)

// asking is the small program with more to a survey than its rating.
func asking(more string) string {
	return strings.Replace(small, "  s1: {number: 7, metric: CES, scale: 1-5}\n", "  s1:\n    number: 7\n    metric: CES\n    scale: 1-5\n"+more, 1)
}

const extras = `    causes:
      wrong-item: {text: {en: The wrong item}, for: bad, desk: help}
      long-wait:
      slow-site: {off: true}
    questions:
      - id: again
        ask: Will you come again?
        kind: one-of
        options: {yes: "Yes", no: {en: "No"}}
      - {id: parts, ask: What was late, kind: many-of, options: {food: Food, drinks: Drinks}, if: {cause: [long-wait, wrong-item]}}
      - {id: taste, ask: And the taste, kind: scale, scale: 0-10, low: Bad, high: Good, if: {rating: 2-3, group: [bad, neutral]}}
      - {id: hint, ask: What was missing, kind: text, if: {answer: {again: no, parts: [food]}}}
      - {id: solved, off: true}
`

func TestASurveyMayAskMoreThanItsRating(t *testing.T) {
	p, err := Parse([]byte(asking(extras)))
	if err != nil {
		t.Fatal(err)
	}
	unhappy := []score.Group{score.Bad, score.Neutral}
	wantCauses := []Cause{
		{ID: "wrong-item", Text: Text{"en": "The wrong item"}, For: []score.Group{score.Bad}, Desk: "help"},
		{ID: "long-wait", For: unhappy},
		{ID: "slow-site", For: unhappy, Off: true},
	}
	wantQuestions := []Question{
		{ID: "again", Ask: Text{"en": "Will you come again?"}, Kind: OneOf, Options: []Option{{"yes", Text{"en": "Yes"}}, {"no", Text{"en": "No"}}}},
		{ID: "parts", Ask: Text{"en": "What was late"}, Kind: ManyOf, Options: []Option{{"food", Text{"en": "Food"}}, {"drinks", Text{"en": "Drinks"}}},
			If: If{Causes: []string{"long-wait", "wrong-item"}}},
		{ID: "taste", Ask: Text{"en": "And the taste"}, Kind: ScaleKind, Max: 10, Low: Text{"en": "Bad"}, High: Text{"en": "Good"},
			If: If{Ratings: []int{2, 3}, Groups: unhappy}},
		{ID: "hint", Ask: Text{"en": "What was missing"}, Kind: TextKind, If: If{Chosen: map[string][]string{"again": {"no"}, "parts": {"food"}}}},
		{ID: "solved", Off: true, Kind: OneOf, Options: []Option{{ID: "yes"}, {ID: "partly"}, {ID: "no"}}},
	}
	s := p.Surveys["s1"]
	if diff := cmp.Diff(wantCauses, s.Causes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wantQuestions, s.Questions); diff != "" {
		t.Error(diff)
	}
}

func TestAMistakeInWhatElseIsAskedIsNamed(t *testing.T) {
	question := func(fields string) string { return "    questions:\n      - {" + fields + "}\n" }
	for _, row := range []struct{ more, want string }{
		{"    causes: [long-wait]\n",
			"line 10: surveys.s1.causes: a list stands here; expected causes by a name of your own or one of slow-site, too-many-steps, long-wait, several-contacts"},
		{"    causes: {Long: {text: Long}}\n",
			`line 10: surveys.s1.causes.Long: "Long" is not a name; expected up to 40 of a-z, 0-9 and -, such as trial-conversion`},
		{"    causes: {rude: {for: bad}}\n",
			"line 10: surveys.s1.causes.rude: text is missing; expected a few words for customers, such as {en: The wrong item}; only slow-site, too-many-steps, long-wait, several-contacts have some of their own"},
		{"    causes: {rude: {text: {en: }}}\n",
			"line 10: surveys.s1.causes.rude: text is missing; expected a few words for customers, such as {en: The wrong item}; only slow-site, too-many-steps, long-wait, several-contacts have some of their own"},
		{"    causes: {long-wait: {desk: hepl}}\n",
			`line 10: surveys.s1.causes.long-wait.desk: "hepl" is not a desk of this program (did you mean help?); expected help`},
		{"    causes: {long-wait: {for: [sad]}}\n",
			`line 10: surveys.s1.causes.long-wait.for.1: "sad" is not a group of ratings (did you mean bad?); expected one of bad, good, neutral`},
		{"    causes: {long-wait: {for: []}}\n",
			"line 10: surveys.s1.causes.long-wait.for: the list is empty; expected at least one"},
		{"    causes: {" + many(9, "c%d: {text: C}") + "}\n",
			"line 10: surveys.s1.causes: 9 causes are more than anybody reads; expected at most 8 that are not off"},
		{"    causes: {" + many(8, "c%d: {text: C}") + ", long-wait: {off: true}}\n", ""},
		{"    questions: {solved: yes}\n",
			"line 10: surveys.s1.questions: a group of names is not a list; expected a list of questions, each beginning with - id: ..."},
		{"    questions: [solved]\n",
			`line 10: surveys.s1.questions.1: "solved" is none; expected a question, such as {id: hint, ask: Any hint, kind: text}`},
		{question("ask: Why, kind: text"),
			"line 11: surveys.s1.questions.1: id is missing; expected a short name of its own, such as solved, never used again for another question"},
		{question("id: Why, ask: Why, kind: text"),
			`line 11: surveys.s1.questions.1.id: "Why" is not a name; expected up to 40 of a-z, 0-9 and -, such as trial-conversion`},
		{question("id: solved") + "      - {id: solved}\n",
			"line 12: surveys.s1.questions.2.id: solved is the id of another question already; expected each id once"},
		{question("id: why, kind: text"),
			"line 11: surveys.s1.questions.1: ask is missing; expected the question in words, such as {en: \"Was it easy to find?\"}"},
		{question("id: why, ask: {}, kind: text"),
			`line 11: surveys.s1.questions.1: ask is missing; expected the question in words, such as {en: "Was it easy to find?"}`},
		{question("id: why, ask: Why"),
			"line 11: surveys.s1.questions.1: kind is missing; expected one of one-of, many-of, scale, text"},
		{question("id: why, ask: Why, kind: oneof"),
			`line 11: surveys.s1.questions.1.kind: "oneof" is not a kind of question (did you mean one-of?); expected one of many-of, one-of, scale, text`},
		{question("id: why, ask: Why, kind: one-of"),
			"line 11: surveys.s1.questions.1: options is missing; expected 2 to 10 answers to choose from, such as {yes: {en: Yes}, no: {en: No}}"},
		{question("id: why, ask: Why, kind: many-of, options: {a: A}"),
			"line 11: surveys.s1.questions.1.options: a question with 1 options is none to choose from; expected 2 to 10, each with its words"},
		{question("id: why, ask: Why, kind: many-of, options: {" + many(11, "o%d: O") + "}"),
			"line 11: surveys.s1.questions.1.options: a question with 11 options is none to choose from; expected 2 to 10, each with its words"},
		{question("id: why, ask: Why, kind: one-of, options: {a: A, b: B, c: , d: {en: }}"),
			"line 11: surveys.s1.questions.1.options.c: the option c has no words; expected some, such as {en: Yes}\n" +
				"line 11: surveys.s1.questions.1.options.d: the option d has no words; expected some, such as {en: Yes}"},
		{question("id: why, ask: Why, kind: text, options: {a: A, b: B}"),
			"line 11: surveys.s1.questions.1.options: a question of the kind text has no options; expected them with one-of or many-of only"},
		{question("id: why, ask: Why, kind: text, low: Bad"),
			"line 11: surveys.s1.questions.1.low: a question of the kind text has no low; expected it with the kind scale only"},
		{question("id: why, ask: Why, kind: scale"),
			"line 11: surveys.s1.questions.1: scale is missing; expected its lowest and highest number, such as 1-5"},
		{question("id: why, ask: Why, kind: scale, scale: 5-1"),
			`line 11: surveys.s1.questions.1.scale: "5-1" is not a scale; expected its lowest and highest number, from 0 to 10, such as 1-5`},
		{question("id: why, ask: Why, kind: scale, scale: 1-11"),
			`line 11: surveys.s1.questions.1.scale: "1-11" is not a scale; expected its lowest and highest number, from 0 to 10, such as 1-5`},
		{question("id: solved, options: {a: A, b: B}"),
			"line 11: surveys.s1.questions.1.options: solved comes with options of its own; expected kind as well, or another id"},
		{question("id: solved, scale: 1-5"),
			"line 11: surveys.s1.questions.1.scale: a question of the kind one-of has no scale; expected it with the kind scale only"},
		{question("id: solved, ask: {sv: Klart}"),
			`line 11: surveys.s1.questions.1.ask.sv: "sv" is not one of the program's languages; expected en`},
		{question("id: solved, if: {groups: bad}"),
			`line 11: surveys.s1.questions.1.if.groups: "groups" is not a field here (did you mean group?); expected one of answer, cause, group, rating`},
		{question("id: solved, if: {rating: 5-6}"),
			`line 11: surveys.s1.questions.1.if.rating: "5-6" is not; expected ratings of this survey, such as 3 or 1-2`},
		{question("id: solved, if: {cause: long-wait}"),
			"line 11: surveys.s1.questions.1.if.cause: this survey has no causes; expected one that stands under causes"},
		{"    causes: {long-wait: }\n" + question("id: solved, if: {cause: longwait}"),
			`line 12: surveys.s1.questions.1.if.cause: "longwait" is not a cause of this survey (did you mean long-wait?); expected long-wait`},
		{question("id: open, if: {answer: {solved: no}}") + "      - {id: solved}\n",
			`line 11: surveys.s1.questions.1.if.answer.solved: "solved" is not an earlier question with options; expected a question with options before this one`},
		{question("id: solved") + "      - {id: open, if: {answer: {solved: never}}}\n",
			`line 12: surveys.s1.questions.2.if.answer.solved: "never" is not an option of solved; expected one of no, partly, yes`},
		{question("id: solved, if: {group: bad, rating: 5}"), "line 11: surveys.s1.questions.1: nobody is ever asked this; expected conditions that hold together, on what is not off, or off: true"},
		{"    causes: {long-wait: {off: true}}\n" + question("id: solved, if: {cause: long-wait}"), "line 12: surveys.s1.questions.1: nobody is ever asked this; expected conditions that hold together, on what is not off, or off: true"},
		{"    causes: {long-wait: {for: bad}}\n" + question("id: solved, if: {cause: long-wait, group: good}"), "line 12: surveys.s1.questions.1: nobody is ever asked this; expected conditions that hold together, on what is not off, or off: true"},
		{question("id: solved, off: true") + "      - {id: open, if: {answer: {solved: no}}}\n", "line 12: surveys.s1.questions.2: nobody is ever asked this; expected conditions that hold together, on what is not off, or off: true"},
		{question("id: solved, if: {group: bad}") + "      - {id: open, if: {group: good, answer: {solved: no}}}\n", "line 12: surveys.s1.questions.2: nobody is ever asked this; expected conditions that hold together, on what is not off, or off: true"},
		{question("id: solved, off: true, if: {rating: 5, group: bad}"), ""},
		{"    questions: [" + many(6, "{id: q%d, ask: Q, kind: text}") + "]\n",
			"line 10: surveys.s1.questions: 6 questions are more than anybody answers; expected at most 5 that are not off"},
	} {
		_, err := Parse([]byte(asking(row.more)))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != row.want {
			t.Errorf("%s\n got %s\nwant %s", row.more, got, row.want)
		}
	}
}

// many repeats an item with its number.
func many(n int, item string) string {
	var items []string
	for i := range n {
		items = append(items, fmt.Sprintf(item, i))
	}
	return strings.Join(items, ", ")
}

func TestWhatElseWasAskedKeepsItsMeaning(t *testing.T) {
	parse := func(text string) *Program {
		p, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	old := parse(asking(extras))
	for _, row := range []struct{ old, new, want string }{
		{"", "", ""},
		{"The wrong item", "Not what I ordered", ""},
		{"for: bad, desk: help", "for: [bad, neutral]", ""},
		{"Will you come again?", "Would you come again?", ""},
		{`options: {yes: "Yes",`, `options: {maybe: Maybe, yes: "Yes",`, ""},
		{"rating: 2-3", "rating: 1-3", ""},
		{"ask: And the taste,", "ask: And the taste, off: true,", ""},
		{"      slow-site: {off: true}\n", "", "the survey s1 has had the cause slow-site; keep it for the answers that have it, with off: true"},
		{"      - {id: solved, off: true}\n", "", "the survey s1 has had the question solved; keep it for the answers that have it, with off: true"},
		{"kind: scale, scale: 0-10", "kind: scale, scale: 1-10", "the survey s1 has been used with another kind of question taste (scale 0-10); give it a new id"},
		{"kind: many-of", "kind: one-of", "the survey s1 has been used with another kind of question parts (many-of); give it a new id"},
		{"drinks: Drinks", "sides: Sides", "the survey s1 has had the option drinks of the question parts; keep it, or give the question a new id"},
	} {
		err := parse(strings.Replace(asking(extras), row.old, row.new, 1)).CompatibleWith(old)
		if row.want == "" && err != nil || row.want != "" && (!fault.Is(err, fault.Conflict) || fault.TextOf(err) != row.want) {
			t.Errorf("%s -> %s: %v\nwant %s", row.old, row.new, err, row.want)
		}
	}
}

func TestTheDeskOfSeveralCausesIsTheFirstOnesThatNamesOne(t *testing.T) {
	s := Survey{Causes: []Cause{{ID: "a"}, {ID: "b", Desk: "blue"}, {ID: "c", Desk: "red"}}}
	for _, row := range []struct{ ticked, desk, cause string }{
		{"", "", ""}, {"a", "", ""}, {"b", "blue", "b"}, {"c a", "red", "c"}, {"c b", "blue", "b"}, {"d", "", ""},
	} {
		if desk, cause := s.CauseDesk(strings.Fields(row.ticked)); desk != row.desk || cause != row.cause {
			t.Errorf("%q: %q by %q, want %q by %q", row.ticked, desk, cause, row.desk, row.cause)
		}
	}
}

func TestWhatIsAskedDependsOnTheRating(t *testing.T) {
	p, err := Parse([]byte(asking(extras)))
	if err != nil {
		t.Fatal(err)
	}
	s := p.Surveys["s1"]
	for rating, want := range map[int]string{
		1: "wrong-item long-wait again parts hint", 2: "wrong-item long-wait again parts taste hint", 3: "long-wait again parts taste hint",
		4: "again parts hint", 5: "again parts hint",
	} {
		var got []string
		for _, c := range s.Causes {
			if s.Offers(c, rating) {
				got = append(got, c.ID)
			}
		}
		for _, q := range s.Questions {
			if s.Suits(q, rating) {
				got = append(got, q.ID)
			}
		}
		if !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("at %d: %v, want %s", rating, got, want)
		}
	}
}
