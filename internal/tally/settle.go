package tally

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"afterword/internal/period"
)

// settle looks again at what differed Patience ago. Tallies come first: healing a response changes them.
func (a Audit) settle(ctx context.Context, s suspects, f *Findings) error {
	if err := a.settleTallies(ctx, s.tallies, f); err != nil {
		return err
	}
	if err := a.settleResponses(ctx, s.responses, f); err != nil {
		return err
	}
	return a.settleScores(ctx, s.scores, f)
}

// settleTallies judges the tallies that were quiet all the time: their rows were quiet too, so that a second scan sees them as they
// are. One that moved is not judged; its day grows quiet.
func (a Audit) settleTallies(ctx context.Context, was Sheet, f *Findings) error {
	if len(was) == 0 {
		return nil
	}
	if err := a.dropMoved(ctx, was, f); err != nil {
		return err
	}
	owed := Sheet{}
	err := a.scan(ctx, func(page EntriesPage) {
		for _, row := range page.Rows {
			owed.Add(row, 1)
		}
	})
	if err != nil {
		return err
	}
	if err := a.dropMoved(ctx, was, f); err != nil {
		return err
	}
	for _, cell := range slices.SortedFunc(maps.Keys(was), Cell.compare) {
		if owed[cell] != was[cell].counted() {
			f.drifted("tally %s %s %s%s is not the sum of its ledger rows", cell.Series.Touchpoint, cell.Series.Survey, cell.Day, cell.Cut)
		}
	}
	return nil
}

// dropMoved leaves out the tallies that have changed.
func (a Audit) dropMoved(ctx context.Context, was Sheet, f *Findings) error {
	for cell, counts := range was {
		now, err := a.tally(ctx, cell)
		if err != nil {
			return fmt.Errorf("read a tally: %w", err)
		}
		if now.Changes != counts.Changes {
			f.Unsettled++
			delete(was, cell)
		}
	}
	return nil
}

func (a Audit) tally(ctx context.Context, cell Cell) (Counts, error) {
	if cell.Cut == (Cut{}) {
		days, err := a.Scorebook.Days(ctx, cell.Series, cell.Day, cell.Day)
		return days[cell.Day], err
	}
	segments, err := a.Archive.Segments(ctx, cell.Series, cell.Cut.Property, cell.Day, cell.Day)
	return segments[cell.Cut.Value], err
}

// atOnce is how many responses are read and counted together.
const atOnce = 100

func (a Audit) settleResponses(ctx context.Context, owed map[string]int64, f *Findings) error {
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(owed)), atOnce) {
		// The rows first: a row that is ahead of a response read after it is ahead for good.
		rows, err := a.Ledger.Rows(ctx, ids)
		if err != nil {
			return fmt.Errorf("read the ledger: %w", err)
		}
		responses, err := a.Books.Reread(ctx, ids)
		if err != nil {
			return fmt.Errorf("read responses: %w", err)
		}
		var lagging []Record
		for i, r := range responses {
			row := rows[i]
			switch {
			case r.Revision == 0: // expired meanwhile; its row stands for it
			case row.Revision > r.Revision || row.Revision == r.Revision && row.counted() != r.counted():
				f.drifted("ledger row %s is not what its response says", ids[i])
			case row.Revision < owed[ids[i]]:
				lagging = append(lagging, r)
			}
		}
		f.Lagging += len(lagging)
		open, err := a.Tally.Handle(ctx, lagging)
		if err != nil {
			return fmt.Errorf("count what was left out: %w", err)
		}
		f.Healed += len(lagging) - len(open)
	}
	return nil
}

func (a Audit) settleScores(ctx context.Context, owed map[Score]int64, f *Findings) error {
	order := func(a, b Score) int { return cmp.Or(a.Series.compare(b.Series), cmp.Compare(a.Name, b.Name)) }
	for _, score := range slices.SortedFunc(maps.Keys(owed), order) {
		p, err := period.Parse(score.Name)
		if err != nil {
			f.drifted("score %s %s %s is of no period", score.Series.Touchpoint, score.Series.Survey, score.Name)
			continue
		}
		stored, err := a.Archive.Score(ctx, score.Series, score.Name)
		if err != nil {
			return fmt.Errorf("read a score: %w", err)
		}
		days, err := a.Scorebook.Days(ctx, score.Series, p.From, p.To)
		if err != nil {
			return fmt.Errorf("read tallies: %w", err)
		}
		sum := within(days, p)
		late := stored.Changes < owed[score]
		wrong := stored.Changes > sum.Changes || stored.Changes == sum.Changes && stored != sum
		if !late && !wrong {
			continue
		}
		if wrong {
			f.drifted("score %s %s %s is not the sum of its tallies", score.Series.Touchpoint, score.Series.Survey, score.Name)
		} else {
			f.Lagging++
			f.Healed++
		}
		if err := a.Scorebook.StoreScore(ctx, score.Series, score.Name, sum); err != nil {
			return fmt.Errorf("store a score: %w", err)
		}
	}
	return nil
}
