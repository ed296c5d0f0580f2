package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"afterword/internal/program"
	"afterword/internal/webhook"
)

const (
	begin  = "2026-11-20T09:00:00Z" // a Friday, within every desk's hours
	apiKey = "load-test-key-of-this-machine"
)

// runner is the local system as a process of its own, with its data in a folder.
type runner struct {
	program, data, address string
	process                *exec.Cmd
	kills                  int
	client                 http.Client
}

func buildRunner(ctx context.Context, folder string) (*runner, error) {
	r := &runner{program: filepath.Join(folder, "local"), data: filepath.Join(folder, "data"), client: http.Client{Timeout: 10 * time.Second}}
	build := exec.CommandContext(ctx, "go", "build", "-o", r.program, "./scripts/local")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	return r, build.Run()
}

// start starts the process and waits until it is ready.
func (r *runner) start(ctx context.Context) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	r.address = listener.Addr().String()
	listener.Close()
	r.process = exec.CommandContext(ctx, r.program, "-addr", r.address, "-data", r.data, "-now", begin, "-seed=false")
	r.process.Env = append(os.Environ(), "AFTERWORD_API_KEY="+apiKey)
	r.process.Stderr = os.Stderr
	if err := r.process.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(20 * time.Second); ctx.Err() == nil && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		response, err := r.client.Get("http://" + r.address + "/healthz")
		if err == nil {
			response.Body.Close()
			return nil
		}
	}
	return errors.Join(ctx.Err(), errors.New("the runner did not get ready within 20 s"), r.kill())
}

// kill ends the process the hard way: nothing of it gets to clean up.
func (r *runner) kill() error {
	r.kills++
	r.client.CloseIdleConnections()
	if err := r.process.Process.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	_ = r.process.Wait() // reports the kill itself as an error
	return nil
}

// invite has each customer visit once, moves the clock past the mails, and returns the links of the surveys.
func invite(ctx context.Context, r *runner, customers int) (links []string, err error) {
	if err := r.start(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if killErr := r.kill(); err == nil {
			err = killErr
		}
	}()
	at, err := time.Parse(time.RFC3339, begin)
	if err != nil {
		return nil, err
	}
	for n := range customers {
		if err := r.hook(ctx, n, at); err != nil {
			return nil, err
		}
	}
	if _, err := r.post(ctx, "/local/clock", "application/json", []byte(`{"advance":"168h"}`)); err != nil {
		return nil, err
	}
	links, err = r.surveyLinks(ctx)
	if err == nil && len(links) != customers {
		err = fmt.Errorf("%d customers visited, %d were asked", customers, len(links))
	}
	return links, err
}

func (r *runner) hook(ctx context.Context, n int, at time.Time) error {
	body := fmt.Appendf(nil, `{"ticket_id":"%d","status":"solved","requester_email":"load-%d@example.com","requester_name":"Load","requester_language":"en","assignee_name":"Anna","group":"Support","updated_at":%q}`,
		n, n, at.Format(time.RFC3339))
	header, _, err := webhook.Sign(program.Source{Kind: program.Zendesk}, []string{"local-secret-zendesk"}, body, at)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.address+"/hooks/zendesk", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header = header
	request.Header.Set("Content-Type", "application/json")
	_, err = r.do(request)
	return err
}

var surveyLink = regexp.MustCompile(`/s/[A-Za-z0-9_-]{47}`)

func (r *runner) surveyLinks(ctx context.Context) (links []string, err error) {
	var mails []struct{ Kind, Text string }
	if err := r.get(ctx, "/local/mail.json", &mails); err != nil {
		return nil, err
	}
	for _, m := range mails {
		if link := surveyLink.FindString(m.Text); m.Kind == "survey" && link != "" {
			links = append(links, link)
		}
	}
	return links, nil
}

// invitationIn is the id of the invitation that a survey link was made for: its token is a purpose, then the id.
func invitationIn(link string) string {
	token, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(link, "/s/"))
	if err != nil || len(token) < 16 {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(token[1:16])
}

// answer sends one explicit answer. True: the page said that it was saved.
func (r *runner) answer(ctx context.Context, link string, rating int) (bool, error) {
	form := url.Values{"rating": {strconv.Itoa(rating)}, "act": {"explicit"}}
	_, err := r.post(ctx, link, "application/x-www-form-urlencoded", []byte(form.Encode()))
	return err == nil, err
}

// results reads what is stored, what is counted and what the audit says, once every stream is drained.
func (r *runner) results(ctx context.Context) (stored responses, scored histogram, findings int, err error) {
	if _, err := r.post(ctx, "/local/clock", "application/json", []byte(`{"advance":"168h"}`)); err != nil {
		return nil, nil, 0, err
	}
	stored = responses{}
	for next := ""; ; {
		var page struct {
			Items []struct {
				ID     string
				Rating int
			}
			Next string
		}
		if err := r.get(ctx, "/api/responses?touchpoint=support&period=2026&cursor="+url.QueryEscape(next), &page); err != nil {
			return nil, nil, 0, err
		}
		for _, item := range page.Items {
			stored[item.ID] = item.Rating
		}
		if next = page.Next; next == "" {
			break
		}
	}
	var score struct{ Distribution histogram }
	if err := r.get(ctx, "/api/scores?touchpoint=support&period=2026", &score); err != nil {
		return nil, nil, 0, err
	}
	for rating, n := range score.Distribution {
		if n == 0 {
			delete(score.Distribution, rating)
		}
	}
	var audit struct{ Lagging, Drifted int }
	answer, err := r.post(ctx, "/api/admin/audit", "application/json", nil)
	if err != nil {
		return nil, nil, 0, err
	}
	err = json.Unmarshal(answer, &audit)
	return stored, score.Distribution, audit.Lagging + audit.Drifted, err
}

func (r *runner) get(ctx context.Context, path string, result any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.address+path, nil)
	if err != nil {
		return err
	}
	answer, err := r.do(request)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, result)
}

func (r *runner) post(ctx context.Context, path, contentType string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.address+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	return r.do(request)
}

func (r *runner) do(request *http.Request) ([]byte, error) {
	if strings.HasPrefix(request.URL.Path, "/api/") {
		request.Header.Set("Authorization", "Bearer "+apiKey)
	}
	response, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<20))
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %.200s", request.Method, request.URL.Path, response.Status, answer)
	}
	return answer, err
}
