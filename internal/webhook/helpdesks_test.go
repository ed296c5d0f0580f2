package webhook

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

func TestAHelpdesksSampleBecomesAnEventInTheFieldsWords(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC)
	again := at.Add(19 * time.Minute)
	native := touchpoint.Event{
		Name: "solved", Delivery: "b6cd7d5e-6d3f-4f9e-9d4f-5d1b3a8f1c20", Subject: "20420", Fetch: "tickets/20420", At: at,
		Properties: map[string]string{"assignee": "8447388090494", "group": "8447320466430", "brand": "8447346621310", "channel": "web", "tags": "delivery,damaged"},
	}
	fresh := touchpoint.Event{
		Name: "resolved", Subject: "311", Link: "https://acme-example.freshdesk.com/a/tickets/311", Address: "maria.lind@customer.example", Person: "Maria Lind",
		Properties: map[string]string{"agent": "Anna Berg", "team": "Returns", "channel": "email", "tags": "delivery,damaged"},
	}
	simple := touchpoint.Event{
		Name: "resolved", Subject: "312", Link: "https://acme-example.freshdesk.com/a/tickets/312", Address: "maria.lind@customer.example",
		Properties: map[string]string{"agent": "Anna Berg", "team": "Returns", "channel": "portal"},
	}
	scout := touchpoint.Event{
		Name: "closed", Delivery: "2384610777-closed-1795165920", Subject: "2384610777", Link: "https://secure.helpscout.net/conversation/2384610777", At: at,
		Address: "pieter.devries@customer.example", Person: "Pieter de Vries",
		Properties: map[string]string{"agent": "Anna Berg", "channel": "email", "mailbox": "85", "number": "15473", "tags": "vip,delivery"},
	}
	com := touchpoint.Event{
		Name: "conversation.admin.closed", Delivery: "notif_5c1a3f52-8b1e-4b52-9c1f-0f6b8d2a7e31", Subject: "215469530112", At: at,
		Link: "https://app.intercom.com/a/inbox/ab1cde2f/inbox/conversation/215469530112", Address: "lin.chen@customer.example", Person: "陈琳",
		Properties: map[string]string{"agent": "Mei Tan", "channel": "conversation", "team-id": "5017691", "tags": "billing"},
	}
	gorgias := touchpoint.Event{
		Name: "closed", Delivery: "70511-closed-1795165920", Subject: "70511", Link: "https://acme-example.gorgias.com/app/ticket/70511", At: at.Add(123456 * time.Microsecond),
		Address: "maria.lind@customer.example", Person: "Maria Lind", Language: "sv",
		Properties: map[string]string{"agent": "Anna Berg", "team": "Returns", "channel": "email", "tags": "vip, delivery"},
	}
	hub := touchpoint.Event{
		Name: "4", Delivery: "1795165920000-3816279340-47512208614-62515-ticket.propertyChange", Subject: "47512208614", Fetch: "tickets/47512208614", At: at,
		Link: "https://app.hubspot.com/contacts/62515/record/0-5/47512208614", Properties: map[string]string{},
	}
	changed := func(e touchpoint.Event, change func(*touchpoint.Event)) touchpoint.Event {
		change(&e)
		return e
	}
	for name, want := range map[string][]touchpoint.Event{
		"zendesk-native-solved": {native}, "freshdesk-resolved": {fresh}, "freshdesk-simple": {simple}, "helpscout-closed": {scout}, "intercom-closed": {com}, "gorgias-closed": {gorgias}, "hubspot-closed": {hub},
		"zendesk-native-reopened": {changed(native, func(e *touchpoint.Event) {
			e.Name, e.Delivery, e.At = "open", "0f4f0a6a-93d5-4b0e-8d27-2f0b2b9d7a11", again
		})},
		"zendesk-native-created": {changed(native, func(e *touchpoint.Event) {
			e.Name, e.Delivery, e.At = "ticket.created", "3a7e44c1-11a0-4c6b-8a68-6b0f7a4e9d55", time.Date(2026, 11, 19, 15, 2, 11, 0, time.UTC)
		})},
		"freshdesk-reopened": {changed(fresh, func(e *touchpoint.Event) { e.Name = "open" })},
		"freshdesk-closed":   {changed(fresh, func(e *touchpoint.Event) { e.Name = "closed" })},
		"helpscout-reopened": {changed(scout, func(e *touchpoint.Event) { e.Name, e.Delivery, e.At = "active", "2384610777-active-1795167060", again })},
		"intercom-reopened": {changed(com, func(e *touchpoint.Event) {
			e.Name, e.Delivery, e.At = "conversation.user.replied", "notif_9d2b4e63-7c2f-4a63-8d20-1a7c9e3b8f42", again
			e.Properties = map[string]string{"channel": "conversation", "team-id": "5017691", "tags": "billing"}
		})},
		"gorgias-reopened": {changed(gorgias, func(e *touchpoint.Event) {
			e.Name, e.Delivery, e.At = "open", "70511-open-1795167060", again.Add(550120*time.Microsecond)
		})},
		"hubspot-reopened": {changed(hub, func(e *touchpoint.Event) {
			e.Name, e.Delivery, e.At = "3", "1795167060000-1384513882-47512208614-62515-ticket.propertyChange", again
		})},
		"hubspot-others": {
			changed(hub, func(e *touchpoint.Event) {
				e.Name, e.Delivery, e.Fetch, e.Link = "ticket.propertyChange", "1795165920000-3816279341-47512208614-62515-ticket.propertyChange", "", ""
			}),
			changed(hub, func(e *touchpoint.Event) {
				e.Name, e.Delivery, e.Subject, e.Fetch, e.Link = "contact.creation", "1795165920000-3816279342-151-62515-contact.creation", "151", "", ""
			}),
		},
	} {
		s := readSample(t, name)
		got, err := senders[s.PathParameters.Source].events(s.header(), []byte(s.Body))
		if err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for header := range s.Headers {
			if strings.Contains(header, "signature") || strings.Contains(header, "secret") {
				t.Errorf("%s holds %s", name, header)
			}
		}
	}
}

