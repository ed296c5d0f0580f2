package response

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"afterword/internal/fault"
)

// CommentLimit is the most characters that a comment may have.
const CommentLimit = 5000

// ErrLongComment is in the chain of the fault that refuses a comment over CommentLimit, so that a page can keep what was typed.
var ErrLongComment = errors.New("response: the comment is too long")

// Clean makes a comment fit to be stored, mailed and shown: what is not UTF-8 is replaced, line ends are one kind, and what a
// reader cannot see is removed (control characters, and the marks that turn the direction of text that follows them, with which a
// comment could rewrite the mail around it). Faults: Invalid with ErrLongComment.
func Clean(text string) (string, error) {
	text = clean(text)
	if n := utf8.RuneCountInString(text); n > CommentLimit {
		return "", fault.Wrap(fault.Invalid, ErrLongComment, "a comment has at most %d characters, this one has %d", CommentLimit, n)
	}
	return text, nil
}

func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	return strings.TrimSpace(strings.Map(visible, text))
}

func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case unicode.IsControl(r), '\u202A' <= r && r <= '\u202E', '\u2066' <= r && r <= '\u2069', r == '\uFEFF':
		return -1
	}
	return r
}
