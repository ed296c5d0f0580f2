package customer

import (
	"slices"
	"time"
)

// AddAsk lets an invitation hold a place in the fatigue windows, oldest first. An invitation holds one place: its new time replaces
// the old.
func (c *Customer) AddAsk(ask Ask) {
	c.RemoveAsk(ask.Invitation)
	i, _ := slices.BinarySearchFunc(c.Asks, ask, func(have, add Ask) int {
		if have.At.After(add.At) {
			return 1
		}
		return -1 // after those of the same time
	})
	c.Asks = slices.Insert(c.Asks, i, ask)
}

// RemoveAsk frees the place of an invitation that was never sent, and tells whether it held one.
func (c *Customer) RemoveAsk(invitation string) bool {
	n := len(c.Asks)
	c.Asks = slices.DeleteFunc(slices.Clone(c.Asks), func(a Ask) bool { return a.Invitation == invitation })
	return len(c.Asks) < n
}

// Prune forgets the asks from before a time, which no window reaches any more, so that the row stays small.
func (c *Customer) Prune(before time.Time) {
	c.Asks = slices.DeleteFunc(slices.Clone(c.Asks), func(a Ask) bool { return a.At.Before(before) })
}
