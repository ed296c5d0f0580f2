package customer

import (
	"slices"
	"time"
)

// MostInvited is how many invitations a customer's row leads to, by which all that is kept about the person is found. At four a year
// they last ten years; those beyond are found otherwise, so that a row whose address is everybody's does not grow for ever.
const MostInvited = 40

// AddAsk lets an invitation hold a place in the fatigue windows, oldest first, and remembers it. An invitation holds one place: its
// new time replaces the old.
func (c *Customer) AddAsk(ask Ask) {
	c.RemoveAsk(ask.Invitation)
	c.place(ask)
	if len(c.Invited) < MostInvited && !slices.Contains(c.Invited, ask.Invitation) {
		c.Invited = append(slices.Clip(c.Invited), ask.Invitation)
	}
}

func (c *Customer) place(ask Ask) {
	i, _ := slices.BinarySearchFunc(c.Asks, ask, func(have, add Ask) int {
		if have.At.After(add.At) {
			return 1
		}
		return -1 // after those of the same time
	})
	c.Asks = slices.Insert(c.Asks, i, ask)
}

// foreign begins the name of an ask of another system, which no invitation has: their ids have no colon.
const foreign = "import:"

// AddForeign lets an ask of another system hold a place in the fatigue windows, and tells whether that is news: of a metric ("": not
// known, which only the window over all surveys heeds) the latest is remembered. No invitation is behind it.
func (c *Customer) AddForeign(at time.Time, metric string) bool {
	ask := Ask{Invitation: foreign + metric, At: at.UTC().Truncate(time.Second), Metric: metric}
	if slices.ContainsFunc(c.Asks, func(a Ask) bool { return a.Invitation == ask.Invitation && !a.At.Before(ask.At) }) {
		return false
	}
	c.RemoveAsk(ask.Invitation)
	c.place(ask)
	return true
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
