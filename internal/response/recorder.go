package response

import (
	"cmp"
	"context"
	"maps"
	"time"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/survey"
)

// Record is an invitation with its response: one item, as it is stored.
type Record struct {
	survey.Invitation
	Response
	// Properties are those of the visit that the answer is not cut by. What told who somebody is has none of either any more.
	Properties map[string]string `json:"properties,omitempty"`
}

// Told is what the source told with the visit, by property; for a link for everybody its name is the channel.
func (r Record) Told() map[string]string {
	told := map[string]string{}
	for _, name := range program.VisitProperties {
		told[name] = cmp.Or(r.Cuts[name], r.Properties[name])
	}
	told[program.ByChannel] = cmp.Or(r.Via, told[program.ByChannel])
	maps.DeleteFunc(told, func(_, value string) bool { return value == "" })
	return told
}

// Open tells whether the invitation still takes an answer at now: a first one until it expires, a change within the edit window. An
// answer that a verdict withdrew was a machine's, so that the person may still answer for as long as the invitation is open.
func (r Record) Open(now time.Time) bool {
	switch {
	case r.Erased:
		return false
	case r.Revision > 0 && r.EditUntil.After(now):
		return true
	case r.Revision > 0 && r.Counted:
		return false
	}
	return r.ExpiresAt.After(now)
}

// Answer is what a page sent.
type Answer struct {
	Invitation string
	Number     int // the survey's, from the token
	Rating     int
	Act        Act                 // as the page says
	Opened     *int                // the rating whose link opened the page; nil: none
	Comment    *string             // nil leaves it as it is
	Language   string              // that the page was in, for what the comment is about; "" when it does not say
	Causes     *[]string           // ticked; nil leaves them as they are
	Replies    map[string][]string // by extra question, as the form has them: ids of options, a number or a text; none leaves it as it is

	// Anybody is the invitation that the answer makes, where it comes by a link for everybody; nil: there is one.
	Anybody *survey.Invitation

	replies map[string]Reply // Replies as the survey reads them
}

// act is what the answer counts as. The first act of a person on a page confirms the rating that the page was opened with; one that
// gives another rating has changed it, and a comment, a cause or a reply is given by hand.
func (a Answer) act() Act {
	if a.Act == Implied && a.Opened != nil && *a.Opened == a.Rating && a.Comment == nil && !a.adds() {
		return Implied
	}
	return Explicit
}

// Result is what became of an answer.
type Result string

// The results.
const (
	Saved   Result = "saved"   // it is the answer now
	Waiting Result = "waiting" // implied, and a machine may have done it: a button makes it an answer
	Closed  Result = "closed"  // too late; nothing changed
)

// Recorder records answers: one conditional write for a first answer, and no read before it.
type Recorder struct {
	Answers  Answers
	Programs Programs

	reader reader
}

// Programs knows the owner's program.
type Programs interface {
	// Current returns the program in force. Faults: Transient.
	Current(ctx context.Context) (*program.Program, error)
}

// Answers keeps answers on their invitations. A method that was kept from writing by what is stored returns that and false.
type Answers interface {
	// FirstAnswer stores a first answer. Faults: NotFound (no such invitation), Transient.
	FirstAnswer(ctx context.Context, f First) (Record, bool, error)
	// NewAnswer stores an answer together with its invitation, and the visit that this is about, unless there is one with that id.
	// Faults: Transient.
	NewAnswer(ctx context.Context, inv survey.Invitation, f First) (Record, bool, error)
	// ChangeAnswer replaces the answer of the revision. Faults: NotFound, Transient.
	ChangeAnswer(ctx context.Context, c Change) (Record, bool, error)
	// HoldAnswer notes the rating of an implied answer that waits for an explicit one, if the record still has the revision
	// (0: no answer yet). Faults: NotFound, Transient.
	HoldAnswer(ctx context.Context, invitation string, revision int64, rating int) (Record, bool, error)
	// Proven makes an invitation sent of which nobody knew whether it was. Faults: Transient.
	Proven(ctx context.Context, invitation string, at time.Time) error
}

// First is a first answer. It is taken while the invitation is open, and an implied one only while nothing speaks against it
// (see Suspicions).
type First struct {
	Invitation string
	Series     string // the survey's id, under which it is listed
	Rating     int
	Act        Act
	Comment    string
	Extras     Extras
	SaidCuts   SaidCuts
	At         time.Time
	Day        string    // of At, in the program's zone
	EditUntil  time.Time // until when it may be changed
	SentBy     time.Time // implied: the mail must have been sent by then
	VerdictAt  time.Time // implied: when to look at it again
}

// Change is another answer, always explicit, in the place of the one that has the revision.
type Change struct {
	Invitation string
	Revision   int64
	Rating     int
	Comment    string
	Extras     Extras
	SaidCuts   SaidCuts
	At         time.Time
	EditUntil  time.Time
}

// tries bounds how often an answer is decided anew because another device or a verdict was quicker.
const tries = 5

