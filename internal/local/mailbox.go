package local

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"

	"afterword/internal/survey"
)

// Mailbox takes the mails that would have gone to SES, as they were handed over, and keeps them for people and scripts to look at.
// With a folder they outlive the process.
type Mailbox struct {
	now    func() time.Time
	folder string

	mu    sync.Mutex
	mails []Captured
	fates []fate
	fault error // the next sends fail with it; nil: they succeed
}

// Captured is a mail as it was handed to SES.
type Captured struct {
	ID   string            `json:"id"` // the SES message id
	At   time.Time         `json:"at"`
	Kind string            `json:"kind"` // survey, reminder, task, ...
	From string            `json:"from"`
	To   string            `json:"to"`
	Tags map[string]string `json:"tags,omitempty"`
	Raw  []byte            `json:"raw"`
}

var (
	_ survey.Carrier    = (*Mailbox)(nil)
	_ survey.Reputation = (*Mailbox)(nil)
)

// openMailbox reads the mails that the folder holds; "" keeps them in memory only.
func openMailbox(folder string, now func() time.Time) (*Mailbox, error) {
	box := &Mailbox{now: now, folder: folder}
	if folder == "" {
		return box, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	if box.fates, err = readFates(folder); err != nil {
		return nil, err
	}
	sort.Strings(paths)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var m Captured
		if json.Unmarshal(data, &m) == nil { // a file cut short by a kill is a mail whose sender never got an answer
			box.mails = append(box.mails, m)
		}
	}
	return box, nil
}

// Carry keeps the letter and answers with an id of SES's form.
func (b *Mailbox) Carry(_ context.Context, letter survey.Letter) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fault != nil {
		return "", b.fault
	}
	m := Captured{
		ID: fmt.Sprintf("0107%012x-%08x-local-000000", b.now().UnixMilli(), len(b.mails)+1), At: b.now().UTC(),
		Kind: letter.Kind, From: letter.From, To: letter.To, Tags: letter.Tags, Raw: letter.Raw,
	}
	if b.folder != "" {
		data, err := json.Marshal(m)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(b.folder, fmt.Sprintf("%08d.json", len(b.mails)+1)), data, 0o600); err != nil {
			return "", err
		}
	}
	b.mails = append(b.mails, m)
	return m.ID, nil
}

// All lists the mails, oldest first.
func (b *Mailbox) All() []Captured {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Captured(nil), b.mails...)
}

// Find returns the mail with the id.
func (b *Mailbox) Find(id string) (Captured, bool) {
	for _, m := range b.All() {
		if m.ID == id {
			return m, true
		}
	}
	return Captured{}, false
}

// Opened is a captured mail, taken apart for reading.
type Opened struct {
	ID      string            `json:"id"`
	At      time.Time         `json:"at"`
	From    string            `json:"from"`
	To      string            `json:"to"`
	Subject string            `json:"subject"`
	Kind    string            `json:"kind"`
	Headers map[string]string `json:"headers"`
	Text    string            `json:"text"`
	HTML    string            `json:"html"`

	Pictures map[string][]byte `json:"-"` // that the HTML shows, by file name
}

var pictureID = regexp.MustCompile(`\bcid:([A-Za-z0-9._-]+)@[A-Za-z0-9.-]+`)

// Page is the HTML with its pictures at the addresses that at gives them, for a browser, which does not know the mail's own.
func (o Opened) Page(at func(name string) string) string {
	return pictureID.ReplaceAllStringFunc(o.HTML, func(id string) string { return at(pictureID.FindStringSubmatch(id)[1]) })
}

// About is the subject line of the mail.
func (m Captured) About() string {
	message, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return ""
	}
	return decodeWords(message.Header.Get("Subject"))
}

// Open takes a mail apart.
func (m Captured) Open() (Opened, error) {
	o := Opened{ID: m.ID, At: m.At, From: decodeWords(m.From), To: decodeWords(m.To), Kind: m.Kind, Headers: map[string]string{}}
	message, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return o, err
	}
	for name, values := range message.Header {
		o.Headers[name] = strings.Join(values, ", ")
	}
	parsed, err := gomail.EMLToMsgFromReader(bytes.NewReader(m.Raw))
	if err != nil {
		return o, err
	}
	if subjects := parsed.GetGenHeader(gomail.HeaderSubject); len(subjects) > 0 {
		o.Subject = decodeWords(subjects[0])
	}
	for _, part := range parsed.GetParts() {
		content, err := part.GetContent()
		if err != nil {
			return o, err
		}
		switch part.GetContentType() {
		case gomail.TypeTextPlain:
			o.Text = string(content)
		case gomail.TypeTextHTML:
			o.HTML = string(content)
		}
	}
	for _, picture := range parsed.GetEmbeds() {
		var data bytes.Buffer
		if _, err := picture.Writer(&data); err != nil {
			return o, err
		}
		if o.Pictures == nil {
			o.Pictures = map[string][]byte{}
		}
		o.Pictures[picture.Name] = data.Bytes()
	}
	return o, nil
}

func decodeWords(s string) string {
	var decoder mime.WordDecoder
	if text, err := decoder.DecodeHeader(s); err == nil {
		return text
	}
	return s
}

func writeMailJSON(w io.Writer, box *Mailbox) error {
	opened := []Opened{}
	for _, m := range box.All() {
		o, err := m.Open()
		if err != nil {
			return fmt.Errorf("mail %s: %w", m.ID, err)
		}
		opened = append(opened, o)
	}
	return json.NewEncoder(w).Encode(opened)
}
