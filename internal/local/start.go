package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"afterword/internal/fault"
	"afterword/internal/function"
)

// applyProgram makes the program of the options the one in force, unless it is already.
func (s *System) applyProgram(ctx context.Context) error {
	if s.options.Program == "" {
		return nil
	}
	text, err := os.ReadFile(s.options.Program)
	if err != nil {
		return err
	}
	if _, err := function.Publisher(s.parts.Store).Apply(ctx, text, s.clock.Now()); err != nil {
		return fmt.Errorf("%s:\n%w", s.options.Program, err)
	}
	s.parts.Programs.Forget()
	return nil
}

// seed plays the history into a system that has none yet. Nothing is forced to disk on the way: a kill leaves no history at all,
// because the mark that it is there comes last.
func (s *System) seed(ctx context.Context) error {
	if !s.options.Seed {
		return nil
	}
	now := time.Now().UTC()
	if !s.options.Now.IsZero() {
		now = s.options.Now
	}
	const marker = "seeded"
	if s.options.Data != "" {
		if _, err := os.Stat(filepath.Join(s.options.Data, marker)); err == nil {
			s.leaveHistory(now)
			return nil
		}
	}
	if s.bolt != nil {
		s.bolt.SetNoSync(true)
		defer s.bolt.SetNoSync(s.options.Data == "")
	}
	if err := s.seedHistory(ctx, now); err != nil {
		return err
	}
	s.leaveHistory(now)
	if s.bolt != nil {
		if err := s.bolt.Sync(); err != nil {
			return err
		}
	}
	if s.options.Data == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(s.options.Data, marker), nil, 0o600)
}

// leaveHistory lets the clock run again, if it is one that runs.
func (s *System) leaveHistory(now time.Time) {
	if s.options.Now.IsZero() {
		s.clock.run()
	} else {
		s.clock.stand(now)
	}
}

// snsEvent wraps an SES event as SNS hands it to Lambda.
func snsEvent(sesEvent []byte, at time.Time) json.RawMessage {
	return mustJSON(events.SNSEvent{Records: []events.SNSEventRecord{{
		EventVersion: "1.0", EventSource: "aws:sns",
		SNS: events.SNSEntity{Type: "Notification", Message: string(sesEvent), Timestamp: at, MessageID: "local"},
	}}})
}

// EventAbout is what SES would tell about a mail: "bounce", "transient", "complaint" or "delivery".
func EventAbout(kind string, m Captured, now time.Time) ([]byte, error) {
	tags := map[string][]string{}
	for name, value := range m.Tags {
		tags[name] = []string{value}
	}
	event := map[string]any{
		"mail": map[string]any{"messageId": m.ID, "timestamp": m.At.Format(time.RFC3339), "destination": []string{m.To}, "tags": tags},
	}
	recipients, at := []map[string]string{{"emailAddress": m.To}}, now.Format(time.RFC3339)
	switch kind {
	case "bounce":
		event["eventType"] = "Bounce"
		event["bounce"] = map[string]any{"bounceType": "Permanent", "bounceSubType": "NoEmail", "bouncedRecipients": recipients, "timestamp": at, "feedbackId": m.ID}
	case "transient":
		event["eventType"] = "Bounce"
		event["bounce"] = map[string]any{"bounceType": "Transient", "bounceSubType": "MailboxFull", "bouncedRecipients": recipients, "timestamp": at, "feedbackId": m.ID}
	case "complaint":
		event["eventType"] = "Complaint"
		event["complaint"] = map[string]any{"complainedRecipients": recipients, "complaintFeedbackType": "abuse", "timestamp": at, "feedbackId": m.ID}
	case "delivery":
		event["eventType"] = "Delivery"
		event["delivery"] = map[string]any{"recipients": []string{m.To}, "timestamp": at}
	default:
		return nil, fault.New(fault.Invalid, "SES tells bounce, transient, complaint or delivery, not %q", kind)
	}
	return json.Marshal(event)
}

// readSample reads events/{function}/{name}.json, beside the template.
func readSample(template, function, name string) (event events.APIGatewayV2HTTPRequest, err error) {
	text, err := os.ReadFile(filepath.Join(filepath.Dir(template), "events", function, filepath.Base(name)+".json"))
	if errors.Is(err, os.ErrNotExist) {
		return event, fault.New(fault.NotFound, "there is no sample events/%s/%s.json", function, name)
	}
	if err == nil {
		err = json.Unmarshal(text, &event)
	}
	return event, err
}
