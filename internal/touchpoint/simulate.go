package touchpoint

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/survey"
)

// Archive lists visits.
type Archive interface {
	// VisitsOn lists the visits to touchpoints that were received on a day of the program's zone. Faults: Transient.
	VisitsOn(ctx context.Context, touchpoints []string, day string, span period.Span) (page []Visit, next string, err error)
}

// Rows reads customers.
type Rows interface {
	// CustomersOf reads customers' rows; one that nothing is known of is left out. Faults: Transient.
	CustomersOf(ctx context.Context, ids []customer.ID) (map[customer.ID]customer.Customer, error)
}

// Simulator shows what a changed program would do: it decides again about visits, by the program in force and by the changed one
// alike, and counts. It changes nothing. What only happens later is left out, for both: the daily quota, which a mail may have to wait
// for, subjects that are reopened before their mail leaves, and whoever unsubscribes because of a mail that was never sent.
type Simulator struct {
	Archive Archive
	Rows    Rows
	Hash    customer.Hasher
}

// Bounds of a simulation.
const (
	MostDays     = 366
	MostReplayed = 20_000 // visits
	listed       = 500    // visits that are read at once
	readers      = 8
)

// Simulation is what two programs do with the same visits.
type Simulation struct {
	Visits      int          `json:"visits"`
	Touchpoints []Comparison `json:"touchpoints"` // by touchpoint, then with who is asked first and the others as the policy asks
	Guessed     []Comparison `json:"guessed"`     // how many of the visits a rule let pass, or stopped, only because nobody knows better; none of a touchpoint
	Today       Spread       `json:"today"`
	Changed     Spread       `json:"changed"`
}

// Comparison is how many visits were decided for a reason: then, and by the two programs now.
type Comparison struct {
	Touchpoint string `json:"touchpoint,omitempty"` // as the program has it that decides
	Reason     Reason `json:"reason"`
	Decided    int    `json:"decided"` // really; 0 for visits of a file
	Today      int    `json:"today"`
	Changed    int    `json:"changed"`
}

// Spread is how the mails of a program fall on the days, in its zone.
type Spread struct {
	Busiest period.Day `json:"busiest,omitzero"` // the first of them, when there are several
	Most    int        `json:"most"`             // mails on that day; 0: there are none at all
	Quota   int        `json:"quota"`            // of the program, a day; 0: none
	Over    int        `json:"over"`             // mails beyond the quota on the days that they are planned for: they would wait
}

// Past compares the programs on the visits of the last days, today included, in the zone of the program in force. Faults: Invalid (so
// many days are not looked at), TooLarge (there are too many visits), Transient.
func (s Simulator) Past(ctx context.Context, today, changed *program.Program, days int, now time.Time) (Simulation, error) {
	if days < 1 || days > MostDays {
		return Simulation{}, fault.New(fault.Invalid, "%d days cannot be looked at; expected 1 to %d", days, MostDays)
	}
	touchpoints := maps.Clone(today.Touchpoints)
	maps.Copy(touchpoints, changed.Touchpoints)
	var mu sync.Mutex
	var visits []past
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	last := period.DayOf(now, today.Zone)
	for name := range touchpoints {
		for back := range days {
			group.Go(func() error {
				return s.read(reading, name, last.Add(-back), func(page []Visit) error {
					mu.Lock()
					defer mu.Unlock()
					for _, v := range page {
						visits = append(visits, pastOf(v))
					}
					if len(visits) > MostReplayed {
						return fault.New(fault.TooLarge, "the last %d days have more than %d visits; ask for fewer days, or send the visits of some customers", days, MostReplayed)
					}
					return nil
				})
			})
		}
	}
	if err := group.Wait(); err != nil {
		return Simulation{}, err
	}
	return s.compare(ctx, today, changed, visits, time.Time{})
}

// read lists what was received on a day.
func (s Simulator) read(ctx context.Context, touchpoint string, day period.Day, take func([]Visit) error) error {
	// The day's name counts: it is in the zone that the program had then.
	span := period.Span{From: day.Add(-1).Start(time.UTC), To: day.Add(2).End(time.UTC), Limit: listed}
	for {
		page, next, err := s.Archive.VisitsOn(ctx, []string{touchpoint}, day.String(), span)
		if err == nil {
			err = take(page)
		}
		if span.After = next; err != nil || next == "" {
			return err
		}
	}
}

func pastOf(v Visit) past {
	return past{
		Event:    Event{Touchpoint: v.Touchpoint, Source: v.Source, Name: v.Event, Delivery: v.Delivery, Subject: v.Subject, At: v.At, Test: v.Test, ByLink: v.ByLink, Properties: v.Properties, Ahead: v.At.After(v.ReceivedAt)},
		customer: v.Customer, received: v.ReceivedAt, kept: true, erased: v.Erased, decided: v.Reason, id: v.ID,
	}
}

