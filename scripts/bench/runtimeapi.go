package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// runtimeAPI is as much of Lambda's Runtime API as one start needs: it hands out one event, if there is one, and lets whoever asks
// again wait.
type runtimeAPI struct {
	event    []byte // nil: there is none
	server   *http.Server
	address  string
	once     [2]sync.Once
	polled   chan time.Time
	answered chan answered
}

type answered struct {
	at   time.Time
	body string
}

func openRuntimeAPI(event []byte) (*runtimeAPI, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &runtimeAPI{event: event, address: listener.Addr().String(), polled: make(chan time.Time, 1), answered: make(chan answered, 1)}
	a.server = &http.Server{Handler: http.HandlerFunc(a.serve), ReadHeaderTimeout: time.Minute}
	go func() { _ = a.server.Serve(listener) }()
	return a, nil
}

func (a *runtimeAPI) serve(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	if strings.HasSuffix(r.URL.Path, "/invocation/next") {
		first := false
		a.once[0].Do(func() { a.polled <- now; first = true })
		if !first || a.event == nil {
			<-r.Context().Done() // until the process is ended
			return
		}
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(now.Add(10*time.Second).UnixMilli()))
		_, _ = w.Write(a.event)
		return
	}
	body, _ := io.ReadAll(r.Body)
	a.once[1].Do(func() { a.answered <- answered{now, string(body)} })
	w.WriteHeader(http.StatusAccepted)
}

// begun is how long one start took.
type begun struct {
	poll   time.Duration // from the start of the process to its first poll
	answer time.Duration // from there to the answer to the event; 0 without one
	body   string        // that answer
}

// patience is how long a program may take to do anything.
const patience = 20 * time.Second

// start starts a program once, with the environment, and ends it.
func start(ctx context.Context, program string, environment []string, event []byte) (b begun, err error) {
	api, err := openRuntimeAPI(event)
	if err != nil {
		return b, err
	}
	defer api.server.Close()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	command := exec.CommandContext(ctx, program)
	command.Env = append([]string{"AWS_LAMBDA_RUNTIME_API=" + api.address}, environment...)
	var said strings.Builder
	command.Stderr = &said
	began := time.Now()
	if err := command.Start(); err != nil {
		return b, err
	}
	defer func() {
		cancel()
		_ = command.Wait() // it was killed
	}()
	var polled time.Time
	select {
	case polled = <-api.polled:
		b.poll = polled.Sub(began)
	case <-ctx.Done():
		return b, fmt.Errorf("%s did not poll: %w", program, ctx.Err())
	}
	if event == nil {
		return b, nil
	}
	select {
	case answer := <-api.answered:
		b.answer, b.body = answer.at.Sub(polled), answer.body
		return b, nil
	case <-ctx.Done():
		return b, fmt.Errorf("%s did not answer: %w", program, ctx.Err())
	}
}
