package local_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"afterword/internal/local"
	"afterword/internal/program"
	"afterword/internal/webhook"
)

// helpdesk is how a sender tells that a ticket was solved, or is being worked on again: the body, with a header where it matters. Placeholders:
// TICKET, ID (of the delivery, a number), TIME (RFC 3339), SECONDS and MILLIS since 1970.
type helpdesk struct {
	kind, solved, open, header string
	timeless                   bool // it tells no time of anything
	thin                       bool // it tells nobody's address
}

const (
	ownEvent  = `{"type":"zen:event-type:ticket.status_changed","id":"e-ID","time":"TIME","detail":{"id":"TICKET"},"event":{"current":"%s"}}`
	triggered = `{"ticket_id":"TICKET","status":"%s","updated_at":"TIME","requester_email":"cTICKET@customer.example"}`
	automated = `{"ticket_id":"TICKET","ticket_status":"%s","ticket_requester_email":"cTICKET@customer.example"}`
	scouted   = `{"id":TICKET,"status":"%s","closedAt":"TIME","userUpdatedAt":"TIME","primaryCustomer":{"email":"cTICKET@customer.example"}}`
	notified  = `{"topic":"conversation.%s","id":"notif_ID","created_at":SECONDS,"data":{"item":{"id":"TICKET","source":{"author":{"type":"user","email":"cTICKET@customer.example"}}}}}`
	updated   = `{"ticket_id":"TICKET","status":"%s","updated_at":"TIME","email":"cTICKET@customer.example"}`
	staged    = `[{"subscriptionType":"ticket.propertyChange","objectId":TICKET,"eventId":ID,"occurredAt":MILLIS,"propertyName":"hs_pipeline_stage","propertyValue":"%s"}]`
)

var helpdesks = map[string]helpdesk{
	"native":    {kind: program.Zendesk, solved: fmt.Sprintf(ownEvent, "SOLVED"), open: fmt.Sprintf(ownEvent, "OPEN"), thin: true},
	"trigger":   {kind: program.Zendesk, solved: fmt.Sprintf(triggered, "Solved"), open: fmt.Sprintf(triggered, "Pending"), header: "X-Zendesk-Webhook-Invocation-Id=ID"},
	"freshdesk": {kind: program.Freshdesk, solved: fmt.Sprintf(automated, "Resolved"), open: fmt.Sprintf(automated, "Open"), timeless: true},
	"helpscout": {kind: program.HelpScout, solved: fmt.Sprintf(scouted, "closed"), open: fmt.Sprintf(scouted, "active"), header: "X-HelpScout-Event=convo.status"},
	"intercom":  {kind: program.Intercom, solved: fmt.Sprintf(notified, "admin.closed"), open: fmt.Sprintf(notified, "user.replied")},
	"gorgias":   {kind: program.Gorgias, solved: fmt.Sprintf(updated, "closed"), open: fmt.Sprintf(updated, "open")},
	"hubspot":   {kind: program.HubSpot, solved: fmt.Sprintf(staged, "4"), open: fmt.Sprintf(staged, "3"), thin: true},
}

// What a ticket's deliveries come to, in the order in which they come: S was solved and O reopened, in the minute of the number; the same
// twice is one delivery that comes again.
var orders = []struct {
	deliveries string
	guarded    int // with a quiet guard
	plain      int // without
	waiting    int // likewise, where all come before the customer was asked for
	timeless   int // where the sender tells no time, with a guard and without
}{
	{"S1", 1, 1, 1, 1},
	{"O1", 0, 0, 0, 0},
	{"S1 S1 S1", 1, 1, 1, 1},
	{"S1 S2", 1, 1, 1, 1}, // a status that is told again
	{"S1 O2", 0, 0, 0, 0},
	{"S1 O2 S3", 1, 1, 1, 1},
	{"S1 O2 O2 O3 S4 S4 S5", 1, 1, 1, 1},
	{"S1 O2 S3 O4", 0, 0, 0, 0},
	{"S1 O2 S3 O4 S5", 1, 1, 1, 1},
	{"S1 O2 S1", 0, 0, 0, 1},    // the first comes again, late
	{"S1 O2 S3 O2", 1, 1, 1, 0}, // the reopening does
	{"S1 O2 S3 S1 O2 S3", 1, 1, 1, 1},
	{"S3 O2", 1, 1, 1, 0}, // what happened before comes after
	{"S3 O2 S1", 1, 1, 1, 1},
	{"O2 S1", 0, 1, 1, 1}, // only a quiet guard remembers what reopened nothing yet
	{"O2 S1 S3", 1, 1, 1, 1},
	{"S1 S3 O2", 1, 0, 1, 0}, // only a quiet guard puts a later solution in the place of an earlier one that is to be asked about
}

func TestATicketIsAskedAboutOnceWhateverTheOrderOfItsEvents(t *testing.T) {
	for pace, wait := range map[string]time.Duration{"at once": 0, "minutes apart": time.Minute} {
		t.Run(pace, func(t *testing.T) { askedInAnyOrder(t, wait) })
	}
}

