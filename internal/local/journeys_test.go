package local_test

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"afterword/internal/api"
	"afterword/internal/local"
	"afterword/internal/program"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/webhook"
)

// The journeys are the specification: each tells, from the outside, what a sender, a customer, somebody at a desk or the owner does
// and sees. They run through the handlers that Lambda runs, on a clock that stands until it is moved. A journey whose first line
// says "engines: both" also runs on DynamoDB.
//
//	hook SOURCE FILE [NAME=VALUE...] a source sends the file, signed, or sample:NAME of events/intake, with headers; prints the answer
//	answer PATH STATUS [FILE]        what a source's API answers from now on
//	meanwhile SOURCE FILE            a source sends the file while its API is asked the next time
//	asked N                          sources were asked so many times
//	raw METHOD PATH FILE [H=V ...]   sends the file as it is, with headers
//	clock 72h | clock TIME           time passes, every schedule runs
//	mails KIND N                     so many mails of the kind were sent so far; prints the newest and sets $SURVEY, $UNSUBSCRIBE, $CASE
//	link TOUCHPOINT NAME             asks the API for a link for everybody; sets $LINK
//	get PATH, head PATH              opens a link; prints the page, and sets $FORM to where its form goes
//	post PATH [NAME=VALUE ...]       sends a form
//	api PATH                         asks the API; prints indented JSON
//	admin PATH FILE                  posts a file to the API
//	simulate FILE days=N             tries the program on the visits of the last days; prints the comparison
//	simulate FILE visits=CSV         likewise, on the visits of a file
//	reported PATH FILE               posts a file of JSON to the API; sets $SURVEY to a link in the answer
//	verdict count|withdraw REASON    the owner rules about the answer behind $SURVEY; prints it
//	key SCOPE                        makes a key of the API that has the scope; sets $KEY and $KEYID
//	crowd SOURCE FILE FROM TO        likewise for each number of a range, which stands in the file as NUMBER
//	ses EVENT [N]                    SES tells bounce, transient, complaint or delivery about the newest mail, or the newest N surveys
//	status N                         of the last answer
//	restart                          the process ends and starts again on the same data
//	asleep TIME                      likewise, and it starts at the time: no schedule runs in between
func TestJourneys(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Files:              journeysFor(t, engine.Name),
				Setup:              func(env *testscript.Env) error { return begin(env, engine.Name, func(*traveller) {}) },
				Cmds:               commands,
				RequireUniqueNames: true,
			})
		})
	}
}

func journeysFor(t *testing.T, engine string) (files []string) {
	t.Helper()
	all, err := filepath.Glob("testdata/journeys/*.txtar")
	if err != nil || len(all) == 0 {
		t.Fatalf("no journeys: %v", err)
	}
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if engine == "bolt" || strings.HasPrefix(string(text), "# engines: both\n") {
			files = append(files, file)
		}
	}
	return files
}

// Monday morning, within the sending hours of the shipped program.
var monday = time.Date(2026, time.November, 16, 8, 0, 0, 0, time.UTC)

const journeyKey = "the-key-of-these-journeys"

// traveller is what a journey's commands share.
type traveller struct {
	options local.Options
	around  func(http.Handler) http.Handler // nil: nothing is
	engine  table.Table                     // as a test that watches saw it
	system  *local.System
	server  *httptest.Server
	status  int
	asked   *asked
}

func begin(env *testscript.Env, engine string, prepare func(*traveller)) error {
	t := env.T().(testing.TB)
	j := &traveller{options: local.Options{
		Data: filepath.Join(env.WorkDir, "data"), Now: monday, Key: journeyKey, Template: "../../template.yaml",
	}}
	if engine != "bolt" {
		j.options.Engine, j.options.Data = "dynamodb", ""
	}
	asked, secrets, err := listen(env.WorkDir)
	if err != nil {
		return err
	}
	env.Defer(asked.server.Close)
	j.asked, j.options.Secrets, j.options.Via = asked, secrets, asked
	prepare(j)
	if err := j.start(t); err != nil {
		return err
	}
	env.Defer(func() { _ = j.stop() })
	env.Values[travellerKey{}], env.Values[testKey{}] = j, t
	return nil
}

