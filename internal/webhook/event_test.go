package webhook

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// sample is a delivery as events/intake keeps it.
type sample struct {
	Headers        map[string]string `json:"headers"`
	PathParameters struct {
		Source string `json:"source"`
	} `json:"pathParameters"`
	Body string `json:"body"`
}

func (s sample) header() http.Header {
	header := http.Header{}
	for name, value := range s.Headers {
		header.Set(name, value)
	}
	return header
}

func readSample(t testing.TB, name string) sample {
	t.Helper()
	data, err := os.ReadFile("../../events/intake/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASampleBecomesAnEventInTheFieldsWords(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC)
	order := touchpoint.Event{
		Name: "orders/paid", Delivery: "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043", Subject: "#1030",
		Link: "https://acme-example.myshopify.com/admin/orders/820982911946154508", At: at,
		Address: "maria.lind@customer.example", Person: "Maria Lind", Language: "sv-SE",
		Properties: map[string]string{"country": "SE", "channel": "web", "product": "Enamel kettle", "tags": "first-order, kitchen", "amount": "1299.00", "currency": "SEK", "payment": "paid"},
	}
	test := order
	test.Test, test.Subject, test.Delivery, test.Link = true, "#1031", "5e2a1c7d-0a7b-4b6e-9d0e-3f6f5b8c1a22", "https://acme-example.myshopify.com/admin/orders/820982911946154509"
	solved := touchpoint.Event{
		Name: "solved", Delivery: "01KAJZ5W3M8Q2R4T6V8X0Z1B3D", Subject: "20418", Link: "https://acme-example.zendesk.com/agent/tickets/20418", At: at,
		Address: "pieter.devries@customer.example", Person: "Pieter de Vries", Language: "nl",
		Properties: map[string]string{"agent": "Anna Berg", "team": "Support", "channel": "mail", "tags": "delivery,damaged"},
	}
	reopened := solved
	reopened.Name, reopened.Delivery, reopened.At = "open", "01KAJZ9D7P2S4U6W8Y0A1C3E5G", at.Add(19*time.Minute)
	for name, want := range map[string]touchpoint.Event{
		"shopify-order": order, "shopify-order-test": test, "zendesk-solved": solved, "zendesk-reopened": reopened,
		"standard-onboarding": {
			Name: "onboarding.completed", Delivery: "msg_2xKqPz7vWn3YtRb5LdFgHj8m", Subject: "account-4711", Link: "https://admin.acme.example/accounts/4711", At: at,
			Address: "lin.chen@customer.example", Person: "陈琳", Language: "zh-CN", Zone: "Asia/Shanghai", Consent: touchpoint.Given,
			Properties: map[string]string{"plan": "pro", "country": "CN", "agent": "Mei"},
		},
	} {
		s := readSample(t, name)
		got, err := senders[s.PathParameters.Source].events(s.header(), []byte(s.Body))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]touchpoint.Event{want}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAPayloadIsReadWhateverIsMissing(t *testing.T) {
	event := func(kind, body string, header http.Header) touchpoint.Event {
		t.Helper()
		events, err := senders[kind].events(header, []byte(body))
		if err != nil || len(events) != 1 {
			t.Fatalf("%s: %v, %v", body, events, err)
		}
		return events[0]
	}
	at := time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC)
	for _, row := range []struct {
		rule, kind, body string
		header           http.Header
		want             touchpoint.Event
	}{
		{"nothing at all", "shopify", `{}`, nil, touchpoint.Event{Person: " "}},
		{"nothing at all", "zendesk", `{}`, nil, touchpoint.Event{}},
		{"nothing at all", "standard", `{"data":null}`, nil, touchpoint.Event{}},
		{"the newer names of the headers", "shopify", `{"id":1}`,
			http.Header{"Shopify-Topic": {"orders/fulfilled"}, "Shopify-Webhook-Id": {"w"}, "Shopify-Triggered-At": {"2026-11-20T09:12:00.5Z"}, "Shopify-Test": {"true"}},
			touchpoint.Event{Name: "orders/fulfilled", Delivery: "w", Subject: "1", Person: " ", Test: true, At: at.Add(500 * time.Millisecond)}},
		{"the address where there is one", "shopify", `{"contact_email":null,"email":"","customer":{"email":"a@b.example","first_name":"A"},"order_number":7}`, nil,
			touchpoint.Event{Address: "a@b.example", Person: "A ", Subject: "7"}},
		{"several products are none", "shopify", `{"line_items":[{"title":"Kettle"},{"title":"Lamp"},{"title":"Lamp"}]}`, nil, touchpoint.Event{Person: " "}},
		{"a customer for some years", "shopify", `{"customer":{"created_at":"2024-02-29T09:12:00+01:00"}}`, nil,
			touchpoint.Event{Person: " ", Since: time.Date(2024, 2, 29, 8, 12, 0, 0, time.UTC)}},
		{"a customer of whom the shop does not know since when", "shopify", `{"created_at":"2026-11-20T09:12:00Z","customer":{"created_at":null}}`, nil, touchpoint.Event{Person: " "}},
		{"a customer since a time", "standard", `{"data":{"customer_since":"2024-02-29T08:12:00Z"}}`, nil, touchpoint.Event{Since: time.Date(2024, 2, 29, 8, 12, 0, 0, time.UTC)}},
		{"a customer since a date", "standard", `{"data":{"customer_since":"2024-02-29"}}`, nil, touchpoint.Event{Since: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)}},
		{"a customer since nobody knows when", "standard", `{"data":{"customer_since":"long ago"}}`, nil, touchpoint.Event{}},
		{"a yes to marketing", "shopify", `{"buyer_accepts_marketing":true}`, nil, touchpoint.Event{Person: " ", Consent: touchpoint.Given}},
		{"a subscription to marketing", "shopify", `{"customer":{"email_marketing_consent":{"state":"subscribed"}}}`, nil, touchpoint.Event{Person: " ", Consent: touchpoint.Given}},
		{"a shop that is none", "shopify", `{"id":1}`, http.Header{"X-Shopify-Shop-Domain": {"evil.example/x.myshopify.com"}}, touchpoint.Event{Subject: "1", Person: " "}},
		{"numbers for texts", "zendesk", `{"ticket_id":88,"status":"SOLVED","tags":["a","b c"],"updated_at":1795165920,"test":1}`, nil,
			touchpoint.Event{Name: "solved", Subject: "88", At: time.Unix(1795165920, 0), Test: true, Properties: map[string]string{"tags": "a,b,c"}}},
		{"a time without seconds, a link without a scheme, an agent without a name", "zendesk",
			`{"updated_at":"2026-11-20T09:12Z","link":"x.zendesk.com/agent/tickets/1","assignee_email":"anna@acme.example","requester_language":"Svenska"}`, nil,
			touchpoint.Event{At: at, Link: "https://x.zendesk.com/agent/tickets/1", Language: "sv", Properties: map[string]string{"agent": "anna@acme.example"}}},
		{"a language as a tag", "zendesk", `{"requester_language":"pt-BR"}`, nil, touchpoint.Event{Language: "pt-br"}},
		{"consent refused, milliseconds, a number as subject, a list, an object", "standard",
			`{"type":"x","timestamp":1795165920000,"data":{"subject":42,"consent":false,"reopened":"true","properties":{"tags":["a","b"],"amount":9.5,"vip":true,"odd":{"x":1},"no":null}}}`,
			http.Header{"Svix-Id": {"s"}, "Svix-Signature": {"v1,x"}},
			touchpoint.Event{Name: "x", Delivery: "s", At: at, Subject: "42", Consent: touchpoint.Refused, Reopened: true, Properties: map[string]string{"tags": "a,b", "amount": "9.5", "vip": "true"}}},
	} {
		if row.want.Properties == nil {
			row.want.Properties = map[string]string{}
		}
		if diff := cmp.Diff(row.want, event(row.kind, row.body, row.header)); diff != "" {
			t.Errorf("%s, %s: %s", row.kind, row.rule, diff)
		}
	}
}

