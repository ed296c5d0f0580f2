package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"afterword/internal/survey"
)

func TestWhetherSurveyMailsWaitIsToldAndEnded(t *testing.T) {
	w := filled()
	tell := func(method, path, want string) {
		t.Helper()
		if rec := ask(t, w, method, path, ""); rec.Code != http.StatusOK || strings.TrimSpace(rec.Body.String()) != want {
			t.Errorf("%d %s, want %s", rec.Code, rec.Body, want)
		}
	}
	tell(http.MethodGet, "/api/admin/sending", `{"paused":false}`)
	tell(http.MethodPost, "/api/admin/resume", `{"paused":false}`)
	w.pause = survey.Pause{Since: now, Why: survey.TooManyBounces, Mails: 120, Troubled: 7, After: now.Add(-24 * time.Hour), Told: true, Revision: 2}
	tell(http.MethodGet, "/api/admin/sending",
		`{"paused":true,"since":"2026-11-22T12:00:00Z","why":"bounces","mails":120,"troubled":7,"rate":0.0583,"after":"2026-11-21T12:00:00Z"}`)
	tell(http.MethodPost, "/api/admin/resume", `{"paused":false,"counted_from":"2026-11-22T12:00:00Z"}`)
	tell(http.MethodGet, "/api/admin/sending", `{"paused":false,"counted_from":"2026-11-22T12:00:00Z"}`)
}

func TestOnlyAnOwnerLetsSurveyMailsGo(t *testing.T) {
	w := filled()
	w.pause = survey.Pause{Since: now, Why: survey.TooManyBounces}
	for _, row := range []struct{ method, path string }{{http.MethodGet, "/api/admin/sending"}, {http.MethodPost, "/api/admin/resume"}} {
		if rec := askAs(t, handler(t, w), readKey, row.method, row.path, ""); rec.Code != http.StatusForbidden || !w.pause.Paused() {
			t.Errorf("%s %s: %d %s", row.method, row.path, rec.Code, rec.Body)
		}
		if rec := ask(t, w, row.method, row.path+"?force=yes", ""); rec.Code < 400 || !w.pause.Paused() {
			t.Errorf("%s with a parameter that there is not: %d %s", row.path, rec.Code, rec.Body)
		}
	}
	w.full = true // somebody else changes it at the same moment
	if rec := ask(t, w, http.MethodPost, "/api/admin/resume", ""); rec.Code < 400 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}
