package local

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"afterword/internal/api"
	"afterword/internal/period"
)

//go:embed tour*.html
var tourPages embed.FS

var tourTemplates = sync.OnceValue(func() *template.Template { return template.Must(template.ParseFS(tourPages, "*.html")) })

var steps = []struct{ Value, Says string }{{"10m", "10 minutes"}, {"1h", "1 hour"}, {"24h", "1 day"}, {"72h", "3 days"}, {"168h", "1 week"}}

// tourView is what the tour shows.
type tourView struct {
	Now, Done, Key, Base, Quarter, MailNote, Paused string
	Lead                                            string // who signs in to the scoreboard
	Samples, Others, Steps                          any
	Mails                                           []mailLine
	Scores                                          []api.Line
	Cases                                           []caseLine
	Links                                           []linkLine
}

type (
	mailLine struct{ ID, At, Kind, To, Subject string }
	caseLine struct{ Opened, Desk, About, Rating, State, Due, Link string }
)

const mailsShown = 20

func (s *System) tour(w http.ResponseWriter, r *http.Request) error {
	quarter := s.quarter()
	view := tourView{
		Now: s.clock.Now().Format("Monday 2 January 2006, 15:04 UTC"), Done: r.URL.Query().Get("done"),
		Key: s.options.Key, Base: "http://" + r.Host, Quarter: quarter, Samples: samples, Others: s.otherSamples(r.Context()), Steps: steps,
	}
	view.Lead, _ = s.teamLead(r)
	var err error
	if view.Paused, err = s.pausedLine(r.Context()); err != nil {
		return err
	}
	if view.Mails, view.MailNote, err = s.mailLines(); err != nil {
		return err
	}
	if view.Scores, err = s.Scores(r.Context(), quarter); err != nil {
		return err
	}
	if view.Cases, err = s.caseLines(r.Context()); err != nil {
		return err
	}
	if view.Links, err = s.linkLines(r.Context()); err != nil {
		return err
	}
	return showTour(w, "tour.html", view)
}

// showTour writes a page of the tour.
func showTour(w http.ResponseWriter, name string, view any) error {
	var page bytes.Buffer
	if err := tourTemplates().ExecuteTemplate(&page, name, view); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err := page.WriteTo(w)
	return err
}

// quarter is the one that the clock is in, in the program's zone.
func (s *System) quarter() string {
	for _, p := range period.Containing(period.DayOf(s.clock.Now(), s.zone())) {
		if strings.Contains(p.Name, "Q") {
			return p.Name
		}
	}
	return ""
}

// pausedLine tells why survey mails wait; "" when they leave.
func (s *System) pausedLine(ctx context.Context) (string, error) {
	var p api.Pause
	if err := s.ask(ctx, "/api/admin/sending", &p); err != nil || !p.Paused {
		return "", err
	}
	return fmt.Sprintf("Since %s survey mails and reminders are paused: %d of %d mails had %s, which is near the limit of SES. Other mails leave.",
		p.Since.Format("2 Jan 15:04"), p.Troubled, p.Mails, p.Why), nil
}

func (s *System) tourResume(w http.ResponseWriter, r *http.Request) error {
	if err := s.call(r.Context(), http.MethodPost, "/api/admin/resume", nil, &api.Pause{}); err != nil {
		return err
	}
	return s.back(w, r, "survey mails leave again")
}

func (s *System) mailLines() (lines []mailLine, note string, err error) {
	all := s.mailbox.All()
	for _, m := range slices.Backward(all) {
		if len(lines) == mailsShown {
			note = fmt.Sprintf("The newest %d of %d mails.", mailsShown, len(all))
			break
		}
		opened, err := m.Open()
		if err != nil {
			return nil, "", err
		}
		lines = append(lines, mailLine{m.ID, m.At.Format("2 Jan 15:04"), m.Kind, opened.To, opened.Subject})
	}
	return lines, note, nil
}

// Scores asks the API for the scores of a period, of every touchpoint, as a table for people.
func (s *System) Scores(ctx context.Context, name string) (lines []api.Line, err error) {
	var answer struct{ Items []api.Score }
	if err := s.ask(ctx, "/api/scores?period="+url.QueryEscape(name), &answer); err != nil {
		return nil, err
	}
	for _, score := range answer.Items {
		lines = append(lines, score.Line())
	}
	return lines, nil
}

func (s *System) caseLines(ctx context.Context) (lines []caseLine, err error) {
	var answer struct {
		Items []struct {
			ID, Desk, Touchpoint, Subject, State string
			Rating                               int
			OpenedAt                             time.Time `json:"opened_at"`
			Due                                  time.Time
		}
	}
	if err := s.ask(ctx, "/api/cases?state=open", &answer); err != nil {
		return nil, err
	}
	for _, c := range slices.Backward(answer.Items) {
		lines = append(lines, caseLine{
			Opened: c.OpenedAt.Format("2 Jan 15:04"), Desk: c.Desk, About: c.Touchpoint + " " + c.Subject, Rating: fmt.Sprint(c.Rating),
			State: c.State, Due: c.Due.Format("2 Jan 15:04"), Link: s.caseLink(c.ID),
		})
	}
	return lines, nil
}

// ask asks the API as a script would.
func (s *System) ask(ctx context.Context, path string, result any) error {
	return s.call(ctx, http.MethodGet, path, nil, result)
}

// call calls the API as the owner does.
func (s *System) call(ctx context.Context, method, path string, body []byte, result any) error {
	header := http.Header{"Authorization": {"Bearer " + s.options.Key}}
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	answer, err := s.send(ctx, method, path, header, body)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(answer), result)
}

func (s *System) tourClock(w http.ResponseWriter, r *http.Request) error {
	to, err := s.moveTarget(r.PostFormValue("advance"), "")
	if err != nil {
		return err
	}
	before := len(s.mailbox.All())
	if err := s.move(r.Context(), to); err != nil {
		return err
	}
	return s.back(w, r, fmt.Sprintf("%s passed; %d mails left", r.PostFormValue("advance"), len(s.mailbox.All())-before))
}

// back leads to the tour again, with a line about what was done.
func (s *System) back(w http.ResponseWriter, r *http.Request, done string) error {
	http.Redirect(w, r, "/?done="+url.QueryEscape(done), http.StatusSeeOther)
	return nil
}
