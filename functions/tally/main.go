// Command tally is the Lambda function that counts the answers of the change feed, each once.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"

	"afterword/internal/function"
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	parts := function.OnAWS(settings, function.Environment("FEEDBACK_TABLE"), function.Environment("SCOREBOOK_TABLE"), "")
	lambda.Start(function.Tally(parts))
}
