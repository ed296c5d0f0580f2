package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"afterword/internal/fault"
	"afterword/internal/function"
	"afterword/internal/table"
)

// applyProgram makes the program of the options the one in force, unless it is already.
func (s *System) applyProgram(ctx context.Context) error {
	if s.options.Program == "" {
		return s.readSecret(ctx)
	}
	text, err := os.ReadFile(s.options.Program)
	if err != nil {
		return err
	}
	if _, err := function.Publisher(s.parts.Store).Apply(ctx, text, s.clock.Now()); err != nil {
		return fmt.Errorf("%s:\n%w", s.options.Program, err)
	}
	s.parts.Programs.Forget()
	return s.readSecret(ctx)
}

// readSecret reads the secret, so that one that cannot be used is said at the start and not to the first sender. The sources of the
// program are known by now.
func (s *System) readSecret(ctx context.Context) error {
	_, err := s.parts.Secrets.Secret(ctx)
	return err
}

// seed plays the history into a system that nothing has happened in. Nothing is forced to disk on the way: what a kill leaves of it
// is marked, and dropped by the next start.
func (s *System) seed(ctx context.Context) error {
	if !s.options.Seed {
		return nil
	}
	if used, err := s.used(ctx); used || err != nil {
		return err
	}
	now := time.Now().UTC()
	if !s.options.Now.IsZero() {
		now = s.options.Now
	}
	if err := s.mark(true); err != nil {
		return err
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
	return s.mark(false)
}

// move moves the clock because somebody asked for it, for this process and those after it.
func (s *System) move(ctx context.Context, to time.Time) error {
	if err := s.Advance(ctx, to); err != nil || s.options.Data == "" {
		return err
	}
	return os.WriteFile(filepath.Join(s.options.Data, "clock.json"), mustJSON(s.clock.keep()), 0o600)
}

// restoreClock lets the clock go on where the process before left it.
func (s *System) restoreClock() error {
	text, err := os.ReadFile(filepath.Join(s.options.Data, "clock.json"))
	if s.options.Data == "" || errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return fmt.Errorf("clock.json: %w", err)
	}
	s.clock.restore(k)
	return nil
}

// used tells whether anything has happened in the system.
func (s *System) used(ctx context.Context) (bool, error) {
	found, err := s.engine.Scan(ctx, table.Feedback, "", 20, 0, 1)
	if err != nil {
		return false, err
	}
	for _, item := range found.Items {
		if key := item.Key(table.Feedback); !strings.HasPrefix(key.Partition, "P#") { // but for the program
			return true, nil
		}
	}
	return len(s.mailbox.All()) > 0, nil
}

// seeding is the file that says that the history is being played.
func (s *System) seeding() string { return filepath.Join(s.options.Data, "seeding") }

// mark says that the history is being played, or no longer. A system that keeps nothing needs no mark.
func (s *System) mark(seeding bool) error {
	switch {
	case s.options.Data == "":
		return nil
	case seeding:
		return os.WriteFile(s.seeding(), nil, 0o600)
	}
	return os.Remove(s.seeding())
}

// dropHalfHistory removes what a kill left of a history that was being played: nothing of anybody's own is in it.
func (s *System) dropHalfHistory() error {
	if s.options.Data == "" {
		return nil
	}
	if _, err := os.Stat(s.seeding()); err != nil {
		return nil
	}
	return errors.Join(os.RemoveAll(filepath.Join(s.options.Data, "afterword.db")), os.RemoveAll(filepath.Join(s.options.Data, "mail")), os.Remove(s.seeding()))
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
	event := map[string]any{
		"mail": map[string]any{"messageId": m.ID, "timestamp": m.At.Format(time.RFC3339), "destination": []string{m.To}},
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
