package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"afterword/internal/esm"
	"afterword/internal/function"
	"afterword/internal/local"
	"afterword/internal/table"
	"afterword/internal/trail"
)

// No address, name or comment stands in any log line, metric, URL, queue message, problem document or access log: every journey, and
// the history, are run with all of it captured, and searched for whatever they store and are given. Tokens, which are credentials,
// stand in URLs alone.
func TestNothingOfAnybodyLeaves(t *testing.T) {
	o := &overheard{heard: map[string]*strings.Builder{}, people: map[string]bool{}, tokens: map[string]bool{}, access: accessFormat(t)}
	t.Run("journeys", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Files: journeysFor(t, "bolt"),
			Setup: func(env *testscript.Env) error {
				if err := begin(env, "bolt", o.listen); err != nil {
					return err
				}
				env.Defer(func() { o.leave(env.T().(testing.TB), env.Values[travellerKey{}].(*traveller)) })
				return nil
			},
			Cmds: commands, RequireUniqueNames: true,
		})
	})
	t.Run("history", func(t *testing.T) {
		j := &traveller{options: local.Options{Now: monday, Key: journeyKey, Seed: true}}
		o.listen(j)
		if err := j.start(t); err != nil {
			t.Fatal(err)
		}
		o.leave(t, j)
		if err := j.stop(); err != nil {
			t.Error(err)
		}
	})
	o.readScripts(t)
	o.search(t)
}

// overheard is what left the system, by the way that it took, and what must not be in it.
type overheard struct {
	sync.Mutex
	heard          map[string]*strings.Builder
	people, tokens map[string]bool
	access         string
	failed         error
}

func (o *overheard) hear(way, text string) {
	o.Lock()
	defer o.Unlock()
	if o.heard[way] == nil {
		o.heard[way] = &strings.Builder{}
	}
	o.heard[way].WriteString(text + "\n")
}

// ear hears what is written.
type ear struct {
	*overheard
	way string
}

func (e ear) Write(p []byte) (int, error) {
	e.hear(e.way, string(p))
	return len(p), nil
}

