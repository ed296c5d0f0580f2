package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/tally"
)

func TestAScoreIsNeverShownWithoutWhatItMeans(t *testing.T) {
	for name, query := range map[string]string{
		"score":       "touchpoint=support&period=2026-11",
		"score-few":   "touchpoint=support&period=2026-Q4",
		"score-count": "touchpoint=support&period=2026-W47",
		"score-none":  "touchpoint=support&survey=support-ces-v0&period=2026-11",
		"score-range": "touchpoint=support&period=2026-11-01..2026-11-20",
		"scores":      "period=2026-11",
		"segments":    "touchpoint=support&segment=agent&period=2026-11",
		"segment":     "touchpoint=support&segment=agent:johan&period=2026-11",
		"segment-few": "touchpoint=support&segment=agent:Mei&period=2026-11",
		"segment-no":  "touchpoint=support&segment=agent:Nobody&period=2026-11",
		"scores-one":  "period=2026-11&survey=onboarding-nps-v1",
	} {
		rec := ask(t, filled(), http.MethodGet, "/api/scores?"+query, "")
		if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
		golden(t, name, rec.Body.Bytes())
	}
}

func TestATouchpointThatNoSourceReportsIsListedOnceSomebodyWasAsked(t *testing.T) {
	w := filled()
	listed := func() bool {
		return strings.Contains(ask(t, w, http.MethodGet, "/api/scores?period=2026-11", "").Body.String(), `"touchpoint":"workshop"`)
	}
	if listed() {
		t.Error("it is listed before")
	}
	if rec := ask(t, w, http.MethodGet, "/api/scores?touchpoint=workshop&period=2026-11", ""); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `"n":0`) {
		t.Errorf("asked for by its name: %d %s", rec.Code, rec.Body)
	}
	w.sends[tally.Series{Touchpoint: "workshop", Survey: "support-ces-v1"}] = tally.Sends{Sent: 1}
	if !listed() {
		t.Error("it is not listed after")
	}
}

func TestWithoutAPeriodTheScoreIsThisMonthsInTheProgramsZone(t *testing.T) {
	w := filled()
	got, want := ask(t, w, http.MethodGet, "/api/scores?touchpoint=support", ""), ask(t, w, http.MethodGet, "/api/scores?touchpoint=support&period=2026-11", "")
	if diff := cmp.Diff(want.Body.String(), got.Body.String()); diff != "" {
		t.Error(diff)
	}
}

func TestListsLookLikeThis(t *testing.T) {
	for name, path := range map[string]string{
		"responses":         "/api/responses?period=2026-11",
		"responses-support": "/api/responses?touchpoint=support&period=2026-11",
		"decisions":         "/api/decisions?touchpoint=support&day=2026-11-22",
		"sources":           "/api/sources",
		"cases":             "/api/cases?state=open",
		"cases-none":        "/api/cases?state=closed",
	} {
		w := filled()
		if name == "cases" {
			w.next = "2026-11-20T09:30:00Z#AAAAAAAAAAAAAAAAAAAA"
		}
		rec := ask(t, w, http.MethodGet, path, "")
		if rec.Code != http.StatusOK {
			t.Errorf("%s: %d", name, rec.Code)
		}
		golden(t, name, rec.Body.Bytes())
	}
}

// 0 is a rating of the scale from 0 to 10: one that was removed is not there.
func TestARemovedRatingIsNotZero(t *testing.T) {
	for _, path := range []string{"/api/responses?touchpoint=support", "/api/cases?state=closed"} {
		w := filled()
		w.erased = true
		var page struct{ Items []map[string]any }
		if err := json.Unmarshal(ask(t, w, http.MethodGet, path, "").Body.Bytes(), &page); err != nil || len(page.Items) != 1 {
			t.Fatal(path, err, page)
		}
		for _, name := range []string{"rating", "group", "act"} {
			if value, there := page.Items[0][name]; there {
				t.Errorf("%s: %s is %v", path, name, value)
			}
		}
	}
}

