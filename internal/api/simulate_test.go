package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/api"
	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// tried is what the simulator of the tests was given.
type tried struct {
	today, changed string // touchpoints
	days           int
	told           []touchpoint.Told
}

var simulation = touchpoint.Simulation{
	Visits: 3,
	Touchpoints: []touchpoint.Comparison{
		{Touchpoint: "support", Reason: touchpoint.Planned, Decided: 2, Today: 2, Changed: 1},
		{Touchpoint: "support", Reason: touchpoint.Fatigue, Decided: 1, Today: 1, Changed: 2},
	},
	Guessed: []touchpoint.Comparison{},
	Today:   touchpoint.Spread{Quota: 5},
}

func (w *world) Past(ctx context.Context, today, changed *program.Program, days int, at time.Time) (touchpoint.Simulation, error) {
	if !at.Equal(now) {
		return touchpoint.Simulation{}, fmt.Errorf("at %s", at)
	}
	w.tried = tried{fmt.Sprint(len(today.Touchpoints)), fmt.Sprint(len(changed.Touchpoints)), days, nil}
	if w.hangs {
		<-ctx.Done()
		return touchpoint.Simulation{}, fault.Wrap(fault.Transient, ctx.Err(), "given up")
	}
	return simulation, w.trouble
}

func (w *world) File(_ context.Context, today, changed *program.Program, told []touchpoint.Told) (touchpoint.Simulation, error) {
	w.tried = tried{fmt.Sprint(len(today.Touchpoints)), fmt.Sprint(len(changed.Touchpoints)), 0, told}
	return simulation, w.trouble
}

// wanting is the body of a request.
func wanting(t *testing.T, text string, rest string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return `{"program":` + string(quoted) + rest + `}`
}

func TestAChangedProgramIsTriedOnTheLastDays(t *testing.T) {
	w := filled()
	rec := ask(t, w, http.MethodPost, "/api/admin/simulate", wanting(t, program.DefaultText(), `,"days":30`))
	if rec.Code != http.StatusOK || !cmp.Equal(w.tried, tried{"4", fmt.Sprint(len(program.Default().Touchpoints)), 30, nil}, cmp.AllowUnexported(tried{})) {
		t.Fatal(rec.Code, rec.Body, w.tried)
	}
	golden(t, "simulation", rec.Body.Bytes())
}

func TestAChangedProgramIsTriedOnVisitsThatAreBrought(t *testing.T) {
	w := filled()
	rec := ask(t, w, http.MethodPost, "/api/admin/simulate", wanting(t, program.DefaultText(), `,"visits":[
		{"touchpoint":"purchase","source":"shopify","subject":"1","address":"maria@example.com","agreed":false,"at":"2026-11-20T09:12:00Z","received":"2026-11-20T09:13:00Z"},
		{"touchpoint":"return","customer":"c-1","at":"2026-11-20T09:12:00Z"}]`))
	at := time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC)
	want := []touchpoint.Told{
		{Event: touchpoint.Event{Touchpoint: "purchase", Source: "shopify", Subject: "1", Address: "maria@example.com", Consent: touchpoint.Refused, At: at}, Received: at.Add(time.Minute)},
		{Event: touchpoint.Event{Touchpoint: "return", Source: "api", At: at}, Customer: "c-1"},
	}
	if diff := cmp.Diff(want, w.tried.told); rec.Code != http.StatusOK || diff != "" {
		t.Error(rec.Code, rec.Body, diff)
	}
}

func TestWhatCannotBeTriedIsRefusedPlainly(t *testing.T) {
	visit := func(rest string) string {
		return `,"visits":[{"touchpoint":"support","at":"2026-11-20T09:12:00Z"},{` + rest + `}]`
	}
	for _, row := range []struct {
		program, rest string
		status        int
		want          string
	}{
		{program.DefaultText(), ``, 400, "either"},
		{program.DefaultText(), `,"days":3,"visits":[]`, 400, "either"},
		{program.DefaultText(), `,"days":"3"`, 400, "days"},
		{"company: [", `,"days":3`, 400, `"line":`},
		{strings.Replace(program.DefaultText(), "delay: 2h", "delay: soon", 1), `,"days":3`, 400, "soon"},
		{program.DefaultText(), visit(`"touchpoint":"dance","at":"2026-11-20T09:12:00Z"`), 400, "visit 2: the program has no such touchpoint; expected abandonment, "},
		{program.DefaultText(), visit(`"touchpoint":"support","source":"shop","at":"2026-11-20T09:12:00Z"`), 400, "visit 2: the program has no source"},
		{program.DefaultText(), visit(`"touchpoint":"support"`), 400, `visit 2: \"at\" is missing`},
		{program.DefaultText(), visit(`"touchpoint":"support","at":"2026-11-20T09:12:00Z","received":"late"`), 400, `visit 2: \"received\" is not a time`},
		{program.DefaultText(), visit(`"colour":"red"`), 400, `visit 2: there is no field`},
		{program.DefaultText(), `,"visits":[` + strings.Repeat("0,", touchpoint.MostReplayed) + `0]`, 413, "there are 20001 visits; expected at most 20000"},
		{strings.Repeat("#", api.MaxSimulation), `,"days":3`, 413, "more than 4194304 bytes"},
	} {
		w := filled()
		rec := ask(t, w, http.MethodPost, "/api/admin/simulate", wanting(t, row.program, row.rest))
		if rec.Code != row.status || !strings.Contains(rec.Body.String(), row.want) || w.tried.changed != "" {
			t.Errorf("%s: %d %s, tried %v; want %d %s", row.rest, rec.Code, rec.Body, w.tried, row.status, row.want)
		}
	}
}

func TestASimulationSaysNothingOfAnybodyAndWantsAnAdminKey(t *testing.T) {
	w := filled()
	var log bytes.Buffer
	w.log = slog.New(slog.NewTextHandler(&log, nil))
	body := wanting(t, program.DefaultText(), `,"visits":[{"touchpoint":"maria@example.com","address":"maria@example.com","at":"2026-11-20T09:12:00Z"}]`)
	if rec := ask(t, w, http.MethodPost, "/api/admin/simulate", body); rec.Code != 400 || strings.Contains(rec.Body.String()+log.String(), "maria") {
		t.Errorf("%s\n%s", rec.Body, log.String())
	}
	if rec := askAs(t, handler(t, w), readKey, http.MethodPost, "/api/admin/simulate", body); rec.Code != http.StatusForbidden {
		t.Errorf("a key that reads simulates: %d", rec.Code)
	}
	w.trouble = errBusy
	if rec := ask(t, w, http.MethodPost, "/api/admin/simulate", wanting(t, program.DefaultText(), `,"days":3`)); rec.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// What takes too long would take too long again.
func TestASimulationThatTakesTooLongSaysWhatToDo(t *testing.T) {
	w := filled()
	w.hangs = true
	ctx, over := context.WithTimeout(t.Context(), 2010*time.Millisecond) // of which two seconds are for the answer
	defer over()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/admin/simulate", strings.NewReader(wanting(t, program.DefaultText(), `,"days":3`)))
	r.Header.Set("Authorization", "Bearer "+adminKey)
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	handler(t, w).ServeHTTP(rec, r)
	if rec.Code != http.StatusRequestEntityTooLarge || !strings.Contains(rec.Body.String(), "ask for fewer days") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}