func (o *overheard) listen(j *traveller) {
	j.options.Log = slog.New(slog.NewJSONHandler(ear{o, "log"}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	j.options.Metrics = func(name string) function.Metrics {
		return &function.Embedded{Out: ear{o, "metric"}, Function: name, Now: time.Now}
	}
	j.options.Watch = func(_ string, engine table.Table) table.Table {
		o.Lock()
		defer o.Unlock()
		j.engine = engine
		return confidant{engine, o}
	}
	j.around = o.around
}

// around hears the addresses of requests and in answers, and writes API Gateway's access log.
func (o *overheard) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		o.hear("URL", r.URL.String()+" "+answer.Header().Get("Location"))
		body := answer.Body.String()
		switch kind := answer.Header().Get("Content-Type"); {
		case strings.HasPrefix(kind, "application/problem+json"):
			o.hear("problem", body)
		case strings.HasPrefix(kind, "text/html"):
			o.links(body)
		}
		o.hear("access log", o.accessLine(r, answer.Code))
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

var webAddress = regexp.MustCompile(`https?://[^\s"'<>]+|(?:href|action|src)="/[^"]*"`)

func (o *overheard) links(text string) {
	for _, link := range webAddress.FindAllString(text, -1) {
		o.hear("URL", link)
	}
}

var contextVariable = regexp.MustCompile(`\$context(\.\w+)+`)

func (o *overheard) accessLine(r *http.Request, status int) string {
	values := map[string]string{
		"requestId": "JKJaXmPLvHcESHA=", "routeKey": r.Pattern, "status": strconv.Itoa(status), "responseLatency": "12", "responseLength": "120",
		"path": r.URL.Path, "httpMethod": r.Method, "domainName": r.Host, "protocol": r.Proto, "identity.sourceIp": "192.0.2.1",
		"identity.userAgent": r.UserAgent(), "requestTime": "20/Nov/2026:09:12:00 +0000", "integrationErrorMessage": "-", "error.message": "-",
	}
	return contextVariable.ReplaceAllStringFunc(o.access, func(variable string) string {
		value, known := values[strings.TrimPrefix(variable, "$context.")]
		if !known {
			o.fail(fmt.Errorf("the access log holds %s: tell this test what stands there", variable))
		}
		return value
	})
}

func (o *overheard) fail(err error) {
	o.Lock()
	defer o.Unlock()
	o.failed = errors.Join(o.failed, err)
}

func accessFormat(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources struct {
			Api struct { //nolint:revive // its name there
				Properties struct {
					AccessLogSettings struct {
						Format string `yaml:"Format"`
					} `yaml:"AccessLogSettings"`
				} `yaml:"Properties"`
			} `yaml:"Api"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	format := template.Resources.Api.Properties.AccessLogSettings.Format
	if !strings.Contains(format, "$context.routeKey") {
		t.Fatalf("no access log's format was found: %q", format)
	}
	return format
}

// confidant is an engine that remembers what it is told about people.
type confidant struct {
	table.Table
	o *overheard
}

func (c confidant) Write(ctx context.Context, w table.Write) (table.Item, error) {
	c.o.confide(w)
	return c.Table.Write(ctx, w)
}

func (c confidant) Transact(ctx context.Context, writes []table.Write) error {
	for _, w := range writes {
		c.o.confide(w)
	}
	return c.Table.Transact(ctx, writes)
}

// private are the attributes that hold people and their words, by the first letter of their item's key.
var private = map[byte][]string{'C': {"address", "name"}, 'I': {"comment"}, 'K': {"outcome", "cause"}}

func (o *overheard) confide(w table.Write) {
	for _, item := range []table.Item{w.Item, w.Set} {
		for _, name := range private[w.Key.Partition[0]] {
			if word, is := item[name].(string); is {
				o.keep(word)
			}
		}
	}
}

// keep remembers a word that must not leave. Of one or two letters nobody could tell whose they are.
func (o *overheard) keep(word string) {
	if word = strings.ToLower(strings.TrimSpace(word)); len(word) > 3 {
		o.Lock()
		defer o.Unlock()
		o.people[word] = true
	}
}

// leave hears, at the end of a journey, the addresses in its mails, and what a queue would get if nothing of its feed could be worked.
func (o *overheard) leave(t testing.TB, j *traveller) {
	for _, m := range j.system.Mails() {
		opened, err := m.Open()
		if err != nil {
			t.Error(err)
		}
		for _, link := range linkVariables {
			for _, path := range link.FindAllString(opened.Text+opened.HTML, -1) {
				o.Lock()
				o.tokens[strings.ToLower(path[len("/s/"):])] = true
				o.Unlock()
			}
		}
		o.links(opened.Text + "\n" + opened.HTML)
	}
	feed := j.engine.(table.Feed)
	shards, err := feed.Shards(t.Context())
	if err != nil {
		t.Error(err)
	}
	for _, shard := range shards {
		changes, err := feed.Read(t.Context(), shard, "", 40)
		if err != nil {
			t.Error(err)
		}
		broken := func(context.Context, []table.Change) (string, error) { return "", errors.New("broken") }
		report := esm.Simulate(t.Context(), rand.New(rand.NewPCG(1, 2)), changes, esm.Mapping{MaxRetries: 1, BisectOnError: true}, esm.Faults{}, broken)
		if len(changes) > 0 && len(report.Failures) == 0 {
			t.Error("nothing was given up")
		}
		for _, failure := range report.Failures {
			o.hear("queue", fmt.Sprintf("%+v %s", failure, failure))
		}
	}
}

var (
	someAddress = regexp.MustCompile(`[\w.+'-]+@[\w-]+(\.[\w-]+)+`)
	someName    = regexp.MustCompile(`"(?:requester_name|first_name|last_name|person)"\s*:\s*"([^"]+)"`)
	someComment = regexp.MustCompile(`(?:comment|q-[a-z]+)='([^']+)'`)
)

// theSenderOfMails is the company's own, and stands as an example in what is said about a program.
const theSenderOfMails = "hello@acme.example"

// readScripts remembers whom the journeys and the program name, also those who were never stored.
func (o *overheard) readScripts(t *testing.T) {
	t.Helper()
	for _, file := range append(journeysFor(t, "bolt"), "../program/default.yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range someAddress.FindAllString(string(text), -1) {
			if found != theSenderOfMails {
				o.keep(found)
			}
		}
		for _, pattern := range []*regexp.Regexp{someName, someComment} {
			for _, found := range pattern.FindAllStringSubmatch(string(text), -1) {
				o.keep(found[1])
			}
		}
	}
}

// search looks for people on every way, and for tokens wherever they are not needed.
func (o *overheard) search(t *testing.T) {
	t.Helper()
	if o.failed != nil {
		t.Error(o.failed)
	}
	for _, way := range []string{"log", "metric", "URL", "problem", "access log", "queue"} {
		if o.heard[way] == nil {
			t.Errorf("nothing was heard by the way of %s", way)
			continue
		}
		text := o.heard[way].String()
		found := leaks(text, o.people)
		if way != "URL" && way != "problem" {
			found = append(found, leaks(text, o.tokens)...)
		}
		// What the last line of defence took out of the log should not have come that far.
		found = append(found, leaks(text, map[string]bool{trail.Redacted: true})...)
		for _, one := range found[:min(len(found), 5)] {
			t.Errorf("%s, 1 of %d: holds %s", way, len(found), one)
		}
	}
	if len(o.people) < 500 || len(o.tokens) < 500 {
		t.Errorf("%d words and %d tokens were looked for", len(o.people), len(o.tokens))
	}
}

// leaks are the words that stand in a text, as they are or coded for JSON, a URL or HTML, each with what stands around it.
func leaks(text string, words map[string]bool) (found []string) {
	readings := []string{strings.ToLower(text)}
	for _, decode := range []func(string) string{unquoted, unescaped, html.UnescapeString} {
		if reading := strings.ToLower(decode(text)); reading != readings[0] {
			readings = append(readings, reading)
		}
	}
	for _, word := range slices.Sorted(maps.Keys(words)) {
		for _, reading := range readings {
			if at := whole(reading, word); at >= 0 {
				found = append(found, fmt.Sprintf("%q: ...%s...", word, reading[max(0, at-120):min(len(reading), at+len(word)+80)]))
				break
			}
		}
	}
	return found
}

// whole is where a word stands that is not a part of a longer one; less than 0: nowhere.
func whole(text, word string) int {
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return at
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(word):])
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) {
			return at
		}
		from = at + len(word)
	}
}

