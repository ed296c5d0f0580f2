package response

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/fault"
)

// Inquiry tells the owner all that is known about one invitation and the answer to it: what was given, what was seen of the links, and
// how that was judged. Who wants to reverse a verdict looks here first.
type Inquiry struct{ Archive Archive }

// Archive reads records with their evidence.
type Archive interface {
	// RecordOf reads a record, strongly. Faults: NotFound, Transient.
	RecordOf(ctx context.Context, invitation string) (Record, error)
	// HitsOf lists what is kept of the opened links of an invitation, oldest first. Faults: Transient.
	HitsOf(ctx context.Context, invitation string) ([]Hit, error)
}

// Account is a record with what was seen of its links.
type Account struct {
	Record
	Hits        []Hit
	Against     []Suspicion // what speaks at this time against taking the rating that was given, or else opened first, for a person's
	Unconfirmed bool        // a rating's link was opened, and there is no answer that counts
}

// Of tells what is known about an invitation at now. Faults: NotFound, Transient.
func (q Inquiry) Of(ctx context.Context, invitation string, now time.Time) (Account, error) {
	if len(invitation) != idLength {
		return Account{}, errNoInvitation
	}
	rec, err := q.Archive.RecordOf(ctx, invitation)
	if fault.Is(err, fault.NotFound) {
		return Account{}, errNoInvitation
	}
	if err != nil {
		return Account{}, err
	}
	hits, err := q.Archive.HitsOf(ctx, invitation)
	if err != nil {
		return Account{}, fmt.Errorf("look into an answer: %w", err)
	}
	a := Account{Record: rec, Hits: hits, Unconfirmed: rec.Clicked && !rec.Counted && !rec.Erased}
	if rating, some := rec.meant(); some && !rec.Erased {
		a.Against = Suspicions(rec, rating, now)
	}
	return a, nil
}

var errNoInvitation = fault.New(fault.NotFound, "nobody was asked under this id")

// meant is the rating that waits, was given, or was opened first.
func (r Record) meant() (rating int, some bool) {
	switch {
	case r.Waiting > 0:
		return r.Waiting - 1, true
	case r.Rated():
		return r.Rating, true
	case r.FirstOpened > 0:
		return r.FirstOpened - 1, true
	}
	return 0, r.Honeypot
}
