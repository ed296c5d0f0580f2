package response

import (
	"context"
	"time"

	"afterword/internal/fault"
)

// Settled is how old a mail must be before an implied answer counts at once: scanners open the links of what has just arrived.
const Settled = time.Minute

// HitLimit is the most hits that are kept one by one of an invitation; HitAge how long each is. Those are kept that say something
// against a person: that a plain link was opened stands on the invitation, and once that says that a machine was there, more of the
// same adds nothing. A scanner that opens every link of a mail leaves two or three traces in this way, and not one for each link.
const (
	HitLimit = 40
	HitAge   = 30 * 24 * time.Hour
)

// Suspicion is a reason why an implied answer may be a machine's.
type Suspicion string

// The suspicions.
const (
	OtherRating Suspicion = "another-rating-was-opened"
	HoneypotHit Suspicion = "the-hidden-link-was-opened"
	JustSent    Suspicion = "the-mail-was-just-sent"
)

// Suspicions tells what speaks against an implied answer with the rating, now: it counts at once when there is none. Opening a
// link proves nothing in favour, so that the evidence may also be empty (a hit that could not be stored).
func Suspicions(rec Record, rating int, now time.Time) (against []Suspicion) {
	if rec.OtherOpened || rec.FirstOpened != 0 && rec.FirstOpened != rating+1 {
		against = append(against, OtherRating)
	}
	if rec.Honeypot {
		against = append(against, HoneypotHit)
	}
	if sent := rec.left(); sent.IsZero() || sent.After(now.Add(-Settled)) {
		against = append(against, JustSent)
	}
	return against
}

// left is when the mail left, or may have left when nobody knows; zero when it did not.
func (r Record) left() time.Time {
	if r.SentAt.IsZero() {
		return r.ClaimedAt
	}
	return r.SentAt
}

// Hit is one GET or HEAD of a survey link. It holds nothing of the network or the browser that made it.
type Hit struct {
	At       time.Time
	Method   string
	Rating   *int     // of the link; nil: the link without a rating
	Honeypot bool     // the link that no person sees
	Counts   bool     // the program counts a click without any act of a person, unless something speaks against it
	Against  []string // headers that say that no person is looking, such as "purpose: prefetch"
}

// Evidence keeps what GET and HEAD show, and nothing else: whatever is opened, however often and in whatever order, no hit makes or
// changes an answer.
type Evidence struct{ Hits Hits }

// Hits keeps hits with their invitation.
type Hits interface {
	// RecordOf reads a record, strongly. Faults: NotFound, Transient.
	RecordOf(ctx context.Context, invitation string) (Record, error)
	// NoteHit stores what a hit adds to the evidence of the record as it was read. Faults: Conflict (it changed meanwhile: look
	// again), Transient.
	NoteHit(ctx context.Context, rec Record, n Note) error
}

// Note is what a hit adds.
type Note struct {
	Hit         Hit
	First       bool      // nothing was opened before it
	FirstOpened int       // rating+1 of the first rating link that was opened; 0: not this one
	OtherOpened bool      // a second rating was opened, for the first time
	Honeypot    bool      // the hidden link was opened, for the first time
	Clicked     bool      // it is the click that is counted with the day's mails
	JudgeAt     time.Time // when to look whether that click is to be taken for an answer; zero: never
	Kept        bool      // the hit itself is kept
}

// empty tells that the hit says nothing new.
func (n Note) empty() bool {
	return !n.First && n.FirstOpened == 0 && !n.OtherOpened && !n.Honeypot && !n.Clicked && !n.Kept
}

// Look reads the record behind a link, for its page. Faults: NotFound, Transient.
func (e *Evidence) Look(ctx context.Context, invitation string) (Record, error) {
	return e.Hits.RecordOf(ctx, invitation)
}

// Note stores what the hit adds to the evidence of a record that was just looked up. Faults: NotFound, Conflict (too many hits at
// the same moment), Transient.
func (e *Evidence) Note(ctx context.Context, rec Record, h Hit) error {
	h.At = h.At.UTC().Truncate(time.Second)
	var err error
	for range tries {
		n := weigh(rec, h)
		if n.empty() {
			return nil
		}
		if err = e.Hits.NoteHit(ctx, rec, n); !fault.Is(err, fault.Conflict) {
			return err
		}
		var gone error
		if rec, gone = e.Hits.RecordOf(ctx, rec.ID); gone != nil {
			return gone
		}
	}
	return err
}

// weigh tells what a hit adds to the record's evidence. What the invitation says afterwards does not depend on the order of the hits,
// but for which was the first. A click is counted once, before any answer, and only when nothing says that no person is looking.
func weigh(rec Record, h Hit) Note {
	if rec.Erased {
		return Note{}
	}
	n := Note{Hit: h, First: rec.FirstHitAt.IsZero(), Honeypot: h.Honeypot && !rec.Honeypot}
	plain := h.Method == "GET" && len(h.Against) == 0
	if h.Rating != nil {
		if rec.FirstOpened == 0 {
			n.FirstOpened = *h.Rating + 1
		}
		n.OtherOpened = rec.FirstOpened != 0 && rec.FirstOpened != *h.Rating+1 && !rec.OtherOpened
		n.Clicked = !rec.Clicked && rec.Revision == 0 && rec.SentDay != "" && plain
	}
	if n.Clicked && h.Counts {
		n.JudgeAt = h.At.Add(VerdictAfter)
	}
	machine := rec.OtherOpened || rec.Honeypot
	n.Kept = !machine && rec.Hits < HitLimit && (!plain || n.OtherOpened || n.Honeypot)
	return n
}
