// Package tally counts every answer exactly once, whatever the change feed does, and keeps the scores of each week, month, quarter
// and year in step with what was counted.
//
// The feed delivers at least once: the same answer twice at the same moment, weeks late, out of order, by a function that died half
// way. So nothing is counted by event. For every response a ledger row says what of it is counted now. A new image of the response
// adds the difference between its contribution and the row's, in the same transaction that moves the row, under the condition that
// the row is still as it was read. Then edits back and forth, withdrawals, erasures, duplicates and parallel writers all end in the
// same tallies: the sum of the rows. (The published alternatives lose this with bisected batches or late duplicates: a token for the
// whole batch is good for ten minutes and for the same batch only, a marker for each event needs a row for each event.)
//
// A tally is a histogram of the answers of one series on one day, the only statistic from which mean, top box, NPS, distribution and
// interval all follow. Scores of periods are sums of tallies, recomputed from strong reads for every record that comes, also for one
// that was counted before: a function may have died between counting and storing. Each tally counts its own changes, and a score is
// stored only over one that knows of no more changes, so that the last to read is the last to be kept.
//
// The package knows no program, no scale and no clock.
package tally

import (
	"cmp"
	"context"

	"afterword/internal/period"
	"afterword/internal/score"
)

// Series is whose answers are counted together: those about one touchpoint on one version of a survey.
type Series struct{ Touchpoint, Survey string }

func (s Series) compare(other Series) int {
	return cmp.Or(cmp.Compare(s.Touchpoint, other.Touchpoint), cmp.Compare(s.Survey, other.Survey))
}

// MaxRating is the largest rating that a tally has a counter for; the smallest is 0.
const MaxRating = 10

// Contribution is what a response adds to the tallies. An edit keeps both days.
type Contribution struct {
	Day     period.Day // of the first answer
	SentDay period.Day // of the mail; zero when it was asked by a link: no reply to a mail
	Rating  int        // 0 to MaxRating
	Counted bool       // false once withdrawn, or erased without keeping the rating: it adds nothing
	Clicked bool       // answered after a click that was counted
	Cuts    Cuts       // what the answer is counted by beside its series
}

// Mailed tells whether the response is one to a mail.
func (c Contribution) Mailed() bool { return c.SentDay != period.Day{} }

// Record is one state of a response: as the feed showed it, or as the ledger has counted it. Revision is 0 for none.
type Record struct {
	Response string // the invitation's id
	Revision int64  // rises by one with each change of the response
	Series   Series
	Contribution
}

// Counts is a tally, or a sum of tallies.
type Counts struct {
	Answers [MaxRating + 1]int64 // by rating, to the day of the answer
	Replies int64                // answers to the mails of the day, whenever they came
	Clicked int64                // of Replies: those after a click that was counted
	Changes int64                // how often the tallies in this were changed; it only rises
}

// Histogram is the answers by rating, as package score takes them.
func (c Counts) Histogram() score.Counts {
	histogram := score.Counts{}
	for rating, n := range c.Answers {
		if n != 0 {
			histogram[rating] = n
		}
	}
	return histogram
}

// Plus adds two counts.
func (c Counts) Plus(other Counts) Counts {
	for rating, n := range other.Answers {
		c.Answers[rating] += n
	}
	c.Replies += other.Replies
	c.Clicked += other.Clicked
	c.Changes += other.Changes
	return c
}

// counted is the counts without the number of changes: what two tallies of the same answers have in common.
func (c Counts) counted() Counts {
	c.Changes = 0
	return c
}

// Cell is where a tally stands: a series and a day, and of a segment its cut. It may have several lanes, of which only the sum has
// meaning. A segment's tally has answers alone: what was sent is not cut.
type Cell struct {
	Series Series
	Day    period.Day
	Cut    Cut // none: all answers of the series
}

func (c Cell) compare(other Cell) int {
	return cmp.Or(c.Series.compare(other.Series), compareDays(c.Day, other.Day), cmp.Compare(c.Cut.Property, other.Cut.Property),
		cmp.Compare(c.Cut.Value, other.Cut.Value))
}

func compareDays(a, b period.Day) int {
	switch {
	case a.Before(b):
		return -1
	case b.Before(a):
		return 1
	}
	return 0
}

// Sheet is tallies by cell.
type Sheet map[Cell]Counts

// Add adds what a record contributes, times is 1 or -1.
func (s Sheet) Add(r Record, times int64) {
	if !r.Counted {
		return
	}
	s.answered(Cell{Series: r.Series, Day: r.Day}, r.Rating, times)
	for cut := range r.Cuts.All() {
		s.answered(Cell{r.Series, r.Day, cut}, r.Rating, times)
	}
	if !r.Mailed() {
		return
	}
	mailed := Cell{Series: r.Series, Day: r.SentDay}
	sent := s[mailed]
	sent.Replies += times
	if r.Clicked {
		sent.Clicked += times
	}
	s[mailed] = sent
}

func (s Sheet) answered(cell Cell, rating int, times int64) {
	counts := s[cell]
	counts.Answers[rating] += times
	s[cell] = counts
}

// Move is a ledger row on its way from what is counted now (Revision 0: nothing) to what shall be.
type Move struct{ Was, Now Record }

// Ledger keeps, for every response, what of it is counted now, and the tallies that this adds up to.
type Ledger interface {
	// Rows reads the rows of some responses, strongly, in their order; the zero Record where there is none. Faults: Transient.
	Rows(ctx context.Context, responses []string) ([]Record, error)
	// Shelves tells on which of the items of its property each segment is counted. One that is new is given its place. Faults: Transient.
	Shelves(ctx context.Context, segments []Segment) (map[Segment]int, error)
	// Forget takes away the names of those segments that no answer is counted in: a value may tell of a person who was erased. Faults:
	// Transient.
	Forget(ctx context.Context, segments []Segment) error
	// Move moves ledger rows and adds to the tallies in one transaction, all or nothing, in the given lane of each tally.
	// Faults: Conflict (a row is not as it was read), TooMany (others are at the same items: try again, in another lane), Transient
	// (it may or may not have happened).
	Move(ctx context.Context, moves []Move, adds Sheet, lane int) error
}

// Scorebook keeps the tallies by day and the scores by period.
type Scorebook interface {
	// Days reads the tallies of a series from one day to another, both included, strongly, lanes added up; days without any are left
	// out. Faults: Transient.
	Days(ctx context.Context, series Series, from, to period.Day) (map[period.Day]Counts, error)
	// StoreScore keeps the counts of a whole period, unless counts with more changes are there. Faults: Transient.
	StoreScore(ctx context.Context, series Series, name string, counts Counts) error
}
