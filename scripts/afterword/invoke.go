package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"afterword/internal/webhook"
)

// invoke replays a sample of an HTTP function, or an SES event, at a local system. A webhook happens now and is signed afresh, with
// the secret of AFTERWORD_SECRET or the one that a local system takes.
func invoke(ctx context.Context, to target, arguments []string, out io.Writer) error {
	text, err := os.ReadFile(filepath.Join("events", filepath.Base(arguments[0]), filepath.Base(arguments[1])+".json"))
	if err != nil {
		return fmt.Errorf("run this in the checkout: %w", err)
	}
	var sns events.SNSEvent
	if json.Unmarshal(text, &sns) == nil && len(sns.Records) > 0 && sns.Records[0].SNS.Message != "" {
		return to.call(ctx, http.MethodPost, "/local/ses-event", "application/json", []byte(sns.Records[0].SNS.Message), nil)
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(text, &event); err != nil || event.RequestContext.HTTP.Method == "" {
		return fmt.Errorf("%s starts by itself: move the local clock instead (POST /local/clock), or answer a survey", arguments[0])
	}
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(event.Body); err != nil {
			return err
		}
	}
	header := http.Header{}
	for name, value := range event.Headers {
		header.Set(name, value)
	}
	if source, ok := strings.CutPrefix(event.RawPath, "/hooks/"); ok {
		now := time.Now()
		body = webhook.Restamp(body, now)
		signed, err := webhook.Sign(source, or(os.Getenv("AFTERWORD_SECRET"), "local-secret-"+source), body, now)
		if err != nil {
			return err
		}
		for name := range signed {
			header.Set(name, signed.Get(name))
		}
	}
	path := event.RawPath
	if event.RawQueryString != "" {
		path += "?" + event.RawQueryString
	}
	answer, err := to.send(ctx, event.RequestContext.HTTP.Method, path, header, body)
	fmt.Fprintf(out, "%s\n", answer)
	return err
}
