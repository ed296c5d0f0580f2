package internal_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"afterword/internal/browser"
	"afterword/internal/local"
)

// The rules of axe-core that a page's kind allows: a mail is no document of its own in a mail program, which brings its landmarks and
// headings.
const (
	allRules  = `{}`
	mailRules = `{region: {enabled: false}, 'landmark-one-main': {enabled: false}}`
)

// place is something that people look at.
type place struct{ name, html, rules string }

// pages are the golden pages and mails, which the tests of web and mail hold to what people are sent, from the left and from the
// right, and the tour. The golden pages leave out the style sheet, which is put back.
func pages(t *testing.T) (all []place) {
	t.Helper()
	tour, style := served(t)
	for pattern, rules := range map[string]string{
		"web/testdata/*.en.html": allRules, "web/testdata/*.ar.html": allRules,
		"mail/testdata/*en.html": mailRules, "mail/testdata/*ar.html": mailRules,
	} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			html, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, place{file, strings.Replace(string(html), "<style></style>", style, 1), rules})
		}
	}
	return append(all, place{"tour", tour, allRules})
}

var styleSheet = regexp.MustCompile(`(?s)<style>.+?</style>`)

// served is the tour, and the style sheet of the customers' pages.
func served(t *testing.T) (tour, style string) {
	t.Helper()
	s, err := local.Open(t.Context(), local.Options{Now: time.Date(2026, time.November, 20, 9, 0, 0, 0, time.UTC), Seed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	get := func(path string) string {
		page := httptest.NewRecorder()
		s.Handler().ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:8080"+path, nil))
		return page.Body.String()
	}
	tour, style = get("/"), styleSheet.FindString(get("/s/nothing"))
	if !strings.Contains(tour, "<h1") || style == "" {
		t.Fatalf("the tour is %.100s, the style %.100s", tour, style)
	}
	return tour, style
}

// What people see is usable for everybody: by axe-core's rules, on a phone and on a desk, in light and in dark.
func TestNobodyIsShutOut(t *testing.T) {
	for _, look := range looks(t) {
		for _, p := range pages(t) {
			t.Run(p.name, func(t *testing.T) {
				for _, found := range look.check(t, p, screens...) {
					t.Error(found)
				}
			})
		}
	}
}

func TestAxeFindsWhatIsWrong(t *testing.T) {
	for _, look := range looks(t) {
		html := `<!doctype html><title>x</title><main><p style="color:#bbb;background:#fff">pale</p><img src="x.png"></main>`
		var ids []string
		for _, f := range look.check(t, place{"wrong", html, allRules}, screens[0]) {
			ids = append(ids, f.ID)
		}
		for _, want := range []string{"color-contrast", "html-has-lang", "image-alt"} {
			if !slices.Contains(ids, want) {
				t.Errorf("found %v, not %s", ids, want)
			}
		}
	}
}

// screen is what a page is looked at on.
type screen struct {
	width  int64
	scheme string
}

var screens = []screen{{360, "light"}, {360, "dark"}, {1280, "light"}}

// look is a browser's tab with axe-core at hand, and a server of the page that is looked at.
type look struct {
	context.Context
	axe  string
	url  string
	html *atomic.Value
}

// looks is one look, where there is a browser (AFTERWORD_CHROMIUM) and axe-core (AFTERWORD_AXE); scripts/test says it when not.
func looks(t *testing.T) []look {
	t.Helper()
	axe, err := browser.Axe()
	if err != nil {
		t.Fatal(err)
	}
	chromium := browser.Path()
	if chromium == "" || axe == "" {
		return nil
	}
	tab, quit, err := browser.Start(context.Background(), chromium)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(quit)
	var html atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, html.Load().(string))
	}))
	t.Cleanup(server.Close)
	return []look{{tab, axe, server.URL, &html}}
}

// check looks at one place as people with such screens do.
func (l look) check(t *testing.T, p place, on ...screen) (found []browser.Finding) {
	t.Helper()
	l.html.Store(p.html)
	ctx, cancel := context.WithTimeout(l.Context, 2*time.Minute)
	defer cancel()
	for i, s := range on {
		if err := browser.See(ctx, s.width, s.scheme); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if err := chromedp.Do(ctx, chromedp.Navigate(l.url)); err != nil {
				t.Fatal(err)
			}
		}
		wrong, err := browser.Check(ctx, l.axe, p.rules)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range wrong {
			w.Help += fmt.Sprintf(" (%d pixels, %s)", s.width, s.scheme)
			found = append(found, w)
		}
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth"))
		if err != nil {
			t.Fatal(err)
		}
		if wide > s.width {
			t.Errorf("%d pixels wide on a screen of %d: it scrolls sideways", wide, s.width)
		}
	}
	return found
}