func TestTheNextPageGoesOnWhereThisOneEnds(t *testing.T) {
	for _, path := range []string{"/api/responses?period=2026-11", "/api/decisions?day=2026-11-22", "/api/cases?state=open", "/api/cases?state=closed"} {
		w := filled()
		w.next = "2026-11-20T09:30:00Z#AAAAAAAAAAAAAAAAAAAA"
		var page struct{ Next string }
		if err := json.Unmarshal(ask(t, w, http.MethodGet, path, "").Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		if rec := ask(t, w, http.MethodGet, path+"&cursor="+page.Next, ""); rec.Code != http.StatusOK || w.span.After != w.next {
			t.Errorf("%s: %d, after %q", path, rec.Code, w.span.After)
		}
	}
}

func TestListsReadWhatIsAskedForAndNoMore(t *testing.T) {
	start := func(day string) time.Time {
		t.Helper()
		at, err := time.Parse("2006-01-02T15:04", day)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, row := range []struct {
		path     string
		from, to time.Time // UTC; Stockholm is an hour ahead in November
	}{
		{"/api/responses", start("2026-10-31T23:00"), start("2026-11-30T23:00")},
		{"/api/responses?touchpoint=support&period=2026-W47", start("2026-11-15T23:00"), start("2026-11-22T23:00")},
		{"/api/decisions", start("2026-11-21T23:00"), start("2026-11-22T23:00")},
		{"/api/decisions?day=2026-11-02", start("2026-11-01T23:00"), start("2026-11-02T23:00")},
		{"/api/cases?state=closed", start("2025-11-20T23:00"), start("2026-11-22T23:00")},
		{"/api/cases?state=closed&period=2026-11-01..2026-11-02", start("2026-10-31T23:00"), start("2026-11-02T23:00")},
	} {
		w := filled()
		if rec := ask(t, w, http.MethodGet, row.path, ""); rec.Code != http.StatusOK {
			t.Errorf("%s: %d %s", row.path, rec.Code, rec.Body)
		}
		if !w.span.From.Equal(row.from) || !w.span.To.Equal(row.to) || w.span.Limit != 100 {
			t.Errorf("%s reads %+v, want %v to %v", row.path, w.span, row.from, row.to)
		}
	}
	w := filled()
	ask(t, w, http.MethodGet, "/api/responses", "")
	if diff := cmp.Diff([]string{"onboarding-nps-v1", "support-ces-v1"}, w.surveys); diff != "" {
		t.Error(diff)
	}
	ask(t, w, http.MethodGet, "/api/responses?survey=support-ces-v0", "")
	if diff := cmp.Diff([]string{"support-ces-v0"}, w.surveys); diff != "" {
		t.Error(diff)
	}
	ask(t, w, http.MethodGet, "/api/decisions?touchpoint=return", "")
	if diff := cmp.Diff([]string{"return"}, w.touchpoints); diff != "" || w.day != "2026-11-22" {
		t.Error(w.day, diff)
	}
	ask(t, w, http.MethodGet, "/api/cases?state=open", "")
	if w.span.From.Year() > 1970 {
		t.Errorf("open cases only since %v", w.span.From)
	}
}

func TestAWrongQuestionIsAnsweredByWhatIsWrongWithIt(t *testing.T) {
	for path, says := range map[string]string{
		"/api/scores?touchpont=support":                          `no parameter "touchpont"`,
		"/api/scores?touchpoint=suport":                          `no touchpoint "suport"`,
		"/api/responses?survey=ces":                              `no survey "ces"`,
		"/api/scores?survey=ces":                                 `no survey "ces"`,
		"/api/scores?touchpoint=support&touchpoint=return":       "2 times",
		"/api/scores?touchpoint=support&segment=plan:pro":        `does not cut scores by "plan"; expected agent, cause`,
		"/api/scores?segment=agent":                              "with its touchpoint",
		"/api/scores?period=november":                            "not a period",
		"/api/scores?period=1000-01-01..2900-01-01":              "not a day",
		"/api/scores?period=1970-01-01..2900-01-01":              "longer than",
		"/api/scores?touchpoint=%ff":                             "UTF-8",
		"/api/scores?a=%zz":                                      "cannot be read",
		"/api/scores?touchpoint=" + strings.Repeat("x", 400):     "at most 300 bytes",
		"/api/responses?cursor=rubbish!":                         "no cursor",
		"/api/responses?cursor=MjAyNi0xMS0yMFQwOTozMDowMFo":      "no cursor",
		"/api/responses?cursor=eHh4I3l5eQ":                       "no cursor",
		"/api/responses?day=2026-11-22":                          `no parameter "day"`,
		"/api/decisions?day=today":                               "not a day",
		"/api/decisions?period=2026-11":                          "expected touchpoint, day, cursor",
		"/api/sources?days=0":                                    "expected 1 to 35",
		"/api/sources?days=36":                                   "expected 1 to 35",
		"/api/sources?days=week":                                 `"week" is no number of days`,
		"/api/sources?source=desk":                               "expected days",
		"/api/cases":                                             "expected open or closed",
		"/api/cases?state=lost":                                  "expected open or closed",
		"/api/cases?state=open&touchpoint=support":               `no parameter "touchpoint"`,
		"/api/cases?state=open&period=2026-13":                   "not a period",
		"/api/cases?state=closed&cursor=" + "A" + "&period=2026": "no cursor",
	} {
		rec := ask(t, filled(), http.MethodGet, path, "")
		var problem struct{ Detail string }
		if err := json.Unmarshal(rec.Body.Bytes(), &problem); err != nil {
			t.Fatal(err)
		}
		if rec.Code != http.StatusBadRequest || rec.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(problem.Detail, says) {
			t.Errorf("%s: %d %q, want %q", path, rec.Code, problem.Detail, says)
		}
	}
	if rec := ask(t, filled(), http.MethodGet, "/api/scores?"+strings.Repeat("a=b&", 600), ""); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a long query: %d", rec.Code)
	}
}

func TestAProgramIsAppliedOrAllThatIsWrongWithItIsListed(t *testing.T) {
	w := filled()
	rec := ask(t, w, http.MethodPost, "/api/admin/apply", "name: Acme\n")
	if rec.Code != http.StatusOK || strings.TrimSpace(rec.Body.String()) != `{"version":4}` || w.applied != "name: Acme\n" {
		t.Errorf("%d %s, applied %q", rec.Code, rec.Body, w.applied)
	}
	rec = ask(t, filled(), http.MethodPost, "/api/admin/apply", "wrong")
	if rec.Code != http.StatusBadRequest {
		t.Errorf("%d", rec.Code)
	}
	golden(t, "apply-problems", rec.Body.Bytes())
	if rec := ask(t, filled(), http.MethodPost, "/api/admin/apply", strings.Repeat("x", 300<<10)); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("300 KB: %d", rec.Code)
	}
	if rec := ask(t, filled(), http.MethodPost, "/api/admin/apply?dry=1", "name: Acme\n"); rec.Code != http.StatusBadRequest {
		t.Errorf("an unknown parameter: %d", rec.Code)
	}
}

