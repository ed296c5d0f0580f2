package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"afterword/internal/local"
)

func run(t *testing.T, change func(*smoke)) (string, error) {
	t.Helper()
	// At night, when the shipped program mails nobody.
	system, err := local.Open(t.Context(), local.Options{Now: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC), Key: "the-key-of-the-smoke-tests"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(system.Handler())
	defer func() {
		server.Close()
		if err := system.Close(); err != nil {
			t.Error(err)
		}
	}()
	var out bytes.Buffer
	s := smoke{url: server.URL, key: "the-key-of-the-smoke-tests", from: "hello@feedback.example.com", apply: true, tick: time.Minute, out: &out}
	change(&s)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = s.run(ctx)
	return out.String(), err
}

func TestASystemThatWorksPasses(t *testing.T) {
	out, err := run(t, func(*smoke) {})
	if err != nil || strings.Count(out, "ok ") != 2*len(customers)+2 || strings.Contains(out, "FAILED") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestWhatDoesNotWorkFails(t *testing.T) {
	for want, change := range map[string]func(*smoke){
		"401 Unauthorized": func(s *smoke) { s.secret = "another one" },
		"not planned":      func(s *smoke) { s.apply = false },
		"--from":           func(s *smoke) { s.from = "" },
		"apply the test":   func(s *smoke) { s.key = "not-the-key-of-these-tests" },
	} {
		if out, err := run(t, change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v\n%s", want, err, out)
		}
	}
}
