package local_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"afterword/internal/browser"
	"afterword/internal/survey"
)

// scanner is a way in which the links of a mail are opened by what is no person.
type scanner struct {
	name  string
	later bool                                          // hours after the mail, not at once
	scan  func(t *testing.T, chromium window, l letter) // chromium is a browser that the mail has for itself
}

// dwell is how long a scanner that runs scripts stays on a page.
const dwell = 15 * time.Second

// plain are scanners that only ask for pages. They have the address and the user agent of the people who answer later: what a scanner
// on the recipient's own machine has.
var plain = []scanner{
	{name: "every link by HEAD and GET, at once", scan: func(t *testing.T, _ window, l letter) {
		var all sync.WaitGroup
		for _, link := range l.links {
			all.Go(func() { ask(t, http.MethodHead, link) })
			all.Go(func() { ask(t, http.MethodGet, link) })
		}
		all.Wait()
	}},
	{name: "every link by GET, hours later", later: true, scan: func(t *testing.T, _ window, l letter) {
		for _, link := range l.links {
			ask(t, http.MethodGet, link)
		}
	}},
	{name: "one link by GET", scan: func(t *testing.T, _ window, l letter) { ask(t, http.MethodGet, l.one()) }},
	{name: "one link by GET, hours later", later: true, scan: func(t *testing.T, _ window, l letter) { ask(t, http.MethodGet, l.one()) }},
	{name: "fetched ahead, as headers say", scan: func(t *testing.T, _ window, l letter) {
		for _, header := range []string{"Purpose: prefetch", "Sec-Purpose: prefetch", "Sec-Purpose: prefetch;prerender", "X-Moz: prefetch"} {
			for _, link := range l.ratings {
				ask(t, http.MethodGet, link, header)
			}
		}
	}},
	{name: "the hidden link", scan: func(t *testing.T, _ window, l letter) {
		ask(t, http.MethodGet, l.trap)
		ask(t, http.MethodGet, l.one())
	}},
}

// inChromium are scanners that open pages in a browser and stay on each for fifteen seconds.
var inChromium = []scanner{
	{name: "every link, scripts, 15 s on each", scan: func(t *testing.T, w window, l letter) {
		for _, link := range l.links {
			w.open(t).stay(link)
		}
	}},
	{name: "one link, scripts, 15 s", scan: func(t *testing.T, w window, l letter) { w.open(t).stay(l.one()) }},
	{name: "one link, scripts, hours later", later: true, scan: func(t *testing.T, w window, l letter) { w.open(t).stay(l.one()) }},
	{name: "one link, scrolled to the end", later: true, scan: func(t *testing.T, w window, l letter) { w.open(t).stay(l.one(), scrolled...) }},
	{name: "one link, mouse moved", later: true, scan: func(t *testing.T, w window, l letter) { w.open(t).stay(l.one(), moved()...) }},
	{name: "every rating in one tab, scrolled, mouse moved", scan: func(t *testing.T, w window, l letter) {
		tab := w.open(t)
		for _, link := range l.ratings[1:] {
			tab.do(chromedp.Navigate(link))
			tab.do(moved()...)
			tab.do(scrolled...)
		}
		tab.stay(l.ratings[0])
	}},
	{name: "pressed in the mail, then left alone", later: true, scan: func(t *testing.T, w window, l letter) {
		tab := w.open(t)
		tab.do(chromedp.Navigate(l.shown), chromedp.Click(css(`a[href="`+l.one()+`"]`)), chromedp.WaitVisible(css("form.survey")))
		tab.do(moved()...)
		if err := browser.Stay(tab, dwell); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "prerendered by a mail program", scan: func(t *testing.T, w window, l letter) {
		tab := w.open(t)
		tab.do(chromedp.Navigate(w.url + "/preview?" + url.Values{"link": l.ratings}.Encode()))
		select {
		case <-w.opened(strings.TrimPrefix(l.page, w.url)).ahead:
		case <-time.After(time.Minute):
			t.Error("this Chromium prerenders nothing")
		}
		if err := browser.Stay(tab, dwell); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "the hidden link, scripts", later: true, scan: func(t *testing.T, w window, l letter) { w.open(t).stay(l.trap); w.open(t).stay(l.one()) }},
}

// one is the link that a scanner opens which opens only one: another one of each mail.
func (l letter) one() string { return l.ratings[int(l.visit[0])%len(l.ratings)] }

// scrolled reaches the end of a page in every way that a script or a wheel has.
var scrolled = []step{
	wheel(0, 400), script(`scrollTo({top: document.body.scrollHeight, behavior: 'smooth'})`), wheel(0, 4000),
	chromedp.KeyEvent(kb.PageDown), chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.End),
}

func wheel(right, down float64) step {
	return chromedp.MouseEvent(input.DispatchMouseEventTypeMouseWheel, 180, 300, func(p *input.DispatchMouseEventParams) { p.DeltaX, p.DeltaY = right+0.1, down })
}

// over leads the mouse over what a selector finds.
func over(selector string) step {
	return at(selector, func(x, y float64) step { return chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, y) })
}

