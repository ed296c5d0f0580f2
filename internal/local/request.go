package local

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// send calls a function as API Gateway would and returns the body of a good answer.
func (s *System) send(ctx context.Context, method, path string, header http.Header, body []byte) (string, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.options.Public+path, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	if header != nil {
		request.Header = header
	}
	answer := &answer{header: http.Header{}, status: http.StatusOK}
	s.Handler().ServeHTTP(answer, request)
	if answer.status >= 400 {
		return "", refusal{status: answer.status, said: fmt.Sprintf("%s /%s: %.500s", method, strings.SplitN(path, "/", 3)[1], answer.body.String())}
	}
	return answer.body.String(), nil
}

// refusal is an answer that is not a good one.
type refusal struct {
	status int
	said   string
}

func (r refusal) Error() string { return fmt.Sprintf("status %d: %s", r.status, r.said) }

// request opens a link, or sends a form to it.
func (s *System) request(ctx context.Context, method, path string, form url.Values) (string, error) {
	header := http.Header{}
	if form != nil {
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return s.send(ctx, method, path, header, []byte(form.Encode()))
}

// answer keeps a response in memory.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
