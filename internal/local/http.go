package local

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"afterword/internal/apigw"
	"afterword/internal/console"
	"afterword/internal/fault"
	"afterword/internal/problem"
	"afterword/internal/ses"
)

// Handler serves what API Gateway would (the routes of template.yaml, each through the event decoding that Lambda gets) and the
// local system's own calls under /local/.
func (s *System) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, f := range s.template.Functions {
		for _, route := range f.Routes {
			mux.Handle(route.Pattern(), apigw.Serve(s.invoke[f.Name], s.log))
		}
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("POST /local/clock", s.answering(s.moveClock))
	mux.HandleFunc("GET /local/clock", s.answering(s.showClock))
	mux.HandleFunc("GET /local/mail.json", s.answering(s.listMail))
	mux.HandleFunc("GET /local/mail/{file}", s.answering(s.showMail))
	mux.HandleFunc("POST /local/ses-event", s.answering(s.sesEvent))
	mux.HandleFunc("GET /{$}", s.answering(s.tour)) // before the console's, which only leads to its first page from there
	mux.HandleFunc("POST /local/tour/hook", s.answering(s.tourHook))
	mux.HandleFunc("POST /local/tour/clock", s.answering(s.tourClock))
	mux.HandleFunc("POST /local/tour/sign-in", s.answering(s.tourSignIn))
	mux.HandleFunc("POST /local/tour/resume", s.answering(s.tourResume))
	mux.HandleFunc("GET /local/tour/decisions", s.answering(s.tourDecisions))
	mux.HandleFunc("POST /local/tour/customer", s.answering(s.tourFind))
	mux.HandleFunc("GET /local/tour/customers/{id}", s.answering(s.tourCustomer))
	return onlyFromHere(mux)
}

// Pattern is the route as net/http writes it.
func (r Route) Pattern() string {
	path := strings.ReplaceAll(r.Path, "+}", "...}")
	if path == "/" {
		path = "/{$}" // and nothing below it
	}
	if r.Method == "ANY" {
		return path
	}
	return r.Method + " " + path
}

// onlyFromHere refuses requests to the tour and the local calls, which have no other guard, that do not come from this machine:
// those that a page of another site makes a browser send, and those under a name that another site lets point at this machine.
func onlyFromHere(next http.Handler) http.Handler {
	guarded := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/" && !strings.HasPrefix(r.URL.Path, "/local/"):
			next.ServeHTTP(w, r)
		case !console.Loopback(r.Host):
			http.Error(w, "the tour and the local calls answer on this machine only, by localhost or 127.0.0.1", http.StatusForbidden)
		default:
			guarded.ServeHTTP(w, r)
		}
	})
}

// answering lets a handler of the local calls return its error.
func (s *System) answering(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			problem.Write(w, r, s.log, err)
		}
	}
}

const longestLocalBody = 1 << 20

// readJSON reads a bounded JSON body into v. What is expected is said when it is something else.
func readJSON(w http.ResponseWriter, r *http.Request, v any, expected string) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, longestLocalBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(v)
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return fault.Wrap(fault.TooLarge, err, "the body is larger than 1 MB")
	}
	if err != nil || decoder.More() {
		return fault.Wrap(fault.Invalid, err, "the body is not the JSON that is expected here: %s", expected)
	}
	return nil
}

func (s *System) moveClock(w http.ResponseWriter, r *http.Request) error {
	var move struct {
		Advance string `json:"advance"`
		Now     string `json:"now"`
	}
	if err := readJSON(w, r, &move, expectedMove); err != nil {
		return err
	}
	to, err := s.moveTarget(move.Advance, move.Now)
	if err != nil {
		return err
	}
	if err := s.move(r.Context(), to); err != nil {
		return err
	}
	return s.showClock(w, r)
}

func (s *System) showClock(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"now": s.clock.Now().Format(time.RFC3339)})
}

