package api_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/access"
	"afterword/internal/api"
	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/imports"
	"afterword/internal/period"
	"afterword/internal/program"
	reports "afterword/internal/report"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
	"afterword/internal/tally"
	"afterword/internal/touchpoint"
)

var update = flag.Bool("update", false, "write the golden answers anew")

// now is a Sunday noon in November, which is already Monday nowhere.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	readKey  = "read-0123456789abcdefghij"
	adminKey = "admin-0123456789abcdefghi"
)

// world is what the API reads, in memory.
type world struct {
	counts   map[tally.Series]map[string]tally.Counts // by period
	segments map[string]map[string]score.Counts       // of support, by period and value
	sends    map[tally.Series]tally.Sends

	surveys, touchpoints []string // asked for last
	day                  string
	span                 period.Span
	next                 string // answered
	trouble, takes       error
	keys                 map[string]access.Key
	asked                map[string]int64 // by key
	full                 bool             // every key has reached its limit
	telling              sync.Mutex       // several are told at once
	events               []touchpoint.Event
	customers            []imports.Customer
	responses            []imports.Response
	rehearsed            bool          // nothing was meant
	later                time.Duration // than now
	log                  *slog.Logger
	applied              string
	erased               bool // whoever answered
	ruled                []string
	pause                survey.Pause
	audited              tally.Audited
	rebuilding           tally.Rebuilding
	tried                tried
	hangs                bool              // simulations take for ever
	base                 string            // of links
	handed               survey.Invitation // known before; without a number each is new
}

func (w *world) Current(context.Context) (*program.Program, error) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return nil, err
	}
	ces := score.Scale{Metric: score.CES, Min: 1, Max: 5, Direction: score.Higher, GoodFrom: 4, BadTo: 2}
	nps := score.Scale{Metric: score.NPS, Min: 0, Max: 10, Direction: score.Higher, GoodFrom: 9, BadTo: 6}
	return &program.Program{
		Version: 2, Languages: []string{"en"},
		Zone: stockholm, Reports: program.Reports{Quote: true}, Desks: map[string]program.Desk{"care": {Name: "care"}},
		Surveys: map[string]program.Survey{
			"support-ces-v1": {ID: "support-ces-v1", Number: 1, Scale: ces}, "support-ces-v0": {ID: "support-ces-v0", Number: 2, Scale: ces},
			"onboarding-nps-v1": {ID: "onboarding-nps-v1", Number: 3, Scale: nps},
		},
		Touchpoints: map[string]program.Touchpoint{
			"support": {Name: "support", Survey: "support-ces-v1", Links: []string{"desk", "chat"}}, "return": {Name: "return", Survey: "support-ces-v1"},
			"onboarding": {Name: "onboarding", Survey: "onboarding-nps-v1", Off: true, Links: []string{"welcome"}}, "workshop": {Name: "workshop", Survey: "support-ces-v1"},
		},
		Segments: []program.Segment{program.ByAgent, program.ByCause},
		Sources:  map[string]program.Source{"desk": {Kind: program.Zendesk, Events: map[string][]program.Rule{"solved": {{Touchpoint: "support"}}, "returned": {{Touchpoint: "return"}}, "started": {{Touchpoint: "onboarding"}}}}},
	}, w.trouble
}

func (w *world) Counts(_ context.Context, series tally.Series, p period.Period) (tally.Counts, error) {
	return w.counts[series][p.Name], w.trouble
}

func (w *world) Segments(_ context.Context, series tally.Series, property string, apart bool, p period.Period) (map[string]score.Counts, error) {
	if property == program.ByCause && apart {
		return nil, errBroken
	}
	if series.Touchpoint != "support" {
		return nil, w.trouble
	}
	return w.segments[p.Name], w.trouble
}

func (w *world) Sends(_ context.Context, series tally.Series, _ period.Period) (tally.Sends, error) {
	return w.sends[series], w.trouble
}

func (w *world) Several(_ context.Context, series tally.Series, periods []period.Period) (all []tally.Counts, err error) {
	for _, p := range periods {
		all = append(all, w.counts[series][p.Name])
	}
	return all, w.trouble
}

func (w *world) CurrentProgram(context.Context) ([]byte, int, error) {
	if w.applied == "" {
		return nil, 0, w.trouble
	}
	return []byte(w.applied), 7, w.trouble
}

func (w *world) ProgramVersion(_ context.Context, version int) ([]byte, time.Time, error) {
	return []byte(strings.Replace(program.DefaultText(), "company: Acme", fmt.Sprintf("company: Acme %d", version), 1)), time.Date(2026, 11, version, 9, 0, 0, 0, time.UTC), w.trouble
}

