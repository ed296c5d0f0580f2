package tally

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"afterword/internal/period"
)

// Patience is how long a difference must last to be one: while answers come, the ledger is always a little behind.
const Patience = 5 * time.Minute

// caseDays is for how many days a change of an answer is shown to the case reader: so many daily audits would have to fail before a
// case that the feed's reader missed stays unopened.
const caseDays = 3

// mostSuspects bounds the responses that one audit looks at again; the next one finds the others.
const mostSuspects = 50_000

// Audit recounts everything, daily: each response against its ledger row, however old both are, each tally against the sum of the
// rows, each stored score against its tallies. What lags behind it takes through the very fold that the feed's reader uses; this, and
// not the feed's failure destination, is what heals.
//
// It reads each table once, page by page, which costs a small part of reading each row by its key: of the rows it keeps a fingerprint
// each, about 20 bytes, and only a response that has none among them has its row read for itself. A response that differs goes unseen
// if it has the fingerprint of any row by chance: of 64 bits and with ten million rows once in 10^12 times, and the next night again.
type Audit struct {
	Books     Books
	Ledger    Ledger
	Scorebook Scorebook
	Archive   Archive
	Tally     Counter
	Cases     Cases                                            // nil: nobody reads these counts yet, and their audit opens no cases and forgets no names
	Wait      func(ctx context.Context, d time.Duration) error // fails when ctx ends
}

// Books is what the audit reads page by page, in no order. start is "" or the Next of the page before.
type Books interface {
	// Responses reads every response, expired ones excepted, and tells which of them changed after since. Faults: Transient.
	Responses(ctx context.Context, start string, since time.Time) (ResponsesPage, error)
	// Entries reads the whole scorebook. Faults: Transient.
	Entries(ctx context.Context, start string) (EntriesPage, error)
	// Reread reads some responses strongly, in their order; the zero Record for one that is not there any more. Faults: Transient.
	Reread(ctx context.Context, responses []string) ([]Record, error)
}

// ResponsesPage is some of the responses.
type ResponsesPage struct {
	Records    []Record
	Fresh      []string // ids of those that changed after the time that was asked about
	Unreadable []string // ids of responses that hold no contribution that can be read: ours to repair
	Next       string   // "" when there is no more
}

// EntriesPage is some of the scorebook.
type EntriesPage struct {
	Rows       []Record
	Tallies    []Tallied
	Scores     []Stored
	Named      []Segment // whose value's name is kept
	Unreadable []string  // keys of entries that cannot be read: ours to repair
	Next       string    // "" when there is no more
}

// Tallied is a tally as stored, one lane of it.
type Tallied struct {
	Cell
	Counts
}

// Stored is a score as stored.
type Stored struct {
	Score
	Counts
}

// Score names a stored score.
type Score struct {
	Series Series
	Name   string // of the period
}

// Cases opens the cases that the feed's other reader missed.
type Cases interface {
	// Follow does for each of these responses, as it is now, what that reader does when the feed shows it. Faults: Transient.
	Follow(ctx context.Context, responses []string) error
}

// Findings is what an audit found. Drifted is an alarm if it is not 0.
type Findings struct {
	Responses int      // that were looked at
	Lagging   int      // responses not counted, or scores not stored, for longer than Patience
	Healed    int      // of Lagging: right again
	Drifted   int      // differences that catching up does not explain: something counted wrongly, or the data was damaged
	Unsettled int      // what changed all the time, so that it was not judged today
	Where     []string // the first of what drifted, by key
}

const mostNamed = 20

func (f *Findings) drifted(format string, args ...any) {
	f.Drifted++
	if len(f.Where) < mostNamed {
		f.Where = append(f.Where, fmt.Sprintf(format, args...))
	}
}

// suspects is what differed at the first look.
type suspects struct {
	responses map[string]int64 // revision that the feed owes the ledger
	tallies   Sheet            // as they were
	scores    map[Score]int64  // changes that the tallies had, and the score has to know of
}

// Run looks at everything, waits, and looks again at what differed. Errors: Transient and those of the fold; an error of the case
// reader is returned as well, after the audit.
func (a Audit) Run(ctx context.Context, now time.Time) (Findings, error) {
	var f Findings
	s := suspects{responses: map[string]int64{}}
	rows, err := a.lookAtScorebook(ctx, &f, &s)
	if err != nil {
		return f, err
	}
	followed, err := a.lookAtResponses(ctx, now.AddDate(0, 0, -caseDays), rows, &f, &s)
	if err != nil {
		return f, errors.Join(err, followed)
	}
	if len(s.responses)+len(s.tallies)+len(s.scores) > 0 {
		if err := a.Wait(ctx, Patience); err != nil {
			return f, errors.Join(err, followed)
		}
		err = a.settle(ctx, s, &f)
	}
	return f, errors.Join(err, followed)
}

// prints are fingerprints of records by what they count.
type prints struct {
	seed maphash.Seed // another for each audit
	all  map[uint64]struct{}
}

func newPrints() prints { return prints{maphash.MakeSeed(), map[uint64]struct{}{}} }

func (p prints) add(r Record) { p.all[maphash.Comparable(p.seed, r.counted())] = struct{}{} }

func (p prints) have(r Record) bool {
	_, has := p.all[maphash.Comparable(p.seed, r.counted())]
	return has
}

