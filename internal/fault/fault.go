// Package fault gives an error a kind that a caller can act on and words that a stranger may read.
//
// Every use case returns faults, every surface translates them in one place (package problem: kind to HTTP status; the stream
// readers: kind to retry or drop). The text of a fault is safe to show: it names what is wrong and what is expected, never an
// address, a name or a comment. The cause, for the log, is wrapped beside it.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what a caller can do about an error.
type Kind string

// The kinds. A plain error, or one of another package, is Internal.
const (
	Invalid      Kind = "invalid"      // the request is wrong; sending it again changes nothing
	Unauthorized Kind = "unauthorized" // the caller did not prove who it is
	Forbidden    Kind = "forbidden"    // the caller is known and may not do this
	NotFound     Kind = "not-found"    // there is nothing by that name, or the caller may not know
	Conflict     Kind = "conflict"     // somebody else changed it first; read again and decide again
	Closed       Kind = "closed"       // it was there and is over (an expired survey)
	TooLarge     Kind = "too-large"    // the request is larger than its documented limit
	Unsupported  Kind = "unsupported"  // the content type or method is not one that is taken
	TooMany      Kind = "too-many"     // a rate or quota; try again later
	Transient    Kind = "transient"    // a passing trouble of a part behind; try again
	Internal     Kind = "internal"     // ours; the caller gets no detail
)

// Error is an error with a kind and words for a stranger.
type Error struct {
	Kind  Kind
	Text  string // safe to show; says what is wrong and what is expected
	cause error
}

func (e *Error) Error() string {
	if e.cause == nil {
		return e.Text
	}
	return e.Text + ": " + e.cause.Error()
}

// Unwrap returns the cause, which is for logs only.
func (e *Error) Unwrap() error { return e.cause }

// New makes a fault of the kind. The text must be safe to show to whoever caused it.
func New(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// Wrap gives a cause a kind and a text that is safe to show.
func Wrap(kind Kind, cause error, format string, args ...any) error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...), cause: cause}
}

// KindOf tells the kind of the outermost fault in err's chain; Internal for any other error, "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var f *Error
	if errors.As(err, &f) {
		return f.Kind
	}
	return Internal
}

// Is tells whether err is a fault of the kind.
func Is(err error, kind Kind) bool { return KindOf(err) == kind }

// TextOf is what a stranger may read about err: the fault's text, or a bland sentence for any other error.
func TextOf(err error) string {
	var f *Error
	if errors.As(err, &f) && f.Kind != Internal {
		return f.Text
	}
	return "something went wrong on our side"
}
