package local_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"afterword/internal/browser"
	"afterword/internal/survey"
)

// narrow is the narrowest screen in CSS pixels, heavy the most bytes that a page may take to arrive, with all that it needs.
const (
	narrow = 320
	heavy  = 30 << 10
)

// cut is the parts of a page that one cannot see whole, or only by scrolling sideways.
const cut = `[...document.querySelectorAll('body *')].filter(e => {
	const r = e.getBoundingClientRect(), s = getComputedStyle(e)
	return r.width > 1 && r.height > 1 && s.opacity !== '0' && (r.left < -1 || r.right > innerWidth + 1 ||
		s.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1 || s.overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 1)
}).map(e => e.outerHTML.slice(0, 120))`

// witness is who looks at pages: in the narrowest window, in light and in dark, and at what the browser asks for.
type witness struct {
	tab
	axe, site string

	mu    sync.Mutex
	asked []string
	bytes int
}

func (w *witness) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.asked = append(w.asked, e.Request.URL)
	case *network.EventLoadingFinished:
		w.bytes += int(e.EncodedDataLength)
	}
}

// look leads to a page and looks at it.
func (w *witness) look(name string, steps ...step) {
	w.t.Helper()
	w.mu.Lock()
	w.asked, w.bytes = nil, 0
	w.mu.Unlock()
	w.do(steps...)
	w.mu.Lock()
	for _, asked := range w.asked {
		if !strings.HasPrefix(asked, w.site+"/") && !strings.HasPrefix(asked, "data:") {
			w.t.Errorf("%s asks for %s", name, asked)
		}
	}
	if w.bytes == 0 || w.bytes > heavy {
		w.t.Errorf("%s takes %d bytes to arrive", name, w.bytes)
	}
	w.mu.Unlock()
	w.do(script(`document.querySelectorAll('details').forEach(e => { e.open = true })`))
	for _, scheme := range []string{"light", "dark"} {
		if err := browser.See(w, narrow, scheme); err != nil {
			w.t.Fatal(err)
		}
		found, err := browser.Check(w, w.axe, "{}")
		if err != nil {
			w.t.Fatal(err)
		}
		for _, f := range found {
			w.t.Errorf("%s, %s: %s", name, scheme, f)
		}
	}
	if wide := value[int](w.tab, `document.documentElement.scrollWidth`); wide > narrow {
		w.t.Errorf("%s is %d pixels wide", name, wide)
	}
	for _, part := range value[[]string](w.tab, cut) {
		w.t.Errorf("%s does not show all of %s", name, part)
	}
}

func scripts(on bool) step {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	})
}

// Every page that a customer can come to, as the whole system serves it, in every presentation: usable by axe-core's rules in light and
// in dark, whole on a screen of 320 pixels, small, from one place, and complete without scripts.
func TestEveryPageIsForEverybody(t *testing.T) {
	axe, err := browser.Axe()
	if err != nil {
		t.Fatal(err)
	}
	for _, chromium := range chromiums(t) {
		if axe == "" {
			return // scripts/test says so
		}
		m := post(t, 2*len(touches))
		m.pass(2 * time.Minute)
		m.with(chromium, func(own window) {
			w := &witness{tab: own.open(t), axe: axe, site: m.url}
			if err := chromedp.Listen(w, w.hear); err != nil {
				t.Fatal(err)
			}
			w.do(chromedp.EmulateViewport(narrow, 640))
			for _, l := range m.letters[:len(touches)] {
				w.look("the survey of "+l.touch, chromedp.Navigate(l.page))
				w.look("the survey of "+l.touch+" with a rating", chromedp.Navigate(l.one()))
				w.look("the survey of "+l.touch+" with its worst rating", chromedp.Navigate(l.ratings[0]))
				w.look("the thanks for "+l.touch, scripts(false), chromedp.Navigate(l.one()), chromedp.Click(css(rating(l.another(1)))), chromedp.Click(css(button)), thanked, scripts(true))
			}
			var everybody struct{ Items []struct{ URL string } }
			m.api(http.MethodGet, "/api/links", "", &everybody)
			if len(everybody.Items) == 0 {
				t.Error("there is no link for everybody")
			}
			for _, l := range everybody.Items {
				w.look("a link for everybody", chromedp.Navigate(l.URL))
				w.look("the thanks for an answer by a link for everybody", chromedp.Navigate(l.URL), chromedp.Click(css(rating(1))), chromedp.Click(css(button)), thanked)
			}
			rest := m.letters[len(touches):]
			left, erased, silent := rest[0], rest[1], rest[2]
			w.look("unsubscribing", chromedp.Navigate(left.unsubscribe(m)))
			w.look("unsubscribed", chromedp.Click(css(button)), chromedp.WaitVisible(css("svg.tick")))
			w.look("a link that was cut short", chromedp.Navigate(silent.page[:len(silent.page)-3]))
			m.api(http.MethodPost, "/api/customers/erase", fmt.Sprintf(`{"address":"customer-%s@example.com","keep_ratings":true}`, erased.subject), nil)
			w.look("what was erased", chromedp.Navigate(erased.one()))
			m.pass(31 * 24 * time.Hour)
			w.look("what expired", chromedp.Navigate(silent.one()))
			w.look("what was answered long ago", chromedp.Navigate(m.letters[0].one()))
		})
	}
}

// unsubscribe is the link of the mail that does so.
func (l letter) unsubscribe(m *mailing) string {
	for _, link := range l.links {
		if parsed, err := url.Parse(link); err == nil && strings.HasPrefix(parsed.Path, "/u/") {
			return link
		}
	}
	m.t.Fatalf("the %s %s has no link to unsubscribe", survey.SurveyLetter, l.id)
	return ""
}
