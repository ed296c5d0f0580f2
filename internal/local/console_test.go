package local_test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"afterword/internal/local"
	"afterword/internal/table"
)

// publicHost is where links in the mails of a local system lead, whatever the port on which a test serves it.
const publicHost = "127.0.0.1:8080"

// reads asks for a page with a cookie, or as nobody without one, and follows no redirect.
func reads(t *testing.T, method, url, cookie, form string) (status int, header http.Header, page string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = publicHost
	if form != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != "" {
		request.Header.Set("Cookie", cookie)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(body)
}

// consolePages are addresses of the team's pages, one of each kind.
var consolePages = []string{
	"/", "/scores", "/scores?period=2026-Q4", "/scores?period=2026-10-05..2026-11-13", "/scores.csv?period=2026-10",
	"/series/support?period=2026", "/series/support?period=2026&group=bad&language=en&segment=agent:Anna", "/series/support/trend.csv?period=2026-W45",
	"/series/support?period=2026&by=agent", "/series/support/segments.csv?period=2026-10-01..2026-11-01&by=product",
	"/series/purchase/comments.csv?period=2026",
	"/decisions", "/decisions?day=2026-10-20&touchpoint=support", "/decisions.csv?day=2026-10-20", "/reports", "/reports/2026-Q4", "/reports/2026-10/report.csv", "/reports/2026-W45/report.txt",
}

// visitConsole signs in, opens each page of the console as its reader, and signs out.
func visitConsole(t *testing.T, s *local.System, url string) {
	t.Helper()
	cookie := signIn(t, s, url)
	var page string
	for _, address := range consolePages[1:] {
		status, _, body := reads(t, http.MethodGet, url+address, cookie, "")
		if status != http.StatusOK {
			t.Errorf("%s: status %d: %.300s", address, status, body)
		}
		if formField.MatchString(body) {
			page = body
		}
	}
	searchDecisions(t, url, cookie, page, customerOf(t, s))
	signOut(t, url, cookie, page)
}

// customerOf is the address of a customer who was mailed a survey.
func customerOf(t *testing.T, s *local.System) string {
	t.Helper()
	for _, m := range s.Mails() {
		if m.Kind == "survey" {
			to, err := mail.ParseAddress(m.To)
			if err != nil {
				t.Fatal(err)
			}
			return to.Address
		}
	}
	t.Fatal("nobody was asked")
	return ""
}

// searchDecisions asks why a customer of the seeded history was asked or was not, by a form that neither repeats nor keeps the address.
func searchDecisions(t *testing.T, site, cookie, page, known string) {
	t.Helper()
	field := formField.FindStringSubmatch(page)
	if field == nil {
		t.Fatalf("the page has no form: %s", page)
	}
	search := func(form, address string) (int, string) {
		status, _, found := reads(t, http.MethodPost, site+"/decisions", cookie, url.Values{"form": {form}, "address": {address}}.Encode())
		if strings.Contains(found, address) {
			t.Errorf("the page repeats %s", address)
		}
		return status, found
	}
	form := html.UnescapeString(field[1])
	for address, want := range map[string]string{
		" " + strings.ToUpper(known): `class="verdict`, "nobody@customer.example": "Nothing is known", "no address": "This is no mail address",
	} {
		if status, found := search(form, address); !strings.Contains(found, want) || (status == http.StatusBadRequest) != (address == "no address") {
			t.Errorf("%s: %d, want %q: %s", address, status, want, found)
		}
	}
	if status, _ := search("", known); status != http.StatusForbidden {
		t.Errorf("a form of another site searches: %d", status)
	}
}

const ebba = "ebba@acme.example"

// mailedLink asks for a link to the address, lets a minute pass and returns the path of the newest link that was mailed; "" for none.
func mailedLink(t *testing.T, s *local.System, site, address, to string) string {
	t.Helper()
	before := len(s.Mails())
	if status, _, page := reads(t, http.MethodPost, site+"/sign-in", "", url.Values{"address": {address}, "to": {to}}.Encode()); status != http.StatusOK {
		t.Fatalf("asking for a link answers %d: %s", status, page)
	}
	if err := s.Advance(t.Context(), s.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, m := range s.Mails()[before:] {
		if m.Kind != "sign-in" {
			continue
		}
		opened, err := m.Open()
		if err != nil {
			t.Fatal(err)
		}
		return regexp.MustCompile(`/sign-in/\S+`).FindString(opened.Text)
	}
	return ""
}

// signIn signs in as somebody of the shipped program's team and returns the cookie.
func signIn(t *testing.T, s *local.System, site string) string {
	t.Helper()
	link := mailedLink(t, s, site, ebba, "/scores?period=2026-10")
	status, header, page := reads(t, http.MethodPost, site+link, "", "")
	if status != http.StatusSeeOther || header.Get("Location") != "/scores?period=2026-10" {
		t.Fatalf("signing in answers %d to %q: %s", status, header.Get("Location"), page)
	}
	cookie, attributes, _ := strings.Cut(header.Get("Set-Cookie"), "; ")
	if attributes != "Path=/; Max-Age=43200; HttpOnly; SameSite=Lax" {
		t.Errorf("the cookie is set with %s", attributes)
	}
	return cookie
}

var formField = regexp.MustCompile(`name="form" value="([^"]+)"`)

// signOut signs out by the form of a page, and looks whether that is so.
func signOut(t *testing.T, site, cookie, page string) {
	t.Helper()
	field := formField.FindStringSubmatch(page)
	if field == nil {
		t.Fatalf("the page has no way out: %s", page)
	}
	for _, forged := range []string{"", "form=" + strings.Repeat("A", 43)} {
		if status, header, _ := reads(t, http.MethodPost, site+"/sign-out", cookie, forged); status != http.StatusForbidden || header.Get("Set-Cookie") != "" {
			t.Errorf("a form of another site signs out: %d", status)
		}
	}
	status, header, _ := reads(t, http.MethodPost, site+"/sign-out", cookie, url.Values{"form": {html.UnescapeString(field[1])}}.Encode())
	if status != http.StatusSeeOther || !strings.Contains(header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signing out answers %d, %q", status, header.Get("Set-Cookie"))
	}
	if status, _, _ := reads(t, http.MethodGet, site+"/scores", cookie, ""); status != http.StatusSeeOther {
		t.Errorf("after signing out a page answers %d", status)
	}
}

func TestALinkLetsInOnceAtItsHostWithinItsTime(t *testing.T) {
	var log bytes.Buffer
	s, server := open(t, local.Options{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	link := mailedLink(t, s, server.URL, ebba, "/scores")
	for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodGet} { // as mail scanners do
		if status, header, page := reads(t, method, server.URL+link, "", ""); status != http.StatusOK || header.Get("Set-Cookie") != "" ||
			method == http.MethodGet && !strings.Contains(page, "Sign in as Ebba Ek") {
			t.Fatalf("%s of the link answers %d: %s", method, status, page)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} { // by the name that the test's own server has
		if status, _ := call(t, method, server.URL+link, ""); status != http.StatusGone {
			t.Errorf("%s at another host answers %d", method, status)
		}
	}
	fixed := "afterword-session=" + strings.Repeat("A", 43)
	status, header, _ := reads(t, http.MethodPost, server.URL+link, fixed, "")
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), "; ")
	if status != http.StatusSeeOther || cookie == "" || cookie == fixed {
		t.Errorf("signing in answers %d, %q: the cookie that was there before was adopted", status, cookie)
	}
	for name, given := range map[string]string{"set before signing in": fixed, "two of them": cookie + "; " + cookie, "under the other name": "__Host-session" + cookie[strings.IndexByte(cookie, '='):]} {
		if status, _, _ := reads(t, http.MethodGet, server.URL+"/scores", given, ""); status != http.StatusSeeOther {
			t.Errorf("a cookie %s: %d", name, status)
		}
	}
	stolen, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/scores", nil)
	if err != nil {
		t.Fatal(err)
	}
	stolen.Header.Set("Cookie", cookie)
	if response, err := http.DefaultTransport.RoundTrip(stolen); err != nil || response.StatusCode != http.StatusSeeOther {
		t.Errorf("the cookie at another host: %v, %v", response, err)
	}
	late := mailedLink(t, s, server.URL, ebba, "/scores")
	if err := s.Advance(t.Context(), s.Now().Add(15*time.Minute)); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, bad := range []string{link, late, "/sign-in/" + strings.Repeat("A", 43), late[:20]} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			status, header, page := reads(t, method, server.URL+bad, "", "")
			said = append(said, fmt.Sprint(status, header.Get("Set-Cookie"), page))
		}
	}
	if said = slices.Compact(said); len(said) != 1 || !strings.HasPrefix(said[0], "410") {
		t.Errorf("links that are used, late, forged and cut short are answered differently: %s", said)
	}
	for _, private := range []string{"ebba", "Ebba", "acme.example", strings.TrimPrefix(link, "/sign-in/"), cookie[strings.IndexByte(cookie, '=')+1:]} {
		if strings.Contains(log.String(), private) {
			t.Errorf("the log knows %q: %s", private, log.String())
		}
	}
	for _, told := range []string{`"msg":"signed in","function":"console","role":"reader"`, `"msg":"sign-in links asked for","function":"dispatch","asked":1,"mailed":1`} {
		if !strings.Contains(log.String(), told) {
			t.Errorf("the log does not tell %s: %s", told, log.String())
		}
	}
}