// Told is a visit that somebody tells of, to try programs on.
type Told struct {
	Event
	Customer customer.ID // who it was, where the event has no address
	Received time.Time   // zero: when it happened
}

// File compares the programs on visits as they would be reported. An event that names neither its subject nor its delivery is a visit
// of its own. Faults: TooLarge, Transient.
func (s Simulator) File(ctx context.Context, today, changed *program.Program, told []Told) (Simulation, error) {
	if len(told) > MostReplayed {
		return Simulation{}, fault.New(fault.TooLarge, "there are %d visits; expected at most %d", len(told), MostReplayed)
	}
	visits := make([]past, len(told))
	first := time.Time{}
	for i, t := range told {
		v := past{Event: t.Event, customer: t.Customer, received: t.Received.UTC()}
		if customer.Valid(customer.Address(t.Address)) {
			v.customer = s.Hash.ID(t.Address)
		}
		if v.received.IsZero() {
			v.received = v.At.UTC()
		}
		if v.Subject == "" && v.Delivery == "" {
			v.Delivery = fmt.Sprint("visit-", i+1)
		}
		v.id = survey.IDOf(v.Touchpoint, v.Source, cmp.Or(v.Subject, v.Delivery), 1)
		if visits[i] = v; first.IsZero() || v.received.Before(first) {
			first = v.received
		}
	}
	return s.compare(ctx, today, changed, visits, first)
}

// compare replays the visits twice. Of what was asked before, it counts what is about none of the visits and, of a file, had its time
// before until.
func (s Simulator) compare(ctx context.Context, today, changed *program.Program, visits []past, until time.Time) (Simulation, error) {
	inOrder(visits)
	about := map[string]bool{}
	who := map[customer.ID]bool{}
	for _, v := range visits {
		about[v.id] = true
		if v.customer != "" {
			who[v.customer] = true
		}
	}
	rows, err := s.Rows.CustomersOf(ctx, slices.Sorted(maps.Keys(who)))
	if err != nil {
		return Simulation{}, err
	}
	for id, c := range rows {
		c.Asks = slices.DeleteFunc(slices.Clone(c.Asks), func(a customer.Ask) bool {
			return about[a.Invitation] || !until.IsZero() && !a.At.Before(until)
		})
		rows[id] = c
	}
	return simulation(visits, today, changed, replay(today, today, visits, rows), replay(changed, today, visits, rows)), nil
}

func simulation(visits []past, today, changed *program.Program, byToday, byChanged replayed) Simulation {
	type key struct {
		touchpoint string
		reason     Reason
	}
	all, guessed := map[key]Comparison{}, map[key]Comparison{}
	add := func(to map[key]Comparison, at key, more Comparison) {
		c := to[at]
		to[at] = Comparison{at.touchpoint, at.reason, c.Decided + more.Decided, c.Today + more.Today, c.Changed + more.Changed}
	}
	for _, v := range visits {
		if v.decided != "" {
			add(all, key{v.Touchpoint, v.decided}, Comparison{Decided: 1})
		}
	}
	for _, side := range []struct {
		replayed
		of func(int) Comparison
	}{{byToday, func(n int) Comparison { return Comparison{Today: n} }}, {byChanged, func(n int) Comparison { return Comparison{Changed: n} }}} {
		for touchpoint, counts := range side.counts {
			for reason, n := range counts {
				add(all, key{touchpoint, reason}, side.of(n))
			}
		}
		for reason, n := range side.guessed {
			add(guessed, key{"", reason}, side.of(n))
		}
	}
	return Simulation{
		Visits: len(visits), Touchpoints: Ordered(slices.Collect(maps.Values(all))), Guessed: Ordered(slices.Collect(maps.Values(guessed))),
		Today: spread(today, byToday.mails), Changed: spread(changed, byChanged.mails),
	}
}

// Ordered sorts by touchpoint and reason.
func Ordered(all []Comparison) []Comparison {
	slices.SortFunc(all, func(a, b Comparison) int {
		return cmp.Or(cmp.Compare(a.Touchpoint, b.Touchpoint), cmp.Compare(line(a.Reason), line(b.Reason)), cmp.Compare(a.Reason, b.Reason))
	})
	return all
}

// line is where a reason stands: what is asked first, then the policy in its order, then what makes no visit.
func line(r Reason) int {
	switch rank := r.rank(); {
	case r == Planned || r == Handed:
		return -1
	case rank < 0:
		return len(policy)
	default:
		return rank
	}
}

func spread(p *program.Program, mails map[period.Day]int) Spread {
	s := Spread{Quota: p.Policy.DailyQuota}
	for day, n := range mails {
		if n > s.Most || n == s.Most && day.Before(s.Busiest) {
			s.Busiest, s.Most = day, n
		}
		if s.Quota > 0 {
			s.Over += max(0, n-s.Quota)
		}
	}
	return s
}
