package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/i18n"
	"afterword/internal/problem"
	"afterword/internal/program"
)

// Cases serves what the links in a task mail open: /c/{token}, a case with what can be done about it. GET and HEAD show what would
// happen, POST does it. A bad token and one to no case are the page of every link that does not work.
type Cases struct {
	Shell *Shell
	Work  followup.Work
	Now   func() time.Time
	Log   *slog.Logger
}

// ServeHTTP serves the page.
func (c Cases) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := &visit{Respond: &Respond{Shell: c.Shell, Log: c.Log}, w: w, r: r, now: c.Now().UTC().Truncate(time.Second)}
	p, err := c.Work.Programs.Current(r.Context())
	if err != nil {
		v.program = &program.Program{} // a page without a brand
		v.fail(err, i18n.Default, nil)
		return
	}
	v.program = p
	token := strings.TrimPrefix(r.URL.Path, "/c/")
	if id, _, err := c.Work.Doors.OpenCase(token); err == nil {
		v.about(id)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		c.show(v, token)
	case http.MethodPost:
		c.act(v, token)
	default:
		v.method(http.MethodGet, http.MethodHead, http.MethodPost)
	}
}

func (c Cases) show(v *visit, token string) {
	view, err := c.Work.Show(v.r.Context(), token)
	if err != nil {
		v.fail(err, v.wished(), nil)
		return
	}
	c.draw(v, view, http.StatusOK, followup.Deed{Action: followup.Action(v.r.URL.Query().Get("do"))}, "")
}

// act does the deed of the form. What it cannot take it gives back as it was typed.
func (c Cases) act(v *visit, token string) {
	form, err := readForm(v.w, v.r)
	if err != nil {
		v.fail(err, v.wished(), nil)
		return
	}
	deed := followup.Deed{Action: followup.Action(form.Get("do")), Outcome: form.Get("outcome"), Cause: form.Get("cause")}
	view, err := c.Work.Act(v.r.Context(), token, deed, v.now)
	wrong := ""
	switch {
	case errors.Is(err, followup.ErrCause):
		wrong = "cause"
	case errors.Is(err, followup.ErrOutcome):
		wrong = "outcome"
	case err != nil:
		v.fail(err, v.wished(), tryAgain(v, form))
		return
	}
	status := http.StatusOK
	if view.Result == followup.Refused {
		status = http.StatusConflict
	}
	if wrong != "" {
		status = problem.Status(fault.Invalid)
		if view, err = c.Work.Show(v.r.Context(), token); err != nil {
			v.fail(err, v.wished(), tryAgain(v, form))
			return
		}
	} else {
		deed = followup.Deed{} // done: the page shows what comes next
	}
	c.draw(v, view, status, deed, wrong)
}

func tryAgain(v *visit, form url.Values) *button {
	b := &button{Action: hereAgain, Label: v.Shell.words(v.wished()).T("page.busy.again")}
	for _, name := range []string{"do", "outcome", "cause"} {
		b.Hidden = append(b.Hidden, hidden{name, form.Get(name)})
	}
	return b
}
