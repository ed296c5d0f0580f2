package imports

import (
	"context"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/score"
	"afterword/internal/touchpoint"
)

// Customer is what a former tool knows of a customer.
type Customer struct {
	Address   string
	Name      string
	Language  string // in any usual spelling
	Zone      string // IANA
	Since     time.Time
	Consent   touchpoint.Consent
	Status    customer.Status // Reachable, Unsubscribed, Bounced or Complained
	StatusAt  time.Time       // zero: now
	LastAsked time.Time       // zero: never, as far as is known
	Metric    score.Metric    // of that ask; "": not known
}

// Rows keeps customers.
type Rows interface {
	// Customer reads a customer's row, strongly. Faults: NotFound, Transient.
	Customer(ctx context.Context, id customer.ID) (customer.Customer, error)
	// KeepCustomer makes the row what c says, if it still has the revision. Faults: Conflict, Transient.
	KeepCustomer(ctx context.Context, c customer.Customer) error
}

// Customers takes customers in.
type Customers struct {
	Rows  Rows
	Hash  customer.Hasher
	Pause func(ctx context.Context, attempt int) error // before deciding again; nil: none
}

// Take merges what is brought into what is known, and says what that changed. Faults: Invalid, Transient.
func (i Customers) Take(ctx context.Context, brought Customer, now time.Time) (customer.ID, Result, error) {
	now = now.UTC().Truncate(time.Second)
	id, address, err := person(i.Hash, brought.Address)
	if err == nil {
		brought.Address = address
		err = brought.check(now)
	}
	if err != nil {
		return "", "", err
	}
	var result Result
	err = again(ctx, i.Pause, func() error {
		c, err := i.Rows.Customer(ctx, id)
		unknown := fault.Is(err, fault.NotFound)
		if err != nil && !unknown {
			return err
		}
		c.ID = id
		merged := brought.into(c, now)
		switch {
		case c.Status == customer.Erased:
			result = Erased
			return nil
		case unknown:
			result = Added
		case !merged.changed:
			result = Unchanged
			return nil
		default:
			result = Changed
		}
		return i.Rows.KeepCustomer(ctx, merged.Customer)
	})
	return id, result, err
}

func (b Customer) check(now time.Time) error {
	for _, at := range []struct {
		time time.Time
		what string
	}{{b.Since, "customer_since"}, {b.StatusAt, "status_at"}, {b.LastAsked, "last_asked"}} {
		if err := past(at.time, at.what, now); err != nil {
			return err
		}
	}
	switch b.Status {
	case customer.Reachable, customer.Unsubscribed, customer.Bounced, customer.Complained:
	default:
		return fault.New(fault.Invalid, "\"status\" is none of unsubscribed, bounced and complained; leave it out for who may be asked")
	}
	switch b.Metric {
	case "", score.CES, score.CSAT, score.NPS:
	default:
		return fault.New(fault.Invalid, "\"metric\" is none of CES, CSAT and NPS; leave it out when it is not known")
	}
	if b.Metric != "" && b.LastAsked.IsZero() {
		return fault.New(fault.Invalid, "\"metric\" is that of \"last_asked\", which is missing")
	}
	return nil
}

// merging is a customer while something is added, and whether anything was news.
type merging struct {
	customer.Customer
	changed bool
}

// into is the customer with what is brought. What is known already stays, because it came later than what another tool once heard.
func (b Customer) into(c customer.Customer, now time.Time) merging {
	m := merging{Customer: c}
	m.who(b.Address, b.Name, b.Language, b.Zone, now)
	if since := b.Since.UTC().Truncate(time.Second); !b.Since.IsZero() && (c.Since.IsZero() || since.Before(c.Since)) {
		m.Since, m.changed = since, true
	}
	switch {
	case b.Consent == touchpoint.Refused && !c.Refused:
		m.Agreed, m.Refused, m.changed = false, true, true
	case b.Consent == touchpoint.Given && !c.Agreed && !c.Refused:
		m.Agreed, m.changed = true, true
	}
	if graver(b.Status, c.Status) {
		m.Status, m.StatusAt, m.changed = b.Status, now, true
		if !b.StatusAt.IsZero() {
			m.StatusAt = b.StatusAt.UTC().Truncate(time.Second)
		}
	}
	if !b.LastAsked.IsZero() && m.AddForeign(b.LastAsked, string(b.Metric)) {
		m.changed = true
	}
	return m
}

// who fills in what is not known of who somebody is.
func (m *merging) who(address, name, language, zone string, now time.Time) {
	e := touchpoint.Event{Address: address, Person: name, Language: language, Zone: zone, Delivery: "-"}
	e, _ = e.Cleaned("", now) // it names something, which is all that could be missing
	for _, known := range []struct {
		kept *string
		told string
	}{{&m.Address, e.Address}, {&m.Name, e.Person}, {&m.Language, e.Language}, {&m.Zone, e.Zone}} {
		if *known.kept == "" && known.told != "" {
			*known.kept, m.changed = known.told, true
		}
	}
}

// graver tells whether a status replaces another one.
func graver(status, than customer.Status) bool {
	weaker, stops := status.Weaker()
	if than == customer.Reachable {
		return stops
	}
	for _, w := range weaker {
		if w == than {
			return true
		}
	}
	return false
}
