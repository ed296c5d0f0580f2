package api_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/response"
)

func (w *world) Reverse(ctx context.Context, id string, counted bool, reason string, at time.Time) (response.Record, error) {
	w.ruled = append(w.ruled, fmt.Sprint(id, " ", counted, " ", reason, " ", at.Equal(now)))
	records, _, _ := w.ResponsesTo(ctx, nil, period.Span{})
	i := slices.IndexFunc(records, func(r response.Record) bool { return r.ID == id })
	if i < 0 {
		return response.Record{}, fault.New(fault.NotFound, "no answer has this id")
	}
	rec := records[i]
	if rec.Revision++; rec.Counted == counted {
		return response.Record{}, fault.New(fault.Conflict, "it is so already")
	}
	rec.Counted, rec.ByHand, rec.Withdrawn = counted, reason, nil
	return rec, w.trouble
}

const (
	counts   = `"id":"AAAAAAAAAAAAAAAAAAAA"`
	isNoMore = `"id":"BBBBBBBBBBBBBBBBBBBB"`
)

func TestAVerdictIsReversedByHand(t *testing.T) {
	for _, row := range []struct {
		name, body string
		status     int
		has        string
		ruled      []string
	}{
		{"withdrawn", `{` + counts + `,"counted":false,"reason":"a test of ours"}`, 200, `"counted":false,"by_hand":"a test of ours"`, []string{"AAAAAAAAAAAAAAAAAAAA false a test of ours true"}},
		{"counted", `{` + isNoMore + `,"counted":true,"reason":"Maria phoned"}`, 200, `"counted":true,"by_hand":"Maria phoned"`, []string{"BBBBBBBBBBBBBBBBBBBB true Maria phoned true"}},
		{"as it is", `{` + counts + `,"counted":true,"reason":"why"}`, 409, "so already", []string{"AAAAAAAAAAAAAAAAAAAA true why true"}},
		{"no answer's", `{"id":"no","counted":true,"reason":"why"}`, 404, "no answer has this id", []string{"no true why true"}},
		{"neither way", `{` + counts + `,"reason":"why"}`, 400, `\"counted\" is missing`, nil},
		{"neither way", `{` + counts + `,"counted":null,"reason":"why"}`, 400, `\"counted\" is missing`, nil},
		{"misspelt", `{` + counts + `,"count":true,"reason":"why"}`, 400, `there is no field \"count\"`, nil},
		{"not JSON", `counted`, 400, "not the JSON", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			var log bytes.Buffer
			w := filled()
			w.log = slog.New(slog.NewJSONHandler(&log, nil))
			rec := ask(t, w, http.MethodPost, "/api/admin/verdict", row.body)
			if rec.Code != row.status || !strings.Contains(rec.Body.String(), row.has) {
				t.Errorf("answered %d %s", rec.Code, rec.Body)
			}
			if diff := cmp.Diff(row.ruled, w.ruled); diff != "" {
				t.Error(diff)
			}
			if said := log.String(); strings.Contains(said, "test of ours") || strings.Contains(said, "Maria") {
				t.Errorf("the log tells the reason: %s", said)
			}
			if reversed := strings.Contains(log.String(), `"verdict reversed"`); reversed != (row.status == 200) {
				t.Errorf("the log says %s", log.String())
			}
		})
	}
}

func TestOnlyAnAdministratorReversesAVerdict(t *testing.T) {
	w := filled()
	rec := askAs(t, handler(t, w), readKey, http.MethodPost, "/api/admin/verdict", `{`+counts+`,"counted":false,"reason":"why"}`)
	if rec.Code != http.StatusForbidden || w.ruled != nil {
		t.Errorf("answered %d, ruled %v", rec.Code, w.ruled)
	}
}

func TestATroubleWithAVerdictIsSaid(t *testing.T) {
	w := filled()
	w.trouble = errBusy
	if rec := ask(t, w, http.MethodPost, "/api/admin/verdict", `{`+counts+`,"counted":false,"reason":"why"}`); rec.Code != http.StatusServiceUnavailable {
		t.Errorf("answered %d", rec.Code)
	}
}
