package api

import (
	"fmt"
	"time"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/score"
)

// Gathered is the report that was shown, as the program has its scales: what a reader of the API renders. What was rounded stays so;
// rounding it again changes nothing. An error names what the program does not have.
func (r Report) Gathered(p *program.Program) (report.Report, error) {
	in, err := period.Parse(r.Period)
	if err != nil {
		return report.Report{}, err
	}
	before, err := period.Parse(r.Before)
	if err != nil {
		return report.Report{}, err
	}
	to, err := p.Audience(r.Audience)
	if err != nil {
		return report.Report{}, err
	}
	back := report.Report{For: to, Period: in, Before: before, At: r.At, Closed: r.Closed, CountsClicks: r.CountsClicks, Changes: r.Changes, Moves: r.Moves, Compared: r.Compared, Cases: report.Cases{
		Opened: r.Cases.Opened, Over: r.Cases.Over, Closed: r.Cases.Closed, Saved: r.Cases.Saved, Lost: r.Cases.Lost, Open: r.Cases.Open,
		Overdue: r.Cases.Overdue, AtLeast: r.Cases.AtLeast, TimeToClose: time.Duration(r.Cases.Seconds) * time.Second}}
	for _, shown := range r.Touchpoints {
		s, ok := p.Surveys[shown.Score.Survey]
		if !ok {
			return report.Report{}, fmt.Errorf("the program has no survey %q, which the report is about", shown.Score.Survey)
		}
		t, err := shown.gathered(s.Scale)
		if err != nil {
			return report.Report{}, err
		}
		back.Touchpoints = append(back.Touchpoints, t)
	}
	for _, c := range r.Cases.Oldest {
		back.Cases.Oldest = append(back.Cases.Oldest, report.OpenCase{
			ID: c.ID, Touchpoint: c.Touchpoint, Survey: c.Survey, Subject: c.Subject, Desk: c.Desk, Rating: c.Rating, Scale: p.Surveys[c.Survey].Scale,
			OpenedAt: c.OpenedAt, Due: c.Due, Overdue: c.Overdue, TakenBy: c.TakenBy,
		})
	}
	return back, nil
}

func (t ReportTouchpoint) gathered(scale score.Scale) (report.Touchpoint, error) {
	s := t.Score
	back := report.Touchpoint{
		Name: s.Touchpoint, Survey: s.Survey, Scale: scale, Sent: s.Sent, Delivered: s.Delivered, Bounced: s.Bounced, Complained: s.Complained,
		Unsubscribed: s.Unsubscribed, Replies: t.Replies, Unconfirmed: s.Unconfirmed,
		Lowest: gatheredQuotes(t.Lowest), Highest: gatheredQuotes(t.Highest), Why: t.Why, Worth: t.Worth, Benchmarks: t.Benchmarks, Boards: t.Boards, Cross: t.Cross, Beside: t.Beside,
		Score: score.Score{N: s.N, Convention: s.Convention, Note: s.Note},
	}
	if s.Distribution != nil {
		back.Score = score.Of(scale, s.Distribution)
	}
	if s.Change != nil {
		change := s.Change.Change
		back.Change = &change
	}
	for _, point := range t.Trend {
		p, err := period.Parse(point.Period)
		if err != nil {
			return back, err
		}
		back.Trend = append(back.Trend, report.Point{Period: p, Score: score.Score{
			N: point.N, Value: point.Value, Interval: point.Interval, Convention: scale.Convention(), Note: point.Note}})
	}
	return back, nil
}

func gatheredQuotes(shown []ReportQuote) (quotes []report.Quote) {
	for _, q := range shown {
		quotes = append(quotes, report.Quote(q))
	}
	return quotes
}
