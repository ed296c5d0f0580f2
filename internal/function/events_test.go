package function_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"afterword/internal/api"
	"afterword/internal/apigw"
	"afterword/internal/chart"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/function"
	"afterword/internal/program"
	"afterword/internal/secrets"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table/tabletest"
)

var now = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)

type nobody struct{}

func (nobody) Carry(context.Context, survey.Letter) (string, error) { return "id", nil }
func (nobody) Quota(context.Context) (perSecond, max24h, sent24h float64, err error) {
	return 1, -1, 0, nil
}
func (nobody) Pace(context.Context) error { return nil }

func parts(t *testing.T) function.Parts {
	engine, _ := tabletest.Engines(t)[0].Open(t)
	clock := func() time.Time { return now }
	secret := func(context.Context) ([]byte, error) {
		return []byte(`{"seed":"` + strings.Repeat("s", 64) + `","sources":{"shopify":["a"],"zendesk":["a"],"standard":["a"]}}`), nil
	}
	kept := store.New(engine)
	return function.Parts{
		Store: kept, Programs: function.Programs(kept, clock), Secrets: &secrets.Keeper{Read: secret, Now: clock},
		Carrier: nobody{}, Rate: nobody{}, Public: "https://feedback.example.com", Keys: api.FixedKeys{}, Domain: "eu-west-1.amazonses.com", Now: clock,
		Log: slog.New(slog.DiscardHandler),
	}
}

// What Lambda would call, as each main starts it.
func started(p function.Parts) map[string]any {
	return map[string]any{
		"intake":   apigw.Handler(function.Intake(p)),
		"respond":  apigw.Handler(function.Respond(p)),
		"api":      apigw.Handler(function.API(p, function.Wait)),
		"console":  apigw.Handler(function.Console(p)),
		"dispatch": function.Dispatch(p),
		"bounce":   function.Bounce(p),
		"tally":    function.Tally(p),
		"followup": function.Followup(p),
		"audit":    function.Audit(p, function.Wait),
		"report":   function.Report(p, chart.Of),
	}
}

// Samples are unsigned and about things that this system does not have, so that what each function answers is a refusal or nothing at
// all; what matters is that it reads the event that Lambda would hand it.
func TestEveryFunctionTakesItsSampleEvents(t *testing.T) {
	want := map[string]string{
		"respond/survey-opened": `"statusCode":404`, "respond/survey-answered": `"statusCode":404`, "respond/one-click-unsubscribe": `"statusCode":404`,
		"api/scores": `"statusCode":401`, "console/scores": `"statusCode":303`, "console/sign-in": `"statusCode":200`, "tally/unhappy-answer": `"batchItemFailures":null`, "followup/unhappy-answer": `"batchItemFailures":null`,
	}
	for name, fn := range started(parts(t)) {
		samples, err := filepath.Glob("../../events/" + name + "/*.json")
		if err != nil || len(samples) == 0 {
			t.Fatalf("no samples for %s: %v", name, err)
		}
		for _, sample := range samples {
			event, err := os.ReadFile(sample)
			if err != nil {
				t.Fatal(err)
			}
			short := name + "/" + strings.TrimSuffix(filepath.Base(sample), ".json")
			answer, err := lambda.NewHandler(fn).Invoke(t.Context(), event)
			if err != nil && name != "bounce" {
				t.Errorf("%s: %v", short, err)
			}
			expected := want[short]
			if name == "intake" {
				expected = `"statusCode":401`
			}
			if !strings.Contains(string(answer), expected) {
				t.Errorf("%s: answered %.300s, want %s", short, answer, expected)
			}
			if !json.Valid(event) {
				t.Errorf("%s is not JSON", short)
			}
		}
	}
}

func TestAnAuditThatSomebodyAskedForDoesNotOutliveItsCall(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := function.Patience(ctx, 5*time.Minute); !fault.Is(err, fault.Transient) || !strings.Contains(err.Error(), "daily audit") {
		t.Errorf("got %v", err)
	}
	if err := function.Patience(ctx, time.Millisecond); err != nil {
		t.Errorf("there was time: %v", err)
	}
}

func TestRecordsThatComeAgainAreSaidInTheLog(t *testing.T) {
	var log bytes.Buffer
	p := parts(t)
	p.Log = slog.New(slog.NewTextHandler(&log, nil))
	broken := store.Following{Opener: followup.Opener{Cases: p.Store, Answers: p.Store, Programs: nobody{}, Log: p.Log}, Now: p.Now}
	event, err := os.ReadFile("../../events/followup/unhappy-answer.json")
	if err != nil {
		t.Fatal(err)
	}
	answer, err := lambda.NewHandler(p.Stream(broken.Handle)).Invoke(t.Context(), event)
	if err != nil || !strings.Contains(string(answer), "4421584500000000017450439091") {
		t.Errorf("answered %s, %v", answer, err)
	}
	if text := log.String(); !strings.Contains(text, "4421584500000000017450439091") || !strings.Contains(text, "no program") || strings.Contains(text, "explain") {
		t.Errorf("the log says %s", text)
	}
}

func (nobody) Current(context.Context) (*program.Program, error) {
	return nil, errors.New("no program")
}
