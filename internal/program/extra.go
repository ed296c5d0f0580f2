package program

import (
	"slices"

	"afterword/internal/score"
)

// The most causes and questions that a survey shows beside its rating, those that are off left out, and the most options of a
// question. A customer gives a survey ten seconds.
const (
	MaxCauses    = 8
	MaxQuestions = 5
	MaxOptions   = 10
)

// Cause is something that customers may tick as what made their rating what it is.
type Cause struct {
	ID   string
	Off  bool          // no longer offered; answers that have it keep it
	Text Text          // empty: the shipped wording, which ShippedCauses have
	For  []score.Group // of ratings with which it is offered
	Desk string        // works the case of an unhappy answer with it; "": the touchpoint's
}

// ShippedCauses have a wording in every language.
var ShippedCauses = []string{"slow-site", "too-many-steps", "long-wait", "several-contacts"}

// Offers tells whether the cause is offered with the rating.
func (s Survey) Offers(c Cause, rating int) bool {
	return !c.Off && slices.Contains(c.For, s.Scale.Group(rating))
}

// CauseDesk finds the desk of some ticked causes: that of the first in the order of the survey that names one, and which cause that is; ""
// and "" when none does.
func (s Survey) CauseDesk(ticked []string) (desk, cause string) {
	for _, c := range s.Causes {
		if c.Desk != "" && slices.Contains(ticked, c.ID) {
			return c.Desk, c.ID
		}
	}
	return "", ""
}

// QuestionKind is how an extra question is answered.
type QuestionKind string

// The kinds of question.
const (
	OneOf     QuestionKind = "one-of"  // one of the options
	ManyOf    QuestionKind = "many-of" // any of the options
	ScaleKind QuestionKind = "scale"   // a whole number from Min to Max
	TextKind  QuestionKind = "text"    // words of the customer's own
)

// Chooses tells whether the question is answered with options.
func (k QuestionKind) Chooses() bool { return k == OneOf || k == ManyOf }

// Question is an extra question, which nobody has to answer.
type Question struct {
	ID        string
	Off       bool // no longer asked; answers that have it keep it
	Ask       Text // empty, like that of its options: the shipped wording, which ShippedQuestions have
	Kind      QuestionKind
	Options   []Option // of OneOf and ManyOf, as they are shown
	Min, Max  int      // of ScaleKind
	Low, High Text     // labels of its ends; may be empty
	If        If
}

// ShippedQuestions have their kind, their options and a wording in every language, by id.
var ShippedQuestions = map[string]Question{
	"solved": {Kind: OneOf, Options: []Option{{ID: "yes"}, {ID: "partly"}, {ID: "no"}}},
	"open":   {Kind: TextKind},
}

// Option is one of the answers to choose from.
type Option struct {
	ID   string
	Text Text
}

// If says when an extra question is asked: when all that is given holds, each by one of what it lists. The zero value: always.
type If struct {
	Groups  []score.Group       // of the rating
	Ratings []int               // the rating
	Causes  []string            // a cause that is ticked
	Chosen  map[string][]string // by earlier question: an option that is chosen
}

// Suits tells whether the question is asked as far as the rating decides it.
func (s Survey) Suits(q Question, rating int) bool {
	return !q.Off && (q.If.Groups == nil || slices.Contains(q.If.Groups, s.Scale.Group(rating))) &&
		(q.If.Ratings == nil || slices.Contains(q.If.Ratings, rating))
}

// reach lists the ratings with which a question may be asked, given those of the questions before it.
func (s Survey) reach(q Question, before map[string][]int) (ratings []int) {
	for _, rating := range s.Scale.Ratings() {
		asked := s.Suits(q, rating) && (q.If.Causes == nil || slices.ContainsFunc(s.Causes, func(c Cause) bool {
			return s.Offers(c, rating) && slices.Contains(q.If.Causes, c.ID)
		}))
		for question := range q.If.Chosen {
			asked = asked && slices.Contains(before[question], rating)
		}
		if asked {
			ratings = append(ratings, rating)
		}
	}
	return ratings
}

// Cause finds a cause by its id.
func (s Survey) Cause(id string) (Cause, bool) {
	i := slices.IndexFunc(s.Causes, func(c Cause) bool { return c.ID == id })
	if i < 0 {
		return Cause{}, false
	}
	return s.Causes[i], true
}

// Extra finds an extra question by its id.
func (s Survey) Extra(id string) (Question, bool) {
	i := slices.IndexFunc(s.Questions, func(q Question) bool { return q.ID == id })
	if i < 0 {
		return Question{}, false
	}
	return s.Questions[i], true
}

// Option finds an option by its id.
func (q Question) Option(id string) (Option, bool) {
	i := slices.IndexFunc(q.Options, func(o Option) bool { return o.ID == id })
	if i < 0 {
		return Option{}, false
	}
	return q.Options[i], true
}
