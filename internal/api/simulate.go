package api

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// Simulator tries a changed program on visits; touchpoint.Simulator is one. It changes nothing.
type Simulator interface {
	// Past compares the program in force with a changed one on the visits of the last days. Faults: Invalid, TooLarge, Transient.
	Past(ctx context.Context, today, changed *program.Program, days int, now time.Time) (touchpoint.Simulation, error)
	// File compares them on visits as they would be reported. Faults: TooLarge, Transient.
	File(ctx context.Context, today, changed *program.Program, told []touchpoint.Told) (touchpoint.Simulation, error)
}

// MaxSimulation bounds the body, in bytes: Lambda takes 6 MB with everything around it, in which each quotation mark counts twice.
const MaxSimulation = 4 << 20

// wantedSimulation is what to try a program on: the visits of the last days, or those that it brings.
type wantedSimulation struct {
	Program string            `json:"program"` // YAML
	Days    *int              `json:"days"`
	Visits  []json.RawMessage `json:"visits"`
}

// toldVisit is a visit that is brought to try a program on.
type toldVisit struct {
	visit
	Customer string `json:"customer"` // id, where there is no address
	Received string `json:"received"` // RFC 3339; "": at once
}

func (a *API) simulate(r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	var wanted wantedSimulation
	if err := readJSONOf(r, &wanted, MaxSimulation); err != nil {
		return nil, err
	}
	if (wanted.Days == nil) == (wanted.Visits == nil) {
		return nil, fault.New(fault.Invalid, "expected either \"days\" or \"visits\"")
	}
	changed, err := program.Parse([]byte(wanted.Program))
	if err != nil {
		return nil, err
	}
	today, err := a.Programs.Current(r.Context())
	if err != nil {
		return nil, err
	}
	ctx, cancel := inTime(r.Context())
	defer cancel()
	found, err := a.simulated(ctx, today, changed, wanted)
	if err != nil && ctx.Err() != nil && r.Context().Err() == nil { // it would not be in time the next time either
		return nil, fault.Wrap(fault.TooLarge, err, "so much cannot be read in the time of one request; ask for fewer days, or bring fewer visits")
	}
	return found, err
}

// inTime ends while there is time left for an answer.
func inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, has := ctx.Deadline(); has {
		return context.WithDeadline(ctx, deadline.Add(-leastPatience))
	}
	return context.WithCancel(ctx)
}

func (a *API) simulated(ctx context.Context, today, changed *program.Program, wanted wantedSimulation) (touchpoint.Simulation, error) {
	if wanted.Days != nil {
		return a.Simulator.Past(ctx, today, changed, *wanted.Days, a.Now())
	}
	if n := len(wanted.Visits); n > touchpoint.MostReplayed { // before each is read: they may be empty, and very many
		return touchpoint.Simulation{}, fault.New(fault.TooLarge, "there are %d visits; expected at most %d", n, touchpoint.MostReplayed)
	}
	either := &program.Program{Touchpoints: map[string]program.Touchpoint{}, Sources: map[string]program.Source{}}
	for _, p := range []*program.Program{today, changed} {
		maps.Copy(either.Touchpoints, p.Touchpoints)
		maps.Copy(either.Sources, p.Sources)
	}
	told := make([]touchpoint.Told, len(wanted.Visits))
	for i, each := range wanted.Visits {
		var err error
		if told[i], err = readTold(each, either); err != nil {
			return touchpoint.Simulation{}, fault.Wrap(fault.KindOf(err), err, "visit %d: %s", i+1, fault.TextOf(err))
		}
	}
	return a.Simulator.File(ctx, today, changed, told)
}

// readTold reads a visit.
func readTold(body []byte, either *program.Program) (told touchpoint.Told, err error) {
	var v toldVisit
	if err := decode(body, &v); err != nil {
		return told, err
	}
	if v.At == "" {
		return told, fault.New(fault.Invalid, `"at" is missing; expected a time such as 2026-11-20T09:12:00Z`)
	}
	if told.Event, err = v.event(either); err != nil {
		return told, err
	}
	told.Customer, told.Delivery = customer.ID(v.Customer), v.Replay
	if v.Received != "" {
		if told.Received, err = time.Parse(time.RFC3339, v.Received); err != nil {
			return told, fault.New(fault.Invalid, `"received" is not a time such as 2026-11-20T09:12:00Z`)
		}
	}
	return told, nil
}
