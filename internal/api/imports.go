package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/imports"
	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/touchpoint"
	"afterword/internal/trail"
)

// Entrance is the ways by which something is told to Afterword.
type Entrance struct {
	Visits    Intake
	Customers Customers
	Responses Responses
	Tried     bool // it is a dry run
}

// Customers takes in what a former tool knows of customers.
type Customers interface {
	// Customer merges what is brought into what is known. Faults: Invalid, Transient.
	Customer(ctx context.Context, brought imports.Customer, now time.Time) (customer.ID, imports.Result, error)
}

// Responses takes in what was answered in a former tool.
type Responses interface {
	// Response stores an answer, once. Faults: Invalid, Closed, Transient.
	Response(ctx context.Context, p *program.Program, brought imports.Response, now time.Time) (id string, r imports.Result, err error)
}

// entrance reads whether the request means it.
func (a *API) entrance(r *http.Request) (Entrance, error) {
	query, err := readQuery(r, dryRun)
	if err != nil {
		return Entrance{}, err
	}
	switch query[dryRun] {
	case "", "false":
		return a.Entrance, nil
	case "true":
		return a.Rehearse(), nil
	}
	return Entrance{}, fault.New(fault.Invalid, "%q is true or false", dryRun)
}

// broughtCustomer is a customer as a former tool's export tells of one.
type broughtCustomer struct {
	Address   string `json:"address"`
	Name      string `json:"name"`
	Language  string `json:"language"`
	Zone      string `json:"time_zone"`
	Since     string `json:"customer_since"` // RFC 3339, or a date
	Agreed    *bool  `json:"agreed"`         // null: nothing is known
	Status    string `json:"status"`         // "": may be asked
	StatusAt  string `json:"status_at"`      // like Since
	LastAsked string `json:"last_asked"`     // likewise; "": never
	Metric    string `json:"metric"`         // of that ask; "": not known
}

// broughtResponse is an answer as a former tool's export tells of one.
type broughtResponse struct {
	ID         string            `json:"id"`
	Touchpoint string            `json:"touchpoint"`
	Survey     string            `json:"survey"`
	Address    string            `json:"address"`
	Name       string            `json:"name"`
	Language   string            `json:"language"`
	Subject    string            `json:"subject"`
	Link       string            `json:"link"`
	Rating     *int              `json:"rating"`
	Comment    string            `json:"comment"`
	At         string            `json:"answered_at"` // RFC 3339, or a date
	SentAt     string            `json:"sent_at"`     // likewise; "": not known
	Properties map[string]string `json:"properties"`
}

// Imported is what became of a customer or an answer that was brought along.
type Imported struct {
	ID     string         `json:"id"`
	Result imports.Result `json:"result"`
}

// customerResult and responseResult are what became of one of several: one of the two.
type customerResult struct {
	Customer *Imported         `json:"customer,omitempty"`
	Problem  *problem.Document `json:"problem,omitempty"`
}

type responseResult struct {
	Response *Imported         `json:"response,omitempty"`
	Problem  *problem.Document `json:"problem,omitempty"`
}

func (a *API) importCustomers(r *http.Request) (any, error) {
	in, err := a.entrance(r)
	if err != nil {
		return nil, err
	}
	take := func(ctx context.Context, _ *program.Program, body []byte, _ string) (Imported, error) {
		brought, err := readCustomer(body)
		if err != nil {
			return Imported{}, err
		}
		id, result, err := in.Customers.Customer(ctx, brought, a.Now())
		return Imported{string(id), result}, err
	}
	return reported(a, r, "customers", take, func(done *Imported, told *problem.Document) customerResult { return customerResult{done, told} })
}

func readCustomer(body []byte) (c imports.Customer, err error) {
	var b broughtCustomer
	if err := decode(body, &b); err != nil {
		return c, err
	}
	c = imports.Customer{
		Address: b.Address, Name: b.Name, Language: b.Language, Zone: b.Zone, Consent: consentOf(b.Agreed),
		Status: customer.Status(strings.TrimSpace(b.Status)), Metric: score.Metric(b.Metric),
	}
	for _, at := range []timeIn{{&c.Since, "customer_since", b.Since}, {&c.StatusAt, "status_at", b.StatusAt}, {&c.LastAsked, "last_asked", b.LastAsked}} {
		if err := at.read(); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (a *API) importResponses(r *http.Request) (any, error) {
	in, err := a.entrance(r)
	if err != nil {
		return nil, err
	}
	take := func(ctx context.Context, p *program.Program, body []byte, _ string) (Imported, error) {
		brought, err := readResponse(body)
		if err != nil {
			return Imported{}, err
		}
		id, result, err := in.Responses.Response(ctx, p, brought, a.Now())
		if err == nil && !in.Tried {
			a.Log.LogAttrs(trail.About(ctx, id), slog.LevelInfo, "answer imported", slog.String("result", string(result)))
		}
		return Imported{id, result}, err
	}
	return reported(a, r, "responses", take, func(done *Imported, told *problem.Document) responseResult { return responseResult{done, told} })
}

func readResponse(body []byte) (r imports.Response, err error) {
	var b broughtResponse
	if err := decode(body, &b); err != nil {
		return r, err
	}
	r = imports.Response{
		ID: b.ID, Touchpoint: b.Touchpoint, Survey: b.Survey, Address: b.Address, Name: b.Name, Language: b.Language, Subject: b.Subject,
		Link: b.Link, Rating: b.Rating, Comment: b.Comment, Properties: b.Properties,
	}
	for _, at := range []timeIn{{&r.At, "answered_at", b.At}, {&r.SentAt, "sent_at", b.SentAt}} {
		if err := at.read(); err != nil {
			return r, err
		}
	}
	return r, nil
}

// timeIn is a time or a date in a field, "" for none.
type timeIn struct {
	into  *time.Time
	field string
	told  string
}

// read reads it; a date is its first moment in UTC.
func (t timeIn) read() (err error) {
	if t.told == "" {
		return nil
	}
	if *t.into, err = time.Parse(time.RFC3339, t.told); err != nil {
		if *t.into, err = time.Parse(time.DateOnly, t.told); err != nil {
			return fault.New(fault.Invalid, "%q is neither a time such as 2026-11-20T09:12:00Z nor a date", t.field)
		}
	}
	return nil
}

func consentOf(agreed *bool) touchpoint.Consent {
	switch {
	case agreed == nil:
		return touchpoint.Untold
	case *agreed:
		return touchpoint.Given
	}
	return touchpoint.Refused
}
