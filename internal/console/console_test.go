package console_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"afterword/internal/access"
	"afterword/internal/console"
	"afterword/internal/fault"
	"afterword/internal/i18n"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
	"afterword/internal/tally"
	"afterword/internal/touchpoint"
)

// noon is when the pages are read.
var noon = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)

const cookie = "a-session"

// world is a console with a reader, and what it reads.
type world struct {
	console.Console
	*program.Program
	counts map[string]tally.Counts // by touchpoint and period
	sends  tally.Sends
	fails  error
	said   []response.Record // newest first
	visits []touchpoint.Visit
	skips  []touchpoint.Skip
	agents map[string]score.Counts // about support, in this month

	audited tally.Audited
	asked   []string // addresses and pages
	says    error    // the door
}

func newWorld(t *testing.T) *world {
	t.Helper()
	arabic, err := i18n.Load(os.DirFS("../i18n/testdata"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Program: program.Default(), counts: map[string]tally.Counts{}, sends: tally.Sends{Sent: 412, Bounced: 7, Clicked: 107}}
	w.Program.Languages = []string{"en", "sv", "nl", "zh", "ar"}
	w.Console = console.Console{
		Sessions: w, Door: w, Programs: w, Scores: report.Gather{Counts: w}, Answers: w, Decisions: w, Skips: w, Audits: w,
		Reports: report.Gather{Counts: w, Answers: w, Cases: w, Versions: w},
		Now:     func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler),
		Words: i18n.Shipped().With(arabic).For,
	}
	return w
}

func (w *world) Visitor(_ context.Context, secret, host string, _ time.Time) (access.Visitor, error) {
	if w.fails == nil && (secret != cookie || host != "feedback.example.com") {
		return access.Visitor{}, fault.New(fault.Unauthorized, "sign in first")
	}
	return access.Visitor{Member: program.Member{Person: program.Person{Name: "Ebba Ek", Address: "ebba@acme.example"}, Role: program.RoleReader}}, w.fails
}

func (w *world) Audited(context.Context) (tally.Audited, error) { return w.audited, w.fails }

func (w *world) Current(context.Context) (*program.Program, error) { return w.Program, nil }

func (w *world) Several(_ context.Context, series tally.Series, periods []period.Period) ([]tally.Counts, error) {
	all := make([]tally.Counts, len(periods))
	for i, p := range periods {
		all[i] = w.counts[series.Touchpoint+" "+p.Name]
	}
	return all, nil
}

func (w *world) Sends(_ context.Context, series tally.Series, p period.Period) (tally.Sends, error) {
	if w.counts[series.Touchpoint+" "+p.Name].Replies == 0 {
		return tally.Sends{}, nil
	}
	return w.sends, nil
}

func (w *world) Segments(_ context.Context, series tally.Series, property string, _ bool, p period.Period) (map[string]score.Counts, error) {
	if property != "agent" || series.Touchpoint != "support" || p.Name != "2026-11" {
		return nil, nil
	}
	return w.agents, nil
}

// ResponsesTo lists by two at a time, whatever the span is.
func (w *world) ResponsesTo(_ context.Context, surveys []string, span period.Span) (page []response.Record, next string, err error) {
	for _, a := range w.said {
		at := a.AnsweredAt.Format(time.RFC3339) + "#" + a.ID
		if a.Survey != surveys[0] || span.After != "" && at >= span.After || a.AnsweredAt.Before(span.From) || !a.AnsweredAt.Before(span.To) {
			continue
		}
		if len(page) == 2 {
			last := page[1]
			return page, last.AnsweredAt.Format(time.RFC3339) + "#" + last.ID, nil
		}
		page = append(page, a)
	}
	return page, "", nil
}

