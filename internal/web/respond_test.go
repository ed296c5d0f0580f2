package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/web"
)

func TestEveryPageKeepsItsAddressToItself(t *testing.T) {
	for _, scene := range scenes {
		t.Run(scene.name, func(t *testing.T) {
			page := scene.page(t, open(t), "en")
			for name, want := range map[string]string{
				"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex", "X-Content-Type-Options": "nosniff",
				"Content-Type": "text/html; charset=utf-8", "Content-Language": "en",
			} {
				if got := page.header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			policy := page.header.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "style-src 'sha256-"} {
				if !strings.Contains(policy, want) {
					t.Errorf("the content policy lacks %s: %s", want, policy)
				}
			}
			if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
				t.Errorf("the content policy is loose: %s", policy)
			}
			var packed bytes.Buffer
			zip := gzip.NewWriter(&packed)
			_, _ = zip.Write([]byte(page.body))
			if zip.Close(); packed.Len() > 10<<10 {
				t.Errorf("the page has %d bytes, compressed", packed.Len())
			}
		})
	}
}

func TestALogoIsTheOnlyThingFromElsewhere(t *testing.T) {
	s := open(t)
	p := acme()
	p.Logo = "https://cdn.acme.example/logo.svg"
	s.Programs = fixed{p}
	page := s.get(t, s.links().Survey(s.invite(t, "purchase", "en")))
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "img-src data: https://cdn.acme.example;") {
		t.Errorf("the content policy is %s", policy)
	}
	if !strings.Contains(page.body, `<img class="logo" src="https://cdn.acme.example/logo.svg" alt="Acme">`) {
		t.Error("the page does not show the logo")
	}
}

// Nobody learns from an answer whether a token is forged, for something else, or of an invitation that is gone; and a forged one
// costs no read.
func TestABadTokenAndAnUnknownOneLookTheSame(t *testing.T) {
	s := open(t)
	inv := s.invite(t, "purchase", "en")
	good := s.links().Survey(inv)
	gone := inv
	gone.ID = survey.IDOf("purchase", "shop", "gone", 1)
	foreign, err := survey.NewKeys(map[byte][]byte{1: []byte(strings.Repeat("x", survey.MinKey))})
	if err != nil {
		t.Fatal(err)
	}
	want := s.get(t, s.server.URL+"/s/nonsense")
	if want.status != http.StatusNotFound || !strings.Contains(want.body, "This link does not work") {
		t.Fatalf("%d %s", want.status, want.body)
	}
	for name, c := range map[string]struct {
		link  string
		reads int64
	}{
		"forged":                  {survey.Links{Base: s.server.URL, Keys: foreign}.Survey(inv), 0},
		"one letter off":          {good[:len(good)-2] + "-" + good[len(good)-1:], 0},
		"too short":               {good[:len(good)-1], 0},
		"too long":                {good + "A", 0},
		"none":                    {s.server.URL + "/s/", 0},
		"to unsubscribe":          {strings.Replace(s.links().Unsubscribe(inv), "/u/", "/s/", 1), 0},
		"of a case":               {strings.Replace(good, "/s/", "/u/", 1), 0},
		"of another place":        {s.server.URL + "/x/y", 0},
		"of nothing":              {s.server.URL + "/", 0},
		"of a survey nobody has":  {s.links().Survey(survey.Invitation{ID: inv.ID, Number: 4711}), 0},
		"of an invitation gone":   {s.links().Survey(gone), 1},
		"and to unsubscribe that": {s.links().Unsubscribe(gone), 1},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run(method+" "+name, func(t *testing.T) {
				before := s.meter.Snapshot()
				got := s.ask(t, method, c.link, "rating=4&List-Unsubscribe=One-Click", "Content-Type", formType)
				used := s.meter.Snapshot().Sub(before)
				if diff := cmp.Diff(want.body, got.body); diff != "" || got.status != want.status {
					t.Errorf("%d, and the page differs:\n%s", got.status, diff)
				}
				if c.reads == 0 && (used.ReadUnits != 0 || used.WriteUnits != 0) {
					t.Errorf("it cost %v", used)
				}
			})
		}
	}
}

