package report

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
	"afterword/internal/tally"
)

// world is everything that a report is gathered from and mailed with.
type world struct {
	program  *program.Program
	counts   map[string]tally.Counts // by series' touchpoint and period, "purchase 2026-10"
	sends    map[string]tally.Sends
	answers  []response.Record // newest first
	open     []followup.Case   // newest first
	closed   []followup.Case
	rounds   map[string]Round
	carried  []string // "ebba@acme.example 2026-10"
	outcomes []error  // of the next letters
	drawn    int
	applied  []version                          // the first is version 1
	segments map[string]map[string]tally.Counts // by touchpoint, property and period, then by value
	reading  sync.Mutex
	cutsRead int
	gathered int
	most     int    // answers that are looked through
	pacing   func() // happens once while a letter waits for its turn
	drop     bool   // what became of a mail is not kept, as when the function dies
	log      strings.Builder
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{program: program.Default(), counts: map[string]tally.Counts{}, sends: map[string]tally.Sends{}, rounds: map[string]Round{}}
}

func (w *world) gather() Gather {
	return Gather{Counts: w, Answers: w, Cases: w, Versions: w, Most: w.most}
}

func (w *world) Rounds() Rounds {
	return Rounds{Gather: w.gather(), Programs: w, Book: w, Draw: w.draw, Writer: w, Carrier: w, Rate: w, Log: slog.New(slog.NewTextHandler(&w.log, nil))}
}

// to names who gets the reports of a kind.
func (w *world) to(kind period.Kind, addresses ...string) {
	var people []program.Recipient
	for _, address := range addresses {
		people = append(people, program.Recipient{Person: program.Person{Address: address}, Language: "en"})
	}
	w.program.Reports.To[kind] = people
}

// answered counts answers on a day of a period, by rating.
func (w *world) answered(series, in string, ratings ...int) {
	c := w.counts[series+" "+in]
	for _, rating := range ratings {
		c.Answers[rating]++
		c.Replies++
	}
	w.counts[series+" "+in] = c
}

func (w *world) Current(context.Context) (*program.Program, error) { return w.program, nil }

func (w *world) Several(_ context.Context, series tally.Series, periods []period.Period) (all []tally.Counts, err error) {
	w.reading.Lock() // touchpoints are gathered at the same time
	w.gathered++
	w.reading.Unlock()
	for _, p := range periods {
		all = append(all, w.counts[series.Touchpoint+" "+p.Name])
	}
	return all, nil
}

// version is a program as it was applied.
type version struct {
	text string
	at   time.Time
}

func (w *world) ProgramVersion(_ context.Context, number int) ([]byte, time.Time, error) {
	v := w.applied[number-1]
	return []byte(v.text), v.at, nil
}

func (w *world) Segments(_ context.Context, series tally.Series, property string, _ bool, p period.Period) (map[string]score.Counts, error) {
	w.reading.Lock()
	defer w.reading.Unlock()
	w.cutsRead++
	segments := map[string]score.Counts{}
	for value, counts := range w.segments[series.Touchpoint+" "+property+" "+p.Name] {
		segments[value] = counts.Histogram()
	}
	return segments, nil
}

func (w *world) Sends(_ context.Context, series tally.Series, p period.Period) (tally.Sends, error) {
	return w.sends[series.Touchpoint+" "+p.Name], nil
}

// pageOf is the part of a list, newest first, that a span asks for. Positions are times with ids, as the store's.
func pageOf[T any](all []T, span period.Span, at func(T) (time.Time, string)) (page []T, next string) {
	for _, each := range all {
		when, id := at(each)
		position := when.UTC().Format(time.RFC3339) + "#" + id
		if when.Before(span.From) || !when.Before(span.To) || span.After != "" && position >= span.After {
			continue
		}
		if len(page) == span.Limit {
			when, id := at(page[span.Limit-1])
			return page, when.UTC().Format(time.RFC3339) + "#" + id
		}
		page = append(page, each)
	}
	return page, ""
}

func (w *world) ResponsesTo(_ context.Context, surveys []string, span period.Span) ([]response.Record, string, error) {
	asked := slices.DeleteFunc(slices.Clone(w.answers), func(r response.Record) bool { return !slices.Contains(surveys, r.Survey) })
	page, next := pageOf(asked, span, func(r response.Record) (time.Time, string) { return r.AnsweredAt, r.ID })
	return page, next, nil
}

func (w *world) OpenCases(_ context.Context, span period.Span) ([]followup.Case, string, error) {
	page, next := pageOf(w.open, span, func(c followup.Case) (time.Time, string) { return c.OpenedAt, c.ID })
	return page, next, nil
}

func (w *world) ClosedCases(_ context.Context, span period.Span) ([]followup.Case, string, error) {
	page, next := pageOf(w.closed, span, func(c followup.Case) (time.Time, string) { return c.ClosedAt, c.ID })
	return page, next, nil
}

func (w *world) Round(_ context.Context, in string) (Round, error) { return w.rounds[in], nil }

func (w *world) Open(_ context.Context, in string, readers []string, _ time.Time) (bool, error) {
	if w.rounds[in].Opened {
		return false, nil
	}
	w.rounds[in] = Round{Opened: true, Readers: readers, Mails: map[string]Mailing{}}
	return true, nil
}

func (w *world) Claim(_ context.Context, in, reader, by string, at time.Time) (bool, error) {
	if w.rounds[in].Mails[reader].State != Due {
		return false, nil
	}
	w.rounds[in].Mails[reader] = Mailing{Claimed, by, at}
	return true, nil
}

func (w *world) Settle(_ context.Context, in, reader, by string, as State, _ string) error {
	if m := w.rounds[in].Mails[reader]; !w.drop && m.State == Claimed && m.Claim == by {
		w.rounds[in].Mails[reader] = Mailing{State: as, Claim: by, ClaimedAt: m.ClaimedAt}
	}
	return nil
}

func (w *world) draw(Report) (map[string][]byte, error) {
	w.drawn++
	return map[string][]byte{"purchase-trend.png": nil}, nil
}

func (w *world) Report(_ *program.Program, r Report, to Reader, charts map[string][]byte) (survey.Letter, error) {
	if len(charts) == 0 {
		return survey.Letter{}, fmt.Errorf("no charts for the report of %s", r.Period.Name)
	}
	subject := r.Period.Name
	if r.For != program.Everybody {
		subject += " " + r.For.String()
	}
	return survey.Letter{Kind: LetterKind, To: to.Address, Subject: subject}, nil
}

func (w *world) Pace(ctx context.Context) error {
	if happens := w.pacing; happens != nil {
		w.pacing = nil
		happens()
	}
	return ctx.Err()
}

func (w *world) Carry(_ context.Context, letter survey.Letter) (string, error) {
	var err error
	if len(w.outcomes) > 0 {
		err, w.outcomes = w.outcomes[0], w.outcomes[1:]
	}
	if err == nil {
		w.carried = append(w.carried, letter.To+" "+letter.Subject)
	}
	return "message", err
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func named(t *testing.T, name string) period.Period {
	t.Helper()
	p, err := period.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
