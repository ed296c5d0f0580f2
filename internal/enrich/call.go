package enrich

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// Bounds of one answer.
const (
	answerTime    = 5 * time.Second
	longestAnswer = 256 << 10 // bytes
)

// Transport is how sources are asked: encrypted, by no proxy, at addresses of the internet alone, and with a limit on every step.
var Transport http.RoundTripper = &http.Transport{
	DialContext:            (&net.Dialer{Timeout: 3 * time.Second, Control: outside}).DialContext,
	TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
	TLSHandshakeTimeout:    3 * time.Second,
	ResponseHeaderTimeout:  answerTime,
	MaxResponseHeaderBytes: 64 << 10,
	MaxIdleConnsPerHost:    4,
	IdleConnTimeout:        30 * time.Second,
	ForceAttemptHTTP2:      true,
}

var errInside = errors.New("that is no address on the internet")

// outside refuses to connect to this machine and its own network, whatever name led there.
func outside(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	if translated.Contains(ip) {
		of := ip.As16()
		ip = netip.AddrFrom4([4]byte(of[12:]))
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || slices.ContainsFunc(ours, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return errInside
	}
	return nil
}

// translated are IPv6 addresses that stand for those of IPv4, at their end (RFC 6052). ours are of networks inside that the library takes for
// the internet: shared with a provider (RFC 6598), translated locally (RFC 8215), and tunnels to any address of IPv4 (RFC 3056).
var (
	translated = netip.MustParsePrefix("64:ff9b::/96")
	ours       = []netip.Prefix{netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16")}
)

// call is a source's API with the owner's token.
type call struct {
	client *http.Client
	kind   kind
	source string
	base   string
	token  string
}

// get asks for one object. Faults: *touchpoint.Unanswered.
func (c call) get(ctx context.Context, path string, query url.Values, headers map[string]string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	at, err := url.Parse(c.base)
	if err != nil || at.Scheme != "https" || at.Host == "" {
		return owners("the api of the source %q is no https address", c.source)
	}
	at = at.JoinPath(path)
	at.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return owners("the api of the source %q is no https address", c.source)
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "Afterword")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	c.kind.authorize(request, c.token)
	response, err := c.client.Do(request)
	if err != nil {
		return c.unreached(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return c.refused(response)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	if err != nil {
		return c.unreached(err)
	}
	if len(body) > longestAnswer {
		return &touchpoint.Unanswered{Why: fmt.Sprintf("%s answered more than %d kB, which nobody reads", c.kind.name, longestAnswer>>10)}
	}
	if err := foreign.Decode(body, into); err != nil { // which may quote the body
		return &touchpoint.Unanswered{Why: c.kind.name + " answered what is not understood"}
	}
	return nil
}

// unreached is what it means that there was no answer. The error may hold the address that was asked and is not told.
func (c call) unreached(err error) *touchpoint.Unanswered {
	trouble := &touchpoint.Unanswered{Why: c.kind.name + " could not be reached", Blame: touchpoint.Time}
	var (
		name *net.DNSError
		cert *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &name) && name.IsNotFound, errors.Is(err, errInside):
		return owners("the api of the source %q leads to no host on the internet", c.source)
	case errors.As(err, &cert):
		return owners("the host that the api of the source %q leads to cannot prove that it is that host", c.source)
	case errors.Is(err, context.DeadlineExceeded):
		trouble.Why = c.kind.name + " did not answer in time"
	}
	return trouble
}

// refused is what a status other than 200 means.
func (c call) refused(response *http.Response) *touchpoint.Unanswered {
	status := response.StatusCode
	trouble := &touchpoint.Unanswered{Why: fmt.Sprintf("%s answered with status %d", c.kind.name, status)}
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return owners("%s refused the token (status %d); put one that may %s into the secret, as fetch.%s", c.kind.name, status, c.kind.least, c.source)
	case status >= 300 && status < 400:
		return owners("%s sends us to another address (status %d); give the source %q the api that it really has", c.kind.name, status, c.source)
	case status == http.StatusNotFound || status == http.StatusGone:
		trouble.Why = fmt.Sprintf("%s does not have what the event is about (status %d)", c.kind.name, status)
	case status == http.StatusTooManyRequests:
		trouble.Why, trouble.Blame = fmt.Sprintf("%s is asked more often than it lets us (status %d)", c.kind.name, status), touchpoint.Time
	case status >= 500 || status == http.StatusRequestTimeout || status == http.StatusTooEarly:
		trouble.Blame = touchpoint.Time
	}
	trouble.After = after(response.Header)
	return trouble
}

// after is how long a source wants to be left alone: seconds, or a time by its own clock.
func after(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	now, none := http.ParseTime(header.Get("Date"))
	if err != nil || none != nil {
		return 0
	}
	return max(0, at.Sub(now))
}
