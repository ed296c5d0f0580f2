package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/api"
	"afterword/internal/fault"
	"afterword/internal/touchpoint"
)

func report(t *testing.T, w *world, body, replay string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/visits", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+adminKey)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	if replay != "" {
		r.Header.Set("Idempotency-Key", replay)
	}
	rec := httptest.NewRecorder()
	handler(t, w).ServeHTTP(rec, r)
	return rec
}

func TestAVisitIsTakenInAsAWebhooksIs(t *testing.T) {
	w := filled()
	rec := report(t, w, `{"touchpoint":"support","subject":"4711","address":"maria@example.com","name":"Maria Lind","language":"sv","time_zone":"Europe/Stockholm",
		"link":"https://desk.example/4711","properties":{"agent":"Anna"},"agreed":true,"test":true,"at":"2026-11-20T10:12:00+01:00","customer_since":"2024-02-29T08:12:00Z"}`, "d-1")
	want := touchpoint.Event{
		Touchpoint: "support", Source: "api", Delivery: "d-1", Subject: "4711", Link: "https://desk.example/4711", At: time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC),
		Address: "maria@example.com", Person: "Maria Lind", Language: "sv", Zone: "Europe/Stockholm", Consent: touchpoint.Given, Test: true,
		Since: time.Date(2024, 2, 29, 8, 12, 0, 0, time.UTC), Properties: map[string]string{"agent": "Anna"},
	}
	if len(w.events) != 1 || !cmp.Equal(w.events[0], want) {
		t.Errorf("%s", cmp.Diff([]touchpoint.Event{want}, w.events))
	}
	var taken api.Taken
	if err := json.Unmarshal(rec.Body.Bytes(), &taken); err != nil || rec.Code != http.StatusOK {
		t.Fatal(rec.Code, rec.Body, err)
	}
	if at := now.Add(24 * time.Hour); len(taken.ID) != 20 || taken.Reason != touchpoint.Planned || taken.PlannedAt == nil || !taken.PlannedAt.Equal(at) {
		t.Errorf("%s", rec.Body)
	}
}

func TestABadVisitDoesNotStopTheOthers(t *testing.T) {
	w := filled()
	rec := report(t, w, `{"visits":[{"touchpoint":"support","address":"maria@example.com"},{"touchpoint":"suport"},{"touchpoint":"return","agreed":false,"customer_since":"2024-02-29"},
		{"touchpoint":"support","subject":"1","colour":"red"},7,{"touchpoint":"support","subject":"2","source":"shop"},{"touchpoint":"support","subject":"3","at":"soon"},
		{"touchpoint":"support","subject":"3","customer_since":"long ago"},
		{"touchpoint":"support","subject":"4","address":"a@b.example","at":"1970-01-01T00:00:00Z"}]}`, "d-2")
	var answer struct {
		Results []struct {
			Visit   *api.Taken
			Problem *struct {
				Status int
				Detail string
			}
		}
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil || rec.Code != http.StatusOK || len(answer.Results) != 9 {
		t.Fatal(rec.Code, rec.Body, err)
	}
	for i, want := range []string{"planned", "expected onboarding, return, support, workshop", "no-address", `no field "colour"`, "JSON number", "no source", "not a time", "nor a date", "before the year 2000"} {
		got := answer.Results[i]
		said := ""
		if got.Visit != nil {
			said = string(got.Visit.Reason)
		} else if got.Problem != nil && got.Problem.Status == http.StatusBadRequest {
			said = got.Problem.Detail
		}
		if !strings.Contains(said, want) {
			t.Errorf("visit %d: %q, want %q", i, said, want)
		}
	}
	slices.SortFunc(w.events, func(a, b touchpoint.Event) int { return strings.Compare(a.Delivery, b.Delivery) })
	if len(w.events) != 2 || w.events[0].Delivery != "d-2/0" || w.events[1].Delivery != "d-2/2" || w.events[1].Consent != touchpoint.Refused {
		t.Errorf("%+v", w.events)
	}
}

func TestACustomerIsOneSinceATimeOrADate(t *testing.T) {
	for told, want := range map[string]time.Time{
		"2024-02-29T09:12:00+01:00": time.Date(2024, 2, 29, 8, 12, 0, 0, time.UTC), "2024-02-29": time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), "": {},
	} {
		w := filled()
		report(t, w, `{"touchpoint":"support","subject":"1","customer_since":"`+told+`"}`, "")
		if len(w.events) != 1 || !w.events[0].Since.Equal(want) {
			t.Errorf("%q: %+v", told, w.events)
		}
	}
	for _, told := range []string{"long ago", "2023-02-29"} {
		rec := report(t, filled(), `{"touchpoint":"support","subject":"1","customer_since":"`+told+`"}`, "")
		if rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), "customer_since") {
			t.Errorf("%q: %d %s", told, rec.Code, rec.Body)
		}
	}
}

// What is decided about a customer depends on the visits before.
func TestTheVisitsOfOneCustomerAreTakenInTheirOrder(t *testing.T) {
	w := filled()
	var list []string
	for n := range 500 {
		list = append(list, fmt.Sprintf(`{"touchpoint":"support","subject":"%03d","address":%q,"idempotency_key":"row-%d"}`, n, []string{"anna@b.example", " Anna@B.example", "cy@d.example", ""}[n%4], n))
	}
	if rec := report(t, w, `{"visits":[`+strings.Join(list, ",")+`]}`, "ours"); rec.Code != http.StatusOK {
		t.Fatal(rec.Code, rec.Body)
	}
	last := map[string]string{}
	for _, e := range w.events {
		who := strings.ToLower(strings.TrimSpace(e.Address))
		if who != "" && e.Subject < last[who] {
			t.Fatalf("%s: %s after %s", who, e.Subject, last[who])
		}
		if last[who] = e.Subject; !strings.HasPrefix(e.Delivery, "row-") {
			t.Fatalf("%+v: its own key does not stand for the header's", e)
		}
	}
	if len(w.events) != 500 {
		t.Errorf("%d were taken", len(w.events))
	}
}

