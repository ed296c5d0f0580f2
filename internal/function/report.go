package function

import (
	"context"
	"errors"
	"time"

	"afterword/internal/mail"
	"afterword/internal/report"
	"afterword/internal/store"
	"afterword/internal/touchpoint"
	"afterword/internal/trail"
)

// Draw draws the charts of a report, by file name. It is handed in by those who mail reports, because the fonts of package chart take
// their time whenever a program that knows it starts.
type Draw = func(report.Report) (map[string][]byte, error)

// Hour is what Lambda calls a scheduled function with: when it was to run. Without a time it is now.
type Hour struct {
	Time time.Time `json:"time"`
}

// Report mails the reports that were due at an hour, and begins the turns of a day for touchpoints that come round by themselves. It needs Store, Programs, Carrier, Rate, Now and Log.
func Report(p Parts, draw Draw) func(context.Context, Hour) error {
	rounds, turns := Rounds(p, draw), Turns(p)
	return func(ctx context.Context, hour Hour) error {
		now := p.Now()
		if hour.Time.IsZero() {
			hour.Time = now
		}
		return trail.CleanError(errors.Join(turns.Begin(ctx, now), rounds.Run(ctx, hour.Time, now)))
	}
}

// Rounds are those of Report.
func Rounds(p Parts, draw Draw) report.Rounds {
	return report.Rounds{
		Gather: p.gather(), Programs: p.Programs, Book: store.Reports{Store: p.Store}, Draw: draw, Writer: mail.Writer{Now: p.Now},
		Carrier: postman{p}, Rate: p.Rate, Log: p.Log,
	}
}

// Turns begins those of a day. It needs Store and Programs.
func Turns(p Parts) touchpoint.Turns { return touchpoint.Turns{Rotas: p.Store, Programs: p.Programs} }
