package report

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/tally"
)

// together is how many touchpoints are read at the same time.
const together = 6

// Scores is how each touchpoint did in a period, by name, without what customers said: as many reads as there are touchpoints,
// however many answers they have. A touchpoint that is off and about which nobody was asked or answered is left out, and so is one
// that no source reports and about which nobody answered for as long as its trend goes back. Faults: Transient.
func (g Gather) Scores(ctx context.Context, p *program.Program, in period.Period) ([]Touchpoint, error) {
	names := slices.Sorted(maps.Keys(p.Touchpoints))
	read := make([]*Touchpoint, len(names))
	reads, ctx := errgroup.WithContext(ctx)
	reads.SetLimit(together)
	for i, name := range names {
		s, ok := p.SurveyOf(name)
		if !ok {
			continue
		}
		reads.Go(func() error {
			t, err := g.Touchpoint(ctx, s, name, in)
			if err != nil {
				return fmt.Errorf("gather the scores of %s: %w", name, err)
			}
			read[i] = &t
			return nil
		})
	}
	if err := reads.Wait(); err != nil {
		return nil, err
	}
	var told []Touchpoint
	for i, t := range read {
		if t == nil || p.Touchpoints[names[i]].Off && t.quiet() || !p.Reported(names[i]) && t.unheard() {
			continue
		}
		told = append(told, *t)
	}
	return told, nil
}

// Touchpoint is how a touchpoint did in a period, in the series of a survey, without what customers said. Faults: Transient.
func (g Gather) Touchpoint(ctx context.Context, s program.Survey, name string, in period.Period) (Touchpoint, error) {
	series := tally.Series{Touchpoint: name, Survey: s.ID}
	periods := make([]period.Period, TrendPeriods)
	for i, p := TrendPeriods-1, in; i >= 0; i, p = i-1, p.Previous() {
		periods[i] = p
	}
	counts, err := g.Counts.Several(ctx, series, periods)
	if err != nil {
		return Touchpoint{}, err
	}
	sends, err := g.Counts.Sends(ctx, series, in)
	if err != nil {
		return Touchpoint{}, err
	}
	last, before := counts[TrendPeriods-1], counts[TrendPeriods-2]
	t := Touchpoint{
		Name: name, Survey: s.ID, Scale: s.Scale, Score: score.Of(s.Scale, last.Histogram()),
		Change: score.Compare(s.Scale, before.Histogram(), last.Histogram()),
		Sent:   sends.Sent, Delivered: sends.Delivered(), Bounced: sends.Bounced, Complained: sends.Complained, Unsubscribed: sends.Unsubscribed, Replies: last.Replies, Unconfirmed: tally.Unconfirmed(last, sends),
	}
	for i, p := range periods {
		t.Trend = append(t.Trend, Point{p, score.Of(s.Scale, counts[i].Histogram())})
	}
	return t, nil
}
