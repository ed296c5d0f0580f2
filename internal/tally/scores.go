package tally

import (
	"context"
	"maps"
	"slices"

	"afterword/internal/period"
)

// Scores keeps the stored scores of periods in step with the tallies.
type Scores struct {
	Scorebook Scorebook
	Pause     func(ctx context.Context, attempt int) error // as Fold.Pause
}

// Refresh recomputes and stores every period that the records' days lie in, whoever counted them, and returns the series for which
// that was not possible before ctx ended.
func (s Scores) Refresh(ctx context.Context, records []Record) (behind map[Series]bool, err error) {
	behind = map[Series]bool{}
	touched := periodsOf(records)
	for _, series := range slices.SortedFunc(maps.Keys(touched), Series.compare) {
		behind[series] = true
		for attempt := 0; behind[series]; attempt++ {
			if attempt > 0 && s.Pause(ctx, attempt) != nil || ctx.Err() != nil {
				break
			}
			problem := s.refresh(ctx, series, touched[series])
			if problem == nil {
				delete(behind, series)
			} else if err := passing(ctx, problem, "refresh the scores"); err != nil {
				return behind, err
			}
		}
	}
	return behind, nil
}

// refresh reads the days of all the periods at once, because the year holds the others, but for the ends of its weeks.
func (s Scores) refresh(ctx context.Context, series Series, periods []period.Period) error {
	from, to := periods[0].From, periods[0].To
	for _, p := range periods {
		if p.From.Before(from) {
			from = p.From
		}
		if to.Before(p.To) {
			to = p.To
		}
	}
	days, err := s.Scorebook.Days(ctx, series, from, to)
	if err != nil {
		return err
	}
	for _, p := range periods {
		counts := within(days, p)
		if counts.Changes == 0 {
			continue // nothing was ever counted in it
		}
		if err := s.Scorebook.StoreScore(ctx, series, p.Name, counts); err != nil {
			return err
		}
	}
	return nil
}

// periodsOf lists the periods that the records' days lie in, by series, in order of their names.
func periodsOf(records []Record) map[Series][]period.Period {
	found := map[Series]map[string]period.Period{}
	seen := map[Cell]bool{}
	for _, r := range records {
		for _, day := range []period.Day{r.Day, r.SentDay} {
			cell := Cell{Series: r.Series, Day: day}
			if seen[cell] || day == (period.Day{}) {
				continue
			}
			seen[cell] = true
			if found[r.Series] == nil {
				found[r.Series] = map[string]period.Period{}
			}
			for _, p := range period.Containing(day) {
				found[r.Series][p.Name] = p
			}
		}
	}
	touched := map[Series][]period.Period{}
	for series, periods := range found {
		for _, name := range slices.Sorted(maps.Keys(periods)) {
			touched[series] = append(touched[series], periods[name])
		}
	}
	return touched
}

// within adds up the days of a period.
func within(days map[period.Day]Counts, p period.Period) (sum Counts) {
	for day, counts := range days {
		if p.Contains(day) {
			sum = sum.Plus(counts)
		}
	}
	return sum
}
