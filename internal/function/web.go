package function

import (
	"net/http"
	"strings"

	"afterword/internal/followup"
	"afterword/internal/problem"
	"afterword/internal/response"
	"afterword/internal/secrets"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
	"afterword/internal/web"
	"afterword/internal/webhook"
)

// withSecret serves each request with the secret in force, so that one that is rotated is used without a new deployment.
func (p Parts) withSecret(serve func(secrets.Secret) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret, err := p.Secrets.Secret(r.Context())
		if err != nil {
			problem.Write(w, r, p.Log, err)
			return
		}
		serve(secret).ServeHTTP(w, r)
	})
}

// Intake receives what sources report. It needs Store, Programs, Secrets, Now and Log.
func Intake(p Parts) http.Handler {
	return p.withSecret(func(secret secrets.Secret) http.Handler {
		return webhook.Handler{Programs: p.Programs, Secrets: p.Secrets, Intake: touchpoint.Reception{Intake: p.intake(secret), Waiting: p.Store}, Skips: p.Store, Now: p.Now, Log: p.Log}
	})
}

func (p Parts) intake(secret secrets.Secret) touchpoint.Intake {
	return touchpoint.Intake{Book: p.Store, Hash: secret.Customers, Pause: Pause}
}

// Respond serves the pages behind the links in mails. It needs Store, Programs, Secrets, Now and Log.
func Respond(p Parts) http.Handler {
	shell := &web.Shell{Log: p.Log}
	return p.withSecret(func(secret secrets.Secret) http.Handler {
		customers := &web.Respond{
			Shell: shell, Keys: secret.Links, Programs: p.Programs, Stop: p.diary(), Now: p.Now, Log: p.Log,
			Evidence: &response.Evidence{Hits: p.Store},
			Recorder: &response.Recorder{Answers: p.diary(), Programs: p.Programs},
		}
		desks := web.Cases{Shell: shell, Work: p.work(secret.Links), Now: p.Now, Log: p.Log}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/c/") {
				desks.ServeHTTP(w, r)
				return
			}
			customers.ServeHTTP(w, r)
		})
	})
}

func (p Parts) work(keys survey.Keys) followup.Work {
	return followup.Work{Doors: doors{keys}, Cases: p.diary(), Answers: p.Store, Customers: p.Store, Programs: p.Programs}
}

// doors opens the links of cases.
type doors struct{ keys survey.Keys }

func (d doors) OpenCase(token string) (string, followup.Holder, error) {
	t, err := d.keys.Open(survey.ForCase, token)
	return t.ID, followup.Holder(t.Number), err
}
