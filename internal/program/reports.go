package program

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"afterword/internal/period"
)

// mostRecipients is how many may get one edition of the report of a period: more people read it in a mail to a list of theirs.
// mostEditions is how many teams and agents may have one of their own: a run of the hour writes all of them.
const (
	mostRecipients = 50
	mostEditions   = 200
)

func (p *Program) reports(n node) Reports {
	names := []string{"at", "quote", "desks", "teams", "agents"}
	for _, kind := range ReportKinds {
		names = append(names, string(kind))
	}
	f := n.fields(names...)
	r := Reports{At: f.clock("at", 8*time.Hour), Quote: f.flag("quote", false)}
	for _, kind := range ReportKinds {
		if to := p.recipients(f.list(string(kind), "a list, such as [Ebba Ek <ebba@acme.example>]"), f.of[string(kind)]); len(to) > 0 {
			if r.To == nil {
				r.To = map[period.Kind][]Recipient{}
			}
			r.To[kind] = to
		}
	}
	if every, ok := f.of["desks"]; ok {
		r.Editions = p.deskEditions(every.kinds())
	}
	r.Editions = append(r.Editions, p.editions(f, "teams", OfTeam)...)
	r.Editions = append(r.Editions, p.editions(f, "agents", OfAgent)...)
	return r
}

// kinds reads one kind of period or several.
func (n node) kinds() (kinds []period.Kind) {
	written := []node{n}
	if n.Kind == yaml.SequenceNode {
		written = written[:0]
		for _, part := range n.Content {
			written = append(written, node{part, n.path, n.in})
		}
	}
	for _, each := range written {
		switch kind := period.Kind(each.Value); {
		case each.Kind != yaml.ScalarNode || !slices.Contains(ReportKinds, kind):
			each.wrong("week, month, quarter or year, or several as [week, quarter]", "%s is not a kind of period that is reported on", each.written())
		case !slices.Contains(kinds, kind):
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// deskEditions are those of all desks, to the people who work there.
func (p *Program) deskEditions(every []period.Kind) (editions []Edition) {
	for _, name := range slices.Sorted(maps.Keys(p.Desks)) {
		e, desk := Edition{Audience: Audience{Readership: OfDesk, Name: name}, Every: every}, p.Desks[name]
		for _, person := range desk.People {
			if !slices.ContainsFunc(e.To, func(other Recipient) bool { return other.Address == person.Address }) {
				e.To = append(e.To, Recipient{person, desk.Language})
			}
		}
		editions = append(editions, e)
	}
	return editions
}

// editions are those of teams or of agents, by what visits say in the property.
func (p *Program) editions(f fields, field string, of Readership) (editions []Edition) {
	n, ok := f.of[field]
	if !ok {
		return nil
	}
	for _, e := range n.entries("values of the property " + string(of) + ", such as anna: {every: week, to: anna@acme.example}") {
		if strings.ContainsFunc(e.name, unicode.IsControl) || utf8.RuneCountInString(e.name) > 80 || strings.TrimSpace(e.name) != e.name {
			e.wrong("what visits say in the property "+string(of)+", up to 80 characters", "%.100q is no value", e.name)
			continue
		}
		editions = append(editions, p.edition(e, of))
	}
	if len(editions) > 0 && !p.CutsBy(string(of)) {
		n.wrong(fmt.Sprintf("%s among the segments, such as segments: [%s]", of, of), "answers are not told apart by %s", of)
	}
	if len(editions) > mostEditions {
		n.wrong("at most 200", "%d have a report of their own", len(editions))
	}
	return editions
}

func (p *Program) edition(n entry, of Readership) Edition {
	names := []string{"every", "to"}
	if of == OfAgent {
		names = append(names, "team")
	}
	f := n.fields(names...)
	e := Edition{Audience: Audience{Readership: of, Name: n.name, Team: f.text("team", "")}}
	if f.need("every", "week, month, quarter or year") {
		e.Every = f.of["every"].kinds()
	}
	if f.need("to", "who gets it, such as Anna Berg <anna@acme.example>") {
		to, all := f.of["to"], []node{f.of["to"]}
		if to.Kind == yaml.SequenceNode {
			all = f.list("to", "")
		}
		e.To = p.recipients(all, to)
	}
	return e
}

// recipients reads those who get a report, from what stands at a place.
func (p *Program) recipients(written []node, place node) (found []Recipient) {
	for _, n := range written {
		to := p.recipient(n)
		switch {
		case to.Address == "":
		case slices.ContainsFunc(found, func(other Recipient) bool { return other.Address == to.Address }):
			n.wrong("each address once", "%s stands here a second time", to.Address)
		default:
			found = append(found, to)
		}
	}
	if len(found) > mostRecipients {
		place.wrong("at most 50; a mail to a list of your own reaches any number", "%d people are to get it", len(found))
	}
	return found
}

// recipient reads "Ebba Ek <ebba@acme.example>" and {to: Ebba Ek <ebba@acme.example>, language: sv}.
func (p *Program) recipient(n node) Recipient {
	if n.Kind != yaml.MappingNode {
		return Recipient{n.person(), p.Languages[0]}
	}
	f := n.fields("to", "language")
	to := Recipient{Language: f.text("language", p.Languages[0])}
	if f.need("to", "who gets it, such as Ebba Ek <ebba@acme.example>") {
		to.Person = f.of["to"].person()
	}
	if n, ok := f.of["language"]; ok {
		n.refer(to.Language, "one of the program's languages", p.Languages)
	}
	return to
}
