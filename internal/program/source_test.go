package program

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// withSource is the small program with a source written so, from line 15 on.
func withSource(written string) string {
	return strings.Replace(small, "  zendesk:\n    events: {solved: support}\n", written, 1)
}

func TestASourceIsReadAsItIsWritten(t *testing.T) {
	p := parsed(t, withSource(`  desk:
    kind: hubspot
    url: https://feedback.acme.example/hooks/desk
    api: https://API.hubapi.com/crm/
    test: true
    events:
      "1": support
      "2": {touchpoint: support, quiet: 24h, filter: {Tags: {not: spam}}, subject: Invoice}
      "4":
        - {touchpoint: support, filter: {amount: {over: 500}}, subject: customer}
        - support
  own:
    kind: generic
    map: {event: body.type, address: body.user.mail}
    auth: {hash: sha512, header: x-sign, encoding: base64, prefix: v1=, signed: id.timestamp.body, timestamp: x-time, id: x-id, key: hex}
    events: {x: {touchpoint: support, subject: delivery}}
  token:
    kind: generic
    url: http://127.0.0.1:8080/hooks/token
    map:
      event: |
        body.type
    auth: bearer
    events: {x: support}
`))
	want := map[string]Source{
		"desk": {Name: "desk", Kind: HubSpot, URL: "https://feedback.acme.example/hooks/desk", API: "https://API.hubapi.com/crm", Test: true, Events: map[string][]Rule{
			"1": {{Touchpoint: "support"}},
			"2": {{Touchpoint: "support", Quiet: 24 * time.Hour, Filter: Filter{"tags": {Not: []string{"spam"}}}, Subject: "invoice"}},
			"4": {{Touchpoint: "support", Filter: Filter{"amount": {Over: "500"}}, Subject: CustomerSubject}, {Touchpoint: "support"}},
		}},
		"own": {Name: "own", Kind: Generic, Map: map[string]Expression{"event": {"body.type", 27}, "address": {"body.user.mail", 27}},
			Auth:   Auth{Hash: "sha512", Header: "X-Sign", Encoding: "base64", Prefix: "v1=", Signed: SignedIDDot, Timestamp: "X-Time", ID: "X-Id", Key: "hex"},
			Events: map[string][]Rule{"x": {{Touchpoint: "support", Subject: DeliverySubject}}}},
		"token": {Name: "token", Kind: Generic, URL: "http://127.0.0.1:8080/hooks/token", Map: map[string]Expression{"event": {"body.type", 34}},
			Auth: Auth{Bearer: true}, Events: map[string][]Rule{"x": {{Touchpoint: "support"}}}},
	}
	if diff := cmp.Diff(want, p.Sources); diff != "" {
		t.Error(diff)
	}
}

