package touchpoint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/program"
)

// AskTime is how long a source may take to say what an event left out, all of its answers together. FetchTime is how long a walk's batch
// asks at most: sources that hang must not hold up mails.
const (
	AskTime   = 10 * time.Second
	FetchTime = 20 * time.Second
)

// askers is how many visits sources are asked about at the same time: enough for some 1000 a minute, and little against the least that
// a sender's API allows.
const askers = 8

// Pauses before a source is asked again; the last one holds from then on.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}

// How long it is worth while to ask: for a day, for nobody remembers longer what a ticket was about, and less if the touchpoint says
// so. What only the owner can mend is seen within two hours, and somebody may be at it.
const (
	worth      = 24 * time.Hour
	ownerTries = 4 // after the first
)

// Unanswered says why a source did not tell what an event left out.
type Unanswered struct {
	Why   string        // for the owner, without anything of a person
	Blame Blame         // who can help
	After time.Duration // the source does not want to be asked for so long; 0: it does not say
}

func (u *Unanswered) Error() string { return u.Why }

// Blame is who can help that a source answers.
type Blame int

// The ones who can.
const (
	Nobody Blame = iota // the visit's own trouble, for ever: it is gone from the source, or is not what it was taken for
	Time                // the source is down, slow, or asked too often
	Owner               // there is no token, or it is refused
)

// Asker asks sources.
type Asker interface {
	// Ask returns the event with what the source says beyond it. Faults: *Unanswered, Transient (it could not be asked, for a reason of our own).
	Ask(ctx context.Context, source program.Source, e Event) (Event, error)
}

// Fetches are the thin events that wait, for whoever asks their sources.
type Fetches interface {
	// Thin reads one, strongly. Faults: NotFound, Transient.
	Thin(ctx context.Context, key string) (Thin, error)
	// PutOff keeps when its source is asked again, and what stands against it. False: it was changed since it was read. Faults: Transient.
	PutOff(ctx context.Context, t Thin) (bool, error)
	// Settle forgets one that was decided about, and takes one that is over off the agenda, where it is remembered for as long as
	// deliveries may come again. False: it was changed since it was read. Faults: Transient.
	Settle(ctx context.Context, t Thin) (bool, error)
}

// Fetcher asks sources what their events left out, and decides about the visits. It is the agenda's handler of Fetch.
//
// A visit whose source does not answer is decided about, too, with the reason NotFetched and what stood against it. A subject that was
// reopened while its source was asked is reopened after the visit was decided about, and before anything else is done.
type Fetcher struct {
	Fetches  Fetches
	Programs Programs
	Asker    Asker
	Taker    Taker
	Skips    Skips
	Missed   func() // counts a visit that is lost although somebody could have helped; nil: nobody counts
	Log      *slog.Logger
}

var _ agenda.Handler = Fetcher{}

// Handle as that of agenda.Handler. Faults: Transient.
func (f Fetcher) Handle(ctx context.Context, entries []agenda.Entry, walk agenda.Walk) error {
	p, err := f.Programs.Current(ctx)
	if err != nil {
		return err
	}
	now := walk.Now()
	b := &batch{Fetcher: f, program: p, walk: walk, end: now.Add(FetchTime), shut: map[string]*Unanswered{}}
	if last := walk.End.Add(-AskTime); last.Before(b.end) {
		b.end = last
	}
	var group errgroup.Group
	group.SetLimit(askers)
	for _, e := range entries {
		group.Go(func() error {
			if err := b.see(ctx, e.Key); err != nil {
				b.note(func() { b.failures = append(b.failures, err) })
			}
			return nil
		})
	}
	_ = group.Wait() // they note their failures
	f.Log.LogAttrs(ctx, slog.LevelInfo, "sources asked", slog.Int("waiting", len(entries)), slog.Int("decided", b.decided), slog.Int("put_off", b.putOff))
	switch {
	case b.late && len(b.failures) == 0:
		return agenda.ErrEnough
	case b.late:
		b.failures = append(b.failures, agenda.ErrEnough)
	}
	return errors.Join(b.failures...)
}

// batch is what one call of Handle does.
type batch struct {
	Fetcher
	program *program.Program
	walk    agenda.Walk
	end     time.Time

	mu              sync.Mutex
	shut            map[string]*Unanswered // by the name of a source that does not answer whatever it is asked
	decided, putOff int
	late            bool // there was no time for some
	failures        []error
}

func (b *batch) note(what func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	what()
}

// see sees to one that waits.
func (b *batch) see(ctx context.Context, key string) error {
	if ctx.Err() != nil || !b.walk.Now().Before(b.end) {
		b.note(func() { b.late = true })
		return nil
	}
	t, err := b.Fetches.Thin(ctx, key)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil // the index is a moment late
	case err != nil:
		return fmt.Errorf("read what waits for its source: %w", err)
	case t.Due.IsZero() || t.Due.After(b.walk.Now()):
		return nil // likewise
	}
	if err := b.reopen(ctx, t); err != nil {
		return err
	}
	if t.Over {
		_, err := b.Fetches.Settle(ctx, t)
		return err
	}
	if len(b.rules(t.Event)) == 0 { // the program has lost them
		return b.decide(ctx, t, t.Event)
	}
	e, err := b.ask(ctx, t)
	if trouble := (*Unanswered)(nil); errors.As(err, &trouble) {
		return b.suffer(ctx, t, trouble)
	}
	if err != nil {
		return err
	}
	return b.decide(ctx, t, e)
}

