package response

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/score"
)

// asking is a survey with causes and a question of each kind.
var asking = program.Survey{
	ID: "s", Scale: score.Scale{Metric: score.CSAT, Min: 1, Max: 5, Direction: score.Higher, GoodFrom: 4, BadTo: 2},
	Causes: []program.Cause{
		{ID: "wait", For: []score.Group{score.Bad, score.Neutral}}, {ID: "cold", For: []score.Group{score.Bad}}, {ID: "old", Off: true, For: []score.Group{score.Bad}},
	},
	Questions: []program.Question{
		{ID: "again", Kind: program.OneOf, Options: []program.Option{{ID: "yes"}, {ID: "no"}}},
		{ID: "late", Kind: program.ManyOf, Options: []program.Option{{ID: "food"}, {ID: "drinks"}}, If: program.If{Causes: []string{"wait"}}},
		{ID: "taste", Kind: program.ScaleKind, Max: 10, If: program.If{Ratings: []int{1, 2, 3}}},
		{ID: "hint", Kind: program.TextKind, If: program.If{Chosen: map[string][]string{"again": {"no"}, "late": {"food"}}}},
		{ID: "gone", Kind: program.TextKind, Off: true},
	},
}

func TestWhatIsAddedByChoosingIsHeldAgainstTheSurvey(t *testing.T) {
	for name, c := range map[string]struct {
		causes  []string
		replies map[string][]string
		want    error
	}{
		"nothing":                       {},
		"a cause":                       {causes: []string{"wait"}},
		"a cause that is off":           {causes: []string{"old"}},
		"no such cause":                 {causes: []string{"wait", "luck"}, want: ErrExtra},
		"no such question":              {replies: map[string][]string{"mood": {"fine"}}, want: ErrExtra},
		"one option":                    {replies: map[string][]string{"again": {"no"}}},
		"two options of one":            {replies: map[string][]string{"again": {"yes", "no"}}, want: ErrExtra},
		"no such option":                {replies: map[string][]string{"again": {"maybe"}}, want: ErrExtra},
		"several options":               {replies: map[string][]string{"late": {"drinks", "food"}}},
		"an option twice":               {replies: map[string][]string{"late": {"food", "food"}}, want: ErrExtra},
		"a number":                      {replies: map[string][]string{"taste": {"10"}}},
		"a number out of range":         {replies: map[string][]string{"taste": {"11"}}, want: ErrExtra},
		"a negative number":             {replies: map[string][]string{"taste": {"-1"}}, want: ErrExtra},
		"a number with a sign":          {replies: map[string][]string{"taste": {"+1"}}, want: ErrExtra},
		"two numbers":                   {replies: map[string][]string{"taste": {"1", "2"}}, want: ErrExtra},
		"words for a number":            {replies: map[string][]string{"taste": {"good"}}, want: ErrExtra},
		"a text":                        {replies: map[string][]string{"hint": {strings.Repeat("å", ReplyLimit)}}},
		"a text that is too long":       {replies: map[string][]string{"hint": {strings.Repeat("å", ReplyLimit+1)}}, want: ErrLongReply},
		"two texts":                     {replies: map[string][]string{"hint": {"a", "b"}}, want: ErrExtra},
		"nothing, which takes it away":  {replies: map[string][]string{"hint": nil, "again": nil, "taste": {""}}},
		"an empty option":               {replies: map[string][]string{"again": {""}}, want: ErrExtra},
		"a question that is off is old": {replies: map[string][]string{"gone": {"words"}}},
	} {
		a := Answer{Rating: 1, Replies: c.replies}
		if c.causes != nil {
			a.Causes = &c.causes
		}
		_, err := a.checked(asking)
		if !errors.Is(err, c.want) || c.want != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// What is sent replaces what is stored; the rest stays as long as it is asked of whoever gave this rating and said these things.
func TestAnEditKeepsWhatItDoesNotSendAndStillApplies(t *testing.T) {
	stored := Extras{
		Causes: []string{"wait", "cold", "old"},
		Replies: []Reply{
			{Question: "again", Options: []string{"no"}}, {Question: "late", Options: []string{"food"}}, {Question: "taste", Rating: new(0)},
			{Question: "hint", Text: "Warm food"}, {Question: "gone", Text: "words"},
		},
	}
	all := "wait cold old again=no late=food taste=0 hint=Warm food gone=words"
	for name, c := range map[string]struct {
		stored  Extras
		rating  int
		causes  string // "-": not sent
		replies map[string][]string
		want    string
	}{
		"nothing is sent":                          {stored, 1, "-", nil, all},
		"a first answer":                           {Extras{}, 1, "cold wait", map[string][]string{"late": {"drinks", "food"}, "taste": {"3"}}, "wait cold late=food+drinks taste=3"},
		"none is ticked any more":                  {stored, 1, "", nil, "old again=no taste=0 gone=words"},
		"other causes":                             {stored, 1, "cold", nil, "cold old again=no taste=0 gone=words"},
		"a reply is changed, another hangs on it":  {stored, 1, "-", map[string][]string{"again": {"yes"}}, "wait cold old again=yes late=food taste=0 gone=words"},
		"a reply is taken away":                    {stored, 1, "-", map[string][]string{"taste": nil, "hint": {""}}, "wait cold old again=no late=food gone=words"},
		"neutral":                                  {stored, 3, "-", nil, "wait old again=no late=food taste=0 hint=Warm food gone=words"},
		"happy":                                    {stored, 5, "-", nil, "old again=no gone=words"},
		"happy, whatever is sent":                  {Extras{}, 5, "cold wait", map[string][]string{"late": {"food"}, "taste": {"1"}, "hint": {"x"}}, ""},
		"what is off cannot be said":               {Extras{}, 1, "old", map[string][]string{"gone": {"words"}}, ""},
		"what is asked by a reply needs that":      {Extras{}, 1, "wait", map[string][]string{"again": {"no"}, "late": {"drinks"}, "hint": {"x"}}, "wait again=no late=drinks"},
		"a text of nothing that one can see":       {Extras{}, 1, "wait", map[string][]string{"again": {"no"}, "late": {"food"}, "hint": {" \u202e "}}, "wait again=no late=food"},
		"what is asked by a reply is asked by all": {Extras{}, 1, "wait", map[string][]string{"late": {"food"}, "hint": {"x"}}, "wait late=food"},
	} {
		t.Run(name, func(t *testing.T) {
			a := Answer{Rating: c.rating, Replies: c.replies}
			if causes := strings.Fields(c.causes); c.causes != "-" {
				a.Causes = &causes
			}
			a, err := a.checked(asking)
			if err != nil {
				t.Fatal(err)
			}
			e := a.extras(asking, c.stored)
			if diff := cmp.Diff(c.want, spell(e)); diff != "" {
				t.Error(diff)
			}
			if !e.Equal(Answer{Rating: c.rating}.extras(asking, e)) {
				t.Error("an answer with nothing but the rating changes it")
			}
		})
	}
}

func spell(e Extras) string {
	words := append([]string{}, e.Causes...)
	for _, r := range e.Replies {
		said := strings.Join(r.Options, "+") + r.Text
		if r.Rating != nil {
			said = string(rune('0' + *r.Rating))
		}
		words = append(words, r.Question+"="+said)
	}
	return strings.Join(words, " ")
}

func TestTickingACauseOrAReplyIsAnExplicitAct(t *testing.T) {
	opened := 1
	none := []string{}
	for name, c := range map[string]struct {
		answer Answer
		want   Act
	}{
		"the opened rating":   {Answer{}, Implied},
		"with a cause":        {Answer{Causes: &[]string{"wait"}}, Explicit},
		"with a cause undone": {Answer{Causes: &none}, Explicit},
		"with a reply":        {Answer{Replies: map[string][]string{"again": {"no"}}}, Explicit},
	} {
		c.answer.Rating, c.answer.Opened, c.answer.Act = 1, &opened, Implied
		if got := c.answer.act(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
