// Command api is the Lambda function behind /api/: scores, answers, decisions, cases, administration.
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
	parts.Public = function.Environment("PUBLIC_URL")
	parts.Warm(ctx)
	lambda.Start(apigw.Handler(function.API(parts, function.Patience)))
}
