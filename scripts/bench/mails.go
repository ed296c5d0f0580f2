package main

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"time"

	"afterword/internal/customer"
	"afterword/internal/followup"
	"afterword/internal/mail"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
)

// mails writes mails for a second each, on one core.
func mails(_ context.Context, s *sheet) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	keys, err := survey.NewKeys(map[byte][]byte{1: bytes.Repeat([]byte("k"), 32)})
	if err != nil {
		return err
	}
	p := program.Default()
	writer := mail.Writer{Links: survey.Links{Base: "https://feedback.example.com", Keys: keys}, Now: func() time.Time { return begin }}
	who := customer.Customer{ID: "c", Address: "maria.lind@customer.example", Name: "Maria Lind", Language: "sv"}
	inv := survey.Invitation{
		ID: survey.IDOf("support", "zendesk", "20418", 1), Touchpoint: "support", Survey: "support-ces-v1", Number: 2, Metric: "CES",
		Customer: who.ID, Language: "sv", Source: "zendesk", Subject: "20418", Round: 1, VisitedAt: begin.Add(-time.Hour),
		SentAt: begin.Add(-time.Hour), ExpiresAt: begin.AddDate(0, 0, 30),
	}
	task := taskAbout(p, inv, who)
	for _, kind := range []struct {
		name  string
		write func() (survey.Letter, error)
	}{
		{"survey mail (text and HTML, 5 ratings)", func() (survey.Letter, error) { return writer.Survey(p, inv, who) }},
		{"task mail", func() (survey.Letter, error) { return writer.Task(p, task) }},
	} {
		written, size := 0, 0
		if _, err := kind.write(); err != nil { // templates are read when first used
			return err
		}
		began := time.Now()
		for ; time.Since(began) < time.Second; written++ {
			letter, err := kind.write()
			if err != nil || len(letter.Raw) == 0 {
				return errors.Join(err, errors.New("no letter"))
			}
			size = len(letter.Raw)
		}
		s.say("%-60s %6.0f a second and core, %.1f KB each", kind.name, float64(written)/time.Since(began).Seconds(), float64(size)/1024)
	}
	return nil
}

func taskAbout(p *program.Program, inv survey.Invitation, who customer.Customer) followup.Task {
	asked := p.Surveys[inv.Survey]
	desk := p.Desks["support"]
	record := response.Record{Invitation: inv, Response: response.Response{
		Revision: 1, Rating: 1, Counted: true, Comment: "I had to explain it three times.", AnsweredAt: begin, ChangedAt: begin,
	}}
	return followup.Task{
		Record: record, Customer: who, Scale: asked.Scale, Desk: desk, Person: desk.People[0],
		Case: followup.Case{
			ID: inv.ID, Revision: 1, State: followup.Open, Customer: who.ID, Touchpoint: inv.Touchpoint, Survey: inv.Survey, Subject: inv.Subject,
			Rating: 1, Group: score.Bad, Answer: 1, Tell: 1, Comment: true, Desk: "support", OpenedAt: begin, Due: begin.Add(4 * time.Hour),
		},
	}
}
