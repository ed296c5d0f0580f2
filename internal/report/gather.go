package report

import (
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

// AnswersRead is how many answers to a survey are looked through for what customers said, the newest of the period, unless Gather
// says otherwise; CasesRead how many cases of each state are counted. Scores know no such bound.
const (
	AnswersRead = 250_000
	CasesRead   = 5000
	pageSize    = 500
)

// Gather gathers how a period went from what is stored.
type Gather struct {
	Counts   Counts
	Answers  Answers
	Cases    CaseLists
	Versions Versions
	Most     int // answers to a survey that are looked through, AnswersRead at most; 0: so many
}

// Counts reads what scores are made of.
type Counts interface {
	// Several is the counts of a series in several periods, in their order. Faults: Transient.
	Several(ctx context.Context, series tally.Series, periods []period.Period) ([]tally.Counts, error)
	// Segments is the answers of a series in a period, by rating, for each value of a property; under "" those of which none is known,
	// if apart tells that an answer has one value at most. Faults: Transient.
	Segments(ctx context.Context, series tally.Series, property string, apart bool, p period.Period) (map[string]score.Counts, error)
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

// Report gathers the report of a period for one audience as it is at now, of the touchpoints that Scores tells about. Faults:
// Transient.
func (g Gather) Report(ctx context.Context, p *program.Program, in period.Period, to program.Audience, now time.Time) (Report, error) {
	all, err := g.Reports(ctx, p, in, []program.Audience{to}, now)
	if err != nil {
		return Report{}, err
	}
	return all[0], nil
}

// Reports gathers those of several audiences, in their order, and reads for all of them what is stored once. Faults: Transient.
func (g Gather) Reports(ctx context.Context, p *program.Program, in period.Period, audiences []program.Audience, now time.Time) ([]Report, error) {
	scores, err := g.Scores(ctx, p, in)
	if err != nil {
		return nil, err
	}
	for i := range scores {
		scores[i].compare(p)
	}
	cuts, err := g.cutAll(ctx, p, scores, audiences)
	if err != nil {
		return nil, err
	}
	reports := make([]Report, len(audiences))
	for i, to := range audiences {
		reports[i] = Report{
			For: to, Period: in, Before: in.Previous(), At: now.UTC(), Closed: !now.Before(in.End(p.Zone)), CountsClicks: p.CountUnconfirmed,
			Touchpoints: scoresFor(p, to, scores, cuts),
		}
		cuts.judge(p, &reports[i])
	}
	if err := g.tellChanges(ctx, p, in, reports); err != nil {
		return nil, err
	}
	if err := g.listen(ctx, p, in, reports, cuts); err != nil {
		return nil, fmt.Errorf("gather what customers said: %w", err)
	}
	if err := g.follow(ctx, p, in, reports, now); err != nil {
		return nil, fmt.Errorf("gather the cases: %w", err)
	}
	return reports, nil
}

// tellChanges tells the leadership what was changed in the program.
func (g Gather) tellChanges(ctx context.Context, p *program.Program, in period.Period, reports []Report) (err error) {
	for i := range reports {
		if reports[i].For.Readership == program.Leadership {
			reports[i].Changes, err = g.applied(ctx, p, in)
		}
	}
	return err
}

// scoresFor are those of the touchpoints that the audience reads about.
func scoresFor(p *program.Program, to program.Audience, scores []Touchpoint, cuts cuts) (told []Touchpoint) {
	for _, t := range scores {
		tells := to.Readership == program.Leadership || to.Readership == program.OfDesk && p.Touchpoints[t.Name].Desk == to.Name
		if to.Property() != "" {
			t, tells = cuts.part(t, to)
		}
		if tells {
			told = append(told, t)
		}
	}
	return told
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

// compare says what the score is worth, and what there is to compare it with.
func (t *Touchpoint) compare(p *program.Program) {
	if t.Score.Distribution == nil {
		return
	}
	if risk := p.WorthOf(t.Name).AtRisk(t.Scale, t.Score.Distribution); risk != nil {
		shown := risk.Rounded()
		t.Worth = &shown
	}
	var before []score.Past
	for _, point := range t.Trend[:max(0, len(t.Trend)-1)] {
		if point.Score.Distribution != nil {
			before = append(before, score.Past{Name: point.Period.Name, Counts: point.Score.Distribution})
		}
	}
	for _, b := range p.BenchmarksOf(t.Name, t.Score.Distribution, before) {
		if b.Value = score.Round(b.Value, t.Scale.Decimals()); b.Interval != nil {
			b.Interval = &score.Interval{score.Round(b.Interval[0], t.Scale.Decimals()), score.Round(b.Interval[1], t.Scale.Decimals())}
		}
		if b.Change != nil {
			change := b.Change.Rounded(t.Scale)
			b.Change = &change
		}
		t.Benchmarks = append(t.Benchmarks, b)
	}
}