// One mistake at a time in what follows events of the source zendesk.
func TestAMistakeInASourceIsNamed(t *testing.T) {
	for _, row := range []struct{ written, want string }{
		{"events: {solved: []}", "events.solved: the list is empty; expected at least one, such as {touchpoint: purchase}"},
		{"events: {solved: {filter: {x: y}}}", "events.solved: touchpoint is missing; expected the touchpoint that the event is, such as touchpoint: purchase"},
		{"events: {solved: {touchpoint: suport}}", `events.solved.touchpoint: "suport" is not a touchpoint of this program (did you mean support?); expected support`},
		{"events: {solved: {touchpoint: support, quite: 1d}}",
			`events.solved.quite: "quite" is not a field here (did you mean quiet?); expected one of filter, quiet, subject, touchpoint`},
		{"events: {solved: {touchpoint: support, quiet: 31d}}", `events.solved.quiet: "31d" is out of range; expected from 0 to 30d`},
		{"events: {solved: [support, {touchpoint: support, filter: {a: b}}, support]}",
			"events.solved.2: rule 1 takes every event, so that none comes here; expected a filter of rule 1, or this one before it\n" +
				"line 15: sources.zendesk.events.solved.3: rule 1 takes every event, so that none comes here; expected a filter of rule 1, or this one before it"},
		{"events: {solved: {touchpoint: support, filter: {amount: {over: lots}}}}",
			`events.solved.filter.amount.over: "lots" is not a number; expected a number, such as 500 or 49.90`},
		{"events: {solved: {touchpoint: support, filter: {amount: {over: \"1,000\"}}}}",
			`events.solved.filter.amount.over: "1,000" is not a number; expected a number, such as 500 or 49.90`},
		{"events: {solved: {touchpoint: support, filter: {amount: {above: 5}}}}",
			`events.solved.filter.amount.above: "above" is not a field here; expected one of at_least, at_most, not, over, under`},
		{"events: {solved: {touchpoint: support, filter: {amount: {}}}}",
			"events.solved.filter.amount: nothing is asked of the property; expected such as {over: 500} or {not: spam}"},
		{"events: {solved: {touchpoint: support, filter: {amount: {over: 50, at_most: 50}}}}",
			"events.solved.filter.amount: no number is over 50 and at most 50; expected bounds with a number between them"},
		{"events: {solved: {touchpoint: support, filter: {tags: []}}}", "events.solved.filter.tags: the list is empty; expected at least one value"},
		{"events: {solved: {touchpoint: support, filter: {tags: [vip, \"\"]}}}", "events.solved.filter.tags.2: it is empty; expected a value"},
		{"events: {solved: {touchpoint: support, filter: {tags: {not: []}}}}", "events.solved.filter.tags.not: the list is empty; expected at least one value"},

		{"events: {solved: support}\n    url: http://acme.example/hooks/zendesk",
			`url: "http://acme.example/hooks/zendesk" is not an https address without ? and #; expected such as https://feedback.acme.example/hooks/hubspot`},
		{"events: {solved: support}\n    url: https://acme.example/hooks/zendesk?a=1",
			`url: "https://acme.example/hooks/zendesk?a=1" is not an https address without ? and #; expected such as https://feedback.acme.example/hooks/hubspot`},
		{"events: {solved: support}\n    test: yes", `test: "yes" is neither true nor false; expected true or false`},
		{"events: {solved: support}\n    map: {event: body.type}", "map: sources of this kind have no map of their own; expected kind: generic, or nothing"},
		{"events: {solved: support}\n    auth: bearer", "auth: sources of this kind have no auth of their own; expected kind: generic, or nothing"},
		{"events: {solved: support}\n    kind: generic\n    auth: bearer", ": map is missing; expected where in its JSON what is found, such as event: body.type"},
		{"events: {solved: support}\n    kind: generic\n    map: {event: body.type}", ": auth is missing; expected bearer, or how it signs, such as {hash: sha256, header: X-Signature}"},
		{"events: {solved: support}\n    kind: generic\n    map: {event: [.type]}\n    auth: bearer", "map.event: this is none; expected one expression of at most 500 bytes, such as body.type"},
		{"events: {solved: support}\n    kind: generic\n    map: {event: body.type}\n    auth: basic", `auth: "basic" is not a proof; expected bearer`},
		{"events: {solved: support}\n    kind: generic\n    map: {event: body.type}\n    auth: {hash: md5, header: X-Signature}",
			`auth.hash: "md5" is not a hash; expected one of sha1, sha256, sha512`},
		{"events: {solved: support}\n    kind: generic\n    map: {event: body.type}\n    auth: {hash: sha1}", "auth: header is missing; expected the header that has the signature, such as X-Signature"},
		{"events: {solved: support}\n    kind: generic\n    map: {event: body.type}\n    auth: {hash: sha1, header: \"X Sig\"}",
			`auth.header: "X Sig" is not the name of a header; expected such as X-Signature`},
		{"events: {solved: support}\n    kind: generic\n    map: {event: body.type}\n    auth: {hash: sha1, header: X-Sig, signed: timestamp.body}",
			"auth: timestamp is missing; expected the header that has the time that is signed, such as X-Timestamp"},
		{"events: {solved: support}\n    kind: generic\n    map: {event: body.type}\n    auth: {hash: sha1, header: X-Sig, timestamp: X-Time}",
			"auth.timestamp: a time that is not signed proves nothing; expected signed: timestamp.body beside it, or nothing"},
		{"events: {solved: support}\n    kind: generic\n    map: {event: body.type}\n    auth: {hash: sha1, header: X-Sig, id: X-Id}",
			"auth.id: an id that is not signed proves nothing; expected signed: id.timestamp.body beside it, or nothing"},
		{"events: {solved: support}\n    kind: generic\n    map: {event: body.type}\n    auth: {hash: sha1, header: X-Sig, signed: id.timestamp.body, timestamp: X-Time}",
			"auth: id is missing; expected the header that has the id that is signed, such as X-Delivery"},
		{"events: {solved: support}\n    kind: generic\n    map: {event: body.type}\n    auth: {hash: sha1, header: X-Sig, key: coded}",
			`auth.key: "coded" is not a form of the secret; expected one of base64, hex, raw`},
		{"events: {solved: support}\n    kind: hubspot",
			": url is missing; expected the address that HubSpot was given, which it signs, such as https://feedback.acme.example/hooks/zendesk"},
	} {
		_, err := Parse([]byte(withSource("  zendesk:\n    " + row.written + "\n")))
		_, got, _ := strings.Cut(told(err), ": sources.zendesk")
		if got = strings.TrimPrefix(got, "."); got != row.want {
			t.Errorf("%s:\n got  %s\n want %s", row.written, got, row.want)
		}
	}
}

