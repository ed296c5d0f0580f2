package api

import (
	"context"
	"net/http"
	"time"

	"afterword/internal/fault"
	"afterword/internal/response"
	"afterword/internal/trail"
)

// Bench overrules verdicts; response.Bench is one.
type Bench interface {
	// Reverse makes an answer counted, or withdraws it, for a reason. Faults: Invalid, NotFound, Closed, Conflict, Transient.
	Reverse(ctx context.Context, invitation string, counted bool, reason string, now time.Time) (response.Record, error)
}

// wantedVerdict is what the owner rules about an answer.
type wantedVerdict struct {
	ID      string `json:"id"`
	Counted *bool  `json:"counted"`
	Reason  string `json:"reason"`
}

func (a *API) reverse(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	var wanted wantedVerdict
	if err := readJSON(r, &wanted); err != nil {
		return nil, err
	}
	if wanted.Counted == nil {
		return nil, fault.New(fault.Invalid, "the field \"counted\" is missing; expected true (it is an answer) or false (it was a machine's)")
	}
	p, err := a.Programs.Current(r.Context())
	if err != nil {
		return nil, err
	}
	rec, err := a.Bench.Reverse(r.Context(), wanted.ID, *wanted.Counted, wanted.Reason, a.Now())
	if err != nil {
		return nil, err
	}
	// The reason is the owner's words and may name somebody: it is kept with the answer, and goes with it.
	a.Log.InfoContext(trail.About(r.Context(), rec.ID), "verdict reversed", "counted", rec.Counted, "revision", rec.Revision)
	return showAnswer(p, rec), nil
}
