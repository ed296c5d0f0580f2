package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestARebuildIsFollowedToItsEnd(t *testing.T) {
	between = time.Millisecond
	const idle, counting = `{"running":false}`, `{"running":true,"stage":"counting","since":"2026-11-22T12:00:00Z"}`
	for _, row := range []struct {
		name    string
		answers []string
		want    string // of the requests
		says    []string
		fails   string
	}{
		{"one is begun", []string{idle, counting, counting, `{"stage":"done","counted":7,"removed":9}`}, "GET POST GET GET",
			[]string{"since 2026-11-22T12:00:00Z", "counting: 0 responses", "done: 7 responses counted, 0 of expired ones carried over, 9 old items removed"}, ""},
		{"one is running", []string{counting, `{"stage":"done","counted":7}`}, "GET GET", []string{"done: 7"}, ""},
		{"it is given up", []string{idle, counting, `{"stage":"done","failure":"response x cannot be read"}`}, "GET POST GET", nil, "response x cannot be read"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var asked []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, r.Method)
				_, _ = w.Write([]byte(row.answers[len(asked)-1]))
			}))
			defer server.Close()
			var out strings.Builder
			err := rebuild(t.Context(), target{url: server.URL}, nil, &out)
			if row.fails == "" && err != nil || row.fails != "" && (err == nil || !strings.Contains(err.Error(), row.fails)) {
				t.Error(err)
			}
			if got := strings.Join(asked, " "); got != row.want {
				t.Errorf("asked %s, want %s", got, row.want)
			}
			for _, line := range row.says {
				if strings.Count(out.String(), line) != 1 {
					t.Errorf("%q is not said once in %s", line, &out)
				}
			}
		})
	}
}