func TestAHelpdesksPayloadIsReadWhateverIsMissing(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC)
	status := http.Header{"X-Helpscout-Event": {"convo.status"}}
	of := func(properties ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(properties); i += 2 {
			m[properties[i]] = properties[i+1]
		}
		return m
	}
	for _, row := range []struct {
		rule, kind, body string
		header           http.Header
		want             touchpoint.Event
	}{
		{"nothing at all", "freshdesk", `{}`, nil, touchpoint.Event{}},
		{"nothing at all", "gorgias", `{}`, nil, touchpoint.Event{}},
		{"nothing at all", "intercom", `{}`, nil, touchpoint.Event{}},
		{"nothing at all", "hubspot", `[{}]`, nil, touchpoint.Event{Delivery: "----"}},
		{"another event of Zendesk's", "zendesk", `{"type":"zen:event-type:user.created","id":"e","time":"2026-11-20T09:12:00Z","detail":{"id":"6596848315901"}}`, nil,
			touchpoint.Event{Name: "user.created", Delivery: "e", At: at}},
		{"a ticket that is no number", "zendesk", `{"type":"zen:event-type:ticket.status_changed","detail":{"id":"../1"},"event":{"current":"SOLVED"}}`, nil, touchpoint.Event{Name: "solved"}},
		{"the status by its id, the names of simple webhooks of other times", "freshdesk", `{"freshdesk_webhook":{"ticket_id":11,"ticket_status":4,"ticket_contact_name":"Bo","ticket_contact_email":"bo@b.example","ticket_agent_email":"anna@acme.example"}}`, nil,
			touchpoint.Event{Name: "resolved", Subject: "11", Address: "bo@b.example", Person: "Bo", Properties: of("agent", "anna@acme.example")}},
		{"the status by what changed", "freshdesk", `{"ticket_id":"11","triggered_event":"{status:{from:2,to:5}}","requester_name":"Bo"}`, nil, touchpoint.Event{Name: "closed", Subject: "11", Person: "Bo"}},
		{"a status of the account's own", "freshdesk", `{"ticket_id":"11","ticket_status":"Waiting on Customer"}`, nil, touchpoint.Event{Name: "waiting on customer", Subject: "11"}},
		{"an address that leads elsewhere", "freshdesk", `{"ticket_id":"11","ticket_url":"https://acme.freshdesk.com.evil.example/a/tickets/11"}`, nil, touchpoint.Event{Subject: "11"}},
		{"one address under two names", "freshdesk", `{"ticket_id":"11","requester_email":"bo@b.example","ticket_contact_email":"Bo@b.example"}`, nil, touchpoint.Event{Subject: "11", Address: "bo@b.example"}},
		{"no more than the customer's id, and who began it", "helpscout", `{"id":7,"status":"closed","primaryCustomer":{"id":1},"createdBy":{"type":"customer","first":"Bo","email":"bo@b.example"},"assignee":{"email":"anna@acme.example"}}`, status,
			touchpoint.Event{Name: "closed", Subject: "7", Link: "https://secure.helpscout.net/conversation/7", Address: "bo@b.example", Person: "Bo", Properties: of("agent", "anna@acme.example")}},
		{"begun by one of the team", "helpscout", `{"id":7,"status":"closed","createdBy":{"type":"user","first":"Anna","email":"anna@acme.example"}}`, status,
			touchpoint.Event{Name: "closed", Subject: "7", Link: "https://secure.helpscout.net/conversation/7"}},
		{"a reply, when it was closed before", "helpscout", `{"id":7,"status":"active","closedAt":"2026-11-18T00:00:00Z","userUpdatedAt":"2026-11-20T09:12:00Z"}`, http.Header{"X-Helpscout-Event": {"convo.customer.reply.created"}},
			touchpoint.Event{Name: "convo.customer.reply.created", Subject: "7", Link: "https://secure.helpscout.net/conversation/7", At: at, Delivery: "7-convo.customer.reply.created-1795165920"}},
		{"no name of the event", "helpscout", `{"id":7,"status":"Pending"}`, nil, touchpoint.Event{Name: "pending", Subject: "7", Link: "https://secure.helpscout.net/conversation/7"}},
		{"a test", "helpscout", `{}`, http.Header{"X-Helpscout-Event": {"helpscout.test"}}, touchpoint.Event{Name: "helpscout.test"}},
		{"the first shape", "intercom", `{"topic":"conversation.admin.closed","id":"n","app_id":"a1","created_at":1795165920,"data":{"item":{"type":"conversation","id":"21","user":{"type":"lead","id":"u1","name":"Bo","email":"bo@b.example"},
			"assignee":{"type":"admin","id":"1","name":"Anna Berg","email":"anna@acme.example"},"conversation_parts":{"conversation_parts":[{"author":{"type":"admin","name":"Mei"}}]},"tags":{"tags":[]}}}}`, nil,
			touchpoint.Event{Name: "conversation.admin.closed", Delivery: "n", At: at, Subject: "21", Link: "https://app.intercom.com/a/inbox/a1/inbox/conversation/21", Address: "bo@b.example", Person: "Bo", Properties: of("agent", "Anna Berg")}},
		{"begun by one of the team", "intercom", `{"topic":"conversation.admin.closed","data":{"item":{"id":"21","source":{"type":"email","author":{"type":"admin","name":"Mei","email":"mei@acme.example"}},"contacts":{"contacts":[{"id":"6762f1"},{"id":"2"}]}}}}`, nil,
			touchpoint.Event{Name: "conversation.admin.closed", Subject: "21", Fetch: "contacts/6762f1", Properties: of("channel", "email")}},
		{"a contact that is none", "intercom", `{"topic":"conversation.admin.closed","data":{"item":{"id":"21","contacts":{"contacts":[{"id":"../me"}]}}}}`, nil, touchpoint.Event{Name: "conversation.admin.closed", Subject: "21"}},
		{"the AI agent alone", "intercom", `{"topic":"conversation.admin.closed","data":{"item":{"id":"21","ai_agent_participated":true,"admin_assignee_id":null,"conversation_parts":{"conversation_parts":[{"author":{"type":"bot","name":"Fin"}}]}}}}`, nil,
			touchpoint.Event{Name: "conversation.admin.closed", Subject: "21", Properties: of("agent", "AI", "tags", "ai")}},
		{"the AI agent, and then a person whose name is not told", "intercom", `{"topic":"conversation.admin.closed","data":{"item":{"id":"21","ai_agent_participated":true,"admin_assignee_id":5,"tags":{"tags":[{"name":"vip"}]}}}}`, nil,
			touchpoint.Event{Name: "conversation.admin.closed", Subject: "21", Properties: of("tags", "vip,ai")}},
		{"a ping", "intercom", `{"type":"notification_event","topic":"ping","data":{"item":{"type":"ping","message":"something something"}}}`, nil, touchpoint.Event{Name: "ping"}},
		{"another account's name", "gorgias", `{"ticket_id":7,"status":"Closed","account":"evil.example/","closed_at":"","updated_at":"2026-11-20 09:12:00+00:00"}`, nil,
			touchpoint.Event{Name: "closed", Subject: "7", At: at, Delivery: "7-closed-1795165920"}},
		{"a new kind of subscription", "hubspot", `[{"subscriptionType":"object.propertyChange","objectTypeId":"0-5","objectId":"9","propertyName":"hs_pipeline_stage","propertyValue":239480,"occurredAt":"1795165920000"}]`, nil,
			touchpoint.Event{Name: "239480", Delivery: "1795165920000--9--object.propertyChange", Subject: "9", Fetch: "tickets/9", At: at}},
		{"the stage of a deal", "hubspot", `[{"subscriptionType":"object.propertyChange","objectTypeId":"0-3","objectId":9,"propertyName":"hs_pipeline_stage","propertyValue":"4"}]`, nil,
			touchpoint.Event{Name: "object.propertyChange", Delivery: "--9--object.propertyChange", Subject: "9"}},
	} {
		if row.want.Properties == nil {
			row.want.Properties = map[string]string{}
		}
		got, err := senders[row.kind].events(row.header, []byte(row.body))
		if err != nil || len(got) != 1 {
			t.Errorf("%s, %s: %v, %v", row.kind, row.rule, got, err)
			continue
		}
		if got[0].Properties == nil {
			got[0].Properties = map[string]string{}
		}
		if diff := cmp.Diff(row.want, got[0]); diff != "" {
			t.Errorf("%s, %s: %s", row.kind, row.rule, diff)
		}
	}
}

