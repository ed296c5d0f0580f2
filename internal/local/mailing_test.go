package local_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"afterword/internal/local"
	"afterword/internal/survey"
)

// mails is how many mails a suite is played with: AFTERWORD_ROUNDS, or as many as show each way once. `make browser` plays all.
func mails(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv("AFTERWORD_ROUNDS"), "16"))
	if err != nil || n < 1 {
		t.Fatalf("AFTERWORD_ROUNDS is a number of mails, not %q", os.Getenv("AFTERWORD_ROUNDS"))
	}
	return n
}

// mailing is a morning's survey mails as they were captured, and the system that their links lead to.
type mailing struct {
	*local.System
	t       *testing.T
	url     string
	letters []letter // the surveys, in the order of their customers

	mu    sync.Mutex
	links map[string]*opened // by path
}

// opened is how often a survey's link was asked for, by GET and HEAD.
type opened struct {
	hits  int
	ahead chan struct{} // tells that one of them was what a browser itself calls a prerendering
}

func (m *mailing) opened(path string) *opened {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.links[path] == nil {
		m.links[path] = &opened{ahead: make(chan struct{}, 1)}
	}
	return m.links[path]
}

// hits is how often the survey of a mail was asked for; a reminder leads to the same one.
func (m *mailing) hits(l letter) int {
	found := m.opened(strings.TrimPrefix(l.page, m.url))
	m.mu.Lock()
	defer m.mu.Unlock()
	return found.hits
}

// letter is a mail, or the reminder of one, to a customer of its own.
type letter struct {
	id      string // of the mail
	visit   string
	subject string
	touch   string
	page    string // the survey's link without a rating
	trap    string // the link that no person sees
	ratings []string
	links   []string // all that it holds, in HTML and text, each once
	shown   string   // the mail as a mail program in a browser shows it, on a site of its own
}

// touches are in such an order that the shortest suite meets those who choose what they are also asked (acts) with something to choose.
var touches = []string{"onboarding", "support", "purchase", "invoice", "delivery", "return"}

// touchOf is what the i-th customer is asked about: another touchpoint each time that the ways to open a mail begin again.
func touchOf(i int) string { return touches[(i+i/len(touches))%len(touches)] }

