package local_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdp "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"afterword/internal/browser"
	"afterword/internal/local"
)

// readersSite serves a system whose visitor is signed in, under the name that the sign-in was for.
func readersSite(t *testing.T, s *local.System) string {
	t.Helper()
	outside := httptest.NewServer(s.Handler())
	defer outside.Close()
	cookie := signIn(t, s, outside.URL)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = publicHost
		r.Header.Set("Cookie", cookie)
		s.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(site.Close)
	return site.URL
}

// The team's pages as a browser shows them: the chart is drawn from its table, the table is there without scripts, a search and a
// download do what they say, and every page is for everybody, on a phone and on a desk, in light and in dark.
func TestTheTeamsPagesInABrowser(t *testing.T) {
	axe, err := browser.Axe()
	if err != nil {
		t.Fatal(err)
	}
	for _, chromium := range chromiums(t) {
		if axe == "" {
			return // scripts/test says so
		}
		s, _ := open(t, local.Options{Seed: true})
		own, cancel := context.WithTimeout(chromium, 2*time.Minute)
		defer cancel()
		site, tab := readersSite(t, s), tab{own, t}
		tab.do(chromedp.Navigate(site + "/series/purchase?period=2026-Q4"))
		tab.do(until(`document.querySelector('.chart')?.dataset.drawn === 'yes'`))
		const painted = `[...document.querySelector('.chart canvas').getContext('2d').getImageData(0, 0, 2000, 400).data].some(v => v > 0) && !document.querySelector('details.numbers').open`
		if !value[bool](tab, painted) {
			t.Error("the trend is not drawn, or its table is in the way")
		}
		for _, address := range []string{"/scores?period=2026-Q4", "/series/purchase?period=2026-Q4", "/decisions?day=2026-10-20", "/decisions", "/reports"} {
			tab.do(chromedp.Navigate(site+address), script(`document.querySelectorAll('details:not(.days)').forEach(e => { e.open = true })`))
			fitsEverybody(t, tab, axe, address)
		}
		tab.do(scripts(false), chromedp.Navigate(site+"/series/purchase?period=2026-Q4"), chromedp.WaitVisible(css(`table[data-chart] tbody th`)), scripts(true))

		tab.do(chromedp.Navigate(site+"/decisions"), chromedp.SendKeys(css("#address"), customerOf(t, s)), chromedp.Click(css(".line button")), chromedp.WaitVisible(css(".verdict")))
		if at := value[string](tab, `location.pathname + location.search`); at != "/decisions" {
			t.Errorf("the search leads to %s", at)
		}
		if got := downloaded(t, tab, site+"/reports", `a[href="/reports/2026-10/report.csv"]`); !strings.Contains(got, "purchase-csat-v1") {
			t.Errorf("downloaded is %.200s", got)
		}
	}
}

// fitsEverybody looks at the page in a tab as axe-core and people with small screens do.
func fitsEverybody(t *testing.T, tab tab, axe, page string) {
	t.Helper()
	for _, look := range []struct {
		width  int64
		scheme string
	}{{390, "light"}, {390, "dark"}, {1280, "light"}} {
		if err := browser.See(tab, look.width, look.scheme); err != nil {
			t.Fatal(err)
		}
		found, err := browser.Check(tab, axe, "{}")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			t.Errorf("%s, %d pixels, %s: %s", page, look.width, look.scheme, f)
		}
		if wide := value[int64](tab, `document.documentElement.scrollWidth`); wide > look.width {
			t.Errorf("%s is %d pixels wide on a screen of %d", page, wide, look.width)
		}
	}
}

// downloaded is the file behind a link of a page.
func downloaded(t *testing.T, tab tab, page, link string) string {
	t.Helper()
	folder, on := t.TempDir(), true
	allow := chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, cdp.SetDownloadBehavior, cdp.SetDownloadBehaviorParams{Behavior: cdp.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder, EventsEnabled: &on})
		return err
	})
	tab.do(allow, chromedp.Navigate(page))
	done := func(e cdp.EventDownloadProgress) bool { return e.State == cdp.DownloadProgressStateCompleted }
	if _, err := chromedp.Run(tab, chromedp.WaitEvent(cdp.DownloadProgress, done, chromedp.Click(css(link)))); err != nil {
		t.Fatal(fmt.Errorf("download %s: %w", link, err))
	}
	files, err := filepath.Glob(folder + "/*")
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
