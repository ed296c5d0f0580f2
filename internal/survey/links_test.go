package survey

import (
	"strings"
	"testing"
)

func TestLinksLeadToTheirPages(t *testing.T) {
	links := Links{Base: "https://feedback.example.com/", Keys: testKeys(t, 1)}
	inv := Invitation{ID: exampleToken().ID, Number: 7}
	for _, link := range []struct {
		name, got, path, query string
		purpose                Purpose
		number                 int
	}{
		{"survey", links.Survey(inv), "/s/", "", ForSurvey, 7},
		{"rating", links.Rating(inv, 0), "/s/", "?r=0", ForSurvey, 7},
		{"honeypot", links.Honeypot(inv), "/s/", "?r=x", ForSurvey, 7},
		{"unsubscribe", links.Unsubscribe(inv), "/u/", "", ForUnsubscribe, 7},
		{"case", links.Case(inv.ID, 2), "/c/", "", ForCase, 2},
	} {
		rest, ok := strings.CutPrefix(link.got, "https://feedback.example.com"+link.path)
		token, okay := strings.CutSuffix(rest, link.query)
		if !ok || !okay {
			t.Errorf("%s: %s", link.name, link.got)
		}
		opened, err := links.Keys.Open(link.purpose, token)
		if want := (Token{link.purpose, inv.ID, link.number}); err != nil || opened != want {
			t.Errorf("%s: opened %+v, %v, want %+v", link.name, opened, err, want)
		}
	}
}