func TestWhatIsNoObjectIsNoPayload(t *testing.T) {
	for kind, sender := range senders {
		for _, body := range []string{"", " ", "null", "[]", `"x"`, "1", "{", `{"id":1}{"id":2}`, `{"id":}`, "\x00", "<xml/>", strings.Repeat(`{"data":`, 20000)} {
			if _, err := sender.events(http.Header{}, []byte(body)); err == nil {
				t.Errorf("%s takes %.20q", kind, body)
			}
		}
	}
}

func TestASampleHappensNow(t *testing.T) {
	now := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, name := range []string{"shopify-order", "zendesk-solved", "standard-onboarding", "segment-onboarding", "auth0-user-created", "clerk-user-created", "calendly-booked"} {
		s := readSample(t, name)
		source := program.Source{Kind: s.PathParameters.Source}
		events, err := senders[source.Kind].events(s.header(), Restamp(source, []byte(s.Body), now))
		if err != nil || !events[0].At.Equal(now) {
			t.Errorf("%s happened %v: %v", name, events, err)
		}
	}
}

// diary keeps what was entered last.
type diary struct{ entry touchpoint.Entry }

func (d *diary) Standing(context.Context, customer.ID, string, string, string) (customer.Customer, touchpoint.Subject, error) {
	return customer.Customer{}, touchpoint.Subject{}, nil
}
func (d *diary) Enter(_ context.Context, e touchpoint.Entry) (touchpoint.Visit, bool, error) {
	d.entry = e
	return e.Visit, false, nil
}
func (d *diary) Last(context.Context, string, string, string) (touchpoint.Last, error) {
	return touchpoint.Last{}, nil
}
func (d *diary) Reopen(context.Context, touchpoint.Reopening) error { return nil }