func told(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestASenderIsAskedAtANameOnTheInternetAlone(t *testing.T) {
	for address, good := range map[string]bool{
		"https://acme.zendesk.com": true, "https://api.bigcommerce.com/stores/abc123/": true,
		"http://acme.zendesk.com": false, "https://localhost": false, "https://127.0.0.1": false, "https://[::1]:8443": false, "https://169.254.169.254/latest": false,
		"https://2130706433": false, "https://127.1": false, "https://0x7f.0.0.0x1": false, "https://a.localhost": false, "https://db.internal.": false, "https://acme.zendesk.com.": true,
		"https://intranet": false, "https://printer.local": false, "https://me:secret@acme.zendesk.com": false, "https://acme.zendesk.com?x=1": false, "https:///x": false, "acme": false,
	} {
		_, err := Parse([]byte(withSource("  zendesk:\n    events: {solved: support}\n    api: \"" + address + "\"\n")))
		if (err == nil) != good {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestTheFirstRuleWhoseFilterHoldsSaysWhatAnEventMeans(t *testing.T) {
	s := Source{Events: map[string][]Rule{
		"orders/paid": {
			{Touchpoint: "vip", Filter: Filter{"amount": {Over: "500"}, "tags": {Any: []string{"vip"}}}},
			{Touchpoint: "purchase", Filter: Filter{"channel": {Any: []string{"web", "pos"}}}, Quiet: time.Hour},
		},
		"orders/fulfilled": {{Touchpoint: "delivery", Subject: DeliverySubject}},
		"orders/returned":  {{Touchpoint: "purchase", Quiet: 2 * time.Hour}, {Touchpoint: "purchase", Subject: CustomerSubject}},
	}}
	for _, row := range []struct {
		event      string
		properties map[string]string
		want       string
	}{
		{"Orders/Paid", map[string]string{"amount": "501", "tags": "vip", "channel": "web"}, "vip"},
		{"orders/paid", map[string]string{"amount": "500", "tags": "vip", "channel": "web"}, "purchase"},
		{"orders/paid", map[string]string{"amount": "501", "tags": "vip"}, "vip"},
		{"orders/paid", map[string]string{"amount": "501"}, ""},
		{"orders/fulfilled", nil, "delivery"},
		{"orders/cancelled", nil, ""},
	} {
		if rule, taken := s.RuleFor(row.event, row.properties); rule.Touchpoint != row.want || taken != (row.want != "") {
			t.Errorf("%s %v: %q", row.event, row.properties, rule.Touchpoint)
		}
	}
	if diff := cmp.Diff([]string{"delivery", "purchase", "vip"}, s.Touchpoints()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Rule{{Touchpoint: "purchase", Quiet: 2 * time.Hour}, {Touchpoint: "purchase", Subject: CustomerSubject}, {Touchpoint: "vip"}}, s.Reopenings()); diff != "" {
		t.Error(diff)
	}
}

// What the shipped program has after a # within a source is for the owner to switch on.
func TestTheEventsThatAreLeftToTheOwnerAreRules(t *testing.T) {
	before, sources, _ := strings.Cut(string(DefaultText()), "\nsources:\n")
	sources, after, _ := strings.Cut(sources, "\n# ----")
	p, err := Parse([]byte(before + "\nsources:\n" + strings.ReplaceAll(sources, "\n      # ", "\n      ") + "\n# ----" + after))
	if err != nil {
		t.Fatal(err)
	}
	for _, touchpoint := range []string{"delivery", "return", "invoice"} {
		if !p.Reported(touchpoint) || Default().Reported(touchpoint) {
			t.Errorf("a %s is not left to the owner", touchpoint)
		}
	}
}
