package webhook

import (
	"encoding/json"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

var placeholder = regexp.MustCompile(`\{\{([a-z_.]+)\}\}`)

// fill is the template of a kind as its sender fills it, placeholder by placeholder, and changes what it is told to.
func fill(t *testing.T, kind string, changes map[string]string) []byte {
	t.Helper()
	values := map[string]string{
		"ticket.id": "88", "ticket.status": "Closed", "ticket.url": "http://acme-example.freshdesk.com/helpdesk/tickets/88", "ticket.link": "https://acme-example.zendesk.com/agent/tickets/88",
		"ticket.requester.name": "Maria Lind", "ticket.requester.email": "maria@customer.example", "ticket.requester.language": "Svenska",
		"ticket.customer.name": "Maria Lind", "ticket.customer.email": "maria@customer.example", "ticket.language": "sv",
		"ticket.assignee.name": "Anna Berg", "ticket.agent.name": "Anna Berg", "ticket.assignee_user.name": "Anna Berg", "ticket.assignee_user.email": "anna@acme.example",
		"ticket.group.name": "Returns", "ticket.assignee_team.name": "Returns", "ticket.tags": "vip", "ticket.via": "Mail", "ticket.source": "Mail", "ticket.channel": "mail",
		"ticket.account.domain": "acme-example", "triggered_event": "{status:{from:2,to:5}}",
		"ticket.updated_at_with_timestamp": "2026-11-20T12:00:00Z", "ticket.updated_datetime": "2026-11-20T12:00:00", "ticket.closed_datetime": "2026-11-20T12:00:00",
	}
	return []byte(placeholder.ReplaceAllStringFunc(Template(kind), func(found string) string {
		name := strings.Trim(found, "{}")
		value, known := values[name]
		if changed, is := changes[name]; is {
			value = changed
		}
		if !known {
			t.Errorf("%s: %s is filled with nothing", kind, found)
		}
		return value
	}))
}

var templated = []string{program.Zendesk, program.Freshdesk, program.Gorgias}

func TestATemplateThatWasFilledIsUnderstood(t *testing.T) {
	for _, kind := range templated {
		if !json.Valid([]byte(Template(kind))) {
			t.Errorf("%s: the template is no JSON", kind)
		}
		events, err := senders[kind].events(http.Header{}, fill(t, kind, nil))
		if err != nil {
			t.Fatal(kind, err)
		}
		e := events[0]
		want := touchpoint.Event{
			Name: "closed", Subject: "88", Address: "maria@customer.example", Person: "Maria Lind",
			Properties: map[string]string{"agent": "Anna Berg", "team": "Returns", "channel": "mail", "tags": "vip"},
		}
		if kind != program.Freshdesk { // which knows neither
			want.Language, want.At = "sv", noon
		}
		if kind == program.Gorgias {
			want.Delivery = "88-closed-1795176000"
		}
		if !strings.Contains(e.Link, "acme-example") || !strings.HasSuffix(e.Link, "/88") {
			t.Errorf("%s leads to %q", kind, e.Link)
		}
		e.Link = ""
		if diff := cmp.Diff(want, e); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
	for _, kind := range program.Kinds() {
		if (Template(kind) != "") != (kind == program.Zendesk || kind == program.Freshdesk || kind == program.Gorgias) {
			t.Errorf("%s: %q", kind, Template(kind))
		}
	}
}

// Names are the customer's, and senders put them in as they are.
func TestAQuoteInANameBreaksNoTemplate(t *testing.T) {
	for _, kind := range templated {
		for _, name := range []string{`Maria "Mia" Lind`, `"`, `\`, `Lind\`, "Maria\nLind", "Maria\tLind", `{"a":[`, `]}`, `"}`, `a","b`, `a", "b": "c`, `{{x}}`} {
			events, err := senders[kind].events(http.Header{}, fill(t, kind, map[string]string{"ticket.requester.name": name, "ticket.customer.name": name}))
			if err != nil {
				t.Errorf("%s, %s: %v", kind, name, err)
				continue
			}
			if e := events[0]; e.Name != "closed" || e.Subject != "88" || e.Address != "maria@customer.example" || e.Properties["agent"] != "Anna Berg" || !strings.HasSuffix(e.Link, "/88") {
				t.Errorf("%s, %s: %+v", kind, name, e)
			}
		}
	}
}

// A name that is written so that it becomes fields would have somebody else asked, or take the place of another's ticket.
func TestANameThatBecomesAnEventOfZendesksOwnAsksAboutNoOthersTicket(t *testing.T) {
	const own = `"type":"zen:event-type:ticket.status_changed","detail":{"id":"999"},"event":{"current":"SOLVED"}`
	for _, name := range []string{`x",` + own + `,"y":"`, `x","detail":{"a":"",` + own + `},` + own + `,"y":"`, `x",` + own + `,"requester_email":"","y":"`} {
		events, err := zendesk.events(http.Header{}, fill(t, program.Zendesk, map[string]string{"ticket.requester.name": name}))
		if err == nil && (events[0].Subject != "88" || events[0].Fetch != "") {
			t.Errorf("%s: %+v", name, events[0])
		}
	}
}

func TestANameThatBecomesAFieldIsNotUnderstood(t *testing.T) {
	fields := map[string][]string{
		program.Zendesk: {"ticket_id", "status", "requester_email", "link"}, program.Gorgias: {"ticket_id", "status", "email"},
		program.Freshdesk: {"ticket_id", "ticket_status", "ticket_requester_email", "requester_email", "ticket_contact_email", "REQUESTER_EMAIL", `requester\u005femail`},
	}
	for kind, names := range fields {
		for _, field := range names {
			for _, name := range []string{`x","` + field + `":"boss@acme.example","y":"`, `x","` + field + `":"b\u006fss","y":"`, `x","` + field + `":"boss@acme.example","y":"z"w`, `x","` + field + `":4,"y":"`} {
				body := fill(t, kind, map[string]string{"ticket.requester.name": name, "ticket.customer.name": name})
				events, err := senders[kind].events(http.Header{}, body)
				if err == nil && (events[0].Subject != "88" || events[0].Name != "closed" || events[0].Address != "maria@customer.example" || events[0].Link != "" && !strings.HasSuffix(events[0].Link, "/88")) {
					t.Errorf("%s, %s: %+v", kind, name, events[0])
				}
				if json.Valid(body) && err == nil {
					t.Errorf("%s takes %s", kind, name)
				}
			}
		}
	}
}

// A megabyte of brackets took half a gigabyte of stack, which is more than the function has.
func TestABrokenTemplateIsReadInTheMemoryThatItTakesHoweverDeepItIs(t *testing.T) {
	body := "{\"ticket_id\":\"88\",\"status\":\"closed\",\"requester_email\":\"maria@customer.example\",\n\"a\":" + strings.Repeat("[", MaxBody-200) + "}"
	stack := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.StackSys
	}
	before := stack()
	if events, err := zendesk.events(http.Header{}, []byte(body)); err != nil || events[0].Subject != "88" {
		t.Errorf("%+v, %v", events, err)
	}
	if grown := int64(stack()) - int64(before); grown > 16<<20 {
		t.Errorf("the stack has grown by %d MB", grown>>20)
	}
}
