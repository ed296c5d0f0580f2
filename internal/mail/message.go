package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	netmail "net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"afterword/internal/fault"
	"afterword/internal/survey"
)

// message is a mail before it is put into bytes.
type message struct {
	kind, id      string // id: of the invitation or case
	from, replyTo string // as the owner writes them, with or without a name; replyTo may be ""
	address, name string // of the one recipient
	subject       string
	language      string
	date          time.Time
	html, text    string
	unsubscribe   string            // URL for RFC 8058, or ""
	headers       map[string]string // ASCII only, without line ends
	tags          map[string]string
}

// letter puts the message into bytes. The same message gives the same bytes. Fault: Invalid for addresses that are none.
func (m message) letter() (survey.Letter, error) {
	from, err := netmail.ParseAddress(m.from)
	if err != nil || !plain(from.Address) {
		return survey.Letter{}, fault.New(fault.Invalid, "the program's sender is no mail address")
	}
	from.Name = phrase(from.Name)
	to, err := recipient(m.address, m.name)
	if err != nil {
		return survey.Letter{}, err
	}
	subject := strings.Join(strings.FieldsFunc(m.subject, unicode.IsControl), " ")
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary(boundary(m.text, m.html)))
	out.SetAddrHeaderFromMailAddress(gomail.HeaderFrom, from)
	out.SetAddrHeaderFromMailAddress(gomail.HeaderTo, to)
	if m.replyTo != "" {
		if err := out.ReplyTo(m.replyTo); err != nil {
			return survey.Letter{}, fault.New(fault.Invalid, "the program's address for replies is no mail address")
		}
	}
	out.Subject(subject)
	out.SetDateWithValue(m.date.UTC())
	out.SetMessageIDWithValue(m.kind + "." + m.id + from.Address[strings.LastIndexByte(from.Address, '@'):])
	out.SetGenHeader("Auto-Submitted", "auto-generated")
	out.SetGenHeader("Content-Language", m.language)
	for name, value := range m.headers {
		out.SetGenHeader(gomail.Header(name), value)
	}
	if m.unsubscribe != "" {
		// On one line: receivers that read only its first line would find no address.
		out.SetGenHeaderPreformatted(gomail.HeaderListUnsubscribe, "<"+m.unsubscribe+">")
		out.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	out.SetBodyString(gomail.TypeTextPlain, m.text)
	out.AddAlternativeString(gomail.TypeTextHTML, m.html)
	var raw bytes.Buffer
	if _, err := out.WriteTo(&raw); err != nil {
		return survey.Letter{}, fmt.Errorf("put the mail into bytes: %w", err)
	}
	return survey.Letter{Kind: m.kind, From: from.String(), To: to.String(), Subject: subject, Raw: raw.Bytes(), Tags: m.tags}, nil
}

// recipient checks the address; names are only for show. Fault: Invalid.
func recipient(address, name string) (*netmail.Address, error) {
	parsed, err := netmail.ParseAddress(address)
	if err != nil || parsed.Address != address || !plain(address) {
		return nil, fault.New(fault.Invalid, "the recipient has no address that mail can be sent to")
	}
	return &netmail.Address{Name: phrase(name), Address: address}, nil
}

// phrase makes a name fit to stand before an address. net/mail leaves backslashes in encoded words, where readers stumble on them.
func phrase(name string) string { return strings.ReplaceAll(oneLine(name), `\`, "") }

// plain tells whether SES can mail the address: printable ASCII, no spaces.
func plain(address string) bool {
	return !strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' })
}

// boundary is a text that the parts do not contain. It depends on the whole content, links included, so that nobody who writes a
// part of it can guess it.
func boundary(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
	}
	return "afterword-" + hex.EncodeToString(h.Sum(nil)[:16])
}

var outsideFeedback = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)

// feedbackID names the stream of mails for Gmail's complaint statistics: up to three of our names, then the sender's, which never
// changes.
func feedbackID(names ...string) string {
	for i, name := range names {
		names[i] = outsideFeedback.ReplaceAllString(name, "-")
	}
	return strings.Join(names, ":") + ":afterword"
}
