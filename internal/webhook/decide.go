package webhook

import (
	"context"
	"log/slog"
	"time"

	"afterword/internal/program"
	"afterword/internal/touchpoint"
	"afterword/internal/trail"
)

// decide takes the event in as the program's rule for it says, or as a reopening for all that it may be one of. An event that the
// program names and no rule takes is filtered: it makes no visit.
func (h Handler) decide(ctx context.Context, p *program.Program, source program.Source, sender sender, e touchpoint.Event, now time.Time) (touchpoint.Reason, error) {
	rule, decision, taken := e.Meaning(source)
	about := []program.Rule{rule}
	if decision == touchpoint.Unmapped && sender.reopens != nil && sender.reopens(e.Name) {
		e.Reopened = true
	}
	switch {
	case e.Reopened:
		decision, about = touchpoint.Unmapped, source.Reopenings()
	case !taken:
		about = nil
	}
	if e.Fetch != "" && !e.Test && (e.Reopened || decision != touchpoint.Unmapped) { // what the rules go by is known when the source was asked
		about = []program.Rule{{}}
	}
	if len(about) == 0 {
		h.tell(ctx, source, "", decision, false)
	}
	for _, rule := range about {
		outcome, err := h.Intake.Take(ctx, p, e.By(rule), now)
		if err != nil {
			return "", err
		}
		h.tell(trail.About(ctx, outcome.Visit.ID), source, rule.Touchpoint, outcome.Reason, outcome.Repeated)
		if decision != touchpoint.Reopened {
			decision = outcome.Reason
		}
	}
	return decision, nil
}

// untaken tells whether no rule of the program takes the event. One that a touchpoint's own filter stopped is a visit.
func untaken(p *program.Program, e touchpoint.Event) bool {
	_, _, taken := e.Meaning(p.Sources[e.Source])
	return !taken
}

func (h Handler) tell(ctx context.Context, source program.Source, touchpoint string, decision touchpoint.Reason, repeated bool) {
	attrs := []slog.Attr{slog.String("source", source.Name), slog.String("touchpoint", touchpoint), slog.String("decision", string(decision))}
	if repeated { // each line is paid for by its bytes, and hardly any visit is
		attrs = append(attrs, slog.Bool("repeated", true))
	}
	h.Log.LogAttrs(ctx, slog.LevelInfo, "visit decided", attrs...)
}
