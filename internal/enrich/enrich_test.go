package enrich_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/enrich"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// api answers as a source's does, by path and query; whatever is not in it is a 404.
type api map[string]string

func (a api) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if answer, ok := a[r.URL.RequestURI()]; ok {
		_, _ = io.WriteString(w, answer)
	} else {
		w.WriteHeader(http.StatusNotFound)
	}
	return w.Result(), nil
}

// roundTrip is a transport that is one function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// tokens are those in the secret, by source.
type tokens map[string]string

func (t tokens) Fetch(_ context.Context, source string) (string, error) { return t[source], nil }

func ask(t *testing.T, via http.RoundTripper, source program.Source, e touchpoint.Event) (touchpoint.Event, error) {
	t.Helper()
	source.Name = "desk"
	return enrich.Sources{Tokens: tokens{"desk": "the token"}, Via: via}.Ask(t.Context(), source, e)
}

var (
	shop     = program.Source{Kind: program.BigCommerce, API: "https://api.bigcommerce.com/stores/abc123"}
	helpdesk = program.Source{Kind: program.Zendesk, API: "https://acme.zendesk.com"}
	tickets  = program.Source{Kind: program.HubSpot}
	chat     = program.Source{Kind: program.Intercom}
)

// What the vendors' references show, with our own people.
const (
	orderAnswer = `{"id":250,"status_id":10,"total_inc_tax":"361.9500","currency_code":"SEK","customer_locale":"sv","order_source":"www","payment_method":"Card",
		"billing_address":{"first_name":"Maria","last_name":"Lind","email":"maria@customer.example","country":"Sweden","country_iso2":"SE","phone":"+46701234567"}}`
	ticketAnswer = `{"ticket":{"id":35436,"status":"solved","requester_id":20978392,"submitter_id":20978392,"assignee_id":235323,"group_id":98738,
		"tags":["enterprise","other_tag"],"via":{"channel":"Web"},"satisfaction_rating":null},
		"users":[{"id":235323,"name":"Anna Berg","email":"anna@acme.example","role":"agent"},
			{"id":20978392,"name":"Maria Lind","email":"maria@customer.example","locale":"sv","time_zone":"Stockholm","iana_time_zone":"Europe/Stockholm","role":"end-user"}],
		"groups":[{"id":98738,"name":"Returns"}]}`
	thinTicketAnswer = `{"ticket":{"id":35436,"requester_id":20978392,"assignee_id":null,"group_id":null,"tags":[]},"users":[{"id":20978392,"name":"Maria Lind"}]}`
	userAnswer       = `{"user":{"id":20978392,"name":"Maria Lind","email":"maria@customer.example","locale":"sv","iana_time_zone":"Europe/Stockholm"}}`
	hubTicket        = `{"id":"350","properties":{"hs_object_id":"350","hubspot_owner_id":"41629779","source_type":"EMAIL"},"createdAt":"2026-11-20T09:00:00Z","archived":false,
		"associations":{"contacts":{"results":[{"id":"201","type":"ticket_to_contact"},{"id":"202","type":"ticket_to_contact"}]}}}`
	hubContact = `{"id":"201","properties":{"email":"maria@customer.example","firstname":"Maria","lastname":"Lind","hs_language":"sv","hs_country_region_code":"SE"}}`
	hubOwner   = `{"id":"41629779","email":"anna@acme.example","firstName":"Anna","lastName":"Berg","archived":false}`
	contact    = `{"type":"contact","id":"5ba682d23d7cf92bef87bfd4","role":"user","email":"maria@customer.example","name":"Maria Lind","signed_up_at":1571069751,
		"language_override":null,"browser_language":"sv","location":{"type":"location","country":"Sweden","country_code":"SWE"}}`
)

const (
	askTicket  = "/api/v2/tickets/35436.json?include=users%2Cgroups"
	askHub     = "/crm/v3/objects/tickets/350?associations=contacts&properties=hubspot_owner_id%2Csource_type"
	askContact = "/crm/v3/objects/contacts/201?properties=email%2Cfirstname%2Clastname%2Chs_language%2Chs_country_region_code"
	askOwner   = "/crm/v3/owners/41629779"
)

