package local_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"

	"afterword/internal/local"
	"afterword/internal/program"
	"afterword/internal/table/tabletest"
	"afterword/internal/webhook"
)

// sample is a delivery of events/intake: its source by the shipped program, its headers without a signature, and its body as it was then.
type sample struct {
	source program.Source
	header http.Header
	body   string
}

func readSample(name string) (sample, error) {
	var event events.APIGatewayV2HTTPRequest
	text, err := os.ReadFile("../../events/intake/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(text, &event)
	}
	s := sample{source: program.Default().Sources[event.PathParameters["source"]], header: http.Header{}, body: event.Body}
	for name, value := range event.Headers {
		s.header.Set(name, value)
	}
	return s, err
}

// now is the sample with another body, as if it happened and was signed now.
func (s sample) now(body string, now time.Time) (http.Header, []byte, error) {
	signed, sealed, err := webhook.Sign(s.source, webhook.SampleSecrets(s.source), webhook.Restamp(s.source, []byte(body), now), now)
	header := s.header.Clone()
	maps.Copy(header, signed)
	return header, sealed, err
}

// mold is a sample from which deliveries about other subjects of other customers are made.
type mold struct {
	sample
	subject, address string
}

// molds are the samples that the shipped program asks about, of every source whose events say who the customer is.
func molds(t *testing.T) (all []mold) {
	t.Helper()
	files, err := filepath.Glob("../../events/intake/*.json")
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for _, file := range files {
		s, err := readSample(strings.TrimSuffix(filepath.Base(file), ".json"))
		if err != nil {
			t.Fatal(err)
		}
		m := mold{sample: s}
		read, err := webhook.Read(m.source, m.header, []byte(m.body))
		if err != nil || len(read) != 1 {
			continue
		}
		e := read[0]
		if _, _, taken := e.Meaning(m.source); !taken || e.Test || e.Fetch != "" || e.Subject == "" {
			continue
		}
		m.subject, m.address = e.Subject, e.Address
		covered[m.source.Name] = true
		all = append(all, m)
	}
	t.Logf("%d samples of %d sources", len(all), len(covered))
	return all
}

// delivery is the n-th about something else.
func (m mold) delivery(n int) string {
	subject := m.subject
	if trimmed := strings.TrimRight(subject, "0123456789abcdefABCDEF"); len(trimmed) < len(subject) {
		subject = trimmed
	}
	return strings.NewReplacer(m.subject, fmt.Sprintf("%s%d", subject, 100_000_000+n), m.address, fmt.Sprintf("customer-%d@customer.example", n)).Replace(m.body)
}

// Senders send things twice, at the same time and in any order. A visit is one, whoever wins.
func TestAThousandMixedDeliveriesMakeEachVisitOnce(t *testing.T) {
	const unique, all = 700, 1000
	from := molds(t)
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			system, handler := reception(t, engine.Name)
			random := rand.New(rand.NewPCG(6, 1))
			order := random.Perm(unique)
			for len(order) < all {
				order = append(order, random.IntN(unique))
			}
			random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			group, _ := errgroup.WithContext(t.Context())
			group.SetLimit(8)
			for i, n := range order {
				group.Go(func() error { return from[n%len(from)].send(handler, system.Now(), n, i) })
			}
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			if visits := len(decisionsOf(t, handler)); visits != unique {
				t.Errorf("%d deliveries about %d subjects made %d visits", all, unique, visits)
			}
		})
	}
}

// reception is a system on an engine that keeps nothing afterwards.
func reception(t *testing.T, engine string) (*local.System, http.Handler) {
	t.Helper()
	options := local.Options{Now: monday, Key: journeyKey, Template: "../../template.yaml"}
	if engine != "bolt" {
		options.Engine = "dynamodb"
	}
	system, err := local.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := system.Close(); err != nil {
			t.Error(err)
		}
	})
	return system, system.Handler()
}

// send delivers the n-th. Each time it has another delivery id where that is not signed, as senders give one anew.
func (m mold) send(handler http.Handler, now time.Time, n, time int) error {
	whole, body, err := m.now(m.delivery(n), now)
	if err != nil {
		return err
	}
	for _, name := range []string{"X-Shopify-Webhook-Id", "X-Zendesk-Webhook-Invocation-Id", "X-Wc-Webhook-Delivery-Id"} {
		if whole.Get(name) != "" {
			whole.Set(name, fmt.Sprintf("delivery-%d", time))
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/hooks/"+m.source.Name, bytes.NewReader(body))
	r.Header = whole
	rec := httptest.NewRecorder()
	if handler.ServeHTTP(rec, r); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `"planned"`) {
		return fmt.Errorf("%s, number %d: %d %s", m.source.Name, n, rec.Code, rec.Body)
	}
	return nil
}

// decisionsOf are the ids of all visits of the day.
func decisionsOf(t *testing.T, handler http.Handler) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for name := range program.Default().Touchpoints {
		for next := ""; ; {
			r := httptest.NewRequest(http.MethodGet, "/api/decisions?touchpoint="+name+"&day=2026-11-16&cursor="+next, nil)
			r.Header = bearer(nil)
			rec := httptest.NewRecorder()
			handler.ServeHTTP(rec, r)
			var page struct {
				Items []struct{ ID string }
				Next  string
			}
			if err := json.Unmarshal(rec.Body.Bytes(), &page); err != nil || rec.Code != http.StatusOK {
				t.Fatalf("%d %s: %v", rec.Code, rec.Body, err)
			}
			for _, item := range page.Items {
				if ids[item.ID] {
					t.Errorf("the visit %s is listed twice", item.ID)
				}
				ids[item.ID] = true
			}
			if next = page.Next; next == "" {
				break
			}
		}
	}
	return ids
}
