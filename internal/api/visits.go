package api

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"afterword/internal/fault"
	"afterword/internal/problem"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
	"afterword/internal/trail"
)

// Intake decides about visits; touchpoint.Intake is one.
type Intake interface {
	// Take decides about an event, once. Faults: Invalid, NotFound, Transient.
	Take(ctx context.Context, p *program.Program, e touchpoint.Event, now time.Time) (touchpoint.Outcome, error)
}

// Bounds of what is reported at once.
const (
	mostReported   = 500
	longestReplay  = 64                // characters of an Idempotency-Key
	leastPatience  = 2 * time.Second   // that must be left for the next visit and the answer
	idempotencyKey = "Idempotency-Key" // header
	visitsField    = "visits"          // of a body with several
	dryRun         = "dry_run"         // parameter
)

// visit is a visit as it is reported. The address is here and never in an address of the API.
type visit struct {
	Touchpoint string            `json:"touchpoint"`
	Source     string            `json:"source"`
	Subject    string            `json:"subject"`
	Address    string            `json:"address"`
	Name       string            `json:"name"`
	Language   string            `json:"language"`
	Zone       string            `json:"time_zone"`
	Link       string            `json:"link"`
	Properties map[string]string `json:"properties"`
	Agreed     *bool             `json:"agreed"` // to be asked; null: nothing is known
	Test       bool              `json:"test"`
	At         string            `json:"at"`              // RFC 3339; "": now
	Since      string            `json:"customer_since"`  // likewise, or a date; "": nobody knows
	Replay     string            `json:"idempotency_key"` // of this visit alone; "": the header's
}

// Taken is what became of a visit.
type Taken struct {
	ID          string            `json:"id"`
	Reason      touchpoint.Reason `json:"reason"`
	Explanation string            `json:"explanation"`
	PlannedAt   *time.Time        `json:"planned_at"` // when the survey is to leave; null: none is
	Repeated    bool              `json:"repeated"`   // it was known already; nothing changed
}

// result is what became of one of several visits: one of the two.
type result struct {
	Visit   *Taken            `json:"visit,omitempty"`
	Problem *problem.Document `json:"problem,omitempty"`
}

func (a *API) visits(r *http.Request) (any, error) {
	in, err := a.entrance(r)
	if err != nil {
		return nil, err
	}
	take := func(ctx context.Context, p *program.Program, body []byte, delivery string) (Taken, error) {
		return a.take(ctx, in, p, body, delivery)
	}
	return reported(a, r, visitsField, take, func(taken *Taken, told *problem.Document) result { return result{taken, told} })
}

// take takes one visit in.
func (a *API) take(ctx context.Context, in Entrance, p *program.Program, body []byte, delivery string) (Taken, error) {
	event, err := readVisit(body, delivery, p)
	if err != nil {
		return Taken{}, err
	}
	outcome, err := in.Visits.Take(ctx, p, event, a.Now())
	if err != nil {
		return Taken{}, err
	}
	v := outcome.Visit
	if !in.Tried {
		a.Log.LogAttrs(trail.About(ctx, v.ID), slog.LevelInfo, "visit decided", slog.String("decision", string(outcome.Reason)))
	}
	taken := Taken{ID: v.ID, Reason: outcome.Reason, Explanation: outcome.Explanation, Repeated: outcome.Repeated}
	if outcome.Reason == touchpoint.Planned {
		taken.PlannedAt = &v.PlannedAt
	}
	return taken, nil
}

// readVisit puts a visit into the field's words. What decisions are lenient about stays as it came: intake cleans it.
func readVisit(body []byte, delivery string, p *program.Program) (touchpoint.Event, error) {
	var v visit
	if err := decode(body, &v); err != nil {
		return touchpoint.Event{}, err
	}
	if v.Replay != "" {
		if delivery = v.Replay; !replayable(delivery) {
			return touchpoint.Event{}, fault.New(fault.Invalid, "\"idempotency_key\" is not a text of at most %d printable characters", longestReplay)
		}
	}
	e, err := v.event(p)
	if err == nil && v.Subject == "" && delivery == "" {
		err = fault.New(fault.Invalid, "nothing tells this visit from others; expected a \"subject\" (an order, a ticket), an \"idempotency_key\" or the header %s", idempotencyKey)
	}
	e.Delivery = delivery
	return e, err
}

// event puts a visit of touchpoints and sources that the program has into the field's words.
func (v visit) event(p *program.Program) (touchpoint.Event, error) {
	if _, known := p.Touchpoints[v.Touchpoint]; !known { // not repeated: it may be anything
		return touchpoint.Event{}, fault.New(fault.Invalid, "the program has no such touchpoint; expected %s", list(slices.Sorted(maps.Keys(p.Touchpoints))))
	}
	e := touchpoint.Event{
		Touchpoint: v.Touchpoint, Source: program.OwnAPI, Subject: v.Subject, Link: v.Link, Address: v.Address, Person: v.Name,
		Language: v.Language, Zone: v.Zone, Test: v.Test, Properties: v.Properties,
	}
	if _, known := p.Sources[v.Source]; known {
		e.Source = v.Source
	} else if v.Source != "" && v.Source != program.OwnAPI {
		return e, fault.New(fault.Invalid, "the program has no source of that name; leave \"source\" out for %q", program.OwnAPI)
	}
	e.Consent = consentOf(v.Agreed)
	if err := (timeIn{&e.Since, "customer_since", v.Since}).read(); err != nil {
		return e, err
	}
	if v.At != "" {
		var err error
		if e.At, err = time.Parse(time.RFC3339, v.At); err != nil {
			return e, fault.New(fault.Invalid, `"at" is not a time such as 2026-11-20T09:12:00Z`)
		}
		if e.At.Year() < firstYear { // an empty clock; taken as now it would be asked about
			return e, fault.New(fault.Invalid, `"at" is before the year %d`, firstYear)
		}
	}
	return e, nil
}

// firstYear is the earliest that a visit can be from.
const firstYear = 2000

// replayable tells whether a text is an Idempotency-Key, or none.
func replayable(key string) bool { return printable(key) && len(key) <= longestReplay }

func printable(s string) bool {
	for _, r := range s {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return true
}
