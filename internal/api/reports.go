package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/score"
	"afterword/internal/tally"
)

// Reports gathers how a period went.
type Reports interface {
	// Report gathers the report of a period for an audience as it is at now. Faults: Transient.
	Report(ctx context.Context, p *program.Program, in period.Period, to program.Audience, now time.Time) (report.Report, error)
	// Ranking is how the values of a property did in a period about a touchpoint, in the series of a survey, ranked. Faults: Transient.
	Ranking(ctx context.Context, s program.Survey, touchpoint, property string, in period.Period) ([]score.Segment, error)
}

// Report is how a period went, as the API shows it: what is mailed when the period is over. Its numbers are rounded.
type Report struct {
	Audience     string             `json:"audience"`
	Period       string             `json:"period"`
	From         period.Day         `json:"from"` // its first day
	To           period.Day         `json:"to"`   // and its last
	Before       string             `json:"before"`
	At           time.Time          `json:"at"`     // when it was gathered
	Closed       bool               `json:"closed"` // the period was over by then
	CountsClicks bool               `json:"counts_unconfirmed,omitempty"`
	Touchpoints  []ReportTouchpoint `json:"touchpoints"`
	Cases        ReportCases        `json:"cases"`
	Changes      []report.Applied   `json:"changes"` // of the program, in the period
	Moves        []report.Move      `json:"moves"`   // segments that changed reliably
	Compared     int                `json:"segments_compared"`
}

// ReportTouchpoint is a touchpoint's score with what a report says beside it.
type ReportTouchpoint struct {
	Score   Score         `json:"score"`
	Replies int64         `json:"replies"` // answers to the mails of the period, whenever they came
	Trend   []ReportPoint `json:"trend"`   // oldest first, the reported period last
	Lowest  []ReportQuote `json:"lowest"`
	Highest []ReportQuote `json:"highest"`

	Why        *report.Why       `json:"why,omitempty"`
	Worth      *score.Risk       `json:"worth,omitempty"`
	Benchmarks []score.Benchmark `json:"benchmarks,omitempty"`
	Boards     []report.Board    `json:"leaderboards,omitempty"`
	Cross      *report.Cross     `json:"cross,omitempty"`
	Beside     *score.Score      `json:"beside,omitempty"` // of the agent's team, or of all agents
}

// ReportPoint is a score in one period.
type ReportPoint struct {
	Period   string          `json:"period"`
	N        int64           `json:"n"`
	Value    *float64        `json:"value"` // null: no answers, or too few to show one
	Interval *score.Interval `json:"interval"`
	Note     string          `json:"note,omitempty"`
}

// ReportQuote is what one customer said.
type ReportQuote struct {
	Rating  int         `json:"rating"`
	Group   score.Group `json:"group"`
	Comment string      `json:"comment"`
	Day     string      `json:"day"`
	Subject string      `json:"subject"`
	Link    string      `json:"link,omitempty"`
}

// ReportCases is how the follow-up stands.
type ReportCases struct {
	Opened  int          `json:"opened"` // in the period
	Over    int          `json:"over"`   // of them, closed by now
	Closed  int          `json:"closed"` // in the period
	Saved   int          `json:"saved"`
	Lost    int          `json:"lost"`
	Open    int          `json:"open"` // now
	Overdue int          `json:"overdue"`
	AtLeast bool         `json:"at_least,omitempty"` // there are so many cases that these numbers are the least that they may be
	Seconds int64        `json:"seconds_to_close"`   // median of the closed ones; 0: none was closed
	Oldest  []ReportCase `json:"oldest"`
}

// ReportCase is a case that nobody has closed.
type ReportCase struct {
	ID         string    `json:"id"`
	Touchpoint string    `json:"touchpoint"`
	Survey     string    `json:"survey"`
	Subject    string    `json:"subject"`
	Desk       string    `json:"desk"`
	Rating     int       `json:"rating"`
	OpenedAt   time.Time `json:"opened_at"`
	Due        time.Time `json:"due"`
	Overdue    bool      `json:"overdue"`
	TakenBy    string    `json:"taken_by,omitempty"`
}

