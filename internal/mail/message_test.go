package mail

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"afterword/internal/fault"
	"afterword/internal/survey"
)

// parse reads the mail back as a mail program does.
func parse(t testing.TB, letter survey.Letter) *enmime.Envelope {
	t.Helper()
	reader := enmime.NewParser(enmime.DisableCharacterDetection(true)) // what the parts say of themselves has to do
	envelope, err := reader.ReadEnvelope(bytes.NewReader(letter.Raw))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range envelope.Errors {
		t.Errorf("%s mail: %v", letter.Kind, problem)
	}
	return envelope
}

// everyLetter is one letter of each kind, and a survey and a reminder on each scale, in each language.
func everyLetter(t testing.TB) map[string]survey.Letter {
	t.Helper()
	letters := map[string]survey.Letter{}
	keep := func(name string, letter survey.Letter, err error) {
		if err != nil {
			t.Fatal(err)
		}
		letters[name] = letter
	}
	for _, language := range languages {
		for _, touchpoint := range touchpoints {
			inv, c := invited(touchpoint, language)
			letter, err := writer(t).Survey(acme(), inv, c)
			keep("survey-"+touchpoint+"-"+language, letter, err)
			letter, err = writer(t).Reminder(acme(), inv, c)
			keep("reminder-"+touchpoint+"-"+language, letter, err)
			inv.FirstOpened = 5
			letter, err = writer(t).Reminder(acme(), inv, c)
			keep("chosen-"+touchpoint+"-"+language, letter, err)
		}
		p, task := unhappy(language)
		letter, err := writer(t).Task(p, task)
		keep("task-"+language, letter, err)
	}
	return letters
}

func TestEveryMailIsTextAndHTMLInOneAlternative(t *testing.T) {
	for name, letter := range everyLetter(t) {
		message, err := netmail.ReadMessage(bytes.NewReader(letter.Raw))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		kind, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
		if err != nil || kind != "multipart/alternative" {
			t.Fatalf("%s: is %s (%v)", name, kind, err)
		}
		reader := multipart.NewReader(message.Body, params["boundary"])
		for _, want := range []string{"text/plain; charset=UTF-8", "text/html; charset=UTF-8"} {
			part, err := reader.NextRawPart()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := part.Header.Get("Content-Type"); got != want {
				t.Errorf("%s: has a part %s, want %s", name, got, want)
			}
			if got := part.Header.Get("Content-Transfer-Encoding"); got != "quoted-printable" {
				t.Errorf("%s: has a part in %s", name, got)
			}
		}
		if _, err := reader.NextRawPart(); err != io.EOF {
			t.Errorf("%s: has more than two parts (%v)", name, err)
		}
		for line := range bytes.SplitSeq(letter.Raw, []byte("\r\n")) {
			if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
				t.Errorf("%s: has a line of %d bytes or with a bare line end", name, len(line))
			}
		}
	}
}

func TestTheSameMailIsTheSameBytes(t *testing.T) {
	first, second := everyLetter(t), everyLetter(t)
	for name := range first {
		if !bytes.Equal(first[name].Raw, second[name].Raw) {
			t.Errorf("%s differs when it is written again", name)
		}
	}
}

// Gmail cuts mails off at 102 KB, and with the end goes the link to unsubscribe.
func TestEveryMailIsSmall(t *testing.T) {
	for name, letter := range everyLetter(t) {
		if size := len(letter.Raw); size > 60<<10 {
			t.Errorf("%s has %d bytes", name, size)
		}
	}
	p, task := unhappy("en")
	task.Record.Comment = strings.Repeat("\n\"", 2500)
	letter, err := writer(t).Task(p, task)
	if err != nil {
		t.Fatal(err)
	}
	if size := len(parse(t, letter).HTML); size > 60<<10 {
		t.Errorf("a task with the longest comment has %d bytes of HTML", size)
	}
}

