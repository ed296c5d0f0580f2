package touchpoint

import (
	"cmp"
	"context"
	"maps"
	"strings"
	"time"

	"afterword/internal/fault"
	"afterword/internal/program"
)

// Thin is an event that waits until its source was asked what it left out: who the customer is. It holds nothing of that person. Of
// one visit at most one waits, whatever the number of deliveries.
type Thin struct {
	Key        string    // what makes the visit one: a hash of touchpoint, source and subject
	Event      Event     // cleaned of whatever could be a person's
	ReceivedAt time.Time // UTC, whole seconds, as all of these
	Due        time.Time // when the source is asked; zero: never again
	Tries      int       // how often it was asked in vain
	Trouble    string    // what stood against it last; ""
	ReopenedAt time.Time // when the subject was reopened last, by the source's clock; zero: never while one waited
	ReopenedBy string    // the delivery that told of it
	Over       bool      // the subject was reopened after Event, and nobody is asked about that
	Changes    int64     // how often it was changed
}

// reopening is the event that the subject was reopened by.
func (t Thin) reopening() Event {
	return Event{
		Touchpoint: t.Event.Touchpoint, Source: t.Event.Source, Subject: t.Event.Subject, Test: t.Event.Test,
		Delivery: t.ReopenedBy, At: t.ReopenedAt, Reopened: true,
	}
}

// Waiting is where thin events wait.
type Waiting interface {
	// Await keeps an event on the agenda. False, with what is there: one of this visit waits already, or the subject was reopened after
	// the event. One that happened after the reopening takes the place of what is over. Faults: Transient.
	Await(ctx context.Context, t Thin) (stored Thin, kept bool, err error)
	// Recall says of the one that waits under a key, if it happened before, that its subject was reopened at a time by a delivery. False:
	// there is none, or it is old news. Faults: Transient.
	Recall(ctx context.Context, key string, at time.Time, delivery string) (bool, error)
}

// Reception takes events in: whole ones at once, and thin ones when their source was asked, which takes longer than a sender waits. A
// thin event costs one write before the sender has its answer, a whole one nothing more than Intake does.
type Reception struct {
	Intake  Taker
	Waiting Waiting
}

var _ Taker = Reception{}

// Take as that of Intake; the outcome of a thin event is ToBeFetched.
func (r Reception) Take(ctx context.Context, p *program.Program, e Event, now time.Time) (Outcome, error) {
	if e.Fetch == "" {
		return r.Intake.Take(ctx, p, e, now)
	}
	thin, err := e.thin(p, now)
	if err != nil {
		return Outcome{}, err
	}
	if e.Reopened {
		return r.reopen(ctx, p, e, thin, now)
	}
	stored, kept, err := r.Waiting.Await(ctx, thin)
	switch {
	case err != nil:
		return Outcome{}, err
	case !kept && stored.Over:
		return Outcome{Decision: Decision{Reopened, "the subject was reopened after this; its next visit is a new one"}, Repeated: true}, nil
	}
	return Outcome{Decision: Decision{ToBeFetched, "the source is asked who the customer is, and then it is decided"}, Repeated: !kept}, nil
}

// reopen recalls a visit that waits, and takes back the survey about one that does not any more.
func (r Reception) reopen(ctx context.Context, p *program.Program, e Event, thin Thin, now time.Time) (Outcome, error) {
	recalled, err := r.Waiting.Recall(ctx, thin.Key, thin.Event.At, thin.Event.Delivery)
	if err != nil {
		return Outcome{}, err
	}
	e.Fetch = ""
	outcome, err := r.Intake.Take(ctx, p, e, now)
	if err == nil && recalled && outcome.Reason != Reopened {
		outcome.Decision = Decision{Reopened, "the subject was reopened before its source was asked about the visit; the next visit is a new one"}
		outcome.Repeated = false
	}
	return outcome, err
}

// thin is the event as it may wait. Faults: as Take.
func (e Event) thin(p *program.Program, now time.Time) (Thin, error) {
	touchpoint, ok := p.Touchpoints[e.Touchpoint]
	if !ok {
		return Thin{}, fault.New(fault.NotFound, "the program has no touchpoint %q", text(e.Touchpoint, longestProperty))
	}
	clean, err := e.clean(touchpoint, "", now)
	if err != nil {
		return Thin{}, err
	}
	whose, trialOf := "", ""
	if touchpoint.Subject == program.SharedSubject {
		whose = e.Fetch
	}
	if e.Test {
		trialOf = trial
	}
	subject := text(e.Subject, 10*longestSubject)
	key := digest(strings.Join([]string{e.Touchpoint, e.Source, cmp.Or(subject, clean.Delivery), whose, trialOf}, "\x00"))
	if strings.Contains(subject, "@") {
		subject = "@" // no more of it is needed to see that the customer's id stands in for it
	}
	clean.Subject, clean.Address, clean.Person = subject, "", ""
	maps.DeleteFunc(clean.Properties, func(_, value string) bool { return strings.Contains(value, "@") })
	now = now.UTC().Truncate(time.Second)
	return Thin{Key: key, Event: clean, ReceivedAt: now, Due: now}, nil
}
