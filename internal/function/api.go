package function

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"afterword/internal/access"
	"afterword/internal/api"
	"afterword/internal/customer"
	"afterword/internal/i18n"
	"afterword/internal/imports"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/response"
	"afterword/internal/secrets"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/tally"
	"afterword/internal/touchpoint"
	"afterword/internal/webhook"
)

// API answers the owner's scripts. It needs Store, Programs, Secrets, Keys, Now and Log. wait is the audit's, as in Audit.
func API(p Parts, wait func(context.Context, time.Duration) error) http.Handler {
	return (&api.API{
		Written: p.Keys, Keys: p.Store, Meter: p.Store, Programs: p.Programs, Entrance: p.entrance(), Rehearse: p.rehearse,
		Counts: tally.Reader{Archive: p.Store}, Answers: p.Store, Bench: response.Bench{Rulings: p.Store, Programs: p.Programs}, Inquiry: response.Inquiry{Archive: p.Store},
		Decisions: p.Store, Skips: p.Store, Cases: p.Store, People: people{p, wait}, Reports: p.gatherNow(), Texts: p.Store,
		Applier: applier{p}, Linker: linker{p}, Sending: survey.Sending{Pauses: p.diary()}, Auditor: auditor{p, wait}, Audits: p.Store, Rebuilder: rebuilder{p}, Simulator: simulator{p}, Now: p.Now, Log: p.Log,
	}).Handler()
}

// apiKeys are those of the secret. Each may do everything.
type apiKeys struct{ secrets *secrets.Keeper }

func (k apiKeys) APIKeys(ctx context.Context) (keys []access.Key, err error) {
	secret, err := k.secrets.Secret(ctx)
	if err != nil {
		return nil, err
	}
	for i, written := range secret.API() {
		key, err := access.Written("secret-"+strconv.Itoa(i+1), written, access.Admin)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// reported takes in the visits that are reported through the API, with the secret in force.
type reported struct{ Parts }

func (r reported) Take(ctx context.Context, p *program.Program, e touchpoint.Event, now time.Time) (touchpoint.Outcome, error) {
	secret, err := r.Secrets.Secret(ctx)
	if err != nil {
		return touchpoint.Outcome{}, err
	}
	return r.intake(secret).Take(ctx, p, e, now)
}

// entrance is what is told to the system, with the secret in force.
func (p Parts) entrance() api.Entrance {
	brought := brought{p, &response.Listener{}}
	return api.Entrance{Visits: reported{p}, Customers: brought, Responses: brought}
}

// rehearse is an entrance behind which nothing changes.
func (p Parts) rehearse() api.Entrance {
	p.Store = p.Store.Rehearsal()
	in := p.entrance()
	in.Tried = true
	return in
}

// brought takes in what owners bring along from a former tool.
type brought struct {
	Parts
	heard *response.Listener
}

func (b brought) Customer(ctx context.Context, c imports.Customer, now time.Time) (customer.ID, imports.Result, error) {
	secret, err := b.Secrets.Secret(ctx)
	if err != nil {
		return "", "", err
	}
	return imports.Customers{Rows: b.Store, Hash: secret.Customers, Pause: Pause}.Take(ctx, c, now)
}

func (b brought) Response(ctx context.Context, p *program.Program, r imports.Response, now time.Time) (string, imports.Result, error) {
	secret, err := b.Secrets.Secret(ctx)
	if err != nil {
		return "", "", err
	}
	return imports.Responses{Archive: b.Store, Heard: b.heard, Hash: secret.Customers, Pause: Pause}.Take(ctx, p, r, now)
}

// linker writes links with the secret in force.
type linker struct{ Parts }

func (l linker) Links(ctx context.Context) (survey.Links, error) {
	secret, err := l.Secrets.Secret(ctx)
	return survey.Links{Base: l.Public, Keys: secret.Links}, err
}

func (l linker) Invitation(ctx context.Context, id string) (survey.Invitation, error) {
	return l.Store.Invitation(ctx, id)
}

func (p Parts) gather() report.Gather {
	return report.Gather{Counts: tally.Reader{Archive: p.Store}, Answers: p.Store, Cases: p.Store, Versions: p.Store}
}

// gatherNow gathers for somebody who waits for it: within the time that an HTTP request has.
func (p Parts) gatherNow() report.Gather {
	g := p.gather()
	g.Most = 10_000
	return g
}

// Publisher makes programs the one in force, if there are texts in their languages.
func Publisher(s *store.Store) program.Publisher {
	return program.Publisher{Versions: s, Languages: i18n.Shipped().Languages(), Check: webhook.Problems}
}

// rebuilder asks for rebuilds, which the function that audits carries out.
type rebuilder struct{ Parts }

func (r rebuilder) Begin(ctx context.Context, now time.Time) (tally.Rebuilding, error) {
	return tally.Rebuild{States: r.Store}.Begin(ctx, now)
}

func (r rebuilder) Rebuilding(ctx context.Context) (tally.Rebuilding, error) {
	return r.Store.Rebuilding(ctx)
}

// applier applies programs, and lets this process use the new one at once.
type applier struct{ Parts }

func (a applier) Apply(ctx context.Context, text []byte, now time.Time) (version int, err error) {
	version, err = Publisher(a.Store).Apply(ctx, text, now)
	if err == nil {
		a.Programs.Forget()
	}
	return version, err
}
