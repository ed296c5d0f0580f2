package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// Skips knows which events of a source made no visit.
type Skips interface {
	// Skips sums them over a range of days, by name and reason, the most frequent first. Faults: Transient.
	Skips(ctx context.Context, source string, from, to period.Day) ([]touchpoint.Skip, error)
}

// usualDays is how many days of events are summed where no other number is asked for, today included.
const usualDays = 7

// Sources is what the program's sources report.
type Sources struct {
	From  period.Day `json:"from"` // of the days whose events are counted, in the program's zone
	To    period.Day `json:"to"`
	Items []Source   `json:"items"` // by name
}

// Source is a system that reports touchpoints.
type Source struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	Events  []Meaning `json:"events"`  // by name
	Skipped []Skip    `json:"skipped"` // the most frequent first
}

// Meaning is what an event means by the program.
type Meaning struct {
	Event       string   `json:"event"`
	Touchpoints []string `json:"touchpoints"` // in the order of the rules
}

// Skip is what became of events that made no visit.
type Skip struct {
	Event   string            `json:"event"` // "" when it has no name that could be kept
	Reason  touchpoint.Reason `json:"reason"`
	Count   int               `json:"count"`
	FirstAt time.Time         `json:"first_at"`
	LastAt  time.Time         `json:"last_at"`
}

// sources tells what the program's sources report, and what of it made no visit.
func (a *API) sources(r *http.Request) (any, error) {
	query, err := readQuery(r, "days")
	if err != nil {
		return nil, err
	}
	days := usualDays
	if given := query["days"]; given != "" {
		if days, err = strconv.Atoi(given); err != nil || days < 1 || days > touchpoint.SkipsKept {
			return nil, fault.New(fault.Invalid, "%.40q is no number of days; expected 1 to %d", given, touchpoint.SkipsKept)
		}
	}
	p, err := a.Programs.Current(r.Context())
	if err != nil {
		return nil, err
	}
	today := period.DayOf(a.Now(), p.Zone)
	all := Sources{From: today.Add(1 - days), To: today, Items: []Source{}}
	for _, name := range slices.Sorted(maps.Keys(p.Sources)) {
		skips, err := a.Skips.Skips(r.Context(), name, all.From, all.To)
		if err != nil {
			return nil, err
		}
		all.Items = append(all.Items, sourceOf(name, p.Sources[name], skips))
	}
	return all, nil
}

func sourceOf(name string, of program.Source, skips []touchpoint.Skip) Source {
	s := Source{Name: name, Kind: of.Kind, Events: []Meaning{}, Skipped: []Skip{}}
	for _, event := range slices.Sorted(maps.Keys(of.Events)) {
		m := Meaning{Event: event, Touchpoints: []string{}}
		for _, rule := range of.Events[event] {
			if !slices.Contains(m.Touchpoints, rule.Touchpoint) {
				m.Touchpoints = append(m.Touchpoints, rule.Touchpoint)
			}
		}
		s.Events = append(s.Events, m)
	}
	for _, skip := range skips {
		s.Skipped = append(s.Skipped, Skip{skip.Event, skip.Reason, skip.Count, skip.First, skip.Last})
	}
	return s
}
