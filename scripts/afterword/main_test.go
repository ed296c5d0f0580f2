package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterword/internal/local"
	"afterword/internal/program"
)

const key = "the-key-of-the-command-tests"

// run runs the command against a system of its own and returns what it printed.
func run(t *testing.T, url string, arguments ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := start(t.Context(), append([]string{"--url", url, "--key", key}, arguments...), &out)
	return out.String(), err
}

func system(t *testing.T) string {
	t.Helper()
	s, err := local.Open(t.Context(), local.Options{Now: time.Now(), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.URL
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAProgramIsCheckedLineByLineAndNotAppliedWhenItIsWrong(t *testing.T) {
	url, broken := system(t), file(t, strings.Replace(program.DefaultText(), "delay: 1d", "delay: soon", 1))
	for _, command := range []string{"check", "apply"} {
		_, err := run(t, url, command, broken)
		if err == nil || !strings.Contains(err.Error(), "line ") || !strings.Contains(err.Error(), `"soon"`) {
			t.Errorf("%s: %v", command, err)
		}
	}
	out, err := run(t, url, "apply", file(t, program.DefaultText()))
	if err != nil || !strings.Contains(out, "version 1 ") {
		t.Errorf("the wrong program left something behind: %q, %v", out, err)
	}
}

func TestAScaleThatIsInForceIsNotChangedUnderItsName(t *testing.T) {
	url := system(t)
	if _, err := run(t, url, "apply", file(t, program.DefaultText())); err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(program.DefaultText(), "metric: CES", "metric: CSAT", 1)
	if changed == program.DefaultText() {
		t.Fatal("the shipped program has no metric CES to change")
	}
	_, err := run(t, url, "apply", file(t, changed))
	if err == nil || !strings.Contains(err.Error(), "nothing changed") {
		t.Errorf("got %v", err)
	}
}

func TestScoresAndAuditAnswer(t *testing.T) {
	url := system(t)
	out, err := run(t, url, "scores", "2026-Q4")
	if err != nil || !strings.Contains(out, "support") || !strings.Contains(out, "no score") {
		t.Errorf("scores: %q, %v", out, err)
	}
	if out, err := run(t, url, "scores", "2026-Q4", "support"); err != nil || strings.Contains(out, "purchase") {
		t.Errorf("scores of one touchpoint: %q, %v", out, err)
	}
	if out, err := run(t, url, "audit"); err != nil || !strings.Contains(out, "0 responses lagging, 0 counts differing") {
		t.Errorf("audit: %q, %v", out, err)
	}
}

func TestAKeyIsMadeUsedListedAndRevoked(t *testing.T) {
	url := system(t)
	out, err := run(t, url, "keys", "create", "crm export", "read,visits", "2126-01-31T00:00:00Z")
	secret, _, _ := strings.Cut(out, "\n")
	if err != nil || !strings.HasPrefix(secret, "aw_") {
		t.Fatalf("%q, %v", out, err)
	}
	if _, err := run(t, url, "--key", secret, "scores", "2026-Q4"); err != nil {
		t.Error(err)
	}
	if _, err := run(t, url, "--key", secret, "keys", "list"); err == nil || !strings.Contains(err.Error(), `"admin"`) {
		t.Errorf("a key that reads lists keys: %v", err)
	}
	list, err := run(t, url, "keys", "list")
	id := secret[3:15]
	if err != nil || !strings.Contains(list, id) || !strings.Contains(list, "read,visits") || !strings.Contains(list, "2126-01-31") || strings.Contains(list, secret[15:]) {
		t.Errorf("%q, %v", list, err)
	}
	if _, err := run(t, url, "keys", "revoke", id); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, url, "--key", secret, "scores", "2026-Q4"); err == nil || !strings.Contains(err.Error(), "revoked") {
		t.Errorf("the revoked key: %v", err)
	}
	for _, wrong := range [][]string{{"keys", "show"}, {"keys", "create", "crm"}, {"keys", "create", "crm", "write"}, {"keys", "revoke", "no-such-id"}, {"keys", "list", "all"}} {
		if _, err := run(t, url, wrong...); err == nil {
			t.Errorf("%v went well", wrong)
		}
	}
}

func TestSamplesAreReplayedSignedAfresh(t *testing.T) {
	url := system(t)
	t.Chdir("../..")
	if out, err := run(t, url, "invoke", "intake", "shopify-order"); err != nil || !strings.Contains(out, "planned") {
		t.Errorf("invoke: %q, %v", out, err)
	}
	if _, err := run(t, url, "invoke", "intake", "nothing"); err == nil {
		t.Error("a sample that is not there was replayed")
	}
	if _, err := run(t, url, "invoke", "dispatch", "scheduled"); err == nil || !strings.Contains(err.Error(), "clock") {
		t.Errorf("a schedule was invoked: %v", err)
	}
}

func TestWhatIsAskedWronglyIsSaidPlainly(t *testing.T) {
	url := system(t)
	for _, row := range []struct {
		arguments []string
		want      string
	}{
		{nil, "say what to do"},
		{[]string{"dance"}, "no command"},
		{[]string{"check"}, "usage: afterword check FILE"},
		{[]string{"check", "nowhere.yaml"}, "nowhere.yaml"},
		{[]string{"scores", "2026-13"}, "2026-13"},
		{[]string{"scores", "2026-Q4", "nothing"}, "nothing"},
		{[]string{"--key", "wrong-key-that-is-long-enough", "audit"}, "key"},
		{[]string{"--url", "http://127.0.0.1:1", "audit"}, "does not answer"},
	} {
		if _, err := run(t, url, row.arguments...); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v: %v, want %q", row.arguments, err, row.want)
		}
	}
}

// sampleServer answers every call alike and remembers the last one that was not about the clock.
func sampleServer(t *testing.T, clock string, last **http.Request, body *[]byte) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/local/clock" {
			if clock == "" {
				http.NotFound(w, r)
			}
			io.WriteString(w, clock)
			return
		}
		*last = r
		*body, _ = io.ReadAll(r.Body)
	}))
	t.Cleanup(server.Close)
	t.Chdir("../..")
	return server.URL
}

