// Package agenda walks what is due: invitations to send, reminders, verdicts, task mails, escalations. Every entry has a time, a
// kind and a key; one walker at a time holds the lease, walks the shards in order of time, and calls the kind's handler.
package agenda

import (
	"context"
	"errors"
	"time"
)

// Kind is what has to be done.
type Kind string

// The kinds of due work.
const (
	Invite   Kind = "invite"   // send an invitation (key: its id); the entry is attributes on the invitation itself
	Remind   Kind = "remind"   // send its one reminder; likewise
	Verdict  Kind = "verdict"  // look again at an implied answer; likewise
	Task     Kind = "task"     // mail a case to its desk (key: the case's id)
	Escalate Kind = "escalate" // a case was not taken in time
	Mark     Kind = "mark"     // mark and count a lot of letters that were carried, whose sender did not (key: the lot's name)
	SignIn   Kind = "sign-in"  // somebody asked for a link to the scoreboard (key: a hash of the address)
	Turns    Kind = "turns"    // go on with the turns that customers have by themselves (key: the touchpoint)
	Fetch    Kind = "fetch"    // ask a source what its event left out (key: a hash of touchpoint, source and subject)
)

// Shards is how many partitions the agenda is spread over.
const Shards = 16

// Entry is one thing that is due.
type Entry struct {
	Due  time.Time // UTC, to the second
	Kind Kind
	Key  string
}

// Walk is what a handler knows of the walk in which it is called.
type Walk struct {
	Now func() time.Time // the clock
	End time.Time        // when the walk ends by itself: what a handler begins must be finished by then
}

// Handler does the due work of one kind. Entries come in order of time, at most the walker's Batch at once. An entry that is done
// must leave the agenda or move to a later time; one that stays comes again with the next walk. The index is a moment late, so a
// handler sees entries that are already done, and must find them harmless.
//
// An error is reported by the walk, which goes on with the next entries. ErrEnough ends the kind for this walk: alone it is no
// failure, wrapped in another error it is one.
type Handler interface {
	Handle(ctx context.Context, entries []Entry, walk Walk) error
}

// ErrEnough says that no more of this kind can be done in this walk.
var ErrEnough = errors.New("agenda: no more of this kind in this walk")
