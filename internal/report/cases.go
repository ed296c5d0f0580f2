package report

import (
	"context"
	"slices"
	"time"

	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/program"
)

// docket gathers the cases that one report tells about, as they are read.
type docket struct {
	*Cases
	within func(time.Time) bool // of the period
	open   []followup.Case
	took   []time.Duration // that closing the cases took which were closed in the period
}

// follow counts the cases for all reports, and reads them once. One that was cancelled, because the answer was a machine's or the
// customer is erased, was none.
func (g Gather) follow(ctx context.Context, p *program.Program, in period.Period, reports []Report, now time.Time) error {
	start, end := in.Start(p.Zone), in.End(p.Zone)
	within := func(at time.Time) bool { return !at.Before(start) && at.Before(end) }
	dockets := make([]docket, len(reports))
	for i := range reports {
		dockets[i] = docket{Cases: &reports[i].Cases, within: within}
	}
	each := func(take func(*docket, followup.Case)) func(followup.Case) {
		return func(c followup.Case) {
			for i := range dockets {
				if to := reports[i].For; to.Readership == program.Leadership || to.Readership == program.OfDesk && to.Name == c.Desk {
					take(&dockets[i], c)
				}
			}
		}
	}
	more, err := walk(ctx, g.Cases.OpenCases, period.Span{To: now.Add(time.Second)}, each((*docket).pending))
	if err != nil {
		return err
	}
	cut, err := walk(ctx, g.Cases.ClosedCases, period.Span{From: start, To: now.Add(time.Second)}, each((*docket).ended))
	if err != nil {
		return err
	}
	for _, d := range dockets {
		d.AtLeast = more || cut
		d.sum(p, now)
	}
	return nil
}

func (d *docket) pending(c followup.Case) {
	d.open = append(d.open, c)
	if d.within(c.OpenedAt) {
		d.Opened++
	}
}

func (d *docket) ended(c followup.Case) {
	if c.State == followup.Cancelled {
		return
	}
	if d.within(c.OpenedAt) {
		d.Opened++
		d.Over++
	}
	if !d.within(c.ClosedAt) {
		return
	}
	d.Closed++
	if c.State == followup.Lost {
		d.Lost++
	} else {
		d.Saved++
	}
	d.took = append(d.took, c.ClosedAt.Sub(c.OpenedAt))
}

func (d *docket) sum(p *program.Program, now time.Time) {
	d.Open = len(d.open)
	if n := len(d.took); n > 0 {
		slices.Sort(d.took)
		d.TimeToClose = (d.took[(n-1)/2] + d.took[n/2]) / 2
	}
	slices.SortStableFunc(d.open, func(a, b followup.Case) int { return a.OpenedAt.Compare(b.OpenedAt) })
	for i, pending := range d.open {
		shown := OpenCase{
			ID: pending.ID, Touchpoint: pending.Touchpoint, Survey: pending.Survey, Subject: pending.Subject, Desk: pending.Desk, Rating: pending.Rating,
			Scale: p.Surveys[pending.Survey].Scale, OpenedAt: pending.OpenedAt, Due: pending.Due,
			Overdue: pending.State == followup.Open && pending.Due.Before(now), TakenBy: pending.TakenBy,
		}
		if shown.Overdue {
			d.Overdue++
		}
		if i < CasesShown {
			d.Oldest = append(d.Oldest, shown)
		}
	}
}

// walk calls do with every case of a list, and tells whether there were more than CasesRead.
func walk(ctx context.Context, list func(context.Context, period.Span) ([]followup.Case, string, error), span period.Span, do func(followup.Case)) (more bool, err error) {
	span.Limit = pageSize
	for read := 0; read < CasesRead; read += pageSize {
		page, next, err := list(ctx, span)
		if err != nil {
			return false, err
		}
		for _, c := range page {
			do(c)
		}
		if next == "" {
			return false, nil
		}
		span.After = next
	}
	return true, nil
}
