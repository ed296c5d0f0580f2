package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"afterword/internal/i18n"
	"afterword/internal/program"
	"afterword/internal/response"
)

// The names of the fields beside rating and comment: a cause for each that is ticked, a reply for each extra question that is answered,
// and had, for what an empty field takes away: "causes", or the name of a reply's field.
const (
	causeField = "cause"
	replyField = "q-"
	hadField   = "had"
	hadCauses  = "causes"
)

func isExtra(field string) bool {
	return field == causeField || field == hadField || strings.HasPrefix(field, replyField)
}

// addExtras reads causes and replies from a form.
func addExtras(a *response.Answer, form url.Values) {
	had := form[hadField]
	if causes := form[causeField]; len(causes) > 0 || slices.Contains(had, hadCauses) {
		a.Causes = &causes
	}
	a.Replies = map[string][]string{}
	for field, values := range form {
		if id, ok := strings.CutPrefix(field, replyField); ok && strings.Join(values, "") != "" {
			a.Replies[id] = values
		}
	}
	for _, field := range had {
		if id, ok := strings.CutPrefix(field, replyField); ok {
			a.Replies[id] = form[field]
		}
	}
}

// extrasOf is what was typed, to be shown again however wrong it is.
func extrasOf(s program.Survey, form url.Values) response.Extras {
	e := response.Extras{Causes: form[causeField]}
	for _, q := range s.Questions {
		values := form[replyField+q.ID]
		reply := response.Reply{Question: q.ID, Options: values, Rating: number(values)}
		if q.Kind == program.TextKind {
			reply.Text = strings.Join(values, "")
		}
		e.Replies = append(e.Replies, reply)
	}
	return e
}

// when says with what a part of the form is shown. The page's script looks at Ratings and Needs; without scripts what the page is
// drawn with decides.
type when struct {
	Ratings string // the ratings with which it is, apart by spaces; "": with all, and with none
	Needs   string // fields apart by spaces, each with values one of which must be chosen: "cause=long-wait,slow-site q-solved=no"
	Hidden  bool
	Had     string // its value in the field had
	Filled  bool   // what is in it is stored
}

// causes are the boxes to tick.
type causes struct {
	When  when
	Ticks []tick
}

// tick is one box, or one of several buttons.
type tick struct {
	Value, Word string
	Chosen      bool
	Ratings     string
	Hidden      bool
}

// extra is an extra question.
type extra struct {
	When      when
	Name, Ask string
	Input     string // checkbox or radio
	Ticks     []tick
	Scale     bool
	Columns   int // as of form
	Low, High string
	Text      string
	Limit     int // characters of a text; 0: it is none
}

// asks tells whether there is something to choose or to say that is not chosen or said yet.
func (f form) asks() bool {
	return f.Causes != nil && !f.Causes.When.Hidden && !f.Causes.When.Filled ||
		slices.ContainsFunc(f.Extras, func(e extra) bool { return !e.When.Hidden && !e.When.Filled })
}

// ratingsOf are the ratings of the scale that are suitable, as when has them, and whether there are any.
func ratingsOf(s program.Survey, suits func(rating int) bool) (ratings string, some bool) {
	var suitable []string
	all := s.Scale.Ratings()
	for _, rating := range all {
		if suits(rating) {
			suitable = append(suitable, strconv.Itoa(rating))
		}
	}
	if len(suitable) == len(all) {
		return "", true
	}
	return strings.Join(suitable, " "), len(suitable) > 0
}

// causesOf are the causes that are offered with some rating; nil when there are none.
func causesOf(s program.Survey, words *i18n.Printer, g given) *causes {
	c := &causes{When: when{Hidden: true, Had: hadCauses, Filled: slices.Contains(g.had, hadCauses)}}
	c.When.Ratings, _ = ratingsOf(s, func(rating int) bool {
		return slices.ContainsFunc(s.Causes, func(c program.Cause) bool { return s.Offers(c, rating) })
	})
	for _, cause := range s.Causes {
		ratings, some := ratingsOf(s, func(rating int) bool { return s.Offers(cause, rating) })
		if !some {
			continue
		}
		t := tick{Value: cause.ID, Word: words.Cause(cause), Chosen: slices.Contains(g.extras.Causes, cause.ID), Ratings: ratings}
		t.Hidden = ratings != "" && (g.rating == nil || !s.Offers(cause, *g.rating))
		c.When.Hidden = c.When.Hidden && t.Hidden
		c.Ticks = append(c.Ticks, t)
	}
	if c.Ticks == nil {
		return nil
	}
	return c
}

// questionsOf are the extra questions that are asked with some rating.
func questionsOf(s program.Survey, words *i18n.Printer, g given) (extras []extra) {
	for _, q := range s.Questions {
		ratings, some := ratingsOf(s, func(rating int) bool { return s.Suits(q, rating) })
		if !some {
			continue
		}
		reply := g.extras.Reply(q.ID)
		e := extra{Name: replyField + q.ID, Ask: words.Ask(q), Input: "radio"}
		e.When = when{Ratings: ratings, Needs: needsOf(s, q), Had: e.Name, Filled: slices.Contains(g.had, e.Name)}
		e.When.Hidden = ratings != "" || e.When.Needs != ""
		if g.rating != nil {
			e.When.Hidden = !g.extras.Asked(s, q, *g.rating)
		}
		switch q.Kind {
		case program.TextKind:
			e.Text, e.Limit = reply.Text, response.ReplyLimit
		case program.ScaleKind:
			e.Scale = true
			e.Low, e.High = words.QuestionEnds(q)
			for n := q.Min; n <= q.Max; n++ {
				e.Ticks = append(e.Ticks, tick{Value: strconv.Itoa(n), Word: strconv.Itoa(n), Chosen: reply.Rating != nil && *reply.Rating == n})
			}
			if n := len(e.Ticks); n > longScale {
				e.Columns = (n + 1) / 2
			}
		default:
			if q.Kind == program.ManyOf {
				e.Input = "checkbox"
			}
			for _, o := range q.Options {
				e.Ticks = append(e.Ticks, tick{Value: o.ID, Word: words.Option(q, o), Chosen: slices.Contains(reply.Options, o.ID)})
			}
		}
		extras = append(extras, e)
	}
	return extras
}

// needsOf are the causes and options that a question is asked with.
func needsOf(s program.Survey, q program.Question) string {
	var needs []string
	if q.If.Causes != nil {
		needs = append(needs, causeField+"="+strings.Join(q.If.Causes, ","))
	}
	for _, earlier := range s.Questions {
		if options := q.If.Chosen[earlier.ID]; options != nil {
			needs = append(needs, replyField+earlier.ID+"="+strings.Join(options, ","))
		}
	}
	return strings.Join(needs, " ")
}