var shipped = sync.OnceValue(program.Default)

// understand reads a payload and decides about its events as the handler would, and holds that nothing of the person and nothing boundless
// is kept on a visit, whatever comes.
func understand(t *testing.T, kind string, body []byte) {
	header := http.Header{"X-Shopify-Topic": {"orders/paid"}, "X-Shopify-Webhook-Id": {"d"}, "Webhook-Id": {"d"}, "X-Zendesk-Webhook-Invocation-Id": {"d"}}
	sender := senders[kind]
	if kind == program.Generic {
		sender, _ = senderOf(shipped().Sources[kind])
	}
	events, err := sender.events(header, body)
	if err != nil {
		return
	}
	hash, err := customer.NewHasher(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range events {
		p, book := shipped(), &diary{}
		event.Touchpoint, event.Source = "purchase", kind
		nameless := event.Subject == "" && event.Delivery == ""
		if _, err := (touchpoint.Intake{Book: book, Hash: hash}).Take(t.Context(), p, event, noon); err != nil && !nameless && event.Delivery != "" {
			t.Fatalf("with a delivery id every event is a visit: %v", err)
		}
		for _, kept := range []any{book.entry.Visit, book.entry.Invitation} {
			text, err := json.Marshal(kept)
			if err != nil || strings.Contains(string(text), "@") || len(text) > 4000 {
				t.Errorf("kept %s: %v", text, err)
			}
		}
		if c := book.entry.Customer; c != nil && (!utf8.ValidString(c.Name) || len(c.Name) > 100 || !customer.Valid(c.Address)) {
			t.Errorf("the customer became %+v", c)
		}
	}
}

func FuzzPayload(f *testing.F) {
	samples, err := filepath.Glob("../../events/intake/*.json")
	if err != nil || len(samples) == 0 {
		f.Fatal("there are no samples", err)
	}
	for _, sample := range samples {
		s := readSample(f, strings.TrimSuffix(filepath.Base(sample), ".json"))
		f.Add(s.PathParameters.Source, []byte(s.Body))
	}
	f.Add("shopify", []byte(`{"name":"a@b.example","contact_email":"a@b.example","tags":[[[]]],"user_id":1e999,"processed_at":"9999-12-31T23:59:59Z"}`))
	f.Add("zendesk", []byte(`{"ticket_id":{"x":1},"group":"a@b.example","assignee_email":"@","link":"https://a@b","updated_at":"0001-01-01T00:00:00Z"}`))
	f.Add("standard", []byte(`{"data":{"customer":{"email":"a@b.example","time_zone":"../../etc/passwd"},"subject":"a@b.example","properties":{"\u0000":"\ud800","agent":"@"}}}`))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		if _, known := senders[kind]; known || kind == program.Generic {
			understand(t, kind, body)
		}
	})
}
