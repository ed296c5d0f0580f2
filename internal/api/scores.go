package api

import (
	"context"
	"net/http"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/tally"
)

// Counts reads what scores are made of.
type Counts interface {
	// Counts is the counts of a series in a period. Faults: Transient.
	Counts(ctx context.Context, series tally.Series, p period.Period) (tally.Counts, error)
	// Sends is how the mails fared that were sent in the period. Faults: Transient.
	Sends(ctx context.Context, series tally.Series, p period.Period) (tally.Sends, error)
}

// Score is a score as the API shows it: never without its count, its interval and the convention that it is computed by.
type Score struct {
	Touchpoint   string          `json:"touchpoint"`
	Survey       string          `json:"survey"`
	Metric       score.Metric    `json:"metric"`
	Scale        string          `json:"scale"`
	Period       string          `json:"period"`
	Segment      string          `json:"segment,omitempty"` // "agent:anna"; the mails that went out are not told apart by segments
	N            int64           `json:"n"`
	Value        *float64        `json:"value"` // null: no answers, or too few to show one; then there is a note
	Interval     *score.Interval `json:"interval"`
	Convention   string          `json:"convention"`
	Distribution score.Counts    `json:"distribution"`
	EasyShare    *float64        `json:"easy_share,omitempty"`
	*Mails
	CountsClicks bool    `json:"counts_unconfirmed,omitempty"` // clicks without any act of a person are among the answers
	Change       *Change `json:"change"`                       // null when either period has too few answers
	Note         string  `json:"note,omitempty"`
}

// Mails is how those fared that were sent in the period.
type Mails struct {
	Sent         int64    `json:"sent"`
	Delivered    int64    `json:"delivered"`
	Bounced      int64    `json:"bounced"`
	Complained   int64    `json:"complained"`
	Unsubscribed int64    `json:"unsubscribed"`
	ResponseRate *float64 `json:"response_rate"` // answers to them, by those delivered; null when none was
	Unconfirmed  int64    `json:"unconfirmed"`
}

// Change is how a score moved since the period before.
type Change struct {
	From string `json:"from"`
	score.Change
}

func (a *API) scores(r *http.Request) (any, error) {
	query, err := readQuery(r, "touchpoint", "survey", "segment", "period")
	if err != nil {
		return nil, err
	}
	p, err := a.Programs.Current(r.Context())
	if err != nil {
		return nil, err
	}
	touchpoints, err := readTouchpoints(query["touchpoint"], p)
	if err != nil {
		return nil, err
	}
	in, err := readPeriod(query["period"], a.Now(), p.Zone)
	if err != nil {
		return nil, err
	}
	if query["survey"] != "" {
		if err := knownSurvey(query["survey"], p); err != nil {
			return nil, err
		}
	}
	if query["segment"] != "" {
		return a.segments(r.Context(), p, query, in)
	}
	shown := []Score{}
	for _, t := range touchpoints {
		series := tally.Series{Touchpoint: t.Name, Survey: t.Survey}
		switch query["survey"] {
		case "", t.Survey:
		default:
			if query["touchpoint"] == "" {
				continue // this touchpoint does not ask it
			}
			series.Survey = query["survey"] // it may have asked it once
		}
		s, err := a.score(r.Context(), p, series, p.Surveys[series.Survey], in)
		if err != nil {
			return nil, err
		}
		if query["touchpoint"] == "" && !p.Reported(t.Name) && s.N == 0 && s.Sent == 0 {
			continue // it is in the program for later
		}
		shown = append(shown, s)
	}
	if query["touchpoint"] != "" {
		return shown[0], nil
	}
	return page[Score]{Items: shown}, nil
}

func (a *API) score(ctx context.Context, p *program.Program, series tally.Series, s program.Survey, in period.Period) (Score, error) {
	counts, err := a.Counts.Counts(ctx, series, in)
	if err != nil {
		return Score{}, err
	}
	before, err := a.Counts.Counts(ctx, series, in.Previous())
	if err != nil {
		return Score{}, err
	}
	sends, err := a.Counts.Sends(ctx, series, in)
	if err != nil {
		return Score{}, err
	}
	shown := scored(p.CountUnconfirmed, series, s.Scale, score.Of(s.Scale, counts.Histogram()), score.Compare(s.Scale, before.Histogram(), counts.Histogram()), in)
	shown.Mails = &Mails{
		Sent: sends.Sent, Delivered: sends.Delivered(), Bounced: sends.Bounced, Complained: sends.Complained, Unsubscribed: sends.Unsubscribed,
		Unconfirmed: tally.Unconfirmed(counts, sends),
	}
	if delivered := sends.Delivered(); delivered > 0 {
		rate := score.Round(float64(counts.Replies)/float64(delivered), 3)
		shown.ResponseRate = &rate
	}
	return shown, nil
}

// scored is an exact score and change as they are shown.
func scored(countsClicks bool, series tally.Series, scale score.Scale, exact score.Score, change *score.Change, in period.Period) Score {
	exact = exact.Rounded(scale)
	shown := Score{
		Touchpoint: series.Touchpoint, Survey: series.Survey, Metric: scale.Metric, Scale: scale.String(), Period: in.Name,
		N: exact.N, Value: exact.Value, Interval: exact.Interval, Convention: exact.Convention, Distribution: exact.Distribution,
		EasyShare: exact.EasyShare, CountsClicks: countsClicks, Note: exact.Note,
	}
	if change != nil {
		shown.Change = &Change{in.Previous().Name, change.Rounded(scale)}
	}
	return shown
}
