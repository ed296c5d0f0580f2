// Package console draws the team's pages, for people who are in charge and were not there: how each touchpoint does, one of them in
// depth, why a customer was asked or was not, and the reports. It promises what the reports promise (package report): no number stands
// without its count and its interval, no change is called one unless it is reliable, and a page costs as many reads whether ten
// customers answered or a million.
//
// The rules of the field that shape it: whoever reads here sees what customers said and not who they are, so no page shows an address
// or a name, and an address that is searched for is in a form and in no link; a table is the truth and a chart is drawn from it, so that
// a screen reader, a printer and a browser without scripts miss nothing; nobody reads who is not signed in (Sessions).
package console

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"afterword/internal/fault"
	"afterword/internal/i18n"
	"afterword/internal/period"
	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/web"
)

// Console serves the team's pages.
type Console struct {
	Sessions Sessions // nil: nobody is signed in
	Programs Programs
	Scores   Scores
	Now      func() time.Time
	Log      *slog.Logger
	Words    func(language string) *i18n.Printer // nil: the shipped languages
}

// Cookie is the name of the cookie by which a reader is known. The prefix makes browsers keep it for this host alone.
const Cookie = "__Host-session"

// Person is somebody of the team who is signed in.
type Person struct {
	Name    string // "" when it is not known
	Address string
	Role    Role
}

// Role is what somebody may do here.
type Role string

// Reader reads all pages and changes nothing.
const Reader Role = "reader"

// Sessions says who sends a request.
type Sessions interface {
	// Reader tells whose session the value of Cookie names at now; false when it is nobody's, or over. Without a value it asks nobody.
	// Faults: Transient.
	Reader(ctx context.Context, cookie string, now time.Time) (Person, bool, error)
}

// Programs knows the owner's program.
type Programs interface {
	// Current returns the program in force. Faults: Transient.
	Current(ctx context.Context) (*program.Program, error)
}

// Scores gathers how touchpoints do; report.Gather does.
type Scores interface {
	// Scores is how each touchpoint did in a period, by name. Faults: Transient.
	Scores(ctx context.Context, p *program.Program, in period.Period) ([]report.Touchpoint, error)
}

// request is one that came from somebody who may read, on its way to a page.
type request struct {
	*http.Request
	http.ResponseWriter
	*Console
	who     Person
	program *program.Program
	words   *i18n.Printer
	now     time.Time
}

// pages are those of the team, by their pattern.
var pages = map[string]func(request) error{
	"GET /{$}":             func(r request) error { r.moveTo(home); return nil },
	"GET " + home:          request.overview,
	"GET " + home + ".csv": request.overviewTable,
}

// home is the first page. The root leads there: a local system has its tour at the root.
const home = "/scores"

// seriesAt is where the pages of the touchpoints are.
const seriesAt = "/series/"

// Handler answers everything that is no other function's. What others may see is asked for first, then who it is.
func (c *Console) Handler() http.Handler {
	guarded := http.NewServeMux()
	for pattern, page := range pages {
		guarded.Handle(pattern, c.reading(page))
	}
	guarded.Handle("/", c.reading(func(request) error { return fault.New(fault.NotFound, "there is no such page") }))
	all := http.NewServeMux()
	all.HandleFunc("GET "+assetsAt+"{name}", serveAsset)
	all.Handle("/", guarded)
	return http.NewCrossOriginProtection().Handler(all)
}

// reading calls the page for who is signed in, and leads others to where one does so.
func (c *Console) reading(page func(request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := c.Now()
		q := request{Request: r, ResponseWriter: w, Console: c, now: now, words: c.speak(i18n.Default)}
		who, known, err := c.reader(r, now)
		switch {
		case err != nil:
			q.fail(err)
			return
		case !known && q.entrance():
			q.fail(fault.New(fault.NotFound, "there is no such page"))
			return
		case !known:
			q.moveTo(SignIn(r))
			return
		}
		q.who = who
		if q.program, err = c.Programs.Current(r.Context()); err == nil {
			q.words = c.speak(i18n.Match(r.Header.Get("Accept-Language"), q.program.Languages))
			err = page(q)
		}
		if err != nil {
			q.fail(err)
		}
	})
}

func (c *Console) speak(language string) *i18n.Printer {
	if c.Words == nil {
		return i18n.For(language)
	}
	return c.Words(language)
}

func (c *Console) reader(r *http.Request, now time.Time) (Person, bool, error) {
	cookie, err := r.Cookie(Cookie)
	if err != nil || cookie.Value == "" || c.Sessions == nil {
		return Person{}, false, nil
	}
	return c.Sessions.Reader(r.Context(), cookie.Value, now)
}

// moveTo leads to another of our own addresses, by GET.
func (r request) moveTo(address string) {
	web.Secure(r.Header())
	r.Header().Set("Location", address)
	r.WriteHeader(http.StatusSeeOther)
}

// Header is that of the answer.
func (r request) Header() http.Header { return r.ResponseWriter.Header() }

// fail answers a fault as a page, and logs it.
func (r request) fail(err error) {
	d := problem.Of(r.Context(), r.Log, err)
	message := map[int]string{http.StatusNotFound: "missing", http.StatusBadRequest: "wrong", http.StatusServiceUnavailable: "later"}[d.Status]
	if message == "" {
		message = "broken"
	}
	r.show(page{
		Status: d.Status, Title: r.words.T("console.failed." + message + ".title"), Template: "message",
		Data: r.words.T("console.failed." + message + ".text"),
	})
}
