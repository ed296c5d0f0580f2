// Package response decides what is an answer: never a machine's click, always a person's act, the last one wins, once per
// invitation. Mail scanners open every link and run scripts, so that opening a link is evidence and nothing else; the answer is a
// POST by a button, a key, a tap or a comment.
package response

import "time"

// Act is how an answer was given.
type Act string

// The acts.
const (
	Implied  Act = "implied"  // the first act of a person on a page that was opened with a rating
	Explicit Act = "explicit" // a button, a changed rating or a comment
	Clicked  Act = "clicked"  // a rating's link and nothing more: only where the program counts unconfirmed clicks
)

// EditWindow is how long after the first answer it may be changed; it outlives the invitation's expiry.
const EditWindow = 7 * 24 * time.Hour

// Response is the answer on an invitation, stored as attributes of the invitation's item. Revision begins at 1 with the first
// answer and rises by one with every change, also when the answer is withdrawn or erased: an image with a revision is what the
// stream readers see. Counted, Rating, Day, the invitation's SentDay and Clicked are the contribution (package tally).
type Response struct {
	Revision int64  `json:"rev,omitempty"`
	Rating   int    `json:"rating"`
	Act      Act    `json:"act,omitempty"`
	Counted  bool   `json:"counted,omitempty"` // false once withdrawn, or erased without keeping the rating
	Comment  string `json:"comment,omitempty"` // the answer to the question for the reason
	Extras
	AnsweredAt time.Time `json:"answered_at,omitzero"` // of the first answer; an edit keeps it
	Day        string    `json:"day,omitempty"`        // of the first answer, in the program's zone; an edit keeps it
	ChangedAt  time.Time `json:"changed_at,omitzero"`
	EditUntil  time.Time `json:"edit_until,omitzero"`
	VerdictAt  time.Time `json:"verdict_at,omitzero"`
	Withdrawn  []string  `json:"withdrawn,omitempty"` // why a verdict withdrew it
	ByHand     string    `json:"by_hand,omitempty"`   // the owner's reason, where the verdict is the owner's; gone once the customer answers again
	Waiting    int       `json:"waiting,omitempty"`   // rating+1 of an implied answer that waits for an explicit one; 0: none
	Erased     bool      `json:"erased,omitempty"`    // a tombstone: no personal data
}

// Rated tells whether there is a rating: none before the first answer, and none where an erasure has removed it.
func (r Response) Rated() bool { return r.Act != "" }
