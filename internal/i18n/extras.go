package i18n

import (
	"strconv"
	"strings"

	"afterword/internal/program"
	"afterword/internal/response"
)

// Cause is a cause that customers may tick: the owner's wording, else the shipped one.
func (p *Printer) Cause(c program.Cause) string {
	if own := p.own(c.Text); own != "" {
		return own
	}
	return p.named("cause."+c.ID, c.ID)
}

// Ask is an extra question, likewise.
func (p *Printer) Ask(q program.Question) string {
	if own := p.own(q.Ask); own != "" {
		return own
	}
	return p.named("extra."+q.ID, q.ID)
}

// Option is an answer to choose from, likewise.
func (p *Printer) Option(q program.Question, o program.Option) string {
	if own := p.own(o.Text); own != "" {
		return own
	}
	return p.named("extra."+q.ID+"."+o.ID, o.ID)
}

// QuestionEnds are the labels of an extra question's scale; "" for one that the owner gave none.
func (p *Printer) QuestionEnds(q program.Question) (low, high string) {
	return p.own(q.Low), p.own(q.High)
}

// Ticked are causes in words.
func (p *Printer) Ticked(s program.Survey, causes []string) (words []string) {
	for _, id := range causes {
		c, ok := s.Cause(id)
		if !ok {
			c.ID = id
		}
		words = append(words, p.Cause(c))
	}
	return words
}

// replied is the reply to an extra question in words, by line.
func (p *Printer) replied(q program.Question, r response.Reply) (lines []string) {
	switch {
	case r.Rating != nil:
		low, high := p.QuestionEnds(q)
		said := strconv.Itoa(*r.Rating)
		for end, label := range map[int]string{q.Min: low, q.Max: high} {
			if end == *r.Rating && label != "" {
				said += ": " + label
			}
		}
		return []string{said + " (" + strconv.Itoa(q.Min) + "–" + strconv.Itoa(q.Max) + ")"}
	case r.Text != "":
		return strings.Split(r.Text, "\n")
	}
	for _, id := range r.Options {
		o, ok := q.Option(id)
		if !ok {
			o.ID = id
		}
		lines = append(lines, p.Option(q, o))
	}
	return lines
}

// Said is a question with what was replied to it.
type Said struct {
	Ask   string
	Lines []string
	Typed bool // the lines are the customer's own words
}

// Replies are the replies to extra questions in words, for a desk.
func (p *Printer) Replies(s program.Survey, replies []response.Reply) (all []Said) {
	for _, r := range replies {
		if q, ok := s.Extra(r.Question); ok {
			all = append(all, Said{p.Ask(q), p.replied(q, r), r.Text != ""})
		}
	}
	return all
}

// CaseWhy says why a case is at its desk: by the rule, and by the cause that was ticked, if one led it there.
func (p *Printer) CaseWhy(s program.Survey, rule, cause string) string {
	return p.T("task.why."+rule, "cause", strings.Join(p.Ticked(s, []string{cause}), ""))
}
