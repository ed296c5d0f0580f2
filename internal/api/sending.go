package api

import (
	"context"
	"net/http"
	"time"

	"afterword/internal/score"
	"afterword/internal/survey"
)

// Sending tells whether survey mails wait, and lets them go; survey.Sending is one.
type Sending interface {
	// Pause tells how it stands. Faults: Transient.
	Pause(ctx context.Context) (survey.Pause, error)
	// Resume lets them leave again, if they wait. Faults: Conflict, Transient.
	Resume(ctx context.Context, now time.Time) (survey.Pause, error)
}

// Pause is whether survey mails wait, as the API shows it. All but the first field and the last are absent while they leave.
type Pause struct {
	Paused      bool           `json:"paused"`
	Since       *time.Time     `json:"since,omitempty"`
	Why         survey.Trouble `json:"why,omitempty"`
	Mails       int64          `json:"mails,omitempty"`
	Troubled    int64          `json:"troubled,omitempty"`
	Rate        float64        `json:"rate,omitempty"`
	After       *time.Time     `json:"after,omitempty"`
	CountedFrom *time.Time     `json:"counted_from,omitempty"`
}

func (a *API) sending(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	p, err := a.Sending.Pause(r.Context())
	return showPause(p), err
}

func (a *API) resume(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	p, err := a.Sending.Resume(r.Context(), a.Now())
	return showPause(p), err
}

func showPause(p survey.Pause) Pause {
	shown := Pause{Paused: p.Paused(), Why: p.Why, Mails: p.Mails, Troubled: p.Troubled, Since: some(p.Since), After: some(p.After), CountedFrom: some(p.From)}
	if p.Mails > 0 {
		shown.Rate = score.Round(float64(p.Troubled)/float64(p.Mails), 4)
	}
	return shown
}