func (w *world) ResponsesTo(_ context.Context, surveys []string, span period.Span) ([]response.Record, string, error) {
	w.surveys, w.span = surveys, span
	at := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	rec := response.Record{
		Invitation: survey.Invitation{ID: "AAAAAAAAAAAAAAAAAAAA", Touchpoint: "support", Survey: "support-ces-v1", Metric: "CES", Customer: "c-1",
			Language: "sv", Source: "zendesk", Subject: "4711", Link: "https://desk.example/4711", SentDay: "2026-11-19", Cuts: map[string]string{"agent": "anna"}},
		Response: response.Response{Revision: 2, Rating: 1, Act: response.Explicit, Counted: true, Comment: "It <b>broke</b> & stayed so.", AnsweredAt: at,
			Extras:    response.Extras{Causes: []string{"long-wait"}, Replies: []response.Reply{{Question: "solved", Options: []string{"no"}}, {Question: "open", Text: "All <of> it"}}},
			ChangedAt: at.Add(time.Minute), Day: "2026-11-20"},
	}
	gone, other := rec, rec
	gone.ID, gone.Counted, gone.Withdrawn, gone.Comment, gone.Extras, gone.Survey = "BBBBBBBBBBBBBBBBBBBB", false, []string{"honeypot"}, "", response.Extras{}, "forgotten"
	other.ID, other.Touchpoint = "CCCCCCCCCCCCCCCCCCCC", "return"
	if w.erased {
		rec.Revision, rec.Subject, rec.Link, rec.Cuts = 3, "~M1JpIlUNUHU3EGUL4MGWmA", "", nil
		rec.Response = response.Response{Revision: 3, AnsweredAt: at, ChangedAt: now, Day: rec.Day, Erased: true}
		return []response.Record{rec}, w.next, nil
	}
	return []response.Record{rec, gone, other}, w.next, nil
}

func (w *world) VisitsOn(_ context.Context, touchpoints []string, day string, span period.Span) ([]touchpoint.Visit, string, error) {
	w.touchpoints, w.day, w.span = touchpoints, day, span
	return []touchpoint.Visit{{
		Decision: touchpoint.Decision{Reason: touchpoint.Fatigue, Explanation: "the customer was asked 12 days before"}, ID: "AAAAAAAAAAAAAAAAAAAA",
		Touchpoint: "support", Source: "zendesk", Subject: "4711", Round: 1, Customer: "c-1", At: now, ReceivedAt: now, Day: day,
	}}, w.next, nil
}

func (w *world) Skips(_ context.Context, source string, from, to period.Day) ([]touchpoint.Skip, error) {
	w.day = from.String() + ".." + to.String()
	return []touchpoint.Skip{
		{Source: source, Event: "new", Reason: touchpoint.Unmapped, Count: 12, First: now.Add(-50 * time.Hour), Last: now.Add(-time.Minute)},
		{Source: source, Reason: touchpoint.NotUnderstood, Count: 1, First: now, Last: now},
	}, w.trouble
}

func (w *world) OpenCases(_ context.Context, span period.Span) ([]followup.Case, string, error) {
	w.span = span
	return []followup.Case{{
		ID: "AAAAAAAAAAAAAAAAAAAA", Revision: 3, State: followup.Open, Customer: "c-1", Touchpoint: "support", Survey: "support-ces-v1", Subject: "4711",
		Rating: 1, Group: score.Bad, Answer: 2, Tell: 2, Desk: "care", Why: followup.BadRating, Level: 1, OpenedAt: now.Add(-time.Hour),
		Due: now.Add(-time.Minute), Mails: []followup.Mail{{ID: "m", Seat: 0, Told: 2}},
	}}, w.next, nil
}

func (w *world) ClosedCases(_ context.Context, span period.Span) ([]followup.Case, string, error) {
	w.span = span
	if w.erased {
		return []followup.Case{{
			ID: "AAAAAAAAAAAAAAAAAAAA", Revision: 4, State: followup.Cancelled, Customer: "c-1", Touchpoint: "support", Survey: "support-ces-v1",
			Desk: "care", Why: followup.BadRating, OpenedAt: now.Add(-time.Hour), Due: now, ClosedAt: now,
		}}, w.next, nil
	}
	return nil, w.next, nil
}

func (w *world) Key(_ context.Context, id string) (access.Key, error) {
	k, ok := w.keys[id]
	if !ok {
		return k, fault.New(fault.NotFound, "there is no such key")
	}
	return k, w.trouble
}

