package report

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/survey"
)

// LetterKind is the kind of a report's mail.
const LetterKind = "report"

// Patience is how long after its end a period is still reported on by mail: long enough for a system that was down for days, too short
// for a program that is applied today to send last month's report to people who have read it elsewhere.
const Patience = 14 * 24 * time.Hour

// abandoned is the age of a claim whose maker is dead: longer than the function runs.
const abandoned = 30 * time.Minute

// Rounds mails the reports that are due, each once to each reader. It runs every hour; a late run mails the last period of each kind
// that is over, within Patience. A run for an hour of long ago mails what was due then, to whoever has not had it.
//
// The first run after a period's time opens its round, which fixes who gets which edition: those whom the program names then. So a reader who
// is added later gets no old reports, and one who is taken out gets no more. Each mail is claimed before it is handed over; a claim
// whose outcome nobody knows is never mailed again by itself, but is an error, once, so that a person looks.
type Rounds struct {
	Gather   Gather
	Programs Programs
	Book     Book
	Draw     func(Report) (map[string][]byte, error) // the charts of a report, PNG, by file name
	Writer   Writer
	Carrier  survey.Carrier
	Rate     Rate
	Log      *slog.Logger
}

// Rate is how fast the carrier takes letters.
type Rate interface {
	// Pace waits until one more letter may be sent. The error is the context's.
	Pace(ctx context.Context) error
}

// Programs gives the program in force.
type Programs interface {
	// Current returns the program in force. Faults: Transient.
	Current(ctx context.Context) (*program.Program, error)
}

// Writer writes the mail of a report with its charts. An error means that it cannot be written.
type Writer interface {
	Report(p *program.Program, r Report, to Reader, charts map[string][]byte) (survey.Letter, error)
}

// Book keeps what was mailed to whom. A reader is named by EditionReaderID, a period by its name.
type Book interface {
	// Round reads how the mailing of a period stands. Faults: Transient.
	Round(ctx context.Context, period string) (Round, error)
	// Open opens a period's round for these readers; false when it is open already. Faults: Transient.
	Open(ctx context.Context, period string, readers []string, at time.Time) (bool, error)
	// Claim takes the mail to a reader that is Due; false when somebody else has it. By is a name that no other claim has. Faults:
	// Transient.
	Claim(ctx context.Context, period, reader, by string, at time.Time) (bool, error)
	// Settle says what became of a claimed mail, if the claim still has it. Message is the carrier's id, "" when there is none. Faults:
	// Transient.
	Settle(ctx context.Context, period, reader, by string, as State, message string) error
}

// State is how the mail to one reader stands.
type State string

// The states. Due, Claimed, Sent is the good way.
const (
	Due     State = ""        // nobody has taken it, or it was surely not sent
	Claimed State = "claimed" // on its way
	Sent    State = "sent"
	Refused State = "refused" // the carrier refused it for good
	Unknown State = "unknown" // nobody knows whether it was sent; it is not mailed again by itself
)

// Round is how the mailing of a period stands.
type Round struct {
	Opened  bool
	Readers []string           // who get it
	Mails   map[string]Mailing // by reader; who is not in it is Due
}

// Mailing is the mail to one reader.
type Mailing struct {
	State     State     `json:"state"`
	Claim     string    `json:"claim"`
	ClaimedAt time.Time `json:"claimed_at"`
}

// ReaderID names a reader in keys and logs: 32 hex digits that are no address. (The address itself stands in the program.)
func ReaderID(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:16])
}

// EditionReaderID names a reader of one edition likewise: whoever gets two editions of a period is two readers of its round. The
// leadership's readers go by their address alone, as those of rounds that were opened before there were other editions.
func EditionReaderID(of program.Audience, address string) string {
	if of.Readership == program.Leadership {
		return ReaderID(address)
	}
	return ReaderID(of.String() + "\n" + address)
}

