package function_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/google/go-cmp/cmp"

	"afterword/internal/apigw"
	"afterword/internal/function"
	"afterword/internal/program"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/trail"
	"afterword/internal/webhook"
)

// The line as the specification of the embedded metric format wants it: metadata with milliseconds, a namespace, dimensions and
// metrics that are members of the line.
func TestAMetricIsALineOfTheEmbeddedFormat(t *testing.T) {
	var out bytes.Buffer
	metrics := &function.Embedded{Out: &out, Function: "afterword-Audit-1", Now: func() time.Time { return now.Add(5 * time.Millisecond) }}
	metrics.Count(function.Drift, 3)
	want := `{"Drift":3,"FunctionName":"afterword-Audit-1","_aws":{"Timestamp":1795176000005,"CloudWatchMetrics":[{"Namespace":"Afterword",` +
		`"Dimensions":[["FunctionName"]],"Metrics":[{"Name":"Drift","Unit":"Count"}]}]}}` + "\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// tallied keeps what was counted.
type tallied map[function.Metric]int

func (m tallied) Count(metric function.Metric, n int) { m[metric] += n }

// sender is a carrier that says what it is told to.
type sender struct {
	nobody
	says error
}

func (s sender) Carry(context.Context, survey.Letter) (string, error) { return "id", s.says }

// One bad address must not ring the alarm of a function; whatever needs a person has an alarm of its own.
func TestWhatTheCarrierSaysRingsItsOwnAlarm(t *testing.T) {
	for _, row := range []struct {
		name  string
		says  error
		fails bool
		want  tallied
		line  string // in the log, as JSON has it
	}{
		{"sent", nil, false, tallied{}, `"level":"INFO","msg":"mail sent"`},
		{"refused, with the address in the answer", fmt.Errorf("%w: the following identities failed the check: maria.lind@customer.example", survey.ErrRefused), false, tallied{}, `"level":"WARN","msg":"mail refused"`},
		{"no answer", errors.New("connection reset"), false, tallied{function.Unknown: 1}, `"level":"WARN","msg":"nobody knows`},
		{"throttled", survey.ErrThrottled, false, tallied{}, `"msg":"agenda walked"`},
		{"suspended", survey.ErrSuspended, true, tallied{function.Suspended: 1}, `"msg":"agenda walked"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			var log bytes.Buffer
			p, counted := parts(t), tallied{}
			later := now.Add(3 * time.Hour)
			p.Carrier, p.Metrics = sender{says: row.says}, counted
			p.Log = slog.New(trail.Handler(slog.NewJSONHandler(&log, nil)))
			visit := order(t, p)
			p.Now = func() time.Time { return later }
			if err := function.Dispatch(p)(t.Context()); (err != nil) != row.fails {
				t.Errorf("the function says %v", err)
			}
			if diff := cmp.Diff(row.want, counted); diff != "" {
				t.Error(diff)
			}
			text := log.String()
			if !strings.Contains(text, row.line) || strings.Contains(text, "maria.lind") {
				t.Error(text)
			}
			for line := range strings.Lines(text) {
				if strings.Contains(line, `"msg":"mail `) && !strings.Contains(line, `"visit":"`+visit+`"`) {
					t.Errorf("without the visit %s: %s", visit, line)
				}
			}
		})
	}
}

// order has a customer buy something, and returns the id of the visit.
func order(t *testing.T, p function.Parts) string {
	t.Helper()
	body := []byte(`{"id":1,"name":"#1","contact_email":"maria.lind@customer.example","customer_locale":"en","processed_at":"` + now.Format(time.RFC3339) + `"}`)
	header, _, err := webhook.Sign(program.Source{Kind: program.Shopify}, []string{"a"}, body, now)
	if err != nil {
		t.Fatal(err)
	}
	header.Set("X-Shopify-Topic", "orders/paid")
	header.Set("Content-Type", "application/json")
	event := map[string]any{
		"rawPath": "/hooks/shopify", "headers": map[string]string{}, "pathParameters": map[string]string{"source": "shopify"}, "body": string(body),
		"requestContext": map[string]any{"http": map[string]string{"method": "POST"}},
	}
	for name := range header {
		event["headers"].(map[string]string)[name] = header.Get(name)
	}
	answer := invoke(t, apigw.Handler(function.Intake(p)), event)
	if !strings.Contains(answer, "planned") {
		t.Fatal(answer)
	}
	return survey.IDOf("purchase", "shopify", "#1", 1)
}

func invoke(t *testing.T, fn apigw.Function, event map[string]any) string {
	t.Helper()
	text, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := lambda.NewHandler(fn).Invoke(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// An alarm that says that nothing was recounted must not ring because of what recounting found.
func TestAnAuditThatFindsDriftRingsTheAlarmOfDriftAndDoesNotFail(t *testing.T) {
	var log bytes.Buffer
	engine, _ := tabletest.Engines(t)[0].Open(t)
	p, counted := parts(t), tallied{}
	p.Store, p.Metrics, p.Log = store.New(engine), counted, slog.New(slog.NewJSONHandler(&log, nil))
	damaged := table.Key{Table: table.Scorebook, Partition: "0#T#purchase#purchase-csat-v1", Sort: "someday#0"}
	if _, err := engine.Write(t.Context(), table.Write{Kind: table.Put, Key: damaged, Item: table.Item{"5": int64(1)}}); err != nil {
		t.Fatal(err)
	}
	if err := function.Audit(p, func(context.Context, time.Duration) error { return nil })(t.Context(), function.Task{}); err != nil {
		t.Errorf("the function says %v", err)
	}
	if diff := cmp.Diff(tallied{function.Drift: 1}, counted); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(log.String(), `"level":"ERROR","msg":"audited"`) {
		t.Error(log.String())
	}
}

var alarmOn = regexp.MustCompile(`Namespace: Afterword,\s+MetricName: (\w+),\s+Dimensions: \[\{Name: FunctionName, Value: !Ref (\w+)\}\]`)

// An alarm on a metric that nobody writes would never ring, and a metric without one would never be seen.
func TestEachMetricHasItsAlarm(t *testing.T) {
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	watched := map[string]bool{}
	for _, found := range alarmOn.FindAllStringSubmatch(string(template), -1) {
		watched[found[2]+" "+found[1]] = true
	}
	want := map[string]bool{}
	for _, written := range []struct {
		function string
		metric   function.Metric
	}{
		{"Audit", function.Drift}, {"Dispatch", function.Suspended}, {"Dispatch", function.Paused}, {"Dispatch", function.Unknown}, {"Dispatch", function.NotFetched}, {"Dispatch", function.TaskMailLost}, {"Bounce", function.TaskMailLost},
	} {
		want[written.function+" "+string(written.metric)] = true
	}
	if diff := cmp.Diff(want, watched); diff != "" || function.MetricNamespace != "Afterword" || function.MetricDimension != "FunctionName" {
		t.Error(diff)
	}
}
