package tabletest

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"afterword/internal/table"
	"afterword/internal/table/dynamo"
	"afterword/internal/table/dynamo/feed"
)

// endpoint names DynamoDB Local; empty where there is none.
func endpoint() string { return os.Getenv("AFTERWORD_DYNAMODB_ENDPOINT") }

// Dynamo is the engine on DynamoDB Local: tables of their own names, deleted in the end.
var Dynamo = Engine{Name: "dynamodb", make: makeDynamo}

func makeDynamo(t testing.TB, meter *table.Meter, loss *loss) (table.Table, table.Feed) {
	t.Helper()
	prefix := "test-" + strings.ToLower(rand.Text()) + "-"
	names := map[table.Name]string{table.Feedback: prefix + "Feedback", table.Scorebook: prefix + "Scorebook"}
	client := Client(&http.Client{Transport: losing{http.DefaultTransport, loss}})
	if err := dynamo.CreateTables(t.Context(), client, names); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, name := range names { // the test's context is over
			if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: aws.String(name)}); err != nil {
				t.Error(err)
			}
		}
	})
	streams := dynamodbstreams.New(dynamodbstreams.Options{
		Region: region, BaseEndpoint: aws.String(endpoint()), Credentials: nobody,
	})
	return dynamo.Open(client, names, meter), feed.Open(streams, names[table.Feedback])
}

const region = "eu-west-1"

// DynamoDB Local asks for credentials, any will do.
var nobody = credentials.NewStaticCredentialsProvider("local", "local", "")

// Client is a client of DynamoDB Local.
func Client(over *http.Client) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: region, BaseEndpoint: aws.String(endpoint()), Credentials: nobody, HTTPClient: over,
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 20 * time.Millisecond }), // it is near
	})
}

// losing is a network that loses the answer to a write: the request arrives and is answered, and the connection breaks. The SDK
// sends it again by itself.
type losing struct {
	http.RoundTripper
	loss *loss
}

var errLost = errors.New("the connection broke before the answer came")

func (l losing) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := l.RoundTripper.RoundTrip(request)
	if err != nil || l.loss == nil || !isWrite(request) || !l.loss.taken() {
		return response, err
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return nil, errLost
}

func isWrite(request *http.Request) bool {
	switch _, operation, _ := strings.Cut(request.Header.Get("X-Amz-Target"), "."); operation {
	case "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems":
		return true
	}
	return false
}
