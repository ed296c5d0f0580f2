package api

import (
	"context"
	"net/http"

	"afterword/internal/period"
	"afterword/internal/touchpoint"
)

// Decisions lists why visits led to an invitation or did not.
type Decisions interface {
	// VisitsOn lists the visits to touchpoints that were received on a day of the program's zone. Faults: Transient.
	VisitsOn(ctx context.Context, touchpoints []string, day string, span period.Span) (page []touchpoint.Visit, next string, err error)
}

func (a *API) decisions(r *http.Request) (any, error) {
	query, err := readQuery(r, "touchpoint", "day", "cursor")
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
	day := period.DayOf(a.Now(), p.Zone)
	if query["day"] != "" {
		if day, err = period.ParseDay(query["day"]); err != nil {
			return nil, err
		}
	}
	span, err := readSpan(query["cursor"], period.Period{From: day, To: day}, p.Zone)
	if err != nil {
		return nil, err
	}
	visits, next, err := a.Decisions.VisitsOn(r.Context(), namesOf(touchpoints), day.String(), span)
	if err != nil {
		return nil, err
	}
	// A visit holds nothing of the person but the id: it is shown as it is kept.
	return pageOf(visits, next, func(v touchpoint.Visit) (touchpoint.Visit, bool) { return v, true }), nil
}
