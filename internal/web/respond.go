package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"afterword/internal/fault"
	"afterword/internal/i18n"
	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/trail"
)

// Respond serves what the links in a customer's mail open: /s/{token}, the survey, and /u/{token}, unsubscribing; and /l/{token}, the
// survey for whoever scans the code on a counter. Anything else, and every token that is not good, is one and the same page; a forged
// one costs no read.
type Respond struct {
	Shell    *Shell
	Keys     survey.Keys
	Programs response.Programs
	Evidence *response.Evidence
	Recorder *response.Recorder
	Stop     Unsubscribing
	Now      func() time.Time
	Log      *slog.Logger
}

// Unsubscribing ends the surveys of a customer.
type Unsubscribing interface {
	// Unsubscribe ends all surveys for the customer of the invitation, at once; again, it changes nothing. Faults: Transient.
	Unsubscribe(ctx context.Context, inv survey.Invitation, at time.Time) error
}

// visit is one request, with what every page of it needs.
type visit struct {
	*Respond
	w       http.ResponseWriter
	r       *http.Request
	program *program.Program
	now     time.Time
	action  string // where the page's form goes
}

// ServeHTTP serves the pages.
func (s *Respond) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := &visit{Respond: s, w: w, r: r, now: s.Now(), action: r.URL.Path}
	p, err := s.Programs.Current(r.Context())
	if err != nil {
		v.program = &program.Program{} // a page without a brand
		v.fail(err, i18n.Default, nil)
		return
	}
	v.program = p
	place, text, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	purpose, page := survey.ForSurvey, v.survey
	switch place {
	case "s":
	case "u":
		purpose, page = survey.ForUnsubscribe, v.unsubscribe
	case "l":
		purpose, page = survey.ForLink, v.everybody
	default:
		v.fail(errNoPage, v.wished(), nil)
		return
	}
	token, err := s.Keys.Open(purpose, text)
	if err != nil && purpose == survey.ForLink && !v.wantsJSON() { // it is in no mail
		v.message(problem.Status(fault.NotFound), v.wished(), "missing", message{Text: v.Shell.words(v.wished()).T("page.link.missing")})
		return
	}
	if err != nil {
		v.fail(err, v.wished(), nil)
		return
	}
	if purpose != survey.ForLink { // which is of no visit
		v.about(token.ID)
	}
	page(token)
}

// about lets the lines of the log say which visit they are about.
func (v *visit) about(id string) { v.r = v.r.WithContext(trail.About(v.r.Context(), id)) }

var errNoPage = fault.New(fault.NotFound, "there is no page at this address")

// wished is the program's language that was chosen on the page, else the one that suits the browser's wish best, for a page of which
// nothing else is known.
func (v *visit) wished() string {
	if chosen := v.r.URL.Query().Get(languageField); slices.Contains(v.program.Languages, chosen) {
		return chosen
	}
	return i18n.Match(v.r.Header.Get("Accept-Language"), v.program.Languages)
}

func (v *visit) brand() Brand {
	return Brand{Name: v.program.Name, Color: v.program.Color, Logo: v.program.Logo}
}

func (v *visit) method(allowed ...string) {
	v.w.Header().Set("Allow", strings.Join(allowed, ", "))
	v.message(http.StatusMethodNotAllowed, v.wished(), "invalid", message{})
}

// wantsJSON tells whether the page's own script asks, which draws no page of an answer.
func (v *visit) wantsJSON() bool { return v.r.Header.Get("Accept") == "application/json" }

func (v *visit) state(status int, result response.Result) {
	h := v.w.Header()
	h.Set("Content-Type", "application/json")
	Secure(h)
	v.w.WriteHeader(status)
	// The status is out: a connection that breaks now has nobody left to tell.
	_ = json.NewEncoder(v.w).Encode(map[string]response.Result{"state": result})
}

// message is a page of a few words. Its heading and text are those of its name in the catalogs unless they are given.
type message struct {
	Heading, Text string
	Done          bool // it went well: with a tick
	Button        *button
}

// button is the one thing to do on a page of a few words.
type button struct {
	Action, Label string
	Hidden        []hidden
	Comment       string // what was typed and could not be stored yet
}

type hidden struct{ Name, Value string }

func (v *visit) message(status int, language, name string, m message, args ...any) {
	words := v.Shell.words(language)
	if m.Heading == "" {
		m.Heading = words.T("page."+name+".title", args...)
	}
	if m.Text == "" {
		m.Text = words.T("page."+name+".text", args...)
	}
	v.Shell.Render(v.w, v.r, Page{
		Status: status, Language: language, Title: m.Heading + " · " + v.program.Name, Brand: v.brand(), Template: "message", Data: m,
	})
}

// fail answers a fault with its page, or with a problem document when the script asks. A passing trouble offers to try again with
// what was sent.
func (v *visit) fail(err error, language string, again *button) {
	kind := fault.KindOf(err)
	if v.wantsJSON() {
		problem.Write(v.w, v.r, v.Log, err)
		return
	}
	name := "error"
	switch kind {
	case fault.NotFound:
		name, again = "missing", nil // the same for all
	case fault.Invalid, fault.Unsupported:
		name = "invalid"
	case fault.TooLarge:
		words := v.Shell.words(language)
		v.message(problem.Status(kind), language, "invalid", message{Text: words.T("page.survey.wrong.comment", "limit", response.CommentLimit)})
		return
	case fault.Transient, fault.TooMany, fault.Conflict:
		name = "busy"
		v.w.Header().Set("Retry-After", problem.RetryAfter)
	}
	if name == "error" || name == "busy" {
		v.Log.LogAttrs(v.r.Context(), slog.LevelError, "page failed", slog.String("kind", string(kind)), slog.String("cause", err.Error()))
	}
	v.message(problem.Status(kind), language, name, message{Button: again})
}
