package internal_test

import (
	"context"
	"encoding/json"
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

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"afterword/internal/browser"
	"afterword/internal/local"
)

// finding is a rule of axe-core that something on a page breaks.
type finding struct {
	ID     string `json:"id"`
	Help   string `json:"help"`
	Impact string `json:"impact"`
	Nodes  []struct {
		Target []string `json:"target"`
		HTML   string   `json:"html"`
		Why    string   `json:"failureSummary"`
	} `json:"nodes"`
}

// askAxe runs every rule of axe-core that the page's kind allows: a mail is no document of its own in a mail program, which brings
// its landmarks and headings.
const askAxe = `axe.run(document, {resultTypes: ['violations'], rules: %s}).then(r => JSON.stringify(r.violations))`

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
			for _, screen := range screens {
				t.Run(fmt.Sprintf("%s/%d/%s", p.name, screen.width, screen.scheme), func(t *testing.T) {
					for _, f := range look.check(t, p, screen) {
						for _, node := range f.Nodes {
							t.Errorf("%s (%s): %s\n%v %.300s\n%s", f.ID, f.Impact, f.Help, node.Target, node.HTML, node.Why)
						}
					}
				})
			}
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
	chromium, axe := browser.Path(), os.Getenv("AFTERWORD_AXE")
	if chromium == "" || axe == "" {
		return nil
	}
	source, err := os.ReadFile(axe)
	if err != nil {
		t.Fatal(err)
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
	return []look{{tab, string(source), server.URL, &html}}
}

// check looks at one place as somebody with such a screen does.
func (l look) check(t *testing.T, p place, on screen) (found []finding) {
	t.Helper()
	l.html.Store(p.html)
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: on.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}, // no colours on their way
	}}
	ctx, cancel := context.WithTimeout(l.Context, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(on.width, 800)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(l.url)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](l.axe+"; true")); err != nil {
		t.Fatal(err)
	}
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(askAxe, p.rules), chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatal(err)
	}
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth"))
	if err != nil {
		t.Fatal(err)
	}
	if wide > on.width {
		t.Errorf("%d pixels wide on a screen of %d: it scrolls sideways", wide, on.width)
	}
	return found
}