func TestAnErasedAnswerIsNotSpokenOf(t *testing.T) {
	for name, change := range map[string]func(*response.Record){
		"rating kept":    func(r *response.Record) { r.Comment = "" },
		"rating removed": func(r *response.Record) { r.Comment, r.Act, r.Rating, r.Counted = "", "", 0, false },
	} {
		s := open(t)
		gone := s.links().Survey(s.invite(t, "purchase", "en", earlier, func(r *response.Record) { r.Erased = true }, change))
		late := s.get(t, s.links().Survey(s.invite(t, "support", "en", expired)))
		for _, got := range []answer{s.get(t, gone+"?r=4"), s.post(t, gone, "rating", "4", "act", "explicit")} {
			if got.status != http.StatusGone || got.body != late.body {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
		}
	}
}

func TestAMethodThatIsNotTakenIsNamed(t *testing.T) {
	s := open(t)
	inv := s.invite(t, "purchase", "en")
	for _, link := range []string{s.links().Survey(inv), s.links().Unsubscribe(inv)} {
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, "PROPFIND"} {
			page := s.ask(t, method, link, "rating=4", "Content-Type", formType)
			if page.status != http.StatusMethodNotAllowed || page.header.Get("Allow") != "GET, HEAD, POST" {
				t.Errorf("%s: %d, Allow: %s", method, page.status, page.header.Get("Allow"))
			}
		}
	}
	if rec := s.record(t, inv); rec.Revision != 0 || rec.Hits != 0 {
		t.Errorf("stored is %+v", rec)
	}
}

// The thanks are drawn from what the answer's own write returned.
func TestThanksCostNoRead(t *testing.T) {
	s := open(t)
	link := s.links().Survey(s.invite(t, "purchase", "en"))
	before := s.meter.Snapshot()
	page := s.post(t, link, "rating", "5", "comment", "Fine")
	used := s.meter.Snapshot().Sub(before)
	if page.status != http.StatusOK || !strings.Contains(page.body, "Thank you!") || used.ReadUnits != 0 || used.Calls[table.UpdateOperation] != 1 {
		t.Errorf("%d, used %v", page.status, used)
	}
}

func TestTheScriptIsToldInFewWords(t *testing.T) {
	for name, c := range map[string]struct {
		opened string
		change func(*response.Record)
		body   string
		status int
		want   map[string]any
	}{
		"saved":            {"?r=4", func(*response.Record) {}, "act=implied&rating=4&opened=4", 200, map[string]any{"state": "saved"}},
		"waiting":          {"?r=1", func(*response.Record) {}, "act=implied&rating=4&opened=4", 200, map[string]any{"state": "waiting"}},
		"a changed rating": {"?r=1", func(*response.Record) {}, "act=implied&rating=4&opened=1", 200, map[string]any{"state": "saved"}},
		"closed":           {"", expired, "act=explicit&rating=4&opened=4", 410, map[string]any{"state": "closed"}},
		"wrong": {"", func(*response.Record) {}, "act=explicit&rating=9&opened=4", 400, map[string]any{
			"type": "urn:problem-type:afterword:invalid", "title": "Bad Request", "status": 400.0, "detail": "a rating here is a number from 1 to 5",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			link := s.links().Survey(s.invite(t, "purchase", "en", c.change))
			s.get(t, link+c.opened)
			told := s.ask(t, http.MethodPost, link, c.body, "Content-Type", formType, "Accept", "application/json")
			var got map[string]any
			if err := json.Unmarshal([]byte(told.body), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" || told.status != c.status || told.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%d\n%s", told.status, diff)
			}
		})
	}
}

type broken struct{ error }

func (b broken) Current(context.Context) (*program.Program, error) { return nil, b.error }

