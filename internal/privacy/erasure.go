package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/response"
	"afterword/internal/touchpoint"
)

// Settle is how long whatever began before the customer was marked as erased may go on: a source's visit has five seconds, and the
// index is less late than that.
const Settle = 6 * time.Second

// Erasure forgets people. It may break off anywhere, run twice, or beside everything else that happens to the customer: it marks the
// customer first, which ends what would begin later, changes each thing under a condition, and leaves what it has done alone, so that
// whoever runs it again finishes it.
type Erasure struct {
	Archive Archive
	Eraser  Eraser
	Cases   followup.Cases
	Hash    customer.Hasher
	// Wait lets time pass between the two looks at what there is.
	Wait func(ctx context.Context, d time.Duration) error
	// Shred makes the storage forget what was overwritten. nil: it does so by itself.
	Shred func(ctx context.Context) error
}

// Eraser overwrites what is kept. Each method leaves alone what is erased already.
type Eraser interface {
	// EraseCustomer leaves of a customer's row the id, the status erased since at, the count of open cases and the ids of the
	// invitations, by which the rest is found. Without a row it makes one. Faults: Transient.
	EraseCustomer(ctx context.Context, id customer.ID, at time.Time) error
	// EraseVisit keeps the veiled visit in the place of one that was decided against, and forgets the rounds of its subject. Faults:
	// Transient.
	EraseVisit(ctx context.Context, visit, veiled touchpoint.Visit) error
	// EraseRecord makes a tombstone of a visit, the invitation about it and the response, and forgets the rounds of the subject.
	// Faults: Conflict (it is not as it was read), Transient.
	EraseRecord(ctx context.Context, rec response.Record, t Tombstone) error
	// DropHits forgets the opened links of an invitation. Faults: Transient.
	DropHits(ctx context.Context, invitation string) error
	// DropHistory forgets what happened to a case. Faults: Transient.
	DropHistory(ctx context.Context, id string) error
	// DropTicked takes what the customer ticked out of what happened to a case. Faults: Transient.
	DropTicked(ctx context.Context, id string) error
}

// Tombstone is what a visit with its invitation and response becomes.
type Tombstone struct {
	Subject    string // veiled
	KeepRating bool   // the answer counts on
	At         time.Time
}

// Erased says what an erasure came across, of which all is forgotten now.
type Erased struct {
	Customer customer.ID
	Visits   int
	Answers  int
	Cases    int
}

// tries bounds how often something is looked at again because somebody else changed it meanwhile.
const tries = 8

// Erase forgets the person with an address. Ratings that were given are kept, and count on, where the owner chooses so; erasing again
// may remove what was kept. Faults: Invalid, NotFound (nothing is kept about the address), Transient (run it again).
func (e Erasure) Erase(ctx context.Context, address string, keepRatings bool, now time.Time) (Erased, error) {
	now = now.UTC().Truncate(time.Second)
	id, err := idOf(e.Hash, address)
	if err != nil {
		return Erased{}, err
	}
	done, err := e.erase(ctx, id, keepRatings, now)
	switch {
	case fault.Is(err, fault.NotFound):
		return Erased{}, err
	case err != nil:
		return Erased{}, fault.Wrap(fault.Transient, err, "the customer is not asked any more, but not all is erased; run it again")
	}
	return done, nil
}

func (e Erasure) erase(ctx context.Context, id customer.ID, keep bool, now time.Time) (Erased, error) {
	c, err := e.Archive.Customer(ctx, id)
	if fault.Is(err, fault.NotFound) {
		visits, _, err := e.Archive.VisitsOf(ctx, customer.Customer{ID: id}, "", 1)
		if err == nil && len(visits) == 0 {
			err = errUnknown
		}
		if err != nil {
			return Erased{}, err
		}
	} else if err != nil {
		return Erased{}, err
	}
	if err := e.Eraser.EraseCustomer(ctx, id, now); err != nil {
		return Erased{}, err
	}
	if c.ID == "" {
		c.ID = id
	}
	if _, err := e.look(ctx, c, keep, now); err != nil {
		return Erased{}, err
	}
	if err := e.Wait(ctx, Settle); err != nil {
		return Erased{}, fmt.Errorf("wait for what was under way: %w", err)
	}
	// The row is read again: what was planned between the first read and the mark stands in it.
	if c, err = e.Archive.Customer(ctx, id); err != nil {
		return Erased{}, err
	}
	done, err := e.look(ctx, c, keep, now)
	if err != nil {
		return Erased{}, err
	}
	if e.Shred == nil {
		return done, nil
	}
	return done, e.Shred(ctx)
}

// look erases everything of the customer that can be seen now.
func (e Erasure) look(ctx context.Context, c customer.Customer, keep bool, now time.Time) (Erased, error) {
	done := Erased{Customer: c.ID}
	visits, err := visitsOf(ctx, e.Archive, c)
	if err != nil {
		return done, err
	}
	for _, v := range visits {
		done.Visits++
		veiled := v.Veiled(e.Hash)
		if v.Invitation == "" {
			if err := e.Eraser.EraseVisit(ctx, v, veiled); err != nil {
				return done, err
			}
			continue
		}
		answered, worked, err := e.follow(ctx, v.Invitation, Tombstone{veiled.Subject, keep, now})
		if err != nil {
			return done, err
		}
		done.Answers, done.Cases = done.Answers+answered, done.Cases+worked
	}
	return done, nil
}

// follow erases what came of a visit, and tells how many answers and cases that were.
func (e Erasure) follow(ctx context.Context, invitation string, t Tombstone) (answers, cases int, err error) {
	rec, err := e.record(ctx, invitation, t)
	if fault.Is(err, fault.NotFound) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	if err := e.Eraser.DropHits(ctx, invitation); err != nil || rec.Revision == 0 {
		return 0, 0, err
	}
	cases, err = e.caseOf(ctx, rec, t)
	return 1, cases, err
}

// record makes a tombstone of an invitation, and returns it.
func (e Erasure) record(ctx context.Context, invitation string, t Tombstone) (rec response.Record, err error) {
	err = again(func() error {
		if rec, err = e.Archive.RecordOf(ctx, invitation); err != nil {
			return err
		}
		return e.Eraser.EraseRecord(ctx, rec, t)
	})
	if err != nil {
		return rec, err
	}
	return e.Archive.RecordOf(ctx, invitation)
}

// caseOf takes the person out of the case of an answer. The stream does so too, as far as it can; it does not reach a case whose survey
// the program has forgotten.
func (e Erasure) caseOf(ctx context.Context, rec response.Record, t Tombstone) (cases int, err error) {
	err = again(func() error {
		c, err := e.Cases.Case(ctx, rec.ID)
		if err != nil {
			return err
		}
		change, wanted := c.Erase(rec, t.KeepRating, t.At)
		if !wanted {
			return nil
		}
		err = e.Cases.ChangeCase(ctx, change)
		if change.Open < 0 && fault.Is(err, fault.NotFound) { // the customer's row is gone
			change.Open = 0
			err = e.Cases.ChangeCase(ctx, change)
		}
		return err
	})
	switch {
	case fault.Is(err, fault.NotFound):
		return 0, nil
	case err == nil && !t.KeepRating:
		err = e.Eraser.DropHistory(ctx, rec.ID) // it tells the ratings
	case err == nil:
		err = e.Eraser.DropTicked(ctx, rec.ID)
	}
	return 1, err
}

// again does something until nobody changed it between reading and writing.
func again(do func() error) (err error) {
	for range tries {
		if err = do(); !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return errors.Join(fault.New(fault.Transient, "somebody else is changing it all the time"), err)
}
