package web

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strconv"
)

// Sheet is an answer that is drawn.
type Sheet struct {
	Status   int
	Kind     string // of the body; "" is an HTML page
	Language string // BCP 47, of the words; "" when there are none
	Policy   string // the content security policy
	Body     []byte
}

// Send answers with what is drawn; to HEAD with its headers alone. Its address or what it holds is for one reader, and must not be
// passed on, kept or indexed.
func Send(w http.ResponseWriter, r *http.Request, log *slog.Logger, s Sheet) {
	h := w.Header()
	h.Set("Content-Type", cmp.Or(s.Kind, "text/html; charset=utf-8"))
	if s.Language != "" {
		h.Set("Content-Language", s.Language)
	}
	body := Zipped(h, r, s.Body)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Content-Security-Policy", s.Policy)
	Secure(h)
	w.WriteHeader(s.Status)
	if r.Method == http.MethodHead {
		return
	}
	if _, err := w.Write(body); err != nil {
		// The status is out, nobody is left to tell.
		log.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelInfo, "page not delivered", slog.String("cause", err.Error()))
	}
}

// Secure sets what every answer has: its address is a credential, which must not be passed on, kept or indexed. A policy for referrers
// that is set already stays.
func Secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	if h.Get("Referrer-Policy") == "" {
		h.Set("Referrer-Policy", "no-referrer")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
}
