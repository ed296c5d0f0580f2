package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"afterword/internal/tally"
)

func TestOneRebuildIsAskedForAndFollowed(t *testing.T) {
	w := filled()
	tell := func(method string, status int, want string) {
		t.Helper()
		if rec := ask(t, w, method, "/api/admin/rebuild", ""); rec.Code != status || !strings.Contains(rec.Body.String(), want) {
			t.Errorf("%s: %d %s, want %d with %s", method, rec.Code, rec.Body, status, want)
		}
	}
	tell(http.MethodGet, http.StatusOK, `{"running":false,"counted":0,"carried":0,"removed":0}`)
	asked := `{"running":true,"stage":"counting","since":"2026-11-22T12:00:00Z","due":"2026-11-22T12:02:00Z","counted":0`
	tell(http.MethodPost, http.StatusAccepted, asked)
	tell(http.MethodPost, http.StatusConflict, "a rebuild is running")
	tell(http.MethodGet, http.StatusOK, asked)
	w.rebuilding = tally.Rebuilding{Stage: tally.Done, Since: now, Ended: now.Add(time.Hour), Counted: 412, Removed: 900, Failure: "response x cannot be read"}
	tell(http.MethodGet, http.StatusOK, `"running":false,"stage":"done","since":"2026-11-22T12:00:00Z","ended":"2026-11-22T13:00:00Z","counted":412,"carried":0,"removed":900,"failure":"response x cannot be read"}`)
}

func TestOnlyAnOwnerRebuilds(t *testing.T) {
	w := filled()
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if rec := askAs(t, handler(t, w), readKey, method, "/api/admin/rebuild", ""); rec.Code != http.StatusForbidden || w.rebuilding.Running() {
			t.Errorf("%s: %d %s", method, rec.Code, rec.Body)
		}
	}
}

func TestTheLastAuditIsToldUntilItIsOverdue(t *testing.T) {
	w := filled()
	for _, row := range []struct {
		last tally.Audited
		want string
	}{
		{tally.Audited{}, `{"overdue":false,"responses":0,"lagging":0,"healed":0,"drifted":0,"unsettled":0}`},
		{tally.Audited{At: now.Add(-48 * time.Hour), Responses: 7, Drifted: 2}, `{"at":"2026-11-20T12:00:00Z","overdue":false,"responses":7,"lagging":0,"healed":0,"drifted":2,"unsettled":0}`},
		{tally.Audited{At: now.Add(-49 * time.Hour)}, `{"at":"2026-11-20T11:00:00Z","overdue":true,"responses":0,"lagging":0,"healed":0,"drifted":0,"unsettled":0}`},
	} {
		w.audited = row.last
		if rec := ask(t, w, http.MethodGet, "/api/admin/audit", ""); rec.Code != http.StatusOK || strings.TrimSpace(rec.Body.String()) != row.want {
			t.Errorf("%d %s, want %s", rec.Code, rec.Body, row.want)
		}
	}
}
