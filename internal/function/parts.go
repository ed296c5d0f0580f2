// Package function puts each function together from its parts: the same values that functions/* hand to Lambda and that the local
// system calls. A function here is a use case behind the decoding of what starts it; which engine, which carrier and which clock are
// the parts' business.
package function

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"afterword/internal/api"
	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/secrets"
	"afterword/internal/store"
	"afterword/internal/survey"
)

// Parts is what functions are made of. Each function says which of them it needs.
type Parts struct {
	Store    *store.Store
	Programs *program.Reader
	Secrets  *secrets.Keeper
	Keys     api.Written // of the API
	Carrier  survey.Carrier
	Rate     survey.Rate
	// Reputation is what dispatch's guard asks; nil: nobody keeps mails back.
	Reputation survey.Reputation
	// Via is how sources are asked for what their events leave out; nil: enrich.Transport.
	Via     http.RoundTripper
	Public  string // address of the links in mails
	Domain  string // of the Message-ID that SES gives
	Now     func() time.Time
	Log     *slog.Logger
	Metrics Metrics // nil: nothing is counted
	// Shred makes the engine forget what was overwritten, as privacy.Erasure asks; nil: it does so by itself.
	Shred func(ctx context.Context) error
}

// Pause waits before an attempt (the first again is 1), with full jitter, longer each time up to a second. The error is the context's.
func Pause(ctx context.Context, attempt int) error {
	longest := min(20*time.Millisecond<<min(attempt, 6), time.Second)
	return Wait(ctx, rand.N(longest))
}

// Patience waits if the time that is left allows it, for an audit that somebody asked for: behind the API there are seconds, and what
// differs can only be judged after minutes. Faults: Transient when it does not, the context's error.
func Patience(ctx context.Context, d time.Duration) error {
	if deadline, has := ctx.Deadline(); has && time.Until(deadline) < d {
		return fault.New(fault.Transient, "something differs, which may be answers that are just coming in; the daily audit tells in %s", d)
	}
	return Wait(ctx, d)
}

// Wait waits. The error is the context's.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Programs reads the program in force from a store.
func Programs(s *store.Store, now func() time.Time) *program.Reader {
	return &program.Reader{Versions: s, Now: now}
}
