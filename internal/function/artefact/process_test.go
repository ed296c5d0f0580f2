package artefact

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// longest is how long this test waits for an answer of a process, whatever the template grants: nothing here takes a second.
const longest = 20 * time.Second

// process runs one bootstrap behind a Runtime API (docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). It starts with the first
// event, as on Lambda, and takes one event at a time.
type process struct {
	endpoint
	bootstrap string
	server    *httptest.Server
	command   *exec.Cmd
	ended     chan struct{}
	output    transcript
	calls     chan *call

	mu      sync.Mutex
	waiting map[string]*call // by request id
	ids     map[string]bool  // of all requests
}

// call is one invocation under way.
type call struct {
	id       string
	event    []byte
	deadline time.Time
	answered chan answer
}

type answer struct {
	body   []byte
	failed bool
}

// transcript is what a process wrote: a file, so that a line is there as soon as it is written.
type transcript struct{ *os.File }

func (t transcript) String() string {
	text, err := os.ReadFile(t.Name())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func newProcess(of endpoint, bootstrap string, output *os.File) *process {
	p := &process{
		endpoint: of, bootstrap: bootstrap, output: transcript{output}, ended: make(chan struct{}), calls: make(chan *call), waiting: map[string]*call{}, ids: map[string]bool{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", p.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{how}", p.answer)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(p.output, r.Body)
		w.WriteHeader(http.StatusAccepted)
	})
	mux.Handle("/", &p.endpoint)
	p.server = httptest.NewServer(mux)
	return p
}

func (p *process) start() error {
	p.command = exec.Command(p.bootstrap)
	p.command.Env = p.environment(strings.TrimPrefix(p.server.URL, "http://"), p.server.URL)
	p.command.Stdout, p.command.Stderr = p.output.File, p.output.File
	if err := p.command.Start(); err != nil {
		return err
	}
	go func() {
		_ = p.command.Wait() // how it ended is in the output
		close(p.ended)
	}()
	return nil
}

// stop kills the process. It must have been the test that ended it.
func (p *process) stop() {
	if p.command != nil && p.command.Process != nil {
		_ = p.command.Process.Kill() // it may be gone by itself
		<-p.ended
	}
	p.server.Close()
	_ = p.output.Close() // nobody writes any more
}

func (p *process) next(w http.ResponseWriter, r *http.Request) {
	var c *call
	select {
	case c = <-p.calls:
	case <-r.Context().Done():
		return
	}
	p.mu.Lock()
	p.waiting[c.id], p.ids[c.id] = c, true
	p.mu.Unlock()
	h := w.Header()
	h.Set("Lambda-Runtime-Aws-Request-Id", c.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(c.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:"+partition+":"+services["AWS::Serverless::Function"]+"afterword-"+p.resource)
	h.Set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0")
	_, _ = w.Write(c.event) // a process that is gone shows by its end
}

func (p *process) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	p.mu.Lock()
	c := p.waiting[r.PathValue("id")]
	delete(p.waiting, r.PathValue("id"))
	p.mu.Unlock()
	if err != nil || c == nil {
		http.Error(w, "no such invocation", http.StatusBadRequest)
		return
	}
	c.answered <- answer{body, r.PathValue("how") == "error"}
	w.WriteHeader(http.StatusAccepted)
}

// invoke hands an event to the function and returns what it answers.
func (p *process) invoke(ctx context.Context, event []byte) ([]byte, error) {
	if p.command == nil {
		if err := p.start(); err != nil {
			return nil, err
		}
	}
	seconds, _ := p.settings["Timeout"].(int)
	patience := min(longest, time.Duration(seconds)*time.Second)
	c := &call{id: rand.Text(), event: event, deadline: time.Now().Add(time.Duration(seconds) * time.Second), answered: make(chan answer, 1)}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("%s did not answer within %s", p.name, patience))
	defer cancel()
	select {
	case p.calls <- c:
	case <-p.ended:
		return nil, p.died()
	case <-ctx.Done():
		return nil, errors.Join(context.Cause(ctx), p.died())
	}
	select {
	case a := <-c.answered:
		if a.failed {
			return nil, fmt.Errorf("%s failed: %s", p.name, a.body)
		}
		return a.body, nil
	case <-p.ended:
		return nil, p.died()
	case <-ctx.Done():
		return nil, errors.Join(context.Cause(ctx), p.died())
	}
}

// died tells the first of what the process said.
func (p *process) died() error {
	return fmt.Errorf("the process of %s says: %.600s", p.name, p.output.String())
}

// lines are what the process logged, one JSON object each. What is not one is an error.
func (p *process) lines() (lines []map[string]any, err error) {
	for text := range strings.Lines(p.output.String()) {
		var line map[string]any
		if json.Unmarshal([]byte(text), &line) != nil {
			err = errors.Join(err, fmt.Errorf("%s logs a line that is not JSON: %.300s", p.name, text))
			continue
		}
		lines = append(lines, line)
	}
	return lines, err
}