func TestWhatEachKindOfSourceSays(t *testing.T) {
	signedUp := time.Unix(1571069751, 0)
	for what, row := range map[string]struct {
		source program.Source
		api    api
		before touchpoint.Event
		want   touchpoint.Event
	}{
		"an order of BigCommerce": {
			shop, api{"/stores/abc123/v2/orders/250": orderAnswer}, touchpoint.Event{Fetch: "orders/250", Properties: map[string]string{"status": "completed"}},
			touchpoint.Event{
				Address: "maria@customer.example", Person: "Maria Lind", Language: "sv",
				Properties: map[string]string{"status": "completed", "amount": "361.95", "currency": "SEK", "country": "SE", "channel": "www"},
			},
		},
		"a ticket of Zendesk": {
			helpdesk, api{askTicket: ticketAnswer}, touchpoint.Event{Fetch: "tickets/35436", Properties: map[string]string{"agent": "235323"}},
			touchpoint.Event{
				Address: "maria@customer.example", Person: "Maria Lind", Language: "sv", Zone: "Europe/Stockholm", Link: "https://acme.zendesk.com/agent/tickets/35436",
				Properties: map[string]string{"agent": "Anna Berg", "team": "Returns", "tags": "enterprise,other_tag", "channel": "web"},
			},
		},
		"a ticket of Zendesk whose people come without addresses": {
			helpdesk, api{askTicket: thinTicketAnswer, "/api/v2/users/20978392.json": userAnswer}, touchpoint.Event{Fetch: "tickets/35436", Link: "https://acme.example/1"},
			touchpoint.Event{Address: "maria@customer.example", Person: "Maria Lind", Language: "sv", Zone: "Europe/Stockholm", Link: "https://acme.example/1"},
		},
		"a ticket of HubSpot": {
			tickets, api{askHub: hubTicket, askContact: hubContact, askOwner: hubOwner}, touchpoint.Event{Fetch: "tickets/350"},
			touchpoint.Event{
				Address: "maria@customer.example", Person: "Maria Lind", Language: "sv",
				Properties: map[string]string{"agent": "Anna Berg", "country": "SE", "channel": "email"},
			},
		},
		"a ticket of HubSpot whose owner we may not read": {
			tickets, api{askHub: hubTicket, askContact: hubContact}, touchpoint.Event{Fetch: "tickets/350"},
			touchpoint.Event{
				Address: "maria@customer.example", Person: "Maria Lind", Language: "sv", Properties: map[string]string{"country": "SE", "channel": "email"},
			},
		},
		"a ticket of HubSpot that is nobody's": {
			tickets, api{askHub: `{"id":"350","properties":{}}`}, touchpoint.Event{Fetch: "tickets/350", Language: "nl"}, touchpoint.Event{Language: "nl"},
		},
		"a contact of Intercom": {
			chat, api{"/contacts/5ba682d23d7cf92bef87bfd4": contact}, touchpoint.Event{Fetch: "contacts/5ba682d23d7cf92bef87bfd4"},
			touchpoint.Event{
				Address: "maria@customer.example", Person: "Maria Lind", Language: "sv", Since: signedUp, Properties: map[string]string{"country": "SE"},
			},
		},
	} {
		got, err := ask(t, row.api, row.source, row.before)
		row.want.Fetch = row.before.Fetch
		if diff := cmp.Diff(row.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", what, err, diff)
		}
	}
}

func TestTheTokenIsShownAsEachWantsIt(t *testing.T) {
	for what, row := range map[string]struct {
		source       program.Source
		fetch, token string
		header, want string
	}{
		"BigCommerce":         {shop, "orders/250", "xyz", "X-Auth-Token", "xyz"},
		"HubSpot":             {tickets, "tickets/350", "pat-eu1-xyz", "Authorization", "Bearer pat-eu1-xyz"},
		"Zendesk by OAuth":    {helpdesk, "tickets/1", "gErypPlm4dOVgGRvA1ZzMH5MQ3nLo8bo", "Authorization", "Bearer gErypPlm4dOVgGRvA1ZzMH5MQ3nLo8bo"},
		"Zendesk by password": {helpdesk, "tickets/1", "jdoe@example.com/token:6wiIBWbGk", "Authorization", "Basic amRvZUBleGFtcGxlLmNvbS90b2tlbjo2d2lJQldiR2s="},
		"Intercom":            {chat, "contacts/5ba", " xyz\n", "Authorization", "Bearer xyz"},
	} {
		seen := ""
		via := roundTrip(func(r *http.Request) (*http.Response, error) {
			seen = r.Header.Get(row.header)
			if end, ends := r.Context().Deadline(); !ends || time.Until(end) > 5*time.Second {
				t.Errorf("%s: it may take until %s", what, end)
			}
			return nil, errors.New("that is enough")
		})
		row.source.Name = "desk"
		_, _ = enrich.Sources{Tokens: tokens{"desk": row.token}, Via: via}.Ask(t.Context(), row.source, touchpoint.Event{Fetch: row.fetch})
		if seen != row.want {
			t.Errorf("%s: %s is %q, want %q", what, row.header, seen, row.want)
		}
	}
}

