package api

import (
	"net/http"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/score"
)

// shownCase is a case as the API shows it.
type shownCase struct {
	ID         string         `json:"id"` // also the id of the answer that it is about
	State      followup.State `json:"state"`
	Overdue    bool           `json:"overdue"` // nobody has taken it in time
	Touchpoint string         `json:"touchpoint"`
	Survey     string         `json:"survey"`
	Subject    string         `json:"subject"`
	Link       string         `json:"link,omitempty"`
	Customer   customer.ID    `json:"customer"`
	Rating     *int           `json:"rating,omitempty"` // absent when it was erased, and so is group
	Group      score.Group    `json:"group,omitempty"`
	Causes     []string       `json:"causes,omitempty"` // that the customer ticked
	Why        followup.Why   `json:"why"`
	Route      string         `json:"route,omitempty"` // the one of them that led it to the desk
	Desk       string         `json:"desk"`
	Escalated  int            `json:"escalated"` // levels of the desk's chain that were told
	Mails      int            `json:"mails"`
	OpenedAt   time.Time      `json:"opened_at"`
	Due        time.Time      `json:"due"`
	TakenAt    time.Time      `json:"taken_at,omitzero"`
	TakenBy    string         `json:"taken_by,omitempty"`
	ClosedAt   time.Time      `json:"closed_at,omitzero"`
	ClosedBy   string         `json:"closed_by,omitempty"`
	Outcome    string         `json:"outcome,omitempty"`
	Cause      string         `json:"cause,omitempty"`
	Revision   int64          `json:"revision"`
}

// closedBack is how far back closed cases are listed when no period is given.
const closedBack = 366

func (a *API) cases(r *http.Request) (any, error) {
	query, err := readQuery(r, "state", "period", "cursor")
	if err != nil {
		return nil, err
	}
	p, err := a.Programs.Current(r.Context())
	if err != nil {
		return nil, err
	}
	now := a.Now()
	today := period.DayOf(now, p.Zone)
	in := period.Period{From: today.Add(-closedBack), To: today}
	read := a.Cases.OpenCases
	switch query["state"] {
	case "open":
		in.From = period.Day{} // however long ago
	case "closed":
		read = a.Cases.ClosedCases
	default:
		return nil, fault.New(fault.Invalid, "the parameter \"state\" is %.40q; expected open or closed", query["state"])
	}
	if query["period"] != "" {
		if in, err = readPeriod(query["period"], now, p.Zone); err != nil {
			return nil, err
		}
	}
	span, err := readSpan(query["cursor"], in, p.Zone)
	if err != nil {
		return nil, err
	}
	cases, next, err := read(r.Context(), span)
	if err != nil {
		return nil, err
	}
	return pageOf(cases, next, func(c followup.Case) (shownCase, bool) { return showCase(c, now), true }), nil
}

func showCase(c followup.Case, now time.Time) shownCase {
	shown := shownCase{
		ID: c.ID, State: c.State, Overdue: c.State == followup.Open && c.Due.Before(now), Touchpoint: c.Touchpoint, Survey: c.Survey,
		Subject: c.Subject, Link: c.Link, Customer: c.Customer, Group: c.Group, Causes: c.Causes, Why: c.Why, Route: c.Route, Desk: c.Desk,
		Escalated: c.Level, Mails: len(c.Mails), OpenedAt: c.OpenedAt, Due: c.Due, TakenAt: c.TakenAt, TakenBy: c.TakenBy,
		ClosedAt: c.ClosedAt, ClosedBy: c.ClosedBy, Outcome: c.Outcome, Cause: c.Cause, Revision: c.Revision,
	}
	if c.Group != "" {
		shown.Rating = &c.Rating
	}
	return shown
}
