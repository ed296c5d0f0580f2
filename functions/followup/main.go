// Command followup is the Lambda function that opens a case for each unhappy answer of the change feed.
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
	parts := function.OnAWS(settings, function.Environment("FEEDBACK_TABLE"), "", "")
	parts.Warm(ctx)
	lambda.Start(function.Followup(parts))
}