// Run mails what was due at an hour, as it stands now. An hour that is still to come is taken for now, so that no report is written
// before its period is over. Reports that cannot be mailed are errors and keep no other from it.
func (r Rounds) Run(ctx context.Context, hour, now time.Time) error {
	if hour.After(now) {
		hour = now
	}
	p, err := r.Programs.Current(ctx)
	if err != nil {
		return fmt.Errorf("read the program: %w", err)
	}
	var failures []error
	for _, kind := range program.ReportKinds {
		if in, due := last(p, kind, hour); due {
			if err := r.period(ctx, p, kind, in, now); err != nil {
				failures = append(failures, fmt.Errorf("mail the report of %s: %w", in.Name, err))
			}
		}
	}
	return errors.Join(failures...)
}

// last is the last period of a kind that is over at now, and whether its report is due: its hour has come, and it is not too late.
func last(p *program.Program, kind period.Kind, now time.Time) (in period.Period, due bool) {
	in = kind.Of(period.DayOf(now, p.Zone)).Previous()
	return in, !now.Before(dueAt(p, in)) && now.Before(in.End(p.Zone).Add(Patience))
}

// dueAt is when the report of a period is mailed.
func dueAt(p *program.Program, in period.Period) time.Time {
	return in.To.Add(1).At(p.Reports.At, p.Zone)
}

