package problem_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/problem"
	"afterword/internal/program"
)

func answer(t *testing.T, err error) (*httptest.ResponseRecorder, map[string]any, string) {
	t.Helper()
	var log bytes.Buffer
	rec := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/s/secret-token?r=4", nil)
	problem.Write(rec, r, slog.New(slog.NewTextHandler(&log, nil)), err)
	var doc map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		t.Fatalf("the answer is no JSON: %v", err)
	}
	return rec, doc, log.String()
}

func TestEveryKindOfFaultHasItsStatus(t *testing.T) {
	for kind, status := range map[fault.Kind]int{
		fault.Invalid: 400, fault.Unauthorized: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409, fault.Closed: 410,
		fault.TooLarge: 413, fault.Unsupported: 415, fault.TooMany: 429, fault.Transient: 503, fault.Internal: 500, "unheard of": 500,
	} {
		rec, doc, _ := answer(t, fmt.Errorf("act: %w", fault.New(kind, "words")))
		if rec.Code != status || doc["status"] != float64(status) {
			t.Errorf("%s: status %d, document says %v, want %d", kind, rec.Code, doc["status"], status)
		}
		if doc["title"] != http.StatusText(status) || doc["type"] != "urn:problem-type:afterword:"+string(kind) {
			t.Errorf("%s: document %v", kind, doc)
		}
		if got := rec.Header().Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s: content type %q", kind, got)
		}
		passing := kind == fault.Transient || kind == fault.TooMany
		if got := rec.Header().Get("Retry-After"); (got == "30") != passing {
			t.Errorf("%s: Retry-After %q", kind, got)
		}
	}
}

func TestTheStrangerReadsTheTextAndTheLogGetsTheCause(t *testing.T) {
	cause := errors.New("dial tcp 10.0.0.1: refused")
	_, doc, log := answer(t, fault.Wrap(fault.Transient, cause, "try again soon"))
	if doc["detail"] != "try again soon" {
		t.Errorf("detail %v", doc["detail"])
	}
	if strings.Count(log, "\n") != 1 || !strings.Contains(log, "10.0.0.1") || !strings.Contains(log, "level=WARN") {
		t.Errorf("log %q", log)
	}
	_, doc, log = answer(t, cause)
	if doc["detail"] != "something went wrong on our side" || !strings.Contains(log, "level=ERROR") {
		t.Errorf("an unknown error shows %v and logs %q", doc["detail"], log)
	}
}

func TestTheLogNeverHoldsThePathOrTheQuery(t *testing.T) {
	rec, _, log := answer(t, fault.New(fault.NotFound, "there is nothing here"))
	if strings.Contains(log+rec.Body.String(), "secret-token") || strings.Contains(log, "r=4") {
		t.Errorf("log %q, body %q", log, rec.Body)
	}
}

func TestAMethodThatIsNotTakenIsToldWhichAre(t *testing.T) {
	rec := httptest.NewRecorder()
	problem.Method(rec, "POST", "GET")
	if rec.Code != 405 || rec.Header().Get("Allow") != "POST, GET" || !strings.Contains(rec.Body.String(), "POST, GET") {
		t.Errorf("%d %v %s", rec.Code, rec.Header(), rec.Body)
	}
}

func TestWhatIsWrongWithAProgramIsListedLineByLineAndNotLogged(t *testing.T) {
	rec, doc, log := answer(t, fmt.Errorf("apply: %w", program.Problems{
		{Line: 7, Path: "desks.care.people", Wrong: `"anna@@acme" is no address`, Expected: "such as anna@acme.example"},
		{Line: 9, Wrong: "an odd thing", Expected: "another"},
	}))
	want := []any{
		map[string]any{"line": 7.0, "path": "desks.care.people", "wrong": `"anna@@acme" is no address`, "expected": "such as anna@acme.example"},
		map[string]any{"line": 9.0, "wrong": "an odd thing", "expected": "another"},
	}
	if diff := cmp.Diff(want, doc["problems"]); diff != "" || rec.Code != http.StatusBadRequest {
		t.Errorf("status %d, %s", rec.Code, diff)
	}
	if strings.Contains(log, "anna") || !strings.Contains(log, "2 problems") {
		t.Errorf("the log says %s", log)
	}
}
