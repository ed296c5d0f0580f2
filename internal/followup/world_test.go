package followup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
)

// Monday morning, in the desk's working hours.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

var office = program.Hours{Days: [7]bool{false, true, true, true, true, true, false}, From: 8 * time.Hour, To: 17 * time.Hour}

// world is a desk with two people and two levels above, in memory, and what was mailed.
type world struct {
	program   *program.Program
	cases     map[string]followup.Case
	history   map[string][]followup.Event
	tasks     map[string]time.Time // on the agenda
	escalate  map[string]time.Time
	records   map[string]response.Record
	customers map[customer.ID]customer.Customer
	mails     []followup.Task
	carrier   func(followup.Task) error
	lose      int // answers of ChangeCase that get lost as conflicts, though nothing was stored
	log       bytes.Buffer
	paced     int  // letters that waited for their turn
	stopped   bool // there is no time left to wait
}

func newWorld() *world {
	desk := program.Desk{
		Name: "care", Due: 4 * time.Hour, Hours: office, Zone: time.UTC, Language: "en",
		People:   []program.Person{{Name: "Anna", Address: "anna@acme.example"}, {Name: "Bo", Address: "bo@acme.example"}},
		Escalate: []program.Person{{Name: "Cleo", Address: "cleo@acme.example"}, {Name: "Dan", Address: "dan@acme.example"}},
	}
	return &world{
		program: &program.Program{
			Zone:        time.UTC,
			Desks:       map[string]program.Desk{"care": desk},
			Touchpoints: map[string]program.Touchpoint{"support": {Name: "support", Survey: "support-ces-v1", Desk: "care"}},
			Surveys: map[string]program.Survey{"support-ces-v1": {ID: "support-ces-v1", Number: 1,
				Scale: score.Scale{Metric: score.CES, Min: 1, Max: 5, Direction: score.Higher, GoodFrom: 4, BadTo: 2}}},
		},
		cases: map[string]followup.Case{}, history: map[string][]followup.Event{}, records: map[string]response.Record{},
		tasks: map[string]time.Time{}, escalate: map[string]time.Time{},
		customers: map[customer.ID]customer.Customer{"maria": {ID: "maria", Revision: 1, Address: "maria@example.com", Name: "Maria"}},
		carrier:   func(followup.Task) error { return nil },
	}
}

func (w *world) Current(context.Context) (*program.Program, error) { return w.program, nil }

func (w *world) Case(_ context.Context, id string) (followup.Case, error) {
	c, ok := w.cases[id]
	if !ok {
		return c, fault.New(fault.NotFound, "no case")
	}
	return c, nil
}

func (w *world) History(_ context.Context, id string) ([]followup.Event, error) {
	return w.history[id], nil
}

func (w *world) ChangeCase(_ context.Context, change followup.Change) error {
	c := change.Case
	if w.lose > 0 || w.cases[c.ID].Revision != c.Revision-1 {
		w.lose--
		return fault.New(fault.Conflict, "changed meanwhile")
	}
	row, ok := w.customers[c.Customer]
	if !ok && change.Open != 0 && c.Customer != "" {
		return fault.New(fault.NotFound, "no customer")
	}
	if ok {
		row.OpenCases += change.Open
		w.customers[c.Customer] = row
	}
	w.cases[c.ID] = c
	w.history[c.ID] = append(w.history[c.ID], change.Event)
	ring(w.tasks, c.ID, change.Task)
	ring(w.escalate, c.ID, change.Escalate)
	return nil
}

func ring(entries map[string]time.Time, id string, alarm followup.Alarm) {
	switch {
	case alarm.Off:
		delete(entries, id)
	case !alarm.At.IsZero():
		entries[id] = alarm.At
	}
}

func (w *world) Postpone(_ context.Context, e agenda.Entry, to time.Time) error {
	entries := map[agenda.Kind]map[string]time.Time{agenda.Task: w.tasks, agenda.Escalate: w.escalate}[e.Kind]
	if entries[e.Key].Equal(e.Due) {
		entries[e.Key] = to
	}
	return nil
}

func (w *world) RecordOf(_ context.Context, id string) (response.Record, error) {
	r, ok := w.records[id]
	if !ok {
		return r, fault.New(fault.NotFound, "no invitation")
	}
	return r, nil
}

