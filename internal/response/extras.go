package response

import (
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"afterword/internal/fault"
	"afterword/internal/program"
)

// ReplyLimit is the most characters that the answer to an extra question may have in words.
const ReplyLimit = 500

// ErrExtra is in the chain of the fault that refuses a cause or a reply that the survey does not know, ErrLongReply in that of one
// that is too long.
var (
	ErrExtra     = errors.New("response: the survey has no such cause, question or option")
	ErrLongReply = errors.New("response: the reply is too long")
)

// Extras is what a customer added to the rating by choosing: the causes that were ticked and the replies to extra questions, both in
// the order of the survey, and nothing that it does not offer with this rating and these causes and replies.
type Extras struct {
	Causes  []string `json:"causes,omitempty"` // by id
	Replies []Reply  `json:"replies,omitempty"`
}

// Reply is the answer to one extra question.
type Reply struct {
	Question string   `json:"question"`          // its id
	Options  []string `json:"options,omitempty"` // by id, in the order of the question
	Rating   *int     `json:"rating,omitempty"`  // on the scale of the question
	Text     string   `json:"text,omitempty"`
}

func (r Reply) empty() bool { return len(r.Options) == 0 && r.Rating == nil && r.Text == "" }

// Reply finds the reply to a question; the zero value when there is none.
func (e Extras) Reply(question string) Reply {
	i := slices.IndexFunc(e.Replies, func(r Reply) bool { return r.Question == question })
	if i < 0 {
		return Reply{}
	}
	return e.Replies[i]
}

// Equal tells whether both say the same.
func (e Extras) Equal(other Extras) bool {
	return slices.Equal(e.Causes, other.Causes) && slices.EqualFunc(e.Replies, other.Replies, func(a, b Reply) bool {
		return a.Question == b.Question && slices.Equal(a.Options, b.Options) && a.Text == b.Text &&
			(a.Rating == nil) == (b.Rating == nil) && (a.Rating == nil || *a.Rating == *b.Rating)
	})
}

// Asked tells whether the question is asked of who gave the rating and said this: of its conditions, those on causes and replies look at e.
func (e Extras) Asked(s program.Survey, q program.Question, rating int) bool {
	if !s.Suits(q, rating) || q.If.Causes != nil && !overlap(q.If.Causes, e.Causes) {
		return false
	}
	for question, options := range q.If.Chosen {
		if !overlap(options, e.Reply(question).Options) {
			return false
		}
	}
	return true
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(id string) bool { return slices.Contains(b, id) })
}

// extras is what the answer makes of what is stored: it replaces what it sends, and keeps the rest as far as that still applies. What
// is no longer offered to anybody stays as it is.
func (a Answer) extras(s program.Survey, stored Extras) (e Extras) {
	ticked := stored.Causes
	if a.Causes != nil {
		ticked = *a.Causes
	}
	for _, c := range s.Causes {
		if c.Off && slices.Contains(stored.Causes, c.ID) || s.Offers(c, a.Rating) && slices.Contains(ticked, c.ID) {
			e.Causes = append(e.Causes, c.ID)
		}
	}
	for _, q := range s.Questions {
		reply := stored.Reply(q.ID)
		if sent, ok := a.replies[q.ID]; ok && !q.Off {
			reply = sent
		}
		if !reply.empty() && (q.Off || e.Asked(s, q, a.Rating)) {
			e.Replies = append(e.Replies, reply)
		}
	}
	return e
}

// adds tells whether the answer says anything beside its rating and its comment.
func (a Answer) adds() bool { return a.Causes != nil || len(a.Replies) > 0 }

// checked reads the causes and replies that were sent against the survey. Faults: Invalid with ErrExtra or ErrLongReply.
func (a Answer) checked(s program.Survey) (Answer, error) {
	if a.Causes != nil {
		for _, id := range *a.Causes {
			if _, ok := s.Cause(id); !ok {
				return a, fault.Wrap(fault.Invalid, ErrExtra, "this survey has no such cause")
			}
		}
	}
	a.replies = make(map[string]Reply, len(a.Replies))
	for id, values := range a.Replies {
		q, ok := s.Extra(id)
		if !ok {
			return a, fault.Wrap(fault.Invalid, ErrExtra, "this survey has no such question")
		}
		reply, err := read(q, values)
		if err != nil {
			return a, err
		}
		a.replies[id] = reply
	}
	return a, nil
}

// read is a reply as it was sent. An empty text, or no option at all, is none.
func read(q program.Question, values []string) (reply Reply, err error) {
	reply.Question = q.ID
	if !q.Kind.Chooses() {
		switch {
		case len(values) > 1:
			return reply, fault.Wrap(fault.Invalid, ErrExtra, "the question %s takes one reply", q.ID)
		case len(values) == 0 || values[0] == "":
			return reply, nil
		}
	}
	switch q.Kind {
	case program.TextKind:
		reply.Text = clean(values[0])
		if n := utf8.RuneCountInString(reply.Text); n > ReplyLimit {
			return reply, fault.Wrap(fault.Invalid, ErrLongReply, "a reply has at most %d characters, this one has %d", ReplyLimit, n)
		}
	case program.ScaleKind:
		rating, err := strconv.Atoi(values[0])
		if err != nil || rating < q.Min || rating > q.Max || strconv.Itoa(rating) != values[0] {
			return reply, fault.Wrap(fault.Invalid, ErrExtra, "the reply to %s is a number from %d to %d", q.ID, q.Min, q.Max)
		}
		reply.Rating = &rating
	default:
		for _, o := range q.Options {
			if slices.Contains(values, o.ID) {
				reply.Options = append(reply.Options, o.ID)
			}
		}
		if len(reply.Options) != len(values) {
			return reply, fault.Wrap(fault.Invalid, ErrExtra, "the reply to %s is made of its options, each once", q.ID)
		}
		if q.Kind == program.OneOf && len(values) > 1 {
			return reply, fault.Wrap(fault.Invalid, ErrExtra, "the reply to %s is one of its options", q.ID)
		}
	}
	return reply, nil
}
