package followup

import (
	"time"

	"afterword/internal/response"
)

// Erase is the change that takes out of a case what could tell whose it was: the words of the desk, the subject, and with the rating
// removed that as well. It ends a pending case. The record is the tombstone of its answer. false: there is nothing to take out.
func (c Case) Erase(rec response.Record, ratingKept bool, now time.Time) (Change, bool) {
	told := c.Outcome != "" || c.Cause != "" || c.Subject != "" || c.Link != "" || len(c.Causes) > 0 || c.Route != ""
	rated := !ratingKept && (c.Rating != 0 || c.Group != "")
	if !c.State.Pending() && !told && !rated {
		return Change{}, false
	}
	a := answered{Record: rec}
	if rec.Revision < c.Answer {
		a.Revision = c.Answer
	}
	if ratingKept {
		a.Rating = c.Rating
	}
	change := c.withdraw(a, now)
	if !ratingKept {
		change.Case.Rating, change.Case.Group, change.Event.Before = 0, "", 0
	}
	return change, true
}
