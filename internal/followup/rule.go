package followup

import (
	"slices"
	"time"

	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
)

// Settling is how long after a customer's last act the desk is mailed when there is no comment: most of those who write one have
// done so by then, and a task that says why is worth more than one that comes five minutes earlier.
const Settling = 5 * time.Minute

var errNoDesk = fault.New(fault.Invalid, "the program has no such desk with people")

// answered is what an answer is judged by.
type answered struct {
	response.Record
	group score.Group
}

// judge gives an answer its group. Fault: Invalid when the program does not know its survey.
func judge(p *program.Program, r response.Record) (answered, error) {
	s, ok := p.Surveys[r.Survey]
	if !ok {
		return answered{}, fault.New(fault.Invalid, "the program has no survey %q", r.Survey)
	}
	return answered{r, s.Scale.Group(r.Rating)}, nil
}

// needsCase is the rule that opens a case. What was answered in another system was followed up there, or is long over.
func (a answered) needsCase() bool {
	return a.Counted && !a.Erased && a.group == score.Bad && a.ImportedAt.IsZero()
}

// mailAt is when the desk is mailed about an answer: at once when it has the customer's words and they are new, else when the
// customer has had time to write some. An implied answer waits for its verdict, because it may be a machine's.
func (a answered) mailAt(newWords bool, now time.Time) time.Time {
	at := a.ChangedAt.Add(Settling)
	if newWords {
		at = a.ChangedAt
	}
	if a.Act == response.Implied {
		at = later(at, a.AnsweredAt.Add(response.VerdictAfter))
	}
	return later(at, now)
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// open makes the case of an answer that needs one. Fault: Invalid when the program has no desk for it.
func open(p *program.Program, a answered, now time.Time) (Change, error) {
	c := Case{
		ID: a.ID, State: Open, Customer: a.Customer, Touchpoint: a.Touchpoint, Survey: a.Survey, Subject: a.Subject, Link: a.Link,
	}
	return c.begin(p, a, Opened, now)
}

// begin opens a case, new or cancelled, at a time.
func (c Case) begin(p *program.Program, a answered, what string, now time.Time) (Change, error) {
	if len(c.Mails) == 0 { // nobody has heard of it
		c.Desk, c.Why, c.Route = route(p, a)
	}
	desk, err := deskOf(p, c)
	if err != nil {
		return Change{}, err
	}
	c.State, c.Level, c.OpenedAt = Open, 0, now
	c.TakenAt, c.TakenBy, c.ClosedAt = time.Time{}, "", time.Time{}
	change := c.next(Event{At: now, What: what, Rating: a.Rating, Before: a.Rating, Causes: a.Causes})
	change.lay(desk, now)
	change.Case.learn(a)
	change.Case.Tell = a.Revision
	change.Task.At = a.mailAt(a.Comment != "", now)
	change.Open = 1
	return change, nil
}

// learn takes over what the newest answer says.
func (c *Case) learn(a answered) {
	c.Rating, c.Group, c.Answer = a.Rating, a.group, a.Revision
	c.Comment = c.Comment || a.Comment != ""
	c.Causes = a.Causes
}

// follow decides what a newer answer means for a case that there is. false: nothing.
func (c Case) follow(p *program.Program, a answered, now time.Time) (Change, bool, error) {
	switch {
	case a.Revision <= c.Answer:
		return Change{}, false, nil
	case a.Erased, !a.Counted && c.State != Cancelled:
		return c.withdraw(a, now), true, nil
	case c.State == Cancelled && a.needsCase():
		change, err := c.begin(p, a, Reopened, now)
		return change, true, err
	case c.State == Cancelled:
		return Change{}, false, nil
	}
	return c.hear(p, a, now), true, nil
}

// withdraw ends a case whose answer no longer counts. Of an erased customer nothing stays that could tell who it was: the words
// of the desk may name the person, the subject leads to the order.
func (c Case) withdraw(a answered, now time.Time) Change {
	change := c.next(Event{At: now, What: Withdrawn, Rating: a.Rating, Before: c.Rating})
	next := &change.Case
	next.Answer = a.Revision
	if a.Erased {
		next.Outcome, next.Cause, next.Subject, next.Link = "", "", "", ""
		next.Causes, next.Route, next.Why = nil, "", BadRating
	}
	if c.State.Pending() {
		next.State, next.ClosedAt, next.Escalation = Cancelled, now, time.Time{}
		change.Escalate, change.Open = Alarm{Off: true}, -1
	}
	change.Task = Alarm{Off: true} // nothing is left to tell, also of a case that was closed before
	return change
}

// hear adds a changed answer to a case. A better rating keeps the case: a customer who was unhappy a moment ago is worth a word,
// and the desk sees both ratings.
func (c Case) hear(p *program.Program, a answered, now time.Time) Change {
	what := AnswerChanged
	if a.group != score.Bad && c.Group == score.Bad {
		what = AnswerImproved
	}
	change := c.next(Event{At: now, What: what, Rating: a.Rating, Before: c.Rating, Causes: c.fresh(a)})
	news := a.Rating != c.Rating || a.Comment != "" || len(a.Replies) > 0 || !slices.Equal(a.Causes, c.Causes)
	firstWords := a.Comment != "" && !c.Comment
	next := &change.Case
	next.learn(a)
	if news {
		next.Tell = a.Revision
	}
	change.move(p, a, now)
	if len(next.untold()) > 0 {
		// The first mail tells about everything and leaves with the first words; later edits of them settle.
		change.Task.At = a.mailAt(firstWords || next.Comment && len(c.Mails) == 0, now)
	}
	return change
}

// untold lists the seats that have to be mailed: whom the case is given to and whom it was escalated to, unless they know. After
// it was closed, only those who were mailed before are told what the customer added.
func (c Case) untold() (seats []Seat) {
	if c.State == Cancelled {
		return nil
	}
	for _, seat := range c.seats() {
		told := c.told(seat)
		if told < c.Tell && (c.State.Pending() || told > 0) {
			seats = append(seats, seat)
		}
	}
	return seats
}

func (c Case) seats() []Seat {
	seats := []Seat{Seat(c.Person)}
	for level := range c.Level {
		seats = append(seats, EscalationSeat+Seat(level))
	}
	return seats
}

// told is the revision of the answer that the seat was last mailed about; 0: never mailed.
func (c Case) told(seat Seat) (revision int64) {
	for _, mail := range c.Mails {
		if mail.Seat == seat && mail.Desk == "" {
			revision = mail.Told
		}
	}
	return revision
}

// lost tells whether a mail to the seat did not arrive.
func (c Case) lost(seat Seat) bool {
	return slices.ContainsFunc(c.Mails, func(m Mail) bool { return m.Seat == seat && m.Lost && m.Desk == "" })
}

// lose marks a mail as lost; one that never left joins the thread without an id, so that its seat is not mailed the same again.
func (c *Case) lose(mail Mail) {
	c.Mails = kept(c.Mails)
	for i := range c.Mails {
		if mail.ID != "" && c.Mails[i].ID == mail.ID {
			c.Mails[i].Lost = true
			return
		}
	}
	mail.ID, mail.Lost = "", true
	c.Mails = append(c.Mails, mail)
}
