// Command report is the Lambda function that mails the reports that are due, every hour.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"

	"afterword/internal/chart"
	"afterword/internal/function"
	"afterword/internal/ses"
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	parts := function.OnAWS(settings, function.Environment("FEEDBACK_TABLE"), function.Environment("SCOREBOOK_TABLE"), "")
	carrier := ses.New(settings, function.Environment("CONFIGURATION_SET"))
	parts.Carrier, parts.Rate = carrier, carrier
	lambda.Start(function.Report(parts, chart.Of))
}
