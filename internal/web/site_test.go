package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"afterword/internal/customer"
	"afterword/internal/i18n"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/web"
)

// noon is when the mails of these tests were sent; the pages are opened some time after.
var noon = time.Date(2026, 11, 12, 12, 0, 0, 0, time.UTC)

// site is the pages over the real store.
type site struct {
	web.Respond
	table  table.Table
	meter  table.Meter
	server *httptest.Server

	mu    sync.Mutex
	now   time.Time
	posts []string // the forms that were sent, with their fields in order
	shown []answer
}

type fixed struct{ *program.Program }

func (p fixed) Current(context.Context) (*program.Program, error) { return p.Program, nil }

// acme is the shipped program, which also speaks Arabic, and asks with longer scales and in every presentation.
func acme() *program.Program {
	p := program.Default()
	p.Languages = append(p.Languages, "ar")
	for number, top := range map[int]int{107: 7, 110: 10} {
		id := fmt.Sprint("effort-", top)
		p.Surveys[id] = program.Survey{ID: id, Number: number, Scale: score.Scale{Metric: score.CES, Min: 1, Max: top, Direction: score.Lower, GoodFrom: 2, BadTo: top - 2}}
		p.Touchpoints[id] = program.Touchpoint{Name: id, Survey: id}
	}
	for number, id := range shown {
		asked := looks[id]
		asked.ID, asked.Number = id, 200+number
		p.Surveys[id], p.Touchpoints[id] = asked, program.Touchpoint{Name: id, Survey: id}
	}
	p.Surveys["extras"] = extras
	p.Touchpoints["extras"] = program.Touchpoint{Name: "extras", Survey: "extras"}
	return p
}

// extras asks for more than a rating, in every way.
var extras = program.Survey{
	ID: "extras", Number: 300, Scale: usual(score.CSAT, 5, score.Higher),
	Causes: []program.Cause{
		{ID: "long-wait", For: []score.Group{score.Bad, score.Neutral}},
		{ID: "cold-food", Text: spoken("The food was <cold>", "Maten var <kall>", "Het eten was <koud>", "菜是<冷>的", "كان الطعام <باردًا>"), For: []score.Group{score.Bad}},
		{ID: "kind-staff", Text: spoken("The staff were kind", "Personalen var vänlig", "Aardig personeel", "员工很友好", "كان الموظفون لطفاء"), For: []score.Group{score.Good}},
	},
	Questions: []program.Question{
		{ID: "again", Kind: program.OneOf, Ask: spoken("Will you come again?", "Kommer du tillbaka?", "Kom je terug?", "您还会再来吗？", "هل ستأتي مرة أخرى؟"),
			Options: []program.Option{
				{ID: "yes", Text: spoken("Yes", "Ja", "Ja", "会", "نعم")}, {ID: "maybe", Text: spoken("Perhaps", "Kanske", "Misschien", "也许", "ربما")},
				{ID: "no", Text: spoken("No", "Nej", "Nee", "不会", "لا")},
			}},
		{ID: "late", Kind: program.ManyOf, Ask: spoken("What was late?", "Vad var sent?", "Wat was te laat?", "什么晚了？", "ما الذي تأخر؟"),
			Options: []program.Option{{ID: "food", Text: spoken("Food", "Maten", "Eten", "菜", "الطعام")}, {ID: "drinks", Text: spoken("Drinks", "Drycken", "Drinken", "饮料", "المشروبات")}},
			If:      program.If{Causes: []string{"long-wait"}}},
		{ID: "taste", Kind: program.ScaleKind, Max: 10, Ask: spoken("And the taste?", "Och smaken?", "En de smaak?", "味道如何？", "وماذا عن الطعم؟"),
			Low: spoken("Bad", "Dålig", "Slecht", "差", "سيئ"), High: spoken("Good", "God", "Goed", "好", "جيد")},
		{ID: "hint", Kind: program.TextKind, Ask: spoken("What would bring you back?", "Vad får dig att komma tillbaka?", "Wat brengt je terug?", "怎样您才会再来？", "ما الذي سيعيدك؟"),
			If: program.If{Groups: []score.Group{score.Bad}, Chosen: map[string][]string{"again": {"maybe", "no"}}}},
	},
}

func spoken(en, sv, nl, zh, ar string) program.Text {
	return program.Text{"en": en, "sv": sv, "nl": nl, "zh": zh, "ar": ar}
}

// shown are surveys that show their ratings otherwise than in numbers, and one that people agree with.
var shown = slices.Sorted(maps.Keys(looks))

var looks = map[string]program.Survey{
	"words":  {Presentation: program.Words, Scale: usual(score.CSAT, 5, score.Higher)},
	"effort": {Presentation: program.Words, Scale: usual(score.CES, 7, score.Lower)},
	"agree":  {Presentation: program.Words, Agree: true, Scale: usual(score.CES, 7, score.Higher)},
	"agreed": {Agree: true, Scale: usual(score.CES, 7, score.Higher)},
	"faces":  {Presentation: program.Faces, Scale: usual(score.CSAT, 5, score.Higher)},
	"three":  {Presentation: program.Faces, Scale: usual(score.CSAT, 3, score.Higher)},
	"stars":  {Presentation: program.Stars, Scale: usual(score.CSAT, 5, score.Higher)},
	"thumbs": {Presentation: program.Thumbs, Scale: usual(score.CSAT, 2, score.Higher)},
}