func TestWhyASourceDoesNotSay(t *testing.T) {
	status := func(code int, headers ...string) http.RoundTripper {
		return roundTrip(func(*http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, "<p>maria@customer.example</p>")
			return w.Result(), nil
		})
	}
	fails := func(err error) http.RoundTripper {
		return roundTrip(func(*http.Request) (*http.Response, error) { return nil, err })
	}
	noAPI, plain := helpdesk, helpdesk
	noAPI.API, plain.API = "", "http://acme.zendesk.com"
	date := "Fri, 20 Nov 2026 12:00:00 GMT"
	for what, row := range map[string]struct {
		source program.Source
		via    http.RoundTripper
		fetch  string
		blame  touchpoint.Blame
		after  time.Duration
		says   string
	}{
		"the token is refused":              {helpdesk, status(401), "tickets/1", touchpoint.Owner, 0, "Zendesk refused the token (status 401); put one that may read tickets and users into the secret, as fetch.desk"},
		"it may not read that":              {tickets, status(403), "tickets/1", touchpoint.Owner, 0, "HubSpot refused the token (status 403)"},
		"it is gone":                        {helpdesk, status(404), "tickets/1", touchpoint.Nobody, 0, "does not have what the event is about"},
		"we ask too often":                  {helpdesk, status(429, "Retry-After", "93"), "tickets/1", touchpoint.Time, 93 * time.Second, "more often than it lets us"},
		"and until when, by its clock":      {helpdesk, status(429, "Retry-After", "Fri, 20 Nov 2026 12:02:00 GMT", "Date", date), "tickets/1", touchpoint.Time, 2 * time.Minute, "(status 429)"},
		"and it says what nobody can read":  {helpdesk, status(429, "Retry-After", "soon"), "tickets/1", touchpoint.Time, 0, "(status 429)"},
		"it is down":                        {helpdesk, status(503, "Retry-After", "600"), "tickets/1", touchpoint.Time, 10 * time.Minute, "status 503"},
		"it does not like the question":     {helpdesk, status(400), "tickets/1", touchpoint.Nobody, 0, "status 400"},
		"it sends us elsewhere":             {helpdesk, status(302, "Location", "https://evil.example/"), "tickets/1", touchpoint.Owner, 0, "another address (status 302)"},
		"it answers a page":                 {helpdesk, status(200), "tickets/1", touchpoint.Nobody, 0, "Zendesk answered what is not understood"},
		"it answers a list":                 {helpdesk, api{askTicket: "[]"}, "tickets/35436", touchpoint.Nobody, 0, "not understood"},
		"it answers far too much":           {helpdesk, api{askTicket: `{"a":"` + strings.Repeat("a", 256<<10) + `"}`}, "tickets/35436", touchpoint.Nobody, 0, "more than 256 kB"},
		"the connection breaks":             {helpdesk, fails(errors.New("reset by https://maria@customer.example")), "tickets/1", touchpoint.Time, 0, "Zendesk could not be reached"},
		"it takes too long":                 {helpdesk, fails(fmt.Errorf("waiting: %w", context.DeadlineExceeded)), "tickets/1", touchpoint.Time, 0, "did not answer in time"},
		"its address is not in the program": {noAPI, nil, "tickets/1", touchpoint.Owner, 0, `give the source "desk" its api`},
		"its address is not encrypted":      {plain, nil, "tickets/1", touchpoint.Owner, 0, "no https address"},
		"the id leads elsewhere":            {helpdesk, nil, "tickets/../users/1", touchpoint.Nobody, 0, "nobody knows how to ask Zendesk"},
		"the id has a query":                {helpdesk, nil, "tickets/1?x=", touchpoint.Nobody, 0, "nobody knows how"},
		"it knows no orders":                {helpdesk, nil, "orders/1", touchpoint.Nobody, 0, "nobody knows how"},
		"a kind that has nothing to ask":    {program.Source{Kind: program.Shopify}, nil, "orders/1", touchpoint.Nobody, 0, "nobody knows how"},
	} {
		_, err := ask(t, row.via, row.source, touchpoint.Event{Fetch: row.fetch})
		var got *touchpoint.Unanswered
		if !errors.As(err, &got) || got.Blame != row.blame || got.After != row.after || !strings.Contains(got.Why, row.says) || strings.Contains(got.Why, "maria") {
			t.Errorf("%s: %v %+v", what, err, got)
		}
	}
	for what, token := range map[string]string{"there is none": "", "it is blank": " \n"} {
		_, err := enrich.Sources{Tokens: tokens{"desk": token}}.Ask(t.Context(), program.Source{Name: "desk", Kind: program.HubSpot}, touchpoint.Event{Fetch: "tickets/1"})
		var got *touchpoint.Unanswered
		if !errors.As(err, &got) || got.Blame != touchpoint.Owner || !strings.Contains(got.Why, "there is no token to ask HubSpot with") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// An event decides what is asked for, so that a name which leads into our own network leads nowhere.
func TestNothingOfOurOwnNetworkIsAsked(t *testing.T) {
	met := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { met = true }))
	defer server.Close()
	source := helpdesk
	for _, at := range []string{server.URL, "https://169.254.169.254", "https://10.0.0.1", "https://[::1]", "https://[::ffff:127.0.0.1]", "https://0.0.0.0", "https://100.64.0.1", "https://[64:ff9b::a9fe:a9fe]", "https://[2002:7f00:1::]", "https://[64:ff9b:1::1]"} {
		source.API = at
		_, err := ask(t, nil, source, touchpoint.Event{Fetch: "tickets/1"})
		var got *touchpoint.Unanswered
		if !errors.As(err, &got) || got.Blame != touchpoint.Owner || !strings.Contains(got.Why, "leads to no host on the internet") || met {
			t.Errorf("%s: %v, reached: %v", at, err, met)
		}
	}
}
