package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"afterword/internal/program"
	"afterword/internal/touchpoint"
	"afterword/internal/webhook"
)

// probe is a sample of a source, and what is understood of it.
type probe struct {
	name   string
	header http.Header
	body   []byte
	event  touchpoint.Event // the first of it
	lone   bool             // there is no other in it
}

// tryOut lets the source report its sample, signed with its secret and marked as a test, so that nobody is mailed.
func tryOut(ctx context.Context, to target, source program.Source, out io.Writer) error {
	t, err := probeOf(source)
	if err != nil {
		return err
	}
	header := t.header.Clone()
	header.Set(webhook.TestHeader, "true")
	body, err := sign(header, source, t.body, to.now(ctx))
	if err != nil {
		return err
	}
	answer, err := to.send(ctx, http.MethodPost, "/hooks/"+source.Name, header, body)
	if err != nil {
		return fmt.Errorf("%w\n%s was sent to %s/hooks/%s; is AFTERWORD_SECRET the one that Afterword has for this source? It reads a changed secret within fifteen minutes",
			err, t.name, to.url, source.Name)
	}
	var decided struct {
		Decision  touchpoint.Reason
		Decisions []touchpoint.Reason // of a delivery with several events
	}
	if err := json.Unmarshal(answer, &decided); err != nil {
		return fmt.Errorf("the hook answered %q, which is no decision: %w", answer, err)
	}
	fmt.Fprintf(out, "sample    %s\n", t.name)
	for _, line := range understood(t.event) {
		fmt.Fprintf(out, "%-9s %s\n", line[0], line[1])
	}
	for _, decision := range append(decided.Decisions, decided.Decision) {
		if decision != "" {
			fmt.Fprintf(out, "decision  %s%s\n", decision, meanings[decision])
		}
	}
	return nil
}

// meanings are what the decision about a sample says of the connection.
var meanings = map[touchpoint.Reason]string{
	touchpoint.Test:       ": the signature is good and the event was understood; a test is recorded and nobody is mailed",
	touchpoint.Unmapped:   ": the signature is good; the program maps other events of this source than this one",
	touchpoint.Filtered:   ": the signature is good; the program's filters do not let this one through",
	touchpoint.NotVisited: ": the signature is good; the sample reopens what was never reported",
}

// understood is what a sample says, as far as it says it.
func understood(e touchpoint.Event) (lines [][2]string) {
	for _, line := range [][2]string{
		{"event", e.Name}, {"subject", cmp.Or(e.Subject, e.Delivery)}, {"customer", e.Address}, {"name", strings.TrimSpace(e.Person)}, {"language", e.Language},
		{"agent", e.Properties["agent"]}, {"amount", strings.TrimSpace(e.Properties["amount"] + " " + e.Properties["currency"])}, {"to fetch", e.Fetch},
	} {
		if line[1] != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// probeOf is the sample of the source's kind that the program would ask about, best one that says who the customer is; the first if it
// would ask about none.
func probeOf(source program.Source) (probe, error) {
	files, err := filepath.Glob(filepath.Join("events", "intake", source.Kind+"-*.json"))
	if err != nil {
		return probe{}, err
	}
	var first probe
	for _, file := range slices.Sorted(slices.Values(files)) {
		t, err := readProbe(source, file)
		if err != nil {
			return probe{}, err
		}
		_, _, taken := t.event.Meaning(source)
		taken = taken && !t.event.Test && t.lone
		if taken && t.event.Fetch == "" {
			return t, nil
		}
		if first.name == "" || taken {
			first = t
		}
	}
	if first.name == "" {
		return probe{}, errors.New("there is no sample of a " + source.Kind + " source in events/intake: run this in the checkout")
	}
	return first, nil
}

func readProbe(source program.Source, file string) (probe, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return probe{}, err
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(text, &event); err != nil {
		return probe{}, fmt.Errorf("%s: %w", file, err)
	}
	t := probe{name: strings.TrimSuffix(filepath.Base(file), ".json"), header: http.Header{}, body: []byte(event.Body)}
	for name, value := range event.Headers {
		t.header.Set(name, value)
	}
	t.header.Del("Authorization")
	read, err := webhook.Read(source, t.header, t.body)
	if err != nil || len(read) == 0 {
		return t, err
	}
	t.event, t.lone = read[0], len(read) == 1
	return t, nil
}
