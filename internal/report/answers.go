package report

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
)

// listener hears the answers of the period that one touchpoint of one report is about, newest first. What it keeps does not grow with
// them.
type listener struct {
	touchpoint *Touchpoint
	causes     map[string]int64 // that were ticked, of a team's or an agent's own answers
	heard      *int64
}

// place is where an answer belongs in a report: its touchpoint, and whose work it is about, where the report is on that.
type place struct{ touchpoint, property, value string }

// placesOf are the places of an answer.
func placesOf(answer response.Record) []place {
	places := []place{{answer.Touchpoint, "", ""}}
	for _, property := range boarded {
		if value := answer.Cuts[property]; value != "" {
			places = append(places, place{answer.Touchpoint, property, strings.ToLower(value)})
		}
	}
	return places
}

// listen looks through the answers of the period, page by page, once for all reports.
func (g Gather) listen(ctx context.Context, p *program.Program, in period.Period, reports []Report, cuts cuts) error {
	studies, crews := studiesOf(p, reports, cuts), crewsOf(p, reports)
	bySurvey := map[string]map[place][]listener{}
	for i := range reports {
		for k := range reports[i].Touchpoints {
			t := &reports[i].Touchpoints[k]
			if bySurvey[t.Survey] == nil { // two touchpoints may share a survey
				bySurvey[t.Survey] = map[place][]listener{}
			}
			at, l := place{t.Name, "", ""}, listener{touchpoint: t}
			if property := reports[i].For.Property(); property != "" {
				at, l.causes, l.heard = place{t.Name, property, strings.ToLower(reports[i].For.Name)}, map[string]int64{}, new(int64)
			}
			bySurvey[t.Survey][at] = append(bySurvey[t.Survey][at], l)
		}
	}
	for survey, listeners := range bySurvey {
		if err := g.answers(ctx, survey, in.Start(p.Zone), in.End(p.Zone), func(answer response.Record) {
			studies.hear(answer)
			for _, at := range placesOf(answer) {
				crews.hear(at, answer)
				for _, l := range listeners[at] {
					l.count(answer)
					if p.Reports.Quote {
						l.hear(answer)
					}
				}
			}
		}); err != nil {
			return err
		}
		for _, each := range listeners {
			for _, l := range each {
				l.tell()
			}
		}
	}
	studies.tell(reports)
	crews.tell()
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

// count counts the causes of an answer, where nobody else does.
func (l listener) count(answer response.Record) {
	if l.causes == nil || !l.touchpoint.Scale.Contains(answer.Rating) {
		return
	}
	*l.heard++
	for i, cause := range answer.Causes {
		if !slices.Contains(answer.Causes[:i], cause) {
			l.causes[cause]++
		}
	}
}

// tell puts the causes into the report, where there are answers enough to show more than their number.
func (l listener) tell() {
	if l.causes == nil {
		return
	}
	causes := []Mention{}
	for _, id := range slices.Sorted(maps.Keys(l.causes)) {
		if share := score.ShareOf(l.causes[id], *l.heard); share.Value != nil {
			causes = append(causes, Mention{id, share.Hits, score.Round(*share.Value, 3)})
		}
	}
	slices.SortStableFunc(causes, func(a, b Mention) int { return cmp.Compare(b.N, a.N) })
	l.touchpoint.Why = &Why{Causes: causes[:min(mentionsTold, len(causes))], Themes: []Mention{}, Words: []Word{}, Drivers: []Driver{}, Hours: []Hour{}, Bands: []Hour{}}
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
