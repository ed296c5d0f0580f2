package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"afterword/internal/program"
)

// Whatever the ratings look like, a thumb, a mouse and a keyboard choose them as plain numbers, and the page says which it was.
func TestEveryPresentationIsAnsweredLikeNumbers(t *testing.T) {
	for _, chromium := range chromiums() {
		tabs := browse(t, chromium)
		for look, want := range map[string]string{
			"words": "“Dissatisfied”", "effort": "“Little effort”", "agree": "“Disagree”", "agreed": "2", "faces": "“Dissatisfied”",
			"three": "“Neither satisfied nor dissatisfied”", "stars": "2 of 5 stars", "thumbs": "thumbs up",
		} {
			for how, steps := range map[string][]step{
				"a click":  {chromedp.Click(rating(2))},
				"the keys": {chromedp.Focus(rating(1)), chromedp.KeyEvent(kb.ArrowRight)},
			} {
				t.Run(look+"/"+how, func(t *testing.T) {
					s := open(t)
					inv := s.invite(t, look, "en")
					tab := newTab(t, tabs, chromedp.EmulateViewport(320, 720), chromedp.Navigate(s.links().Survey(inv)))
					tab.do(steps...)
					tab.do(says("saved"))
					if text := value[string](tab, `document.querySelector('.state').textContent`); !strings.HasPrefix(text, "Your answer is saved: "+want+".") {
						t.Errorf("the page says %q, not %s", text, want)
					}
					if diff := cmp.Diff([]string{"act=explicit&opened=&rating=2"}, s.posted()); diff != "" {
						t.Errorf("posted:\n%s", diff)
					}
				})
			}
		}
	}
}

// The desk and the customer speak of the same thing.
func TestACaseCallsARatingWhatTheCustomerSaw(t *testing.T) {
	o := openOffice(t, "en")
	asked := acme().Surveys["purchase-csat-v1"]
	asked.Presentation = program.Faces
	o.opener.Programs.(fixed).Surveys[asked.ID] = asked
	better := o.answer
	better.Revision, better.Rating, better.ChangedAt = 2, 4, noon.Add(time.Hour)
	o.feed(t, noon.Add(time.Hour), better)
	page := o.get(t, o.link(0)).body
	for _, want := range []string{
		"Eva Åström chose Satisfied (4 of 5)", "Satisfied (4 of 5) · Happy", "for the better: “Very dissatisfied” became “Satisfied”", "has since chosen “Satisfied”",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the case does not say %q", want)
		}
	}
}

// As many stars are full as were chosen, from the side where one begins to read.
func TestStarsAreFullUpToTheChosenOne(t *testing.T) {
	const filled = `[...document.querySelectorAll('.stars svg')].map(e => getComputedStyle(e).fill === 'none' ? 'o' : '*').join('')`
	const leftmost = `[...document.querySelectorAll('.stars label')].sort((a, b) => a.getBoundingClientRect().x - b.getBoundingClientRect().x)[0].textContent +
		[...document.querySelectorAll('.stars input')].sort((a, b) => a.getBoundingClientRect().x - b.getBoundingClientRect().x)[0].value`
	for _, chromium := range chromiums() {
		tabs := browse(t, chromium)
		for chosen, want := range map[int]string{1: "*oooo", 3: "***oo", 5: "*****"} {
			s := open(t)
			tab := newTab(t, tabs, chromedp.Navigate(s.links().Rating(s.invite(t, "stars", "ar"), chosen)))
			if got := value[string](tab, filled); got != want {
				t.Errorf("%d of 5: %s, want %s", chosen, got, want)
			}
			if left := value[string](tab, leftmost); left != fmt.Sprint(5) {
				t.Errorf("the leftmost star of an Arabic page is %s, want 5", left)
			}
		}
	}
}
