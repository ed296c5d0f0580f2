package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// gate is a handler and what happens behind it.
type gate struct {
	handler Handler
	secrets map[string][]string
	taken   []touchpoint.Event
	skipped []touchpoint.Skip
	answer  func(touchpoint.Event) (touchpoint.Outcome, error)
	log     bytes.Buffer
	broken  error // of reading program and secrets
}

func newGate() *gate {
	g := &gate{secrets: map[string][]string{"shopify": secretsOf["shopify"], "zendesk": secretsOf["zendesk"], "standard": secretsOf["standard"]}}
	g.answer = func(touchpoint.Event) (touchpoint.Outcome, error) {
		return touchpoint.Outcome{Decision: touchpoint.Decision{Reason: touchpoint.Planned}}, nil
	}
	g.handler = Handler{Programs: g, Secrets: g, Intake: g, Skips: g, Now: func() time.Time { return noon }, Log: slog.New(slog.NewTextHandler(&g.log, nil))}
	return g
}

func (g *gate) Current(context.Context) (*program.Program, error) { return program.Default(), g.broken }

func (g *gate) Source(_ context.Context, source string) ([]string, error) {
	return g.secrets[source], g.broken
}

func (g *gate) Take(_ context.Context, _ *program.Program, e touchpoint.Event, _ time.Time) (touchpoint.Outcome, error) {
	g.taken = append(g.taken, e)
	return g.answer(e)
}

func (g *gate) Skip(_ context.Context, skips []touchpoint.Skip, _ time.Time, _ *time.Location) error {
	g.skipped = append(g.skipped, skips...)
	return nil
}

func (g *gate) send(t *testing.T, method, source string, header http.Header, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/hooks/{source}", g.handler)
	r := httptest.NewRequestWithContext(t.Context(), method, "/hooks/"+source, bytes.NewReader(body))
	r.Header = header
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, r)
	return rec
}

// deliver sends a sample as its sender would, now.
func (g *gate) deliver(t *testing.T, name string, change func(http.Header, []byte) []byte) *httptest.ResponseRecorder {
	t.Helper()
	s := readSample(t, name)
	header, body := s.header(), []byte(s.Body)
	if change != nil {
		body = change(header, body)
	}
	for name, values := range signed(t, s.PathParameters.Source, body, noon) {
		header[name] = values
	}
	return g.send(t, http.MethodPost, s.PathParameters.Source, header, body)
}

func TestADeliveryIsAnsweredWithTheDecision(t *testing.T) {
	for name, touchpointName := range map[string]string{"shopify-order": "purchase", "zendesk-solved": "support", "standard-onboarding": "onboarding"} {
		g := newGate()
		rec := g.deliver(t, name, nil)
		if rec.Code != 200 || rec.Body.String() != "{\"decision\":\"planned\"}\n" || rec.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
		if len(g.taken) != 1 || g.taken[0].Touchpoint != touchpointName || g.taken[0].Source == "" || g.taken[0].Address == "" {
			t.Errorf("%s: taken %+v", name, g.taken)
		}
		if log := g.log.String(); strings.Contains(log, "@") || strings.Contains(log, g.taken[0].Subject) || strings.Count(log, "\n") != 1 {
			t.Errorf("%s: log %q", name, log)
		}
	}
}

func TestOnlyARepeatedVisitIsLoggedAsOne(t *testing.T) {
	for _, repeated := range []bool{false, true} {
		g := newGate()
		g.answer = func(touchpoint.Event) (touchpoint.Outcome, error) {
			return touchpoint.Outcome{Decision: touchpoint.Decision{Reason: touchpoint.Planned}, Repeated: repeated}, nil
		}
		g.deliver(t, "shopify-order", nil)
		if log := g.log.String(); strings.Contains(log, "repeated=true") != repeated || strings.Contains(log, "repeated") != repeated {
			t.Errorf("repeated %v: log %q", repeated, log)
		}
	}
}

