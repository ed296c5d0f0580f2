package api

import (
	"context"
	"net/http"
	"time"

	"afterword/internal/tally"
)

// Rebuilder counts everything again, in the background.
type Rebuilder interface {
	// Begin asks for a rebuild. Faults: Conflict when one is running, Transient.
	Begin(ctx context.Context, now time.Time) (tally.Rebuilding, error)
	// Rebuilding tells how the last one stands. Faults: Transient.
	Rebuilding(ctx context.Context) (tally.Rebuilding, error)
}

// Audits knows what the last audit found.
type Audits interface {
	// Audited is zero when there was none yet. Faults: Transient.
	Audited(ctx context.Context) (tally.Audited, error)
}

// rebuilding is how a rebuild stands, as the API shows it.
type rebuilding struct {
	Running bool      `json:"running"`
	Stage   string    `json:"stage,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Due     time.Time `json:"due,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
	Counted int64     `json:"counted"`
	Carried int64     `json:"carried"`
	Removed int64     `json:"removed"`
	Failure string    `json:"failure,omitempty"`
}

func shownRebuild(r tally.Rebuilding) rebuilding {
	return rebuilding{
		Running: r.Running(), Stage: string(r.Stage), Since: second(r.Since), Due: second(r.Due), Ended: second(r.Ended),
		Counted: r.Counted, Carried: r.Carried, Removed: r.Removed, Failure: r.Failure,
	}
}

func second(at time.Time) time.Time { return at.UTC().Truncate(time.Second) }

func (a *API) rebuild(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	begun, err := a.Rebuilder.Begin(r.Context(), a.Now())
	return shownRebuild(begun), err
}

func (a *API) rebuildState(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	state, err := a.Rebuilder.Rebuilding(r.Context())
	return shownRebuild(state), err
}

// audited is what the last audit found, as the API shows it.
type audited struct {
	At        time.Time `json:"at,omitzero"`
	Overdue   bool      `json:"overdue"`
	Responses int       `json:"responses"`
	Lagging   int       `json:"lagging"`
	Healed    int       `json:"healed"`
	Drifted   int       `json:"drifted"`
	Unsettled int       `json:"unsettled"`
}

func (a *API) lastAudit(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	last, err := a.Audits.Audited(r.Context())
	return audited{second(last.At), last.Overdue(a.Now()), last.Responses, last.Lagging, last.Healed, last.Drifted, last.Unsettled}, err
}
