package api

import (
	"net/http"
	"slices"
	"time"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
)

// answer is a response as the API shows it: what was said, not by whom.
type answer struct {
	ID         string            `json:"id"`
	Touchpoint string            `json:"touchpoint"`
	Survey     string            `json:"survey"`
	Metric     string            `json:"metric"`
	Rating     *int              `json:"rating,omitempty"` // absent when it was erased, and so are group and act
	Group      score.Group       `json:"group,omitempty"`  // absent when the program no longer has the survey
	Comment    string            `json:"comment,omitempty"`
	Causes     []string          `json:"causes,omitempty"`  // that were ticked
	Replies    []response.Reply  `json:"replies,omitempty"` // to extra questions
	Act        response.Act      `json:"act,omitempty"`
	Counted    bool              `json:"counted"`
	Withdrawn  []string          `json:"withdrawn,omitempty"` // why it is not counted
	ByHand     string            `json:"by_hand,omitempty"`   // why the owner ruled that it counts, or not; absent: the owner did not
	Erased     bool              `json:"erased,omitempty"`
	Day        string            `json:"day"`                // that it is counted on, in the program's zone
	SentDay    string            `json:"sent_day,omitempty"` // of its survey, likewise
	AnsweredAt time.Time         `json:"answered_at"`
	ChangedAt  time.Time         `json:"changed_at"`
	Revision   int64             `json:"revision"`
	Customer   customer.ID       `json:"customer"`
	Language   string            `json:"language"`
	Source     string            `json:"source"`
	Subject    string            `json:"subject"`
	Link       string            `json:"link,omitempty"`
	Properties map[string]string `json:"properties,omitempty"` // that the source told with the visit
}

func (a *API) responses(r *http.Request) (any, error) {
	query, err := readQuery(r, "touchpoint", "survey", "period", "cursor")
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
	surveys := surveysOf(touchpoints)
	if query["survey"] != "" {
		if err := knownSurvey(query["survey"], p); err != nil {
			return nil, err
		}
		surveys = []string{query["survey"]}
	}
	in, err := readPeriod(query["period"], a.Now(), p.Zone)
	if err != nil {
		return nil, err
	}
	span, err := readSpan(query["cursor"], in, p.Zone)
	if err != nil {
		return nil, err
	}
	records, next, err := a.Answers.ResponsesTo(r.Context(), surveys, span)
	if err != nil {
		return nil, err
	}
	// Two touchpoints may share a survey.
	return pageOf(records, next, func(rec response.Record) (answer, bool) {
		return showAnswer(p, rec), query["touchpoint"] == "" || rec.Touchpoint == query["touchpoint"]
	}), nil
}

func namesOf(touchpoints []program.Touchpoint) (names []string) {
	for _, t := range touchpoints {
		names = append(names, t.Name)
	}
	return names
}

func surveysOf(touchpoints []program.Touchpoint) (surveys []string) {
	for _, t := range touchpoints {
		if !slices.Contains(surveys, t.Survey) {
			surveys = append(surveys, t.Survey)
		}
	}
	return surveys
}

func showAnswer(p *program.Program, r response.Record) answer {
	shown := answer{
		ID: r.ID, Touchpoint: r.Touchpoint, Survey: r.Survey, Metric: r.Metric, Comment: r.Comment, Causes: r.Causes, Replies: r.Replies,
		Act: r.Act, Counted: r.Counted, Withdrawn: r.Withdrawn, ByHand: r.ByHand, Erased: r.Erased, Day: r.Day, SentDay: r.SentDay, AnsweredAt: r.AnsweredAt,
		ChangedAt: r.ChangedAt, Revision: r.Revision, Customer: r.Customer, Language: r.Language, Source: r.Source, Subject: r.Subject,
		Link: r.Link, Properties: r.Told(),
	}
	if !r.Rated() {
		return shown
	}
	shown.Rating = &r.Rating
	if s, ok := p.Surveys[r.Survey]; ok {
		shown.Group = s.Scale.Group(r.Rating)
	}
	return shown
}
