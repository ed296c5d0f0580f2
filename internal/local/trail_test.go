package local_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"afterword/internal/local"
)

// One word finds a journey in the logs of all functions: from the webhook to the closed case, each step's line names the same visit.
func TestEveryStepOfAJourneyIsLoggedWithItsVisit(t *testing.T) {
	var log bytes.Buffer
	s, server := open(t, local.Options{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	advance := func(d time.Duration) {
		t.Helper()
		if err := s.Advance(t.Context(), s.Now().Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	complain(t, s, server.URL)
	advance(10 * time.Minute)
	mails := s.Mails()
	task := mails[len(mails)-1]
	event, err := local.EventAbout("bounce", task, s.Now())
	if err != nil {
		t.Fatal(err)
	}
	if status, answer := call(t, "POST", server.URL+"/local/ses-event", string(event)); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, answer)
	}
	advance(2 * time.Minute)
	mails = s.Mails()
	opened, err := mails[len(mails)-1].Open() // to the next one at the desk
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(server.URL+linkVariables["CASE"].FindString(opened.Text), "application/x-www-form-urlencoded", strings.NewReader("do=take"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()

	var steps []string
	visits := map[string]bool{}
	for text := range strings.Lines(log.String()) {
		var line struct{ Function, Msg, Visit string }
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if line.Msg == "agenda walked" || line.Msg == "report round" {
			continue // about many
		}
		steps = append(steps, line.Function+": "+line.Msg)
		visits[line.Visit] = true
	}
	if len(visits) != 1 || visits[""] {
		t.Errorf("the lines are about %d visits, want all about one: %v\n%s", len(visits), visits, log.String())
	}
	at := 0
	for _, want := range []string{
		"intake: visit decided", "dispatch: mail sent", "respond: answer recorded", "followup: case opened", "tally: answer counted",
		"dispatch: mail sent", "dispatch: case mailed", "bounce: case bounced", "bounce: mail reported", "dispatch: mail sent", "respond: case worked",
	} {
		next := slices.Index(steps[at:], want)
		if next < 0 {
			t.Errorf("%q is not among the steps from %d on:\n%s", want, at, strings.Join(steps, "\n"))
			continue
		}
		at += next + 1
	}
}