// say adds an answer about support, an hour older than the one before.
func (w *world) say(rating int, comment string, change ...func(*response.Record)) {
	at := noon.Add(-time.Duration(1+len(w.said)) * time.Hour)
	a := response.Record{
		Invitation: survey.Invitation{
			ID: fmt.Sprintf("answer-%02d", len(w.said)), Touchpoint: "support", Survey: "support-ces-v1", Customer: "the-customers-id", Language: "en", Source: "zendesk",
			Subject: "60356", Link: "https://help.example.com/60356", Cuts: map[string]string{"agent": "Anna", "country": "SE"},
		},
		Response: response.Response{Revision: 1, Rating: rating, Act: response.Explicit, Counted: true, Comment: comment, AnsweredAt: at, Day: "2026-11-20"},
	}
	for _, c := range change {
		c(&a)
	}
	w.said = append(w.said, a)
}

// answer is what somebody got.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request; headers are names and values in turn.
func (w *world) ask(t *testing.T, method, address, form string, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "https://feedback.example.com"+address, strings.NewReader(form))
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	w.Handler().ServeHTTP(recorder, r)
	got := recorder.Result()
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, string(body)}
}

// get opens a page as the reader.
func (w *world) get(t *testing.T, address string, headers ...string) answer {
	t.Helper()
	return w.ask(t, http.MethodGet, address, "", append(headers, "Cookie", console.Cookie+"="+cookie)...)
}

func TestNobodyReadsWhoIsNotSignedIn(t *testing.T) {
	w := newWorld(t)
	for _, given := range []string{"", console.Cookie + "=", console.Cookie + "=another", "session=" + cookie} {
		for _, page := range []string{"/", "/scores", "/scores?period=2026-10", "/scores.csv", "/no/such/page"} {
			got := w.ask(t, http.MethodGet, page, "", "Cookie", given)
			want := "/sign-in?" + url.Values{"to": {page}}.Encode()
			if page == "/" {
				want = "/sign-in?to=%2Fscores"
			}
			if got.status != http.StatusSeeOther || got.header.Get("Location") != want || got.body != "" {
				t.Errorf("%s with %q: %d to %s: %.100s", page, given, got.status, got.header.Get("Location"), got.body)
			}
		}
	}
	for _, page := range []string{"/sign-in/", "/sign-in/a/b"} {
		if got := w.ask(t, http.MethodGet, page, ""); got.status != http.StatusNotFound {
			t.Errorf("%s leads to itself: status %d to %s", page, got.status, got.header.Get("Location"))
		}
	}
}

func TestWhatIsAskedForComesBackAfterSigningInAndNothingElse(t *testing.T) {
	for address, want := range map[string]string{
		"/scores?period=2026-10": "/scores?period=2026-10", "/series/support?group=bad": "/series/support?group=bad", "/": "/scores", "": "/scores",
		"//evil.example/": "/scores", "/\\evil.example": "/scores", "\\\\evil.example": "/scores", "https://evil.example/": "/scores", "javascript:alert(1)": "/scores",
		"/%2f/evil.example": "/scores", "/\t/evil.example": "/scores", "/ok\r\nSet-Cookie: a=b": "/scores", "scores": "/scores", "///evil.example": "/scores",
		"/sign-in?to=/sign-in": "/scores", "/sign-in": "/scores", "/" + strings.Repeat("a", 2000): "/scores", "/\u202escores": "/scores", "http:/scores": "/scores",
		"/%5cevil.example": "/%5cevil.example", // a name in our own path; no browser reads it as a slash
	} {
		if got := console.Own(address); got != want {
			t.Errorf("%q leads to %q, want %q", address, got, want)
		}
	}
	w := newWorld(t)
	if got := w.ask(t, http.MethodGet, "//evil.example/%2e%2e", ""); !strings.HasPrefix(got.header.Get("Location"), "/") || strings.HasPrefix(got.header.Get("Location"), "//") {
		t.Errorf("leads to %s", got.header.Get("Location"))
	}
}

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	w := newWorld(t)
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		got := w.ask(t, http.MethodPost, "/scores", "a=b", append(header, "Cookie", console.Cookie+"="+cookie)...)
		if got.status != http.StatusForbidden || !strings.Contains(got.body, "This form was not taken") {
			t.Errorf("%v: status %d, %s", header, got.status, got.body)
		}
	}
	if got := w.ask(t, http.MethodPost, "/decisions", "form=old", "Cookie", console.Cookie+"="+cookie); got.status != http.StatusForbidden || !strings.Contains(got.body, "This form was not taken") {
		t.Errorf("a form that is too old: status %d, %s", got.status, got.body)
	}
}

