package local_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// asked is the API of every source, on this machine: what it answers is what the journey says, and else that there is nothing.
type asked struct {
	server *httptest.Server

	mu      sync.Mutex
	answers map[string]answer // by path
	during  func()            // while it is asked the next time
	times   int               // that it was asked
}

type answer struct {
	status int
	body   []byte
}

// listen prepares a system for sources that are asked what their events leave out, with a token for each that journeys have.
func listen(folder string) (*asked, string, error) {
	a := &asked{answers: map[string]answer{}}
	a.server = httptest.NewServer(a)
	secrets := filepath.Join(folder, "secrets.json")
	return a, secrets, os.WriteFile(secrets, []byte(`{"fetch":{"zendesk":"anna@acme.example/token:of the journeys","bigcommerce":"of the journeys","hubspot":"of the journeys","intercom":"of the journeys"}}`), 0o600)
}

// RoundTrip leads every address here.
func (a *asked) RoundTrip(r *http.Request) (*http.Response, error) {
	here, err := url.Parse(a.server.URL)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Header.Set("Asked-For", r.URL.Scheme+"://"+r.URL.Host)
	r.URL.Scheme, r.URL.Host, r.Host = here.Scheme, here.Host, ""
	return a.server.Client().Transport.RoundTrip(r)
}

func (a *asked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.times++
	found, during := a.answers[r.URL.Path], a.during
	a.during = nil
	a.mu.Unlock()
	if during != nil {
		during()
	}
	_, zendesk, _ := r.BasicAuth()
	bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	tokens := map[string]string{
		"https://acme.zendesk.com": zendesk, "https://api.bigcommerce.com": r.Header.Get("X-Auth-Token"), "https://api.hubapi.com": bearer, "https://api.intercom.io": bearer,
	}
	switch {
	case tokens[r.Header.Get("Asked-For")] != "of the journeys":
		w.WriteHeader(http.StatusUnauthorized)
	case found.status == 0:
		w.WriteHeader(http.StatusNotFound)
	default:
		w.WriteHeader(found.status)
		_, _ = w.Write(found.body)
	}
}

// replies says what the source answers from now on: PATH STATUS [FILE].
func (a *asked) replies(ts *testscript.TestScript, args []string) {
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	given := answer{status: status}
	if len(args) > 2 {
		given.body = readFile(ts, args[2])
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers[args[0]] = given
}

func (a *asked) count(ts *testscript.TestScript, want string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if got := strconv.Itoa(a.times); got != want {
		ts.Fatalf("the source was asked %s times, want %s", got, want)
	}
}

// meanwhile lets the source report a file while it is asked the next time.
func (a *asked) meanwhile(ts *testscript.TestScript, args []string) {
	header, body := delivery(ts, readFile(ts, args[1]), args)
	hooks := on(ts).server.URL + "/hooks/" + args[0]
	t := ts.Value(testKey{}).(testing.TB)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.during = func() {
		request, err := http.NewRequest(http.MethodPost, hooks, bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		request.Header = header
		response, err := http.DefaultClient.Do(request)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("what the source sent meanwhile: %v %v", response, err)
			return
		}
		_ = response.Body.Close()
	}
}
