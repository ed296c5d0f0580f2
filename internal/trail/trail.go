// Package trail says in every log line which visit it is about, and keeps people out of all of them. The visit's id is that of its
// invitation, its response and its case as well, so that one word finds a journey from the webhook to the desk; it is a hash and names
// nobody.
//
// What is written should hold no address and no token to begin with: a token in a link is a credential. Handler is the last line of
// defence for what others put into their errors, as SES does with addresses. It cannot know names and comments: those are never logged.
package trail

import (
	"context"
	"encoding/json"
	"log/slog"
	"regexp"
	"time"
)

// Visit is the attribute that holds the visit's id, in every line that is about one.
const Visit = "visit"

type visitKey struct{}

// About lets every line that is logged with the context say which visit it is about; "" changes nothing.
func About(ctx context.Context, visit string) context.Context {
	if visit == "" {
		return ctx
	}
	return context.WithValue(ctx, visitKey{}, visit)
}

// Handler adds the visit of the context to each line, cuts its time to milliseconds, because lines are paid for by their bytes, and
// takes out whatever looks like an address, a token or a key of the API.
func Handler(next slog.Handler) slog.Handler { return handler{next} }

type handler struct{ next slog.Handler }

func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	safe := slog.NewRecord(r.Time.Truncate(time.Millisecond), r.Level, Clean(r.Message), r.PC)
	if visit, ok := ctx.Value(visitKey{}).(string); ok {
		safe.AddAttrs(slog.String(Visit, visit))
	}
	r.Attrs(func(a slog.Attr) bool {
		safe.AddAttrs(clean(a))
		return true
	})
	return h.next.Handle(ctx, safe)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	safe := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		safe[i] = clean(a)
	}
	return handler{h.next.WithAttrs(safe)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name)} }

// clean cleans an attribute. A value that is no text is left as it is unless it would be written with something in it that goes.
func clean(a slog.Attr) slog.Attr {
	value := a.Value.Resolve()
	switch value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Clean(value.String()))
	case slog.KindGroup:
		var group []slog.Attr
		for _, member := range value.Group() {
			group = append(group, clean(member))
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(group...)}
	case slog.KindAny:
		if err, is := value.Any().(error); is {
			return slog.String(a.Key, Clean(err.Error()))
		}
		written, err := json.Marshal(value.Any())
		if text := string(written); err != nil || Clean(text) != text {
			return slog.String(a.Key, Clean(text))
		}
	}
	return slog.Attr{Key: a.Key, Value: value}
}

// Redacted stands where an address or a token was.
const Redacted = "[redacted]"

var (
	// Keys of the API begin so (package access).
	apiKey = regexp.MustCompile(`aw_[A-Za-z0-9_-]{20,}`)
	// Anything on both sides of an @, also of one that is coded as in a URL: rather too much than an address in another alphabet.
	address = regexp.MustCompile(`(?:"[^"\n]*"|[^\s"'<>()\[\],;:=/\\&?]+)(?:@|%40)[^\s"'<>()\[\],;:=/\\&?]+`)
	// Runs of a token's letters, which stand after a slash that may be coded.
	run = regexp.MustCompile(`(?:%[0-9A-Fa-f]{2})?[A-Za-z0-9_-]{47,}`)
)

// tokenLength is that of the tokens in links. AWS's own ids for a request are longer or shorter, and stay.
const tokenLength = 47

// Clean takes out of a text whatever looks like an address, a token or a key of the API.
func Clean(text string) string {
	text = run.ReplaceAllStringFunc(apiKey.ReplaceAllString(text, Redacted), func(found string) string {
		if bare := found; bare[0] == '%' {
			bare = bare[len("%2F"):]
			if len(bare) == tokenLength {
				return found[:len("%2F")] + Redacted
			}
		} else if len(bare) == tokenLength {
			return Redacted
		}
		return found
	})
	// What stays of two that run into each other may look like one again; each time there is an @ less.
	for address.MatchString(text) {
		text = address.ReplaceAllString(text, Redacted)
	}
	return text
}

// CleanError is err with a clean text: what a function returns is kept by Lambda, in its log and wherever failures are sent.
func CleanError(err error) error {
	if err == nil {
		return nil
	}
	text := Clean(err.Error())
	if text == err.Error() {
		return err
	}
	return &cleaned{text, err}
}

type cleaned struct {
	text string
	err  error
}

func (c *cleaned) Error() string { return c.text }
func (c *cleaned) Unwrap() error { return c.err }