// moved leads the mouse across the page, over the ratings and the button.
func moved() (steps []step) {
	for i := range 12 {
		steps = append(steps, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 40+float64(i)*50, 20+float64(i)*45))
	}
	return append(steps, over(`[name=rating]`), over(`button[type=submit]`))
}

// Whatever scanners do with the links of a mail and of its reminder, nothing is counted; and afterwards people answer these mails as if
// nobody had been there, once each.
func TestNoScannerAnswers(t *testing.T) {
	ways := plain
	var chromium context.Context
	for _, chromium = range chromiums(t) {
		ways = append(ways, inChromium...)
	}
	m := post(t, mails(t))
	rows := make([]row, len(ways))
	for i := range m.letters {
		rows[i%len(ways)].suite = ways[i%len(ways)].name
		rows[i%len(ways)].mails++
	}
	scan := func(letters []letter) {
		for _, later := range []bool{false, true} {
			m.together(letters, func(i int, l letter) {
				if way := ways[i%len(ways)]; way.later == later {
					m.scan(chromium, way, l)
				}
			})
			m.pass(5 * time.Hour)
		}
	}
	scan(m.letters)
	m.nothing()
	m.pass(4*24*time.Hour - 10*time.Hour)
	reminders := m.sent(survey.ReminderLetter)
	if len(reminders) != len(m.letters) {
		t.Fatalf("%d of %d reminders left: a scanner answered or unsubscribed", len(reminders), len(m.letters))
	}
	scan(reminders)
	m.nothing()
	answers := m.answers()
	for i, l := range m.letters {
		r := &rows[i%len(ways)]
		r.hits += m.hits(l)
		r.unconfirmed += m.unconfirmed(l)
		if answers[l.visit].Counted {
			r.counted++
			r.wrong++
		}
	}
	print(t, rows)
	if chromium == nil {
		return // nobody to answer
	}
	given := make([]int, len(reminders))
	m.together(reminders, func(i int, l letter) {
		m.with(chromium, func(w window) { given[i] = acts[(i+i/len(ways))%len(acts)].answer(t, w, l) })
	})
	want := map[string]int{}
	for i, l := range reminders {
		want[l.visit] = given[i]
	}
	m.pass(15 * time.Minute)
	m.hold(want)
}

// scan lets a scanner have a mail, in a browser of its own if there is one.
func (m *mailing) scan(chromium context.Context, s scanner, l letter) {
	if chromium == nil {
		s.scan(m.t, window{mailing: m}, l)
		return
	}
	m.with(chromium, func(w window) { s.scan(m.t, w, l) })
}

// nothing holds that there is no answer: none listed, none counted, none that waits to be taken for one.
func (m *mailing) nothing() {
	m.t.Helper()
	if found := m.answers(); len(found) > 0 {
		m.t.Errorf("machines answered: %+v", found)
	}
	for touch, c := range m.scores() {
		if c.N != 0 {
			m.t.Errorf("%s counts %d answers", touch, c.N)
		}
	}
	m.audit(0)
}
