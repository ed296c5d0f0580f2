package web_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"afterword/internal/browser"
)

// chromiums are the browsers to test in, if there is one.
func chromiums() []string {
	if path := browser.Path(); path != "" {
		return []string{path}
	}
	return nil
}

// browse starts a browser whose tabs live as long as the test.
func browse(t *testing.T, chromium string) context.Context {
	t.Helper()
	tabs, quit, err := browser.Start(context.Background(), chromium)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(quit)
	return tabs
}

type (
	step = chromedp.Action[chromedp.Void]
	css  = chromedp.CSS
)

// tab is one page in the browser.
type tab struct {
	context.Context
	t *testing.T
}

func newTab(t *testing.T, tabs context.Context, steps ...step) tab {
	t.Helper()
	ctx, shut := chromedp.NewContext(tabs)
	t.Cleanup(shut)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	tab := tab{ctx, t}
	tab.do(steps...)
	return tab
}

func (tab tab) do(steps ...step) {
	tab.t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		tab.t.Fatal(err)
	}
}

// value evaluates an expression, which may be a promise.
func value[V any](tab tab, expression string) V {
	tab.t.Helper()
	v, err := chromedp.Run(tab, chromedp.Evaluate[V](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatal(err)
	}
	return v
}

// until waits for the page to say it.
func until(condition string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Poll[bool](condition, chromedp.WithPollingTimeout(20*time.Second))(ctx, t)
		if err != nil {
			return fmt.Errorf("until %s: %w", condition, err)
		}
		return nil
	})
}

func says(kind string) step {
	return until(`document.querySelector('.state').dataset.kind === '` + kind + `'`)
}

// settle waits for everything that the page may have begun: longer than it waits before it sends a pressed rating, and a request
// after which all earlier ones have arrived.
func (tab tab) settle() {
	tab.t.Helper()
	value[bool](tab, `new Promise(done => setTimeout(done, 600)).then(() => fetch('/settled')).catch(() => 0).then(() => true)`)
}

var thanks = chromedp.WaitVisible(css("svg.tick"))

func TestInABrowser(t *testing.T) {
	for _, chromium := range chromiums() {
		tabs := browse(t, chromium)
		for name, act := range acts {
			t.Run(name, func(t *testing.T) {
				s := open(t)
				inv := s.invite(t, "purchase", "en")
				link := s.links().Rating(inv, 4)
				for _, before := range act.opened {
					s.get(t, s.links().Rating(inv, before))
				}
				if act.pressed != 0 {
					s.post(t, s.links().Survey(inv), "rating", fmt.Sprint(act.pressed), "act", "explicit")
					s.forget()
				}
				tab := newTab(t, tabs, chromedp.EmulateViewport(360, 720, chromedp.EmulateTouch))
				if act.noScripts {
					if _, err := chromedp.Call(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
						t.Fatal(err)
					}
				}
				tab.do(chromedp.Navigate(link))
				tab.do(act.steps...)
				if !act.noScripts {
					tab.settle()
				}
				if diff := cmp.Diff(act.posts, s.posted()); diff != "" {
					t.Errorf("posted:\n%s", diff)
				}
				rec := s.record(t, inv)
				if got := fmt.Sprintf("%d %s %d %q", rec.Rating, rec.Act, rec.Revision, rec.Comment); got != act.stored {
					t.Errorf("stored is %s, want %s", got, act.stored)
				}
			})
		}
	}
}

const nothing = `0  0 ""`

