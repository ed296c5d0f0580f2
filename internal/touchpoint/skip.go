package touchpoint

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// Skip is what became of events that made no visit: so many of one source and name, for one reason. They are counted by the day and not
// kept one by one, because a sender may report whatever happens in its shop; what is counted is enough to see that an event is not
// mapped, or that a rule lets none of them through.
type Skip struct {
	Source      string
	Event       string // as the source names it; "" for those that have no name that can be kept, and for the names beyond the most
	Reason      Reason
	Count       int       // less than 1 counts as 1
	First, Last time.Time // when one was received; zero in what is to be kept: it is received now
}

// What a delivery is that brings no event to decide about.
const (
	NotUnderstood Reason = "not-understood" // it came from the source, and says nothing that makes it a visit
	Ping          Reason = "ping"           // the source only asks whether anybody is there
)

// Skips keeps which events made no visit.
type Skips interface {
	// Skip counts the events on the day in the zone on which it is now, for SkipsKept. The names are foreign: it cleans and sums them (Sum).
	// Faults: Transient (some may have been counted).
	Skip(ctx context.Context, skips []Skip, now time.Time, zone *time.Location) error
}

// SkipsKept is for how many days it is known which events made no visit.
const SkipsKept = 35

// MostSkipped is by how many names the events of a source are told apart.
const MostSkipped = 200

// Sum brings skips into the form in which they are kept and shown: names on one line, without a mail address, each once for a source and
// reason, the most frequent first. Beyond so many, the least frequent have no name any more.
func Sum(skips []Skip, most int) []Skip {
	clean := slices.Clone(skips)
	for i := range clean {
		clean[i].Event, clean[i].Count = eventName(clean[i].Event), max(clean[i].Count, 1)
	}
	sum := joined(clean)
	if len(sum) <= most {
		return sum
	}
	for i := most; i < len(sum); i++ {
		sum[i].Event = ""
	}
	return joined(sum)
}

// joined adds up what is of the same source, name and reason.
func joined(skips []Skip) []Skip {
	type kind struct {
		source, event string
		reason        Reason
	}
	var sum []Skip
	at := map[kind]int{}
	for _, s := range skips {
		k := kind{s.Source, s.Event, s.Reason}
		i, known := at[k]
		if !known {
			at[k] = len(sum)
			sum = append(sum, s)
			continue
		}
		of := &sum[i]
		of.Count += s.Count
		if of.First.IsZero() || !s.First.IsZero() && s.First.Before(of.First) {
			of.First = s.First
		}
		if s.Last.After(of.Last) {
			of.Last = s.Last
		}
	}
	slices.SortStableFunc(sum, func(a, b Skip) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Source, b.Source), strings.Compare(a.Event, b.Event), strings.Compare(string(a.Reason), string(b.Reason)))
	})
	return sum
}