// Answer records a, and returns what became of it and the record from which the next page is drawn, without another read. The
// rating, the causes and the replies are held against the survey before anything is written. Faults: Invalid (a rating out of range,
// a comment that is too long, a cause or a reply that the survey does not have), NotFound, Transient.
func (r *Recorder) Answer(ctx context.Context, a Answer, now time.Time) (Result, Record, error) {
	now = now.UTC().Truncate(time.Second)
	p, err := r.Programs.Current(ctx)
	if err != nil {
		return "", Record{}, err
	}
	s, ok := p.SurveyByNumber(a.Number)
	if !ok {
		return "", Record{}, fault.New(fault.NotFound, "there is no survey at this address")
	}
	if !s.Scale.Contains(a.Rating) {
		return "", Record{}, fault.New(fault.Invalid, "a rating here is a number from %d to %d", s.Scale.Min, s.Scale.Max)
	}
	if a.Comment != nil {
		clean, err := Clean(*a.Comment)
		if err != nil {
			return "", Record{}, err
		}
		a.Comment = &clean
	}
	if a, err = a.checked(s); err != nil {
		return "", Record{}, err
	}
	result, rec, err := r.record(ctx, a, p, s, r.first(a, s, p, now), now)
	if err == nil && result == Saved && rec.SentAt.IsZero() && !rec.Handed {
		err = r.Answers.Proven(ctx, a.Invitation, now)
	}
	return result, rec, err
}

func (r *Recorder) first(a Answer, s program.Survey, p *program.Program, now time.Time) First {
	f := First{
		Invitation: a.Invitation, Series: s.ID, Rating: a.Rating, Act: a.act(),
		At: now, Day: period.DayOf(now, p.Zone).String(), EditUntil: now.Add(EditWindow),
		Extras: a.extras(s, Extras{}),
	}
	if a.Comment != nil {
		f.Comment = *a.Comment
	}
	f.SaidCuts = r.reader.cuts(p, a.Language, f.Comment, f.Extras)
	if f.Act == Implied {
		f.SentBy, f.VerdictAt = now.Add(-Settled), now.Add(VerdictAfter)
	}
	return f
}

// record tries the answer as the first one, and decides again on what is stored for as long as that keeps it from being written.
func (r *Recorder) record(ctx context.Context, a Answer, p *program.Program, s program.Survey, f First, now time.Time) (Result, Record, error) {
	rec, taken, err := r.begin(ctx, a, f)
	for try := 0; err == nil && !taken; try++ {
		if try == tries {
			return "", rec, fault.New(fault.Transient, "the answer is being changed elsewhere at this moment")
		}
		switch next(rec, a, s, now) {
		case keep:
			return Saved, rec, nil
		case refuse:
			return Closed, rec, nil
		case begin:
			rec, taken, err = r.begin(ctx, a, f)
		case change:
			rec, taken, err = r.Answers.ChangeAnswer(ctx, r.changed(rec, a, p, s, now))
		case wait:
			if rec.Waiting == a.Rating+1 {
				return Waiting, rec, nil
			}
			if rec, taken, err = r.Answers.HoldAnswer(ctx, a.Invitation, rec.Revision, a.Rating); err == nil && taken {
				return Waiting, rec, nil
			}
		}
	}
	return Saved, rec, err
}

func (r *Recorder) begin(ctx context.Context, a Answer, f First) (Record, bool, error) {
	if a.Anybody != nil {
		return r.Answers.NewAnswer(ctx, *a.Anybody, f)
	}
	return r.Answers.FirstAnswer(ctx, f)
}

// step is what to do with an answer that found another record than an open one without a response.
type step int

const (
	refuse step = iota // too late
	keep               // it says what is stored
	begin              // it may be the first answer after all
	change             // it is a new revision
	wait               // it needs a button
)

func next(rec Record, a Answer, s program.Survey, now time.Time) step {
	act := a.act()
	switch {
	case !rec.Open(now):
		return refuse
	case rec.Revision > 0 && rec.Counted:
		// An implied answer on a page that was opened with another rating than the stored one has changed the rating.
		if rec.Rating == a.Rating && (act == Implied || rec.Act == Explicit && a.repeats(rec, s)) {
			return keep
		}
		return change
	case act == Implied && (rec.Revision > 0 || len(Suspicions(rec, a.Rating, now)) > 0):
		return wait
	case rec.Revision > 0:
		return change
	}
	return begin
}

// repeats tells whether the answer says nothing beside its rating that is not stored.
func (a Answer) repeats(rec Record, s program.Survey) bool {
	return (a.Comment == nil || *a.Comment == rec.Comment) && a.extras(s, rec.Extras).Equal(rec.Extras)
}

func (r *Recorder) changed(rec Record, a Answer, p *program.Program, s program.Survey, now time.Time) Change {
	c := Change{Invitation: a.Invitation, Revision: rec.Revision, Rating: a.Rating, Comment: rec.Comment, At: now, EditUntil: rec.EditUntil,
		Extras: a.extras(s, rec.Extras)}
	if a.Comment != nil {
		c.Comment = *a.Comment
	}
	c.SaidCuts = r.reader.cuts(p, rec.Language, c.Comment, c.Extras)
	if !rec.Counted { // what a machine gave opened no window for the person
		c.EditUntil = now.Add(EditWindow)
	}
	return c
}
