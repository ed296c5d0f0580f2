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

	"afterword/internal/access"
	"afterword/internal/fault"
	"afterword/internal/i18n"
	"afterword/internal/period"
	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/score"
	"afterword/internal/tally"
	"afterword/internal/web"
)

// Console serves the team's pages.
type Console struct {
	Sessions  Sessions
	Door      Door
	Programs  Programs
	Scores    Scores
	Answers   Answers
	Decisions Decisions
	Skips     Skips
	People    People
	Reports   Reports
	Audits    Audits
	Now       func() time.Time
	Log       *slog.Logger
	Words     func(language string) *i18n.Printer // nil: the shipped languages
}

// Sessions says who sends a request; access.SignIn does.
type Sessions interface {
	// Visitor tells who has the session whose secret a cookie holds, at a host. Faults: Unauthorized, Transient.
	Visitor(ctx context.Context, secret, host string, now time.Time) (access.Visitor, error)
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
	// Touchpoint is how one did in a period, in the series of a survey. Faults: Transient.
	Touchpoint(ctx context.Context, s program.Survey, name string, in period.Period) (report.Touchpoint, error)
	// Ranking is how the values of a property did about a touchpoint, in the series of a survey, ranked. Faults: Transient.
	Ranking(ctx context.Context, s program.Survey, touchpoint, property string, in period.Period) ([]score.Segment, error)
}

// Audits knows what the last audit found.
type Audits interface {
	// Audited is zero when there was none yet. Faults: Transient.
	Audited(ctx context.Context) (tally.Audited, error)
}

// request is one that came from somebody who may read, on its way to a page.
type request struct {
	*http.Request
	http.ResponseWriter
	*Console
	who     access.Visitor // nobody on the pages for those who are not signed in
	program *program.Program
	words   *i18n.Printer
	now     time.Time
}

// pages are those of the team, by their pattern.
var pages = map[string]func(request) error{
	"GET /{$}":             func(r request) error { r.moveTo(home); return nil },
	"GET " + home:          request.overview,
	"GET " + home + ".csv": request.overviewTable,

	"GET " + seriesAt + "{touchpoint}":              request.series,
	"GET " + seriesAt + "{touchpoint}/trend.csv":    request.trendTable,
	"GET " + seriesAt + "{touchpoint}/comments.csv": request.commentsTable,
	"GET " + seriesAt + "{touchpoint}/segments.csv": request.segmentsTable,

	"GET " + decisionsAt:          request.decisions,
	"POST " + decisionsAt:         request.search,
	"GET " + decisionsAt + ".csv": request.decisionsTable,

	"GET " + reportsAt:                      request.reports,
	"GET " + reportsAt + "/{period}":        request.reportPage,
	"GET " + reportsAt + "/{period}/{file}": request.reportFile,
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
	for pattern, page := range doors {
		all.Handle(pattern, c.open(page))
	}
	all.Handle("/", guarded)
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(c.open(func(request) error { return fault.New(fault.Forbidden, "this form is one of another site's") }))
	ours := protection.Handler(all)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Without a referrer a form of ours would come from "null", which tells an older browser's apart from another site's by nothing.
		w.Header().Set("Referrer-Policy", "same-origin")
		web.Secure(w.Header()) // of whatever is answered, also where a router does it
		w.Header().Set("Content-Security-Policy", policy)
		ours.ServeHTTP(w, r)
	})
}

// reading calls the page for who is signed in, and leads others to where one does so.
func (c *Console) reading(page func(request) error) http.Handler {
	return c.open(func(r request) (err error) {
		r.who, err = c.visitor(r.Request, r.now)
		switch {
		case fault.Is(err, fault.Unauthorized) && r.entrance():
			return fault.New(fault.NotFound, "there is no such page")
		case fault.Is(err, fault.Unauthorized):
			r.moveTo(SignIn(r.Request))
			return nil
		case err != nil:
			return err
		}
		return page(r)
	})
}

func (c *Console) speak(language string) *i18n.Printer {
	if c.Words == nil {
		return i18n.For(language)
	}
	return c.Words(language)
}

// moveTo leads to another of our own addresses, by GET.
func (r request) moveTo(address string) {
	r.Header().Set("Location", address)
	r.WriteHeader(http.StatusSeeOther)
}

// Header is that of the answer.
func (r request) Header() http.Header { return r.ResponseWriter.Header() }

// fail answers a fault as a page, and logs it.
func (r request) fail(err error) {
	d := problem.Of(r.Context(), r.Log, err)
	message := map[int]string{
		http.StatusNotFound: "missing", http.StatusBadRequest: "wrong", http.StatusForbidden: "foreign", http.StatusServiceUnavailable: "later",
	}[d.Status]
	if message == "" {
		message = "broken"
	}
	r.show(page{
		Status: d.Status, Title: r.words.T("console.failed." + message + ".title"), Template: "message",
		Data: r.words.T("console.failed." + message + ".text"),
	})
}
