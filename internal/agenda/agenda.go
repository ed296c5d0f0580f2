// Package agenda walks what is due: invitations to send, reminders, verdicts, task mails, escalations. Every entry has a time, a
// kind and a key; one walker at a time holds the lease, walks the shards in order of time, and calls the kind's handler.
package agenda

import "time"

// Kind is what has to be done.
type Kind string

// The kinds of due work.
const (
	Invite   Kind = "invite"   // send an invitation (key: its id); the entry is attributes on the invitation itself
	Remind   Kind = "remind"   // send its one reminder; likewise
	Verdict  Kind = "verdict"  // look again at an implied answer; likewise
	Task     Kind = "task"     // mail a case to its desk (key: the case's id)
	Escalate Kind = "escalate" // a case was not taken in time
)

// Shards is how many partitions the agenda is spread over.
const Shards = 16

// Entry is one thing that is due.
type Entry struct {
	Due  time.Time // UTC, to the second
	Kind Kind
	Key  string
}
