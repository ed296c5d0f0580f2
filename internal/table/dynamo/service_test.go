package dynamo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/table"
	"afterword/internal/table/dynamo"
)

// These tests are about what DynamoDB Local never does: conflicts, throttling, parts left out, answers that never come. What it does
// is in the contract suite (tabletest).

// service is a stand-in for DynamoDB that gives the prepared answers, one for each request, and keeps the requests.
type service struct {
	t        *testing.T
	mu       sync.Mutex
	answers  []answer
	requests []map[string]any
}

type answer struct {
	status int
	body   string
}

func ok(body string) answer { return answer{http.StatusOK, body} }

// failure is an error of the service in its own form.
func failure(status int, code, message string) answer {
	return answer{status, fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":%q}`, code, message)}
}

func cancelled(reasons string) answer {
	return answer{400, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"cancelled","CancellationReasons":` + reasons + `}`}
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, err := io.ReadAll(r.Body)
	request := map[string]any{}
	if err != nil || json.Unmarshal(raw, &request) != nil {
		s.t.Errorf("a request that cannot be read: %v", err)
	}
	_, request["operation"], _ = strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	s.requests = append(s.requests, request)
	if len(s.answers) == 0 {
		s.t.Errorf("a request that was not expected: %v", request)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	next := s.answers[0]
	if len(s.answers) > 1 { // the last one is given for ever
		s.answers = s.answers[1:]
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(next.status)
	_, _ = io.WriteString(w, next.body)
}

// operations are the calls that were made.
func (s *service) operations() (operations []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, request := range s.requests {
		operations = append(operations, fmt.Sprint(request["operation"]))
	}
	return operations
}

func answering(t *testing.T, answers ...answer) (*dynamo.Tables, *service) {
	return metered(t, nil, answers...)
}

func metered(t *testing.T, meter *table.Meter, answers ...answer) (*dynamo.Tables, *service) {
	s := &service{t: t, answers: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client := dynamodb.New(dynamodb.Options{
		Region: "eu-west-1", BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
		Retryer:                         retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond }),
		DisableValidateResponseChecksum: true,
	})
	return dynamo.Open(client, map[table.Name]string{table.Feedback: "F", table.Scorebook: "S"}, meter), s
}

func key(sort string) table.Key {
	return table.Key{Table: table.Feedback, Partition: "p", Sort: sort}
}

var putOnce = table.Write{Kind: table.Put, Key: key("1"), Item: table.Item{"a": "b"}, If: table.Absent(table.AttrPartition), Writer: "me"}

func times(n int, operation string) []string { return slices.Repeat([]string{operation}, n) }

func TestErrorsOfTheServiceBecomeFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer answer
		kind   fault.Kind
		tries  int
	}{
		{"throughput", failure(400, "ProvisionedThroughputExceededException", "slow down"), fault.Transient, 3},
		{"throttling", failure(400, "ThrottlingException", "slow down"), fault.Transient, 3},
		{"request limit", failure(400, "RequestLimitExceeded", "slow down"), fault.Transient, 3},
		{"a transaction at the same item", failure(400, "TransactionConflictException", "busy"), fault.Transient, 3},
		{"trouble inside", failure(500, "InternalServerError", "sorry"), fault.Transient, 3},
		{"unavailable", answer{503, "no json"}, fault.Transient, 3},
		{"item too large", failure(400, "ValidationException", "Item size has exceeded the maximum allowed size"), fault.TooLarge, 1},
		{"item grown too large", failure(400, "ValidationException", "Item size to update has exceeded the maximum allowed size"), fault.TooLarge, 1},
		{"another validation", failure(400, "ValidationException", "An operand in the update expression has an incorrect data type"), fault.Invalid, 1},
		{"no permission", failure(400, "AccessDeniedException", "no"), fault.Internal, 1},
		{"no table", failure(400, "ResourceNotFoundException", "no"), fault.Internal, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			tables, s := answering(t, c.answer)
			_, err := tables.Write(t.Context(), putOnce)
			if err == nil || !fault.Is(err, c.kind) {
				t.Errorf("the error is %v (%s), wanted %s", err, fault.KindOf(err), c.kind)
			}
			if diff := cmp.Diff(times(c.tries, "PutItem"), s.operations()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEveryCallTranslatesItsErrors(t *testing.T) {
	for name, call := range map[string]func(context.Context, table.Table) error{
		"get": func(ctx context.Context, tables table.Table) error {
			_, err := tables.Get(ctx, key("1"), true)
			return err
		},
		"batch": func(ctx context.Context, tables table.Table) error {
			_, err := tables.BatchGet(ctx, []table.Key{key("1")}, true)
			return err
		},
		"query": func(ctx context.Context, tables table.Table) error {
			_, err := tables.Query(ctx, table.Query{Table: table.Feedback, Partition: "p"})
			return err
		},
		"scan": func(ctx context.Context, tables table.Table) error {
			_, err := tables.Scan(ctx, table.Feedback, "", 0, 0, 1)
			return err
		},
		"transact": func(ctx context.Context, tables table.Table) error {
			return tables.Transact(ctx, []table.Write{putOnce})
		},
	} {
		t.Run(name, func(t *testing.T) {
			tables, _ := answering(t, failure(400, "ThrottlingException", "slow down"))
			if err := call(t.Context(), tables); !fault.Is(err, fault.Transient) {
				t.Errorf("throttled: %v", err)
			}
			over, stop := context.WithCancel(t.Context())
			stop()
			if err := call(over, tables); !fault.Is(err, fault.Transient) {
				t.Errorf("given up: %v", err)
			}
		})
	}
}

func TestASingleWriteThatMeetsATransactionIsSentAgain(t *testing.T) {
	tables, s := answering(t, failure(400, "TransactionConflictException", "busy"), ok(`{}`))
	if _, err := tables.Write(t.Context(), putOnce); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(times(2, "PutItem"), s.operations()); diff != "" {
		t.Error(diff)
	}
}

func TestReasonsOfACancelledTransaction(t *testing.T) {
	two := []table.Write{putOnce, {Kind: table.Update, Key: key("2"), Add: map[string]int64{"n": 1}, Writer: "me"}}
	mine := `{"Code":"ConditionalCheckFailed","Item":{"pk":{"S":"p"},"sk":{"S":"1"},"writer":{"S":"me"}}}`
	other := `{"Code":"ConditionalCheckFailed","Item":{"pk":{"S":"p"},"sk":{"S":"1"},"writer":{"S":"other"},"n":{"N":"7"}}}`
	stored := table.Item{"pk": "p", "sk": "1", "writer": "other", "n": int64(7)}
	for _, c := range []struct {
		name, reasons string
		want          []table.Reason // nil: success
		retry         bool
	}{
		{"a conflict", `[{"Code":"None"},{"Code":"TransactionConflict"}]`, []table.Reason{{}, {Code: table.ConflictCode}}, true},
		{"throttled", `[{"Code":"ThrottlingError"},{"Code":"ProvisionedThroughputExceeded"}]`,
			[]table.Reason{{Code: table.ThrottleCode}, {Code: table.ThrottleCode}}, true},
		{"somebody else was first", `[` + other + `,{"Code":"TransactionConflict"}]`,
			[]table.Reason{{Code: table.ConditionCode, Stored: stored}, {Code: table.ConflictCode}}, false},
		{"no item", `[{"Code":"ConditionalCheckFailed"},{"Code":"None"}]`, []table.Reason{{Code: table.ConditionCode}, {}}, false},
		{"applied before", `[` + mine + `,{"Code":"None"}]`, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			tables, s := answering(t, cancelled(c.reasons))
			err := tables.Transact(t.Context(), two)
			if len(s.operations()) != 1 {
				t.Errorf("it was sent %d times", len(s.operations()))
			}
			if c.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			got, isCancelled := table.AsCancelled(err)
			if !isCancelled {
				t.Fatalf("the error is %v", err)
			}
			if diff := cmp.Diff(c.want, got.Reasons); diff != "" || got.Retry() != c.retry {
				t.Errorf("retry %t; (- wanted, + is):\n%s", got.Retry(), diff)
			}
		})
	}
	for name, c := range map[string]struct {
		reasons string
		kind    fault.Kind
	}{
		"too large":        {`[{"Code":"None"},{"Code":"ValidationError","Message":"Item size to update has exceeded the maximum allowed size"}]`, fault.TooLarge},
		"another type":     {`[{"Code":"ValidationError","Message":"An operand has an incorrect data type"},{"Code":"None"}]`, fault.Invalid},
		"an unknown one":   {`[{"Code":"AccessDenied","Message":"no"},{"Code":"None"}]`, fault.Internal},
		"not one for each": {`[{"Code":"None"}]`, fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			tables, _ := answering(t, cancelled(c.reasons))
			if err := tables.Transact(t.Context(), two); !fault.Is(err, c.kind) {
				t.Errorf("the error is %v, wanted %s", err, c.kind)
			}
		})
	}
}

func TestATransactionIsSentAgainWithTheSameToken(t *testing.T) {
	tables, s := answering(t, answer{500, "lost"}, ok(`{}`))
	if err := tables.Transact(t.Context(), []table.Write{putOnce}); err != nil {
		t.Fatal(err)
	}
	first, second := s.requests[0]["ClientRequestToken"], s.requests[1]["ClientRequestToken"]
	if first == nil || first == "" || first != second {
		t.Errorf("the tokens are %v and %v", first, second)
	}
}

func TestABatchAsksAgainForWhatWasLeftOut(t *testing.T) {
	row := func(sort string) string { return `{"pk":{"S":"p"},"sk":{"S":"` + sort + `"}}` }
	tables, s := answering(t,
		ok(`{"Responses":{"F":[`+row("2")+`]},"UnprocessedKeys":{"F":{"ConsistentRead":true,"Keys":[`+row("1")+`,`+row("3")+`]}}}`),
		ok(`{"Responses":{},"UnprocessedKeys":{"F":{"ConsistentRead":true,"Keys":[`+row("1")+`,`+row("3")+`]}}}`),
		ok(`{"Responses":{"F":[`+row("3")+`,`+row("1")+`]},"UnprocessedKeys":{}}`))
	items, err := tables.BatchGet(t.Context(), []table.Key{key("1"), key("2"), key("3")}, true)
	if err != nil {
		t.Fatal(err)
	}
	for i, item := range items {
		if item.Key(table.Feedback) != key(fmt.Sprint(i+1)) {
			t.Errorf("item %d is %v", i, item)
		}
	}
	again := s.requests[2]["RequestItems"].(map[string]any)["F"].(map[string]any)
	if len(again["Keys"].([]any)) != 2 || again["ConsistentRead"] != true {
		t.Errorf("it asked again for %v", again)
	}
}

func TestABatchThatIsNeverReadWholeIsTransient(t *testing.T) {
	tables, s := answering(t, ok(`{"Responses":{},"UnprocessedKeys":{"F":{"Keys":[{"pk":{"S":"p"},"sk":{"S":"1"}}]}}}`))
	_, err := tables.BatchGet(t.Context(), []table.Key{key("1")}, false)
	if !fault.Is(err, fault.Transient) {
		t.Errorf("the error is %v", err)
	}
	if n := len(s.operations()); n < 2 || n > 20 {
		t.Errorf("it asked %d times", n)
	}
}

func TestNumbersAsTheServiceWritesThem(t *testing.T) {
	for decimal, want := range map[string]any{
		"5": int64(5), "-9223372036854775808": int64(-1 << 63), "1E+2": int64(100), "2.50": 2.5, "9223372036854775808": float64(1 << 63),
		"1E-130": 1e-130, "0.1": 0.1,
	} {
		tables, _ := answering(t, ok(`{"Item":{"pk":{"S":"p"},"sk":{"S":"1"},"n":{"N":"`+decimal+`"}}}`))
		item, err := tables.Get(t.Context(), key("1"), true)
		if err != nil || item["n"] != want {
			t.Errorf("%s is read as %v (%v), wanted %v", decimal, item["n"], err, want)
		}
	}
	for name, value := range map[string]string{"no number": `{"N":"x"}`, "a set of numbers": `{"NS":["1"]}`, "a set of bytes": `{"BS":["AA=="]}`} {
		tables, _ := answering(t, ok(`{"Item":{"pk":{"S":"p"},"sk":{"S":"1"},"n":{"L":[{"M":{"x":`+value+`}}]}}}`))
		if _, err := tables.Get(t.Context(), key("1"), true); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

// The service tells nothing of an item before an update, so the meter assumes; package dynamo says what.
func TestWhatTheMeterAssumesOfUpdates(t *testing.T) {
	due := `"agenda":{"S":"A"},"due":{"S":"2026"}`
	updated := func(attrs string) answer {
		return ok(`{"Attributes":{"pk":{"S":"p"},"sk":{"S":"1"},"long":{"S":"` + strings.Repeat("x", 1500) + `"}` + attrs + `}}`)
	}
	set := table.Write{Kind: table.Update, Key: key("1"), Set: table.Item{"due": "2026"}}
	both := table.Write{Kind: table.Update, Key: key("1"), Set: table.Item{"due": "2026", "agenda": "A"}}
	other := table.Write{Kind: table.Update, Key: key("1"), Set: table.Item{"a": "b"}}
	remove := table.Write{Kind: table.Update, Key: key("1"), Remove: []string{"agenda", "due"}}
	for _, c := range []struct {
		name        string
		write       table.Write
		answer      answer
		alone, with int64 // units by itself, and in a transaction
	}{
		{"another attribute", other, updated("," + due), 2, 2},
		{"an attribute of an index: its entry moved", set, updated("," + due), 2 + 2, 2},
		{"both attributes of an index", both, updated("," + due), 2 + 2, 2 + 2},
		{"both removed: its entry went", remove, updated(""), 2 + 1, 2 + 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			meter := &table.Meter{}
			tables, _ := metered(t, meter, c.answer)
			if _, err := tables.Write(t.Context(), c.write); err != nil || meter.Snapshot().WriteUnits != c.alone {
				t.Errorf("%d units, wanted %d (%v)", meter.Snapshot().WriteUnits, c.alone, err)
			}
			before := meter.Snapshot()
			tables, _ = metered(t, meter, ok(`{}`))
			err := tables.Transact(t.Context(), []table.Write{c.write})
			if got := meter.Snapshot().Sub(before).WriteUnits; err != nil || got != c.with {
				t.Errorf("in a transaction %d units, wanted %d (%v)", got, c.with, err)
			}
		})
	}
}