func TestBadInputGetsAClearAnswerAndChangesNothing(t *testing.T) {
	s := readSample(t, "standard-onboarding")
	body := []byte(s.Body)
	good := func() http.Header {
		h := signed(t, "standard", body, noon)
		h.Set("Content-Type", "application/json")
		return h
	}
	changed := func(change func(http.Header)) http.Header {
		h := good()
		change(h)
		return h
	}
	resigned := func(body []byte, at time.Time) http.Header {
		h := signed(t, "standard", body, at)
		h.Set("Content-Type", "application/json; charset=utf-8")
		return h
	}
	broken, large := []byte(`{"type":"onboarding.completed",`), bytes.Repeat([]byte(" "), 2<<20)
	odd := []byte(`{"type":"onboarding.completed","data":"account-42"}`)
	limit := append(bytes.Repeat([]byte(" "), MaxBody-len(body)), body...)
	for _, row := range []struct {
		rule, method, source string
		header               http.Header
		body                 []byte
		status               int
		says, log            string
	}{
		{"unknown source", "POST", "nobody", good(), body, 404, "no such source", ""},
		{"unknown source, probed", "GET", "nobody", nil, nil, 404, "", ""},
		{"a probe", "GET", "standard", nil, nil, 200, "", ""},
		{"a probe by HEAD", "HEAD", "standard", nil, nil, 200, "", ""},
		{"another method", "PUT", "standard", good(), body, 405, "POST", ""},
		{"no content type", "POST", "standard", changed(func(h http.Header) { h.Del("Content-Type") }), body, 415, "application/json", ""},
		{"wrong content type", "POST", "standard", changed(func(h http.Header) { h.Set("Content-Type", "text/xml") }), body, 415, "application/json", ""},
		{"a form", "POST", "standard", changed(func(h http.Header) { h.Set("Content-Type", "application/x-www-form-urlencoded") }), []byte("webhook_id=1"), 415, "application/json", ""},
		{"two megabytes", "POST", "standard", resigned(large, noon), large, 413, "larger than 1048576", ""},
		{"no signature", "POST", "standard", changed(func(h http.Header) { h.Del("Webhook-Signature") }), body, 401, "signature", errUnsigned.Error()},
		{"bad signature", "POST", "standard", changed(func(h http.Header) { h.Set("Webhook-Signature", "v1,"+strings.Repeat("A", 43)+"=") }), body, 401, "signature", errSignature.Error()},
		{"stale timestamp", "POST", "standard", resigned(body, noon.Add(-301*time.Second)), body, 401, "signature", errStale.Error()},
		{"timestamp to come", "POST", "standard", resigned(body, noon.Add(301*time.Second)), body, 401, "signature", errStale.Error()},
		{"broken JSON", "POST", "standard", resigned(broken, noon), broken, 400, "JSON", ""},
		{"a text where the event's data should be", "POST", "standard", resigned(odd, noon), odd, 400, "JSON", ""},
		{"broken JSON, badly signed", "POST", "standard", good(), broken, 401, "signature", ""},
		{"another source's signature", "POST", "zendesk", good(), body, 401, "signature", errUnsigned.Error()},
		{"exactly a megabyte", "POST", "standard", resigned(limit, noon), limit, 200, "planned", ""},
	} {
		t.Run(row.rule, func(t *testing.T) {
			g := newGate()
			rec := g.send(t, row.method, row.source, row.header, row.body)
			if rec.Code != row.status || !strings.Contains(rec.Body.String(), row.says) || row.says == "" && rec.Code == 200 && rec.Body.Len() > 0 {
				t.Errorf("%d %s, want %d", rec.Code, rec.Body, row.status)
			}
			if row.status != 200 && row.status != 405 && rec.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("content type %q", rec.Header().Get("Content-Type"))
			}
			if row.says != "planned" && len(g.taken) != 0 {
				t.Errorf("taken %+v", g.taken)
			}
			if !strings.Contains(g.log.String(), row.log) {
				t.Errorf("log %q, want %q in it", g.log.String(), row.log)
			}
			if all := rec.Body.String() + g.log.String(); strings.Contains(all, "lin.chen") || strings.Contains(all, "account-4711") || strings.Contains(all, "/hooks/") {
				t.Errorf("input came back: %s", all)
			}
		})
	}
	g := newGate()
	stale, forged := g.send(t, "POST", "standard", resigned(body, noon.Add(-time.Hour)), body), g.send(t, "POST", "standard", resigned(nil, noon), body)
	if stale.Body.String() != forged.Body.String() {
		t.Error("a stranger is told what was wrong with the signature")
	}
}

