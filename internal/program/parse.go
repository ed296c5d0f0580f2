package program

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"afterword/internal/customer"
)

// Parse reads a program as an owner wrote it, and fills in what was left out. Its error is Problems: everything that is wrong, each
// with its line, what is wrong and what is expected.
func Parse(text []byte) (*Program, error) {
	p, problems := read(text)
	if len(problems) > 0 {
		return nil, problems
	}
	return p, nil
}

// read is Parse, which also returns what could be read of a file with problems.
func read(text []byte) (*Program, Problems) {
	r := &reading{}
	p := &Program{Zone: time.UTC, Surveys: map[string]Survey{}, Touchpoints: map[string]Touchpoint{}, Desks: map[string]Desk{},
		Sources: map[string]Source{}}
	if root, ok := r.parse(text); ok {
		p.read(root.fields("company", "from", "reply_to", "postal", "color", "logo", "time_zone", "languages", "count_unconfirmed",
			"policy", "surveys", "desks", "touchpoints", "sources", "segments", "reports", "themes", "worth", "benchmarks",
			"team", "sessions_from"))
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return a.Line - b.Line })
	return p, r.problems
}

func (p *Program) read(f fields) {
	f.need("company", "the company's name, as customers know it")
	f.need("from", "the sender of mails, such as Acme <hello@acme.example>")
	f.need("postal", "the company's postal address, which every survey mail has to show")
	f.need("time_zone", "such as Europe/Stockholm")
	p.Name = f.text("company", "")
	p.Postal = f.text("postal", "")
	if n, ok := f.of["from"]; ok {
		p.From = n.sender()
	}
	if n, ok := f.of["reply_to"]; ok {
		p.ReplyTo = n.person().Address
	}
	p.Color = f.text("color", "#0a6e5c")
	if _, ok := ParseColor(p.Color); !ok {
		f.of["color"].wrong(`six hex digits, such as "#0a6e5c"`, "%.40q is not a colour", p.Color)
	}
	p.Logo = f.text("logo", "")
	if u, err := url.Parse(p.Logo); p.Logo != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		f.of["logo"].wrong("such as https://acme.example/logo.png", "%.60q is not the address of an image on an https server", p.Logo)
	}
	p.Zone = f.zone(time.UTC)
	p.CountUnconfirmed = f.flag("count_unconfirmed", false)
	p.readLanguages(f)

	for _, e := range f.named("desks", "at least one desk") {
		p.Desks[e.name] = p.desk(e)
	}
	for _, e := range f.named("surveys", "at least one survey") {
		s := p.survey(e)
		if other, taken := p.SurveyByNumber(s.Number); taken && s.Number > 0 {
			e.wrong("a number of its own", "%d is the number of %s already", s.Number, other.ID)
		}
		p.Surveys[e.name] = s
	}
	touchpoints := f.named("touchpoints", "at least one touchpoint")
	for _, e := range touchpoints {
		p.Touchpoints[e.name] = p.touchpoint(e)
	}
	for _, e := range f.named("sources", "") {
		p.Sources[e.name] = p.source(e)
	}
	p.Policy = p.policy(f.section("policy"))
	p.checkTurns(touchpoints)
	p.Segments = f.segments()
	p.Reports = p.reports(f.section("reports"))
	p.Themes = p.themes(f)
	p.Worth = p.worth(f.section("worth"))
	p.Benchmarks = p.benchmarks(f.section("benchmarks"))
	p.Team, p.SessionsFrom = p.team(f), f.moment("sessions_from")
}

// section is a field that is a mapping itself; an empty one when it is not there.
func (f fields) section(name string) node {
	n, ok := f.of[name]
	if !ok {
		n = f.child(name, &yaml.Node{Kind: yaml.MappingNode, Line: f.Line})
	}
	return n
}

// named is a field that is a mapping of the owner's own names.
func (f fields) named(name, atLeast string) []entry {
	n, ok := f.of[name]
	if !ok {
		if atLeast != "" {
			f.need(name, atLeast)
		}
		return nil
	}
	all := n.entries("names of your own with values, such as my-own: ...")
	if n.Kind == yaml.MappingNode && len(all) == 0 && atLeast != "" {
		n.wrong(atLeast, "there is none")
	}
	var found []entry
	for _, e := range all {
		if e.isName() {
			found = append(found, e)
		}
	}
	return found
}

// isName tells whether the entry's name is one that an owner may give, and says so when it is not.
func (e entry) isName() bool {
	if strings.Trim(e.name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || len(e.name) > 40 || e.name == "" || e.name[0] == '-' {
		e.wrong("up to 40 of a-z, 0-9 and -, such as trial-conversion", "%.60q is not a name", e.name)
		return false
	}
	return true
}

func (p *Program) readLanguages(f fields) {
	for _, n := range f.list("languages", "such as [en, sv]") {
		tag, err := language.Parse(n.text())
		switch {
		case err != nil:
			n.wrong("such as en, sv or pt-BR", "%s is not a language", n.written())
		case slices.Contains(p.Languages, tag.String()):
			n.wrong("each language once", "%s stands here a second time", n.Value)
		default:
			p.Languages = append(p.Languages, tag.String())
		}
	}
	if len(p.Languages) == 0 {
		p.Languages = []string{"en"}
	}
}

func (p *Program) policy(n node) Policy {
	f := n.fields("all_window", "metric_window", "hours", "holidays", "consent", "staff", "role_mail", "daily_quota")
	policy := Policy{
		AllWindow:    f.span("all_window", 45*day, 0, 3650*day),
		MetricWindow: f.span("metric_window", 90*day, 0, 3650*day),
		Hours:        f.hours(Hours{[7]bool{false, true, true, true, true, true, true}, 8 * time.Hour, 20 * time.Hour}),
		Holidays:     f.holidays(),
		Consent:      p.consent(f),
		RoleMail:     f.flag("role_mail", false),
		DailyQuota:   f.whole("daily_quota", 0, 0, 1_000_000_000),
	}
	for _, n := range f.list("staff", `a list, such as ["@acme.example"]`) {
		who, local := n.text(), ""
		if strings.HasPrefix(who, "@") {
			local = "anybody"
		}
		address := customer.Address(local + who)
		if !customer.Valid(address) {
			n.wrong("such as anna@acme.example or @acme.example", "%.60q is neither an address nor a domain", who)
			continue
		}
		policy.Staff = append(policy.Staff, strings.TrimPrefix(address, local))
	}
	return policy
}
