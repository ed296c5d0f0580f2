package api

import (
	"context"
	"net/http"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/privacy"
	"afterword/internal/response"
	"afterword/internal/touchpoint"
)

// People knows what is kept about people, and forgets them. The address is in a body and never in an address of the API.
type People interface {
	// Export reads everything that is kept about the person with an address. Faults: Invalid, NotFound, Transient.
	Export(ctx context.Context, address string) (privacy.Person, error)
	// History reads a page of what happened with a customer, newest first; next is the start of the page after, "" at the end.
	// Faults: Invalid (no such start), NotFound, Transient.
	History(ctx context.Context, id customer.ID, start string, limit int) (p privacy.Person, next string, err error)
	// Erase forgets the person with an address. Faults: Invalid, NotFound, Transient (run it again).
	Erase(ctx context.Context, address string, keepRatings bool, now time.Time) (privacy.Erased, error)
}

// wantedPerson is whom a request is about.
type wantedPerson struct {
	Address string `json:"address"`
}

// wantedErasure is whom to forget, and whether the ratings count on.
type wantedErasure struct {
	Address     string `json:"address"`
	KeepRatings *bool  `json:"keep_ratings"`
}

// foundPerson says who somebody is here, and how much is kept.
type foundPerson struct {
	ID          customer.ID     `json:"id"`
	Status      customer.Status `json:"status"` // "" while the customer may be asked
	Language    string          `json:"language"`
	Visits      int             `json:"visits"`
	Invitations int             `json:"invitations"`
	Answers     int             `json:"answers"`
	Cases       int             `json:"cases"`
}

// happening is a visit with all that came of it, as it is kept.
type happening struct {
	Visit      touchpoint.Visit `json:"visit"`
	Invitation *response.Record `json:"invitation,omitempty"` // with the answer, if rev is there
	Hits       []shownHit       `json:"hits,omitempty"`
	Case       *followup.Case   `json:"case,omitempty"`
	History    []followup.Event `json:"history,omitempty"` // of the case
}

// shownHit is an opened link.
type shownHit struct {
	At       time.Time `json:"at"`
	Method   string    `json:"method"`
	Rating   *int      `json:"rating,omitempty"` // of the link
	Honeypot bool      `json:"honeypot,omitempty"`
	Against  []string  `json:"against,omitempty"`
}

// person is a customer with what happened.
type person struct {
	Customer customer.Customer `json:"customer"`
	Items    []happening       `json:"items"`          // newest first
	Next     string            `json:"next,omitempty"` // cursor of the page after; an export has one page
}

// erasedPerson is what was forgotten.
type erasedPerson struct {
	ID      customer.ID `json:"id"`
	Visits  int         `json:"visits"`
	Answers int         `json:"answers"`
	Cases   int         `json:"cases"`
}

func (a *API) readPerson(r *http.Request) (privacy.Person, error) {
	if _, err := readQuery(r); err != nil {
		return privacy.Person{}, err
	}
	var wanted wantedPerson
	if err := readJSON(r, &wanted); err != nil {
		return privacy.Person{}, err
	}
	return a.People.Export(r.Context(), wanted.Address)
}

func (a *API) findCustomer(r *http.Request) (any, error) {
	p, err := a.readPerson(r)
	if err != nil {
		return nil, err
	}
	found := foundPerson{ID: p.Customer.ID, Status: p.Customer.Status, Language: p.Customer.Language, Visits: len(p.Events)}
	for _, e := range p.Events {
		if e.Invitation != nil {
			found.Invitations++
			if e.Invitation.Revision > 0 {
				found.Answers++
			}
		}
		if e.Case != nil {
			found.Cases++
		}
	}
	return found, nil
}

func (a *API) exportCustomer(r *http.Request) (any, error) {
	p, err := a.readPerson(r)
	if err != nil {
		return nil, err
	}
	a.Log.InfoContext(r.Context(), "customer exported", "visits", len(p.Events))
	return showPerson(p, ""), nil
}

// historySize is how many visits a page has: each may bring several items along.
const historySize = 20

func (a *API) customerHistory(r *http.Request) (any, error) {
	query, err := readQuery(r, "cursor")
	if err != nil {
		return nil, err
	}
	start, err := period.Position(query["cursor"])
	if err != nil {
		return nil, err
	}
	p, next, err := a.People.History(r.Context(), customer.ID(r.PathValue("id")), start, historySize)
	if err != nil {
		return nil, err
	}
	return showPerson(p, period.Cursor(next)), nil
}

func (a *API) eraseCustomer(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	var wanted wantedErasure
	if err := readJSON(r, &wanted); err != nil {
		return nil, err
	}
	if wanted.KeepRatings == nil {
		return nil, fault.New(fault.Invalid, "the field \"keep_ratings\" is missing; expected true (the ratings count on) or false (they are removed from the scores)")
	}
	done, err := a.People.Erase(r.Context(), wanted.Address, *wanted.KeepRatings, a.Now())
	if err != nil {
		return nil, err
	}
	// Who it was is not for the log; that it was done, and when, is.
	a.Log.InfoContext(r.Context(), "customer erased", "visits", done.Visits, "answers", done.Answers, "cases", done.Cases, "keep_ratings", *wanted.KeepRatings)
	return erasedPerson{done.Customer, done.Visits, done.Answers, done.Cases}, nil
}

func showPerson(p privacy.Person, next string) person {
	shown := person{Customer: p.Customer, Items: []happening{}, Next: next}
	for _, e := range p.Events {
		h := happening{Visit: e.Visit, Invitation: e.Invitation, Case: e.Case, History: e.History}
		h.Hits = showHits(e.Hits)
		shown.Items = append(shown.Items, h)
	}
	return shown
}