// reopen reopens the visit that was decided about before its subject was reopened, or while its source was asked; often there is none.
func (b *batch) reopen(ctx context.Context, t Thin) error {
	if t.ReopenedAt.IsZero() {
		return nil
	}
	_, err := t.reopening().reopens(ctx, b.Taker, b.program, b.walk.Now())
	return err
}

// ask asks the source, unless another event has found that it does not answer.
func (b *batch) ask(ctx context.Context, t Thin) (Event, error) {
	source := b.program.Sources[t.Event.Source]
	var shut *Unanswered
	b.note(func() { shut = b.shut[source.Name] })
	if shut != nil {
		return Event{}, shut
	}
	e, err := b.Asker.Ask(ctx, source, t.Event)
	if trouble := (*Unanswered)(nil); errors.As(err, &trouble) && trouble.Blame != Nobody {
		b.note(func() {
			if b.shut[source.Name] == nil {
				b.Log.LogAttrs(ctx, slog.LevelWarn, "a source does not answer", slog.String("source", source.Name), slog.String("why", trouble.Why))
			}
			b.shut[source.Name] = trouble
		})
	}
	e.Fetch = ""
	return e, err
}

// suffer puts the visit off, or decides about it when nothing more is to be hoped for.
func (b *batch) suffer(ctx context.Context, t Thin, trouble *Unanswered) error {
	t.Tries++
	t.Trouble = trouble.Why
	due, hope := t.again(trouble, b.longest(t.Event), b.walk.Now())
	if !hope {
		e := t.Event
		e.Fetch, e.Unfetched = "", trouble.Why
		b.Log.LogAttrs(ctx, slog.LevelWarn, "a visit is lost, whose source did not say who it is about",
			slog.String("source", e.Source), slog.String("why", trouble.Why), slog.Int("tries", t.Tries))
		if b.Missed != nil && trouble.Blame != Nobody {
			b.Missed()
		}
		return b.decide(ctx, t, e)
	}
	t.Due = due
	if _, err := b.Fetches.PutOff(ctx, t); err != nil {
		return fmt.Errorf("put off what waits for its source: %w", err)
	}
	b.note(func() { b.putOff++ })
	return nil
}

// again is when the source is asked the next time; false when that would be no use.
func (t Thin) again(trouble *Unanswered, oldest time.Duration, now time.Time) (due time.Time, hope bool) {
	due = now.UTC().Truncate(time.Second).Add(max(pauses[min(t.Tries, len(pauses))-1], trouble.After))
	most := t.ReceivedAt.Add(worth)
	if end := t.Event.At.Add(oldest); end.Before(most) {
		most = end
	}
	switch trouble.Blame {
	case Time:
		return due, !due.After(most)
	case Owner:
		return due, t.Tries <= ownerTries && !due.After(most)
	}
	return due, false
}

// rules are those of the program that may take the event.
func (b *batch) rules(e Event) []program.Rule { return b.program.Sources[e.Source].RulesFor(e.Name) }

// longest is how old a visit may be to be asked about by one of the touchpoints that the event may be of.
func (b *batch) longest(e Event) (oldest time.Duration) {
	for _, rule := range b.rules(e) {
		age := b.program.Touchpoints[rule.Touchpoint].MaxAge
		if age == 0 {
			return math.MaxInt64
		}
		oldest = max(oldest, age)
	}
	return oldest
}

// decide decides about the visit, and forgets what waited for it.
func (b *batch) decide(ctx context.Context, t Thin, e Event) error {
	if err := b.take(ctx, e); err != nil {
		return err
	}
	settled, err := b.Fetches.Settle(ctx, t)
	if err == nil && !settled {
		if t, err = b.Fetches.Thin(ctx, t.Key); err == nil {
			err = b.reopen(ctx, t) // what else it is, the next walk sees
		} else if fault.Is(err, fault.NotFound) {
			err = nil
		}
	}
	b.note(func() { b.decided++ })
	return err
}

// take takes the event in by the rule that takes it, now that all is known that rules go by. Of a visit whose source did not answer,
// nobody knows which it would have been: it is seen where the first one leads.
func (b *batch) take(ctx context.Context, e Event) error {
	rule, reason, taken := e.Meaning(b.program.Sources[e.Source])
	if rules := b.rules(e); !taken && e.Unfetched != "" && len(rules) > 0 {
		rule, taken = rules[0], true
	}
	if !taken {
		return b.Skips.Skip(ctx, []Skip{{Source: e.Source, Event: e.Name, Reason: reason}}, b.walk.Now(), b.program.Zone)
	}
	_, err := b.Taker.Take(ctx, b.program, e.By(rule), b.walk.Now())
	return err
}