// Next is when there is next something to mail: now, when something is due and not settled. Faults: Transient.
func (r Rounds) Next(ctx context.Context, now time.Time) (next time.Time, err error) {
	p, err := r.Programs.Current(ctx)
	if err != nil {
		return next, err
	}
	for _, kind := range program.ReportKinds {
		in, due := last(p, kind, now)
		at := dueAt(p, in)
		switch round, err := r.standing(ctx, in, due); {
		case err != nil:
			return next, err
		case due && (!round.Opened || len(r.untold(p, kind, round)) > 0):
			at = now
		case !at.After(now):
			at = dueAt(p, kind.Of(period.DayOf(now, p.Zone)))
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next, nil
}

func (r Rounds) standing(ctx context.Context, in period.Period, due bool) (Round, error) {
	if !due {
		return Round{}, nil
	}
	return r.Book.Round(ctx, in.Name)
}

// untold are the editions with readers whose mail is not settled and whom the program still names.
func (r Rounds) untold(p *program.Program, kind period.Kind, round Round) (untold []program.Edition) {
	for _, e := range p.Reports.Of(kind) {
		if slices.ContainsFunc(e.To, func(to program.Recipient) bool { return round.owes(EditionReaderID(e.Audience, to.Address)) }) {
			untold = append(untold, e)
		}
	}
	return untold
}

// owes tells whether a reader is to get a mail of the round that is not settled.
func (r Round) owes(reader string) bool {
	state := r.Mails[reader].State
	return slices.Contains(r.Readers, reader) && (state == Due || state == Claimed)
}

// edition is a report on its way to its readers.
type edition struct {
	Rounds
	program *program.Program
	report  Report
	charts  map[string][]byte
	now     time.Time
}

func (r Rounds) period(ctx context.Context, p *program.Program, kind period.Kind, in period.Period, now time.Time) error {
	round, err := r.Book.Round(ctx, in.Name)
	if err != nil {
		return err
	}
	editions := p.Reports.Of(kind)
	if round.Opened {
		editions = r.untold(p, kind, round)
	}
	if round.Opened && len(editions) == 0 {
		return nil
	}
	reports, err := r.gather(ctx, p, in, editions, now)
	if err != nil {
		return err
	}
	if !round.Opened {
		if round, err = r.open(ctx, in, editions, reports, now); err != nil {
			return err
		}
	}
	var failures []error
	for i, due := range editions {
		e := edition{Rounds: r, program: p, report: reports[i], now: now}
		for _, to := range due.To {
			id := EditionReaderID(due.Audience, to.Address)
			if !round.owes(id) {
				continue
			}
			if err := e.mail(ctx, to, id, round.Mails[id]); err != nil {
				failures = append(failures, err)
				if errors.Is(err, survey.ErrSuspended) || ctx.Err() != nil {
					return errors.Join(failures...)
				}
			}
		}
	}
	return errors.Join(failures...)
}

// gather gathers the reports of the editions, in their order. For nobody nothing is read.
func (r Rounds) gather(ctx context.Context, p *program.Program, in period.Period, editions []program.Edition, now time.Time) ([]Report, error) {
	if len(editions) == 0 {
		return nil, nil
	}
	var audiences []program.Audience
	for _, e := range editions {
		audiences = append(audiences, e.Audience)
	}
	return r.Gather.Reports(ctx, p, in, audiences, now)
}

// open fixes who gets the editions: nobody that in which there is nothing to tell.
func (r Rounds) open(ctx context.Context, in period.Period, editions []program.Edition, reports []Report, now time.Time) (Round, error) {
	var readers []string
	for i, e := range editions {
		if reports[i].Silent() {
			continue
		}
		for _, to := range e.To {
			readers = append(readers, EditionReaderID(e.Audience, to.Address))
		}
	}
	opened, err := r.Book.Open(ctx, in.Name, readers, now)
	if err != nil {
		return Round{}, err
	}
	r.Log.InfoContext(ctx, "report round", slog.String("period", in.Name), slog.Int("readers", len(readers)), slog.Bool("opened", opened))
	return r.Book.Round(ctx, in.Name)
}

// mail brings the report to one reader. It is written before it is claimed, so that one that cannot be written stays due.
func (e *edition) mail(ctx context.Context, to program.Recipient, reader string, was Mailing) error {
	name := e.report.Period.Name
	if was.State == Claimed {
		if e.now.Sub(was.ClaimedAt) < abandoned {
			return nil // somebody is at it
		}
		err := e.Book.Settle(ctx, name, reader, was.Claim, Unknown, "")
		return errors.Join(fmt.Errorf("reader %s: the run that mailed it broke off: %w", reader, errUnknown), err)
	}
	letter, err := e.letter(to)
	if err != nil {
		return fmt.Errorf("write it for reader %s: %w", reader, err)
	}
	if err := e.Rate.Pace(ctx); err != nil {
		return err
	}
	claim := rand.Text()
	if taken, err := e.Book.Claim(ctx, name, reader, claim, e.now); err != nil || !taken {
		return err
	}
	message, err := e.Carrier.Carry(ctx, letter)
	state, problem := outcome(err)
	// What became of the mail is written down also when the time is up: a claim that is cut off half way is of unknown outcome.
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), settling)
	defer cancel()
	settled := e.Book.Settle(ending, name, reader, claim, state, message)
	e.Log.InfoContext(ctx, "report mailed", slog.String("period", name), slog.String("reader", reader), slog.String("state", string(state)))
	if problem != nil {
		problem = fmt.Errorf("reader %s: %w", reader, problem)
	}
	return errors.Join(problem, settled)
}

// settling is the longest that writing down what became of a mail may take.
const settling = 8 * time.Second

var errUnknown = errors.New("nobody knows whether it was sent; it is not mailed again by itself")

// outcome is what a carrier's error says about a mail, and what a person has to hear of it. What was surely not sent is due again in
// an hour.
func outcome(err error) (State, error) {
	switch {
	case err == nil:
		return Sent, nil
	case errors.Is(err, survey.ErrThrottled), errors.Is(err, survey.ErrQuota):
		return Due, nil
	case errors.Is(err, survey.ErrSuspended):
		return Due, err
	case errors.Is(err, survey.ErrRefused):
		return Refused, err
	}
	return Unknown, fmt.Errorf("%w: %w", errUnknown, err)
}

func (e *edition) letter(to program.Recipient) (letter survey.Letter, err error) {
	if e.charts == nil {
		if e.charts, err = e.Draw(e.report); err != nil {
			return letter, fmt.Errorf("draw its charts: %w", err)
		}
	}
	return e.Writer.Report(e.program, e.report, Reader{Name: to.Name, Address: to.Address, Language: to.Language}, e.charts)
}