func (w *world) KeepKey(_ context.Context, k access.Key) error {
	if w.keys == nil {
		w.keys = map[string]access.Key{}
	}
	w.keys[k.ID] = k
	return w.trouble
}

func (w *world) Keys(_ context.Context, span period.Span) ([]access.Key, string, error) {
	w.span = span
	return slices.SortedFunc(maps.Values(w.keys), func(a, b access.Key) int { return strings.Compare(a.Name, b.Name) }), w.next, w.trouble
}

func (w *world) RevokeKey(_ context.Context, id string) error {
	if _, ok := w.keys[id]; !ok {
		return fault.New(fault.NotFound, "there is no such key")
	}
	delete(w.keys, id)
	return w.trouble
}

func (w *world) CountRequest(_ context.Context, key string, most int64, _ time.Time) (int64, error) {
	if w.full {
		return most + 1, nil
	}
	if w.asked == nil {
		w.asked = map[string]int64{}
	}
	w.asked[key]++
	return w.asked[key], nil
}

func (w *world) Take(_ context.Context, _ *program.Program, e touchpoint.Event, at time.Time) (touchpoint.Outcome, error) {
	w.telling.Lock()
	defer w.telling.Unlock()
	w.events = append(w.events, e)
	v := touchpoint.Visit{ID: survey.IDOf(e.Touchpoint, e.Source, e.Subject+e.Delivery, 1), PlannedAt: at.Add(24 * time.Hour)}
	outcome := touchpoint.Outcome{Decision: touchpoint.Decision{Reason: touchpoint.Planned, Explanation: "it is planned"}, Visit: v}
	if e.ByLink {
		outcome.Decision, outcome.Visit.PlannedAt = touchpoint.HandedUntil(at.AddDate(0, 0, 30)), time.Time{}
		if outcome.Repeated = w.handed.Number > 0; !outcome.Repeated {
			outcome.Invitation = &survey.Invitation{ID: v.ID, Number: 1, ExpiresAt: at.AddDate(0, 0, 30)}
		}
	}
	if e.Address == "" {
		outcome.Invitation, outcome.Repeated = nil, false
		outcome.Decision = touchpoint.Decision{Reason: touchpoint.NoAddress, Explanation: "the source told no address"}
	}
	return outcome, errors.Join(w.trouble, w.takes)
}

func (w *world) Customer(_ context.Context, c imports.Customer, _ time.Time) (customer.ID, imports.Result, error) {
	w.telling.Lock()
	defer w.telling.Unlock()
	w.customers = append(w.customers, c)
	return "_qd9CvXH04iEEt6IWnw0-Q", imports.Added, w.takes
}

func (w *world) Response(_ context.Context, _ *program.Program, r imports.Response, _ time.Time) (string, imports.Result, error) {
	w.telling.Lock()
	defer w.telling.Unlock()
	w.responses = append(w.responses, r)
	return "AAAAAAAAAAAAAAAAAAAA", imports.Unchanged, w.takes
}

func (w *world) rehearse() api.Entrance {
	w.rehearsed = true
	return api.Entrance{Visits: w, Customers: w, Responses: w, Tried: true}
}

func (w *world) Links(context.Context) (survey.Links, error) {
	keys, err := survey.NewKeys(map[byte][]byte{1: []byte(strings.Repeat("k", survey.MinKey))})
	return survey.Links{Base: w.base, Keys: keys}, errors.Join(err, w.trouble)
}

func (w *world) Invitation(_ context.Context, id string) (survey.Invitation, error) {
	inv := w.handed
	inv.ID = id
	return inv, w.trouble
}

func (w *world) Apply(_ context.Context, text []byte, _ time.Time) (int, error) {
	if strings.Contains(string(text), "wrong") {
		return 0, program.Problems{{Line: 3, Path: "surveys", Wrong: "there are none", Expected: "at least one"}}
	}
	w.applied = string(text)
	return 4, w.trouble
}

func (w *world) Run(context.Context, time.Time) (tally.Findings, error) {
	return tally.Findings{Responses: 412, Lagging: 2, Healed: 2}, w.trouble
}

func (w *world) Audited(context.Context) (tally.Audited, error) { return w.audited, w.trouble }

func (w *world) Rebuilding(context.Context) (tally.Rebuilding, error) { return w.rebuilding, w.trouble }

func (w *world) Begin(_ context.Context, now time.Time) (tally.Rebuilding, error) {
	if w.rebuilding.Running() {
		return w.rebuilding, fault.New(fault.Conflict, "a rebuild is running")
	}
	w.rebuilding = tally.Rebuilding{Stage: tally.Counting, Since: now, Due: now.Add(tally.Notice)}
	return w.rebuilding, w.trouble
}

