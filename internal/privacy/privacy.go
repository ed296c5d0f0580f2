// Package privacy does what a person may ask of those who keep data about them (GDPR, articles 15, 17 and 20): to be shown all of it,
// and to be forgotten. The owner asks on the person's behalf, by address.
//
// What is kept about a person is the customer's row, which alone holds address and name, and the visits: the row leads to those that
// were asked about, an index to the others. The invitation with its response, the hits on its links and the case share the visit's id. Tallies and ledger rows are numbers by
// series and day, and say nothing about anybody.
//
// An event that waits until its source was asked who the customer is says which order or ticket it is and nothing of the person: it is
// nobody's yet, is gone within a day or, if its subject was reopened before, within a week, and whoever was erased meanwhile is erased when it
// is decided about.
//
// An erased person leaves a row with the id, which is a keyed hash of the address, and the status: it is what stops every later mail.
// Visits and responses stay as tombstones, so that redeliveries find them and the scores can be recounted; what a source called the
// subject is veiled by a keyed hash, because an order number leads to who ordered. Mails that were sent are where they were sent to.
package privacy

import (
	"context"
	"fmt"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/response"
	"afterword/internal/touchpoint"
)

// Archive reads what is kept about a customer.
type Archive interface {
	// Customer reads a customer's row, strongly. Faults: NotFound, Transient.
	Customer(ctx context.Context, id customer.ID) (customer.Customer, error)
	// VisitsOf lists the visits of a customer, whose row is as given, by when they were received, newest first, at most so many from
	// the start ("": the newest); next is the start of the page after, "" at the end. One of this moment that was decided against may
	// be missing. Faults: Invalid (no such start), Transient.
	VisitsOf(ctx context.Context, c customer.Customer, start string, limit int) (page []touchpoint.Visit, next string, err error)
	// RecordOf reads an invitation with its response, strongly. Faults: NotFound, Transient.
	RecordOf(ctx context.Context, invitation string) (response.Record, error)
	// HitsOf lists what is kept of the opened links of an invitation, oldest first. Faults: Transient.
	HitsOf(ctx context.Context, invitation string) ([]response.Hit, error)
	// Case reads a case, strongly. Faults: NotFound, Transient.
	Case(ctx context.Context, id string) (followup.Case, error)
	// WholeHistory lists all that happened to a case, oldest first. Faults: Transient.
	WholeHistory(ctx context.Context, id string) ([]followup.Event, error)
}

// Event is a visit with all that came of it. Parts that there are none of are nil.
type Event struct {
	Visit      touchpoint.Visit
	Invitation *response.Record // with its response, if it has a revision
	Hits       []response.Hit
	Case       *followup.Case
	History    []followup.Event // of the case
}

// Person is all that is kept about somebody.
type Person struct {
	Customer customer.Customer // the id alone when there is no row: visits that led to nothing make none
	Events   []Event           // newest first
}

// Reader finds people by address and tells what is kept about them.
type Reader struct {
	Archive Archive
	Hash    customer.Hasher
}

// atOnce is how many visits are read together.
const atOnce = 100

var errUnknown = fault.New(fault.NotFound, "nothing is kept about this address")

// idOf is the customer's id. Fault: Invalid for what is no address.
func idOf(hash customer.Hasher, address string) (customer.ID, error) {
	if !customer.Valid(customer.Address(address)) {
		return "", fault.New(fault.Invalid, "this is no mail address of a customer; expected name@host")
	}
	return hash.ID(address), nil
}

// Export reads everything that is kept about the person with an address. Faults: Invalid, NotFound, Transient.
func (r Reader) Export(ctx context.Context, address string) (Person, error) {
	id, err := idOf(r.Hash, address)
	if err != nil {
		return Person{}, err
	}
	p, err := r.person(ctx, id)
	if err != nil {
		return Person{}, fmt.Errorf("export a person: %w", err)
	}
	return p, nil
}

func (r Reader) person(ctx context.Context, id customer.ID) (Person, error) {
	p := Person{}
	c, err := r.Archive.Customer(ctx, id)
	known := !fault.Is(err, fault.NotFound)
	if known && err != nil {
		return p, err
	}
	if p.Customer = c; !known {
		p.Customer.ID = id
	}
	visits, err := visitsOf(ctx, r.Archive, p.Customer)
	if err != nil {
		return p, err
	}
	for _, visit := range visits {
		e, err := eventOf(ctx, r.Archive, visit)
		if err != nil {
			return p, err
		}
		p.Events = append(p.Events, e)
	}
	if !known && len(p.Events) == 0 {
		return p, errUnknown
	}
	return p, nil
}

// Find is who has an address here, known or not. Fault: Invalid for what is no address.
func (r Reader) Find(address string) (customer.ID, error) { return idOf(r.Hash, address) }

// History reads a page of the events of a customer, newest first, and who that is. next is the start of the page after, "" at the
// end. Faults: NotFound, Transient.
func (r Reader) History(ctx context.Context, id customer.ID, start string, limit int) (p Person, next string, err error) {
	c, visits, next, err := r.visits(ctx, id, start, limit)
	if p.Customer = c; err != nil {
		return p, "", err
	}
	for _, visit := range visits {
		e, err := eventOf(ctx, r.Archive, visit)
		if err != nil {
			return p, "", err
		}
		p.Events = append(p.Events, e)
	}
	return p, next, nil
}

// Visits reads a page of the visits of a customer, newest first, and nothing of who that is. next as in History. Faults: Invalid (no such
// start), NotFound, Transient.
func (r Reader) Visits(ctx context.Context, id customer.ID, start string, limit int) (visits []touchpoint.Visit, next string, err error) {
	_, visits, next, err = r.visits(ctx, id, start, limit)
	return visits, next, err
}

func (r Reader) visits(ctx context.Context, id customer.ID, start string, limit int) (c customer.Customer, visits []touchpoint.Visit, next string, err error) {
	c, err = r.Archive.Customer(ctx, id)
	known := !fault.Is(err, fault.NotFound)
	if known && err != nil {
		return c, nil, "", err
	}
	c.ID = id
	visits, next, err = r.Archive.VisitsOf(ctx, c, start, limit)
	if err == nil && !known && len(visits) == 0 && start == "" {
		err = fault.New(fault.NotFound, "there is no such customer")
	}
	return c, visits, next, err
}

// visitsOf lists all visits of a customer.
func visitsOf(ctx context.Context, a Archive, c customer.Customer) (visits []touchpoint.Visit, err error) {
	for start := ""; ; {
		page, next, err := a.VisitsOf(ctx, c, start, atOnce)
		if err != nil {
			return nil, err
		}
		visits = append(visits, page...)
		if start = next; next == "" {
			return visits, nil
		}
	}
}

// eventOf reads what came of a visit.
func eventOf(ctx context.Context, a Archive, visit touchpoint.Visit) (e Event, err error) {
	e.Visit = visit
	if visit.Invitation == "" {
		return e, nil
	}
	rec, err := a.RecordOf(ctx, visit.Invitation)
	switch {
	case fault.Is(err, fault.NotFound):
		return e, nil
	case err != nil:
		return e, err
	}
	e.Invitation = &rec
	if e.Hits, err = a.HitsOf(ctx, rec.ID); err != nil || rec.Revision == 0 {
		return e, err
	}
	c, err := a.Case(ctx, rec.ID)
	switch {
	case fault.Is(err, fault.NotFound):
		return e, nil
	case err != nil:
		return e, err
	}
	e.Case = &c
	e.History, err = a.WholeHistory(ctx, rec.ID)
	return e, err
}
