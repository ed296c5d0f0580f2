package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// The largest answer that is read: a page of the API is far smaller.
const longestAnswer = 16 << 20

// refusal is a problem document (RFC 9457) as the API answers it.
type refusal struct {
	Title    string `json:"title"`
	Detail   string `json:"detail"`
	Problems []struct {
		Line     int    `json:"line"`
		Path     string `json:"path"`
		Wrong    string `json:"wrong"`
		Expected string `json:"expected"`
	} `json:"problems"`

	status int
	after  time.Duration // that the system asks to wait; 0: it does not say
}

// unanswered is an error of the way to the system: nobody knows whether it has heard.
type unanswered struct{ error }

func (u unanswered) Unwrap() error { return u.error }

func (r refusal) Error() string {
	text := r.Detail
	if text == "" {
		text = r.Title
	}
	for _, p := range r.Problems {
		text += fmt.Sprintf("\nline %d: %s: %s; expected %s", p.Line, p.Path, p.Wrong, p.Expected)
	}
	return text
}

// call sends one request and decodes the JSON answer into result.
func (t target) call(ctx context.Context, method, path, contentType string, body []byte, result any) error {
	header := http.Header{}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	answer, err := t.send(ctx, method, path, header, body)
	if err != nil || result == nil {
		return err
	}
	return json.Unmarshal(answer, result)
}

// send sends one request and returns the answer, or the problem that it told.
func (t target) send(ctx context.Context, method, path string, header http.Header, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, t.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header = header
	if t.key != "" && header.Get("Authorization") == "" {
		request.Header.Set("Authorization", "Bearer "+t.key)
	}
	client := http.Client{Timeout: 2 * time.Minute}
	response, err := client.Do(request)
	if err != nil {
		return nil, unanswered{fmt.Errorf("the system at %s does not answer (make run starts a local one): %w", t.url, err)}
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return nil, unanswered{err}
	}
	if response.StatusCode < 300 {
		return answer, nil
	}
	var r refusal
	if json.Unmarshal(answer, &r) != nil || r.Title+r.Detail == "" {
		r.Detail = fmt.Sprintf("%s %s: %s", method, path, response.Status)
	}
	r.status = response.StatusCode
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		r.after = time.Duration(seconds) * time.Second
	}
	return nil, r
}
