package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"

	"afterword/internal/survey"
)

// ours are all headers that a mail may have, and all elements; anything else came in with foreign text.
var (
	ourHeaders = strings.Fields(`Auto-Submitted Content-Language Content-Type Date Feedback-Id From In-Reply-To List-Unsubscribe
		List-Unsubscribe-Post Message-Id Mime-Version References Reply-To Subject To X-Auto-Response-Suppress`)
	ourElements = strings.Fields(`!doctype html head meta title style body table tbody tr td div h1 a br
		!--[if !-- ![endif]-- !--<![endif]-- noscript xml o:officedocumentsettings o:allowpng/ o:pixelsperinch`)
	element = regexp.MustCompile(`</?([^\s>]*)`)
)

// check holds what is true of every mail, whatever foreign text went into it.
func check(t *testing.T, letter survey.Letter) {
	t.Helper()
	message, err := netmail.ReadMessage(bytes.NewReader(letter.Raw))
	if err != nil {
		t.Fatalf("the %s mail cannot be read: %v", letter.Kind, err)
	}
	for name, values := range message.Header {
		if !slices.Contains(ourHeaders, name) || len(values) != 1 {
			t.Errorf("the %s mail has the header %s: %q", letter.Kind, name, values)
		}
	}
	if to, err := message.Header.AddressList("To"); err != nil || len(to) != 1 {
		t.Errorf("the %s mail goes to %v (%v)", letter.Kind, to, err)
	}
	parsed := parse(t, letter)
	if more := len(parsed.Attachments) + len(parsed.Inlines) + len(parsed.OtherParts); more != 0 || parsed.Text == "" || parsed.HTML == "" {
		t.Errorf("the %s mail has %d more parts", letter.Kind, more)
	}
	if subject := parsed.GetHeader("Subject"); strings.ContainsAny(subject, "\r\n\x00") {
		t.Errorf("the subject of the %s mail has more than a line: %q", letter.Kind, subject)
	}
	for _, tag := range element.FindAllStringSubmatch(parsed.HTML, -1) {
		if !slices.Contains(ourElements, strings.ToLower(tag[1])) {
			t.Errorf("the %s mail has an element %q", letter.Kind, tag[0])
		}
	}
	if control := strings.IndexFunc(parsed.HTML+parsed.Text, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' || r == 0x7f || '\u202a' <= r && r <= '\u202e' || r == '\ufffe'
	}); control >= 0 {
		t.Errorf("the %s mail has a control character", letter.Kind)
	}
}

// bothWith writes a survey and a task with foreign text wherever it can come in.
func bothWith(t *testing.T, name, subject, comment, owner string) []survey.Letter {
	t.Helper()
	inv, c := invited("purchase", "sv")
	p, task := unhappy("nl")
	inv.Subject, inv.Touchpoint, c.Name = subject, "purchase", name
	if owner != "" {
		p.Name, p.Postal, task.Desk.Name, task.Person.Name = owner, owner, owner, owner
	}
	asked, err := writer(t).Survey(p, inv, c)
	if err != nil {
		t.Fatal(err)
	}
	task.Record.Comment, task.Record.Subject, task.Customer.Name = comment, subject, name
	task.Record.Link, task.Record.Language, task.Earlier[0].Subject = subject, subject, subject
	told, err := writer(t).Task(p, task)
	if err != nil {
		t.Fatal(err)
	}
	return []survey.Letter{asked, told}
}

func TestForeignTextStaysInItsPlace(t *testing.T) {
	for i, text := range []string{
		"Eve\r\nBcc: victim@example.com", "Eve\nSubject: other", "Eve\r\n\r\n<h2>body</h2>", "<script>alert(1)</script>", `" onmouseover="x`,
		"--afterword-0123456789abcdef\r\n\r\nx", "{{.Secret}}", "{company}", "\u202egnp.exe", "\x00\x1b[31m\x7f", strings.Repeat("x", 5000), "\xff\xfe",
		"javascript:alert(1)", "https://evil.example/\"><script>",
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			for _, letter := range bothWith(t, text, text, text, text) {
				check(t, letter)
				html := parse(t, letter).HTML
				if strings.Contains(html, `" onmouseover`) || strings.Contains(html, `href="javascript`) {
					t.Errorf("%q got out of its place in the %s mail", text, letter.Kind)
				}
			}
		})
	}
}

func FuzzForeignTextNeverBreaksAMail(f *testing.F) {
	f.Add("Åsa Öberg", "#1030", "It was <b>late</b>.\nVery.", "Acme")
	f.Add("Eve\r\nBcc: victim@example.com", "\r\n\r\nbody", "--afterword-\r\n\r\n.\r\n", "\x00")
	f.Add("=?utf-8?q?x?=", "\u2028\u0085", "\x00\xff{{.}}", "<style>")
	f.Add("", "", "", "h\\\u00e9") // net/mail encodes this name so that it cannot read it back
	f.Fuzz(func(t *testing.T, name, subject, comment, owner string) {
		for _, letter := range bothWith(t, name, subject, comment, owner) {
			check(t, letter)
		}
	})
}

func TestANameThatAdvertisesIsNotGreeted(t *testing.T) {
	for name, want := range map[string]string{
		"Åsa Öberg":                 "Hej Åsa Öberg!",
		"  Åsa \n Öberg ":           "Hej Åsa Öberg!",
		"J. R. R. Tolkien":          "Hej J. R. R. Tolkien!",
		"O'Neil-Smith, Jr.":         "Hej O'Neil-Smith, Jr.!",
		"王小明":                       "Hej 王小明!",
		"":                          "Hej!",
		"12345":                     "Hej!",
		"Win money https://a.b":     "Hej!",
		"visit shop.example now":    "Hej!",
		"WWW.shop":                  "Hej!",
		"eve@example.com":           "Hej!",
		strings.Repeat("Very ", 20): "Hej!",
		"{{.Name}}":                 "Hej!",
	} {
		inv, c := invited("purchase", "sv")
		c.Name = name
		letter, err := writer(t).Survey(acme(), inv, c)
		if err != nil {
			t.Fatal(err)
		}
		if text := parse(t, letter).Text; !strings.HasPrefix(text, want) {
			t.Errorf("%q is greeted by %q, want %q", name, strings.SplitN(text, "\n", 2)[0], want)
		}
		if to := parse(t, letter).GetHeader("To"); want == "Hej!" && to != "<customer@example.com>" {
			t.Errorf("%q is in To: %s", name, to)
		}
	}
}
