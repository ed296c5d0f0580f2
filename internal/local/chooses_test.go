package local_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
)

// first is, of each part of the page that asks for something to be chosen and is shown, what is chosen first.
const first = `[...document.querySelectorAll('.extra:not([hidden])')].map(part => part.querySelector('input:is([type=checkbox],[type=radio]):enabled'))
	.filter(e => e && !e.closest('[hidden]')).map(e => '.extra [name="' + e.name + '"][value="' + e.value + '"]')`

// chooses gives the worst rating, and presses the first of whatever the page has to choose; own words go with the button.
func chooses(t *testing.T, w window, l letter) int {
	tab := w.open(t, chromedp.Navigate(l.ratings[0]))
	pressed := value[[]string](tab, first)
	for _, what := range pressed {
		tab.do(at(what, press))
	}
	tab.do(chromedp.SendKeys(css(comment), "In short"), chromedp.Click(css(button)), thanked)
	var found struct {
		Response struct {
			Causes  []string
			Replies []struct{ Options []string }
		}
	}
	w.api(http.MethodGet, "/api/responses/"+l.visit, "", &found)
	if got := len(found.Response.Causes) + len(found.Response.Replies); got != len(pressed) {
		t.Errorf("%v were pressed, stored is %+v", pressed, found.Response)
	}
	if l.touch == "invoice" && len(pressed) < 4 {
		t.Errorf("of a cause and three questions only %v are there to be chosen", pressed)
	}
	return ratingOf(l.ratings[0])
}
