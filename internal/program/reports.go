package program

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"afterword/internal/period"
)

// mostRecipients is how many may get the report of a period: more people read it in a mail to a list of theirs.
const mostRecipients = 50

func (p *Program) reports(n node) Reports {
	names := []string{"at"}
	for _, kind := range ReportKinds {
		names = append(names, string(kind))
	}
	f := n.fields(names...)
	r := Reports{At: f.clock("at", 8*time.Hour)}
	for _, kind := range ReportKinds {
		if to := p.recipients(f, string(kind)); len(to) > 0 {
			if r.To == nil {
				r.To = map[period.Kind][]Recipient{}
			}
			r.To[kind] = to
		}
	}
	return r
}

func (p *Program) recipients(f fields, name string) (found []Recipient) {
	for _, n := range f.list(name, "a list, such as [Ebba Ek <ebba@acme.example>]") {
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
		f.of[name].wrong("at most 50; a mail to a list of your own reaches any number", "%d people are to get it", len(found))
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