func TestADryRunMeansNothing(t *testing.T) {
	w := filled()
	for path, body := range map[string]string{
		"/api/visits": `{"touchpoint":"support","subject":"1"}`, "/api/customers/import": `{"address":"a@b.example"}`,
		"/api/responses/import": `{"id":"1","touchpoint":"support","rating":4,"answered_at":"2026-11-01"}`,
	} {
		w.rehearsed = false
		if rec := ask(t, w, http.MethodPost, path+"?dry_run=true", body); rec.Code != http.StatusOK || !w.rehearsed {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
		w.rehearsed = false
		if rec := ask(t, w, http.MethodPost, path+"?dry_run=false", body); rec.Code != http.StatusOK || w.rehearsed {
			t.Errorf("%s, meant: %d %s", path, rec.Code, rec.Body)
		}
		if rec := ask(t, w, http.MethodPost, path+"?dry_run=yes", body); rec.Code != http.StatusBadRequest {
			t.Errorf("%s, unsure: %d %s", path, rec.Code, rec.Body)
		}
	}
}

func TestVisitsAreAskedForPlainly(t *testing.T) {
	for _, row := range []struct {
		body, replay string
		status       int
		want         string
	}{
		{`{"touchpoint":"support"}`, "", 400, "Idempotency-Key"},
		{`{"touchpoint":"support"}`, strings.Repeat("x", 65), 400, "64 printable"},
		{`{"touchpoint":"support"}`, "a\tb", 400, "64 printable"},
		{`{"touchpoint":"support"}`, strings.Repeat("x", 64), 200, ""},
		{`{"touchpoint":"support","idempotency_key":"row-17"}`, "", 200, ""},
		{`{"touchpoint":"support","idempotency_key":"` + strings.Repeat("x", 65) + `"}`, "", 400, "64 printable"},
		{`{"visits":[]}`, "", 400, "1 to 500"},
		{`{"visits":[` + strings.Repeat("{},", 500) + `{}]}`, "", 400, "501 visits"},
		{`{"visits":[` + strings.Repeat("{},", 499) + `{}]}`, "", 200, ""},
		{`{"visits":[{}],"touchpoint":"support"}`, "", 400, `no field \"touchpoint\"`},
		{`{"visits":{}}`, "", 400, `\"visits\" is a JSON object`},
		{`null`, "", 400, "touchpoint"},
		{`{"touchpoint":"support","subject":"` + strings.Repeat("x", 1<<20) + `"}`, "", 413, "1048576 bytes"},
		{"{\"touchpoint\":\"\xff\"}", "", 400, "UTF-8"},
		{"", "", 400, "not the JSON"},
	} {
		rec := report(t, filled(), row.body, row.replay)
		if rec.Code != row.status || !strings.Contains(rec.Body.String(), row.want) {
			t.Errorf("%.60s: %d %.300s, want %d %q", row.body, rec.Code, rec.Body, row.status, row.want)
		}
	}
	w := filled()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/visits", strings.NewReader("touchpoint=support"))
	r.Header.Set("Authorization", "Bearer "+adminKey)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	handler(t, w).ServeHTTP(rec, r)
	if rec.Code != http.StatusUnsupportedMediaType || len(w.events) > 0 {
		t.Errorf("a form is answered %d", rec.Code)
	}
}

func TestAPassingTroubleIsToldForEachVisit(t *testing.T) {
	w := filled()
	w.takes = fault.New(fault.Transient, "busy")
	if rec := report(t, w, `{"touchpoint":"support","subject":"1"}`, ""); rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", rec.Code, rec.Header())
	}
	if rec := report(t, w, `{"visits":[{"touchpoint":"support","subject":"1"}]}`, ""); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `"status":503`) {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func FuzzVisitsAreTakenOrRefused(f *testing.F) {
	for _, seed := range []string{
		`{"touchpoint":"support","subject":"1","address":"a@b.example","at":"2026-11-20T10:12:00Z","properties":{"agent":"Anna"}}`, `{"visits":[{"touchpoint":"support","subject":"1"},{}]}`,
		`{"visits":null}`, `null`, `[]`, `{"visits":[[[[]]]]}`, `{"touchpoint":"support","subject":"\u0000"}`, `{"Touchpoint":"support","SUBJECT":"1"}`,
	} {
		f.Add([]byte(seed), "key")
	}
	f.Fuzz(func(t *testing.T, body []byte, replay string) {
		w := filled()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/visits", strings.NewReader(string(body)))
		r.Header.Set("Authorization", "Bearer "+adminKey)
		r.Header.Set("Content-Type", "application/json")
		r.Header["Idempotency-Key"] = []string{replay}
		rec := httptest.NewRecorder()
		unchecked(w).ServeHTTP(rec, r)
		if rec.Code != 200 && rec.Code != 400 && rec.Code != 413 || !json.Valid(rec.Body.Bytes()) {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		for _, e := range w.events {
			if e.Subject == "" && e.Delivery == "" || e.Source != "api" {
				t.Errorf("%+v", e)
			}
		}
	})
}