func (w *world) Pause(context.Context) (survey.Pause, error) { return w.pause, w.trouble }

func (w *world) SetPause(_ context.Context, p survey.Pause) (bool, error) {
	if w.pause.Revision == p.Revision && !w.full {
		w.pause = p
	}
	return !w.full, w.trouble
}

// handler is the API on a world. Whatever it is asked and answers is held against the document.
func handler(t *testing.T, w *world) http.Handler {
	t.Helper()
	return checked(t, unchecked(w))
}

func unchecked(w *world) http.Handler {
	var keys api.FixedKeys
	for secret, scope := range map[string]access.Scope{readKey: access.Read, adminKey: access.Admin} {
		key, err := access.Written(string(scope), secret, scope)
		if err != nil {
			panic(err)
		}
		keys = append(keys, key)
	}
	log := w.log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return (&api.API{
		Written: keys, Keys: w, Meter: w, Programs: w, Entrance: api.Entrance{Visits: w, Customers: w, Responses: w}, Rehearse: w.rehearse, Counts: w, Answers: w, Bench: w, Inquiry: response.Inquiry{Archive: w}, Decisions: w, Skips: w, Cases: w, People: w, Reports: reports.Gather{Counts: w, Answers: w, Cases: w, Versions: w}, Texts: w, Applier: w, Linker: w, Auditor: w, Audits: w, Rebuilder: w, Simulator: w, Sending: survey.Sending{Pauses: w},
		Now: func() time.Time { return now.Add(w.later) }, Log: log,
	}).Handler()
}

// ask sends a request with the read key for looking at what customers said and the admin key for all else.
func ask(t *testing.T, w *world, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	key := adminKey
	if (method == http.MethodGet || method == http.MethodHead) && !strings.HasPrefix(path, "/api/admin/") && !strings.HasPrefix(path, "/api/customers/") {
		key = readKey
	}
	return askAs(t, handler(t, w), key, method, path, body)
}

func askAs(t *testing.T, h http.Handler, key, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+key)
	switch {
	case strings.HasPrefix(path, "/api/admin/apply"):
		r.Header.Set("Content-Type", "application/yaml")
	case body != "":
		r.Header.Set("Content-Type", "application/json")
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

// golden holds an answer against testdata/name.json.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name + ".json"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// filled is a world with a month of support and little else.
func filled() *world {
	support, onboarding := tally.Series{Touchpoint: "support", Survey: "support-ces-v1"}, tally.Series{Touchpoint: "onboarding", Survey: "onboarding-nps-v1"}
	return &world{
		counts: map[tally.Series]map[string]tally.Counts{
			support: {
				"2026-11":  {Answers: [11]int64{1: 20, 2: 15, 3: 5, 4: 20, 5: 40}, Replies: 100, Clicked: 81},
				"2026-10":  {Answers: [11]int64{1: 17, 2: 15, 3: 8, 4: 18, 5: 42}, Replies: 100, Clicked: 90},
				"2026-W47": {Answers: [11]int64{1: 2, 5: 2}, Replies: 4, Clicked: 4},
				"2026-Q4":  {Answers: [11]int64{1: 2, 4: 10, 5: 2}, Replies: 14, Clicked: 10},
			},
			onboarding: {"2026-11": {Answers: [11]int64{6: 10, 7: 10, 9: 20, 10: 20}, Replies: 60, Clicked: 60}},
		},
		segments: map[string]map[string]score.Counts{
			"2026-11": {"Anna": {4: 8, 5: 22}, "Johan": {3: 10, 4: 20, 5: 6}, "Mei": {5: 6}, "Pieter": {1: 3, 5: 1}, "": {2: 12, 5: 12}},
			"2026-10": {"Anna": {4: 8, 5: 22}, "Johan": {4: 2, 5: 30}, "Mei": {5: 3}, "Pieter": {2: 3}},
		},
		sends: map[tally.Series]tally.Sends{support: {Sent: 412, Bounced: 7, Complained: 1, Unsubscribed: 4, Clicked: 88}, onboarding: {Sent: 300, Clicked: 60}},
	}
}

var errBusy = fault.New(fault.Transient, "busy")

var errBroken = errors.New("disk of anna@acme.example is full")

// askWith asks for the scores with an Authorization header.
func askWith(t *testing.T, h http.Handler, authorization string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/scores", nil)
	r.Header["Authorization"] = []string{authorization}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}
