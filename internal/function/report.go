package function

import (
	"context"

	"afterword/internal/mail"
	"afterword/internal/report"
	"afterword/internal/store"
	"afterword/internal/trail"
)

// Draw draws the charts of a report, by file name. It is handed in by those who mail reports, because the fonts of package chart take
// their time whenever a program that knows it starts.
type Draw = func(report.Report) (map[string][]byte, error)

// Report mails the reports that are due. It needs Store, Programs, Carrier, Rate, Now and Log.
func Report(p Parts, draw Draw) func(context.Context) error {
	rounds := Rounds(p, draw)
	return func(ctx context.Context) error {
		return trail.CleanError(rounds.Run(ctx, p.Now()))
	}
}

// Rounds are those of Report.
func Rounds(p Parts, draw Draw) report.Rounds {
	return report.Rounds{
		Gather: p.gather(), Programs: p.Programs, Book: store.Reports{Store: p.Store}, Draw: draw, Writer: mail.Writer{Now: p.Now},
		Carrier: postman{p}, Rate: p.Rate, Log: p.Log,
	}
}
