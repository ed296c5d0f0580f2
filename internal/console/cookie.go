package console

import (
	"net"
	"net/http"
	"strings"
	"time"

	"afterword/internal/access"
	"afterword/internal/fault"
)

// Cookie is the name of the cookie that holds the secret of a session. The prefix makes browsers take it over TLS only, for all paths of
// this one host, so that no other host of the owner's domain can set it.
const Cookie = "__Host-session"

// cookieHere is its name on the machine itself, where there is no TLS and nobody listens.
const cookieHere = "afterword-session"

// Loopback tells whether a request's host is this machine, so that nobody else sees what is sent to it.
func Loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func cookieFor(host string) *http.Cookie {
	if Loopback(host) {
		return &http.Cookie{Name: cookieHere, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	}
	return &http.Cookie{Name: Cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: true}
}

func (r request) keepCookie(session string) {
	cookie := cookieFor(r.Host)
	cookie.Value, cookie.MaxAge = session, int(access.SessionTime/time.Second)
	http.SetCookie(r.ResponseWriter, cookie)
}

func (r request) dropCookie() {
	cookie := cookieFor(r.Host)
	cookie.MaxAge = -1
	http.SetCookie(r.ResponseWriter, cookie)
}

// sessionIn is what the request's cookie holds; "" when it has none, or several, of which nobody knows who set which.
func sessionIn(r *http.Request) string {
	cookies := r.CookiesNamed(cookieFor(r.Host).Name)
	if len(cookies) != 1 {
		return ""
	}
	return cookies[0].Value
}

// visitor tells who sent the request. Faults: Unauthorized, Transient.
func (c *Console) visitor(r *http.Request, now time.Time) (access.Visitor, error) {
	session := sessionIn(r)
	if session == "" {
		return access.Visitor{}, fault.New(fault.Unauthorized, "sign in first")
	}
	return c.Sessions.Visitor(r.Context(), session, r.Host, now)
}
