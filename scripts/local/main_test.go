package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestFlagsThatCannotBeMeantAreRefusedInOneLine(t *testing.T) {
	for _, row := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"-seed", "false", "-data", ""}, `"false" is not a flag`},
		{[]string{"-demo", t.TempDir(), "-data", ""}, "no other flag"},
		{[]string{"-colour", "red"}, "-colour"},
		{[]string{"-now", "noon"}, `"noon"`},
	} {
		var out bytes.Buffer
		err := run(t.Context(), row.arguments, &out)
		if err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "\n") || out.Len() > 0 {
			t.Errorf("%q: %v, want %s; printed %q", row.arguments, err, row.want, &out)
		}
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &out); err != nil || !strings.Contains(out.String(), "-seed") {
		t.Errorf("-h: %v, %q", err, &out)
	}
}

func TestARequestInFlightIsAnsweredBeforeTheEnd(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, finish := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(begun); <-finish })
	ctx, end := context.WithCancel(t.Context())
	ended, answered := make(chan error, 1), make(chan error, 1)
	go func() { ended <- listen(ctx, listener, handler) }()
	go func() {
		response, err := http.Get("http://" + listener.Addr().String())
		if err == nil {
			err = response.Body.Close()
		}
		answered <- err
	}()
	<-begun
	end()
	select {
	case err := <-ended:
		t.Errorf("it ended while a request was in flight: %v", err)
		ended <- err
	case <-time.After(200 * time.Millisecond): // as long as a wrong end gets to show itself
	}
	close(finish)
	if err := <-answered; err != nil {
		t.Errorf("the request in flight was cut: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the end: %v", err)
	}
}
