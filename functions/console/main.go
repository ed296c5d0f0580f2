// Command console is the Lambda function behind the team's pages: the scoreboard, decisions, reports.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"

	"afterword/internal/apigw"
	"afterword/internal/function"
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	parts := function.OnAWS(settings, function.Environment("FEEDBACK_TABLE"), function.Environment("SCOREBOOK_TABLE"), function.Environment("SECRET_ID"))
	parts.Warm(ctx)
	lambda.Start(apigw.Handler(function.Console(parts)))
}
