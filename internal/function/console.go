package function

import (
	"context"
	"net/http"

	"afterword/internal/access"
	"afterword/internal/console"
	"afterword/internal/customer"
	"afterword/internal/privacy"
	"afterword/internal/touchpoint"
)

// Console serves the team's pages. It needs Store, Programs, Secrets, Now and Log.
func Console(p Parts) http.Handler {
	door := access.SignIn{Asks: p.Store, Links: p.diary(), Sessions: p.Store, Meter: p.Store, Programs: p.Programs}
	return (&console.Console{Sessions: door, Door: door, Programs: p.Programs, Scores: p.gather(), Answers: p.Store, Decisions: p.Store, Skips: p.Store, People: finder{p},
		Reports: p.gatherNow(), Audits: p.Store, Now: p.Now, Log: p.Log}).Handler()
}

// finder finds customers for the team, who are not told who they are, with the secret in force.
type finder struct{ Parts }

func (f finder) Find(ctx context.Context, address string) (customer.ID, error) {
	secret, err := f.Secrets.Secret(ctx)
	if err != nil {
		return "", err
	}
	return privacy.Reader{Hash: secret.Customers}.Find(address)
}

func (f finder) Visits(ctx context.Context, id customer.ID, start string, limit int) ([]touchpoint.Visit, string, error) {
	return privacy.Reader{Archive: f.Store}.Visits(ctx, id, start, limit)
}
