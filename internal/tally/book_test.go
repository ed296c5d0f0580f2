package tally

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"afterword/internal/fault"
	"afterword/internal/period"
)

// book is a ledger and a scorebook in memory. trouble, if set, is asked before each act.
type book struct {
	unreadable []string // keys of entries that nobody can read
	rows       map[string]Record
	shelves    map[Segment]int
	forgotten  []Segment
	lanes      map[int]Sheet
	scores     map[Score]Counts
	responses  map[string]Record
	changed    map[string]time.Time // responses; others long ago
	acts       []string
	trouble    func(act string) error
}

func newBook() *book {
	return &book{rows: map[string]Record{}, lanes: map[int]Sheet{}, scores: map[Score]Counts{}, responses: map[string]Record{}}
}

func (b *book) act(format string, args ...any) error {
	act := fmt.Sprintf(format, args...)
	b.acts = append(b.acts, act)
	if b.trouble != nil {
		return b.trouble(act)
	}
	return nil
}

func (b *book) Rows(_ context.Context, responses []string) ([]Record, error) {
	rows := make([]Record, len(responses))
	for i, id := range responses {
		rows[i] = b.rows[id]
	}
	return rows, b.act("rows")
}

func (b *book) Move(_ context.Context, moves []Move, adds Sheet, lane int) error {
	if err := b.act("move %d rows, %d tallies, lane %d", len(moves), len(adds), lane); err != nil {
		return err
	}
	for _, m := range moves {
		if b.rows[m.Now.Response] != m.Was {
			return fault.New(fault.Conflict, "not as read")
		}
	}
	if b.lanes[lane] == nil {
		b.lanes[lane] = Sheet{}
	}
	for _, m := range moves {
		b.rows[m.Now.Response] = m.Now
	}
	for cell, counts := range adds {
		b.lanes[lane][cell] = b.lanes[lane][cell].Plus(counts)
	}
	return nil
}

func (b *book) Days(_ context.Context, series Series, from, to period.Day) (map[period.Day]Counts, error) {
	days := map[period.Day]Counts{}
	for _, sheet := range b.lanes {
		for cell, counts := range sheet {
			if cell.Series == series && cell.Cut == (Cut{}) && !cell.Day.Before(from) && !to.Before(cell.Day) {
				days[cell.Day] = days[cell.Day].Plus(counts)
			}
		}
	}
	return days, b.act("days of %s from %s to %s", series.Touchpoint, from, to)
}

// Shelves puts two values on each shelf.
func (b *book) Shelves(_ context.Context, segments []Segment) (map[Segment]int, error) {
	if b.shelves == nil {
		b.shelves = map[Segment]int{}
	}
	for _, s := range segments {
		if _, placed := b.shelves[s]; !placed {
			b.shelves[s] = len(b.shelves) / 2
		}
	}
	return b.shelves, nil
}

func (b *book) Forget(_ context.Context, segments []Segment) error {
	b.forgotten = append(b.forgotten, segments...)
	return nil
}

func (b *book) Segments(_ context.Context, series Series, property string, from, to period.Day) (map[string]Counts, error) {
	values := map[string]Counts{}
	for _, sheet := range b.lanes {
		for cell, counts := range sheet {
			if cell.Series == series && cell.Cut.Property == property && !cell.Day.Before(from) && !to.Before(cell.Day) {
				values[cell.Cut.Value] = values[cell.Cut.Value].Plus(counts)
			}
		}
	}
	return values, b.act("segments of %s by %s from %s to %s", series.Touchpoint, property, from, to)
}

func (b *book) StoreScore(_ context.Context, series Series, name string, counts Counts) error {
	if err := b.act("store %s", name); err != nil {
		return err
	}
	if score := (Score{series, name}); b.scores[score].Changes <= counts.Changes {
		b.scores[score] = counts
	}
	return nil
}

func (b *book) Score(_ context.Context, series Series, name string) (Counts, error) {
	return b.scores[Score{series, name}], b.act("score %s", name)
}

func (b *book) Scores(_ context.Context, series Series, names []string) (all []Counts, err error) {
	for _, name := range names {
		all = append(all, b.scores[Score{series, name}])
	}
	return all, b.act("scores %s", names)
}

