package main

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var surveyLink = regexp.MustCompile(`/s/([A-Za-z0-9_-]{47})`)

func TestAnAnswerIsWithdrawnAndCountedByHand(t *testing.T) {
	at := system(t)
	t.Chdir("../..")
	if out, err := run(t, at, "invoke", "intake", "shopify-order"); err != nil {
		t.Fatal(out, err)
	}
	id := answered(t, at)
	for _, row := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"withdraw", "a test of ours"}, "the 5 of " + id + " does not count (revision 2)\n"},
		{[]string{"count", "no test"}, "the 5 of " + id + " counts (revision 3)\n"},
	} {
		if out, err := run(t, at, append([]string{"verdict", "--", id}, row.arguments...)...); err != nil || out != row.want {
			t.Errorf("%v: %q, %v", row.arguments, out, err)
		}
	}
	if out, err := run(t, at, "evidence", "--", id); err != nil || !strings.Contains(out, `"by_hand": "no test"`) || !strings.Contains(out, `"unconfirmed": false`) {
		t.Errorf("the evidence is %s, %v", out, err)
	}
	if out, err := run(t, at, "evidence", "nobody's"); err == nil || !strings.Contains(err.Error(), "nobody was asked") {
		t.Errorf("nobody's evidence is %s, %v", out, err)
	}
	for _, row := range []struct {
		arguments []string
		want      string
	}{
		{[]string{id, "count", "once more"}, "counted already"},
		{[]string{id, "withdraw", ""}, "1 to 500 characters"},
		{[]string{id, "erase", "why"}, "say count"},
		{[]string{id, "withdraw"}, "usage: afterword verdict"},
		{[]string{"nobody's", "count", "why"}, "no answer has this id"},
	} {
		if out, err := run(t, at, append([]string{"verdict", "--"}, row.arguments...)...); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v: %q, %v", row.arguments, out, err)
		}
	}
}

// answered lets the customer of the sample answer 5, and returns the answer's id, which is in the link.
func answered(t *testing.T, at string) (id string) {
	t.Helper()
	var token string
	for _, step := range []struct{ method, path, kind, body string }{
		{http.MethodPost, "/local/clock", "application/json", `{"advance":"168h"}`},
		{http.MethodGet, "/local/mail.json", "", ""},
		{http.MethodPost, "/s/", "application/x-www-form-urlencoded", url.Values{"rating": {"5"}, "act": {"explicit"}}.Encode()},
	} {
		if step.path == "/s/" {
			step.path += token
		}
		answer, err := target{url: at}.send(t.Context(), step.method, step.path, http.Header{"Content-Type": {step.kind}}, []byte(step.body))
		if err != nil {
			t.Fatal(step.path, err)
		}
		if found := surveyLink.FindSubmatch(answer); found != nil && token == "" {
			token = string(found[1])
		}
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) < 16 {
		t.Fatalf("the link is %q, %v", token, err)
	}
	return base64.RawURLEncoding.EncodeToString(raw[1:16])
}
