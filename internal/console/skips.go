package console

import (
	"context"
	"maps"
	"slices"

	"afterword/internal/period"
	"afterword/internal/touchpoint"
)

// Skips knows which events of a source made no visit.
type Skips interface {
	// Skips sums them over a range of days, by name and reason, the most frequent first. Faults: Transient.
	Skips(ctx context.Context, source string, from, to period.Day) ([]touchpoint.Skip, error)
}

// Over how many days events are summed, and by how many names of all sources they are told apart.
const (
	skippedDays  = 7
	skippedShown = 12
)

// skipped is which events made no visit, on the days until the one that the page is about.
type skipped struct {
	From, To string // in words
	List     []skip
}

// skip is the events of one name that made no visit for one reason.
type skip struct {
	Source, Event    string // Event is "" for those without a name and for the rarer ones
	Why, Count, Last string
}

// skipped reads one range of each source.
func (r request) skipped(until period.Day) (shown skipped, err error) {
	from := until.Add(1 - skippedDays)
	shown.From, shown.To = r.words.Date(from), r.words.Date(until)
	var all []touchpoint.Skip
	for _, source := range slices.Sorted(maps.Keys(r.program.Sources)) {
		skips, err := r.Skips.Skips(r.Context(), source, from, until)
		if err != nil {
			return shown, err
		}
		all = append(all, skips...)
	}
	for _, s := range touchpoint.Sum(all, skippedShown) {
		shown.List = append(shown.List, skip{
			Source: s.Source, Event: s.Event, Why: r.words.T("console.skipped.reason." + string(s.Reason)),
			Count: r.words.Count(int64(s.Count)), Last: r.words.Moment(s.Last.In(r.program.Zone)),
		})
	}
	return shown, nil
}
