// Command dispatch is the Lambda function that walks the agenda every minute: it sends what is due.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"

	"afterword/internal/function"
	"afterword/internal/ses"
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	parts := function.OnAWS(settings, function.Environment("FEEDBACK_TABLE"), function.Environment("SCOREBOOK_TABLE"), function.Environment("SECRET_ID"))
	carrier := ses.New(settings, function.Environment("CONFIGURATION_SET"))
	parts.Carrier, parts.Rate, parts.Reputation, parts.Public = carrier, carrier, carrier, function.Environment("PUBLIC_URL")
	parts.Warm(ctx)
	lambda.Start(function.Dispatch(parts))
}