func TestANotificationWithoutItsConversationIsNotUnderstood(t *testing.T) {
	for _, body := range []string{`{"uri":"https://api.helpscout.net/v2/conversations/7"}`, `{"id":7}`, `{"conversationId":7,"objectID":7,"id":7,"nonce":1795165920000}`, `{"status":"closed"}`} {
		if e, err := senders[program.HelpScout].events(http.Header{"X-Helpscout-Event": {"convo.status"}}, []byte(body)); err == nil {
			t.Errorf("%s: %+v", body, e)
		}
	}
}

// What reopens a ticket is somebody's work on it, and never that it was closed by itself, thrown away or merged.
func TestWhatMeansThatATicketIsWorkedOnAgain(t *testing.T) {
	for kind, names := range map[string][2]string{
		"zendesk":   {"new open pending hold on-hold in-progress", "solved closed deleted archived scrubbed ticket.created ticket.merged user.created"},
		"freshdesk": {"open pending 8 abierto", "resolved closed deleted spam"},
		"helpscout": {"active pending convo.customer.reply.created", "closed spam convo.tags convo.deleted convo.merged convo.agent.reply.created convo.created"},
		"intercom":  {"conversation.admin.opened conversation.user.replied", "conversation.admin.closed conversation.admin.noted conversation.deleted conversation.user.created"},
		"gorgias":   {"open", "closed spam"},
		"hubspot":   {"1 3 239480 waiting", "ticket.deletion ticket.merge contact.creation object.propertyChange"},
	} {
		for i, all := range names {
			for _, name := range append(strings.Fields(all), "")[:len(strings.Fields(all))+i] { // and nothing is no name
				if got := senders[kind].reopens(name); got != (i == 0) {
					t.Errorf("%s %q: %t", kind, name, got)
				}
			}
		}
	}
}

func TestTheStagesOfADeliveryAreInTheOrderOfTheirTimes(t *testing.T) {
	stage := func(value, at string) string {
		return `{"subscriptionType":"ticket.propertyChange","objectId":9,"propertyName":"hs_pipeline_stage","propertyValue":"` + value + `","occurredAt":` + at + `}`
	}
	events, err := senders[program.HubSpot].events(nil, []byte("["+stage("4", "1795165922000")+","+stage("3", "1795165921000")+","+stage("4", "1795165920000")+"]"))
	if err != nil || len(events) != 3 || events[0].Name+events[1].Name+events[2].Name != "434" || !events[0].At.Before(events[2].At) {
		t.Errorf("%+v, %v", events, err)
	}
}
