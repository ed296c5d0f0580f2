package touchpoint

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"afterword/internal/program"
)

// Thin is an event that waits until its source was asked what it left out: who the customer is, and often all that the program's rules
// go by. It holds nothing of that person. Of one event about a subject at most one waits, whatever the number of deliveries.
type Thin struct {
	Key        string    // a hash of source, event and subject
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
		Source: t.Event.Source, Subject: t.Event.Subject, Properties: t.Event.Properties, Test: t.Event.Test,
		Delivery: t.ReopenedBy, At: t.ReopenedAt, Reopened: true,
	}
}

// Waiting is where thin events wait.
type Waiting interface {
	// Await keeps an event on the agenda. False, with what is there: it or a later one waits already, or the subject was reopened after
	// the event. One that happened after the reopening takes the place of what is over, and one that happened after what waits takes its:
	// a reopening between them may yet be told of. Faults: Transient.
	Await(ctx context.Context, t Thin) (stored Thin, kept bool, err error)
	// Recall says of the one that waits under a key, if it happened before, that its subject was reopened at a time by a delivery. False:
	// there is none, or it is old news. Faults: Transient.
	Recall(ctx context.Context, key string, at time.Time, delivery string) (bool, error)
}

// Reception takes events in: whole ones at once, and thin ones when their source was asked, which takes longer than a sender waits. A
// thin event costs one write before the sender has its answer, a whole one nothing more than Intake does. No rule of the program is
// applied to a thin event before its source was asked: it has neither touchpoint nor quiet yet.
type Reception struct {
	Intake  Taker
	Waiting Waiting
}

var _ Taker = Reception{}

// Take as that of Intake; the outcome of a thin event is ToBeFetched. For a test no source is asked: nobody would be mailed whoever it is.
func (r Reception) Take(ctx context.Context, p *program.Program, e Event, now time.Time) (Outcome, error) {
	if e.Fetch == "" || e.Test {
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

// reopen recalls the visits that wait, and takes back the surveys about those that do not any more.
func (r Reception) reopen(ctx context.Context, p *program.Program, e Event, thin Thin, now time.Time) (Outcome, error) {
	source := p.Sources[e.Source]
	recalled := false
	for name := range source.Events {
		visit := e
		visit.Name = name
		did, err := r.Waiting.Recall(ctx, visit.waitsAt(source, thin.Event.Delivery), thin.Event.At, thin.Event.Delivery)
		if err != nil {
			return Outcome{}, err
		}
		recalled = recalled || did
	}
	e.Fetch = ""
	outcome, err := e.reopens(ctx, r.Intake, p, now)
	if err == nil && recalled && outcome.Reason != Reopened {
		outcome = Outcome{Decision: Decision{Reopened, "the subject was reopened before its source was asked about the visit; the next visit is a new one"}}
	}
	return outcome, err
}

// reopens takes the event in as a reopening of all that the program may have asked about its subject.
func (e Event) reopens(ctx context.Context, taker Taker, p *program.Program, now time.Time) (Outcome, error) {
	outcome := Outcome{Decision: Decision{Unmapped, "nothing that the source reports can be reopened"}}
	for _, rule := range p.Sources[e.Source].Reopenings() {
		one, err := taker.Take(ctx, p, e.By(rule), now)
		if err != nil {
			return one, err
		}
		if outcome.Reason != Reopened {
			outcome = one
		}
	}
	return outcome, nil
}

// thin is the event as it may wait. Fault: Invalid.
func (e Event) thin(p *program.Program, now time.Time) (Thin, error) {
	clean, err := e.clean(program.Touchpoint{}, "", now)
	if err != nil {
		return Thin{}, err
	}
	key := e.waitsAt(p.Sources[e.Source], clean.Delivery)
	if clean.Subject = text(e.Subject, 10*longestSubject); strings.Contains(clean.Subject, "@") {
		clean.Subject = "@" // no more of it is needed to see that the customer's id stands in for it
	}
	clean.Address, clean.Person = "", ""
	maps.DeleteFunc(clean.Properties, func(_, value string) bool { return strings.Contains(value, "@") })
	now = now.UTC().Truncate(time.Second)
	return Thin{Key: key, Event: clean, ReceivedAt: now, Due: now}, nil
}

// waitsAt is the key of whatever of the same visits waits. Which of the program's rules takes the event is not known before the source
// was asked: where one of them makes each delivery a visit, each waits by itself.
func (e Event) waitsAt(source program.Source, delivery string) string {
	subject := cmp.Or(text(e.Subject, 10*longestSubject), delivery)
	byDelivery := func(rule program.Rule) bool { return rule.Subject == program.DeliverySubject }
	if slices.ContainsFunc(source.RulesFor(e.Name), byDelivery) {
		subject = cmp.Or(delivery, subject)
	}
	return digest(strings.Join([]string{e.Source, strings.ToLower(eventName(e.Name)), subject}, "\x00"))
}