var (
	attribute = regexp.MustCompile(`(?i)\s(href|src|background|action|srcset|data|poster)="([^"]*)"`)
	namespace = regexp.MustCompile(` xmlns(:[ov])?="[^"]*"`) // a name, not a link
	textLink  = regexp.MustCompile(`https?://\S+`)
	loading   = regexp.MustCompile(`(?i)<(img|link|script|iframe|object|embed|video|audio|form|input|svg)|url\(|@import|@font-face`)
)

func TestNothingIsLoadedAndEveryLinkLeadsHomeOrToTheSource(t *testing.T) {
	for name, letter := range everyLetter(t) {
		parsed := parse(t, letter)
		if found := loading.FindString(parsed.HTML); found != "" {
			t.Errorf("%s loads something: %s", name, found)
		}
		if strings.Contains(namespace.ReplaceAllString(parsed.HTML, "")+parsed.Text, "http://") {
			t.Errorf("%s holds an unencrypted link", name)
		}
		links := textLink.FindAllString(parsed.Text, -1)
		for _, match := range attribute.FindAllStringSubmatch(parsed.HTML, -1) {
			links = append(links, match[2])
		}
		if len(links) < 8 {
			t.Errorf("%s has only %d links", name, len(links))
		}
		for _, link := range links {
			home := strings.HasPrefix(link, "https://feedback.acme.example/") || link == "https://acme.example/admin/orders/1030"
			if !home && !strings.HasPrefix(link, "mailto:") {
				t.Errorf("%s links to %s", name, link)
			}
		}
	}
}

func TestTheLogoIsTheOnlyImageAndOnlyOverHTTPS(t *testing.T) {
	inv, c := invited("purchase", "en")
	p := acme()
	for logo, shown := range map[string]bool{"https://acme.example/logo.png": true, "http://acme.example/logo.png": false, "javascript:alert(1)": false, "": false} {
		p.Logo = logo
		letter, err := writer(t).Survey(p, inv, c)
		if err != nil {
			t.Fatal(err)
		}
		html := parse(t, letter).HTML
		if got := strings.Count(html, "<img "); (got == 1) != shown || got > 1 {
			t.Errorf("with the logo %q the mail has %d images", logo, got)
		}
		if !shown && logo != "" && strings.Contains(html, logo) {
			t.Errorf("the logo %q is in the mail", logo)
		}
	}
}

func TestWhoCannotBeMailedIsRefused(t *testing.T) {
	inv, c := invited("purchase", "en")
	for _, address := range []string{"", "nobody", "a@b@c", "Anna <anna@example.com>", "anna@example.com, eve@example.com", "anna@exämple.com",
		"anna@example.com\r\nBcc: eve@example.com", "\"a b\"@example.com", "anna @example.com"} {
		c.Address = address
		if _, err := writer(t).Survey(acme(), inv, c); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v, want Invalid", address, err)
		} else if address != "" && strings.Contains(err.Error(), address) {
			t.Errorf("the error holds the address: %v", err)
		}
	}
	c.Address = "customer@example.com"
	inv.Survey = "gone"
	if _, err := writer(t).Survey(acme(), inv, c); !fault.Is(err, fault.Invalid) {
		t.Errorf("a survey that the program does not know: %v, want Invalid", err)
	}
	inv, _ = invited("purchase", "en")
	for _, breakIt := range []func(p string) (from, replyTo string){
		func(string) (string, string) { return "Acme", "" },
		func(from string) (string, string) { return from, "nobody" },
	} {
		p := acme()
		p.From, p.ReplyTo = breakIt(p.From)
		if _, err := writer(t).Survey(p, inv, c); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q %q: %v, want Invalid", p.From, p.ReplyTo, err)
		}
	}
}

func TestTheDateIsThatOfTheClockInUTC(t *testing.T) {
	w := writer(t)
	w.Now = func() time.Time { return time.Date(2026, 11, 14, 0, 30, 0, 0, stockholm) }
	inv, c := invited("purchase", "en")
	letter, err := w.Survey(acme(), inv, c)
	if err != nil {
		t.Fatal(err)
	}
	if got := parse(t, letter).GetHeader("Date"); got != "Fri, 13 Nov 2026 23:30:00 +0000" {
		t.Errorf("Date is %q", got)
	}
}