// post has n customers asked.
func post(t *testing.T, n int) *mailing {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailing{t: t, url: "http://" + listener.Addr().String(), links: map[string]*opened{}}
	m.System, err = local.Open(t.Context(), local.Options{Now: monday, Key: journeyKey, Public: m.url, Program: "testdata/suites.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(m.watch(m.Handler()))
	server.Listener = listener
	server.Start()
	t.Cleanup(func() {
		server.Close()
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	for i := range n {
		m.api(http.MethodPost, "/api/visits", fmt.Sprintf(`{"touchpoint":%q,"subject":"%d","address":"customer-%03d@example.com"}`, touchOf(i), i, i), nil)
	}
	m.pass(time.Hour)
	m.letters = m.sent(survey.SurveyLetter)
	if len(m.letters) != n {
		t.Fatalf("%d of %d mails left", len(m.letters), n)
	}
	return m
}

// watch counts what is opened. The page on which links are fetched ahead is a mail program's, on the survey's own site, where a browser
// goes furthest.
func (m *mailing) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/s/") && r.Method != http.MethodPost {
			link := m.opened(r.URL.Path)
			m.mu.Lock()
			link.hits++
			m.mu.Unlock()
			if strings.Contains(r.Header.Get("Sec-Purpose"), "prerender") {
				select {
				case link.ahead <- struct{}{}:
				default:
				}
			}
		}
		if r.URL.Path == "/preview" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			rules, _ := json.Marshal(map[string]any{"prerender": []any{map[string]any{"source": "list", "urls": r.URL.Query()["link"], "eagerness": "immediate"}}})
			fmt.Fprintf(w, `<!doctype html><title>mail</title><script type="speculationrules">%s</script>`, rules)
			for _, link := range r.URL.Query()["link"] {
				fmt.Fprintf(w, `<link rel="prefetch" href="%[1]s"><link rel="prerender" href="%[1]s">`, html.EscapeString(link))
			}
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (m *mailing) pass(d time.Duration) {
	m.t.Helper()
	if err := m.Advance(m.t.Context(), m.Now().Add(d)); err != nil {
		m.t.Fatal(err)
	}
}

var (
	inHTML = regexp.MustCompile(`href="([^"]+)"`)
	inText = regexp.MustCompile(`https?://[^\s>)]+`)
	number = regexp.MustCompile(`\d+`)
)

// sent lists the mails of a kind.
func (m *mailing) sent(kind string) (all []letter) {
	m.t.Helper()
	for _, captured := range m.Mails() {
		if captured.Kind != kind {
			continue
		}
		opened, err := captured.Open()
		if err != nil {
			m.t.Fatal(err)
		}
		l := letter{
			id: captured.ID, visit: captured.Tags[survey.TagInvitation], subject: number.FindString(captured.To),
			shown: strings.Replace(m.url, "127.0.0.1", "localhost", 1) + "/local/mail/" + captured.ID + ".html",
		}
		found := inText.FindAllString(opened.Text, -1)
		for _, href := range inHTML.FindAllStringSubmatch(opened.HTML, -1) {
			found = append(found, html.UnescapeString(href[1]))
		}
		for _, link := range found {
			if strings.HasPrefix(link, m.url) && !slices.Contains(l.links, link) {
				l.links = append(l.links, link)
			}
		}
		for _, link := range l.links {
			page, query, rated := strings.Cut(link, "?r=")
			switch {
			case !strings.HasPrefix(link, m.url+"/s/"):
			case query == "x":
				l.trap = link
			case rated:
				l.page, l.ratings = page, append(l.ratings, link)
			}
		}
		if l.trap == "" || len(l.ratings) < 2 || l.subject == "" {
			m.t.Fatalf("the mail %s has the links %v", captured.ID, l.links)
		}
		i, err := strconv.Atoi(l.subject)
		if err != nil {
			m.t.Fatal(err)
		}
		l.touch = touchOf(i)
		slices.Sort(l.ratings)
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b letter) int { return cmp.Compare(a.subject, b.subject) })
	return all
}

// ratingOf is the rating of a link.
func ratingOf(link string) int {
	_, query, _ := strings.Cut(link, "?r=")
	n, err := strconv.Atoi(query)
	if err != nil {
		panic(err) // a link of letter.ratings
	}
	return n
}

// api asks the API, and decodes its answer.
func (m *mailing) api(method, path, body string, into any) {
	m.t.Helper()
	request, err := http.NewRequestWithContext(m.t.Context(), method, m.url+path, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+journeyKey)
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder() // beside the network: a key has a limit for each minute, and here no time passes
	m.Handler().ServeHTTP(recorder, request)
	text, _ := io.ReadAll(recorder.Body)
	if recorder.Code != http.StatusOK {
		m.t.Fatalf("%s %s: %d %s", method, path, recorder.Code, text)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(text, into); err != nil {
		m.t.Fatalf("%s %s: %v: %s", method, path, err, text)
	}
}

// stored is an answer as the API shows it.
type stored struct {
	ID      string
	Rating  int
	Counted bool
}

// answers are all that there are, by visit. There are never two of one visit.
func (m *mailing) answers() map[string]stored {
	m.t.Helper()
	found := map[string]stored{}
	for next := ""; ; {
		var page struct {
			Items []stored
			Next  string
		}
		m.api(http.MethodGet, "/api/responses?"+url.Values{"period": {"2026"}, "cursor": {next}}.Encode(), "", &page)
		for _, each := range page.Items {
			if before, twice := found[each.ID]; twice {
				m.t.Errorf("two answers to one mail: %+v and %+v", before, each)
			}
			found[each.ID] = each
		}
		if next = page.Next; next == "" {
			return found
		}
	}
}

// unconfirmed tells, as 1, that the mail was clicked and nobody confirmed it.
func (m *mailing) unconfirmed(l letter) int {
	m.t.Helper()
	var found struct{ Unconfirmed bool }
	m.api(http.MethodGet, "/api/responses/"+l.visit, "", &found)
	if found.Unconfirmed {
		return 1
	}
	return 0
}

// counts are what the scores of all touchpoints are made of.
type counts struct {
	N, Unconfirmed, Sent int
	Distribution         map[string]int
}

func (m *mailing) scores() map[string]counts {
	m.t.Helper()
	found := map[string]counts{}
	for _, touch := range touches {
		var c counts
		m.api(http.MethodGet, "/api/scores?period=2026&touchpoint="+touch, "", &c)
		found[touch] = c
	}
	return found
}

// audit recounts everything: nothing may have drifted.
func (m *mailing) audit(want int) {
	m.t.Helper()
	var found struct{ Responses, Lagging, Drifted int }
	m.api(http.MethodPost, "/api/admin/audit", "", &found)
	if found.Responses != want || found.Lagging+found.Drifted != 0 {
		m.t.Errorf("the audit found %+v, want %d responses", found, want)
	}
}

// row is what came of one way to open, or to answer, so many mails.
type row struct {
	suite                       string
	mails                       int
	hits                        int // survey links opened
	counted, unconfirmed, wrong int // unconfirmed: before the reminder
}

func print(t *testing.T, rows []row) {
	t.Helper()
	table := tabwriter.NewWriter(t.Output(), 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "suite\tmails\thits\tcounted\tunconfirmed\twrong\t")
	sum := row{suite: "all"}
	for _, r := range rows {
		sum.mails, sum.hits, sum.counted, sum.unconfirmed, sum.wrong = sum.mails+r.mails, sum.hits+r.hits, sum.counted+r.counted, sum.unconfirmed+r.unconfirmed, sum.wrong+r.wrong
	}
	for _, r := range append(rows, sum) {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t\n", r.suite, r.mails, r.hits, r.counted, r.unconfirmed, r.wrong)
	}
	if err := table.Flush(); err != nil {
		t.Error(err)
	}
}