func TestAWebhookHappensByTheClockOfTheSystem(t *testing.T) {
	var last *http.Request
	var body []byte
	url := sampleServer(t, `{"now":"2031-02-03T04:05:06Z"}`, &last, &body)
	if out, err := run(t, url, "invoke", "intake", "zendesk-solved"); err != nil || out != "taken\n" {
		t.Fatalf("%q, %v", out, err)
	}
	if !strings.Contains(string(body), `"updated_at":"2031-02-03T04:05:06Z"`) || last.Header.Get("X-Zendesk-Webhook-Signature-Timestamp") == "" {
		t.Errorf("%s, %v", body, last.Header)
	}
}

func TestAWebhookHappensByTheWallClockWhereThereIsNoOther(t *testing.T) {
	var last *http.Request
	var body []byte
	url := sampleServer(t, "", &last, &body)
	if _, err := run(t, url, "invoke", "intake", "zendesk-solved"); err != nil {
		t.Fatal(err)
	}
	if today := time.Now().UTC().Format(`"updated_at":"2006-01-02`); !strings.Contains(string(body), today) {
		t.Errorf("%s, want %s", body, today)
	}
}

func TestTheKeyOfASampleDoesNotReplaceTheCallers(t *testing.T) {
	var last *http.Request
	var body []byte
	url := sampleServer(t, "", &last, &body)
	if _, err := run(t, url, "invoke", "api", "scores"); err != nil || last.Header.Get("Authorization") != "Bearer "+key {
		t.Errorf("sent %q, %v", last.Header.Get("Authorization"), err)
	}
}

func TestASourceIsSignedAsItsKindWhateverItIsCalled(t *testing.T) {
	header := http.Header{}
	if _, err := sign(header, sourceOf("standard", "accounts"), []byte("{}"), time.Unix(0, 0)); err != nil || header.Get("Webhook-Signature") == "" {
		t.Errorf("%v, %v", header, err)
	}
}

func TestASampleThatNamesNothingHereSaysSo(t *testing.T) {
	url := system(t)
	t.Chdir("../..")
	for sample, want := range map[string]string{
		"respond survey-answered": noInvitation, "respond survey-opened": noInvitation, "respond one-click-unsubscribe": noInvitation, "bounce task": noCase,
	} {
		out, err := run(t, url, append([]string{"invoke"}, strings.Fields(sample)...)...)
		if said := fmt.Sprint(out, err); !strings.Contains(said, want) || strings.HasPrefix(out, "\n") {
			t.Errorf("%s: %q, %v", sample, out, err)
		}
	}
}

func TestAnExpressionIsCheckedWithItsLine(t *testing.T) {
	url, broken := system(t), file(t, strings.Replace(program.DefaultText(), "at: body.created_at", "at: bdy.created_at", 1))
	for _, command := range []string{"check", "apply"} {
		_, err := run(t, url, command, broken)
		if err == nil || !strings.Contains(err.Error(), "sources.generic.map.at: unknown name bdy, at character 1; expected") {
			t.Errorf("%s: %v", command, err)
		}
	}
}
