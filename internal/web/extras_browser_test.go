package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

func field(value string) css { return css(fmt.Sprintf(`.extra [value=%q]`, value)) }

// appears waits for a question to be shown, or not.
func appears(name string, shown bool) step {
	return until(fmt.Sprintf(`(document.querySelector('[name=%q]').closest('label, fieldset').offsetParent !== null) === %t`, name, shown))
}

// choosing is what somebody does on the page of a survey that asks for more, opened with 1, and what is stored then.
var choosing = map[string]struct {
	noScripts bool
	steps     []step
	posts     []string
	stored    string
}{
	"a ticked cause is sent with the rating, and asks what hangs on it": {
		steps:  []step{appears("q-late", false), chromedp.Click(field("long-wait")), appears("q-late", true), says("saved")},
		posts:  []string{"act=explicit&cause=long-wait&had=causes&opened=1&rating=1"},
		stored: "1 explicit long-wait",
	},
	"presses that follow each other are sent together": {
		steps:  []step{chromedp.Click(field("long-wait")), chromedp.Click(field("food")), chromedp.Click(field("no")), says("saved")},
		posts:  []string{"act=explicit&cause=long-wait&had=causes&had=q-again&had=q-late&opened=1&q-again=no&q-late=food&rating=1"},
		stored: "1 explicit long-wait again=no late=food",
	},
	"what was ticked can be taken back": {
		steps:  []step{chromedp.Click(field("long-wait")), says("saved"), script(`document.querySelector('.state').dataset.kind = ''`), chromedp.Click(field("long-wait")), says("saved")},
		posts:  []string{"act=explicit&cause=long-wait&had=causes&opened=1&rating=1", "act=explicit&had=causes&opened=1&rating=1"},
		stored: "1 explicit",
	},
	"another rating asks for other things and leaves behind what no longer applies": {
		steps: []step{
			chromedp.Click(field("long-wait")), says("saved"), script(`document.querySelector('.state').dataset.kind = ''`),
			chromedp.Click(css(`input[name=rating][value="5"]`)), appears("q-late", false), until(`document.querySelector('[value=kind-staff]').offsetParent !== null`), says("saved"),
		},
		posts:  []string{"act=explicit&cause=long-wait&had=causes&opened=1&rating=1", "act=explicit&had=causes&opened=1&rating=5"},
		stored: "5 explicit",
	},
	"what a script ticks is not sent": {
		steps:  []step{script(`document.querySelector('[value=long-wait]').click()`), appears("q-late", true)},
		stored: "0",
	},
	"without scripts the thanks ask what hangs on the answer": {
		noScripts: true,
		steps: []step{
			chromedp.Click(field("long-wait")), chromedp.Click(field("no")), chromedp.Click(css(".button")), thanks,
			chromedp.Click(field("drinks")), chromedp.SendKeys(css("[name=q-hint]"), "Warm food"), chromedp.Click(css(".button")),
			chromedp.WaitVisible(chromedp.Search(`//textarea[text()="Warm food"]`)),
		},
		posts: []string{
			"act=explicit&cause=long-wait&comment=&opened=1&q-again=no&rating=1",
			"act=explicit&cause=long-wait&comment=&had=causes&had=q-again&opened=&q-again=no&q-hint=Warm+food&q-late=drinks&rating=1",
		},
		stored: "1 explicit long-wait again=no late=drinks hint=Warm food",
	},
}

func TestChoosingInABrowser(t *testing.T) {
	for _, chromium := range chromiums() {
		tabs := browse(t, chromium)
		for name, c := range choosing {
			t.Run(name, func(t *testing.T) {
				s := open(t)
				inv := s.invite(t, "extras", "en")
				tab := newTab(t, tabs, chromedp.EmulateViewport(320, 720, chromedp.EmulateTouch))
				if c.noScripts {
					if _, err := chromedp.Call(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
						t.Fatal(err)
					}
				}
				tab.do(chromedp.Navigate(s.links().Rating(inv, 1)))
				tab.do(c.steps...)
				if !c.noScripts {
					tab.settle()
				}
				if diff := cmp.Diff(c.posts, s.posted()); diff != "" {
					t.Errorf("posted:\n%s", diff)
				}
				rec := s.record(t, inv)
				said := append([]string{fmt.Sprint(rec.Rating), string(rec.Act)}, rec.Causes...)
				for _, r := range rec.Replies {
					said = append(said, r.Question+"="+strings.Join(r.Options, "+")+r.Text)
				}
				if got := strings.TrimSpace(strings.Join(said, " ")); got != c.stored {
					t.Errorf("stored is %s, want %s", got, c.stored)
				}
			})
		}
	}
}
