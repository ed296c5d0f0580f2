// Package api is the owner's way into Afterword for scripts, the tour and tools of his own: scores, answers, decisions and cases as
// JSON, and the program's administration. It promises that every number comes with its count, interval and convention; that a list is
// read to its end page by page; and that a wrong question is answered by what is wrong with it, never by a number for another one.
//
// Whoever holds a key sees what customers said and not who they are: an answer names its customer by id.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"afterword/internal/access"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/response"
)

// API answers everything under /api/.
type API struct {
	Written   Written
	Keys      Keys
	Meter     Meter
	Programs  Programs
	Entrance  Entrance
	Rehearse  func() Entrance // another one for each dry run: what is told there is forgotten with it
	Counts    Counts
	Answers   Answers
	Bench     Bench
	Inquiry   Inquiry
	Decisions Decisions
	Skips     Skips
	Cases     Cases
	People    People
	Reports   Reports
	Texts     Texts
	Applier   Applier
	Linker    Linker
	Auditor   Auditor
	Audits    Audits
	Rebuilder Rebuilder
	Sending   Sending
	Simulator Simulator
	Now       func() time.Time
	Log       *slog.Logger

	known known
	full  full
}

// Programs knows the owner's program.
type Programs interface {
	// Current returns the program in force. Faults: Transient.
	Current(ctx context.Context) (*program.Program, error)
}

// Answers lists answers.
type Answers interface {
	// ResponsesTo lists the responses to surveys by when they were first given. next is the position after the page, "" at the end.
	// Faults: Transient.
	ResponsesTo(ctx context.Context, surveys []string, span period.Span) (page []response.Record, next string, err error)
}

// Cases lists cases.
type Cases interface {
	// OpenCases lists pending cases by when they were opened, ClosedCases the others by when they ended. Faults: Transient.
	OpenCases(ctx context.Context, span period.Span) (page []followup.Case, next string, err error)
	ClosedCases(ctx context.Context, span period.Span) (page []followup.Case, next string, err error)
}

// Handler answers the API. The key is asked for first: who has none does not learn what there is.
func (a *API) Handler() http.Handler {
	routes := a.routes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, err := a.authorize(r)
		if err != nil {
			a.refuse(w, r, err, access.Any)
			return
		}
		if err := a.limit(w, r, key); err != nil {
			problem.Write(w, r, a.Log, err)
			return
		}
		route, allowed := find(routes, r)
		switch {
		case len(allowed) == 0:
			problem.Write(w, r, a.Log, fault.New(fault.NotFound, "there is no such address in this API"))
		case route == nil:
			problem.Method(w, allowed...)
		case !key.May(route.scope):
			a.refuse(w, r, fault.New(fault.Forbidden, "this key lacks the scope %q", route.scope), route.scope)
		default:
			a.serve(w, r, *route)
		}
	})
}

func (a *API) serve(w http.ResponseWriter, r *http.Request, route route) {
	value, err := route.answer(r)
	if err != nil {
		problem.Write(w, r, a.Log, err)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if value == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	h.Set("Content-Type", "application/json")
	if r.Method == http.MethodHead {
		return
	}
	if route.status != 0 {
		w.WriteHeader(route.status)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil { // the status is out; nobody is left to tell
		a.Log.InfoContext(r.Context(), "answer not delivered", "cause", err.Error())
	}
}

// page is a part of a list.
type page[T any] struct {
	Items []T    `json:"items"`          // [] when there are none
	Next  string `json:"next,omitempty"` // cursor of the page after; absent at the end
}

// pageOf makes the answer of what was read.
func pageOf[T, U any](read []U, next string, show func(U) (T, bool)) page[T] {
	p := page[T]{Items: []T{}, Next: period.Cursor(next)}
	for _, each := range read {
		if item, wanted := show(each); wanted {
			p.Items = append(p.Items, item)
		}
	}
	return p
}
