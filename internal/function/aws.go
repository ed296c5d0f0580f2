package function

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"afterword/internal/secrets"
	"afterword/internal/store"
	"afterword/internal/table"
	"afterword/internal/table/dynamo"
	"afterword/internal/trail"
)

// OnAWS opens the parts that a function has on AWS: the tables, read from the environment by its main, and the secret if it has one.
func OnAWS(config aws.Config, feedback, scorebook, secret string) Parts {
	client := dynamodb.NewFromConfig(config)
	kept := store.New(dynamo.Open(client, map[table.Name]string{table.Feedback: feedback, table.Scorebook: scorebook}, nil))
	p := Parts{
		Store: kept, Programs: Programs(kept, time.Now), Now: time.Now, Domain: domain(config.Region),
		Log:     slog.New(trail.Handler(lambdacontext.NewLogHandler())),
		Metrics: &Embedded{Out: os.Stdout, Function: lambdacontext.FunctionName, Now: time.Now},
	}
	// Lambda's library writes the errors of functions to the standard log.
	slog.SetLogLoggerLevel(slog.LevelError)
	slog.SetDefault(p.Log.With(slog.String("from", "lambda")))
	p.Log.Info("started", slog.String("function", lambdacontext.FunctionName), slog.Bool("cold_start", true))
	if secret != "" {
		p.Secrets = &secrets.Keeper{Read: secrets.FromSecretsManager(secretsmanager.NewFromConfig(config), secret), Now: time.Now}
		p.Keys = apiKeys{p.Secrets}
	}
	return p
}

// domain is that of the Message-IDs that SES makes in a region.
func domain(region string) string {
	if region == "us-east-1" {
		return "email.amazonses.com"
	}
	return region + ".amazonses.com"
}

// Environment reads variables that must be set. A function without one of them cannot work, and says which before anything is lost.
func Environment(name string) string {
	value := os.Getenv(name)
	if value == "" {
		panic("the environment variable " + name + " is not set; template.yaml sets it")
	}
	return value
}

// Warm makes the first calls of a function while Lambda still gives it full power, all at once: a connection costs much more later.
// What fails is tried again when it is needed.
func (p Parts) Warm(ctx context.Context) {
	var calls sync.WaitGroup
	calls.Go(func() { _, _ = p.Programs.Current(ctx) })
	if p.Secrets != nil {
		calls.Go(func() { _, _ = p.Secrets.Secret(ctx) })
	}
	calls.Wait()
}
