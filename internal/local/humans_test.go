package local_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"afterword/internal/survey"
)

// way is how a person answers a mail. It returns the rating that the person has given in the end.
type way struct {
	name   string
	answer func(t *testing.T, w window, l letter) int
}

// acts need nothing but the mail and a browser, and find on the page what is there for everybody: ratings, a button, a status.
var acts = []way{
	{"a press in the mail, one on the page", func(t *testing.T, w window, l letter) int {
		tab := w.open(t, chromedp.Navigate(l.shown), chromedp.Click(css(`a[href="`+l.one()+`"]`)), theForm)
		tab.do(at(`h1`, press), told)
		return tab.sure()
	}},
	{"a tap on the page, on a phone", func(t *testing.T, w window, l letter) int {
		tab := w.open(t, phone, chromedp.Navigate(l.one()), at(`h1`, tap), told)
		return tab.sure()
	}},
	{"a tap on another rating, on a phone", func(t *testing.T, w window, l letter) int {
		tab := w.open(t, phone, chromedp.Navigate(l.one()), at(rating(l.another(1)), tap), told)
		return tab.chosen()
	}},
	{"keys only", func(t *testing.T, w window, l letter) int {
		tab := w.open(t, chromedp.Navigate(l.one()))
		tab.reach(`name`, `rating`)
		tab.do(chromedp.KeyEvent(kb.ArrowRight))
		last := tab.chosen()
		tab.reach(`type`, `submit`)
		tab.do(chromedp.KeyEvent(kb.Enter), thanked)
		return last
	}},
	{"no scripts, the button", func(t *testing.T, w window, l letter) int {
		w.open(t, scripts(false), chromedp.Navigate(l.one()), chromedp.Click(css(button)), thanked)
		return ratingOf(l.one())
	}},
	{"no scripts, another rating", func(t *testing.T, w window, l letter) int {
		w.open(t, scripts(false), chromedp.Navigate(l.one()), chromedp.Click(css(rating(l.another(1)))), chromedp.Click(css(button)), thanked)
		return l.another(1)
	}},
	{"a changed mind", func(t *testing.T, w window, l letter) int {
		tab := w.open(t, chromedp.Navigate(l.one()))
		for n := range 3 {
			tab.do(at(rating(l.another(n+1)), press), told)
		}
		tab.do(chromedp.SendKeys(css(comment), "After some thought"), chromedp.Click(css(button)), thanked)
		tab.do(forget, script(`document.querySelector('details').open = false`), chromedp.Click(css("summary")), at(rating(l.another(2)), press), chromedp.Click(css(button)), thanked)
		return l.another(2)
	}},
	{"two devices at the same time", func(t *testing.T, w window, l letter) int {
		desk := w.open(t, chromedp.Navigate(l.one()))
		w.with(w.chromium, func(other window) {
			hand := other.open(t, phone, chromedp.Navigate(l.another2()))
			var both sync.WaitGroup
			both.Go(func() { desk.do(at(rating(l.another(1)), press), told) })
			both.Go(func() { hand.do(at(rating(l.another(2)), tap), told) })
			both.Wait()
		})
		desk.do(at(rating(l.another(3)), press), told) // again, and the last
		return desk.chosen()
	}},
	{"causes ticked, questions answered", chooses},
}

const (
	button  = `form button[type=submit]`
	comment = `[name=comment]`
)

func rating(n int) string { return fmt.Sprintf(`[name=rating][value="%d"]`, n) }

var (
	theForm = chromedp.WaitVisible(css(button))
	thanked = chromedp.WaitVisible(css("svg.tick"))
	forget  = script(`document.querySelector('svg.tick').remove()`) // the next thanks are meant, not these
	told    = until(`['saved', 'waiting'].includes(document.querySelector('[role=status]').dataset.kind) &&
		document.querySelector('[role=status]').textContent.includes(document.querySelector('[name=rating]:checked').dataset.said)`)
	phone = chromedp.EmulateViewport(360, 720, chromedp.EmulateMobile, chromedp.EmulateTouch)
)

func press(x, y float64) step { return chromedp.MouseClickXY(x, y) }
func tap(x, y float64) step   { return chromedp.TapXY(x, y) }

