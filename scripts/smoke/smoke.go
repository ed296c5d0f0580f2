package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"afterword/internal/local"
	"afterword/internal/program"
	"afterword/internal/webhook"
)

// customers are those that SES's mailbox simulator plays (AWS documentation: Using the Amazon SES mailbox simulator), with what SES
// tells of their mails and what a second visit of theirs is decided.
var customers = []struct{ mailbox, fate, again string }{
	{"success", "delivery", "fatigue"},
	{"bounce", "bounce", "suppressed"},
	{"complaint", "complaint", "suppressed"},
	{"suppressionlist", "bounce", "suppressed"},
}

const delivered = 2 // of them: a complaint comes from somebody who got the mail

// The touchpoint of the test program that the source's events are about.
const touchpoint = "onboarding"

// inForce is after how long every function has read a new program: each looks once a minute.
const inForce = 61 * time.Second

type smoke struct {
	url, key, secret, from string
	apply                  bool
	tick                   time.Duration // between two looks
	out                    io.Writer

	local  bool
	round  string // of this run, in addresses and subjects
	failed int
}

// check prints a line of the table.
func (s *smoke) check(good bool, what, found string) {
	verdict := "ok"
	if !good {
		verdict = "FAILED"
		s.failed++
	}
	fmt.Fprintf(s.out, "%-7s %-46s %s\n", verdict, what, found)
}

func (s *smoke) run(ctx context.Context) error {
	s.url, s.round = strings.TrimRight(s.url, "/"), strings.ToLower(rand.Text()[:10])
	_, err := s.get(ctx, "/local/clock", &struct{}{})
	s.local = err == nil
	if s.local {
		s.secret = cmp.Or(s.secret, "local-secret-standard")
	}
	if s.apply {
		if err := s.applyProgram(ctx); err != nil {
			return err
		}
	}
	before, err := s.sends(ctx)
	if err != nil {
		return err
	}
	for _, c := range customers {
		decision, err := s.visit(ctx, c.mailbox, 1)
		if err != nil {
			return err
		}
		s.check(decision == "planned", c.mailbox+": is asked", decision)
	}
	if s.failed > 0 {
		return errors.New("nobody waits for mails that were not planned: the test program has to be in force for a minute (--apply), see its rules in program.go")
	}
	after, err := s.settle(ctx, before)
	if err != nil {
		return err
	}
	s.check(after.Sent-before.Sent == int64(len(customers)), "mails sent", fmt.Sprint(after.Sent-before.Sent))
	s.check(after.Delivered-before.Delivered == delivered, "mails delivered", fmt.Sprint(after.Delivered-before.Delivered))
	for _, c := range customers {
		decision, err := s.until(ctx, c.mailbox, c.again)
		if err != nil {
			return err
		}
		s.check(decision == c.again, c.mailbox+": after its fate is "+c.again, decision)
	}
	if s.failed > 0 {
		return fmt.Errorf("%d checks failed", s.failed)
	}
	return nil
}

// applyProgram applies the test program and waits until it is in force everywhere.
func (s *smoke) applyProgram(ctx context.Context) error {
	text, err := testProgram(s.from)
	if err != nil {
		return err
	}
	header := http.Header{"Authorization": {"Bearer " + s.key}, "Content-Type": {"application/yaml"}}
	if _, err := s.send(ctx, http.MethodPost, "/api/admin/apply", header, text, nil); err != nil {
		return fmt.Errorf("apply the test program: %w", err)
	}
	return s.pass(ctx, inForce)
}

// visit reports a visit, and returns what was decided.
func (s *smoke) visit(ctx context.Context, mailbox string, n int) (string, error) {
	now, err := s.now(ctx)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]any{
		"type": "onboarding.completed", "timestamp": now.Format(time.RFC3339),
		"data": map[string]any{
			"customer": map[string]string{"email": mailbox + "+" + s.round + "@simulator.amazonses.com", "language": "en"},
			"subject":  fmt.Sprintf("smoke-%s-%s-%d", s.round, mailbox, n), "consent": true,
		},
	})
	if err != nil {
		return "", err
	}
	header, _, err := webhook.Sign(program.Source{Kind: program.Standard}, []string{s.secret}, body, now)
	if err != nil {
		return "", err
	}
	header.Set("Content-Type", "application/json")
	var answer struct{ Decision string }
	if _, err := s.send(ctx, http.MethodPost, "/hooks/standard", header, body, &answer); err != nil {
		return "", fmt.Errorf("report a visit (is the secret that of the source standard?): %w", err)
	}
	return answer.Decision, nil
}

