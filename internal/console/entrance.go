package console

import (
	"net/http"
	"net/url"
	"strings"
)

// entranceAt is where one signs in.
const entranceAt = "/sign-in"

// longestWay bounds the address that somebody comes back to, in bytes.
const longestWay = 1500

// entrance tells whether the request is for the page on which one signs in, or for what is behind it: nobody is led there from there.
func (r request) entrance() bool {
	return r.URL.Path == entranceAt || strings.HasPrefix(r.URL.Path, entranceAt+"/")
}

// SignIn is where whoever sent the request signs in, to come back to the page that was asked for. What was sent by a form is not sent
// again.
func SignIn(r *http.Request) string {
	back := r.URL.EscapedPath()
	if (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.URL.RawQuery != "" {
		back += "?" + r.URL.RawQuery
	}
	return entranceAt + "?" + url.Values{"to": {Own(back)}}.Encode()
}

// Own is the address if it is a page of ours, else the first page: a link that leads through the sign-in must not lead on to somebody
// else's. Browsers read a backslash as a slash and skip tabs and line ends, and two slashes begin the name of a host.
func Own(address string) string {
	parsed, err := url.Parse(address)
	switch {
	case err != nil || len(address) > longestWay || parsed.Scheme != "" || parsed.Host != "" || parsed.User != nil:
	case !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//"):
	case strings.ContainsFunc(address, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '\\' }):
	case parsed.Path == "/" || strings.HasPrefix(parsed.Path, "//") || strings.HasPrefix(parsed.Path, entranceAt):
	default:
		return address
	}
	return home
}
