// Package problem answers a fault over HTTP: the one place where a kind of fault becomes a status. APIs and webhooks get an RFC 9457
// problem document, pages use Status and their own words. The stranger reads the fault's text, the log gets its cause, and neither
// holds a body, an address, a token, a path or a query, because a path may hold a token and a token is a credential.
package problem

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"afterword/internal/fault"
	"afterword/internal/program"
)

// RetryAfter is how long, in seconds, a caller is asked to wait after a passing trouble. Below a minute, because Zendesk sends a
// delivery again only then.
const RetryAfter = "30"

// Status is the HTTP status of a kind of fault; 500 for a kind that is not known.
func Status(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthorized:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Closed:
		return http.StatusGone
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Transient:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// Document is an RFC 9457 problem. The type is a name, not a page: the kind is all that there is to know about it.
type Document struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`
	Problems []Line `json:"problems,omitempty"` // of a program: all that is wrong with it
}

// Line is one thing that is wrong with a program as it was sent.
type Line struct {
	Line     int    `json:"line"`
	Path     string `json:"path,omitempty"`
	Wrong    string `json:"wrong"`
	Expected string `json:"expected"`
}

// Of is err as a problem document, for whoever answers it himself. It is logged, once: passing troubles and our own errors with their
// cause as a warning and an error, a caller's mistakes as information.
func Of(ctx context.Context, log *slog.Logger, err error) Document {
	kind := fault.KindOf(err)
	d := document(kind, Status(kind), fault.TextOf(err))
	level := slog.LevelInfo
	switch {
	case d.Status == http.StatusServiceUnavailable:
		level = slog.LevelWarn
	case d.Status >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	cause := err.Error()
	if problems := program.Problems(nil); errors.As(err, &problems) {
		for _, p := range problems {
			d.Problems = append(d.Problems, Line(p))
		}
		cause = fmt.Sprintf("%d problems in a program", len(problems)) // they quote it, and it holds addresses
	}
	log.LogAttrs(ctx, level, "refused", slog.String("kind", string(kind)), slog.Int("status", d.Status), slog.String("cause", cause))
	return d
}

// Write answers err as a problem document, and logs it. A Retry-After that is set already stays.
func Write(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	d := Of(r.Context(), log, err)
	again := d.Status == http.StatusServiceUnavailable || d.Status == http.StatusTooManyRequests
	if again && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", RetryAfter)
	}
	write(w, d)
}

// Method answers 405 to a method that is not one of those allowed.
func Method(w http.ResponseWriter, allowed ...string) {
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	write(w, document(fault.Unsupported, http.StatusMethodNotAllowed, "this address takes "+strings.Join(allowed, ", ")))
}

func document(kind fault.Kind, status int, detail string) Document {
	return Document{Type: "urn:problem-type:afterword:" + string(kind), Title: http.StatusText(status), Status: status, Detail: detail}
}

func write(w http.ResponseWriter, d Document) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(d.Status)
	// The status is out: a connection that breaks now has nobody left to tell.
	_ = json.NewEncoder(w).Encode(d)
}
