package response

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"afterword/internal/fault"
	"afterword/internal/program"
)

// LongReason is the most characters that the reason of a ruling may have.
const LongReason = 500

// idLength is how many characters the id of an invitation has. What is longer may not even be a key.
const idLength = 20

// WithdrawnByHand stands among the reasons of an answer that the owner withdrew; the owner's words are in ByHand.
const WithdrawnByHand = "by-hand"

// Bench lets the owner, who knows better, overrule a verdict: an answer that was taken for a machine's, or that waits for an explicit
// act, counts; one that counts, and was a machine's, does not. Evidence does not change a ruling any more. The customer does: who
// still can, and presses a button, has answered.
type Bench struct {
	Rulings  Rulings
	Programs Programs
}

// Rulings keeps rulings. A ruling is on the answer as it was read.
type Rulings interface {
	// RecordOf reads a record, strongly. Faults: NotFound, Transient.
	RecordOf(ctx context.Context, invitation string) (Record, error)
	// Rule stores a ruling, a new revision; false, and the record as it is now, when that is not the one that was read. Faults:
	// NotFound, Transient.
	Rule(ctx context.Context, rec Record, r Ruling) (Record, bool, error)
}

// Ruling is what the owner decides about an answer.
type Ruling struct {
	Counted bool
	Reason  string
	At      time.Time
	First   *First    // counted: the rating that waits, which is now the first answer; nil: there is an answer
	Remind  time.Time // withdrawn: when the customer, who has not answered, is reminded; zero: never
}

// Reverse makes an answer counted, or withdraws it, for a reason in the owner's words. Asked again in the same words it changes
// nothing. Faults: Invalid (the reason), NotFound, Closed (it was erased), Conflict (there is nothing to reverse, or it changed at
// this moment: look at it again), Transient.
func (b Bench) Reverse(ctx context.Context, invitation string, counted bool, reason string, now time.Time) (Record, error) {
	now = now.UTC().Truncate(time.Second)
	reason = strings.TrimSpace(reason)
	n := utf8.RuneCountInString(reason)
	if n == 0 || n > LongReason || !utf8.ValidString(reason) || strings.ContainsFunc(reason, breaks) {
		return Record{}, fault.New(fault.Invalid, "a verdict has a reason of 1 to %d characters on one line", LongReason)
	}
	p, err := b.Programs.Current(ctx)
	if err != nil {
		return Record{}, err
	}
	if len(invitation) != idLength {
		return Record{}, errNoAnswer
	}
	rec, err := b.Rulings.RecordOf(ctx, invitation)
	if fault.Is(err, fault.NotFound) {
		return Record{}, errNoAnswer
	}
	if err != nil || rec.says(counted, reason) {
		return rec, err
	}
	if err := reversible(rec, counted); err != nil {
		return Record{}, err
	}
	rec, done, err := b.Rulings.Rule(ctx, rec, ruling(p, rec, counted, reason, now))
	switch {
	case fault.Is(err, fault.NotFound):
		return Record{}, errNoAnswer
	case err == nil && !done && !rec.says(counted, reason): // else this very ruling was stored, and nobody heard of it
		return Record{}, fault.New(fault.Conflict, "the answer changed at this moment; look at it again")
	}
	return rec, err
}

var errNoAnswer = fault.New(fault.NotFound, "no answer has this id")

// breaks tells what has no place in a line that is read.
func breaks(r rune) bool {
	return r == '\n' || r == '\t' || r == '\u2028' || r == '\u2029' || visible(r) < 0
}

// says tells whether the ruling stands already.
func (r Record) says(counted bool, reason string) bool {
	return r.Revision > 0 && r.Counted == counted && r.ByHand == reason && !r.Erased
}

// reversible is the rule for what may be ruled about.
func reversible(rec Record, counted bool) error {
	switch {
	case rec.Erased:
		return fault.New(fault.Closed, "this answer was erased; nothing about it can be changed")
	case rec.Revision == 0 && rec.Waiting == 0:
		return fault.New(fault.Conflict, "nobody has answered this survey; there is nothing to count or to withdraw")
	case rec.Revision == 0 && counted && rec.SentAt.IsZero() && !rec.Handed:
		return fault.New(fault.Conflict, "nobody knows whether this survey was sent; its answer cannot be counted before")
	case rec.Counted && counted:
		return fault.New(fault.Conflict, "this answer is counted already")
	case !rec.Counted && !counted:
		return fault.New(fault.Conflict, "this answer is not counted as it is")
	}
	return nil
}

func ruling(p *program.Program, rec Record, counted bool, reason string, now time.Time) Ruling {
	r := Ruling{Counted: counted, Reason: reason, At: now}
	switch {
	case !counted:
		r.Remind = remindAt(p, rec, now)
	case rec.Revision == 0:
		first := taken(p, rec, rec.Waiting-1, Implied, now)
		r.First = &first
	}
	return r
}
