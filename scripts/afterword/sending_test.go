package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestAPauseIsToldAndEnded(t *testing.T) {
	at := system(t)
	for _, row := range []struct{ command, want string }{
		{"sending", "survey mails leave\n"},
		{"resume", "survey mails leave; what waited for more than a day is not sent any more\n"},
	} {
		if out, err := run(t, at, row.command); err != nil || out != row.want {
			t.Errorf("%s: %q, %v", row.command, out, err)
		}
	}
	since := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	paused := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"paused": true, "since": since, "after": since.Add(-24 * time.Hour), "why": "bounces", "mails": 120, "troubled": 7, "rate": 0.0583})
	}))
	t.Cleanup(paused.Close)
	want := "survey mails are paused since 2026-11-20T12:00:00Z: bounces, 7 of 120 mails of the account since 2026-11-19T12:00:00Z (5.8 %)\n"
	if out, err := run(t, paused.URL, "sending"); err != nil || out != want {
		t.Errorf("%q, %v", out, err)
	}
}