// sends is what the API tells about today's mails.
type sends struct{ Sent, Delivered int64 }

func (s *smoke) sends(ctx context.Context) (total sends, err error) {
	now, err := s.now(ctx)
	if err != nil {
		return total, err
	}
	// A day more on both sides: the program's day may be another one, and midnight may come.
	days := now.AddDate(0, 0, -1).Format(time.DateOnly) + ".." + now.AddDate(0, 0, 1).Format(time.DateOnly)
	_, err = s.get(ctx, "/api/scores?"+url.Values{"touchpoint": {touchpoint}, "period": {days}}.Encode(), &total)
	return total, err
}

// settle waits until all mails have left and those that bounce have come back, or the time is over.
func (s *smoke) settle(ctx context.Context, before sends) (after sends, err error) {
	for {
		if err := s.pass(ctx, s.tick); err != nil {
			return after, nil // the checks say what is missing
		}
		if err := s.playSES(ctx); err != nil {
			return after, err
		}
		if after, err = s.sends(ctx); err != nil {
			return after, err
		}
		if after.Sent-before.Sent >= int64(len(customers)) && after.Delivered-before.Delivered <= delivered {
			return after, nil
		}
	}
}

// until reports visits until one is decided as wanted, or the time is over: a complaint takes its time.
func (s *smoke) until(ctx context.Context, mailbox, wanted string) (decision string, err error) {
	for n := 2; ; n++ {
		if decision, err = s.visit(ctx, mailbox, n); err != nil || decision == wanted {
			return decision, err
		}
		if s.pass(ctx, s.tick) != nil {
			return decision, nil
		}
	}
}

// playSES tells a local system what SES would tell it about the mails of this run.
func (s *smoke) playSES(ctx context.Context) error {
	if !s.local {
		return nil
	}
	var mails []local.Opened
	if _, err := s.get(ctx, "/local/mail.json", &mails); err != nil {
		return err
	}
	for _, m := range mails {
		for _, c := range customers {
			if !strings.Contains(m.To, c.mailbox+"+"+s.round+"@") {
				continue
			}
			event, err := local.EventAbout(c.fate, local.Captured{ID: m.ID, At: m.At, To: m.To}, m.At)
			if err != nil {
				return err
			}
			if _, err := s.send(ctx, http.MethodPost, "/local/ses-event", http.Header{"Content-Type": {"application/json"}}, event, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// now is the system's time.
func (s *smoke) now(ctx context.Context) (time.Time, error) {
	if !s.local {
		return time.Now().UTC(), nil
	}
	var clock struct{ Now time.Time }
	_, err := s.get(ctx, "/local/clock", &clock)
	return clock.Now, err
}

// pass lets time pass: a minute at least on a local system, whose clock is moved.
func (s *smoke) pass(ctx context.Context, d time.Duration) error {
	if s.local {
		body := fmt.Appendf(nil, `{"advance":%q}`, max(d, time.Minute))
		_, err := s.send(ctx, http.MethodPost, "/local/clock", http.Header{"Content-Type": {"application/json"}}, body, nil)
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (s *smoke) get(ctx context.Context, path string, into any) (int, error) {
	return s.send(ctx, http.MethodGet, path, http.Header{"Authorization": {"Bearer " + s.key}}, nil, into)
}

func (s *smoke) send(ctx context.Context, method, path string, header http.Header, body []byte, into any) (int, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header = header
	client := http.Client{Timeout: 30 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 8<<20))
	if err != nil {
		return response.StatusCode, err
	}
	if response.StatusCode >= 300 {
		return response.StatusCode, fmt.Errorf("%s %s answers %s: %.300s", method, path, response.Status, answer)
	}
	if into == nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, json.Unmarshal(answer, into)
}