var quotedRune = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)

func unquoted(text string) string {
	return quotedRune.ReplaceAllStringFunc(text, func(code string) string {
		var s string
		_ = json.Unmarshal([]byte(`"`+code+`"`), &s) // half of a pair stays as it is
		return s
	})
}

var coded = regexp.MustCompile(`(?:%[0-9a-fA-F]{2})+|\+`)

func unescaped(text string) string {
	return coded.ReplaceAllStringFunc(text, func(code string) string {
		plain, _ := url.QueryUnescape(code) // always whole: the pattern sees to it
		return plain
	})
}

func TestWhatLeavesIsFoundHoweverItIsCoded(t *testing.T) {
	words := map[string]bool{"anna@example.com": true, "王芳芳": true, "it broke, twice": true}
	for _, text := range []string{
		`{"to":"Anna@Example.com"}`, "/x?a=anna%40example.com", `{"name":"\u738b\u82b3\u82b3"}`, "/x?name=%E7%8E%8B%E8%8A%B3%E8%8A%B3", "/x?c=it+broke%2C+twice",
		"anna&#64;example.com",
	} {
		if len(leaks(text, words)) != 1 {
			t.Errorf("%s: not found", text)
		}
	}
	if found := leaks("anna at example.com", words); len(found) > 0 {
		t.Error(found)
	}
}
