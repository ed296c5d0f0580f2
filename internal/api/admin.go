package api

import (
	"context"
	"net/http"
	"time"

	"afterword/internal/tally"
)

// Applier makes a program the current one.
type Applier interface {
	// Apply stores a program as the next version, which it returns. Faults: Invalid, as program.Problems when the text is wrong;
	// Conflict; Transient.
	Apply(ctx context.Context, text []byte, now time.Time) (version int, err error)
}

// Auditor recounts everything.
type Auditor interface {
	// Run audits and heals. Errors: Transient.
	Run(ctx context.Context, now time.Time) (tally.Findings, error)
}

// maxProgram bounds the program that is sent, in bytes.
const maxProgram = 256 << 10

type applied struct {
	Version int `json:"version"`
}

func (a *API) apply(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	text, err := readBody(r, maxProgram)
	if err != nil {
		return nil, err
	}
	version, err := a.Applier.Apply(r.Context(), text, a.Now())
	return applied{version}, err
}

// findings is what an audit found, as the API shows it.
type findings struct {
	Responses int      `json:"responses"`
	Lagging   int      `json:"lagging"`
	Healed    int      `json:"healed"`
	Drifted   int      `json:"drifted"`
	Unsettled int      `json:"unsettled"`
	Where     []string `json:"where"`
}

func (a *API) audit(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	found, err := a.Auditor.Run(r.Context(), a.Now())
	shown := findings{found.Responses, found.Lagging, found.Healed, found.Drifted, found.Unsettled, found.Where}
	if shown.Where == nil {
		shown.Where = []string{}
	}
	return shown, err
}
