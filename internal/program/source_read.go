package program

import (
	"fmt"
	"maps"
	"net/netip"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// longestExpression bounds what one expression of a source's map is written in, in bytes.
const longestExpression = 500

func (p *Program) source(e entry) Source {
	f := e.fields("kind", "events", "agreed", "test", "url", "api", "map", "auth")
	s := Source{
		Name:   e.name,
		Kind:   f.text("kind", e.name),
		Agreed: f.flag("agreed", false),
		Test:   f.flag("test", false),
		URL:    f.given(),
		API:    f.base(),
		Events: map[string][]Rule{},
	}
	if n, ok := f.of["kind"]; ok {
		n.refer(s.Kind, "a kind of source", Kinds())
	} else if !slices.Contains(Kinds(), s.Kind) {
		f.need("kind", "one of "+strings.Join(Kinds(), ", "))
	}
	if s.Kind == HubSpot {
		f.need("url", "the address that HubSpot was given, which it signs, such as https://feedback.acme.example/hooks/"+e.name)
	}
	f.generic(&s)
	if !f.need("events", "its events with their touchpoints, such as orders/paid: purchase") {
		return s
	}
	for _, event := range f.of["events"].entries("events with touchpoints, such as orders/paid: purchase") {
		s.Events[event.name] = p.rules(event.node)
	}
	if len(s.Events) == 0 {
		f.of["events"].wrong("at least one, such as orders/paid: purchase", "the source reports nothing")
	}
	return s
}

// rules are what an event means: a touchpoint's name, a rule, or a list of rules.
func (p *Program) rules(n node) (rules []Rule) {
	if n.Kind != yaml.SequenceNode {
		return []Rule{p.rule(n)}
	}
	all := 0 // the first that takes every event
	for i, part := range n.Content {
		at := n.child(fmt.Sprint(i+1), part)
		if all > 0 {
			at.wrong(fmt.Sprintf("a filter of rule %d, or this one before it", all), "rule %d takes every event, so that none comes here", all)
		}
		rule := p.rule(at)
		if rules = append(rules, rule); len(rule.Filter) == 0 && all == 0 {
			all = i + 1
		}
	}
	if len(rules) == 0 {
		n.wrong("at least one, such as {touchpoint: purchase}", "the list is empty")
	}
	return rules
}

func (p *Program) rule(n node) Rule {
	touchpoints := slices.Collect(maps.Keys(p.Touchpoints))
	if n.Kind != yaml.MappingNode {
		touchpoint := n.text()
		n.refer(touchpoint, "a touchpoint of this program", touchpoints)
		return Rule{Touchpoint: touchpoint}
	}
	f := n.fields("touchpoint", "filter", "subject", "quiet")
	r := Rule{
		Touchpoint: f.text("touchpoint", ""),
		Filter:     f.filter("filter", "such as country: SE"),
		Subject:    strings.ToLower(f.text("subject", "")),
		Quiet:      f.span("quiet", 0, 0, longestQuiet),
	}
	if f.need("touchpoint", "the touchpoint that the event is, such as touchpoint: purchase") {
		f.of["touchpoint"].refer(r.Touchpoint, "a touchpoint of this program", touchpoints)
	}
	return r
}

// given is the field url: what is put into the sender's settings.
func (f fields) given() string {
	text := f.text("url", "")
	u, err := url.Parse(text)
	if text == "" || err == nil && u.Host != "" && u.User == nil && !strings.ContainsAny(text, "?#") && (u.Scheme == "https" || u.Scheme == "http" && own(u.Hostname())) {
		return text
	}
	f.of["url"].wrong("such as https://feedback.acme.example/hooks/hubspot", "%.60q is not an https address without ? and #", text)
	return ""
}

// base is the field api. Events decide when it is asked, so that it may lead to no machine beside ours.
func (f fields) base() string {
	text := f.text("api", "")
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.User != nil || strings.ContainsAny(text, "?#") || !public(u.Hostname()) {
		f.of["api"].wrong("such as https://acme.zendesk.com", "%.60q is not an https address of a host with a name on the internet", text)
		return ""
	}
	return strings.TrimRight(text, "/")
}

// own tells whether the host is this machine.
func own(host string) bool { return host == "127.0.0.1" || host == "localhost" }

// public tells whether a host goes by a name, in some domain, that is not one of a machine's own network. The last part of a name
// begins with a letter; an address's, in whichever way it is written, with a digit.
func public(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	i := strings.LastIndexByte(host, '.')
	if _, err := netip.ParseAddr(host); err == nil || i < 1 || i+1 == len(host) || host[i+1] >= '0' && host[i+1] <= '9' {
		return false
	}
	return !slices.Contains([]string{"localhost", "local", "localdomain", "internal"}, host[i+1:])
}

// generic reads what only a source of that kind has.
func (f fields) generic(s *Source) {
	if s.Kind != Generic {
		for _, name := range []string{"map", "auth"} {
			if n, ok := f.of[name]; ok {
				n.wrong("kind: generic, or nothing", "sources of this kind have no %s of their own", name)
			}
		}
		return
	}
	if f.need("map", "where in its JSON what is found, such as event: body.type") {
		s.Map = map[string]Expression{}
		for _, e := range f.of["map"].entries("fields with expressions, such as event: body.type") {
			s.Map[e.name] = Expression{strings.TrimSpace(e.Value), e.Line}
			if e.Kind != yaml.ScalarNode || len(e.Value) > longestExpression {
				e.wrong(fmt.Sprintf("one expression of at most %d bytes, such as body.type", longestExpression), "this is none")
			}
		}
	}
	if f.need("auth", "bearer, or how it signs, such as {hash: sha256, header: X-Signature}") {
		s.Auth = f.of["auth"].auth()
	}
}

// auth is how a generic sender proves who it is.
func (n node) auth() Auth {
	if n.Kind == yaml.ScalarNode {
		n.refer(n.text(), "a proof", []string{"bearer"})
		return Auth{Bearer: true}
	}
	f := n.fields("hash", "header", "encoding", "prefix", "signed", "timestamp", "id", "key")
	choose := func(name, otherwise, what string, names ...string) string {
		value := f.text(name, otherwise)
		if at, ok := f.of[name]; ok {
			at.refer(value, what, names)
		}
		return value
	}
	a := Auth{
		Hash:      choose("hash", "", "a hash", "sha1", "sha256", "sha512"),
		Header:    f.header("header"),
		Encoding:  choose("encoding", "hex", "an encoding", "hex", "base64"),
		Prefix:    f.text("prefix", ""),
		Signed:    choose("signed", SignedBody, "something to sign", SignedBody, SignedTimestampBody, SignedTimestampDot, SignedTimestampColon, SignedIDDot),
		Timestamp: f.header("timestamp"),
		ID:        f.header("id"),
		Key:       choose("key", RawKey, "a form of the secret", RawKey, "base64", "hex"),
	}
	f.need("hash", "sha1, sha256 or sha512")
	f.need("header", "the header that has the signature, such as X-Signature")
	if named := a.Signed == SignedIDDot; named {
		f.need("id", "the header that has the id that is signed, such as X-Delivery")
	} else if at, ok := f.of["id"]; ok {
		at.wrong("signed: id.timestamp.body beside it, or nothing", "an id that is not signed proves nothing")
	}
	if timed := a.Signed != SignedBody; timed && f.need("timestamp", "the header that has the time that is signed, such as X-Timestamp") {
		return a
	} else if at, ok := f.of["timestamp"]; ok && !timed {
		at.wrong("signed: timestamp.body beside it, or nothing", "a time that is not signed proves nothing")
	}
	return a
}

// header is a field that is the name of an HTTP header.
func (f fields) header(name string) string {
	text := f.text(name, "")
	if strings.ContainsFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}) {
		f.of[name].wrong("such as X-Signature", "%.40q is not the name of a header", text)
	}
	return textproto.CanonicalMIMEHeaderKey(text)
}
