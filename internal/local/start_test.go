package local_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/local"
	"afterword/internal/program"
)

func start(t *testing.T, options local.Options) *local.System {
	t.Helper()
	if options.Now.IsZero() {
		options.Now = monday
	}
	s, err := local.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func finish(t *testing.T, s *local.System) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// story is what the seeded history came to.
func story(t *testing.T, s *local.System) []string {
	t.Helper()
	defer finish(t, s)
	lines, err := s.Scores(t.Context(), "2026")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, l := range lines {
		told = append(told, strings.Join([]string{l.Touchpoint, l.Value, l.Interval, l.Answers, l.Rate}, " "))
	}
	for _, m := range s.Mails() {
		told = append(told, m.At.Format(time.RFC3339)+" "+m.Kind)
	}
	return told
}

func TestTheHistoryIsTheSameForTheSameTime(t *testing.T) {
	first := story(t, start(t, local.Options{Seed: true}))
	if diff := cmp.Diff(first, story(t, start(t, local.Options{Seed: true}))); diff != "" || len(first) < 300 {
		t.Errorf("of %d lines these differ:\n%s", len(first), diff)
	}
}

func TestAHistoryThatWasCutShortIsPlayedAgainFromTheBeginning(t *testing.T) {
	data := t.TempDir()
	whole := story(t, start(t, local.Options{Seed: true, Data: data}))
	if err := os.WriteFile(filepath.Join(data, "seeding"), nil, 0o600); err != nil { // as a kill would have left it
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole, story(t, start(t, local.Options{Seed: true, Data: data}))); diff != "" {
		t.Errorf("what was there before the kill is still there:\n%s", diff)
	}
}

func TestNoHistoryIsPlayedAroundDataOfOnesOwn(t *testing.T) {
	data := t.TempDir()
	s := start(t, local.Options{Data: data})
	if _, err := s.FireSample(t.Context(), "zendesk-solved"); err != nil {
		t.Fatal(err)
	}
	finish(t, s)
	s = start(t, local.Options{Data: data, Seed: true})
	defer finish(t, s)
	if n := len(s.Mails()); n != 0 || !s.Now().Equal(monday) {
		t.Errorf("%d mails, and it is %s", n, s.Now())
	}
}

func TestAProgramOfOnesOwnStartsWithTheHistoryThatFitsIt(t *testing.T) {
	own := filepath.Join(t.TempDir(), "own.yaml")
	text := strings.Replace(program.DefaultText(), "\n  shopify:\n", "\n  shop:\n", 1)
	if err := os.WriteFile(own, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, local.Options{Program: own, Seed: true})
	defer finish(t, s)
	lines, err := s.Scores(t.Context(), "2026")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if (l.Answers == "0") != (l.Touchpoint == "purchase") {
			t.Errorf("%s has %s answers", l.Touchpoint, l.Answers)
		}
	}
	if _, err := s.FireSample(t.Context(), "shopify-order"); err == nil || !strings.Contains(err.Error(), "no source") {
		t.Errorf("a sample of a source that is not there: %v", err)
	}
}

func TestTimeDoesNotGoBackWhenTheProcessDoes(t *testing.T) {
	data := t.TempDir()
	s, server := open(t, local.Options{Data: data})
	if status, answer := call(t, "POST", server.URL+"/local/clock", `{"advance":"240h"}`); status != 200 {
		t.Fatal(answer)
	}
	moved := s.Now()
	server.Close()
	finish(t, s)
	again := start(t, local.Options{Data: data})
	defer finish(t, again)
	if !again.Now().Equal(moved) {
		t.Errorf("it is %s, it was %s", again.Now(), moved)
	}
}

func TestTheTourAnswersOnThisMachineOnly(t *testing.T) {
	_, server := open(t, local.Options{})
	for host, want := range map[string]int{"evil.example": 403, "evil.example:8080": 403, "localhost:8080": 200, "127.0.0.1": 200, "[::1]:8080": 200, "10.0.0.7:8080": 403} {
		for _, path := range []string{"/", "/local/mail.json"} {
			request, _ := http.NewRequest("GET", server.URL+path, nil)
			request.Host = host
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("%s as %s: status %d, want %d", path, host, response.StatusCode, want)
			}
		}
	}
}

func TestNoTablesAreMadeInAnAccountByAccident(t *testing.T) {
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
	_, err := local.Open(t.Context(), local.Options{Engine: "dynamodb", Now: monday})
	if err == nil || !strings.Contains(err.Error(), "AWS_ENDPOINT_URL_DYNAMODB_STREAMS") {
		t.Errorf("got %v", err)
	}
}

func TestSecretsThatCannotBeUsedAreSaidAtTheStart(t *testing.T) {
	for text, want := range map[string]string{
		`{"source":{"shopify":["a"]}}`: "source",
		`{"sources":{"shopify":[]}}`:   "has no secret",
		`{"tokens":{"x":"y"}}`:         "secret",
	} {
		file := filepath.Join(t.TempDir(), "secrets.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := local.Open(t.Context(), local.Options{Secrets: file, Now: monday}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestAKeyAndSecretsOfOnesOwnAreTaken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secrets.json")
	if err := os.WriteFile(file, []byte(`{"sources":{"zendesk":["whsec_of-my-own"]},"tokens":{"1":"mine","2":"mine too"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := local.Open(t.Context(), local.Options{Now: monday, Key: "short", Secrets: file})
	if err != nil {
		t.Fatal(err)
	}
	defer finish(t, s)
	if answer, err := s.FireSample(t.Context(), "zendesk-solved"); err != nil || !strings.Contains(answer, "planned") {
		t.Errorf("%q, %v", answer, err)
	}
	if _, err := s.Scores(t.Context(), "2026"); err != nil {
		t.Errorf("the key is not taken: %v", err)
	}
}
