package function

import (
	"context"
	"log/slog"
	"time"

	"afterword/internal/store"
	"afterword/internal/tally"
	"afterword/internal/trail"
)

// auditor recounts what is read and heals. It needs Store, Programs, Now and Log. wait lets the time pass between its two looks.
type auditor struct {
	Parts
	wait func(context.Context, time.Duration) error
}

// Run audits, and keeps what it found. If a rebuild ended meanwhile, what was looked at is read no more, and perhaps half removed: then
// it begins again.
func (a auditor) Run(ctx context.Context, now time.Time) (found tally.Findings, err error) {
	state, err := a.Store.Rebuilding(ctx)
	for again := true; again && err == nil; {
		looked := state.Read
		if found, err = a.in(looked).Run(ctx, now); err == nil {
			state, err = a.Store.Rebuilding(ctx)
		}
		again = state.Read != looked
	}
	if err != nil {
		return found, err
	}
	return found, a.Store.KeepAudited(ctx, tally.Audited{
		At: now, Responses: found.Responses, Lagging: found.Lagging, Healed: found.Healed, Drifted: found.Drifted, Unsettled: found.Unsettled,
	})
}

func (a auditor) in(generation string) tally.Audit {
	audit := audit(a.Store.In(generation), a.tally(), a.wait)
	audit.Cases = store.Sweep{Store: a.Store, Opener: a.opener(), Now: a.Now}
	return audit
}

func audit(in *store.Store, counter tally.Counter, wait func(context.Context, time.Duration) error) tally.Audit {
	return tally.Audit{Books: in, Ledger: in, Scorebook: in, Archive: in, Tally: counter, Wait: wait}
}

// Rebuild counts everything again beside what is read. It needs Store; wait as the audit's. It tells no answer that it counts: each was
// told when it was counted first.
func Rebuild(p Parts, wait func(context.Context, time.Duration) error) tally.Rebuild {
	return tally.Rebuild{States: p.Store, In: func(generation string) tally.Edition {
		in := p.Store.In(generation)
		counter := tally.Tally{Fold: fold(in), Scores: tally.Scores{Scorebook: in, Pause: Pause}}
		return tally.Edition{Books: in, Rows: in, Ledger: in, Fold: counter.Fold, Scores: counter.Scores, Audit: audit(in, counter, wait)}
	}}
}

// Task is what the function that audits is started with: by its nightly schedule with nothing, by the other one with a rebuild's next
// slice. They share a function because they need the same rights, which nobody else has: to read every answer and to write every count.
type Task struct {
	Rebuild bool `json:"rebuild"`
}

// Audit runs the daily audit, or a slice of a rebuild if one is running. What drifted rings an alarm of its own and is no failure of the
// run: it did all that it can, and a second one would not mend more. The metric is also written when nothing drifted: its silence says
// that nobody looked.
func Audit(p Parts, wait func(context.Context, time.Duration) error) func(context.Context, Task) error {
	audit, rebuild := auditor{p, wait}, Rebuild(p, wait)
	return func(ctx context.Context, task Task) error {
		if task.Rebuild {
			return p.rebuild(ctx, rebuild)
		}
		found, err := audit.Run(ctx, p.Now())
		level := slog.LevelInfo
		if found.Drifted > 0 {
			level = slog.LevelError
		}
		p.Log.LogAttrs(ctx, level, "audited", slog.Int("responses", found.Responses), slog.Int("lagging", found.Lagging),
			slog.Int("healed", found.Healed), slog.Int("drifted", found.Drifted), slog.Int("unsettled", found.Unsettled), slog.Any("where", found.Where))
		if err == nil || found.Drifted > 0 {
			p.count(Drift, found.Drifted)
		}
		return trail.CleanError(err)
	}
}

// rebuild does a slice and tells it, if there was anything to do.
func (p Parts) rebuild(ctx context.Context, rebuild tally.Rebuild) error {
	was, err := p.Store.Rebuilding(ctx)
	if next, running := was.Next(); err != nil || !running || p.Now().Before(next) {
		return trail.CleanError(err)
	}
	state, err := rebuild.Run(ctx, p.Now)
	p.Log.LogAttrs(ctx, slog.LevelInfo, "rebuilding", slog.String("stage", string(state.Stage)), slog.String("generation", state.Read),
		slog.Int64("counted", state.Counted), slog.Int64("carried", state.Carried), slog.Int64("removed", state.Removed), slog.String("failure", state.Failure))
	return trail.CleanError(err)
}
