package imports

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
)

// Source is the source of what was answered elsewhere.
const Source = "import"

// longestID is how long a former tool's id of an answer may be, in characters.
const longestID = 120

// Response is what a customer answered in a former tool.
type Response struct {
	ID         string // the former tool's, unique within the touchpoint
	Touchpoint string
	Survey     string // "": the touchpoint's
	Address    string // "": nobody knows whose
	Name       string
	Language   string // in any usual spelling
	Subject    string
	Link       string
	Rating     *int
	Comment    string
	At         time.Time // when it was answered
	SentAt     time.Time // when it was asked for; zero: not known
	Properties map[string]string
}

// Archive keeps answers of former tools.
type Archive interface {
	// Customer as in Rows.
	Customer(ctx context.Context, id customer.ID) (customer.Customer, error)
	// ImportAnswer stores an answer with its invitation and the customer, nil for nobody's: all of it or nothing. true: it is there
	// already, and nothing changed. Faults: Conflict (the customer was changed since it was read), Transient.
	ImportAnswer(ctx context.Context, a Answer) (known bool, err error)
}

// Answer is a former tool's answer as it is stored.
type Answer struct {
	Invitation survey.Invitation
	First      response.First
	Properties map[string]string
	Customer   *customer.Customer // the row as it shall be, with the revision as read; nil: nobody's
}

// Responses takes answers in.
type Responses struct {
	Archive Archive
	Heard   *response.Listener
	Hash    customer.Hasher
	Pause   func(ctx context.Context, attempt int) error // before deciding again; nil: none
}

// Take stores an answer, once, and says what became of it and its id here. Faults: Invalid, Closed (whoever it is of was erased),
// Transient.
func (i Responses) Take(ctx context.Context, p *program.Program, brought Response, now time.Time) (id string, result Result, err error) {
	now = now.UTC().Truncate(time.Second)
	s, err := brought.check(p, now)
	if err != nil {
		return "", "", err
	}
	var who customer.ID
	if brought.Address != "" {
		if who, brought.Address, err = person(i.Hash, brought.Address); err != nil {
			return "", "", err
		}
	}
	a, err := i.answer(p, s, brought, who, now)
	if err != nil {
		return "", "", err
	}
	result = Added
	err = again(ctx, i.Pause, func() error {
		if who != "" {
			if a.Customer, err = i.customer(ctx, p, brought, a.Invitation, now); err != nil {
				return err
			}
		}
		known, err := i.Archive.ImportAnswer(ctx, a)
		if known {
			result = Unchanged
		}
		return err
	})
	return a.Invitation.ID, result, err
}

// check holds what is brought against the program, and returns the survey. Faults: Invalid.
func (b *Response) check(p *program.Program, now time.Time) (s program.Survey, err error) {
	t, known := p.Touchpoints[b.Touchpoint]
	if !known {
		return s, fault.New(fault.Invalid, "the program has no such touchpoint; expected %s", strings.Join(slices.Sorted(maps.Keys(p.Touchpoints)), ", "))
	}
	if b.Survey == "" {
		b.Survey = t.Survey
	}
	if s, known = p.Surveys[b.Survey]; !known {
		return s, fault.New(fault.Invalid, "the program has no such survey; leave \"survey\" out for %q", t.Survey)
	}
	b.ID = strings.TrimSpace(b.ID)
	switch {
	case b.ID == "" || utf8.RuneCountInString(b.ID) > longestID:
		return s, fault.New(fault.Invalid, "\"id\" is a text of 1 to %d characters by which the answer is known when it comes again", longestID)
	case b.Rating == nil:
		return s, fault.New(fault.Invalid, "\"rating\" is missing")
	case !s.Scale.Contains(*b.Rating):
		return s, fault.New(fault.Invalid, "\"rating\" is outside the scale of %s; expected a number from %d to %d", s.ID, s.Scale.Min, s.Scale.Max)
	case b.At.IsZero():
		return s, fault.New(fault.Invalid, "\"answered_at\" is missing; expected a time such as 2026-11-20T09:12:00Z")
	case b.SentAt.After(b.At):
		return s, fault.New(fault.Invalid, "\"sent_at\" is after \"answered_at\"")
	}
	if err := past(b.At, "answered_at", now); err != nil {
		return s, err
	}
	if err := past(b.SentAt, "sent_at", now); err != nil {
		return s, err
	}
	b.Comment, err = response.Clean(b.Comment)
	return s, err
}

// answer is what is stored, but for the customer.
func (i Responses) answer(p *program.Program, s program.Survey, b Response, who customer.ID, now time.Time) (Answer, error) {
	const nameless = "-"
	e, err := touchpoint.Event{Subject: b.Subject, Delivery: nameless, Link: b.Link, Language: b.Language, At: b.At, Properties: b.Properties}.Cleaned(who, now)
	if err != nil {
		return Answer{}, err
	}
	if e.Subject == nameless {
		e.Subject = ""
	}
	language := e.Language
	if language == "" && len(p.Languages) > 0 {
		language = p.Languages[0]
	}
	inv := survey.Invitation{
		ID:     survey.IDOf(b.Touchpoint, Source+"#response", b.ID, 1), // no source has such a name
		Handed: true, Touchpoint: b.Touchpoint, Survey: s.ID, Number: s.Number, Metric: string(s.Scale.Metric), Customer: who, Language: language,
		Source: Source, Subject: e.Subject, Link: e.Link, Round: 1, Cuts: survey.CutsOf(p, e.Properties, language, e.At), VisitedAt: e.At, ExpiresAt: e.At, ImportedAt: now,
	}
	return Answer{
		Invitation: inv, Properties: e.Kept(),
		First: response.First{
			Invitation: inv.ID, Series: s.ID, Rating: *b.Rating, Act: response.Explicit, Comment: b.Comment, SaidCuts: i.Heard.Cuts(p, language, b.Comment),
			At: e.At, Day: period.DayOf(e.At, p.Zone).String(), EditUntil: e.At,
		},
	}, nil
}

// customer is whoever answered, with the ask that this answers. Faults: Closed, Transient.
func (i Responses) customer(ctx context.Context, p *program.Program, b Response, inv survey.Invitation, now time.Time) (*customer.Customer, error) {
	c, err := i.Archive.Customer(ctx, inv.Customer)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if c.Status == customer.Erased {
		return nil, fault.New(fault.Closed, "this customer was erased, and nothing is kept about the person again; without the address it is an answer of nobody's")
	}
	c.ID = inv.Customer
	m := merging{Customer: c}
	m.who(b.Address, b.Name, b.Language, "", now)
	asked := b.SentAt
	if asked.IsZero() {
		asked = b.At
	}
	ask := customer.Ask{Invitation: inv.ID, At: asked.UTC().Truncate(time.Second), Metric: inv.Metric, Touchpoint: inv.Touchpoint}
	c = touchpoint.Remember(p, m.Customer, ask, now)
	return &c, nil
}