// another is the n-th rating after the one that the mail is opened with.
func (l letter) another(n int) int {
	return ratingOf(l.ratings[(slices.Index(l.ratings, l.one())+n)%len(l.ratings)])
}

func (l letter) another2() string { return l.page + "?r=" + strconv.Itoa(l.another(2)) }

// chosen is the rating that the page shows as chosen.
func (tab tab) chosen() int {
	tab.t.Helper()
	return value[int](tab, `Number(document.querySelector('[name=rating]:checked').value)`)
}

// sure presses the button where the page asks for that, and returns the rating.
func (tab tab) sure() int {
	tab.t.Helper()
	chosen := tab.chosen()
	if value[string](tab, `document.querySelector('[role=status]').dataset.kind`) == "waiting" {
		tab.do(chromedp.Click(css(button)), thanked)
	}
	return chosen
}

// reach goes on by the tabulator until something with the property has the focus.
func (tab tab) reach(property, want string) {
	tab.t.Helper()
	for range 30 {
		tab.do(chromedp.KeyEvent(kb.Tab))
		if value[bool](tab, `document.activeElement.`+property+` === '`+want+`'`) {
			return
		}
	}
	tab.t.Fatalf("the tabulator does not lead to what has the %s %s", property, want)
}

// hold compares what is stored and counted with what people gave. Who has only clicked is unconfirmed.
func (m *mailing) hold(want map[string]int) {
	m.t.Helper()
	got, n, distribution := map[string]int{}, map[string]int{}, map[string]map[string]int{}
	for id, a := range m.answers() {
		if a.Counted {
			got[id] = a.Rating
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Errorf("people gave, stored is:\n%s", diff)
		for i, l := range m.letters {
			if given, answered := want[l.visit]; answered && got[l.visit] != given {
				m.t.Errorf("mail %d, about %s, opened by %d: gave %d, stored is %d", i, l.touch, ratingOf(l.one()), given, got[l.visit])
			}
		}
	}
	for _, l := range m.letters {
		if given, answered := want[l.visit]; answered {
			if n[l.touch]++; distribution[l.touch] == nil {
				distribution[l.touch] = map[string]int{}
			}
			distribution[l.touch][strconv.Itoa(given)]++
		}
	}
	clicks := 0
	for touch, c := range m.scores() {
		clicks += c.Unconfirmed
		if c.N != n[touch] {
			m.t.Errorf("%s counts %d answers, people gave %d", touch, c.N, n[touch])
		}
		for rating, counted := range c.Distribution { // not shown of a few answers
			if given := distribution[touch][rating]; counted != given {
				m.t.Errorf("%s counts %d times %s, given %d times", touch, counted, rating, given)
			}
		}
	}
	if clicks != len(m.letters)-len(want) {
		m.t.Errorf("%d of %d answered, and %d clicks are unconfirmed", len(want), len(m.letters), clicks)
	}
	m.audit(len(m.answers()))
}

// course is what happens to a mail in the course of days. A step returns the rating that was given last, or none.
type course struct {
	name     string
	first    func(*testing.T, window, letter) int // two minutes after the mail
	soon     func(*testing.T, window, letter) int // before a verdict
	later    func(*testing.T, window, letter) int // after it
	edit     func(*testing.T, window, letter) int // three days later
	reminded func(*testing.T, window, letter) int // with the reminder, which comes where there is one
}

const none = -1

// courses are every way to answer, and mails that are not only answered.
func courses() (all []course) {
	for _, way := range acts {
		all = append(all, course{name: way.name, first: way.answer})
	}
	inMail, onPage, explicit := acts[0].answer, acts[1].answer, acts[2].answer
	return append(all,
		course{name: "a changed mind, days later", first: inMail, edit: func(t *testing.T, w window, l letter) int {
			tab := w.open(t, chromedp.Navigate(l.page), at(rating(l.another(1)), press), chromedp.Click(css(button)), thanked)
			tab.do(chromedp.Navigate("about:blank"))
			return l.another(1)
		}},
		course{name: "a click and closed, confirmed when reminded", first: clicked, reminded: confirmed},
		course{name: "a scanner, then a person", first: scanned, soon: inMail},
		course{name: "a scanner, a person when reminded", first: scanned, reminded: inMail},
		course{name: "a person, then a scanner", first: explicit, soon: scanned, later: scanned},
		course{name: "a person, a verdict, then a scanner", first: onPage, later: scanned},
		course{name: "a person's act and a scanner, a person when reminded", first: onPage, soon: scanned, reminded: inMail},
	)
}

func clicked(t *testing.T, w window, l letter) int {
	w.open(t, chromedp.Navigate(l.shown), chromedp.Click(css(`a[href="`+l.one()+`"]`)), theForm)
	return none
}

func scanned(t *testing.T, w window, l letter) int {
	for _, link := range l.links {
		ask(t, http.MethodGet, link)
	}
	w.open(t).stay(l.one())
	return none
}

// confirmed is one tap on the page that the reminder's question leads to.
func confirmed(t *testing.T, w window, l letter) int {
	tab := w.open(t, phone, chromedp.Navigate(l.shown))
	if asks := value[string](tab, `document.querySelector('h1').textContent`); !strings.Contains(asks, "You chose") {
		t.Errorf("the reminder asks %q", asks)
	}
	tab.do(at(`a[href="`+l.one()+`"]`, tap), theForm, at(`h1`, tap), told)
	if kind := value[string](tab, `document.querySelector('[role=status]').dataset.kind`); kind != "saved" {
		t.Errorf("after one tap the answer is %s", kind)
	}
	return tab.chosen()
}

// Every way in which people answer is counted once, with the last rating: also of those whose mail a scanner opens before or after
// them, and of those who only clicked and confirm it when they are reminded.
func TestEveryPersonCountsOnce(t *testing.T) {
	for _, chromium := range chromiums(t) {
		m, all := post(t, mails(t)), courses()
		rows, want := make([]row, len(all)), map[string]int{}
		play := func(letters []letter, step func(course) func(*testing.T, window, letter) int) {
			given := make([]int, len(letters))
			m.together(letters, func(i int, l letter) {
				which := slices.IndexFunc(m.letters, func(first letter) bool { return first.visit == l.visit }) % len(all)
				given[i] = none
				if do := step(all[which]); do != nil {
					m.with(chromium, func(w window) { given[i] = do(t, w, l) })
				}
			})
			for i, l := range letters {
				if given[i] != none {
					want[l.visit] = given[i]
				}
			}
		}
		m.pass(2 * time.Minute)
		play(m.letters, func(c course) func(*testing.T, window, letter) int { return c.first })
		m.pass(5 * time.Minute)
		play(m.letters, func(c course) func(*testing.T, window, letter) int { return c.soon })
		m.pass(15 * time.Minute)
		play(m.letters, func(c course) func(*testing.T, window, letter) int { return c.later })
		m.pass(3 * 24 * time.Hour)
		play(m.letters, func(c course) func(*testing.T, window, letter) int { return c.edit })
		m.pass(time.Minute)           // the scores follow
		for i, l := range m.letters { // those whose first act was withdrawn have not answered yet
			if c := all[i%len(all)]; c.reminded != nil {
				delete(want, l.visit)
				rows[i%len(all)].unconfirmed += m.unconfirmed(l)
			}
		}
		m.hold(want)
		m.pass(24 * time.Hour)
		reminders := m.sent(survey.ReminderLetter)
		if len(reminders)+len(want) != len(m.letters) {
			t.Errorf("%d answered and %d are reminded, of %d", len(want), len(reminders), len(m.letters))
		}
		play(reminders, func(c course) func(*testing.T, window, letter) int { return c.reminded })
		m.pass(15 * time.Minute)
		m.hold(want)
		answers := m.answers()
		for i, l := range m.letters {
			r, a := &rows[i%len(all)], answers[l.visit]
			r.suite = all[i%len(all)].name
			r.mails++
			r.hits += m.hits(l)
			if a.Counted {
				r.counted++
			}
			if given, known := want[l.visit]; !known || !a.Counted || a.Rating != given {
				r.wrong++
			}
		}
		print(t, rows)
		if len(want) != len(m.letters) {
			t.Errorf("%d of %d people answered", len(want), len(m.letters))
		}
	}
}
