package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/response"
)

const formType = "application/x-www-form-urlencoded"

func TestWhatIsWrongWithAFormIsSaidAndChangesNothing(t *testing.T) {
	long := strings.Repeat("å", response.CommentLimit+1)
	for name, c := range map[string]struct {
		body, kind string
		status     int
		says       []string
	}{
		"no rating":            {"comment=I+waited", formType, 400, []string{"Please choose one of the answers.", "I waited</textarea>"}},
		"a rating too high":    {"rating=6&comment=I+waited", formType, 400, []string{"one of the answers", "I waited</textarea>"}},
		"a rating too low":     {"rating=0", formType, 400, []string{"one of the answers"}},
		"a negative rating":    {"rating=-1", formType, 400, []string{"one of the answers"}},
		"half a rating":        {"rating=4.5", formType, 400, []string{"one of the answers"}},
		"a rating in words":    {"rating=four", formType, 400, []string{"one of the answers"}},
		"a rating in Arabic":   {"rating=%D9%A4", formType, 400, []string{"one of the answers"}},
		"an endless rating":    {"rating=" + strings.Repeat("4", 400), formType, 400, []string{"one of the answers"}},
		"two ratings":          {"rating=4&rating=5", formType, 400, []string{"one of the answers"}},
		"a comment too long":   {"rating=4&comment=" + url.QueryEscape(long), formType, 400, []string{"under 5000 characters", long, "checked"}},
		"a broken escape":      {"rating=%zz", formType, 400, []string{"did not arrive as it should"}},
		"a body too large":     {"rating=4&comment=" + strings.Repeat("a", 96<<10), formType, 413, []string{"under 5000 characters"}},
		"no content type":      {"rating=4", "", 415, []string{"did not arrive as it should"}},
		"JSON":                 {`{"rating":4}`, "application/json", 415, []string{"did not arrive as it should"}},
		"plain text":           {"rating=4", "text/plain", 415, []string{"did not arrive as it should"}},
		"a broken type":        {"rating=4", "application/x-www-form-urlencoded; charset", 415, []string{"did not arrive as it should"}},
		"a multipart of none":  {"rating=4", "multipart/form-data", 400, []string{"did not arrive as it should"}},
		"a multipart cut off":  {"--x\r\nContent-Disposition: form-data; name=\"rating\"\r\n\r\n4", "multipart/form-data; boundary=x", 400, []string{"did not arrive"}},
		"a multipart too huge": {"--x\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\n" + strings.Repeat("a", 96<<10) + "\r\n--x--", "multipart/form-data; boundary=x", 413, []string{"under 5000"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			inv := s.invite(t, "purchase", "en")
			before := s.record(t, inv)
			page := s.ask(t, http.MethodPost, s.links().Survey(inv), c.body, "Content-Type", c.kind)
			if page.status != c.status {
				t.Errorf("the status is %d, want %d", page.status, c.status)
			}
			for _, words := range c.says {
				if !strings.Contains(page.body, words) {
					t.Errorf("the page does not say %.60q", words)
				}
			}
			if diff := cmp.Diff(before, s.record(t, inv)); diff != "" {
				t.Errorf("it changed:\n%s", diff)
			}
		})
	}
}

func multipartForm(t *testing.T, fields ...string) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

func TestAnAnswerMayComeAsMultipart(t *testing.T) {
	s := open(t)
	inv := s.invite(t, "purchase", "en")
	body, kind := multipartForm(t, "rating", "2", "comment", "Slow")
	page := s.ask(t, http.MethodPost, s.links().Survey(inv), body, "Content-Type", kind)
	if rec := s.record(t, inv); page.status != http.StatusOK || rec.Rating != 2 || rec.Comment != "Slow" {
		t.Errorf("%d, stored is %+v", page.status, rec.Response)
	}
}

// An empty field that nobody touched takes nothing away; a comment that was shown and emptied is gone.
func TestACommentIsTakenAwayOnPurposeOnly(t *testing.T) {
	s := open(t)
	inv := s.invite(t, "purchase", "en")
	link := s.links().Survey(inv)
	for _, c := range []struct {
		fields []string
		want   string
	}{
		{[]string{"rating", "2", "comment", "Slow"}, "Slow"},
		{[]string{"rating", "3", "comment", ""}, "Slow"},
		{[]string{"rating", "4"}, "Slow"},
		{[]string{"rating", "4", "comment", "Slow, but kind", "shown", "1"}, "Slow, but kind"},
		{[]string{"rating", "4", "comment", "", "shown", "1"}, ""},
	} {
		s.post(t, link, c.fields...)
		if got := s.record(t, inv).Comment; got != c.want {
			t.Errorf("after %q the comment is %q, want %q", c.fields, got, c.want)
		}
	}
}
