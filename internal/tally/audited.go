package tally

import (
	"context"
	"time"
)

// Overdue is how long after an audit there should have been another, and a day more.
const Overdue = 48 * time.Hour

// Audited is what an audit found, and when. Zero: there was none yet.
type Audited struct {
	At        time.Time `json:"at"`
	Responses int       `json:"responses"`
	Lagging   int       `json:"lagging"`
	Healed    int       `json:"healed"`
	Drifted   int       `json:"drifted"`
	Unsettled int       `json:"unsettled"`
}

// Overdue tells whether there should have been another one by now.
func (a Audited) Overdue(now time.Time) bool { return !a.At.IsZero() && now.Sub(a.At) > Overdue }

// Remembered keeps what the last audit found.
type Remembered interface {
	// KeepAudited keeps it. Faults: Transient.
	KeepAudited(ctx context.Context, a Audited) error
	// Audited reads it. Faults: Transient.
	Audited(ctx context.Context) (Audited, error)
}
