package program

import (
	"slices"
	"strings"

	"afterword/internal/fault"
	"afterword/internal/period"
)

// Readership is a kind of people that reports are written for.
type Readership string

// The readerships. A desk reads of the touchpoints that it works for, a team and an agent of the answers about their own work.
const (
	Leadership Readership = "leadership" // everything
	OfDesk     Readership = "desk"
	OfTeam     Readership = "team"
	OfAgent    Readership = "agent"
)

// Audience is whom a report is for, and so what it tells of.
type Audience struct {
	Readership
	Name string // of the desk; what visits say in the property "team" or "agent"; "" for the leadership
	Team string // of the agent, with whose answers his or her own are compared; "": with those of all agents
}

// Everybody is the leadership: its report leaves nothing out.
var Everybody = Audience{Readership: Leadership}

// String names the audience: "leadership", "desk:support", "team:Returns", "agent:anna".
func (a Audience) String() string {
	if a.Name == "" {
		return string(a.Readership)
	}
	return string(a.Readership) + ":" + a.Name
}

// Property is the property of visits by which the audience's own answers are known; "" when it reads of whole touchpoints.
func (a Audience) Property() string {
	if a.Readership == OfTeam || a.Readership == OfAgent {
		return string(a.Readership)
	}
	return ""
}

// Audience reads what String wrote; "" is the leadership. A team or an agent need not be named in the program. Fault: Invalid, in the
// words of who asked.
func (p *Program) Audience(text string) (Audience, error) {
	of, name, _ := strings.Cut(text, ":")
	asked := Audience{Readership: Readership(of), Name: name}
	_, desk := p.Desks[name]
	switch {
	case text == "" || text == string(Leadership):
		return Everybody, nil
	case asked.Readership == OfDesk && !desk:
		return asked, fault.New(fault.Invalid, "the program has no desk %.60q", name)
	case name != "" && asked.Property() != "" && !p.CutsBy(asked.Property()):
		return asked, fault.New(fault.Invalid, "answers are not told apart by %s: the program does not name it among its segments", asked.Property())
	case name != "" && (asked.Readership == OfDesk || asked.Property() != ""):
		for _, e := range p.Reports.Editions {
			if e.String() == asked.String() {
				return e.Audience, nil
			}
		}
		return asked, nil
	}
	return asked, fault.New(fault.Invalid, "%.60q is no audience; expected leadership, desk:NAME, team:NAME or agent:NAME", text)
}

// Edition is a report for one audience.
type Edition struct {
	Audience
	Every []period.Kind // period that is over
	To    []Recipient
}

// Of are the editions of the reports of a kind of period that somebody gets, the leadership's first.
func (r Reports) Of(kind period.Kind) (due []Edition) {
	if to := r.To[kind]; len(to) > 0 {
		due = append(due, Edition{Everybody, []period.Kind{kind}, to})
	}
	for _, e := range r.Editions {
		if slices.Contains(e.Every, kind) {
			due = append(due, e)
		}
	}
	return due
}
