package period

import "time"

// Span is a part of a list in order of time: what was listed from From until before To, newest first, a page at a time.
type Span struct {
	From, To time.Time
	After    string // the position that the page before ended at; "" begins at the newest
	Limit    int    // most items of the page
}
