package browser_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"afterword/internal/browser"
)

// Fifteen seconds pass for a page, on its timers and on its clock, and not for the test. A tab beside it has its own.
func TestTimePassesForAPage(t *testing.T) {
	if browser.Path() == "" {
		return // scripts/test says so
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<!doctype html><title>x</title><script>seen = 0; began = Date.now(); setInterval(() => seen++, 1000)</script>`)
	}))
	defer site.Close()
	chromium, quit, err := browser.Start(t.Context(), browser.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer quit()
	for range 2 {
		tab, shut := chromedp.NewContext(chromium)
		defer shut()
		tab, cancel := context.WithTimeout(tab, 10*time.Second)
		defer cancel()
		if err := chromedp.Do(tab, chromedp.Navigate(site.URL)); err != nil {
			t.Fatal(err)
		}
		if err := browser.Stay(tab, 15*time.Second); err != nil {
			t.Fatal(err)
		}
		seen, err := chromedp.Run(tab, chromedp.Evaluate[[]int]("[seen, Math.floor((Date.now() - began) / 1000), Math.floor(performance.now() / 1000)]"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{15, 15, 15}, seen); diff != "" {
			t.Errorf("of 15 seconds the timers, the date and the page's clock saw:\n%s", diff)
		}
	}
}