// When the table is in trouble, what was typed comes back with a button to send it again.
func TestInTroubleNothingTypedIsLost(t *testing.T) {
	s := open(t)
	link := s.links().Survey(s.invite(t, "purchase", "en"))
	s.Recorder = &response.Recorder{Answers: store.New(tabletest.NewFaults(s.table, 1, tabletest.Chances{Transient: 1})), Programs: s.Programs}
	page := s.post(t, link, "rating", "2", "opened", "4", "comment", "I <b>waited</b>")
	if page.status != http.StatusServiceUnavailable || page.header.Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After: %s", page.status, page.header.Get("Retry-After"))
	}
	for _, want := range []string{
		`<input type="hidden" name="rating" value="2">`, `<input type="hidden" name="opened" value="4">`, "I &lt;b&gt;waited&lt;/b&gt;</textarea>", "Try again</button>",
		`action="` + strings.TrimPrefix(link, s.server.URL) + `"`,
	} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	s.Programs = broken{fault.New(fault.Transient, "the table is busy")}
	if page := s.get(t, link); page.status != http.StatusServiceUnavailable {
		t.Errorf("without a program: %d", page.status)
	}
}

// A token is a credential and a comment is personal: neither is for the log, whatever goes wrong.
func TestTheLogHoldsNoTokenAndNoComment(t *testing.T) {
	s := open(t)
	var log bytes.Buffer
	s.Log = slog.New(slog.NewTextHandler(&log, nil))
	s.Shell = &web.Shell{Log: s.Log}
	inv := s.invite(t, "purchase", "en")
	link := s.links().Survey(inv)
	s.Recorder = &response.Recorder{Answers: store.New(tabletest.NewFaults(s.table, 1, tabletest.Chances{Transient: 1})), Programs: s.Programs}
	for _, accept := range []string{"text/html", "application/json"} {
		s.ask(t, http.MethodPost, link, "rating=4&comment=my+secret", "Content-Type", formType, "Accept", accept)
		s.ask(t, http.MethodPost, link, "rating=9&comment=my+secret", "Content-Type", formType, "Accept", accept)
		s.ask(t, http.MethodGet, link+"AAA?r=4", "", "Accept", accept)
	}
	if log.Len() == 0 {
		t.Fatal("nothing was logged")
	}
	for _, secret := range []string{link[strings.LastIndex(link, "/")+1:], "secret", "eva@", "/s/"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, log.String())
		}
	}
}

// FuzzRespond asks for anything in any way: no request breaks the pages, and none but a good POST to the invitation's own link
// makes an answer.
func FuzzRespond(f *testing.F) {
	s := open(f)
	inv := s.invite(f, "extras", "en")
	good := strings.TrimPrefix(s.links().Survey(inv), s.server.URL)
	for _, seed := range []struct{ method, path, query, kind, body string }{
		{"GET", good, "r=4", "", ""}, {"HEAD", good, "r=x", "", ""}, {"POST", good, "", formType, "rating=9"}, {"POST", good, "", formType, "comment=%ff%00"},
		{"POST", good, "r=4", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"rating\"\r\n\r\n8\r\n--x--"},
		{"GET", "/u/" + good[3:], "%zz", "", ""}, {"PUT", "/s/../u//", "", "a/b", ""}, {"POST", good, "", formType, "rating=4&act=implied&opened=4"},
		{"POST", good, "", formType, "rating=1&cause=long-wait&cause=cold-food&had=causes&q-again=no&q-late=food&q-late=drinks&q-taste=0&q-hint=Warm+food"},
		{"POST", good, "", formType, "rating=1&cause=x&q-again=no&q-again=yes&q-taste=11&q-=&had=q-&had=q-hint&q-hint=%e2%80%ae"},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.kind, []byte(seed.body))
	}
	statuses := []int{200, 400, 404, 405, 410, 413, 415}
	f.Fuzz(func(t *testing.T, method, path, query, kind string, body []byte) {
		r := httptest.NewRequest(http.MethodGet, "/", bytes.NewReader(body))
		r.Method, r.URL.Path, r.URL.RawQuery = method, path, query
		r.Header["Content-Type"] = []string{kind}
		w := httptest.NewRecorder()
		before := s.record(t, inv).Revision
		s.ServeHTTP(w, r)
		if !slices.Contains(statuses, w.Code) {
			t.Errorf("%s %q ? %q (%q, %q) is answered with %d", method, path, query, kind, body, w.Code)
		}
		if s.record(t, inv).Revision != before && !(method == http.MethodPost && path == good && w.Code == http.StatusOK) {
			t.Errorf("%s %q ? %q (%q, %q) made an answer", method, path, query, kind, body)
		}
	})
}
