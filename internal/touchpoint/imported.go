package touchpoint

import (
	"time"

	"afterword/internal/customer"
	"afterword/internal/program"
)

// What another system has seen of a customer is read as leniently, and remembered for as long, as what is reported here.

// Cleaned is an event in the form that is kept, for what was answered elsewhere: about the subject as it is, and never later than now.
// It is nobody's without an id.
func (e Event) Cleaned(id customer.ID, now time.Time) (Event, error) {
	return e.clean(program.Touchpoint{}, id, now)
}

// Remember is the customer with an ask, without those that no window of the program reaches any more.
func Remember(p *program.Program, c customer.Customer, ask customer.Ask, now time.Time) customer.Customer {
	c.AddAsk(ask)
	c.Prune(forgotten(p, c.Asks, now))
	return c
}

// BroughtAlong is the decision that an answer of another system stands for.
func BroughtAlong() Decision {
	return Decision{Handed, "the customer was asked in another system, from which the answer was imported"}
}

// Kept is those of the event's properties that a visit keeps.
func (e Event) Kept() map[string]string { return only(e.Properties, kept) }
