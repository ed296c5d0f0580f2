package api_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/response"
)

func (w *world) RecordOf(ctx context.Context, id string) (response.Record, error) {
	records, _, _ := w.ResponsesTo(ctx, nil, period.Span{})
	i := slices.IndexFunc(records, func(r response.Record) bool { return r.ID == id })
	if i < 0 {
		return response.Record{}, fault.New(fault.NotFound, "there is no such invitation")
	}
	rec := records[i]
	rec.State, rec.SentAt, rec.FirstHitAt, rec.FirstOpened, rec.Clicked = "sent", now.Add(-time.Hour), now.Add(-time.Hour), 2, true
	if id == "BBBBBBBBBBBBBBBBBBBB" {
		rec.Honeypot, rec.OtherOpened, rec.VerdictAt = true, true, now.Add(-time.Minute)
	}
	if id == "CCCCCCCCCCCCCCCCCCCC" {
		rec.Response, rec.OtherOpened, rec.Waiting = response.Response{}, true, 5
	}
	return rec, w.trouble
}

func (w *world) HitsOf(_ context.Context, id string) ([]response.Hit, error) {
	if id == "AAAAAAAAAAAAAAAAAAAA" {
		return nil, w.trouble
	}
	four := 4
	return []response.Hit{
		{At: now.Add(-time.Hour), Method: "HEAD", Rating: &four}, {At: now.Add(-time.Hour), Method: "GET", Against: []string{"purpose: prefetch"}, Honeypot: true},
	}, w.trouble
}

// An answer that counts, one that a verdict withdrew, and none, where a rating waits for a button.
func TestOneAnswerIsShownWithItsEvidence(t *testing.T) {
	for id, name := range map[string]string{"AAAAAAAAAAAAAAAAAAAA": "account-counted", "BBBBBBBBBBBBBBBBBBBB": "account-withdrawn", "CCCCCCCCCCCCCCCCCCCC": "account-waiting"} {
		rec := ask(t, filled(), http.MethodGet, "/api/responses/"+id, "")
		if rec.Code != http.StatusOK {
			t.Errorf("%s: %d %s", id, rec.Code, rec.Body)
		}
		golden(t, name, rec.Body.Bytes())
	}
	for _, id := range []string{"DDDDDDDDDDDDDDDDDDDD", "no", strings.Repeat("x", 90)} {
		if rec := ask(t, filled(), http.MethodGet, "/api/responses/"+id, ""); rec.Code != http.StatusNotFound || !strings.Contains(rec.Body.String(), "nobody was asked under this id") {
			t.Errorf("%s: %d %s", id, rec.Code, rec.Body)
		}
	}
	w := filled()
	w.trouble = errBusy
	if rec := ask(t, w, http.MethodGet, "/api/responses/AAAAAAAAAAAAAAAAAAAA", ""); rec.Code != http.StatusServiceUnavailable {
		t.Errorf("in trouble: %d %s", rec.Code, rec.Body)
	}
}