func TestAnAuditAnswersItsFindings(t *testing.T) {
	rec := ask(t, filled(), http.MethodPost, "/api/admin/audit", "")
	if rec.Code != http.StatusOK {
		t.Errorf("%d", rec.Code)
	}
	golden(t, "audit", rec.Body.Bytes())
}

func TestWhoMayDoWhat(t *testing.T) {
	for _, row := range []struct {
		name, method, path string
		authorization      []string
		status             int
		challenge          string
	}{
		{"no key", "GET", "/api/scores", nil, 401, `Bearer realm="afterword"`},
		{"no key, no such address", "GET", "/api/nothing", nil, 401, `Bearer realm="afterword"`},
		{"another scheme", "GET", "/api/scores", []string{"Basic " + readKey}, 401, `Bearer realm="afterword"`},
		{"two keys", "GET", "/api/scores", []string{"Bearer " + readKey, "Bearer " + readKey}, 401, `Bearer realm="afterword"`},
		{"an empty key", "GET", "/api/scores", []string{"Bearer "}, 401, `Bearer realm="afterword", error="invalid_token"`},
		{"a wrong key", "GET", "/api/scores", []string{"Bearer " + readKey + "x"}, 401, `Bearer realm="afterword", error="invalid_token"`},
		{"a huge key", "GET", "/api/scores", []string{"Bearer " + strings.Repeat("x", 10_000)}, 401, `Bearer realm="afterword", error="invalid_token"`},
		{"reading", "GET", "/api/scores", []string{"Bearer " + readKey}, 200, ""},
		{"reading in other letters", "GET", "/api/scores", []string{"bearer " + readKey}, 200, ""},
		{"an administrator reads", "GET", "/api/scores", []string{"Bearer " + adminKey}, 200, ""},
		{"a head", "HEAD", "/api/scores", []string{"Bearer " + readKey}, 200, ""},
		{"a reader applies", "POST", "/api/admin/apply", []string{"Bearer " + readKey}, 403, `Bearer realm="afterword", error="insufficient_scope", scope="admin"`},
		{"a reader audits", "POST", "/api/admin/audit", []string{"Bearer " + readKey}, 403, `Bearer realm="afterword", error="insufficient_scope", scope="admin"`},
		{"a wrong method", "DELETE", "/api/scores", []string{"Bearer " + adminKey}, 405, ""},
		{"a get of a deed", "GET", "/api/admin/apply", []string{"Bearer " + adminKey}, 405, ""},
		{"no such address", "GET", "/api/nothing", []string{"Bearer " + adminKey}, 404, ""},
		{"a longer address", "GET", "/api/scores/", []string{"Bearer " + adminKey}, 404, ""},
	} {
		w := filled()
		body := ""
		if row.method == http.MethodPost {
			body = "name: Acme"
		}
		r := httptest.NewRequestWithContext(t.Context(), row.method, row.path, strings.NewReader(body))
		for _, value := range row.authorization {
			r.Header.Add("Authorization", value)
		}
		rec := httptest.NewRecorder()
		handler(t, w).ServeHTTP(rec, r)
		if rec.Code != row.status || rec.Header().Get("WWW-Authenticate") != row.challenge {
			t.Errorf("%s: %d %q, want %d %q", row.name, rec.Code, rec.Header().Get("WWW-Authenticate"), row.status, row.challenge)
		}
		if row.status >= 400 && (rec.Header().Get("Content-Type") != "application/problem+json" || w.applied != "") {
			t.Errorf("%s: %s, applied %q", row.name, rec.Header().Get("Content-Type"), w.applied)
		}
		if row.method == "HEAD" && rec.Body.Len() > 0 {
			t.Errorf("%s has a body", row.name)
		}
	}
}