func TestWhateverIsAnsweredCannotBeFramedKeptOrTakenForAPage(t *testing.T) {
	w := newWorld(t)
	for _, address := range []string{"/", "/assets/none.js", "/scores//x", "//evil.example/..", "/sign-in?to=/scores", "/scores.csv", "/reports/2026-10"} {
		for _, site := range []string{"same-origin", "cross-site"} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut} {
				got := w.ask(t, method, address, "", "Sec-Fetch-Site", site, "Cookie", console.Cookie+"="+cookie)
				for name, want := range map[string]string{"Content-Security-Policy": "frame-ancestors 'none'", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
					if !strings.Contains(got.header.Get(name), want) {
						t.Errorf("%s %s, %s: %d with %s %q", method, address, site, got.status, name, got.header.Get(name))
					}
				}
			}
		}
	}
}

func TestPagesCannotBeFramedKeptOrIndexedAndRunNothingOfOthers(t *testing.T) {
	w := newWorld(t)
	for _, page := range []string{"/scores", "/no/such/page", "/scores?period=never", "/sign-in?left=1", "/sign-in/secret", "/sign-in/used"} {
		got := w.get(t, page)
		if strings.HasPrefix(page, "/sign-in") {
			got = w.ask(t, http.MethodGet, page, "")
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": "frame-ancestors 'none'", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
			"X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex",
		} {
			if !strings.Contains(got.header.Get(name), want) {
				t.Errorf("%s: %s is %q, want %s", page, name, got.header.Get(name), want)
			}
		}
		policy := got.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") || strings.Contains(got.body, "<style") || strings.Contains(got.body, " style=") {
			t.Errorf("%s: %s, or it has style in it", page, policy)
		}
	}
}

func TestATroubleIsSaidInThePagesWords(t *testing.T) {
	w := newWorld(t)
	for page, status := range map[string]int{"/scores?period=never": 400, "/scores?period=2030": 400, "/scores?from=2026-11-02&to=2026-11-01": 400, "/nothing": 404} {
		if got := w.get(t, page); got.status != status || !strings.Contains(got.body, "<h1>") {
			t.Errorf("%s: status %d, want %d: %.200s", page, got.status, status, got.body)
		}
	}
	w.fails = fault.Wrap(fault.Transient, errors.New("a cause"), "busy")
	if got := w.get(t, "/scores"); got.status != http.StatusServiceUnavailable || strings.Contains(got.body, "cause") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}

// fill gives a touchpoint answers in a period, by rating.
func (w *world) fill(touchpoint, name string, ratings ...int64) {
	var c tally.Counts
	for i, n := range ratings {
		c.Answers[i] = n
		c.Replies += n
	}
	w.counts[touchpoint+" "+name] = c
}

func TestTheOverviewShowsEachScoreWithWhatItNeedsToBeTrusted(t *testing.T) {
	w := newWorld(t)
	w.fill("support", "2026-11", 0, 20, 15, 5, 20, 40)
	w.fill("support", "2026-10", 0, 20, 15, 5, 20, 45)
	w.fill("purchase", "2026-11", 0, 1, 1, 1)
	page := w.get(t, "/scores").body
	for _, want := range []string{"3.45", "3.12 to 3.76", "100", "24.7%", "no reliable change", "too few answers", "Support", "Purchase", "November 2026", "so far"} {
		if !strings.Contains(page, want) {
			t.Errorf("the overview does not say %q", want)
		}
	}
}
