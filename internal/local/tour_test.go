package local_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"afterword/internal/local"
)

// reader follows the tour's links.
type reader struct {
	*testing.T
	server *httptest.Server
	page   string
}

func (r *reader) open(path string, want int) {
	r.Helper()
	status, page := call(r.T, "GET", r.server.URL+path, "")
	if r.page = page; status != want {
		r.Errorf("%s: status %d, want %d: %s", path, status, want, page)
	}
}

// follow opens the first link that has the words.
func (r *reader) follow(words string) {
	r.Helper()
	link := regexp.MustCompile(`<a href="([^"]+)"[^>]*>` + regexp.QuoteMeta(words) + `</a>`).FindStringSubmatch(r.page)
	if link == nil {
		r.Fatalf("there is no link %q in %s", words, r.page)
	}
	r.open(strings.ReplaceAll(link[1], "&amp;", "&"), 200)
}

func (r *reader) reads(words ...string) {
	r.Helper()
	for _, each := range words {
		if missing, not := strings.CutPrefix(each, "not "); strings.Contains(r.page, missing) == not {
			r.Errorf("want %q on %s", each, r.page)
		}
	}
}

func (r *reader) post(path, kind, key, body string) *http.Response {
	r.Helper()
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, r.server.URL+path, strings.NewReader(body))
	if err != nil {
		r.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Authorization", "Bearer "+key)
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		r.Fatal(err)
	}
	answer.Body.Close()
	return answer
}

// visits reports one or several.
func (r *reader) visits(key, body string) {
	r.Helper()
	if answer := r.post("/api/visits", "application/json", key, body); answer.StatusCode >= 300 {
		r.Fatal(answer.Status)
	}
}

func TestTheTourTellsWhyACustomerWasNotAsked(t *testing.T) {
	s, server := open(t, local.Options{})
	r := &reader{T: t, server: server}
	if _, err := s.FireSample(t.Context(), "zendesk-solved"); err != nil {
		t.Fatal(err)
	}
	if err := s.Advance(t.Context(), s.Now().Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	r.visits(s.Key(), `{"touchpoint":"onboarding","subject":"<b>seat</b>","address":"pieter.devries@customer.example"}`)
	r.visits(s.Key(), `{"touchpoint":"onboarding","subject":"nobody"}`)

	// By day.
	r.open("/", 200)
	r.follow("the decisions by day")
	r.reads("Decisions of 2026-11-17", "fatigue", "between two there are at least", "&lt;b&gt;seat", "no-address", "unknown", "not The day after", "not zendesk")
	r.follow("The day before")
	r.reads("Decisions of 2026-11-16", "zendesk", "the survey is planned for", "not fatigue")
	r.follow("The day before")
	r.reads("Nothing was decided on this day")
	r.follow("The day after")
	r.reads("Decisions of 2026-11-16", "zendesk")

	// By touchpoint, and its days.
	r.follow("onboarding")
	r.reads("<strong>onboarding</strong>", "Nothing was decided on this day")
	r.follow("The day after")
	r.reads("<strong>onboarding</strong>", "fatigue")
	r.follow("support")
	r.reads("Nothing was decided on this day")
	r.follow("all")
	r.reads("<strong>all</strong>", "fatigue")

	// By customer, from a visit and from the address.
	r.follow("history")
	r.reads("pieter.devries@customer.example", "Now: reachable.", "fatigue", "between two there are at least", "the survey is planned for", "sent", "support (CES), 16 Nov 2026")
	found := r.post("/local/tour/customer", "application/x-www-form-urlencoded", "", url.Values{"address": {" Pieter.deVries@customer.example"}}.Encode())
	if found.StatusCode != http.StatusSeeOther || strings.Contains(found.Header.Get("Location"), "pieter") {
		t.Fatalf("%s, to %s", found.Status, found.Header.Get("Location"))
	}
	r.open(found.Header.Get("Location"), 200)
	r.reads("pieter.devries@customer.example", "fatigue")

	// What is not there.
	for path, want := range map[string]int{
		"/local/tour/decisions?day=yesterday": 400, "/local/tour/decisions?touchpoint=dance": 400, "/local/tour/decisions?cursor=x": 400,
		"/local/tour/decisions?colour=red": 400, "/local/tour/customers/nobody": 404,
	} {
		r.open(path, want)
	}
	for _, address := range []string{"somebody@else.example", "", "nobody"} {
		if answer := r.post("/local/tour/customer", "application/x-www-form-urlencoded", "", url.Values{"address": {address}}.Encode()); answer.StatusCode != 404 && answer.StatusCode != 400 {
			t.Errorf("%q: %s", address, answer.Status)
		}
	}
}

// Each link for everybody can be tried on the tour, and scanned from it.
func TestTheTourShowsTheLinksForEverybody(t *testing.T) {
	_, server := open(t, local.Options{})
	r := &reader{T: t, server: server}
	r.open("/", 200)
	r.reads("<title>QR code of purchase counter</title>", `fill="#fff"`, "purchase counter: <a href=")
	link := regexp.MustCompile(`<a href="http://127\.0\.0\.1:8080(/l/[^"]+)">`).FindStringSubmatch(r.page)
	if link == nil {
		t.Fatalf("there is no link in %s", r.page)
	}
	r.open(link[1], 200)
	r.reads("name=\"rating\"")
}

// More visits than a page holds are led to, each once.
func TestTheTourLeadsToAllDecisionsOfADay(t *testing.T) {
	s, server := open(t, local.Options{})
	var visits []string
	for n := range 120 {
		visits = append(visits, fmt.Sprintf(`{"touchpoint":"purchase","subject":"order-%d","address":"maria@customer.example"}`, n))
	}
	(&reader{T: t, server: server}).visits(s.Key(), `{"visits":[`+strings.Join(visits, ",")+`]}`)
	subject := regexp.MustCompile(`api (order-\d+)<`)
	for _, start := range []string{"/local/tour/decisions?touchpoint=purchase", ""} {
		r, seen := &reader{T: t, server: server}, map[string]int{}
		if start == "" {
			r.open("/local/tour/decisions", 200)
			r.follow("history")
		} else {
			r.open(start, 200)
		}
		pages := 1
		for ; ; pages++ {
			for _, found := range subject.FindAllStringSubmatch(r.page, -1) {
				seen[found[1]]++
			}
			if !strings.Contains(r.page, ">Earlier ones<") {
				break
			}
			r.follow("Earlier ones")
		}
		if len(seen) != 120 || pages < 2 {
			t.Errorf("from %q: %d visits on %d pages", start, len(seen), pages)
		}
		for name, n := range seen {
			if n != 1 {
				t.Errorf("%s was shown %d times", name, n)
			}
		}
	}
}
