package tally

import (
	"context"

	"afterword/internal/period"
	"afterword/internal/score"
)

// Sends is how the survey mails of a series fared that were sent in a period. Clicked counts mails of which a rating's link was
// opened before there was an answer, by a person or a machine.
type Sends struct{ Sent, Bounced, Complained, Unsubscribed, Clicked int64 }

// Delivered is the mails that did not bounce.
func (s Sends) Delivered() int64 { return s.Sent - s.Bounced }

// Archive is what scores are read from.
type Archive interface {
	// Score reads the stored counts of a period by its name, strongly; zero Counts where there are none. Faults: Transient.
	Score(ctx context.Context, series Series, name string) (Counts, error)
	// Scores reads the stored counts of several periods, likewise, in the order of their names. Faults: Transient.
	Scores(ctx context.Context, series Series, names []string) ([]Counts, error)
	// Days as in Scorebook.
	Days(ctx context.Context, series Series, from, to period.Day) (map[period.Day]Counts, error)
	// Segments adds up, for each value of a property, the days from one to another, both included. A value's Changes are those of the
	// items that it stands on. Faults: Transient.
	Segments(ctx context.Context, series Series, property string, from, to period.Day) (map[string]Counts, error)
	// Sends adds up the days from one to another, both included. Faults: Transient.
	Sends(ctx context.Context, series Series, from, to period.Day) (Sends, error)
}

// Reader reads the counts that scores are made of.
type Reader struct{ Archive Archive }

// Counts is the counts of a series in a period: one read of one item for a week, month, quarter or year, a sum of days for any other
// range. Faults: Transient.
func (r Reader) Counts(ctx context.Context, series Series, p period.Period) (Counts, error) {
	if p.Stored() {
		return r.Archive.Score(ctx, series, p.Name)
	}
	days, err := r.Archive.Days(ctx, series, p.From, p.To)
	return within(days, p), err
}

// Segments is the answers of a series in a period, by rating, for each value of a property. Apart tells that an answer has one value at
// most; then those of which none is known are under "". Faults: Transient.
func (r Reader) Segments(ctx context.Context, series Series, property string, apart bool, p period.Period) (map[string]score.Counts, error) {
	segments, err := r.Archive.Segments(ctx, series, property, p.From, p.To)
	if err == nil && apart {
		err = r.remainder(ctx, series, segments, p)
	}
	if err != nil {
		return nil, err
	}
	histograms := make(map[string]score.Counts, len(segments))
	for value, counts := range segments {
		if h := counts.Histogram(); len(h) > 0 {
			histograms[value] = h
		}
	}
	return histograms, nil
}

// remainder puts under "" what of the whole is in no segment.
func (r Reader) remainder(ctx context.Context, series Series, segments map[string]Counts, p period.Period) error {
	whole, err := r.Counts(ctx, series, p)
	if err != nil {
		return err
	}
	rest := Counts{Answers: whole.Answers}
	for _, counts := range segments {
		for rating, n := range counts.Answers {
			rest.Answers[rating] = max(0, rest.Answers[rating]-n) // the two are read one after the other
		}
	}
	segments[""] = rest
	return nil
}

// Several is the counts of a series in several periods, in their order: one read of all those whose scores are stored. Faults: Transient.
func (r Reader) Several(ctx context.Context, series Series, periods []period.Period) ([]Counts, error) {
	all := make([]Counts, len(periods))
	var names []string
	var places []int
	for i, p := range periods {
		if p.Stored() {
			names, places = append(names, p.Name), append(places, i)
			continue
		}
		var err error
		if all[i], err = r.Counts(ctx, series, p); err != nil {
			return nil, err
		}
	}
	if len(names) == 0 {
		return all, nil
	}
	scores, err := r.Archive.Scores(ctx, series, names)
	if err != nil {
		return nil, err
	}
	for i, counts := range scores {
		all[places[i]] = counts
	}
	return all, nil
}

// Sends is how the mails fared that were sent in the period. Faults: Transient.
func (r Reader) Sends(ctx context.Context, series Series, p period.Period) (Sends, error) {
	return r.Archive.Sends(ctx, series, p.From, p.To)
}

// Unconfirmed is how many mails had a click that no answer followed: shown apart and never counted.
func Unconfirmed(c Counts, s Sends) int64 { return max(0, s.Clicked-c.Clicked) }