func TestASecretThatProvesNothingIsRefused(t *testing.T) {
	for kind, sample := range map[string]string{"zendesk": "zendesk-solved", "standard": "standard-onboarding"} { // the kind of a source may have changed
		body := []byte(readSample(t, sample).Body)
		for _, secret := range []string{"dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==", "", " "} {
			g := newGate()
			g.secrets[kind] = []string{secret}
			header, _, err := Sign(program.Source{Kind: kind}, []string{secret}, body, noon)
			if err != nil {
				t.Fatal(err)
			}
			header.Set("Content-Type", "application/json")
			if rec := g.send(t, "POST", kind, header, body); rec.Code != 401 || len(g.taken) != 0 {
				t.Errorf("%s, %q: %d %s", kind, secret, rec.Code, rec.Body)
			}
			// Beside a real one it is passed over, and the real one is good.
			g.secrets[kind] = append([]string{secret}, secretsOf[kind]...)
			if rec := g.send(t, "POST", kind, header, body); rec.Code != 401 {
				t.Errorf("%s, %q beside another: %d", kind, secret, rec.Code)
			}
			if rec := g.deliver(t, sample, nil); rec.Code != 200 {
				t.Errorf("%s, the other beside %q: %d", kind, secret, rec.Code)
			}
		}
	}
	g := newGate()
	g.secrets["zendesk"] = nil
	if rec := g.deliver(t, "zendesk-solved", nil); rec.Code != 401 {
		t.Errorf("a source without a secret: %d", rec.Code)
	}
}

func TestAnEventThatTheProgramDoesNotNameIsTakenAndIgnored(t *testing.T) {
	for name, change := range map[string]func(http.Header, []byte) []byte{
		"shopify-order":       func(h http.Header, b []byte) []byte { h.Set("X-Shopify-Topic", "orders/cancelled"); return b },
		"zendesk-solved":      func(_ http.Header, b []byte) []byte { return bytes.Replace(b, []byte("Solved"), []byte("Closed"), 1) },
		"standard-onboarding": func(_ http.Header, b []byte) []byte { return bytes.Replace(b, []byte("completed"), []byte("begun"), 1) },
	} {
		g := newGate()
		if rec := g.deliver(t, name, change); rec.Code != 200 || rec.Body.String() != "{\"decision\":\"not-in-the-program\"}\n" || len(g.taken) != 0 {
			t.Errorf("%s: %d %s, taken %v", name, rec.Code, rec.Body, g.taken)
		}
		if len(g.skipped) != 1 || g.skipped[0].Reason != touchpoint.Unmapped || g.skipped[0].Source == "" || g.skipped[0].Event == "" {
			t.Errorf("%s: kept %+v", name, g.skipped)
		}
	}
	g := newGate()
	loud := func(h http.Header, b []byte) []byte { h.Set("X-Shopify-Topic", "Orders/Paid"); return b }
	if g.deliver(t, "shopify-order", loud); len(g.taken) != 1 {
		t.Error("the name of an event in capitals is another event")
	}
}

func TestATicketThatIsOpenAgainIsReopened(t *testing.T) {
	g := newGate()
	g.answer = func(e touchpoint.Event) (touchpoint.Outcome, error) {
		return touchpoint.Outcome{Decision: touchpoint.Decision{Reason: touchpoint.Reopened}}, nil
	}
	rec := g.deliver(t, "zendesk-reopened", nil)
	if len(g.taken) != 1 || !g.taken[0].Reopened || g.taken[0].Touchpoint != "support" || g.taken[0].Subject != "20418" || !strings.Contains(rec.Body.String(), `"reopened"`) {
		t.Errorf("%s, taken %+v", rec.Body, g.taken)
	}
	if g.deliver(t, "zendesk-solved", nil); g.taken[1].Reopened {
		t.Error("a solution reopens")
	}
	g.deliver(t, "standard-onboarding", func(_ http.Header, b []byte) []byte {
		return bytes.Replace(b, []byte(`"consent"`), []byte(`"reopened":true,"consent"`), 1)
	})
	if e := g.taken[2]; !e.Reopened || e.Touchpoint != "onboarding" {
		t.Errorf("the owner's own reopening: %+v", e)
	}
}

