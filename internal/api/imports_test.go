package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/imports"
	"afterword/internal/touchpoint"
)

func TestACustomerOfAFormerToolIsTakenIn(t *testing.T) {
	w := filled()
	rec := ask(t, w, http.MethodPost, "/api/customers/import", `{"address":"maria@example.com","name":"Maria Lind","language":"sv","time_zone":"Europe/Stockholm",
		"customer_since":"2024-02-29","agreed":false,"status":"unsubscribed","status_at":"2025-01-02T03:04:05+01:00","last_asked":"2026-10-30","metric":"NPS"}`)
	want := imports.Customer{
		Address: "maria@example.com", Name: "Maria Lind", Language: "sv", Zone: "Europe/Stockholm", Since: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		Consent: touchpoint.Refused, Status: customer.Unsubscribed, StatusAt: time.Date(2025, 1, 2, 2, 4, 5, 0, time.UTC),
		LastAsked: time.Date(2026, 10, 30, 0, 0, 0, 0, time.UTC), Metric: "NPS",
	}
	if diff := cmp.Diff([]imports.Customer{want}, w.customers); diff != "" || rec.Code != http.StatusOK {
		t.Errorf("%d %s %s", rec.Code, rec.Body, diff)
	}
}

func TestAnAnswerOfAFormerToolIsTakenIn(t *testing.T) {
	w := filled()
	rec := ask(t, w, http.MethodPost, "/api/responses/import", `{"id":"88","touchpoint":"support","survey":"support-ces-v0","address":"maria@example.com","name":"Maria","language":"sv",
		"subject":"4711","link":"https://desk.example/4711","rating":0,"comment":"Quick.","answered_at":"2025-03-01T09:12:00Z","sent_at":"2025-02-28","properties":{"agent":"Anna"}}`)
	rating := 0
	want := imports.Response{
		ID: "88", Touchpoint: "support", Survey: "support-ces-v0", Address: "maria@example.com", Name: "Maria", Language: "sv", Subject: "4711", Link: "https://desk.example/4711",
		Rating: &rating, Comment: "Quick.", At: time.Date(2025, 3, 1, 9, 12, 0, 0, time.UTC), SentAt: time.Date(2025, 2, 28, 0, 0, 0, 0, time.UTC),
		Properties: map[string]string{"agent": "Anna"},
	}
	if diff := cmp.Diff([]imports.Response{want}, w.responses); diff != "" || rec.Code != http.StatusOK {
		t.Errorf("%d %s %s", rec.Code, rec.Body, diff)
	}
}

func TestEachOfSeveralThatAreImportedHasItsResult(t *testing.T) {
	for path, list := range map[string]string{
		"/api/customers/import": `{"customers":[{"address":"a@b.example"},{"adress":"a@b.example"},{"address":"a@b.example","last_asked":"lately"},7]}`,
		"/api/responses/import": `{"responses":[{"id":"1","rating":4},{"ratings":4},{"id":"2","answered_at":"lately"},{"rating":"4"}]}`,
	} {
		w := filled()
		rec := ask(t, w, http.MethodPost, path, list)
		var answer struct {
			Results []struct {
				Customer, Response *struct{ Result string }
				Problem            *struct{ Detail string }
			}
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil || rec.Code != http.StatusOK || len(answer.Results) != 4 {
			t.Fatal(rec.Code, rec.Body, err)
		}
		if first := answer.Results[0]; first.Customer == nil && first.Response == nil {
			t.Errorf("%s: the good one: %s", path, rec.Body)
		}
		for i, want := range []string{`no field "`, "nor a date", "JSON"} {
			if got := answer.Results[i+1].Problem; got == nil || !strings.Contains(got.Detail, want) {
				t.Errorf("%s %d: %+v, want %q", path, i+1, got, want)
			}
		}
		if len(w.customers)+len(w.responses) != 1 {
			t.Errorf("%s: more was taken in", path)
		}
		w.takes = fault.New(fault.Transient, "busy")
		if rec := ask(t, w, http.MethodPost, path, list); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `"status":503`) {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
}
