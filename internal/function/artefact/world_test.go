package artefact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"afterword/internal/apigw"
	"afterword/internal/esm"
	"afterword/internal/function"
	"afterword/internal/local"
	"afterword/internal/ses/sestest"
	"afterword/internal/table/dynamo/feed"
	"afterword/internal/table/tabletest"
)

// What the owner has put into the secret.
const (
	apiKey       = "the-key-of-the-owner-of-this-stack"
	senderSecret = "the-secret-of-a-sender"
)

// world is a stack that runs: its functions as processes, and all that starts them.
type world struct {
	*stack
	template  *local.Template // what starts the functions
	processes map[string]*process
	gateway   http.Handler
	ses       *sestest.Server
	pollers   []*esm.Poller

	mu     sync.Mutex
	denied []string // what IAM refused
}

// open deploys the text of a template. The processes start when they are needed.
func open(t *testing.T, text []byte, bootstraps map[string]string) (*world, error) {
	t.Helper()
	s, err := deploy(text)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	w := &world{stack: s, processes: map[string]*process{}, ses: sestest.New(t)}
	for _, set := range s.ofType("AWS::SES::ConfigurationSet") {
		w.ses.ConfigurationSets = append(w.ses.ConfigurationSets, s.physical[set])
	}
	functions, err := s.functions()
	if err != nil {
		return nil, err
	}
	if w.template, err = local.ReadTemplate(file); err != nil {
		return nil, err
	}
	if err := w.makeTables(t); err != nil {
		return nil, err
	}
	for _, f := range functions {
		if bootstraps[f.name] == "" {
			return nil, fmt.Errorf("%s has the code of functions/%s, which was not built", f.resource, f.name)
		}
		output, err := os.CreateTemp(t.TempDir(), f.name)
		if err != nil {
			return nil, err
		}
		p := newProcess(endpoint{
			deployed: f, secret: w.secrets(), ses: w.ses, denied: w.deny, dynamodb: toDynamoDB(os.Getenv(dynamoDBLocal)),
		}, bootstraps[f.name], output)
		t.Cleanup(p.stop)
		w.processes[f.name] = p
	}
	w.gateway = w.routes()
	return w, w.readStreams()
}

// dynamoDBLocal names the variable that scripts/dynamodb-local/run sets.
const dynamoDBLocal = "AFTERWORD_DYNAMODB_ENDPOINT"

func (w *world) deny(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.denied = append(w.denied, what)
}

// refusals is what IAM refused so far, as an error.
func (w *world) refusals() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.denied) == 0 {
		return nil
	}
	return errors.New(strings.Join(slices.Compact(slices.Sorted(slices.Values(w.denied))), "; "))
}

func (w *world) secrets() map[string]string {
	text := `{"seed":"` + strings.Repeat("s", 64) + `","api":["` + apiKey + `"],"sources":{"shopify":["` + senderSecret + `"],"zendesk":["` + senderSecret + `"]}}`
	secrets := map[string]string{}
	for _, name := range w.ofType("AWS::SecretsManager::Secret") {
		secrets[w.arn("AWS::SecretsManager::Secret", name)] = text
	}
	return secrets
}

// makeTables makes the tables from the template's own definitions.
func (w *world) makeTables(t *testing.T) error {
	client := tabletest.Client(http.DefaultClient)
	for _, name := range w.ofType("AWS::DynamoDB::Table") {
		input, err := w.table(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := client.CreateTable(t.Context(), input); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		t.Cleanup(func() {
			_, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: input.TableName}) // the test's context is over
			if err != nil {
				t.Error(err)
			}
		})
	}
	return nil
}

// table is what CloudFormation asks DynamoDB for: its words for a table are DynamoDB's own.
func (w *world) table(name string) (*dynamodb.CreateTableInput, error) {
	_, properties, err := w.resource(name)
	if err != nil {
		return nil, err
	}
	input := &dynamodb.CreateTableInput{TableName: aws.String(w.physical[name]), BillingMode: types.BillingModePayPerRequest}
	for field, into := range map[string]any{
		"AttributeDefinitions": &input.AttributeDefinitions, "KeySchema": &input.KeySchema,
		"GlobalSecondaryIndexes": &input.GlobalSecondaryIndexes, "StreamSpecification": &input.StreamSpecification,
	} {
		value, err := w.value(properties[field])
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, into); err != nil {
			return nil, err
		}
	}
	if input.StreamSpecification != nil {
		input.StreamSpecification.StreamEnabled = aws.Bool(true)
	}
	return input, nil
}

// routes is the API Gateway of the template.
func (w *world) routes() http.Handler {
	mux := http.NewServeMux()
	for _, f := range w.template.Functions {
		for _, route := range f.Routes {
			mux.Handle(route.Pattern(), apigw.Serve(w.function(f.Name), slog.New(slog.DiscardHandler)))
		}
	}
	return mux
}

// function calls a process with an event of an HTTP API.
func (w *world) function(name string) apigw.Function {
	return func(ctx context.Context, event events.APIGatewayV2HTTPRequest) (response events.APIGatewayV2HTTPResponse, err error) {
		err = w.call(ctx, name, event, &response)
		return response, err
	}
}

// call hands an event to a process and reads its answer.
func (w *world) call(ctx context.Context, name string, event, answer any) error {
	p := w.processes[name]
	if p == nil {
		return fmt.Errorf("template.yaml has no function %s", name)
	}
	payload, err := json.Marshal(event)
	if err != nil {
		return err
	}
	text, err := p.invoke(ctx, payload)
	if err != nil || answer == nil {
		return err
	}
	return json.Unmarshal(text, answer)
}

