package program

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"afterword/internal/fault"
)

// CompatibleWith tells whether p may follow old: every survey that old has is still there, since the links in its mails and its
// scores need it, under its number, with its scale and with what it looks like. That keeps ids and numbers from ever being used
// again, although only two versions are compared. So do its causes, and its extra questions with their kind, scale and options; what
// is no longer wanted is turned off. Wording may be corrected, and what is shown when and goes to which desk may change. Fault:
// Conflict, which names each survey.
func (p *Program) CompatibleWith(old *Program) error {
	var against []string
	for _, id := range slices.Sorted(maps.Keys(old.Surveys)) {
		was := old.Surveys[id]
		is, there := p.Surveys[id]
		switch {
		case !there:
			against = append(against, fmt.Sprintf("the survey %s is gone; keep it, since links in mails and scores need it", id))
		case is.Number != was.Number:
			against = append(against, fmt.Sprintf("the survey %s has had the number %d; give it that one back, or give it a new id and number", id, was.Number))
		case is.Scale != was.Scale:
			against = append(against, fmt.Sprintf("the survey %s has been used with another scale (%s); give it a new id and number", id, was.Scale))
		case is.Presentation != was.Presentation:
			against = append(against, fmt.Sprintf("the survey %s has been used with another presentation (%s); give it a new id and number", id, was.Presentation))
		case is.Agree != was.Agree:
			against = append(against, fmt.Sprintf("the survey %s has been used with agree: %t; give it a new id and number", id, was.Agree))
		default:
			against = append(against, is.lacks(was)...)
		}
	}
	if against == nil {
		return nil
	}
	return fault.New(fault.Conflict, "%s", strings.Join(against, "\n"))
}

// lacks says which causes, questions and options of an older version of the survey are gone or have another meaning.
func (s Survey) lacks(was Survey) (against []string) {
	say := func(format string, args ...any) {
		against = append(against, fmt.Sprintf("the survey %s "+format, append([]any{s.ID}, args...)...))
	}
	for _, c := range was.Causes {
		if _, there := s.Cause(c.ID); !there {
			say("has had the cause %s; keep it for the answers that have it, with off: true", c.ID)
		}
	}
	for _, q := range was.Questions {
		is, there := s.Extra(q.ID)
		switch {
		case !there:
			say("has had the question %s; keep it for the answers that have it, with off: true", q.ID)
		case is.Kind != q.Kind || is.Min != q.Min || is.Max != q.Max:
			say("has been used with another kind of question %s (%s); give it a new id", q.ID, q.meant())
		default:
			for _, o := range q.Options {
				if _, there := is.Option(o.ID); !there {
					say("has had the option %s of the question %s; keep it, or give the question a new id", o.ID, q.ID)
				}
			}
		}
	}
	return against
}

// meant is the kind of a question with its scale.
func (q Question) meant() string {
	if q.Kind == ScaleKind {
		return fmt.Sprintf("%s %d-%d", q.Kind, q.Min, q.Max)
	}
	return string(q.Kind)
}

// SpokenIn tells whether the pages and mails around the owner's own texts exist in all of the program's languages, or in their base
// languages ("nl" for "nl-BE"). Customers must not be asked in a mix of two. Fault: Invalid.
func (p *Program) SpokenIn(languages []string) error {
	for _, wanted := range p.Languages {
		known := false
		for tag := wanted; tag != "" && !known; tag = parent(tag) {
			known = slices.Contains(languages, tag)
		}
		if !known {
			return fault.New(fault.Invalid, "languages: there are no texts in %q; expected some of %s", wanted, strings.Join(languages, ", "))
		}
	}
	return nil
}
