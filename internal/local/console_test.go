package local_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"afterword/internal/console"
)

// team knows one reader, by a cookie of the tests.
type team struct{}

const readersCookie = "the reader of the tests"

func (team) Reader(_ context.Context, cookie string, _ time.Time) (console.Person, bool, error) {
	return console.Person{Name: "Ebba Ek", Address: "ebba@acme.example", Role: console.Reader}, cookie == readersCookie, nil
}

// reads asks for a page as the reader does, or as nobody without a cookie, and follows no redirect.
func reads(t *testing.T, method, url, cookie, form string) (status int, header http.Header, page string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	if form != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != "" {
		request.Header.Set("Cookie", console.Cookie+`="`+cookie+`"`)
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
}

// visitConsole opens each page of the console as its reader.
func visitConsole(t *testing.T, url string) {
	t.Helper()
	for _, page := range consolePages[1:] {
		if status, _, body := reads(t, http.MethodGet, url+page, readersCookie, ""); status != http.StatusOK {
			t.Errorf("%s: status %d: %.300s", page, status, body)
		}
	}
}
