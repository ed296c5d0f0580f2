package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/tally"
)

// AnswersRead is how many answers to a survey are looked through for those to quote, the newest of the period; CasesRead how many
// cases of each state are counted. Scores know no such bound.
const (
	AnswersRead = 2000
	CasesRead   = 5000
	pageSize    = 500
)

// Gather gathers how a period went from what is stored.
type Gather struct {
	Counts  Counts
	Answers Answers
	Cases   CaseLists
}

// Counts reads what scores are made of.
type Counts interface {
	// Several is the counts of a series in several periods, in their order. Faults: Transient.
	Several(ctx context.Context, series tally.Series, periods []period.Period) ([]tally.Counts, error)
	// Sends is how the mails fared that were sent in the period. Faults: Transient.
	Sends(ctx context.Context, series tally.Series, p period.Period) (tally.Sends, error)
}

// Answers lists answers.
type Answers interface {
	// ResponsesTo lists the responses to surveys by when they were first given, newest first. next is the position after the page, ""
	// at the end. Faults: Transient.
	ResponsesTo(ctx context.Context, surveys []string, span period.Span) (page []response.Record, next string, err error)
}

// CaseLists lists cases.
type CaseLists interface {
	// OpenCases lists pending cases by when they were opened, ClosedCases the others by when they ended, both newest first. Faults:
	// Transient.
	OpenCases(ctx context.Context, span period.Span) (page []followup.Case, next string, err error)
	ClosedCases(ctx context.Context, span period.Span) (page []followup.Case, next string, err error)
}

// Report gathers the report of a period as it is at now, of the touchpoints that Scores tells about. Quotes are taken from the newest
// AnswersRead answers to each survey. Faults: Transient.
func (g Gather) Report(ctx context.Context, p *program.Program, in period.Period, now time.Time) (Report, error) {
	r := Report{Period: in, Before: in.Previous(), At: now.UTC(), Closed: !now.Before(in.End(p.Zone)), CountsClicks: p.CountUnconfirmed}
	comments := map[string][]response.Record{} // by survey
	scores, err := g.Scores(ctx, p, in)
	if err != nil {
		return Report{}, err
	}
	for _, t := range scores {
		if _, read := comments[t.Survey]; !read { // two touchpoints may share a survey
			if comments[t.Survey], err = g.comments(ctx, t.Survey, in, p.Zone); err != nil {
				return Report{}, fmt.Errorf("gather the comments on %s: %w", t.Name, err)
			}
		}
		t.quote(comments[t.Survey])
		r.Touchpoints = append(r.Touchpoints, t)
	}
	if r.Cases, err = g.cases(ctx, p, in, now); err != nil {
		return Report{}, fmt.Errorf("gather the cases: %w", err)
	}
	return r, nil
}

// quiet tells whether nothing happened about the touchpoint in the period.
func (t Touchpoint) quiet() bool { return t.Sent == 0 && t.Replies == 0 && t.Score.N == 0 }

// unheard tells whether, beside that, nobody ever answered in the periods that its trend shows.
func (t Touchpoint) unheard() bool {
	return t.quiet() && !slices.ContainsFunc(t.Trend, func(p Point) bool { return p.Score.N > 0 })
}

// Silent tells whether a report has nothing to tell: nobody was asked or answered in its period, nobody ever answered in those that
// its trends show, and there is no case. A system that was in use and fell silent is told about.
func (r Report) Silent() bool {
	for _, t := range r.Touchpoints {
		if !t.unheard() {
			return false
		}
	}
	return r.Cases.Opened+r.Cases.Closed+r.Cases.Open == 0
}

