package mail

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"afterword/internal/i18n"
)

// longestLine bounds foreign text in subjects and headings, in characters.
const longestLine = 300

// oneLine makes foreign text fit for a subject or a heading: one line, no control characters, valid UTF-8, not endless.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if runes := []rune(s); len(runes) > longestLine {
		s = strings.TrimSpace(string(runes[:longestLine-1])) + "\u2026"
	}
	return s
}

// clean drops what is not text: control characters but line ends, marks that turn the direction of the text around them, broken
// UTF-8.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\u2028', r == '\u2029':
			return '\n'
		case r == '\t':
			return ' '
		case unicode.IsControl(r), '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069', r == '\ufeff':
			return -1
		}
		return r
	}, s)
}

// longestName is the longest name that a person is greeted by, in characters.
const longestName = 60

// advert finds what is no name. Sign-up forms are abused to make honest senders mail strangers: the name is the advertisement, and
// mail programs turn "visit shop.example" into a link.
var advert = regexp.MustCompile(`[/\\@:<>{}\[\]|=]|\.\pL{2,}|(?i:www\.|http)`)

// presentable returns the name as it may be shown to the person, or "" when it is not one.
func presentable(name string) string {
	name = oneLine(name)
	if utf8.RuneCountInString(name) > longestName || advert.MatchString(name) || !strings.ContainsFunc(name, unicode.IsLetter) {
		return ""
	}
	return name
}

func greeting(p *i18n.Printer, name string) string {
	if name = presentable(name); name != "" {
		return p.T("mail.greeting", "name", name)
	}
	return p.T("mail.greeting.unnamed")
}
