package mail

import (
	"bytes"
	"cmp"
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
	html, text    string            // html may be ""
	unsubscribe   string            // URL for RFC 8058, or ""
	headers       map[string]string // ASCII only, without line ends
	tags          map[string]string
	encoding      gomail.Encoding // of the texts; "" is quoted-printable
	inline        []file          // pictures that the HTML part shows, by their cid
	attached      []file
}

// file is a part of a message beside its text.
type file struct {
	name string // also its cid, with cidDomain
	kind gomail.ContentType
	data []byte
}

// cidDomain ends the ids of parts: an id has the form of an address (RFC 2392).
const cidDomain = "@afterword"

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
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
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
	encoding := gomail.WithPartEncoding(cmp.Or(m.encoding, gomail.EncodingQP))
	out.SetBodyString(gomail.TypeTextPlain, m.text, encoding)
	if m.html != "" {
		out.AddAlternativeString(gomail.TypeTextHTML, m.html, encoding)
	}
	for _, f := range m.inline {
		if err := out.EmbedReader(f.name, bytes.NewReader(f.data), gomail.WithFileContentType(f.kind), gomail.WithFileContentID(f.name+cidDomain)); err != nil {
			return survey.Letter{}, fmt.Errorf("put %s into the mail: %w", f.name, err)
		}
	}
	for _, f := range m.attached {
		if err := out.AttachReader(f.name, bytes.NewReader(f.data), gomail.WithFileContentType(f.kind)); err != nil {
			return survey.Letter{}, fmt.Errorf("attach %s to the mail: %w", f.name, err)
		}
	}
	var raw bytes.Buffer
	if _, err := out.WriteTo(&raw); err != nil {
		return survey.Letter{}, fmt.Errorf("put the mail into bytes: %w", err)
	}
	settled := settle(raw.Bytes(), boundary(m.text, m.html))
	return survey.Letter{Kind: m.kind, From: from.String(), To: to.String(), Subject: subject, Raw: settled, Tags: m.tags}, nil
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

// shorter is the encoding that makes the text shorter: quoted-printable takes nine characters for one of Chinese, base64 four.
func shorter(text string) gomail.Encoding {
	coded := 0
	for _, b := range []byte(text) {
		if b >= 0x80 {
			coded++
		}
	}
	if 6*coded > len(text) {
		return gomail.EncodingB64
	}
	return gomail.EncodingQP
}

// opening is how a multipart names its boundary. No text can look like it: the parts are encoded so that each = of theirs has another
// form.
var opening = regexp.MustCompile(`^multipart/([a-z]+);\r\n boundary=([0-9a-f]{60})\r\n`)

// settle gives each multipart a boundary of its own that is the same each time. The library draws them by lot, or takes one
// for all of them, with which no reader could tell where an inner multipart ends.
func settle(raw []byte, boundary string) []byte {
	settled := raw
	for _, header := range bytes.Split(raw, []byte("\nContent-Type: ")) {
		if found := opening.FindSubmatch(header); found != nil {
			settled = bytes.ReplaceAll(settled, found[2], []byte(boundary+"-"+string(found[1])))
		}
	}
	return settled
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
