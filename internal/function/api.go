package function

import (
	"context"
	"net/http"
	"time"

	"afterword/internal/api"
	"afterword/internal/i18n"
	"afterword/internal/program"
	"afterword/internal/secrets"
	"afterword/internal/store"
	"afterword/internal/tally"
)

// API answers the owner's scripts. It needs Store, Programs, Keys, Now and Log. wait is the audit's, as in Audit.
func API(p Parts, wait func(context.Context, time.Duration) error) http.Handler {
	return (&api.API{
		Keys: p.Keys, Programs: p.Programs, Counts: tally.Reader{Archive: p.Store}, Answers: p.Store, Decisions: p.Store, Cases: p.Store,
		Applier: applier{p}, Auditor: Auditor(p, wait), Now: p.Now, Log: p.Log,
	}).Handler()
}

// apiKeys are those of the secret. Each may do everything.
type apiKeys struct{ secrets *secrets.Keeper }

func (k apiKeys) APIKeys(ctx context.Context) (keys []api.Key, err error) {
	secret, err := k.secrets.Secret(ctx)
	if err != nil {
		return nil, err
	}
	for _, written := range secret.API() {
		key, err := api.NewKey(written, api.Read, api.Admin)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// Publisher makes programs the one in force, if there are texts in their languages.
func Publisher(s *store.Store) program.Publisher {
	return program.Publisher{Versions: s, Languages: i18n.Shipped().Languages()}
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
