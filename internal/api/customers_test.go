package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/privacy"
	"afterword/internal/response"
)

// maria is all that the world keeps about a person.
func (w *world) maria(ctx context.Context) privacy.Person {
	visits, _, _ := w.VisitsOn(ctx, nil, "2026-11-22", period.Span{})
	records, _, _ := w.ResponsesTo(ctx, nil, period.Span{})
	cases, _, _ := w.OpenCases(ctx, period.Span{})
	rating := 1
	return privacy.Person{
		Customer: customer.Customer{ID: "c-1", Revision: 3, Address: "maria@example.com", Name: "Maria", Language: "sv", Asks: []customer.Ask{{Invitation: records[0].ID, At: now}}},
		Events: []privacy.Event{
			{Visit: visits[0], Invitation: &records[0], Hits: []response.Hit{{At: now, Method: "GET", Rating: &rating}}, Case: &cases[0],
				History: []followup.Event{{At: now, What: followup.Opened, Rating: 1, Before: 1}}},
			{Visit: visits[0]},
		},
	}
}

var errNobody = fault.New(fault.NotFound, "nothing is kept about this address")

func (w *world) Export(ctx context.Context, address string) (privacy.Person, error) {
	if address != "maria@example.com" {
		return privacy.Person{}, errNobody
	}
	return w.maria(ctx), w.trouble
}

func (w *world) History(ctx context.Context, id customer.ID, start string, limit int) (privacy.Person, string, error) {
	if id != "c-1" || limit == 0 {
		return privacy.Person{}, "", errNobody
	}
	if start != "" {
		return privacy.Person{Customer: w.maria(ctx).Customer}, "", w.trouble
	}
	return w.maria(ctx), "the-next#page", w.trouble
}

func (w *world) Erase(_ context.Context, address string, keepRatings bool, at time.Time) (privacy.Erased, error) {
	if address != "maria@example.com" || !at.Equal(now) {
		return privacy.Erased{}, errNobody
	}
	answers := 0
	if keepRatings {
		answers = 3
	}
	return privacy.Erased{Customer: "c-1", Visits: 2, Answers: answers, Cases: 1}, w.trouble
}

func TestAPersonIsFoundShownExportedAndErased(t *testing.T) {
	sealed := base64.RawURLEncoding.EncodeToString([]byte("the-next#page"))
	const maria = `{"address":"maria@example.com"}`
	for _, row := range []struct {
		method, path, body string
		status             int
		has, lacks         string
	}{
		{http.MethodPost, "/api/customers/find", maria, 200, `{"id":"c-1","status":"","language":"sv","visits":2,"invitations":1,"answers":1,"cases":1}`, "maria"},
		{http.MethodPost, "/api/customers/export", maria, 200, `"address":"maria@example.com"`, `"next"`},
		{http.MethodPost, "/api/customers/export", maria, 200, `"hits":[{"at":"2026-11-22T12:00:00Z","method":"GET","rating":1}]`, ""},
		{http.MethodGet, "/api/customers/c-1", "", 200, `"next":"` + sealed + `"`, "the-next#page"},
		{http.MethodGet, "/api/customers/c-1?cursor=" + sealed, "", 200, `"items":[]`, `"next"`},
		{http.MethodGet, "/api/customers/c-1?cursor=the%2Dnext%23page", "", 400, "no cursor", ""},
		{http.MethodGet, "/api/customers/c-1?cursor=" + strings.Repeat("YWFh", 375), "", 200, `"items":[]`, ""},
		{http.MethodGet, "/api/customers/c-1?cursor=" + strings.Repeat("x", 1501), "", 400, "1500 bytes", "xxx"},
		{http.MethodGet, "/api/customers/c-2", "", 404, "", "c-2"},
		{http.MethodPost, "/api/customers/erase", `{"address":"maria@example.com","keep_ratings":true}`, 200, `{"id":"c-1","visits":2,"answers":3,"cases":1}`, "maria"},
		{http.MethodPost, "/api/customers/erase", `{"address":"maria@example.com","keep_ratings":false}`, 200, `"answers":0`, ""},
		{http.MethodPost, "/api/customers/erase", maria, 400, "keep_ratings", "maria"},
		{http.MethodPost, "/api/customers/erase", `{"address":"nobody@example.com","keep_ratings":true}`, 404, "nothing is kept", "nobody"},
		{http.MethodPost, "/api/customers/find", `{"adress":"maria@example.com"}`, 400, "adress", "maria"},
		{http.MethodPost, "/api/customers/find", `{"address":7}`, 400, `\"address\" is a JSON number`, ""},
		{http.MethodPost, "/api/customers/find", `["maria@example.com"]`, 400, "the body is a JSON array", "maria"},
	} {
		rec := ask(t, filled(), row.method, row.path, row.body)
		if rec.Code != row.status || !strings.Contains(rec.Body.String(), row.has) || row.lacks != "" && strings.Contains(rec.Body.String(), row.lacks) {
			t.Errorf("%s %s %s: %d %s", row.method, row.path, row.body, rec.Code, rec.Body)
		}
	}
}

func TestThatSomebodyWasErasedIsLoggedAndNotWho(t *testing.T) {
	var log bytes.Buffer
	w := filled()
	w.log = slog.New(slog.NewTextHandler(&log, nil))
	ask(t, w, http.MethodPost, "/api/customers/export", `{"address":"maria@example.com"}`)
	ask(t, w, http.MethodPost, "/api/customers/erase", `{"address":"maria@example.com","keep_ratings":true}`)
	for _, line := range []string{`msg="customer exported" visits=2`, `msg="customer erased" visits=2 answers=3 cases=1 keep_ratings=true`} {
		if !strings.Contains(log.String(), line) {
			t.Errorf("the log lacks %s:\n%s", line, log.String())
		}
	}
	for _, who := range []string{"maria", "c-1"} {
		if strings.Contains(strings.ToLower(log.String()), who) {
			t.Errorf("the log names %s:\n%s", who, log.String())
		}
	}
}
