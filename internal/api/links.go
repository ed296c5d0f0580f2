package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
	"afterword/internal/trail"
)

// Linker writes the links to surveys that are handed out and not mailed.
type Linker interface {
	// Links writes them with the keys in force. A base without a host, such as "https://", stands for the host that the API was asked
	// by. Faults: Transient.
	Links(ctx context.Context) (survey.Links, error)
	// Invitation reads an invitation, strongly; the zero one when the visit was decided against. Faults: Transient.
	Invitation(ctx context.Context, id string) (survey.Invitation, error)
}

// HandedOut is what became of a wish for a customer's link.
type HandedOut struct {
	ID          string            `json:"id"`
	URL         string            `json:"url,omitempty"` // absent when the customer is not asked in this way
	Reason      touchpoint.Reason `json:"reason"`
	Explanation string            `json:"explanation"`
	ExpiresAt   *time.Time        `json:"expires_at"` // when the link closes; null: there is none
	Repeated    bool              `json:"repeated"`   // it was known already; nothing changed
}

// Link is a touchpoint's link for everybody.
type Link struct {
	Touchpoint string `json:"touchpoint"`
	Name       string `json:"name"`
	URL        string `json:"url"`
	Open       bool   `json:"open"` // false while the touchpoint is switched off, or in shadow mode
}

// links lists the links for everybody.
func (a *API) links(r *http.Request) (any, error) {
	query, err := readQuery(r, "touchpoint")
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
	links, err := a.linksFor(r)
	if err != nil {
		return nil, err
	}
	all := page[Link]{Items: []Link{}}
	for _, t := range touchpoints {
		for _, name := range t.Links {
			all.Items = append(all.Items, Link{t.Name, name, links.Everybody(survey.LinkID(t.Name, name)), !t.Off && !t.Shadow})
		}
	}
	return all, nil
}

func (a *API) linksFor(r *http.Request) (survey.Links, error) {
	links, err := a.Linker.Links(r.Context())
	if strings.HasSuffix(links.Base, "://") {
		links.Base += r.Host
	}
	return links, err
}

// handOut makes the links of customers.
func (a *API) handOut(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	links, err := a.linksFor(r)
	if err != nil {
		return nil, err
	}
	one := func(ctx context.Context, p *program.Program, body []byte, delivery string) (HandedOut, error) {
		return a.handOutOne(ctx, p, links, body, delivery)
	}
	return reported(a, r, "links", one, func(made *HandedOut, told *problem.Document) linkResult { return linkResult{made, told} })
}

// linkResult is what became of one of several wishes: one of the two.
type linkResult struct {
	Link    *HandedOut        `json:"link,omitempty"`
	Problem *problem.Document `json:"problem,omitempty"`
}

func (a *API) handOutOne(ctx context.Context, p *program.Program, links survey.Links, body []byte, delivery string) (HandedOut, error) {
	event, err := readVisit(body, delivery, p)
	if err != nil {
		return HandedOut{}, err
	}
	event.ByLink = true
	outcome, err := a.Entrance.Visits.Take(ctx, p, event, a.Now())
	if err != nil {
		return HandedOut{}, err
	}
	v := outcome.Visit
	a.Log.LogAttrs(trail.About(ctx, v.ID), slog.LevelInfo, "link decided", slog.String("decision", string(outcome.Reason)))
	made := HandedOut{ID: v.ID, Reason: outcome.Reason, Explanation: outcome.Explanation, Repeated: outcome.Repeated}
	if outcome.Reason != touchpoint.Handed || v.Erased {
		return made, nil
	}
	inv := outcome.Invitation
	if inv == nil {
		known, err := a.Linker.Invitation(ctx, v.ID)
		if err != nil {
			return HandedOut{}, err
		}
		inv = &known
	}
	made.URL, made.ExpiresAt = links.Survey(*inv), &inv.ExpiresAt
	return made, nil
}