// lookAtResponses finds the responses that the ledger does not hold as they are, and takes those that changed after since to the case
// reader, whose trouble, followed, does not stop the audit.
func (a Audit) lookAtResponses(ctx context.Context, since time.Time, rows prints, f *Findings, s *suspects) (followed, err error) {
	for start, more := "", true; more; more = start != "" {
		page, err := a.Books.Responses(ctx, start, since)
		if err != nil {
			return followed, fmt.Errorf("read the responses: %w", err)
		}
		start = page.Next
		f.Responses += len(page.Records)
		for _, id := range page.Unreadable {
			f.drifted("response %s cannot be read", id)
		}
		if err := a.suspect(ctx, page.Records, rows, f, s); err != nil {
			return followed, err
		}
		if len(page.Fresh) > 0 && a.Cases != nil {
			followed = errors.Join(followed, a.Cases.Follow(ctx, page.Fresh))
		}
	}
	return followed, nil
}

// suspect notes the responses that have no row like them, neither when the scorebook was read nor now.
func (a Audit) suspect(ctx context.Context, records []Record, rows prints, f *Findings, s *suspects) error {
	var unlike []Record
	var ids []string
	for _, r := range records {
		if !rows.have(r) {
			unlike, ids = append(unlike, r), append(ids, r.Response)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	now, err := a.Ledger.Rows(ctx, ids)
	if err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	for i, r := range unlike {
		switch {
		case r.counted() == now[i].counted():
		case len(s.responses) == mostSuspects:
			f.Unsettled++
		default:
			s.responses[r.Response] = r.Revision
		}
	}
	return nil
}

// counted is the record without what makes no difference to what it counts.
func (r Record) counted() Record {
	if !r.Counted {
		r.Rating, r.Clicked, r.Cuts = 0, false, ""
	}
	return r
}

// lookAtScorebook reads the scorebook once and finds the tallies that are not the sum of the rows, and the scores that are not the
// sum of the tallies. The scan is no snapshot: while answers come it suspects more than is wrong. It returns the rows' fingerprints.
func (a Audit) lookAtScorebook(ctx context.Context, f *Findings, s *suspects) (rows prints, err error) {
	rows = newPrints()
	owed, tallies, scores := Sheet{}, Sheet{}, map[Score]Counts{}
	var named []Segment
	err = a.scan(ctx, func(page EntriesPage) {
		for _, row := range page.Rows {
			rows.add(row)
			owed.Add(row, 1)
		}
		for _, t := range page.Tallies {
			tallies[t.Cell] = tallies[t.Cell].Plus(t.Counts)
		}
		for _, stored := range page.Scores {
			scores[stored.Score] = stored.Counts
		}
		named = append(named, page.Named...)
		for _, key := range page.Unreadable {
			f.drifted("%s cannot be read", key)
		}
	})
	if err != nil {
		return rows, err
	}
	s.tallies = different(owed, tallies)
	if err := a.name(ctx, named, owed, s.tallies); err != nil {
		return rows, fmt.Errorf("name what is counted by segment: %w", err)
	}
	s.scores = map[Score]int64{}
	sums := sumsOf(tallies)
	for score, sum := range sums {
		if scores[score] != sum {
			s.scores[score] = sum.Changes
		}
	}
	for score := range scores {
		if _, has := sums[score]; !has {
			s.scores[score] = 0
		}
	}
	return rows, nil
}

// name brings the names of values up to date with what is counted: one that nobody is counted by is forgotten, and one that was
// forgotten at the moment when somebody else counted by it is given back, with which its tallies differ no more.
func (a Audit) name(ctx context.Context, named []Segment, owed, differing Sheet) error {
	used := map[Segment]bool{}
	for cell := range owed {
		used[Segment{cell.Series, cell.Cut}] = true
	}
	var missed []Segment
	for cell := range differing {
		if cell.Cut.Value != "" {
			missed = append(missed, Segment{cell.Series, cell.Cut})
		}
	}
	if _, err := a.Ledger.Shelves(ctx, missed); err != nil {
		return err
	}
	if a.Cases == nil {
		return nil
	}
	return a.Ledger.Forget(ctx, slices.DeleteFunc(named, func(s Segment) bool { return used[s] }))
}

func (a Audit) scan(ctx context.Context, read func(EntriesPage)) error {
	for start, more := "", true; more; more = start != "" {
		page, err := a.Books.Entries(ctx, start)
		if err != nil {
			return fmt.Errorf("read the scorebook: %w", err)
		}
		read(page)
		start = page.Next
	}
	return nil
}

// different finds the tallies that are not what the rows owe them, as they are.
func different(owed, tallies Sheet) Sheet {
	found := Sheet{}
	for cell, counts := range tallies {
		if owed[cell] != counts.counted() {
			found[cell] = counts
		}
	}
	for cell, counts := range owed {
		if _, has := tallies[cell]; !has && counts != (Counts{}) {
			found[cell] = Counts{}
		}
	}
	return found
}

// sumsOf is what the scores of all periods should be.
func sumsOf(tallies Sheet) map[Score]Counts {
	sums := map[Score]Counts{}
	for cell, counts := range tallies {
		if cell.Cut != (Cut{}) {
			continue // segments are summed when they are asked for
		}
		for _, p := range period.Containing(cell.Day) {
			score := Score{cell.Series, p.Name}
			sums[score] = sums[score].Plus(counts)
		}
	}
	return sums
}
