package console

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"afterword/internal/fault"
	"afterword/internal/i18n"
	"afterword/internal/problem"
	"afterword/internal/program"
)

// Door lets people in and out; access.SignIn does.
type Door interface {
	// Ask asks for a link to the address, and for the page that is wanted afterwards. It says and does the same whoever it is. Faults:
	// Invalid for what is no address, TooMany, Transient.
	Ask(ctx context.Context, address, to string, now time.Time) error
	// Look tells whom a link lets in at a host, and uses nothing up. Faults: Closed, Transient.
	Look(ctx context.Context, secret, host string, now time.Time) (program.Member, error)
	// Enter lets in, once, and returns what the cookie has to hold and the page that was wanted. Faults: Closed, Transient.
	Enter(ctx context.Context, secret, host string, now time.Time) (session, to string, err error)
	// Leave ends the session of a cookie. Faults: Transient.
	Leave(ctx context.Context, session string) error
}

// asking is the page on which one asks for a link, and what came of it.
type asking struct {
	Address string // as it was typed
	To      string
	Wrong   string // what is wrong with it
	Left    bool   // somebody has just signed out
}

// longestForm bounds the forms of this package, in bytes.
const longestForm = 8 << 10

// doors are the pages for whoever is not signed in, by their pattern. A GET shows and does nothing, because mail scanners open every link.
var doors = map[string]func(request) error{
	"GET " + entranceAt:                request.entrancePage,
	"POST " + entranceAt:               request.ask,
	"GET " + entranceAt + "/{secret}":  request.look,
	"POST " + entranceAt + "/{secret}": request.enter,
	"POST " + leaveAt:                  request.leave,
}

// leaveAt is where one signs out.
const leaveAt = "/sign-out"

// open calls the page for anybody.
func (c *Console) open(page func(request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := request{Request: r, ResponseWriter: w, Console: c, now: c.Now(), words: c.speak(i18n.Default)}
		r.Body = http.MaxBytesReader(w, r.Body, longestForm)
		var err error
		if q.program, err = c.Programs.Current(r.Context()); err == nil {
			q.words = c.speak(i18n.Match(r.Header.Get("Accept-Language"), q.program.Languages))
			err = page(q)
		}
		if err != nil {
			q.fail(err)
		}
	})
}

func (r request) entrancePage() error {
	query := r.URL.Query()
	to := Own(query.Get("to"))
	switch _, err := r.visitor(r.Request, r.now); {
	case err == nil:
		r.moveTo(to)
		return nil
	case !fault.Is(err, fault.Unauthorized):
		return err
	}
	r.showAsking(http.StatusOK, asking{To: to, Left: query.Has("left")})
	return nil
}

func (r request) showAsking(status int, a asking) {
	r.show(page{Status: status, Title: r.words.T("signin.title"), Template: "signin", Data: a})
}

// ask asks for a link. The answer is the same whether the address is on the team or not.
func (r request) ask() error {
	a := asking{Address: r.PostFormValue("address"), To: Own(r.PostFormValue("to"))}
	err := r.Door.Ask(r.Context(), a.Address, a.To, r.now)
	switch fault.KindOf(err) {
	case "":
		r.show(page{Title: r.words.T("signin.sent.title"), Template: "signin_sent", Data: a})
		return nil
	case fault.Invalid:
		a.Wrong = r.words.T("signin.wrong")
	case fault.TooMany:
		a.Wrong = r.words.T("signin.many")
		r.Header().Set("Retry-After", "60")
	default:
		return err
	}
	r.showAsking(problem.Status(fault.KindOf(err)), a)
	return nil
}

// look shows whom the link lets in, and the button that does.
func (r request) look() error {
	m, err := r.Door.Look(r.Context(), r.PathValue("secret"), r.Host, r.now)
	if err != nil {
		return r.shut(err)
	}
	r.show(page{Title: r.words.T("signin.enter", "name", nameOf(m)), Template: "signin_enter"})
	return nil
}

// enter lets in. The cookie is drawn afresh, whatever the browser sent.
func (r request) enter() error {
	session, to, err := r.Door.Enter(r.Context(), r.PathValue("secret"), r.Host, r.now)
	if err != nil {
		return r.shut(err)
	}
	r.keepCookie(session)
	r.moveTo(Own(to))
	return nil
}

// shut tells that a link lets nobody in, with the way to another.
func (r request) shut(err error) error {
	if !fault.Is(err, fault.Closed) {
		return err
	}
	r.show(page{Status: problem.Status(fault.Closed), Title: r.words.T("signin.over.title"), Template: "signin_over", Data: entranceAt})
	return nil
}

// leave signs out. Only a form of the visitor's own pages does; who is not signed in is out already.
func (r request) leave() error {
	v, err := r.visitor(r.Request, r.now)
	switch {
	case fault.Is(err, fault.Unauthorized):
	case err != nil:
		return err
	case !v.Sent(r.PostFormValue("form")):
		return fault.New(fault.Forbidden, "this form is not one of this page's")
	default:
		if err := r.Door.Leave(r.Context(), sessionIn(r.Request)); err != nil {
			return err
		}
	}
	r.dropCookie()
	r.moveTo(entranceAt + "?" + url.Values{"left": {"1"}}.Encode())
	return nil
}

// nameOf is what somebody is called; who has no name is called by the address.
func nameOf(m program.Member) string {
	if m.Name == "" {
		return m.Address
	}
	return m.Name
}