// comments reads the counted answers with a comment. What a customer had erased, or a verdict withdrew, is not among them.
func (g Gather) comments(ctx context.Context, survey string, in period.Period, zone *time.Location) (found []response.Record, err error) {
	span := period.Span{From: in.Start(zone), To: in.End(zone), Limit: pageSize}
	for read := 0; read < AnswersRead; read += pageSize {
		page, next, err := g.Answers.ResponsesTo(ctx, []string{survey}, span)
		if err != nil {
			return nil, err
		}
		for _, answer := range page {
			if answer.Counted && !answer.Erased && answer.Comment != "" {
				found = append(found, answer)
			}
		}
		if next == "" {
			break
		}
		span.After = next
	}
	return found, nil
}

// quote takes the unhappiest and the happiest of the answers, which come newest first; of two that are as happy the newer one.
func (t *Touchpoint) quote(answers []response.Record) {
	var good, others []response.Record
	for _, a := range answers {
		switch {
		case a.Touchpoint != t.Name || !t.Scale.Contains(a.Rating):
		case t.Scale.Group(a.Rating) == score.Good:
			good = append(good, a)
		default:
			others = append(others, a)
		}
	}
	t.Lowest, t.Highest = t.first(others, 1), t.first(good, -1)
}

// first is the first answers by how happy they are, the unhappiest first where direction is 1, the happiest where it is -1.
func (t *Touchpoint) first(answers []response.Record, direction float64) (quotes []Quote) {
	slices.SortStableFunc(answers, func(a, b response.Record) int {
		return cmp.Compare(direction*t.Scale.Normal(a.Rating), direction*t.Scale.Normal(b.Rating))
	})
	for _, a := range answers[:min(Quotes, len(answers))] {
		quotes = append(quotes, t.quoted(a))
	}
	return quotes
}

func (t *Touchpoint) quoted(a response.Record) Quote {
	return Quote{Rating: a.Rating, Group: t.Scale.Group(a.Rating), Comment: a.Comment, Day: a.Day, Subject: a.Subject, Link: a.Link}
}

// cases counts cases. One that was cancelled, because the answer was a machine's or the customer is erased, was none.
func (g Gather) cases(ctx context.Context, p *program.Program, in period.Period, now time.Time) (Cases, error) {
	var c Cases
	start, end := in.Start(p.Zone), in.End(p.Zone)
	within := func(at time.Time) bool { return !at.Before(start) && at.Before(end) }
	var open []followup.Case
	more, err := each(ctx, g.Cases.OpenCases, period.Span{To: now.Add(time.Second)}, func(pending followup.Case) {
		open = append(open, pending)
		if within(pending.OpenedAt) {
			c.Opened++
		}
	})
	if err != nil {
		return c, err
	}
	cut, err := each(ctx, g.Cases.ClosedCases, period.Span{From: start, To: now.Add(time.Second)}, func(over followup.Case) {
		if over.State == followup.Cancelled {
			return
		}
		if within(over.OpenedAt) {
			c.Opened++
		}
		if within(over.ClosedAt) {
			c.Closed++
		}
	})
	c.Open, c.AtLeast = len(open), more || cut
	slices.SortStableFunc(open, func(a, b followup.Case) int { return a.OpenedAt.Compare(b.OpenedAt) })
	for i, pending := range open {
		shown := OpenCase{
			ID: pending.ID, Touchpoint: pending.Touchpoint, Survey: pending.Survey, Subject: pending.Subject, Desk: pending.Desk, Rating: pending.Rating,
			Scale: p.Surveys[pending.Survey].Scale, OpenedAt: pending.OpenedAt, Due: pending.Due,
			Overdue: pending.State == followup.Open && pending.Due.Before(now), TakenBy: pending.TakenBy,
		}
		if shown.Overdue {
			c.Overdue++
		}
		if i < CasesShown {
			c.Oldest = append(c.Oldest, shown)
		}
	}
	return c, err
}

// each calls do with every case of a list, and tells whether there were more than CasesRead.
func each(ctx context.Context, list func(context.Context, period.Span) ([]followup.Case, string, error), span period.Span, do func(followup.Case)) (more bool, err error) {
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