type travellerKey struct{}

func (j *traveller) start(t testing.TB) (err error) {
	if j.system, err = local.Open(t.Context(), j.options); err != nil {
		return err
	}
	handler := j.system.Handler()
	if j.around != nil {
		handler = j.around(handler)
	}
	j.server = httptest.NewServer(handler)
	return nil
}

func (j *traveller) stop() error {
	j.server.Close()
	return j.system.Close()
}

// again ends the process and starts another on its data, at the time.
func (j *traveller) again(ts *testscript.TestScript, at time.Time) {
	ts.Check(j.stop())
	j.options.Now = at
	ts.Check(j.start(ts.Value(testKey{}).(testing.TB)))
}

var commands = map[string]func(*testscript.TestScript, bool, []string){
	"hook": func(ts *testscript.TestScript, neg bool, args []string) { hook(ts, readFile(ts, args[1]), args) },
	"crowd": func(ts *testscript.TestScript, neg bool, args []string) {
		from, err := strconv.Atoi(args[2])
		ts.Check(err)
		to, err := strconv.Atoi(args[3])
		ts.Check(err)
		for n := from; n <= to; n++ {
			hook(ts, bytes.ReplaceAll(readFile(ts, args[1]), []byte("NUMBER"), []byte(strconv.Itoa(n))), args[:2])
		}
	},
	"raw": func(ts *testscript.TestScript, neg bool, args []string) {
		header := http.Header{}
		for _, pair := range args[3:] {
			name, value, _ := strings.Cut(pair, "=")
			header.Set(name, value)
		}
		on(ts).send(ts, args[0], args[1], header, readFile(ts, args[2]))
	},
	"clock": func(ts *testscript.TestScript, neg bool, args []string) {
		j := on(ts)
		to, err := time.Parse(time.RFC3339, args[0])
		if err != nil {
			step, err := time.ParseDuration(args[0])
			ts.Check(err)
			to = j.system.Now().Add(step)
		}
		ts.Check(j.system.Advance(ts.Value(testKey{}).(testing.TB).Context(), to))
	},
	"mails": func(ts *testscript.TestScript, neg bool, args []string) { countMails(ts, args) },
	"get": func(ts *testscript.TestScript, neg bool, args []string) {
		on(ts).send(ts, http.MethodGet, args[0], headersOf(args[1:]), nil)
	},
	"head": func(ts *testscript.TestScript, neg bool, args []string) {
		on(ts).send(ts, http.MethodHead, args[0], nil, nil)
	},
	"post": func(ts *testscript.TestScript, neg bool, args []string) {
		form := url.Values{}
		for _, pair := range args[1:] {
			name, value, _ := strings.Cut(pair, "=")
			form.Add(name, value)
		}
		on(ts).send(ts, http.MethodPost, args[0], http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()))
	},
	"api": func(ts *testscript.TestScript, neg bool, args []string) {
		on(ts).send(ts, http.MethodGet, args[0], bearer(nil), nil)
	},
	"admin": func(ts *testscript.TestScript, neg bool, args []string) {
		var body []byte
		if len(args) > 1 {
			body = readFile(ts, args[1])
		}
		on(ts).send(ts, http.MethodPost, args[0], bearer(http.Header{"Content-Type": {"application/yaml"}}), body)
	},
	"link": func(ts *testscript.TestScript, neg bool, args []string) { findLink(ts, args[0], args[1]) },
	"reported": func(ts *testscript.TestScript, neg bool, args []string) {
		answer := on(ts).send(ts, http.MethodPost, args[0], bearer(http.Header{"Content-Type": {"application/json"}}), readFile(ts, args[1]))
		if path := linkVariables["SURVEY"].Find(answer); path != nil {
			ts.Setenv("SURVEY", string(path))
		}
	},
	"verdict": func(ts *testscript.TestScript, neg bool, args []string) {
		token, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(ts.Getenv("SURVEY"), "/s/"))
		ts.Check(err)
		body, err := json.Marshal(map[string]any{"id": base64.RawURLEncoding.EncodeToString(token[1:16]), "counted": args[0] == "count", "reason": args[1]})
		ts.Check(err)
		on(ts).send(ts, http.MethodPost, "/api/admin/verdict", bearer(http.Header{"Content-Type": {"application/json"}}), body)
	},
	"answer":    func(ts *testscript.TestScript, neg bool, args []string) { on(ts).asked.replies(ts, args) },
	"asked":     func(ts *testscript.TestScript, neg bool, args []string) { on(ts).asked.count(ts, args[0]) },
	"meanwhile": func(ts *testscript.TestScript, neg bool, args []string) { on(ts).asked.meanwhile(ts, args) },
	"simulate":  func(ts *testscript.TestScript, neg bool, args []string) { simulate(ts, args) },
	"key":       func(ts *testscript.TestScript, neg bool, args []string) { makeKey(ts, args[0]) },
	"ses":       func(ts *testscript.TestScript, neg bool, args []string) { sesEvents(ts, args) },
	"status":    func(ts *testscript.TestScript, neg bool, args []string) { checkStatus(ts, args[0]) },
	"restart":   func(ts *testscript.TestScript, neg bool, args []string) { on(ts).again(ts, on(ts).system.Now()) },
	"asleep": func(ts *testscript.TestScript, neg bool, args []string) {
		at, err := time.Parse(time.RFC3339, args[0])
		ts.Check(err)
		on(ts).again(ts, at)
	},
}

