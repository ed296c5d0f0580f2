package webhook

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/touchpoint"
)

func TestASignUpOrAMeetingBecomesAnEventInTheFieldsWords(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC)
	completed := touchpoint.Event{
		Name: "Onboarding Completed", Delivery: "ajs-next-1795165920-4f6b2c", At: at, Address: "noor.bakker@customer.example", Person: "Noor Bakker",
		Language: "nl-NL", Zone: "Europe/Amsterdam",
		Properties: map[string]string{"account": "acct-884", "channel": "client", "plan": "team", "steps": "5", "revenue": "49.00", "amount": "49.00", "currency": "EUR"},
	}
	another := completed
	another.Delivery, another.Address, another.Person = "ajs-next-1795165922-88dd3e", "tim.devos@customer.example", "Tim de Vos"
	created := touchpoint.Event{
		Name: "user.created", Delivery: "evt_9gX2mK4pQ7rT1vW3", Subject: "auth0|691ecb2f7a3d5e0012c4b8a6", At: at, Address: "elin.strand@customer.example", Person: "Elin Strand",
		Language: "sv-SE", Zone: "Europe/Stockholm", Since: at.Add(-2 * time.Second),
		Properties: map[string]string{"email_verified": "false", "connection": "Username-Password-Authentication"},
	}
	trial, updated := created, created
	trial.Delivery, trial.Subject, trial.Address, trial.Person, trial.Test = "evt_test000000000001", "auth0|691ecb2f7a3d5e0012c4b8ff", "trial@customer.example", "Trial User", true
	updated.Name, updated.Delivery = "user.updated", "evt_3bD5fH8jL1nP6sU9"
	booked := touchpoint.Event{
		Name: "invitee.created", Delivery: "invitee.created:7d2e9c14-83b5-4f06-a1c7-5e9b0d4f2a68", Subject: "7d2e9c14-83b5-4f06-a1c7-5e9b0d4f2a68", At: at, Ahead: true,
		Address: "sofia.lund@customer.example", Person: "Sofia Lund", Zone: "Europe/Stockholm",
		Properties: map[string]string{
			"agent": "Anna Berg", "product": "Getting started with Acme", "channel": "google_conference", "meeting": "0b6a4f6e-5c1d-4e8b-9a57-2f1c8d3e7a90",
		},
	}
	canceled := booked
	canceled.Name, canceled.Delivery, canceled.Reopened, canceled.At = "invitee.canceled", "invitee.canceled:"+booked.Subject, true, time.Date(2026, 11, 19, 10, 0, 0, 0, time.UTC)
	for name, want := range map[string][]touchpoint.Event{
		"segment-onboarding": {completed},
		"segment-batch": {
			{Name: "call:page", Delivery: "ajs-next-1795165890-22bb1c", At: at.Add(-30 * time.Second), Language: "nl-NL", Properties: map[string]string{"path": "/welcome", "url": "https://app.acme.example/welcome"}},
			{Name: "call:identify", Delivery: "ajs-next-1795165880-11aa0b", At: at.Add(-40 * time.Second), Address: "noor.bakker@customer.example", Person: "Noor Bakker", Language: "nl-NL", Properties: map[string]string{}},
			another,
			{Name: "Onboarding Completed", Delivery: "ajs-next-1795165921-77cc2d", At: at, Language: "en-GB", Properties: map[string]string{"steps": "5"}},
		},
		"auth0-user-created": {created}, "auth0-user-created-test": {trial}, "auth0-user-updated": {updated},
		"auth0-log": {
			{Name: "user.created", Delivery: "90020261120091200123456000000000000001223372036854775801", Subject: "auth0|691ecb2f7a3d5e0012c4b8a7", At: at, Since: at,
				Address: "jonas.meyer@customer.example", Language: "en-IE", Properties: map[string]string{"connection": "Username-Password-Authentication", "client": "Acme app"}},
			{Name: "s", Delivery: "90020261120091205123456000000000000001223372036854775802", Subject: "auth0|691ecb2f7a3d5e0012c4b8a7", At: at.Add(5 * time.Second),
				Address: "jonas.meyer@customer.example", Properties: map[string]string{"client": "Acme app"}},
		},
		"clerk-user-created": {{
			Name: "user.created", Delivery: "msg_2pKxA1s8dF3gH6jK9lZ", Subject: "user_2pKx9LmQ4vTzW7Yc", At: at, Address: "wei.zhang@customer.example", Person: "Wei Zhang", Language: "zh-CN",
			Since:      at.Add(-2 * time.Second),
			Properties: map[string]string{"plan": "pro", "country": "CN", "instance": "ins_2mVbN4cXz7Ql", "external": "4712", "email_verified": "true"},
		}},
		"calendly-booked": {booked}, "calendly-canceled": {canceled},
	} {
		s := readSample(t, name)
		got, err := senders[s.PathParameters.Source].events(s.header(), []byte(s.Body))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestASignUpOrAMeetingIsReadWhateverIsMissing(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC)
	const invitee, other = "https://api.calendly.com/scheduled_events/E/invitees/I", "https://api.calendly.com/scheduled_events/D/invitees/H"
	for _, row := range []struct {
		rule, kind, body string
		want             []touchpoint.Event
	}{
		{"nothing at all", "segment", `{}`, []touchpoint.Event{{}}},
		{"nothing at all", "auth0", `{"data":null}`, []touchpoint.Event{{}}},
		{"nothing at all", "clerk", `{"data":{"email_addresses":[]}}`, []touchpoint.Event{{}}},
		{"nothing at all", "calendly", `{"payload":null}`, []touchpoint.Event{{Ahead: true}}},
		{"numbers, traits of the call, an order", "segment", `{"event":"Order Completed","messageId":7,"timestamp":1795165920000,"traits":{"email":"a@b.example","name":"A"},"properties":{"order_id":50,"total":9.5,"products":[{"x":1}]}}`,
			[]touchpoint.Event{{Name: "Order Completed", Delivery: "7", Subject: "50", At: at, Address: "a@b.example", Person: "A", Properties: map[string]string{"order_id": "50", "total": "9.5", "amount": "9.5"}}}},
		{"an address that was tracked before one that is known", "segment", `{"properties":{"email":"a@b.example"},"context":{"traits":{"email":"old@b.example","createdAt":"2024-02-29T08:12:00Z"}}}`,
			[]touchpoint.Event{{Address: "a@b.example", Since: time.Date(2024, 2, 29, 8, 12, 0, 0, time.UTC)}}},
		{"what is no event among several", "segment", `[1,{"event":"x"}]`, []touchpoint.Event{{Properties: nil}, {Name: "x"}}},
		{"a name that is an address", "auth0", `{"type":"user.created","data":{"object":{"name":"a@b.example"}}}`, []touchpoint.Event{{Name: "user.created"}}},
		{"a log entry by itself", "auth0", `{"log_id":"9","type":"ss","date":"2026-11-20T09:12:00Z","user_id":"u","user_name":"anna"}`,
			[]touchpoint.Event{{Name: "user.created", Delivery: "9", Subject: "u", At: at, Since: at}}},
		{"an envelope by itself", "auth0", `{"log_id":"9","data":{"type":"fs","user_name":"a@b.example"}}`, []touchpoint.Event{{Name: "fs", Delivery: "9", Address: "a@b.example"}}},
		{"one address is the primary one", "clerk", `{"type":"user.created","data":{"id":"u","locale":null,"email_addresses":[{"email_address":"a@b.example"}]}}`,
			[]touchpoint.Event{{Name: "user.created", Subject: "u", Address: "a@b.example", Properties: map[string]string{"email_verified": "false"}}}},
		{"several addresses and none is the primary one", "clerk", `{"data":{"email_addresses":[{"email_address":"a@b.example"},{"email_address":"c@b.example"}]}}`, []touchpoint.Event{{}}},
		{"a host without a name, a meeting without an end", "calendly", `{"event":"invitee.created","created_at":"2026-11-20T09:12:00Z","payload":{"uri":"` + invitee + `","first_name":"A","last_name":"B","scheduled_event":{"event_memberships":[{"user_email":"anna@acme.example"}]}}}`,
			[]touchpoint.Event{{Name: "invitee.created", Delivery: "invitee.created:I", Subject: "I", At: at, Ahead: true, Person: "A B", Properties: map[string]string{"agent": "anna@acme.example"}}}},
		{"nobody came", "calendly", `{"event":"invitee_no_show.created","created_at":"2026-11-20T09:12:00Z","payload":{"uri":"https://api.calendly.com/invitee_no_shows/N","invitee":"` + invitee + `"}}`,
			[]touchpoint.Event{{Name: "invitee_no_show.created", Delivery: "invitee_no_show.created:I", Subject: "I", At: at, Ahead: true, Reopened: true}}},
		{"nobody came, told of with the invitee", "calendly", `{"event":"invitee_no_show.created","created_at":"2026-11-20T09:12:00Z","payload":{"uri":"` + invitee + `","scheduled_event":{"end_time":"2026-11-20T09:00:00Z"}}}`,
			[]touchpoint.Event{{Name: "invitee_no_show.created", Delivery: "invitee_no_show.created:I", Subject: "I", At: at, Ahead: true, Reopened: true}}},
		{"a meeting that was moved takes the old one back first", "calendly", `{"event":"invitee.created","created_at":"2026-11-20T09:12:00Z","payload":{"uri":"` + invitee + `","old_invitee":"` + other + `","scheduled_event":{"end_time":"2026-11-24T09:12:00Z"}}}`,
			[]touchpoint.Event{
				{Name: "invitee.canceled", Delivery: "invitee.canceled:H", Subject: "H", At: at, Ahead: true, Reopened: true, Properties: nil},
				{Name: "invitee.created", Delivery: "invitee.created:I", Subject: "I", At: at.AddDate(0, 0, 4), Ahead: true},
			}},
	} {
		got, err := senders[row.kind].events(http.Header{}, []byte(row.body))
		if err != nil {
			t.Fatalf("%s, %s: %v", row.kind, row.rule, err)
		}
		if diff := cmp.Diff(row.want, got, cmp.Transformer("none", func(m map[string]string) map[string]string {
			if len(m) == 0 {
				return nil
			}
			return m
		})); diff != "" {
			t.Errorf("%s, %s: %s", row.kind, row.rule, diff)
		}
	}
}
