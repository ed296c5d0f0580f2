package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"afterword/internal/program"
	"afterword/internal/webhook"
)

// invoke replays a sample of an HTTP function, or an SES event, at a local system. A webhook happens now, by the clock of the system,
// and is signed afresh, with the secret of AFTERWORD_SECRET or the one that a local system takes. Its file is named for the kind of
// its sender: zendesk-solved.
func invoke(ctx context.Context, to target, arguments []string, out io.Writer) error {
	function, sample := filepath.Base(arguments[0]), filepath.Base(arguments[1])
	text, err := os.ReadFile(filepath.Join("events", function, sample+".json"))
	if err != nil {
		return fmt.Errorf("run this in the checkout: %w", err)
	}
	answer, err := replay(ctx, to, sample, text)
	stranger := strangers[function+"/"+sample]
	switch {
	case errors.Is(err, errStarts):
		return fmt.Errorf("%s %w", function, err)
	case err != nil && stranger != "":
		return fmt.Errorf("%w (%s)", err, stranger)
	case err != nil:
		return err
	}
	fmt.Fprintln(out, or(strings.TrimSpace(string(answer)), "taken"))
	if stranger != "" {
		fmt.Fprintln(out, stranger)
	}
	return nil
}

const (
	noInvitation = "the link of this sample is of no invitation of this system: open one of a mail at /local/mail.json instead"
	noCase       = "the case of this sample is not one of this system: nothing changes"
)

// strangers are the samples that name what no system knows, with what is said of that: links and ids cannot be made up.
var strangers = map[string]string{
	"respond/survey-answered":       noInvitation,
	"respond/survey-opened":         noInvitation,
	"respond/one-click-unsubscribe": noInvitation,
	"bounce/task":                   noCase,
}

var errStarts = errors.New("starts by itself: move the local clock instead (POST /local/clock), or answer a survey")

// replay sends what the text of a sample holds.
func replay(ctx context.Context, to target, sample string, text []byte) ([]byte, error) {
	header := http.Header{}
	var sns events.SNSEvent
	if json.Unmarshal(text, &sns) == nil && len(sns.Records) > 0 && sns.Records[0].SNS.Message != "" {
		header.Set("Content-Type", "application/json")
		return to.send(ctx, http.MethodPost, "/local/ses-event", header, []byte(sns.Records[0].SNS.Message))
	}
	var event events.APIGatewayV2HTTPRequest
	err := json.Unmarshal(text, &event)
	if err != nil || event.RequestContext.HTTP.Method == "" {
		return nil, errStarts
	}
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(event.Body); err != nil {
			return nil, err
		}
	}
	for name, value := range event.Headers {
		header.Set(name, value)
	}
	header.Del("Authorization") // of a sample it is no key: send adds the caller's
	if source, ok := strings.CutPrefix(event.RawPath, "/hooks/"); ok {
		kind, _, _ := strings.Cut(sample, "-")
		if body, err = sign(header, sourceOf(kind, source), body, to.now(ctx)); err != nil {
			return nil, err
		}
	}
	path := event.RawPath
	if event.RawQueryString != "" {
		path += "?" + event.RawQueryString
	}
	return to.send(ctx, event.RequestContext.HTTP.Method, path, header, body)
}

// sourceOf is a source of the name and kind, as the shipped program has it.
func sourceOf(kind, name string) program.Source {
	source, shipped := program.Default().Sources[name]
	if !shipped || source.Kind != kind {
		source = program.Source{Kind: kind}
	}
	source.Name = name
	return source
}

// sign lets a webhook happen now and adds its sender's signature, by the secret of AFTERWORD_SECRET (and, for a sender that shows a
// password as well, AFTERWORD_PASSWORD as user:password), or by those that a local system takes.
func sign(header http.Header, source program.Source, body []byte, now time.Time) ([]byte, error) {
	secrets := webhook.SampleSecrets(source)
	if own := os.Getenv("AFTERWORD_SECRET"); own != "" {
		secrets = slices.DeleteFunc([]string{own, os.Getenv("AFTERWORD_PASSWORD")}, func(s string) bool { return s == "" })
	}
	signed, body, err := webhook.Sign(source, secrets, webhook.Restamp(source, body, now), now)
	for name := range signed {
		header.Set(name, signed.Get(name))
	}
	return body, err
}

// now is the time by the clock of a local system, which may have been moved. On AWS there is no other than the wall's.
func (t target) now(ctx context.Context) time.Time {
	var clock struct{ Now time.Time }
	if err := t.call(ctx, http.MethodGet, "/local/clock", "", nil, &clock); err != nil || clock.Now.IsZero() {
		return time.Now()
	}
	return clock.Now
}
