package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestSourcesAreToldWithWhatMadeNoVisit(t *testing.T) {
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.String()
		_, _ = w.Write([]byte(`{"from":"2026-11-09","to":"2026-11-22","items":[
		 {"name":"desk","kind":"zendesk","events":[{"event":"solved","touchpoints":["support","return"]},{"event":"started","touchpoints":["onboarding"]}],"skipped":[
		  {"event":"new","reason":"not-in-the-program","count":12,"first_at":"2026-11-20T10:00:00Z","last_at":"2026-11-22T11:59:00Z"},
		  {"event":"Solved","reason":"filtered","count":2,"first_at":"2026-11-20T10:00:00Z","last_at":"2026-11-22T10:00:00Z"},
		  {"event":"Solved","reason":"nothing-to-reopen","count":1,"first_at":"2026-11-20T10:00:00Z","last_at":"2026-11-22T08:00:00Z"},
		  {"event":"","reason":"not-understood","count":1,"first_at":"2026-11-22T12:00:00Z","last_at":"2026-11-22T12:00:00Z"}]},
		 {"name":"shop","kind":"shopify","events":[],"skipped":[]}]}`))
	}))
	t.Cleanup(server.Close)
	out, err := run(t, server.URL, "sources", "--days", "14")
	want := `made no visit: from 2026-11-09 to 2026-11-22

SOURCE  KIND     EVENT      MEANS            MADE NO VISIT                    LAST
desk    zendesk  solved     support, return  2 filtered, 1 nothing-to-reopen  2026-11-22T10:00:00Z
desk    zendesk  started    onboarding       -                                -
desk    zendesk  new        -                12 not-in-the-program            2026-11-22T11:59:00Z
desk    zendesk  (no name)  -                1 not-understood                 2026-11-22T12:00:00Z
shop    shopify  -          -                -                                -
`
	if err != nil || out != want || asked != "/api/sources?days=14" {
		t.Errorf("asked %s: %v\n%s", asked, err, out)
	}
}

func TestASystemTellsItsSources(t *testing.T) {
	at := system(t)
	if out, err := run(t, at, "sources"); err != nil || !strings.Contains(out, "orders/paid") {
		t.Errorf("%s, %v", out, err)
	}
	if _, err := run(t, at, "sources", "--days", "36"); err == nil || !strings.Contains(err.Error(), "1 to 35") {
		t.Error(err)
	}
}
