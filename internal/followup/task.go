package followup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
)

// LetterKind is the kind of a task mail.
const LetterKind = "task"

// Task is all that the person at the desk needs to act, read when the mail is written or the page is drawn.
type Task struct {
	Case       Case
	Record     response.Record // the invitation and the answer
	Customer   customer.Customer
	Earlier    []response.Record // the customer's other answers of late, newest first
	Scale      score.Scale
	Desk       program.Desk
	Seat       Seat
	Person     program.Person // who has the seat; only a Name, the desk's, when nobody has it any more
	References []string       // Message-IDs of the mails about this case before, oldest first, as SES gave them: <id@domain>
}

// Escalated tells whether the task is this person's because others did not take it in time.
func (t Task) Escalated() bool { return t.Seat >= EscalationSeat }

// Update tells whether this person was mailed about the case before.
func (t Task) Update() bool { return t.Case.told(t.Seat) > 0 }

// TaskWriter writes the task mail.
type TaskWriter interface {
	// Task writes the mail to t.Person, tagged with the case. Its errors are ours: a template or a text that is not there.
	Task(p *program.Program, t Task) (survey.Letter, error)
}

// Tasks mails desks what they have to be told, at least once. It is the agenda's handler of Task.
type Tasks struct {
	Chain     Chain
	Answers   Answers
	Customers Customers
	Writer    TaskWriter
	Carrier   survey.Carrier
	Rate      Rate
	Domain    string // of the Message-ID that SES gives: "eu-west-1.amazonses.com", "email.amazonses.com" in us-east-1
}

// Rate is how fast the carrier takes letters.
type Rate interface {
	// Pace waits until one more letter may be sent. The error is the context's.
	Pace(ctx context.Context) error
}

// Patience is how long a task waits for the verdict on an implied answer that is overdue.
const Patience = time.Hour

// Handle mails the cases that are due. See agenda.Handler.
func (t Tasks) Handle(ctx context.Context, entries []agenda.Entry, walk agenda.Walk) error {
	return t.Chain.each(ctx, entries, walk, t.mailAll)
}

// mailAll sends one mail to each person of a case who has to be told. A case on the agenda has such people for as long as it is there,
// because the two change together: an entry without is an old one.
func (t Tasks) mailAll(ctx context.Context, id string, now time.Time) error {
	for range tries {
		c, err := t.Chain.Cases.Case(ctx, id)
		if err != nil {
			return err
		}
		seats := c.untold()
		if len(seats) == 0 {
			return nil
		}
		if sent, err := t.mail(ctx, c, seats[0], now); err != nil || !sent {
			return err
		}
	}
	return nil
}

func (t Tasks) mail(ctx context.Context, c Case, seat Seat, now time.Time) (sent bool, err error) {
	p, err := t.Chain.Programs.Current(ctx)
	if err != nil {
		return false, err
	}
	task, err := assemble(ctx, p, t.Answers, t.Customers, c, seat)
	if err != nil {
		return false, err
	}
	if r := task.Record; !r.Counted || mayBeMachine(r, now) {
		return false, nil // the change feed will say what becomes of it
	}
	task.References = c.references(t.Domain)
	mail := Mail{Seat: seat, Told: task.Record.Revision, At: now}
	if task.Person.Address == "" {
		return true, t.Chain.refused(ctx, c, mail) // nobody has the seat any more
	}
	letter, err := t.Writer.Task(p, task)
	if err != nil {
		return false, fault.Wrap(fault.Invalid, err, "the task mail cannot be written")
	}
	if err := t.Rate.Pace(ctx); err != nil {
		return false, err
	}
	mail.ID, err = t.Carrier.Carry(ctx, letter)
	if errors.Is(err, survey.ErrRefused) {
		return true, t.Chain.refused(ctx, c, mail)
	}
	if err != nil {
		return false, fmt.Errorf("mail case %s: %w", c.ID, err)
	}
	return true, t.record(ctx, c, task.Person.Name, mail)
}

// mayBeMachine tells whether an implied answer still waits for its verdict, which withdraws it when it was a machine's.
func mayBeMachine(r response.Record, now time.Time) bool {
	return r.Act == response.Implied && r.VerdictAt.IsZero() && now.Before(r.AnsweredAt.Add(response.VerdictAfter+Patience))
}

// record keeps that a mail about the case went. That must not get lost because somebody else changed the case meanwhile; one who moved
// it has left the new desk without a mail.
func (t Tasks) record(ctx context.Context, was Case, person string, mail Mail) error {
	return again(ctx, func() error {
		c, err := t.Chain.Cases.Case(ctx, was.ID)
		if err != nil {
			return err
		}
		return t.Chain.Cases.ChangeCase(ctx, c.mailed(person, mail.from(was, c)))
	})
}

// from is the mail that was written for a case which is now at perhaps another desk.
func (m Mail) from(was, now Case) Mail {
	if m.Desk = ""; now.Desk != was.Desk {
		m.Desk = was.Desk
	}
	return m
}

func (c Case) mailed(person string, mail Mail) Change {
	change := c.next(Event{At: mail.At, What: Mailed, By: person, Rating: c.Rating, Before: c.Rating})
	change.Case.Mails = append(kept(c.Mails), mail)
	change.settleTask(mail.At)
	return change
}

// settleTask takes the task off the agenda once everybody knows, and leaves it there for those who do not.
func (change *Change) settleTask(now time.Time) {
	change.Task = Alarm{At: now}
	if len(change.Case.untold()) == 0 {
		change.Task = Alarm{Off: true}
	}
}

// maxMails bounds the thread that a case remembers: the first mail and the newest.
const maxMails = 40

func kept(mails []Mail) []Mail {
	if len(mails) < maxMails {
		return slices.Clone(mails)
	}
	return slices.Concat(mails[:1], mails[len(mails)-maxMails+2:])
}

// references are the Message-IDs by which mail programs put the next mail into the thread.
func (c Case) references(domain string) (ids []string) {
	for _, mail := range c.Mails {
		if mail.ID != "" {
			ids = append(ids, "<"+mail.ID+"@"+domain+">")
		}
	}
	return ids
}

// assemble reads what a task is about.
func assemble(ctx context.Context, p *program.Program, answers Answers, customers Customers, c Case, seat Seat) (Task, error) {
	task := Task{Case: c, Seat: seat}
	var err error
	if task.Desk, err = deskOf(p, c); err != nil {
		return task, err
	}
	s, ok := p.Surveys[c.Survey]
	if !ok {
		return task, fault.New(fault.Invalid, "the program has no survey %q", c.Survey)
	}
	task.Scale = s.Scale
	if task.Person, ok = PersonAt(task.Desk, seat); !ok {
		task.Person = program.Person{Name: task.Desk.Name}
	}
	if task.Record, err = answers.RecordOf(ctx, c.ID); err != nil {
		return task, err
	}
	if c.Customer == "" { // nobody knows who it was
		return task, nil
	}
	if task.Customer, err = customers.Customer(ctx, c.Customer); err != nil {
		return task, err
	}
	task.Earlier, err = earlier(ctx, answers, task.Customer, c.ID)
	return task, err
}

// earlier reads the customer's other answers, as far back as the customer's row remembers that it was asked.
func earlier(ctx context.Context, answers Answers, c customer.Customer, except string) ([]response.Record, error) {
	var ids []string
	for _, ask := range slices.Backward(c.Asks) {
		if ask.Invitation != except {
			ids = append(ids, ask.Invitation)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	records, err := answers.Records(ctx, ids)
	return slices.DeleteFunc(records, func(r response.Record) bool { return !r.Counted || r.Erased }), err
}