func usual(metric score.Metric, top int, direction score.Direction) score.Scale {
	s, ok := score.Standard(metric, top, direction)
	if !ok {
		panic("no such scale")
	}
	return s
}

// open starts a site on bolt with the clock an hour after noon. Its pages also speak Arabic, from the catalog that only tests have.
func open(t testing.TB) *site {
	t.Helper()
	s := &site{now: noon.Add(time.Hour)}
	s.table, _ = tabletest.Bolt.OpenMetered(t, &s.meter)
	keys, err := survey.NewKeys(map[byte][]byte{1: []byte(strings.Repeat("k", survey.MinKey))})
	if err != nil {
		t.Fatal(err)
	}
	arabic, err := i18n.Load(os.DirFS("../i18n/testdata"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	kept, programs := store.New(s.table), fixed{acme()}
	s.Respond = web.Respond{
		Shell: &web.Shell{Log: log, Words: i18n.Shipped().With(arabic).For}, Keys: keys, Programs: programs,
		Evidence: &response.Evidence{Hits: kept}, Recorder: &response.Recorder{Answers: kept, Programs: programs}, Stop: kept,
		Now: s.clock, Log: log,
	}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	return s
}

// serve keeps what is posted, for tests to look at.
func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // by a client that went away
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := url.ParseQuery(string(body))
		s.mu.Lock()
		s.posts = append(s.posts, form.Encode())
		s.mu.Unlock()
	}
	var shown int
	if n, _ := fmt.Sscanf(r.URL.Path, "/shown/%d", &shown); n == 1 {
		s.mu.Lock()
		defer s.mu.Unlock()
		maps.Copy(w.Header(), s.shown[shown].header)
		io.WriteString(w, s.shown[shown].body)
		return
	}
	s.ServeHTTP(w, r)
}

func (s *site) posted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.posts)
}

// forget forgets what was posted until now.
func (s *site) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = nil
}

func (s *site) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// invite stores an invitation that was sent at noon, and its customer.
func (s *site) invite(t testing.TB, touchpoint, language string, change ...func(*response.Record)) survey.Invitation {
	t.Helper()
	p := acme()
	asked := p.Surveys[p.Touchpoints[touchpoint].Survey]
	rec := response.Record{Invitation: survey.Invitation{
		ID: survey.IDOf(touchpoint, "shop", t.Name(), 1), State: survey.Sent, Touchpoint: touchpoint, Survey: asked.ID, Number: asked.Number,
		Metric: string(asked.Scale.Metric), Customer: customer.ID("c-" + touchpoint), Language: language, Source: "shop", Subject: "#1030", Round: 1,
		VisitedAt: noon.AddDate(0, 0, -2), PlannedAt: noon, ClaimedAt: noon, SentAt: noon, SentDay: "2026-11-12", ExpiresAt: noon.AddDate(0, 0, 30),
	}}
	for _, c := range change {
		c(&rec)
	}
	s.put(t, table.Key{Table: table.Feedback, Partition: "I#" + rec.ID, Sort: "invitation"}, rec)
	s.put(t, table.Key{Table: table.Feedback, Partition: "C#" + string(rec.Customer), Sort: "profile"}, customer.Customer{ID: rec.Customer, Revision: 1, Address: "eva@example.com"})
	return rec.Invitation
}

func (s *site) put(t testing.TB, key table.Key, v any) {
	t.Helper()
	item, err := table.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.table.Write(t.Context(), table.Write{Kind: table.Put, Key: key, Item: item}); err != nil {
		t.Fatal(err)
	}
}

// record is what is stored of an invitation now.
func (s *site) record(t testing.TB, inv survey.Invitation) response.Record {
	t.Helper()
	rec, err := s.Evidence.Look(t.Context(), inv.ID)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// links are those of a mail from this site.
func (s *site) links() survey.Links { return survey.Links{Base: s.server.URL, Keys: s.Keys} }

// answer is what a test looks at.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends one request. headers are name, value, name, value.
func (s *site) ask(t *testing.T, method, link, body string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, link, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{w.StatusCode, w.Header, string(text)}
}

func (s *site) get(t *testing.T, link string, headers ...string) answer {
	t.Helper()
	return s.ask(t, http.MethodGet, link, "", headers...)
}

// post sends a form as a browser without scripts does.
func (s *site) post(t *testing.T, link string, fields ...string) answer {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return s.ask(t, http.MethodPost, link, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// show serves an answer again, for a browser: pages that answer a POST can be opened too.
func (s *site) show(a answer) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = append(s.shown, a)
	return fmt.Sprint(s.server.URL, "/shown/", len(s.shown)-1)
}
