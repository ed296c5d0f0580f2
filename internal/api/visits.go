package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
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
	mostVisits     = 500
	longestReplay  = 64                // characters of an Idempotency-Key
	leastPatience  = 2 * time.Second   // that must be left for the next visit and the answer
	idempotencyKey = "Idempotency-Key" // header
	visitsField    = "visits"          // of a body with several
	linksField     = "links"           // likewise
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
	At         string            `json:"at"`             // RFC 3339; "": now
	Since      string            `json:"customer_since"` // likewise, or a date; "": nobody knows
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

// several is what became of several that were reported together.
type several[R any] struct {
	Results []R `json:"results"` // in their order
}

func (a *API) visits(r *http.Request) (any, error) {
	return reported(a, r, visitsField, a.take, func(taken *Taken, told *problem.Document) result { return result{taken, told} })
}

// reported takes one visit, or the several in the field of the body, one after the other: what is decided about a customer depends on
// the ones before. result puts what became of one, or the problem with it, into its place.
func reported[T, R any](a *API, r *http.Request, field string, take func(context.Context, *program.Program, []byte, string) (T, error),
	result func(*T, *problem.Document) R) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	replay := r.Header.Get(idempotencyKey)
	if !printable(replay) || len(replay) > longestReplay || len(r.Header.Values(idempotencyKey)) > 1 {
		return nil, fault.New(fault.Invalid, "the %s is not one text of at most %d printable characters", idempotencyKey, longestReplay)
	}
	var body json.RawMessage
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	p, err := a.Programs.Current(r.Context())
	if err != nil {
		return nil, err
	}
	list, isList, err := listIn(body, field)
	switch {
	case err != nil:
		return nil, err
	case !isList:
		return take(r.Context(), p, body, replay)
	}
	answer := several[R]{make([]R, len(list))}
	for i, each := range list {
		own := replay
		if own != "" {
			own += "/" + strconv.Itoa(i)
		}
		if taken, err := take(r.Context(), p, each, own); err != nil {
			told := problem.Of(r.Context(), a.Log, err)
			answer.Results[i] = result(nil, &told)
		} else {
			answer.Results[i] = result(&taken, nil)
		}
	}
	return answer, nil
}

// listIn reads the list that is the only field of a body; false for a body that has no such field.
func listIn(body []byte, field string) (list []json.RawMessage, isList bool, err error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields[field] == nil {
		return nil, false, nil
	}
	for other := range fields {
		if other != field {
			return nil, true, fault.New(fault.Invalid, "there is no field %.40q here", other)
		}
	}
	var lists struct {
		Visits []json.RawMessage `json:"visits"`
		Links  []json.RawMessage `json:"links"`
	}
	if err := decode(body, &lists); err != nil {
		return nil, true, err
	}
	if list = lists.Visits; field == linksField {
		list = lists.Links
	}
	if n := len(list); n == 0 || n > mostVisits {
		return nil, true, fault.New(fault.Invalid, "there are %d %s; expected 1 to %d", n, field, mostVisits)
	}
	return list, true, nil
}

// stillTime refuses what there is no time left for.
func stillTime(ctx context.Context) error {
	if deadline, has := ctx.Deadline(); has && time.Until(deadline) < leastPatience {
		return fault.New(fault.Transient, "there was no time left for this visit; send it again")
	}
	return nil
}

// take takes one visit in.
func (a *API) take(ctx context.Context, p *program.Program, body []byte, delivery string) (Taken, error) {
	if err := stillTime(ctx); err != nil {
		return Taken{}, err
	}
	event, err := readVisit(body, delivery, p)
	if err != nil {
		return Taken{}, err
	}
	outcome, err := a.Intake.Take(ctx, p, event, a.Now())
	if err != nil {
		return Taken{}, err
	}
	v := outcome.Visit
	a.Log.LogAttrs(trail.About(ctx, v.ID), slog.LevelInfo, "visit decided", slog.String("decision", string(outcome.Reason)))
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
	e, err := v.event(p)
	if err == nil && v.Subject == "" && delivery == "" {
		err = fault.New(fault.Invalid, "nothing tells this visit from others; expected a \"subject\" (an order, a ticket) or the header %s", idempotencyKey)
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
	switch {
	case v.Agreed == nil:
	case *v.Agreed:
		e.Consent = touchpoint.Given
	default:
		e.Consent = touchpoint.Refused
	}
	if v.Since != "" {
		var err error
		if e.Since, err = time.Parse(time.RFC3339, v.Since); err != nil {
			if e.Since, err = time.Parse(time.DateOnly, v.Since); err != nil {
				return e, fault.New(fault.Invalid, `"customer_since" is neither a time such as 2026-11-20T09:12:00Z nor a date`)
			}
		}
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

func printable(s string) bool {
	for _, r := range s {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return true
}
