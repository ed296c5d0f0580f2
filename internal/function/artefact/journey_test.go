package artefact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"afterword/internal/local"
	"afterword/internal/program"
	"afterword/internal/ses/sestest"
	"afterword/internal/webhook"
)

// What no line of any log may hold.
var personal = []string{
	"pieter.unhappy@customer.example", "Pieter Unhappy", "gone.away@customer.example", "Greta Gone", "explain it three times", "vera@blabar.example", "Vera Vik", "rolf@blabar.example", "Rolf Rask",
}

// journey is one visit from the webhook to the closed loop, and a customer whose mailbox is gone, through the processes.
type journey struct {
	*world
	public           string // what links must begin with, as the stack's output promises it
	unhappy, missing sestest.Mail
	survey, task     string // paths of links
	unsubscribe      string
}

// play plays the journey and tells what first went wrong, and what IAM refused.
func play(t *testing.T, w *world) error {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	j := &journey{world: w}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"the stack tells its address", j.address},
		{"the owner applies a program", j.apply},
		{"senders report visits", j.report},
		{"dispatch mails the surveys", j.surveys},
		{"the customer answers", j.answer},
		{"tally and followup read the stream", w.drain},
		{"the score shows the answer", j.score},
		{"dispatch mails the task", j.tasks},
		{"the desk takes the case", j.take},
		{"the month's report is mailed", j.month},
		{"SES tells of a bounce", j.bounce},
		{"the customer unsubscribes", j.stop},
		{"the nightly audit finds nothing", j.audit},
	} {
		if err := errors.Join(step.do(ctx), w.refusals()); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

func (j *journey) address(context.Context) error {
	output := j.section("Outputs")["PublicAddress"]
	if output == nil {
		return errors.New("template.yaml has no output PublicAddress")
	}
	value, err := j.value(output)
	j.public = fmt.Sprint(at(value, "Value"))
	return err
}

// want sends a request and compares its answer's status and a part of its text.
func (j *journey) want(ctx context.Context, method, path string, header http.Header, body string, status int, part string) error {
	got, text := j.send(ctx, method, path, header, body)
	if got != status || !strings.Contains(text, part) {
		resource, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		return fmt.Errorf("%s /%s/...: status %d, want %d with %q: %.600s", method, resource, got, status, part, text)
	}
	return nil
}

func owner(more ...string) http.Header {
	header := http.Header{"Authorization": {"Bearer " + apiKey}}
	for i := 0; i < len(more); i += 2 {
		header.Set(more[i], more[i+1])
	}
	return header
}

func (j *journey) apply(ctx context.Context) error {
	program, err := os.ReadFile("testdata/program.yaml")
	if err != nil {
		return err
	}
	return j.want(ctx, http.MethodPost, "/api/admin/apply", owner("Content-Type", "application/yaml"), string(program), http.StatusOK, `"version":1`)
}

const (
	solved = `{"ticket_id":"20418","status":"solved","updated_at":"2026-01-01T00:00:00Z","requester_email":"pieter.unhappy@customer.example",
		"requester_name":"Pieter Unhappy","requester_language":"English","assignee_name":"Anna","group":"Support"}`
	paid = `{"id":%d,"name":"#%[1]d","contact_email":"gone.away@customer.example","customer_locale":"en","processed_at":"2026-01-01T00:00:00Z",
		"customer":{"id":2,"first_name":"Greta","last_name":"Gone"},"total_price":"9.00","currency":"EUR"}`
)

// hook sends what a source would, signed, about something that happens now.
func (j *journey) hook(ctx context.Context, source, body, decision string) error {
	now := time.Now()
	from := program.Source{Kind: source}
	header, stamped, err := webhook.Sign(from, []string{senderSecret}, webhook.Restamp(from, []byte(body), now), now)
	if err != nil {
		return err
	}
	header.Set("Content-Type", "application/json")
	header.Set("X-Shopify-Topic", "orders/paid")
	return j.want(ctx, http.MethodPost, "/hooks/"+source, header, string(stamped), http.StatusOK, decision)
}

func (j *journey) report(ctx context.Context) error {
	return errors.Join(j.hook(ctx, "zendesk", solved, "planned"), j.hook(ctx, "shopify", fmt.Sprintf(paid, 1), "planned"))
}

var link = regexp.MustCompile(`https://[^\s/]+/([scu])/[A-Za-z0-9_-]{47}`)

// links are the paths of the links in a mail by their kind. All of them must lead to the stack.
func (j *journey) links(m sestest.Mail) (map[string]string, error) {
	opened, err := local.Captured{Raw: m.Raw}.Open()
	if err != nil {
		return nil, err
	}
	paths := map[string]string{}
	for _, found := range link.FindAllStringSubmatch(opened.Text, -1) {
		path, is := strings.CutPrefix(found[0], j.public)
		if !is {
			return nil, fmt.Errorf("a link of a %s mail does not begin with %s", m.Tags["kind"], j.public)
		}
		paths[found[1]] = path
	}
	return paths, nil
}

func (j *journey) surveys(ctx context.Context) error {
	if err := j.schedule(ctx, "dispatch"); err != nil {
		return err
	}
	for _, m := range j.ses.Mails() {
		switch {
		case strings.Contains(strings.Join(m.To, " "), "pieter.unhappy@"):
			j.unhappy = m
		case strings.Contains(strings.Join(m.To, " "), "gone.away@"):
			j.missing = m
		}
	}
	if len(j.ses.Mails()) != 2 || j.unhappy.ID == "" || j.missing.ID == "" {
		return fmt.Errorf("SES took %d mails, want a survey for each of two customers: %.600s", len(j.ses.Mails()), j.processes["dispatch"].output.String())
	}
	paths, err := j.links(j.unhappy)
	if err != nil {
		return err
	}
	j.survey, j.unsubscribe = paths["s"], paths["u"]
	if j.survey == "" || j.unsubscribe == "" {
		return errors.New("the survey mail lacks a link")
	}
	return nil
}

var aForm = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}