func (b *book) Sends(context.Context, Series, period.Day, period.Day) (Sends, error) {
	return Sends{Sent: 10, Bounced: 1, Clicked: 5}, b.act("sends")
}

// Responses gives one response a page.
func (b *book) Responses(_ context.Context, start string, since time.Time) (page ResponsesPage, err error) {
	ids := sorted(b.responses)
	for i, id := range ids {
		if id > start {
			page.Records = []Record{b.responses[id]}
			if b.changed[id].After(since) {
				page.Fresh = []string{id}
			}
			if i+1 < len(ids) {
				page.Next = id
			}
			break
		}
	}
	return page, b.act("responses")
}

func (b *book) Reread(_ context.Context, responses []string) ([]Record, error) {
	records := make([]Record, len(responses))
	for i, id := range responses {
		records[i] = b.responses[id]
	}
	return records, b.act("reread")
}

// Entries gives rows, tallies and scores a page each.
func (b *book) Entries(_ context.Context, start string) (page EntriesPage, err error) {
	switch start {
	case "":
		for _, id := range sorted(b.rows) {
			page.Rows = append(page.Rows, b.rows[id])
		}
		page.Next = "tallies"
	case "tallies":
		for _, sheet := range b.lanes {
			for cell, counts := range sheet {
				page.Tallies = append(page.Tallies, Tallied{cell, counts})
			}
		}
		page.Unreadable = b.unreadable
		page.Next = "scores"
	default:
		for score, counts := range b.scores {
			page.Scores = append(page.Scores, Stored{score, counts})
		}
	}
	return page, b.act("entries")
}

func sorted(records map[string]Record) []string { return slices.Sorted(maps.Keys(records)) }

// total is a tally with its lanes added up.
func (b *book) total(series Series, day string) (sum Counts) {
	for _, sheet := range b.lanes {
		sum = sum.Plus(sheet[Cell{Series: series, Day: on(day)}])
	}
	return sum
}

func (b *book) fold() Fold {
	return Fold{
		Ledger: b,
		Pause:  func(ctx context.Context, attempt int) error { return ctx.Err() },
		Draw:   func(n int) int { return n - 1 },
	}
}

func (b *book) tally() Tally {
	f := b.fold()
	return Tally{Fold: f, Scores: Scores{Scorebook: b, Pause: f.Pause}}
}

func (b *book) handle(t *testing.T, records ...Record) {
	t.Helper()
	if open, err := b.tally().Handle(t.Context(), records); len(open) > 0 || err != nil {
		t.Fatalf("records %v are open, error %v", open, err)
	}
}

var (
	purchase = Series{"purchase", "purchase-ces-v1"}
	support  = Series{"support", "support-ces-v1"}
)

func on(day string) period.Day {
	d, err := period.ParseDay(day)
	if err != nil {
		panic(err)
	}
	return d
}

// answer is a counted answer about a purchase, on the day after its mail.
func answer(id string, revision int64, rating int) Record {
	return Record{
		Response: id, Revision: revision, Series: purchase,
		Contribution: Contribution{Day: on("2026-11-22"), SentDay: on("2026-11-21"), Rating: rating, Counted: true},
	}
}

func (r Record) withdrawn() Record { r.Counted = false; return r }
func (r Record) clicked() Record   { r.Clicked = true; return r }
func (r Record) of(s Series) Record {
	r.Series = s
	return r
}
func (r Record) days(day, sent string) Record {
	r.Day, r.SentDay = on(day), on(sent)
	return r
}

// counts makes Counts of ratings and their number; the rest is set by the caller.
func counts(changes, replies, clicked int64, ratings ...int) Counts {
	c := Counts{Changes: changes, Replies: replies, Clicked: clicked}
	for _, rating := range ratings {
		c.Answers[rating]++
	}
	return c
}

// difference shows what differs, "" when nothing does.
func difference(want, got any) string {
	return cmp.Diff(want, got, cmpopts.EquateComparable(period.Day{}))
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// handed is the record of an answer to a survey that was asked by a link.
func (r Record) handed() Record {
	r.SentDay = period.Day{}
	return r
}