// starts finds what the template says about when a function runs.
func (w *world) starts(name string) local.Function {
	at := slices.IndexFunc(w.template.Functions, func(f local.Function) bool { return f.Name == name })
	if at < 0 {
		return local.Function{}
	}
	return w.template.Functions[at]
}

// schedule runs a function as its schedule does now.
func (w *world) schedule(ctx context.Context, name string) error {
	return w.scheduleAt(ctx, name, time.Now())
}

// scheduleAt runs a function as its schedule does, or did, at a time.
func (w *world) scheduleAt(ctx context.Context, name string, hour time.Time) error {
	own := func(s local.Schedule) bool { return s.Input == "" } // others start it with another task
	if !slices.ContainsFunc(w.starts(name).Schedules, own) {
		return fmt.Errorf("template.yaml has no schedule for %s", name)
	}
	sample, err := os.ReadFile("../../../events/" + name + "/scheduled.json")
	if err != nil {
		return err
	}
	event := map[string]any{}
	if err := json.Unmarshal(sample, &event); err != nil {
		return err
	}
	event["time"] = hour.UTC().Format(time.RFC3339)
	return w.call(ctx, name, event, nil)
}

// send sends a request through the gateway.
func (w *world) send(ctx context.Context, method, path string, header http.Header, body string) (int, string) {
	request := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	for name, values := range header {
		request.Header[name] = values
	}
	response := httptest.NewRecorder()
	w.gateway.ServeHTTP(response, request)
	return response.Code, response.Body.String()
}

// checkpoints keep in memory how far a poller is.
type checkpoints map[string]string

func (c checkpoints) Checkpoint(_ context.Context, consumer, shard string) (string, error) {
	return c[consumer+shard], nil
}

func (c checkpoints) SaveCheckpoint(_ context.Context, consumer, shard, sequence string) error {
	c[consumer+shard] = sequence
	return nil
}

// readStreams makes the event source mappings of the template.
func (w *world) readStreams() error {
	streams := dynamodbstreams.New(dynamodbstreams.Options{
		Region: region, BaseEndpoint: aws.String(os.Getenv(dynamoDBLocal)), Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	for _, f := range w.template.Functions {
		for i, stream := range f.Streams {
			filter, err := esm.ParseFilter(stream.Patterns...)
			if err != nil {
				return fmt.Errorf("the filter of %s: %w", f.Name, err)
			}
			w.pollers = append(w.pollers, &esm.Poller{
				Consumer: f.Name, Feed: feed.Open(streams, tableOfStream(w.processes[f.Name].streams[i])), Checkpoints: checkpoints{}, Now: time.Now,
				Mapping: esm.Mapping{
					BatchSize: stream.BatchSize, Window: stream.Window, ParallelizationFactor: stream.ParallelizationFactor, BisectOnError: stream.Bisect,
					PartialResponses: stream.PartialResponses, MaxRetries: stream.MaxRetries, MaxAge: stream.MaxAge, Filter: filter,
				},
				Handle: function.Handler(w.records(f.Name)),
			})
		}
	}
	return nil
}

type stopKey struct{}

// records hands records of a stream to a process. Nothing here gives a function a reason to fail, so the first failure ends the reading.
func (w *world) records(name string) function.Stream {
	return func(ctx context.Context, event events.DynamoDBEvent) (response events.DynamoDBEventResponse, err error) {
		err = w.call(ctx, name, event, &response)
		if err == nil && len(response.BatchItemFailures) > 0 {
			err = fmt.Errorf("%s leaves records undone: %v: %.600s", name, response.BatchItemFailures, w.processes[name].output.String())
		}
		if err != nil {
			ctx.Value(stopKey{}).(context.CancelCauseFunc)(err)
		}
		return response, err
	}
}

// drain delivers all changes to those that read them.
func (w *world) drain(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ctx = context.WithValue(ctx, stopKey{}, stop)
	for _, p := range w.pollers {
		if _, err := p.Drain(ctx); err != nil {
			return errors.Join(err, context.Cause(ctx))
		}
	}
	return nil
}

// tell publishes an SES event to the topics that the mail's configuration set names for it, and calls who hears them.
func (w *world) tell(ctx context.Context, mail sestest.Mail, kind string, event []byte) error {
	heard := 0
	for _, name := range w.ofType("AWS::SES::ConfigurationSetEventDestination") {
		_, properties, err := w.resource(name)
		if err != nil {
			return err
		}
		set, err := w.value(properties["ConfigurationSetName"])
		if err != nil {
			return err
		}
		to, err := w.value(properties["EventDestination"])
		if err != nil {
			return err
		}
		if set != mail.ConfigurationSet || !slices.Contains(list(at(to, "MatchingEventTypes")), kind) {
			continue
		}
		topic := fmt.Sprint(at(to, "SnsDestination", "TopicARN"))
		for function, p := range w.processes {
			if !slices.Contains(p.topics, topic) {
				continue
			}
			heard++
			err := w.call(ctx, function, events.SNSEvent{Records: []events.SNSEventRecord{{
				EventVersion: "1.0", EventSource: "aws:sns",
				SNS: events.SNSEntity{Type: "Notification", TopicArn: topic, Message: string(event), Timestamp: time.Now(), MessageID: "m"},
			}}}, nil)
			if err != nil {
				return err
			}
		}
	}
	if heard == 0 {
		return fmt.Errorf("nobody hears of a %s: no function of template.yaml has the topic of the mail's configuration set", kind)
	}
	return nil
}
