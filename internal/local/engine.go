package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"afterword/internal/table"
	"afterword/internal/table/bolt"
	"afterword/internal/table/dynamo"
	"afterword/internal/table/dynamo/feed"
)

// openEngine opens the engine of the options with its change feed.
func (s *System) openEngine(ctx context.Context) (table.Table, error) {
	if err := errors.Join(s.dropHalfHistory(), s.restoreClock()); err != nil {
		return nil, err
	}
	switch s.options.Engine {
	case "", "bolt":
		return s.openBolt()
	case "dynamodb":
		return s.openDynamo(ctx)
	}
	return nil, fmt.Errorf("there is no engine %q: expected bolt or dynamodb", s.options.Engine)
}

func (s *System) openBolt() (table.Table, error) {
	path := ""
	if s.options.Data != "" {
		path = filepath.Join(s.options.Data, "afterword.db")
	}
	db, err := bolt.Open(path, bolt.Options{Now: s.clock.Now, Meter: s.options.Meter})
	if err != nil {
		return nil, err
	}
	s.close = append(s.close, db.Close)
	s.feed, s.bolt = db, db
	return db, nil
}

// errNoEndpoint keeps a laptop from making tables in whatever AWS account it has credentials for.
var errNoEndpoint = errors.New("the dynamodb engine wants AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL_DYNAMODB_STREAMS (or AWS_ENDPOINT_URL for both) to name a DynamoDB on this machine")

// openDynamo opens tables on the DynamoDB that the SDK's endpoint variables name, and makes them where there are none. Without a
// data folder they are the system's own and go when it does.
func (s *System) openDynamo(ctx context.Context) (table.Table, error) {
	if os.Getenv("AWS_ENDPOINT_URL") == "" && (os.Getenv("AWS_ENDPOINT_URL_DYNAMODB") == "" || os.Getenv("AWS_ENDPOINT_URL_DYNAMODB_STREAMS") == "") {
		return nil, errNoEndpoint
	}
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	client, prefix := dynamodb.NewFromConfig(settings), "afterword-local"
	if s.options.Data == "" {
		prefix += "-" + strings.ToLower(rand.Text())
	}
	names := map[table.Name]string{}
	for _, name := range []table.Name{table.Feedback, table.Scorebook} {
		names[name] = prefix + "-" + string(name)
	}
	if err := dynamo.CreateTables(ctx, client, names); err != nil {
		return nil, err
	}
	if s.options.Data == "" {
		s.close = append(s.close, func() error { return dropTables(client, names) })
	}
	s.feed = feed.Open(dynamodbstreams.NewFromConfig(settings), names[table.Feedback])
	return dynamo.Open(client, names, s.options.Meter), nil
}

func dropTables(client *dynamodb.Client, names map[table.Name]string) error {
	for _, name := range names {
		if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			return err
		}
	}
	return nil
}
