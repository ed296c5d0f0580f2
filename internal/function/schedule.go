package function

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"afterword/internal/access"
	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/enrich"
	"afterword/internal/followup"
	"afterword/internal/mail"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/ses"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
	"afterword/internal/trail"
)

// Dispatch walks the agenda: it sends what is due, gives verdicts, mails desks and escalates. It needs all parts.
func Dispatch(p Parts) func(context.Context) error {
	then := &survey.Dispatcher{
		Invitations: p.Store, Claims: p.diary(), Marks: p.Store, Reminders: p.diary(), Customers: p.Store, Allowance: p.Store,
		Programs: p.Programs, Writer: letters{p}, Carrier: postman{p}, Rate: p.Rate,
	}
	if p.Reputation != nil {
		then.Guard = &survey.Guard{Reputation: p.Reputation, Pauses: p.diary(), Owner: owners{p}}
	}
	chain := p.chain()
	tasks := followup.Tasks{
		Chain: chain, Answers: p.Store, Customers: p.Store, Writer: letters{p}, Carrier: postman{p}, Rate: p.Rate, Domain: p.Domain,
	}
	porter := access.Porter{
		Asks: p.Store, Links: p.Store, Meter: p.Store, Programs: p.Programs, Writer: letters{p}, Carrier: postman{p}, Rate: p.Rate, Base: p.Public, Log: p.Log,
	}
	turns := Turns(p)
	turns.Crowd, turns.Taker = p.Store, taker{p}
	return func(ctx context.Context) error {
		walker := agenda.Walker{
			Shelf: p.Store, Lease: store.AgendaLease{Store: p.Store}, Owner: rand.Text(), Now: p.Now,
			// Unhappy customers, verdicts, people who wait to sign in and what a walk before left unfinished do not wait behind a
			// backlog of surveys.
			First: map[agenda.Kind]agenda.Handler{
				agenda.Verdict:  &response.Judge{Court: p.diary(), Clicks: p.diary(), Programs: p.Programs},
				agenda.Task:     tasks,
				agenda.Escalate: chain,
				agenda.Mark:     survey.Lots{Marks: p.Store},
				agenda.SignIn:   porter,
			},
			Then: map[agenda.Kind]agenda.Handler{agenda.Invite: then, agenda.Remind: then, agenda.Turns: turns, agenda.Fetch: p.fetcher()},
		}
		report, err := walker.Walk(ctx)
		p.Log.InfoContext(ctx, "agenda walked", slog.Bool("busy", report.Busy), slog.Bool("ended", report.Ended), slog.Any("passed", report.Passed))
		if errors.Is(err, survey.ErrSuspended) {
			p.count(Suspended, 1)
		}
		if then.Guard != nil && then.Guard.Held() {
			p.count(Paused, 1)
		}
		return trail.CleanError(err)
	}
}

// fetcher asks sources what their events left out.
func (p Parts) fetcher() touchpoint.Fetcher {
	return touchpoint.Fetcher{
		Fetches: p.Store, Programs: p.Programs, Asker: enrich.Sources{Tokens: p.Secrets, Via: p.Via}, Taker: taker{p}, Skips: p.Store,
		Missed: func() { p.count(NotFetched, 1) }, Log: p.Log,
	}
}

// taker takes events in with the secret in force, which is kept in memory and read again every few minutes.
type taker struct{ Parts }

func (t taker) Take(ctx context.Context, p *program.Program, e touchpoint.Event, now time.Time) (touchpoint.Outcome, error) {
	secret, err := t.Secrets.Secret(ctx)
	if err != nil {
		return touchpoint.Outcome{}, err
	}
	return t.intake(secret).Take(ctx, p, e, now)
}

func (p Parts) chain() followup.Chain {
	return followup.Chain{Cases: p.diary(), Programs: p.Programs, Agenda: p.Store, Log: p.Log}
}

// Notified is what Lambda calls with an event of SNS.
type Notified = func(context.Context, json.RawMessage) error

// Bounce acts on what SES tells about mails. It needs Store, Programs, Now and Log.
func Bounce(p Parts) Notified {
	delivery := survey.Delivery{
		Mailed: p.Store, Marks: p.Store, Reminders: p.diary(), Suppression: p.diary(), Returns: p.Store, Cases: p.chain(),
	}
	return func(ctx context.Context, event json.RawMessage) error {
		reports, err := ses.Decode(event, p.Now())
		failures := []error{err}
		for _, report := range reports {
			failures = append(failures, p.take(ctx, delivery, report))
		}
		return trail.CleanError(errors.Join(failures...))
	}
}

// take acts on a report and tells it.
func (p Parts) take(ctx context.Context, delivery survey.Delivery, report survey.Report) error {
	ctx = trail.About(ctx, cmp.Or(report.Invitation, report.Case))
	err := delivery.Take(ctx, report)
	level, attrs := slog.LevelInfo, []slog.Attr{slog.String("fate", string(report.Fate)), slog.String("kind", report.Kind), slog.String("why", report.Why)}
	if err != nil {
		level, attrs = slog.LevelWarn, append(attrs, slog.String("cause", err.Error()))
	}
	p.Log.LogAttrs(ctx, level, "mail reported", attrs...)
	return err
}

// letters writes mails whose links are signed with the newest key.
type letters struct{ Parts }

func (l letters) writer() (mail.Writer, error) {
	secret, err := l.Secrets.Secret(context.Background()) // kept in memory, read again every few minutes
	return mail.Writer{Links: survey.Links{Base: l.Public, Keys: secret.Links}, Now: l.Now}, err
}

func (l letters) Survey(p *program.Program, inv survey.Invitation, c customer.Customer) (survey.Letter, error) {
	w, err := l.writer()
	if err != nil {
		return survey.Letter{}, err
	}
	return w.Survey(p, inv, c)
}

func (l letters) Reminder(p *program.Program, inv survey.Invitation, c customer.Customer) (survey.Letter, error) {
	w, err := l.writer()
	if err != nil {
		return survey.Letter{}, err
	}
	return w.Reminder(p, inv, c)
}

func (l letters) Task(p *program.Program, t followup.Task) (survey.Letter, error) {
	w, err := l.writer()
	if err != nil {
		return survey.Letter{}, err
	}
	return w.Task(p, t)
}

// SignIn needs no key: what the link says is drawn by lot.
func (l letters) SignIn(p *program.Program, to program.Member, link string) (survey.Letter, error) {
	return mail.Writer{Now: l.Now}.SignIn(p, to, link)
}
