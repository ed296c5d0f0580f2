package local_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterword/internal/local"
	"afterword/internal/program"
)

// open starts a system on a clock that stands.
func open(t *testing.T, options local.Options) (*local.System, *httptest.Server) {
	t.Helper()
	options.Now, options.Key = monday, journeyKey
	s, err := local.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, server
}

// call sends a request and returns status and body.
func call(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

func TestTheClockMovesForwardOnly(t *testing.T) {
	s, server := open(t, local.Options{})
	for _, row := range []struct {
		body   string
		status int
		now    string
	}{
		{`{"advance":"72h"}`, 200, "2026-11-19T08:00:00Z"},
		{`{"now":"2026-11-20T09:30:00Z"}`, 200, "2026-11-20T09:30:00Z"},
		{`{"now":"2026-11-20T09:00:00Z"}`, 400, "2026-11-20T09:30:00Z"},
		{`{"advance":"-1h"}`, 400, "2026-11-20T09:30:00Z"},
		{`{"advance":"a while"}`, 400, "2026-11-20T09:30:00Z"},
		{`{"advance":"1h","now":"2026-12-01T00:00:00Z"}`, 400, "2026-11-20T09:30:00Z"},
		{`{}`, 400, "2026-11-20T09:30:00Z"},
		{`{"forward":"1h"}`, 400, "2026-11-20T09:30:00Z"},
		{`{"advance":"1h"} and more`, 400, "2026-11-20T09:30:00Z"},
		{`{"advance":"1000000h"}`, 400, "2026-11-20T09:30:00Z"},
		{`{"now":"9998-11-20T09:00:00Z"}`, 400, "2026-11-20T09:30:00Z"},
		{``, 400, "2026-11-20T09:30:00Z"},
		{`{"advance":"` + strings.Repeat("1", 2<<20) + `h"}`, 413, "2026-11-20T09:30:00Z"},
	} {
		if status, answer := call(t, "POST", server.URL+"/local/clock", row.body); status != row.status {
			t.Errorf("%s: status %d, want %d: %s", row.body, status, row.status, answer)
		}
		if now := s.Now().Format(time.RFC3339); now != row.now {
			t.Errorf("after %s it is %s, want %s", row.body, now, row.now)
		}
	}
}

func TestAPageOfAnotherSiteCannotMoveTheClock(t *testing.T) {
	s, server := open(t, local.Options{})
	request, _ := http.NewRequest("POST", server.URL+"/local/clock", strings.NewReader(`{"advance":"1h"}`))
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden || !s.Now().Equal(monday) {
		t.Errorf("status %d, and it is %s", response.StatusCode, s.Now())
	}
}

func TestMailsAreShownAsTheyWereHandedOver(t *testing.T) {
	s, server := open(t, local.Options{})
	if _, err := s.FireSample(t.Context(), "zendesk-solved"); err != nil {
		t.Fatal(err)
	}
	if err := s.Advance(t.Context(), monday.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	_, answer := call(t, "GET", server.URL+"/local/mail.json", "")
	var mails []local.Opened
	if err := json.Unmarshal([]byte(answer), &mails); err != nil || len(mails) != 1 {
		t.Fatalf("%v: %s", err, answer)
	}
	m := mails[0]
	if m.Kind != "survey" || !strings.Contains(m.To, "pieter.devries@customer.example") || m.Headers["List-Unsubscribe-Post"] == "" || m.Text == "" || m.HTML == "" {
		t.Errorf("the mail lacks something: %+v", m)
	}
	for extension, want := range map[string]int{".eml": 200, ".html": 200, ".txt": 200, ".pdf": 404, "": 404} {
		if status, _ := call(t, "GET", server.URL+"/local/mail/"+m.ID+extension, ""); status != want {
			t.Errorf("%q: status %d, want %d", extension, status, want)
		}
	}
	if status, _ := call(t, "GET", server.URL+"/local/mail/nothing.eml", ""); status != 404 {
		t.Errorf("a mail that is not there: status %d", status)
	}
}

func TestTheTourShowsEachStep(t *testing.T) {
	s, server := open(t, local.Options{})
	for _, step := range []struct{ path, body string }{
		{"/local/tour/hook", "sample=zendesk-solved"},
		{"/local/tour/clock", "advance=24h"},
	} {
		request, _ := http.NewRequest("POST", server.URL+step.path, strings.NewReader(step.body))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := http.DefaultClient.Do(request)
		if err != nil || response.StatusCode != 200 || response.Request.URL.Path != "/" {
			t.Fatalf("%s: %v %v", step.path, response, err)
		}
		response.Body.Close()
	}
	_, page := call(t, "GET", server.URL+"/", "")
	for _, want := range []string{"pieter.devries", "onboarding", "no score", s.Key(), "2026-Q4"} {
		if !strings.Contains(page, want) {
			t.Errorf("the tour does not show %q", want)
		}
	}
}

// History plays 13 weeks through the handlers: what comes out has to be whole.
func TestTheSeededHistoryIsPlayedOnceAndCountedExactly(t *testing.T) {
	data := t.TempDir()
	counts := func() (mails int, scores string) {
		s, err := local.Open(t.Context(), local.Options{Now: monday, Key: journeyKey, Data: data, Seed: true})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(s.Handler())
		defer func() { server.Close(); s.Close() }()
		lines, err := s.Scores(t.Context(), "2026")
		if err != nil {
			t.Fatal(err)
		}
		request, _ := http.NewRequest("POST", server.URL+"/api/admin/audit", nil)
		request.Header = bearer(nil)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var found struct{ Responses, Lagging, Drifted int }
		if err := json.NewDecoder(response.Body).Decode(&found); err != nil || found.Lagging+found.Drifted != 0 || found.Responses < 80 {
			t.Errorf("the audit found %+v, %v", found, err)
		}
		text, _ := json.Marshal(lines)
		return len(s.Mails()), string(text)
	}
	mails, scores := counts()
	again, same := counts()
	if mails < 350 || again != mails || same != scores {
		t.Errorf("%d mails and %s, after a restart %d and %s", mails, scores, again, same)
	}
}

func TestWhatCannotStartSaysWhy(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(broken, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken := t.TempDir()
	holder, err := local.Open(t.Context(), local.Options{Now: monday, Data: taken})
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	for want, options := range map[string]local.Options{
		"bolt or dynamodb": {Engine: "paper"},
		"no such file":     {Program: "nowhere.yaml"},
		"line 1":           {Program: broken},
		"expected JSON":    {Secrets: broken},
		taken:              {Data: taken},
	} {
		options.Now = monday
		s, err := local.Open(t.Context(), options)
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", options, err, want)
		}
	}
}

func TestAProgramThatCountsUnconfirmedClicksSaysSoWithTheScore(t *testing.T) {
	own := filepath.Join(t.TempDir(), "own.yaml")
	text := strings.Replace(program.DefaultText(), "count_unconfirmed: false", "count_unconfirmed: true", 1)
	if err := os.WriteFile(own, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, server := open(t, local.Options{Program: own})
	if _, err := s.FireSample(t.Context(), "zendesk-solved"); err != nil {
		t.Fatal(err)
	}
	score := func() string {
		request, _ := http.NewRequest("GET", server.URL+"/api/scores?touchpoint=support&period=2026-11", nil)
		request.Header = bearer(nil)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		answer, _ := io.ReadAll(response.Body)
		return string(answer)
	}
	if err := s.Advance(t.Context(), monday.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	opened, err := s.Mails()[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	call(t, "GET", server.URL+linkVariables["SURVEY"].FindString(opened.Text)+"?r=2", "")
	if got := score(); !strings.Contains(got, `"n":0`) || !strings.Contains(got, `"unconfirmed":1`) {
		t.Errorf("right after the click: %s", got)
	}
	if err := s.Advance(t.Context(), monday.Add(3*time.Hour+11*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got := score(); !strings.Contains(got, `"n":1`) || !strings.Contains(got, `"unconfirmed":0`) || !strings.Contains(got, `"counts_unconfirmed":true`) {
		t.Errorf("ten minutes later: %s", got)
	}
}
