package program

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Role is what somebody of the team may do.
type Role string

// RoleReader looks at scores, answers, decisions and reports, and changes nothing.
const RoleReader Role = "reader"

// Member is somebody who may sign in to the scoreboard. Nobody else may: who works a desk or gets a report by mail sees what that is
// about, and not every comment.
type Member struct {
	Person
	Role     Role
	Language string // of the mail with the link, one of the program's
}

// mostMembers bounds a team.
const mostMembers = 200

func (p *Program) team(f fields) (team []Member) {
	for _, n := range f.list("team", "a list, such as [Ebba Ek <ebba@acme.example>]") {
		m := p.member(n)
		switch {
		case m.Address == "":
		case slices.ContainsFunc(team, func(other Member) bool { return strings.EqualFold(other.Address, m.Address) }):
			n.wrong("each address once", "%s stands here a second time", m.Address)
		default:
			team = append(team, m)
		}
	}
	if len(team) > mostMembers {
		f.of["team"].wrong("at most 200", "%d people are on the team", len(team))
	}
	return team
}

// member reads "Ebba Ek <ebba@acme.example>" and {who: Ebba Ek <ebba@acme.example>, role: reader, language: sv}.
func (p *Program) member(n node) Member {
	if n.Kind != yaml.MappingNode {
		return Member{n.person(), RoleReader, p.Languages[0]}
	}
	f := n.fields("who", "role", "language")
	m := Member{Role: Role(f.text("role", string(RoleReader))), Language: f.text("language", p.Languages[0])}
	if f.need("who", "who may sign in, such as Ebba Ek <ebba@acme.example>") {
		m.Person = f.of["who"].person()
	}
	if n, ok := f.of["role"]; ok {
		n.refer(string(m.Role), "a role", []string{string(RoleReader)})
	}
	if n, ok := f.of["language"]; ok {
		n.refer(m.Language, "one of the program's languages", p.Languages)
	}
	return m
}

// moment is a field that is a point in time; zero when it is not there.
func (f fields) moment(name string) time.Time {
	n, ok := f.of[name]
	if !ok {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, n.Value)
	if err != nil {
		n.wrong("such as 2026-11-22T09:30:00Z", "%s is not a point in time", n.written())
	}
	return at.UTC()
}