func askedInAnyOrder(t *testing.T, wait time.Duration) {
	folder := t.TempDir()
	s := start(t, local.Options{
		Program: written(t, folder, "program.yaml", helpdeskProgram()), Via: ticketsOfTheirOwn{},
		Secrets: written(t, folder, "secrets.json", `{"fetch":{"native":"t","native-guarded":"t","hubspot":"t","hubspot-guarded":"t"}}`),
	})
	defer finish(t, s)
	handler := s.Handler()
	longest := 0
	for _, order := range orders {
		longest = max(longest, len(strings.Fields(order.deliveries)))
	}
	names := []string{"native", "trigger", "freshdesk", "helpscout", "intercom", "gorgias", "hubspot"}
	ticket := func(name string, guarded bool, order int) string {
		n := 1000 + order
		for i, one := range names {
			if one == name {
				n += 100 * (i + 1)
			}
		}
		if guarded {
			n += 1000
		}
		return fmt.Sprint(n)
	}
	for step := range longest {
		for i, order := range orders {
			deliveries := strings.Fields(order.deliveries)
			if step >= len(deliveries) {
				continue
			}
			for _, name := range names {
				for source, guarded := range map[string]bool{name: false, name + "-guarded": true} {
					recorder := httptest.NewRecorder()
					handler.ServeHTTP(recorder, helpdesks[name].tells(t, s, source, ticket(name, guarded, i), deliveries[step]))
					if recorder.Code != http.StatusOK || strings.Contains(recorder.Body.String(), "not-") {
						t.Fatalf("%s, %s: %d %s", source, order.deliveries, recorder.Code, recorder.Body)
					}
				}
			}
		}
		if err := s.Advance(t.Context(), s.Now().Add(wait)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Advance(t.Context(), s.Now().Add(4*time.Hour)); err != nil {
		t.Fatal(err)
	}
	asked := map[string]int{}
	for _, mail := range s.Mails() {
		asked[regexp.MustCompile(`\d+`).FindString(mail.To)]++
	}
	for i, order := range orders {
		for name, desk := range helpdesks {
			plain, guarded := order.plain, order.guarded
			switch {
			case desk.timeless:
				plain, guarded = order.timeless, order.timeless
			case desk.thin && wait == 0:
				plain = order.waiting
			}
			if got := asked[ticket(name, false, i)]; got != plain {
				t.Errorf("%s, %s: asked %d times, want %d", name, order.deliveries, got, plain)
			}
			if got := asked[ticket(name, true, i)]; got != guarded {
				t.Errorf("%s with a quiet guard, %s: asked %d times, want %d", name, order.deliveries, got, guarded)
			}
		}
	}
}

// tells is a delivery about a ticket: S or O, and the minute in which it happened.
func (h helpdesk) tells(t *testing.T, s *local.System, name, ticket, what string) *http.Request {
	t.Helper()
	body := h.solved
	if what[0] == 'O' {
		body = h.open
	}
	at := monday.Add(-time.Hour + time.Duration(what[1]-'0')*time.Minute)
	id := fmt.Sprintf("%s%d", ticket, what[1])
	fill := strings.NewReplacer("TICKET", ticket, "ID", id, "TIME", at.Format(time.RFC3339), "SECONDS", fmt.Sprint(at.Unix()), "MILLIS", fmt.Sprint(at.UnixMilli())).Replace
	source := program.Source{Name: name, Kind: h.kind}
	if h.kind == program.HubSpot {
		source.URL = helpdeskURL
	}
	header, signed, err := webhook.Sign(source, webhook.SampleSecrets(source), []byte(fill(body)), s.Now())
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/"+name, bytes.NewReader(signed))
	request.Header = header
	request.Header.Set("Content-Type", "application/json")
	if field, value, is := strings.Cut(h.header, "="); is {
		request.Header.Set(field, strings.ReplaceAll(value, "ID", id))
	}
	return request
}

const helpdeskURL = "https://feedback.acme.example/hooks/hubspot"

// helpdeskProgram has each helpdesk twice: as it is, and with a quiet guard.
func helpdeskProgram() string {
	var text strings.Builder
	text.WriteString(`company: Acme
from: hello@acme.example
postal: Acme AB, Storgatan 1, Stockholm
languages: [en]
time_zone: Europe/Stockholm
surveys: {support-ces-v1: {number: 1, metric: CES, scale: 1-5}}
desks: {care: {people: [olivia@acme.example]}}
touchpoints: {support: {survey: support-ces-v1, desk: care, delay: 3h}}
sources:
`)
	means := map[string]string{
		program.Zendesk: "solved", program.Freshdesk: "resolved", program.HelpScout: "closed", program.Intercom: "conversation.admin.closed", program.Gorgias: "closed", program.HubSpot: "4",
	}
	for name, desk := range helpdesks {
		for end, rule := range map[string]string{"": "support", "-guarded": "{touchpoint: support, quiet: 2h}"} {
			fmt.Fprintf(&text, "  %s%s:\n    kind: %s\n    events: {%q: %s}\n", name, end, desk.kind, means[desk.kind], rule)
			switch desk.kind {
			case program.HubSpot:
				fmt.Fprintf(&text, "    url: %s\n", helpdeskURL)
			case program.Zendesk:
				text.WriteString("    api: https://acme.zendesk.com\n")
			}
		}
	}
	return text.String()
}

func written(t *testing.T, folder, name, text string) string {
	t.Helper()
	file := filepath.Join(folder, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// ticketsOfTheirOwn is every helpdesk's API: each ticket has a customer of its own.
type ticketsOfTheirOwn struct{}

func (ticketsOfTheirOwn) RoundTrip(r *http.Request) (*http.Response, error) {
	id := regexp.MustCompile(`\d+(\.json)?$`).FindString(r.URL.Path)
	id = strings.TrimSuffix(id, ".json")
	body := fmt.Sprintf(`{"ticket":{"id":%[1]s,"requester_id":1},"users":[{"id":1,"email":"c%[1]s@customer.example"}],
		"properties":{"email":"c%[1]s@customer.example"},"associations":{"contacts":{"results":[{"id":"%[1]s"}]}}}`, id)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}