func TestTroubleIsAnsweredWithoutItsCause(t *testing.T) {
	w := filled()
	for _, row := range []struct {
		trouble error
		status  int
	}{{errBusy, 503}, {errBroken, 500}} {
		w.trouble = row.trouble
		for _, path := range []string{"/api/scores", "/api/responses", "/api/decisions", "/api/sources", "/api/cases?state=open"} {
			rec := ask(t, w, http.MethodGet, path, "")
			if rec.Code != row.status || strings.Contains(rec.Body.String(), "anna") {
				t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
			}
		}
		if rec := ask(t, w, http.MethodPost, "/api/admin/audit", ""); rec.Code != row.status {
			t.Errorf("audit: %d", rec.Code)
		}
	}
}

func FuzzAQueryIsAnsweredOrRefused(f *testing.F) {
	for _, seed := range []string{
		"touchpoint=support&period=2026-11", "period=2026-11-01..2026-11-20", "cursor=MjAyNi0xMS0yMFQwOTozMDowMFojQQ", "a=%zz", "touchpoint=%00", "&&==",
		"state=open&cursor=", "day=2026-02-30", "period=0000-W99",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"/api/scores", "/api/responses", "/api/decisions", "/api/cases"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			r.URL.RawQuery = query
			r.Header.Set("Authorization", "Bearer "+readKey)
			rec := httptest.NewRecorder()
			handler(t, filled()).ServeHTTP(rec, r)
			if rec.Code != 200 && rec.Code != 400 && rec.Code != 413 || !json.Valid(rec.Body.Bytes()) {
				t.Errorf("%s?%s: %d %s", path, query, rec.Code, rec.Body)
			}
		}
	})
}