// Whoever asks learns nothing: not by status, words or writes. What is written differs in the hash of the address alone.
func TestAStrangerCannotTellWhoIsOnTheTeam(t *testing.T) {
	var done []string
	s, server := open(t, local.Options{Watch: func(function string, e table.Table) table.Table {
		return &watched{e, func(resource, action, partition string) {
			if function == "console" {
				done = append(done, action+" "+resource+" "+partition[:min(len(partition), 10)])
			}
		}}
	}})
	var seen []string
	for _, address := range []string{"warm@acme.example", ebba, "eve@evil.example"} {
		done = nil
		status, header, page := reads(t, http.MethodPost, server.URL+"/sign-in", "", url.Values{"address": {address}}.Encode())
		header.Del("Date")
		header.Del("Content-Length") // the page says which address it is
		seen = append(seen, fmt.Sprint(status, header, strings.ReplaceAll(page, address, "ADDRESS"), done))
	}
	if seen[1] != seen[2] {
		t.Errorf("one of the team:\n%s\na stranger:\n%s", seen[1], seen[2])
	}
	if err := s.Advance(t.Context(), s.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if mails := s.Mails(); len(mails) != 1 || !strings.Contains(mails[0].To, ebba) {
		t.Errorf("mailed are %v", mails)
	}
}

func TestWhoIsTakenOutOfTheTeamIsOut(t *testing.T) {
	s, server := open(t, local.Options{})
	cookie := signIn(t, s, server.URL)
	text, err := os.ReadFile(filepath.Join("..", "program", "default.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	status, _, answer := reads(t, http.MethodGet, server.URL+"/scores", cookie, "")
	if status != http.StatusOK {
		t.Fatal(status, answer)
	}
	without := strings.Replace(string(text), "  - {who: Ebba Ek <ebba@acme.example>, role: reader}", "  - {who: Åke Ek <ake@acme.example>, role: reader}", 1)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/admin/apply", strings.NewReader(without))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = bearer(nil)
	request.Header.Set("Content-Type", "application/yaml")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		t.Fatal(response.StatusCode, string(body))
	}
	if status, _, _ := reads(t, http.MethodGet, server.URL+"/scores", cookie, ""); status != http.StatusSeeOther {
		t.Errorf("who was taken out reads: %d", status)
	}
}

// The tour opens no door beside: it shows the mail, as the mailbox of the team's first member would.
func TestTheTourShowsTheSignInMailAndSignsNobodyIn(t *testing.T) {
	s, server := open(t, local.Options{})
	for n := range 4 {
		status, header, _ := reads(t, http.MethodPost, server.URL+"/local/tour/sign-in", "", "")
		if status != http.StatusSeeOther || header.Get("Set-Cookie") != "" {
			t.Fatalf("status %d, cookie %q", status, header.Get("Set-Cookie"))
		}
		if to := header.Get("Location"); n < 3 != strings.HasPrefix(to, "/local/mail/") { // the fourth within a quarter of an hour
			t.Errorf("mail %d leads to %s", n, to)
		} else if n == 0 {
			if _, _, mail := reads(t, http.MethodGet, server.URL+to, "", ""); !strings.Contains(mail, "http://"+publicHost+"/sign-in/") {
				t.Errorf("the mail has no link: %s", mail)
			}
		}
	}
	if mails := s.Mails(); len(mails) != 3 || !strings.Contains(mails[0].To, ebba) {
		t.Errorf("mailed are %v", mails)
	}
	if _, _, page := reads(t, http.MethodGet, server.URL+"/", "", ""); !strings.Contains(page, "Mail Ebba Ek a sign-in link") {
		t.Error("the tour does not lead to the scoreboard")
	}
}
