package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"afterword/internal/local"
	"afterword/internal/program"
	"afterword/internal/table"
	"afterword/internal/webhook"
)

// Friday morning: mails leave and desks work.
var begin = time.Date(2026, time.November, 20, 9, 0, 0, 0, time.UTC)

// world is the whole system in this process, driven from outside: by signed webhooks, links in mails, SES events and the clock.
type world struct {
	*local.System
	handler http.Handler
	engine  table.Table
	root    string // of the checkout
	seen    int    // mails that were looked at
	asked   int    // requests that were answered
	out     int    // bytes of what was answered
}

// openWorld opens a system on a clock that stands.
func openWorld(ctx context.Context, options local.Options) (*world, error) {
	w := &world{}
	template, err := local.FindTemplate(".")
	if err != nil {
		return nil, err
	}
	w.root = filepath.Dir(template)
	options.Template, options.Now = template, begin
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	watch := options.Watch
	options.Watch = func(function string, engine table.Table) table.Table {
		w.engine = engine
		if watch == nil {
			return engine
		}
		return watch(function, engine)
	}
	if w.System, err = local.Open(ctx, options); err != nil {
		return nil, err
	}
	w.handler = w.Handler()
	return w, nil
}

// moments are sample events of each kind of source, with what in them is one customer's and one subject's.
var moments = []struct{ sample, kind, topic, address, subject string }{
	{"shopify-order", "shopify", "orders/paid", "maria.lind@customer.example", "#1030"},
	{"zendesk-solved", "zendesk", "", "pieter.devries@customer.example", "20418"},
	{"standard-onboarding", "standard", "", "lin.chen@customer.example", "account-4711"},
}

// visit is a request of a source about the n-th subject, concerning a customer.
func (w *world) visit(n, customer int) (*http.Request, error) {
	moment := moments[n%len(moments)]
	text, err := os.ReadFile(filepath.Join(w.root, "events", "intake", moment.sample+".json"))
	if err != nil {
		return nil, err
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(text, &event); err != nil {
		return nil, err
	}
	body := strings.NewReplacer(
		moment.address, fmt.Sprintf("customer-%07d@customer.example", customer),
		moment.subject, fmt.Sprintf("#%d", 100_000_000+n),
	).Replace(event.Body)
	from := program.Source{Kind: moment.kind}
	header, stamped, err := webhook.Sign(from, []string{"local-secret-" + moment.kind}, webhook.Restamp(from, []byte(body), w.Now()), w.Now())
	if err != nil {
		return nil, err
	}
	header.Set("Content-Type", "application/json")
	header.Set("X-Shopify-Topic", moment.topic)
	return w.request(http.MethodPost, "/hooks/"+moment.kind, header, stamped), nil
}

func (w *world) request(method, path string, header http.Header, body []byte) *http.Request {
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	if header != nil {
		r.Header = header
	}
	return r
}

func (w *world) form(path string, values url.Values) *http.Request {
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept-Encoding": browsersTake}
	return w.request(http.MethodPost, path, header, []byte(values.Encode()))
}

// browsersTake is the Accept-Encoding of browsers.
var browsersTake = []string{"gzip, deflate, br, zstd"}

// do answers a request; one that is refused is an error.
func (w *world) do(r *http.Request) (string, error) {
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	sent := answer.Body.Len()
	text, err := plain(answer)
	if err != nil {
		return "", err
	}
	if answer.Code >= http.StatusBadRequest {
		return "", fmt.Errorf("%s %.12s...: status %d: %.200s", r.Method, r.URL.Path, answer.Code, text)
	}
	w.asked++
	w.out += sent
	return text, nil
}

// plain is an answer's text, whether it came compressed or not.
func plain(answer *httptest.ResponseRecorder) (string, error) {
	var body io.Reader = answer.Body
	if answer.Header().Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(body); err != nil {
			return "", err
		}
	}
	text, err := io.ReadAll(body)
	return string(text), err
}

// report tells of the n-th visit and holds that it was decided as expected.
func (w *world) report(n, customer int, planned bool) error {
	r, err := w.visit(n, customer)
	if err != nil {
		return err
	}
	answer, err := w.do(r)
	if err == nil && strings.Contains(answer, "planned") != planned {
		err = fmt.Errorf("visit %d: the hook answered %s", n, answer)
	}
	return err
}

// letters are the mails since the last call.
func (w *world) letters() []local.Captured {
	all := w.Mails()
	fresh := all[w.seen:]
	w.seen = len(all)
	return fresh
}

var link = regexp.MustCompile(`/[suc]/[A-Za-z0-9_-]{47}(?:\?r=[0-9x]+)?`)

// links are those in a mail's parts, each once.
func links(m local.Captured) (found []string, err error) {
	opened, err := m.Open()
	if err != nil {
		return nil, err
	}
	once := map[string]bool{}
	for _, l := range link.FindAllString(opened.Text+opened.HTML, -1) {
		if !once[l] {
			once[l] = true
			found = append(found, l)
		}
	}
	return found, nil
}

// page is the first link of a kind ("/s/", "/u/", "/c/"), without what stands behind it.
func page(all []string, kind string) string {
	for _, l := range all {
		if path, _, _ := strings.Cut(l, "?"); strings.HasPrefix(path, kind) {
			return path
		}
	}
	return ""
}