const expectedMove = `either {"advance":"72h"} or {"now":"2026-11-22T09:00:00Z"}`

// farthestMove bounds one move of the clock: each day of it runs the audit, each minute with work the dispatcher.
const farthestMove = 400 * 24 * time.Hour

func (s *System) moveTarget(advance, now string) (time.Time, error) {
	switch {
	case advance != "" && now == "":
		step, err := time.ParseDuration(advance)
		if err != nil || step < 0 || step > farthestMove {
			return time.Time{}, fault.New(fault.Invalid, `advance is a duration forward such as "72h" or "10m", at most 9600h, not %q`, advance)
		}
		return s.clock.Now().Add(step), nil
	case now != "" && advance == "":
		to, err := time.Parse(time.RFC3339, now)
		if err != nil {
			return time.Time{}, fault.New(fault.Invalid, `now is a time such as "2026-11-22T09:00:00Z", not %q`, now)
		}
		if to.Before(s.clock.Now()) {
			return time.Time{}, fault.New(fault.Invalid, "it is %s already: the clock only moves forward", s.clock.Now().Format(time.RFC3339))
		}
		if to.Sub(s.clock.Now()) > farthestMove {
			return time.Time{}, fault.New(fault.Invalid, "the clock moves at most 400 days at once")
		}
		return to, nil
	}
	return time.Time{}, fault.New(fault.Invalid, "say %s", expectedMove)
}

func (s *System) listMail(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	return writeMailJSON(w, s.mailbox)
}

func (s *System) showMail(w http.ResponseWriter, r *http.Request) error {
	id, kind := cutExtension(r.PathValue("file"))
	m, ok := s.mailbox.Find(id)
	if !ok {
		return fault.New(fault.NotFound, "there is no mail with that id")
	}
	switch kind {
	case "eml":
		w.Header().Set("Content-Type", "message/rfc822")
		_, err := w.Write(m.Raw)
		return err
	case "html", "txt":
		opened, err := m.Open()
		if err != nil {
			return err
		}
		if kind == "txt" {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, err = io.WriteString(w, opened.Text)
			return err
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; sandbox allow-popups allow-top-navigation-by-user-activation")
		_, err = io.WriteString(w, opened.Page(func(name string) string {
			return "data:image/png;base64," + base64.StdEncoding.EncodeToString(opened.Pictures[name])
		}))
		return err
	}
	return fault.New(fault.NotFound, "a mail is shown as .eml, .html or .txt")
}

func cutExtension(file string) (name, extension string) {
	if i := strings.LastIndexByte(file, '.'); i >= 0 {
		return file[:i], file[i+1:]
	}
	return file, ""
}

// tagged adds what SES adds to each event: the tags that the mail was handed over with, unless the event has some.
func (s *System) tagged(event []byte) ([]byte, error) {
	var tree map[string]any
	if err := json.Unmarshal(event, &tree); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the body is the SES event itself, a JSON object; the SNS envelope is added here")
	}
	about, _ := tree["mail"].(map[string]any)
	id, _ := about["messageId"].(string)
	m, known := s.mailbox.Find(id)
	if about == nil || !known || about["tags"] != nil {
		return event, nil
	}
	tags := map[string][]string{}
	for name, value := range m.Tags {
		tags[name] = []string{value}
	}
	about["tags"] = tags
	return json.Marshal(tree)
}

func (s *System) sesEvent(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestLocalBody))
	if err != nil {
		return fault.Wrap(fault.TooLarge, err, "the event is larger than 1 MB")
	}
	if body, err = s.tagged(body); err != nil {
		return err
	}
	reports, err := ses.Decode(body, s.clock.Now())
	if err != nil {
		return err
	}
	if err := s.mailbox.Learn(reports); err != nil {
		return err
	}
	if err := s.notify(r.Context(), snsEvent(body, s.clock.Now())); err != nil {
		return fmt.Errorf("SES event: %w", err)
	}
	if err := s.Drain(r.Context()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