func (w *world) Records(_ context.Context, ids []string) (records []response.Record, err error) {
	for _, id := range ids {
		if r, ok := w.records[id]; ok {
			records = append(records, r)
		}
	}
	return records, nil
}

func (w *world) Customer(_ context.Context, id customer.ID) (customer.Customer, error) {
	c, ok := w.customers[id]
	if !ok {
		return c, fault.New(fault.NotFound, "no customer")
	}
	return c, nil
}

func (w *world) Task(_ *program.Program, t followup.Task) (survey.Letter, error) {
	w.mails = append(w.mails, t)
	return survey.Letter{Kind: followup.LetterKind, To: t.Person.Address}, nil
}

func (w *world) Carry(_ context.Context, letter survey.Letter) (string, error) {
	n := len(w.mails)
	if err := w.carrier(w.mails[n-1]); err != nil {
		w.mails = w.mails[:n-1]
		return "", err
	}
	return fmt.Sprintf("mail-%d", n), nil
}

// Pace counts the letters that wait for their turn.
func (w *world) Pace(context.Context) error {
	if w.stopped {
		return context.Canceled
	}
	w.paced++
	return nil
}

// OpenCase lets "id/holder" stand for a token.
func (w *world) OpenCase(token string) (id string, holder followup.Holder, err error) {
	if n, err := fmt.Sscanf(token, "%1s/%d", &id, &holder); n != 2 {
		return "", 0, fault.Wrap(fault.NotFound, err, "no such link")
	}
	return id, holder, nil
}

func (w *world) chain() followup.Chain {
	return followup.Chain{Cases: w, Programs: w, Agenda: w, Log: slog.New(slog.NewTextHandler(&w.log, nil))}
}

func (w *world) work() followup.Work {
	return followup.Work{Doors: w, Cases: w, Answers: w, Customers: w, Programs: w}
}

func (w *world) opener() followup.Opener {
	return followup.Opener{Cases: w, Answers: w, Programs: w, Log: slog.New(slog.NewTextHandler(&w.log, nil))}
}

// walk does what is due, as the agenda's walker would, tasks and escalations once each.
func (w *world) walk(t *testing.T, now time.Time) error {
	t.Helper()
	tasks := followup.Tasks{Chain: w.chain(), Answers: w, Customers: w, Writer: w, Carrier: w, Rate: w, Domain: "eu-west-1.amazonses.com"}
	walk := agenda.Walk{Now: func() time.Time { return now }, End: now.Add(time.Minute)}
	return errors.Join(
		w.chain().Handle(t.Context(), due(agenda.Escalate, w.escalate, now), walk),
		tasks.Handle(t.Context(), due(agenda.Task, w.tasks, now), walk))
}

func due(kind agenda.Kind, entries map[string]time.Time, now time.Time) (found []agenda.Entry) {
	for id, at := range entries {
		if !at.After(now) {
			found = append(found, agenda.Entry{Due: at, Kind: kind, Key: id})
		}
	}
	return found
}

// answer is a first answer of Maria's on invitation i, given at a time.
func answer(rating int, at time.Time) response.Record {
	return response.Record{
		Invitation: survey.Invitation{ID: "i", State: survey.Answered, Touchpoint: "support", Survey: "support-ces-v1", Customer: "maria",
			Subject: "4711", Link: "https://desk.example/4711"},
		Response: response.Response{Revision: 1, Rating: rating, Act: response.Explicit, Counted: true, AnsweredAt: at, ChangedAt: at},
	}
}

// edited is a later answer in its place.
func edited(r response.Record, at time.Time, change func(*response.Record)) response.Record {
	r.Revision++
	r.ChangedAt = at
	change(&r)
	return r
}

// comes stores a record and lets the feed show it.
func (w *world) comes(t *testing.T, now time.Time, records ...response.Record) {
	t.Helper()
	for _, r := range records {
		w.records[r.ID] = r
		if failed, err := w.opener().Handle(t.Context(), []followup.Seen{{Sequence: "1", Record: r}}, now); failed != "" || err != nil {
			t.Fatalf("failed at %q: %v", failed, err)
		}
	}
}

func (w *world) whats(id string) (whats []string) {
	for _, e := range w.history[id] {
		whats = append(whats, e.What)
	}
	return whats
}