type testKey struct{}

// hook delivers a body to a source, signed, with what the arguments after the source and the file say: headers, as Name=value. A file
// sample:NAME is that of events/intake with its headers, happening now.
func hook(ts *testscript.TestScript, body []byte, args []string) {
	header, body := delivery(ts, body, args)
	on(ts).send(ts, http.MethodPost, "/hooks/"+args[0], header, body)
}

// delivery is what hook sends.
func delivery(ts *testscript.TestScript, body []byte, args []string) (http.Header, []byte) {
	j := on(ts)
	source, shipped := program.Default().Sources[args[0]]
	if !shipped {
		source = program.Source{Name: args[0], Kind: args[0]}
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if sample, ok := strings.CutPrefix(args[1], "sample:"); ok {
		of, err := readSample(sample)
		ts.Check(err)
		body = webhook.Restamp(source, []byte(of.body), j.system.Now())
		maps.Copy(header, of.header)
	}
	signed, body, err := webhook.Sign(source, webhook.SampleSecrets(source), body, j.system.Now())
	ts.Check(err)
	maps.Copy(header, signed)
	if args[0] == "shopify" && header.Get("X-Shopify-Topic") == "" {
		header.Set("X-Shopify-Topic", "orders/paid")
	}
	for _, pair := range args[2:] {
		name, value, _ := strings.Cut(pair, "=")
		header.Set(cmp.Or(map[string]string{"topic": "X-Shopify-Topic"}[name], name), value)
	}
	return header, body
}

func on(ts *testscript.TestScript) *traveller { return ts.Value(travellerKey{}).(*traveller) }

func readFile(ts *testscript.TestScript, name string) []byte {
	if strings.HasPrefix(name, "sample:") {
		return nil
	}
	if sample, ok := strings.CutPrefix(name, "size:"); ok { // so many bytes of nothing
		n, err := strconv.Atoi(sample)
		ts.Check(err)
		return bytes.Repeat([]byte(" "), n)
	}
	return []byte(ts.ReadFile(name))
}

func bearer(header http.Header) http.Header {
	if header == nil {
		header = http.Header{}
	}
	header.Set("Authorization", "Bearer "+journeyKey)
	return header
}

func headersOf(pairs []string) http.Header {
	header := http.Header{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		header.Set(name, value)
	}
	return header
}

// send sends a request as a client of its own would, and prints what came back.
func (j *traveller) send(ts *testscript.TestScript, method, path string, header http.Header, body []byte) (answer []byte) {
	request, err := http.NewRequest(method, j.server.URL+path, bytes.NewReader(body))
	ts.Check(err)
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := j.server.Client().Do(request)
	ts.Check(err)
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	ts.Check(err)
	ts.Check(j.system.Drain(request.Context()))
	j.status = response.StatusCode
	var indented bytes.Buffer
	if strings.Contains(response.Header.Get("Content-Type"), "json") && json.Indent(&indented, answer, "", "  ") == nil {
		answer = append(indented.Bytes(), '\n')
	}
	if form := formAction.FindSubmatch(answer); form != nil {
		ts.Setenv("FORM", html.UnescapeString(string(form[1])))
	}
	fmt.Fprintf(ts.Stdout(), "%s\n", answer)
	return answer
}

var formAction = regexp.MustCompile(`<form class="survey" method="post" action="([^"]+)"`)

// findLink asks the API for the link of a name.
func findLink(ts *testscript.TestScript, touchpoint, name string) {
	var links struct{ Items []api.Link }
	ts.Check(json.Unmarshal(on(ts).send(ts, http.MethodGet, "/api/links?touchpoint="+touchpoint, bearer(nil), nil), &links))
	for _, l := range links.Items {
		if at, err := url.Parse(l.URL); err == nil && l.Name == name {
			ts.Setenv("LINK", at.Path)
			return
		}
	}
	ts.Fatalf("there is no link %s", name)
}

func makeKey(ts *testscript.TestScript, scope string) {
	header := bearer(http.Header{"Content-Type": {"application/json"}})
	answer := on(ts).send(ts, http.MethodPost, "/api/admin/keys", header, []byte(`{"name":"of a journey","scopes":["`+scope+`"]}`))
	checkStatus(ts, "201")
	secret := madeKey.FindStringSubmatch(string(answer))
	if secret == nil {
		ts.Fatalf("no key was shown")
	}
	ts.Setenv("KEY", secret[1])
	ts.Setenv("KEYID", secret[2])
}

var madeKey = regexp.MustCompile(`"key": "(aw_([A-Za-z0-9_-]{12})[A-Za-z0-9_-]{43})"`)

func checkStatus(ts *testscript.TestScript, want string) {
	if got := strconv.Itoa(on(ts).status); got != want {
		ts.Fatalf("the answer was %s, want %s", got, want)
	}
}

var linkVariables = map[string]*regexp.Regexp{
	"SURVEY":      regexp.MustCompile(`/s/[A-Za-z0-9_-]{47}`),
	"UNSUBSCRIBE": regexp.MustCompile(`/u/[A-Za-z0-9_-]{47}`),
	"CASE":        regexp.MustCompile(`/c/[A-Za-z0-9_-]{47}`),
}

func countMails(ts *testscript.TestScript, args []string) {
	var newest *local.Captured
	n := 0
	for _, m := range on(ts).system.Mails() {
		if m.Kind == args[0] {
			newest, n = &m, n+1
		}
	}
	if strconv.Itoa(n) != args[1] {
		ts.Fatalf("%d mails of kind %s were sent, want %s", n, args[0], args[1])
	}
	if newest == nil {
		return
	}
	opened, err := newest.Open()
	ts.Check(err)
	for name, link := range linkVariables {
		if path := link.FindString(opened.Text); path != "" {
			ts.Setenv(name, path)
		}
	}
	fmt.Fprintf(ts.Stdout(), "To: %s\nSubject: %s\n", opened.To, opened.Subject)
	for _, name := range []string{"List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"} {
		if value := opened.Headers[name]; value != "" {
			fmt.Fprintf(ts.Stdout(), "%s: %s\n", name, value)
		}
	}
	fmt.Fprintf(ts.Stdout(), "\n%s\n", opened.Text)
}

func sesEvents(ts *testscript.TestScript, args []string) {
	mails := on(ts).system.Mails()
	if len(args) == 1 {
		sesEvent(ts, args[0], mails[len(mails)-1])
		return
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	for _, m := range slices.Backward(mails) {
		if m.Kind == "survey" && n > 0 {
			sesEvent(ts, args[0], m)
			n--
		}
	}
}

func sesEvent(ts *testscript.TestScript, kind string, m local.Captured) {
	j := on(ts)
	event, err := local.EventAbout(kind, m, j.system.Now())
	ts.Check(err)
	j.send(ts, http.MethodPost, "/local/ses-event", http.Header{"Content-Type": {"application/json"}}, event)
}
