package local_test

import (
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"afterword/internal/browser"
	"afterword/internal/local"
)

// The whole way of somebody who reads the scores: asked to sign in, the mail, the button, the page that was wanted, out.
func TestAReaderSignsInByTheMailReadsAndSignsOut(t *testing.T) {
	for _, chromium := range chromiums(t) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		site := "http://" + listener.Addr().String()
		s, err := local.Open(t.Context(), local.Options{Now: monday, Key: journeyKey, Public: site})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(s.Handler())
		server.Listener.Close()
		server.Listener = listener
		server.Start()
		t.Cleanup(func() { server.Close(); _ = s.Close() })
		tab := tab{chromium, t}
		usable(tab, site+"/sign-in/nothing", `.door .button`)
		usable(tab, site+"/scores?period=2026-Q4", `#address`)
		tab.do(chromedp.SendKeys(css(`#address`), "ebba@acme"), chromedp.Click(css(`.door button`)))
		usable(tab, "", `#wrong`)
		tab.do(chromedp.SendKeys(css(`#address`), kb.End+".example"), chromedp.Click(css(`.door button`)))
		usable(tab, "", `.typed`)
		if err := s.Advance(t.Context(), s.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		mails := s.Mails()
		if len(mails) != 1 {
			t.Fatalf("mailed are %v", mails)
		}
		tab.do(chromedp.Navigate(site+"/local/mail/"+mails[0].ID+".html"), chromedp.Click(css(`a[href*="/sign-in/"]`)))
		usable(tab, "", `.door form[method=post]`)
		tab.do(chromedp.Click(css(`.door button`)))
		usable(tab, "", `.leave button`)
		if at := value[string](tab, `location.href`); at != site+"/scores?period=2026-Q4" {
			t.Errorf("signed in, the reader is at %s", at)
		}
		if cookie := value[string](tab, `document.cookie`); cookie != "" {
			t.Errorf("a script reads %q", cookie)
		}
		tab.do(chromedp.Click(css(`.leave button`)))
		usable(tab, "", `.door .note`)
		tab.do(chromedp.Navigate(site + "/scores"))
		if at := value[string](tab, `location.pathname`); at != "/sign-in" {
			t.Errorf("signed out, the reader is at %s", at)
		}
	}
}

// usable waits for something on a page, which it opens if it has an address, and looks at it on a phone in the dark and on a desk in light.
func usable(tab tab, address, waitFor string) {
	tab.t.Helper()
	if address != "" {
		tab.do(chromedp.Navigate(address))
	}
	tab.do(chromedp.WaitVisible(css(waitFor)))
	axe, err := browser.Axe()
	if err != nil {
		tab.t.Fatal(err)
	}
	for _, screen := range []struct {
		width  int64
		scheme string
	}{{390, "dark"}, {1280, "light"}} {
		if err := browser.See(tab, screen.width, screen.scheme); err != nil {
			tab.t.Fatal(err)
		}
		if wide := value[int64](tab, `document.documentElement.scrollWidth`); wide > screen.width {
			tab.t.Errorf("%s is %d pixels wide on a screen of %d", waitFor, wide, screen.width)
		}
		if axe == "" {
			continue
		}
		found, err := browser.Check(tab, axe, `{}`)
		if err != nil {
			tab.t.Fatal(err)
		}
		for _, f := range found {
			tab.t.Errorf("%s, %s: %s", waitFor, screen.scheme, strings.TrimSpace(f.String()))
		}
	}
}