// acts are what somebody, or something, does on the page opened with 4.
var acts = map[string]struct {
	opened    []int // links opened before
	pressed   int   // the rating that was sent by a button before; 0: none
	noScripts bool
	steps     []step
	posts     []string
	stored    string
}{
	"a page that is loaded sends nothing": {stored: nothing},
	"scrolling and moving the mouse send nothing": {
		steps: []step{
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 20, 20), chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 180, 300),
			wheel(180, 300, 400), script(`scrollTo(0, 9999)`), wheel(180, 300, -400),
		},
		stored: nothing,
	},
	"keys that scroll send nothing": {
		steps:  []step{chromedp.KeyEvent(kb.PageDown), chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.End)},
		stored: nothing,
	},
	"what a script clicks sends nothing": {
		steps: []step{script(`document.body.click(); document.querySelector('input[value="2"]').click();
			document.dispatchEvent(new PointerEvent('pointerup', {bubbles: true})); document.dispatchEvent(new KeyboardEvent('keydown', {key: 'a'}))`)},
		stored: nothing,
	},
	"a click anywhere sends the chosen rating, once": {
		steps:  []step{chromedp.MouseClickXY(180, 30), says("saved"), chromedp.MouseClickXY(180, 30), chromedp.MouseClickXY(200, 120)},
		posts:  []string{"act=implied&opened=4&rating=4"},
		stored: `4 implied 1 ""`,
	},
	"so does a tap": {
		steps:  []step{chromedp.TapXY(180, 120), says("saved"), chromedp.TapXY(180, 120)},
		posts:  []string{"act=implied&opened=4&rating=4"},
		stored: `4 implied 1 ""`,
	},
	"so does a key": {
		steps:  []step{chromedp.KeyEvent(kb.Tab), says("saved"), chromedp.KeyEvent(kb.Tab)},
		posts:  []string{"act=implied&opened=4&rating=4"},
		stored: `4 implied 1 ""`,
	},
	"so does the first letter of a comment, which stays on the page until it is sent": {
		steps:  []step{chromedp.Click(css("#comment")), chromedp.KeyEvent("Hm"), says("saved")},
		posts:  []string{"act=implied&opened=4&rating=4"},
		stored: `4 implied 1 ""`,
	},
	"a press on another rating is explicit": {
		steps:  []step{chromedp.Click(rating(2)), says("saved")},
		posts:  []string{"act=explicit&opened=4&rating=2"},
		stored: `2 explicit 1 ""`,
	},
	"a press on the chosen rating is explicit": {
		steps:  []step{chromedp.Click(rating(4)), says("saved")},
		posts:  []string{"act=explicit&opened=4&rating=4"},
		stored: `4 explicit 1 ""`,
	},
	"a press after an act elsewhere makes it explicit": {
		steps: []step{chromedp.MouseClickXY(180, 30), says("saved"), chromedp.Click(rating(4)), script(`0`)},
		posts: []string{"act=implied&opened=4&rating=4", "act=explicit&opened=4&rating=4"}, stored: `4 explicit 2 ""`,
	},
	"arrow keys run through the ratings and send the last": {
		steps:  []step{chromedp.Focus(rating(4)), chromedp.KeyEvent(kb.ArrowLeft + kb.ArrowLeft), says("saved")},
		posts:  []string{"act=explicit&opened=4&rating=2"},
		stored: `2 explicit 1 ""`,
	},
	"a press on the rating that was pressed before is sent again: another device may have changed it meanwhile": {
		steps:  []step{chromedp.Click(rating(2)), says("saved"), chromedp.Click(rating(2))},
		posts:  []string{"act=explicit&opened=4&rating=2", "act=explicit&opened=4&rating=2"},
		stored: `2 explicit 1 ""`,
	},
	"a press is not lost on a page that goes out of sight at once": {
		steps: []step{
			script(`const kept = setTimeout; window.setTimeout = () => 1; document.body.addEventListener('seen', () => { window.setTimeout = kept })`), chromedp.Click(rating(2)),
			script(`Object.defineProperty(document, 'hidden', {value: true}); document.dispatchEvent(new Event('visibilitychange'))`), says("saved"),
			script(`document.body.dispatchEvent(new Event('seen'))`),
		},
		posts:  []string{"act=explicit&opened=4&rating=2"},
		stored: `2 explicit 1 ""`,
	},
	"the reason asked for follows the rating": {
		steps: []step{
			until(`document.querySelector('label.field').textContent === 'What did we do well?'`), chromedp.Click(rating(1)),
			until(`document.querySelector('label.field').textContent === 'We are sorry. What went wrong?'`), says("saved"),
		},
		posts:  []string{"act=explicit&opened=4&rating=1"},
		stored: `1 explicit 1 ""`,
	},
	"the button sends all at once": {
		steps:  []step{chromedp.Click(css(".button")), thanks},
		posts:  []string{"act=explicit&comment=&opened=4&rating=4"},
		stored: `4 explicit 1 ""`,
	},
	"a comment follows the rating": {
		steps: []step{
			chromedp.Click(css("#comment")), says("saved"), chromedp.SendKeys(css("#comment"), "Fast and kind"),
			chromedp.Click(css(".button")), thanks,
		},
		posts:  []string{"act=implied&opened=4&rating=4", "act=explicit&comment=Fast+and+kind&opened=4&rating=4"},
		stored: `4 explicit 2 "Fast and kind"`,
	},
	"where a machine may have been, one more tap is asked for": {
		opened: []int{1},
		steps: []step{
			chromedp.MouseClickXY(180, 30), says("waiting"), until(`document.querySelector('.button').textContent === 'Yes, send 4'`),
			chromedp.Click(css(".button")), thanks,
		},
		posts:  []string{"act=implied&opened=4&rating=4", "act=explicit&comment=&opened=4&rating=4"},
		stored: `4 explicit 1 ""`,
	},
	"an act on a page that was opened with another rating than the one that is known is a changed rating": {
		pressed: 5,
		steps:   []step{chromedp.MouseClickXY(180, 30), says("saved")},
		posts:   []string{"act=implied&opened=4&rating=4"},
		stored:  `4 explicit 2 ""`,
	},
	"an act on a page that was opened with the rating that is known says nothing new": {
		pressed: 4,
		steps:   []step{chromedp.MouseClickXY(180, 30), script(`0`)},
		stored:  `4 explicit 1 ""`,
	},
	"without scripts the form does it": {
		noScripts: true,
		steps: []step{
			chromedp.Click(rating(2)), chromedp.SendKeys(css("#comment"), "Slow"),
			chromedp.Click(css(".button")), thanks,
		},
		posts:  []string{"act=explicit&comment=Slow&opened=4&rating=2"},
		stored: `2 explicit 1 "Slow"`,
	},
	"without scripts the thanks take a change": {
		noScripts: true,
		steps: []step{
			chromedp.Click(css(".button")), thanks, chromedp.Click(css("summary")),
			chromedp.Click(rating(5)), chromedp.Click(css(".button")),
			chromedp.WaitVisible(chromedp.Search(`//p[@class="answer" and contains(., "5 of 5")]`)),
		},
		posts:  []string{"act=explicit&comment=&opened=4&rating=4", "act=explicit&comment=&opened=&rating=5"},
		stored: `5 explicit 2 ""`,
	},
}

