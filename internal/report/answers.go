package report

import (
	"cmp"
	"context"
	"slices"
	"time"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
)

// listener hears the answers of the period that one touchpoint of one report is about, newest first. What it keeps does not grow with
// them.
type listener struct{ touchpoint *Touchpoint }

// place is where an answer belongs in a report: its touchpoint.
type place struct{ touchpoint string }

// listen looks through the answers of the period, page by page, once for all reports.
func (g Gather) listen(ctx context.Context, p *program.Program, in period.Period, reports []Report) error {
	studies := studiesOf(p, reports)
	bySurvey := map[string]map[place][]listener{}
	for i := range reports {
		for k := range reports[i].Touchpoints {
			t := &reports[i].Touchpoints[k]
			if bySurvey[t.Survey] == nil { // two touchpoints may share a survey
				bySurvey[t.Survey] = map[place][]listener{}
			}
			at := place{t.Name}
			bySurvey[t.Survey][at] = append(bySurvey[t.Survey][at], listener{t})
		}
	}
	for survey, listeners := range bySurvey {
		if err := g.answers(ctx, survey, in.Start(p.Zone), in.End(p.Zone), func(answer response.Record) {
			studies.hear(answer)
			for _, l := range listeners[place{answer.Touchpoint}] {
				if p.Reports.Quote {
					l.hear(answer)
				}
			}
		}); err != nil {
			return err
		}
	}
	studies.tell(reports)
	return nil
}

// answers gives the counted answers to a survey. What a customer had erased, or a verdict withdrew, is not among them.
func (g Gather) answers(ctx context.Context, survey string, from, to time.Time, give func(response.Record)) error {
	most := AnswersRead
	if g.Most > 0 {
		most = min(g.Most, most)
	}
	span := period.Span{From: from, To: to, Limit: pageSize}
	for read := 0; read < most; read += pageSize {
		page, next, err := g.Answers.ResponsesTo(ctx, []string{survey}, span)
		if err != nil {
			return err
		}
		for _, answer := range page {
			if answer.Counted && !answer.Erased {
				give(answer)
			}
		}
		if next == "" {
			return nil
		}
		span.After = next
	}
	return nil
}

// hear takes an answer. Quoted are the unhappiest and the happiest; of two that are as happy the newer one.
func (l listener) hear(answer response.Record) {
	t := l.touchpoint
	if answer.Comment == "" || !t.Scale.Contains(answer.Rating) {
		return
	}
	quote := Quote{Rating: answer.Rating, Group: t.Scale.Group(answer.Rating), Comment: answer.Comment, Day: answer.Day, Subject: answer.Subject, Link: answer.Link}
	if quote.Group == score.Good {
		t.Highest = t.first(append(t.Highest, quote), -1)
	} else {
		t.Lowest = t.first(append(t.Lowest, quote), 1)
	}
}

// first keeps the first quotes by how happy they are, the unhappiest first where direction is 1, the happiest where it is -1.
func (t *Touchpoint) first(quotes []Quote, direction float64) []Quote {
	slices.SortStableFunc(quotes, func(a, b Quote) int {
		return cmp.Compare(direction*t.Scale.Normal(a.Rating), direction*t.Scale.Normal(b.Rating))
	})
	return quotes[:min(Quotes, len(quotes))]
}