func (j *journey) answer(ctx context.Context) error {
	form := url.Values{"rating": {"1"}, "act": {"explicit"}, "comment": {"I had to explain it three times."}}
	return errors.Join(
		j.want(ctx, http.MethodGet, j.survey+"?r=1", nil, "", http.StatusOK, "Blåbär"),
		j.want(ctx, http.MethodPost, j.survey, aForm, form.Encode(), http.StatusOK, "Blåbär"),
	)
}

// ask reads an answer of the API.
func (j *journey) ask(ctx context.Context, path string) (answer map[string]any, err error) {
	status, text := j.send(ctx, http.MethodGet, path, owner(), "")
	if err := json.Unmarshal([]byte(text), &answer); err != nil || status != http.StatusOK {
		return nil, errors.Join(err, fmt.Errorf("GET %s: status %d: %.600s", path, status, text))
	}
	return answer, nil
}

// first is the first item of a list of the API.
func (j *journey) first(ctx context.Context, path string) (map[string]any, error) {
	answer, err := j.ask(ctx, path)
	items, _ := answer["items"].([]any)
	if err != nil || len(items) != 1 {
		return nil, errors.Join(err, fmt.Errorf("GET %s: %v, want one item", path, answer))
	}
	return items[0].(map[string]any), nil
}

func (j *journey) score(ctx context.Context) error {
	today := time.Now().UTC()
	// A month's score is stored by tally, days are summed when they are read: both must show it.
	for _, period := range []string{today.Format("2006-01"), today.AddDate(0, 0, -1).Format(time.DateOnly) + ".." + today.Format(time.DateOnly)} {
		s, err := j.ask(ctx, "/api/scores?touchpoint=support&period="+period)
		if err != nil {
			return err
		}
		if s["n"] != 1.0 || s["sent"] != 1.0 {
			return fmt.Errorf("the score of %s tells %v answers and %v mails, want 1 and 1", period, s["n"], s["sent"])
		}
	}
	answer, err := j.first(ctx, "/api/responses?touchpoint=support")
	if err == nil && answer["rating"] != 1.0 {
		err = fmt.Errorf("the answer is %v, want the rating 1", answer)
	}
	return err
}

