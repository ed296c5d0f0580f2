package local_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/local"
)

func TestSchedulesAreDueAsTheTemplateSays(t *testing.T) {
	for _, row := range []struct{ expression, after, due string }{
		{"rate(1 minute)", "2026-11-22T10:00:00Z", "2026-11-22T10:01:00Z"},
		{"rate(1 minute)", "2026-11-22T10:00:59Z", "2026-11-22T10:01:00Z"},
		{"rate(1 hour)", "2026-11-22T10:30:00Z", "2026-11-22T11:00:00Z"},
		{"cron(15 3 * * ? *)", "2026-11-22T03:14:59Z", "2026-11-22T03:15:00Z"},
		{"cron(15 3 * * ? *)", "2026-11-22T03:15:00Z", "2026-11-23T03:15:00Z"},
		{"cron(15 3 * * ? *)", "2026-12-31T23:00:00Z", "2027-01-01T03:15:00Z"},
	} {
		schedule, err := local.ParseSchedule(row.expression)
		if err != nil {
			t.Fatal(err)
		}
		after, _ := time.Parse(time.RFC3339, row.after)
		if due := schedule.Next(after).Format(time.RFC3339); due != row.due {
			t.Errorf("%s after %s: due %s, want %s", row.expression, row.after, due, row.due)
		}
	}
}

func TestAScheduleThatTheRunnerDoesNotKnowIsRefused(t *testing.T) {
	for _, expression := range []string{"", "rate(0 minutes)", "rate(1 fortnight)", "cron(0 3 ? * MON *)", "cron(60 3 * * ? *)", "at(2026-11-22T10:00:00)"} {
		if _, err := local.ParseSchedule(expression); err == nil {
			t.Errorf("%q was taken", expression)
		}
	}
}

// After a rebuild the counts have another name: whoever may read or write those of the first generation may do so with each.
func TestWhoMayUseCountsMayUseThoseOfEachGeneration(t *testing.T) {
	path, err := local.FindTemplate(".")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	granted := regexp.MustCompile(`LeadingKeys": .*"(0[^"]*)"`).FindAllStringSubmatch(string(text), -1)
	if len(granted) < 10 {
		t.Errorf("only %d grants name counts", len(granted))
	}
	for _, grant := range granted {
		if grant[1] != "0*" {
			t.Errorf("%s", grant[0])
		}
	}
}

func TestTheTemplateIsReadable(t *testing.T) {
	path, err := local.FindTemplate(".")
	if err != nil {
		t.Fatal(err)
	}
	template, err := local.ReadTemplate(path)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range template.Functions {
		got[f.Name] = fmt.Sprintf("%v %v %d streams %v", f.Routes, f.Schedules, len(f.Streams), len(f.Topics))
		for _, stream := range f.Streams {
			if stream.BatchSize == 0 || stream.MaxRetries == 0 || !stream.Bisect || !stream.PartialResponses || len(stream.Patterns) == 0 || !stream.OnFailure {
				t.Errorf("the stream of %s was not read: %+v", f.Name, stream)
			}
		}
		if !slices.Contains(f.Environment, "FEEDBACK_TABLE") {
			t.Errorf("the environment of %s was not read: %v", f.Name, f.Environment)
		}
	}
	want := map[string]string{
		"intake":   "[{ANY /hooks/{source}}] [] 0 streams 0",
		"respond":  "[{ANY /c/{token}} {ANY /l/{token}} {ANY /s/{token}} {ANY /u/{token}}] [] 0 streams 0",
		"api":      "[{ANY /api/{proxy+}}] [] 0 streams 0",
		"console":  "[{ANY /} {ANY /{proxy+}}] [] 0 streams 0",
		"dispatch": "[] [{1m0s 0s }] 0 streams 0",
		"audit":    `[] [{0s 3h15m0s } {5m0s 0s {"rebuild": true}}] 0 streams 0`,
		"report":   "[] [{1h0m0s 0s }] 0 streams 0",
		"bounce":   "[] [] 0 streams 1",
		"tally":    "[] [] 1 streams 0",
		"followup": "[] [] 1 streams 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what starts each function (-want +got):\n%s", diff)
	}
}

func TestEveryRouteOfTheTemplateAnswersLocally(t *testing.T) {
	_, server := open(t, local.Options{})
	path, err := local.FindTemplate(".")
	if err != nil {
		t.Fatal(err)
	}
	template, err := local.ReadTemplate(path)
	if err != nil {
		t.Fatal(err)
	}
	variable := regexp.MustCompile(`\{[a-z+]+\}`)
	for _, f := range template.Functions {
		for _, route := range f.Routes {
			// The functions' own answers to something that is not there are pages and problems, not net/http's line.
			if status, body := call(t, "GET", server.URL+variable.ReplaceAllString(route.Path, "x"), ""); strings.HasPrefix(body, "404 page not found") {
				t.Errorf("%s of %s: status %d: %s", route.Path, f.Name, status, body)
			}
		}
	}
}