func rating(n int) css { return css(fmt.Sprintf(`input[value="%d"]`, n)) }

func wheel(x, y, down float64) step {
	return chromedp.MouseEvent(input.DispatchMouseEventTypeMouseWheel, x, y, func(p *input.DispatchMouseEventParams) { p.DeltaX, p.DeltaY = 0.1, down })
}

func script(text string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[any](text+"; null", chromedp.EvalAsValue)(ctx, t)
		if errors.Is(err, chromedp.ErrJSNull) {
			return nil
		}
		return err
	})
}

const small = `[...document.querySelectorAll('.scale label')].map(e => e.getBoundingClientRect()).filter(r => r.width && (r.width < 32 || r.height < 44)).length`

// Every page fits a screen of 320 pixels, its ratings can be hit by a thumb, it asks nobody else for anything, and its own content
// policy lets all of it pass.
func TestEveryPageFitsAndKeepsToItself(t *testing.T) {
	long := []scene{{"effort-7", asked("effort-7", "?r=6")}, {"effort-10", asked("effort-10", "?r=9")}}
	for _, chromium := range chromiums() {
		var mu sync.Mutex
		var heard []string
		tabs := browse(t, chromium)
		err := chromedp.Listen(tabs, func(event any) {
			mu.Lock()
			defer mu.Unlock()
			switch e := event.(type) {
			case *network.EventRequestWillBeSent:
				heard = append(heard, "asks "+e.Request.URL)
			case *log.EventEntryAdded:
				heard = append(heard, "logs "+e.Entry.Text)
			case *runtime.EventExceptionThrown:
				heard = append(heard, "fails "+e.ExceptionDetails.Text)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		tab{tabs, t}.do(chromedp.EmulateViewport(320, 640))
		for _, language := range []string{"en", "nl", "zh", "ar"} {
			for _, scene := range append(long, scenes...) {
				t.Run(scene.name+"/"+language, func(t *testing.T) {
					s := open(t)
					link := s.show(scene.page(t, s, language))
					tab := tab{tabs, t}
					mu.Lock()
					heard = nil
					mu.Unlock()
					tab.do(chromedp.Navigate(link))
					if wide := value[int](tab, `document.documentElement.scrollWidth`); wide > 320 {
						t.Errorf("the page is %d pixels wide", wide)
					}
					if small := value[int](tab, small); small > 0 {
						t.Errorf("%d ratings are smaller than 32 x 44 pixels", small)
					}
					mu.Lock()
					defer mu.Unlock()
					for _, what := range heard {
						if !strings.HasPrefix(what, "asks "+s.server.URL) && !strings.HasPrefix(what, "asks data:") {
							t.Errorf("the page %s", what)
						}
					}
				})
			}
		}
	}
}
