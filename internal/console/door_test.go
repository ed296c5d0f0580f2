package console_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"afterword/internal/console"
	"afterword/internal/fault"
	"afterword/internal/program"
)

// The world's door knows one link, "secret", and keeps who asks.

func (w *world) Ask(_ context.Context, address, to string, _ time.Time) error {
	w.asked = append(w.asked, address+" "+to)
	return w.says
}

func (w *world) Look(_ context.Context, secret, host string, _ time.Time) (program.Member, error) {
	if w.says != nil || secret != "secret" || host != "feedback.example.com" {
		return program.Member{}, fault.New(fault.Closed, "over")
	}
	return program.Member{Person: w.Program.Team[0].Person}, nil
}

func (w *world) Enter(ctx context.Context, secret, host string, now time.Time) (session, to string, err error) {
	_, err = w.Look(ctx, secret, host, now)
	return cookie, "/scores?period=2026-10", err
}

func (w *world) Leave(context.Context, string) error { return nil }

var field = regexp.MustCompile(`name="(?:address|to)"[^>]* value="([^"]*)"`)

func TestWhatWasTypedComesBackAndIsNoMarkup(t *testing.T) {
	w := newWorld(t)
	const nasty = `"><script>alert(1)</script>`
	for _, row := range []struct {
		says   error
		status int
		word   string
	}{
		{nil, http.StatusOK, "is on its way"},
		{fault.New(fault.Invalid, "no address"), http.StatusBadRequest, "This is not a mail address"},
		{fault.New(fault.TooMany, "many"), http.StatusTooManyRequests, "try again in a minute"},
		{fault.New(fault.Transient, "busy"), http.StatusServiceUnavailable, "try again"},
	} {
		w.says, w.asked = row.says, nil
		got := w.ask(t, http.MethodPost, "/sign-in", url.Values{"address": {nasty}, "to": {"/scores?a=" + url.QueryEscape(nasty)}}.Encode())
		if got.status != row.status || !strings.Contains(got.body, row.word) || strings.Contains(got.body, "<script>alert") || strings.Contains(got.header.Get("Location"), "alert") {
			t.Errorf("%v: status %d, %s", row.says, got.status, got.body)
		}
		if (got.header.Get("Retry-After") != "") != (row.status == http.StatusTooManyRequests) {
			t.Errorf("%v: Retry-After is %q", row.says, got.header.Get("Retry-After"))
		}
		if len(w.asked) != 1 || w.asked[0] != nasty+" /scores?a="+url.QueryEscape(nasty) {
			t.Errorf("asked are %q", w.asked)
		}
		if typed := field.FindAllStringSubmatch(got.body, -1); row.status == http.StatusBadRequest || row.status == http.StatusTooManyRequests {
			if len(typed) != 2 || html.UnescapeString(typed[1][1]) != nasty {
				t.Errorf("what was typed is lost: %q", typed)
			}
		}
	}
}

func TestSigningInLeadsToOurOwnPagesOnly(t *testing.T) {
	w := newWorld(t)
	for _, to := range []string{"//evil.example", `/\evil.example`, "https://evil.example", "/\t/evil.example", "/%2f/evil.example", "javascript:alert(1)"} {
		query := url.Values{"to": {to}}.Encode()
		if got := w.get(t, "/sign-in?"+query); got.status != http.StatusSeeOther || got.header.Get("Location") != "/scores" {
			t.Errorf("who is signed in is led by %q to %s", to, got.header.Get("Location"))
		}
		w.asked = nil
		w.ask(t, http.MethodPost, "/sign-in", query+"&address=ebba%40acme.example")
		if len(w.asked) != 1 || w.asked[0] != "ebba@acme.example /scores" {
			t.Errorf("%q is asked for as %q", to, w.asked)
		}
		if got := w.ask(t, http.MethodGet, "/sign-in?"+query, ""); got.status != http.StatusOK || strings.Contains(got.body, "evil") {
			t.Errorf("%q is on the page: %s", to, got.body)
		}
	}
}

func TestTheCookieIsForThisHostAloneAndForNoScript(t *testing.T) {
	w := newWorld(t)
	got := w.ask(t, http.MethodPost, "/sign-in/secret", "", "Cookie", console.Cookie+"=set-before")
	if want := "__Host-session=" + cookie + "; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax"; got.header.Get("Set-Cookie") != want {
		t.Errorf("the cookie is %q, want %q", got.header.Get("Set-Cookie"), want)
	}
	if got.status != http.StatusSeeOther || got.header.Get("Location") != "/scores?period=2026-10" || got.body != "" {
		t.Errorf("status %d to %s", got.status, got.header.Get("Location"))
	}
}

func TestALinkOrAFormFromAnotherSiteSignsNobodyIn(t *testing.T) {
	w := newWorld(t)
	for _, page := range []string{"/sign-in", "/sign-in/secret", "/sign-out"} {
		got := w.ask(t, http.MethodPost, page, "address=ebba%40acme.example", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
		if got.status != http.StatusForbidden || got.header.Get("Set-Cookie") != "" || len(w.asked) > 0 {
			t.Errorf("%s: status %d, asked %v", page, got.status, w.asked)
		}
	}
	got := w.ask(t, http.MethodGet, "/sign-in/secret", "", "Sec-Fetch-Site", "cross-site") // from a mail that is read in a browser
	if got.status != http.StatusOK || got.header.Get("Set-Cookie") != "" || !strings.Contains(got.body, "Sign in as Ebba Ek") {
		t.Errorf("the link in the mail: %d, %s", got.status, got.body)
	}
}

func TestAFormThatIsTooLongIsNotRead(t *testing.T) {
	w := newWorld(t)
	w.says = fault.New(fault.Invalid, "no address")
	if got := w.ask(t, http.MethodPost, "/sign-in", "to=/scores&address="+strings.Repeat("a", 9<<10)); got.status != http.StatusBadRequest || len(got.body) > 4<<10 {
		t.Errorf("status %d, %d bytes", got.status, len(got.body))
	}
}

func TestSigningInIsSpokenInTheBrowsersLanguage(t *testing.T) {
	w := newWorld(t)
	for language, word := range map[string]string{"sv-SE,sv": "Logga in", "nl": "Inloggen", "zh-CN": "登录", "ar": `dir="rtl"`, "fi": "Sign in"} {
		if got := w.ask(t, http.MethodGet, "/sign-in", "", "Accept-Language", language); !strings.Contains(got.body, word) {
			t.Errorf("%s: %s", language, got.body)
		}
	}
}
