package webhook

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"afterword/internal/program"
	"afterword/internal/touchpoint"
	"afterword/internal/trail"
)

// decide takes the event in for each touchpoint that it is about: one that the program maps it to, or for a reopening all those of
// the source.
func (h Handler) decide(ctx context.Context, p *program.Program, source program.Source, sender sender, e touchpoint.Event, now time.Time) (touchpoint.Reason, error) {
	mapped := source.TouchpointOf(e.Name)
	if mapped == "" && sender.reopens != nil && sender.reopens(e.Name) {
		e.Reopened = true
	}
	about := []string{mapped}
	if e.Reopened {
		about = slices.Compact(slices.Sorted(maps.Values(source.Events)))
	}
	decision := touchpoint.Unmapped
	for _, e.Touchpoint = range about {
		if e.Touchpoint == "" {
			continue
		}
		outcome, err := h.Intake.Take(ctx, p, e, now)
		if err != nil {
			return "", err
		}
		h.tell(trail.About(ctx, outcome.Visit.ID), source, e.Touchpoint, outcome.Reason, outcome.Repeated)
		if decision != touchpoint.Reopened {
			decision = outcome.Reason
		}
	}
	if decision == touchpoint.Unmapped {
		h.tell(ctx, source, "", decision, false)
	}
	return decision, nil
}

func (h Handler) tell(ctx context.Context, source program.Source, touchpoint string, decision touchpoint.Reason, repeated bool) {
	attrs := []slog.Attr{slog.String("source", source.Name), slog.String("touchpoint", touchpoint), slog.String("decision", string(decision))}
	if repeated { // each line is paid for by its bytes, and hardly any visit is
		attrs = append(attrs, slog.Bool("repeated", true))
	}
	h.Log.LogAttrs(ctx, slog.LevelInfo, "visit decided", attrs...)
}