func TestPassingTroubleIsSentAgainSoon(t *testing.T) {
	trouble := fault.New(fault.Transient, "try again")
	g := newGate()
	g.answer = func(touchpoint.Event) (touchpoint.Outcome, error) { return touchpoint.Outcome{}, trouble }
	if rec := g.deliver(t, "shopify-order", nil); rec.Code != 503 || rec.Header().Get("Retry-After") != "30" {
		t.Errorf("%d, Retry-After %q", rec.Code, rec.Header().Get("Retry-After"))
	}
	g = newGate()
	g.broken = trouble
	if rec := g.deliver(t, "shopify-order", nil); rec.Code != 503 || rec.Header().Get("Retry-After") != "30" || len(g.taken) != 0 {
		t.Errorf("%d, Retry-After %q", rec.Code, rec.Header().Get("Retry-After"))
	}
}

func TestSignRefusesWhatItCannotSignFor(t *testing.T) {
	for kind, secret := range map[string]string{"nobody": "x", "standard": "whsec_!"} {
		if _, _, err := Sign(program.Source{Kind: kind}, []string{secret}, nil, noon); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), secret) && secret != "x" {
			t.Errorf("%s: %v", kind, err)
		}
	}
	for kind := range senders {
		if _, _, err := Sign(program.Source{Kind: kind}, nil, nil, noon); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s, without a secret: %v", kind, err)
		}
	}
}

func TestTheSamplesHoldNoSignature(t *testing.T) {
	for _, name := range []string{"shopify-order", "shopify-order-test", "zendesk-solved", "zendesk-reopened", "standard-onboarding"} {
		s := readSample(t, name)
		for header := range s.Headers {
			if strings.Contains(header, "signature") || strings.Contains(header, "hmac") {
				t.Errorf("%s holds %s", name, header)
			}
		}
		if !json.Valid([]byte(s.Body)) {
			t.Errorf("%s: the body is no JSON", name)
		}
	}
}

// Shopify would send it again for hours and then give the address up; Zendesk shows the refusal to its admin and goes on.
func TestWhatIsSignedAndBrokenIsRefusedOnlyWhereSomebodyIsTold(t *testing.T) {
	breaks := func(_ http.Header, b []byte) []byte { return b[:len(b)-1] }
	g := newGate()
	if rec := g.deliver(t, "shopify-order", breaks); rec.Code != 200 || !strings.Contains(rec.Body.String(), "not-understood") || len(g.skipped) != 1 {
		t.Errorf("%d %s, kept %v", rec.Code, rec.Body, g.skipped)
	}
	g = newGate()
	if rec := g.deliver(t, "zendesk-solved", breaks); rec.Code != 400 || len(g.skipped) != 0 {
		t.Errorf("%d %s, kept %v", rec.Code, rec.Body, g.skipped)
	}
	g = newGate()
	g.answer = func(touchpoint.Event) (touchpoint.Outcome, error) {
		return touchpoint.Outcome{}, fault.New(fault.Invalid, "nothing tells it from others")
	}
	if rec := g.deliver(t, "shopify-order", nil); rec.Code != 200 || !strings.Contains(rec.Body.String(), "not-understood") || len(g.skipped) != 1 {
		t.Errorf("an event without a name of its own: %d %s, kept %v", rec.Code, rec.Body, g.skipped)
	}
}

func TestAnyDeliveryMayBeMarkedAsATest(t *testing.T) {
	g := newGate()
	g.deliver(t, "standard-onboarding", func(h http.Header, b []byte) []byte { h.Set(TestHeader, "true"); return b })
	if g.deliver(t, "standard-onboarding", nil); len(g.taken) != 2 || !g.taken[0].Test || g.taken[1].Test {
		t.Errorf("taken %+v", g.taken)
	}
}

func TestABatchOfAThousandIsTakenAndNoLargerOne(t *testing.T) {
	for n, want := range map[int]int{mostEvents: http.StatusOK, mostEvents + 1: http.StatusRequestEntityTooLarge} {
		g := newGate()
		g.secrets["segment"] = []string{"shared"}
		body := []byte("[" + strings.Repeat(`{"type":"page"},`, n-1) + `{"type":"page"}]`)
		header, body, err := Sign(program.Source{Kind: program.Track}, g.secrets["segment"], body, noon)
		if err != nil {
			t.Fatal(err)
		}
		header.Set("Content-Type", "application/json")
		if rec := g.send(t, http.MethodPost, "segment", header, body); rec.Code != want || want == http.StatusOK && len(g.skipped) != n {
			t.Errorf("%d events: %d %.80s, %d kept", n, rec.Code, rec.Body, len(g.skipped))
		}
	}
}
