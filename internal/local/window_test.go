package local_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"afterword/internal/browser"
)

type (
	step = chromedp.Action[chromedp.Void]
	css  = chromedp.CSS
)

// chromiums are the browsers to play a suite in, if there is one.
func chromiums(t *testing.T) []context.Context {
	t.Helper()
	if browser.Path() == "" {
		return nil
	}
	chromium, quit, err := browser.Start(context.Background(), browser.Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(quit)
	return []context.Context{chromium}
}

// window is a browser that shares nothing with others; its tabs live as long as it. It comes with one.
type window struct {
	context.Context
	*mailing
	chromium context.Context
	used     *bool // its first tab is
}

// with lets somebody have a browser for as long as it takes.
func (m *mailing) with(chromium context.Context, do func(window)) {
	own, shut := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	defer shut()
	own, cancel := context.WithTimeout(own, 5*time.Minute)
	defer cancel()
	if err := chromedp.Do(own); err != nil {
		m.t.Fatal(err)
	}
	do(window{own, m, chromium, new(bool)})
}

// crowd is how many people or machines open mails at the same time.
const crowd = 4

// together has each mail opened by somebody, some at the same time. Nobody waits for a clock that stands.
func (m *mailing) together(letters []letter, open func(i int, l letter)) {
	m.t.Helper()
	var all sync.WaitGroup
	places := make(chan struct{}, crowd)
	for i, l := range letters {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			open(i, l)
		})
	}
	all.Wait()
	if m.t.Failed() {
		m.t.FailNow()
	}
}

// tab is one page at a time.
type tab struct {
	context.Context
	t *testing.T
}

func (w window) open(t *testing.T, steps ...step) tab {
	t.Helper()
	tab := tab{w, t}
	if *w.used {
		var shut context.CancelFunc
		tab.Context, shut = chromedp.NewContext(w)
		context.AfterFunc(w, shut)
	}
	*w.used = true
	tab.do(steps...)
	return tab
}

func (tab tab) do(steps ...step) {
	tab.t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		tab.t.Fatal(err)
	}
}

// stay opens a page, does something there and stays for the time that scanners do.
func (tab tab) stay(link string, steps ...step) {
	tab.t.Helper()
	tab.do(chromedp.Navigate(link))
	tab.do(steps...)
	if err := browser.Stay(tab, dwell); err != nil {
		tab.t.Fatal(err)
	}
}

// value evaluates an expression.
func value[V any](tab tab, expression string) V {
	tab.t.Helper()
	v, err := chromedp.Run(tab, chromedp.Evaluate[V](expression))
	if err != nil {
		tab.t.Fatal(err)
	}
	return v
}

func script(text string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool](text+"; true")(ctx, t)
		return err
	})
}

// until waits for the page to say it.
func until(condition string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := chromedp.Poll[bool](condition, chromedp.WithPollingTimeout(2*time.Minute))(ctx, t); err != nil {
			return fmt.Errorf("until %s: %w", condition, err)
		}
		return nil
	})
}

// at does something at the middle of what a selector finds, where that is on the screen.
func at(selector string, do func(x, y float64) step) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		place, err := chromedp.Evaluate[[]float64](`(e => { e = e.closest('label') || e; e.scrollIntoView({block: 'center', behavior: 'instant'});
			const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })(document.querySelector('`+selector+`'))`)(ctx, t)
		if err != nil {
			return fmt.Errorf("find %s: %w", selector, err)
		}
		_, err = do(place[0], place[1])(ctx, t)
		return err
	})
}

// ask opens a link without a browser. A header is "Name: value".
func ask(t *testing.T, method, link string, headers ...string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36")
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("%s %s: %d, %v", method, link, answer.StatusCode, err)
	}
}