func (j *journey) tasks(ctx context.Context) error {
	if err := j.schedule(ctx, "dispatch"); err != nil {
		return err
	}
	mails := j.ses.Mails()
	last := mails[len(mails)-1]
	if len(mails) != 3 || !strings.Contains(strings.Join(last.To, " "), "vera@") {
		return fmt.Errorf("SES took %d mails, want a third one for the desk: %.600s", len(mails), j.processes["dispatch"].output.String())
	}
	paths, err := j.links(last)
	if j.task = paths["c"]; err == nil && j.task == "" {
		err = errors.New("the task mail lacks its link")
	}
	return err
}

func (j *journey) take(ctx context.Context) error {
	if err := errors.Join(
		j.want(ctx, http.MethodGet, j.task, nil, "", http.StatusOK, "explain it three times"),
		j.want(ctx, http.MethodPost, j.task, aForm, "do=take", http.StatusOK, ""),
	); err != nil {
		return err
	}
	task, err := j.first(ctx, "/api/cases?state=open")
	if err == nil && task["state"] != "taken" {
		err = fmt.Errorf("the case is %v, want it taken", task)
	}
	return err
}

// month has the report of last month mailed, which nobody has had: it tells of the case, which is open. What is asked for a second time
// is not mailed again, and what is asked for too early not yet.
func (j *journey) month(ctx context.Context) error {
	now := time.Now().UTC()
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	before := len(j.ses.Mails())
	for _, hour := range []time.Time{first, first, first.AddDate(0, 1, 0)} {
		if err := j.scheduleAt(ctx, "report", hour); err != nil {
			return err
		}
	}
	var texts []string
	for _, m := range j.ses.Mails()[before:] {
		opened, err := local.Captured{Raw: m.Raw}.Open()
		if err != nil {
			return err
		}
		texts = append(texts, strings.Join(m.To, " ")+": "+opened.Subject+"\n"+opened.Text)
	}
	told := strings.Join(texts, "\n")
	if len(texts) != 1 || !strings.HasPrefix(told, "rolf@") || !strings.Contains(told, first.AddDate(0, -1, 0).Format("January 2006")) || !strings.Contains(told, "20418") {
		return fmt.Errorf("SES took %d mails, want last month's report for one reader, with the open case: %.600s %.600s", len(texts), told, j.processes["report"].output.String())
	}
	return nil
}

func (j *journey) bounce(ctx context.Context) error {
	tags := map[string][]string{}
	for name, value := range j.missing.Tags {
		tags[name] = []string{value}
	}
	event, err := local.EventAbout("bounce", local.Captured{ID: j.missing.ID, To: strings.Join(j.missing.To, ", "), At: time.Now()}, time.Now())
	if err != nil {
		return err
	}
	var tagged map[string]any
	if err := json.Unmarshal(event, &tagged); err != nil {
		return err
	}
	tagged["mail"].(map[string]any)["tags"] = tags
	if event, err = json.Marshal(tagged); err != nil {
		return err
	}
	if err := j.tell(ctx, j.missing, "bounce", event); err != nil {
		return err
	}
	return j.hook(ctx, "shopify", fmt.Sprintf(paid, 2), "suppressed")
}

func (j *journey) stop(ctx context.Context) error {
	return errors.Join(
		j.want(ctx, http.MethodPost, j.unsubscribe, aForm, "List-Unsubscribe=One-Click", http.StatusOK, ""),
		j.hook(ctx, "zendesk", strings.Replace(solved, "20418", "20419", 1), "suppressed"),
	)
}

func (j *journey) audit(ctx context.Context) error {
	if err := errors.Join(j.drain(ctx), j.schedule(ctx, "audit")); err != nil {
		return err
	}
	lines, err := j.processes["audit"].lines()
	for _, line := range lines {
		if line["message"] != "audited" {
			continue
		}
		for name, want := range map[string]float64{"responses": 1, "lagging": 0, "healed": 0, "drifted": 0, "unsettled": 0} {
			if line[name] != want {
				err = errors.Join(err, fmt.Errorf("the audit tells %s %v, want %v", name, line[name], want))
			}
		}
		return err
	}
	return errors.Join(err, errors.New("the audit does not tell what it found"))
}
