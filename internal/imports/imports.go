// Package imports takes in what an owner brings along from a former tool: who the customers are and when they were asked last, and what
// they answered. An owner who changes tools must not ask everybody again on the first day, mail those who had left, or begin without a
// past to compare with.
//
// The field's rules that it encodes: what is brought along never makes anything here worse. It fills in what is not known; who refused,
// unsubscribed, bounced, complained or was erased stays so; an ask elsewhere takes its place in the fatigue windows as one of our own
// does. An answer counts on the day on which it was given, and once, however often it is brought; nobody is alarmed by it, because it was
// followed up where it was given. It counts as an answer to no mail of ours: a former tool's export has the answers alone, so that a
// response rate with them in it would say that everybody answers.
package imports

import (
	"context"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
)

// Result is what became of what was brought.
type Result string

// The results.
const (
	Added     Result = "added"     // there was none
	Changed   Result = "changed"   // of a customer: something was not known before
	Unchanged Result = "unchanged" // it is there already, and says no less
	Erased    Result = "erased"    // the customer was erased, and stays so: nothing was kept
)

// firstYear is the earliest that anything can be from.
const firstYear = 2000

// attempts bounds how often something is decided again because somebody else changed the customer.
const attempts = 12

// again decides until nobody changed the customer meanwhile. pause waits before each further attempt; nil: it does not.
func again(ctx context.Context, pause func(context.Context, int) error, decide func() error) error {
	for attempt := 1; ; attempt++ {
		err := decide()
		switch {
		case !fault.Is(err, fault.Conflict):
			return err
		case attempt == attempts:
			return fault.Wrap(fault.Transient, err, "too much happens to this customer at once, try again")
		case pause != nil:
			if err := pause(ctx, attempt); err != nil {
				return fault.Wrap(fault.Transient, err, "there was no time left, try again")
			}
		}
	}
}

// past refuses a time that cannot have been. Faults: Invalid.
func past(t time.Time, what string, now time.Time) error {
	switch {
	case t.IsZero():
		return nil
	case t.Year() < firstYear: // an empty clock
		return fault.New(fault.Invalid, "%q is before the year %d", what, firstYear)
	case t.After(now):
		return fault.New(fault.Invalid, "%q is in the future", what)
	}
	return nil
}

// person is the customer's id and address. Faults: Invalid.
func person(hash customer.Hasher, address string) (customer.ID, string, error) {
	address = customer.Address(address)
	if !customer.Valid(address) {
		return "", "", fault.New(fault.Invalid, "\"address\" is not a mail address")
	}
	return hash.ID(address), address, nil
}
