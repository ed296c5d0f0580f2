package api

import (
	"cmp"
	"context"
	"strings"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/tally"
)

// segments answers "agent", with the scores of all agents, ranked, and "agent:anna", with hers.
func (a *API) segments(ctx context.Context, p *program.Program, query map[string]string, in period.Period) (any, error) {
	property, value, one := strings.Cut(query["segment"], ":")
	if !p.CutsBy(property) {
		return nil, fault.New(fault.Invalid, "the program does not cut scores by %.60q; expected %s", property, list(p.Segments))
	}
	t, known := p.Touchpoints[query["touchpoint"]]
	if !known {
		return nil, fault.New(fault.Invalid, "a segment is asked for with its touchpoint, and is such as %s, or %s:somebody for one of them", property, property)
	}
	series := tally.Series{Touchpoint: t.Name, Survey: cmp.Or(query["survey"], t.Survey)}
	ranking, err := a.Reports.Ranking(ctx, p.Surveys[series.Survey], t.Name, property, in)
	if err != nil {
		return nil, err
	}
	all := []Score{}
	for _, s := range ranking {
		all = append(all, segment(p, series, property, s, in))
	}
	if !one {
		return page[Score]{Items: all}, nil
	}
	for _, s := range all {
		if _, other, _ := strings.Cut(s.Segment, ":"); strings.EqualFold(other, value) {
			return s, nil
		}
	}
	return segment(p, series, property, score.Segment{Value: value, Score: score.Of(p.Surveys[series.Survey].Scale, nil)}, in), nil
}

func segment(p *program.Program, series tally.Series, property string, s score.Segment, in period.Period) Score {
	shown := scored(p.CountUnconfirmed, series, p.Surveys[series.Survey].Scale, s.Score, s.Change, in)
	shown.Segment = property + ":" + s.Value
	return shown
}