func (a *API) reports(r *http.Request) (any, error) {
	query, err := readQuery(r, "period", "audience")
	if err != nil {
		return nil, err
	}
	p, err := a.Programs.Current(r.Context())
	if err != nil {
		return nil, err
	}
	now := a.Now()
	in, err := readPeriod(query["period"], now, p.Zone)
	if err != nil {
		return nil, err
	}
	if period.DayOf(now, p.Zone).Before(in.From) {
		return nil, fault.New(fault.Invalid, "the period %s begins on %s, which is still to come", in.Name, in.From)
	}
	to, err := p.Audience(query["audience"])
	if err != nil {
		return nil, err
	}
	gathered, err := a.Reports.Report(r.Context(), p, in, to, now)
	if err != nil {
		return nil, err
	}
	return showReport(gathered), nil
}

func showReport(r report.Report) Report {
	shown := Report{
		Audience: r.For.String(), Period: r.Period.Name, From: r.Period.From, To: r.Period.To, Before: r.Before.Name, At: r.At, Closed: r.Closed,
		CountsClicks: r.CountsClicks, Touchpoints: []ReportTouchpoint{}, Changes: []report.Applied{}, Moves: []report.Move{}, Compared: r.Compared,
		Cases: ReportCases{Opened: r.Cases.Opened, Over: r.Cases.Over, Closed: r.Cases.Closed, Saved: r.Cases.Saved, Lost: r.Cases.Lost,
			Open: r.Cases.Open, Overdue: r.Cases.Overdue, AtLeast: r.Cases.AtLeast, Seconds: int64(r.Cases.TimeToClose / time.Second), Oldest: []ReportCase{}},
	}
	shown.Changes = append(shown.Changes, r.Changes...)
	for _, m := range r.Moves {
		if i := slices.IndexFunc(r.Touchpoints, func(t report.Touchpoint) bool { return t.Name == m.Touchpoint }); i >= 0 {
			m.Score, m.Change = m.Score.Rounded(r.Touchpoints[i].Scale), m.Change.Rounded(r.Touchpoints[i].Scale)
		}
		shown.Moves = append(shown.Moves, m)
	}
	for _, t := range r.Touchpoints {
		shown.Touchpoints = append(shown.Touchpoints, showTouchpoint(r, t))
	}
	for _, c := range r.Cases.Oldest {
		shown.Cases.Oldest = append(shown.Cases.Oldest, ReportCase{
			ID: c.ID, Touchpoint: c.Touchpoint, Survey: c.Survey, Subject: c.Subject, Desk: c.Desk, Rating: c.Rating, OpenedAt: c.OpenedAt, Due: c.Due,
			Overdue: c.Overdue, TakenBy: c.TakenBy,
		})
	}
	return shown
}

func showTouchpoint(r report.Report, t report.Touchpoint) ReportTouchpoint {
	series := tally.Series{Touchpoint: t.Name, Survey: t.Survey}
	shown := ReportTouchpoint{
		Score:   scored(r.CountsClicks, series, t.Scale, t.Score, t.Change, r.Period),
		Replies: t.Replies, Trend: []ReportPoint{}, Lowest: showQuotes(t.Lowest), Highest: showQuotes(t.Highest),
		Why: t.Why, Worth: t.Worth, Benchmarks: t.Benchmarks, Boards: rounded(t), Cross: t.Cross, Beside: t.Beside,
	}
	shown.Score.Mails = &Mails{
		Sent: t.Sent, Delivered: t.Delivered, Bounced: t.Bounced, Complained: t.Complained, Unsubscribed: t.Unsubscribed,
		Unconfirmed: t.Unconfirmed,
	}
	if t.Beside != nil {
		beside := t.Beside.Rounded(t.Scale)
		shown.Beside = &beside
	}
	if rate := t.ResponseRate(); rate != nil {
		rounded := score.Round(*rate, 3)
		shown.Score.ResponseRate = &rounded
	}
	for _, point := range t.Trend {
		s := point.Score.Rounded(t.Scale)
		shown.Trend = append(shown.Trend, ReportPoint{point.Period.Name, s.N, s.Value, s.Interval, s.Note})
	}
	return shown
}

// rounded are the rankings of a touchpoint with numbers as they are shown.
func rounded(t report.Touchpoint) (boards []report.Board) {
	for _, b := range t.Boards {
		shown := report.Board{Property: b.Property}
		for _, s := range b.Segments {
			s.Score = s.Score.Rounded(t.Scale)
			shown.Segments = append(shown.Segments, s)
		}
		boards = append(boards, shown)
	}
	return boards
}

func showQuotes(quotes []report.Quote) []ReportQuote {
	shown := []ReportQuote{}
	for _, q := range quotes {
		shown = append(shown, ReportQuote(q))
	}
	return shown
}
