package main

// item is something that AWS charges for.
type item int

// What is charged for.
const (
	writeUnit item = iota
	readUnit
	storedGB
	lambdaRequest
	lambdaGBSecond
	httpRequest
	logGB
	scheduled
	secretCall
	secretMonth
	snsRequest
	outGB
	mailSent
	alarmMonth
	metricMonth
)

// price is what one of it costs in US dollars.
type price struct {
	name    string
	dollars float64
}

// List prices of us-east-1 in November 2026, without any free tier. Sources: aws.amazon.com/dynamodb/pricing/on-demand (as halved in
// November 2024; storage with point-in-time recovery: 0.25 + 0.20), /lambda/pricing (arm64), /api-gateway/pricing (HTTP API),
// /cloudwatch/pricing, /eventbridge/pricing (Scheduler), /secrets-manager/pricing, /sns/pricing, /ses/pricing,
// /ec2/pricing/on-demand (data out). Lambda reads streams for nothing, and SNS delivers to Lambda for nothing.
var prices = map[item]price{
	writeUnit:      {"DynamoDB write unit", 0.625e-6},
	readUnit:       {"DynamoDB read unit", 0.125e-6},
	storedGB:       {"DynamoDB GB kept for a month, with recovery", 0.45},
	lambdaRequest:  {"Lambda request", 0.20e-6},
	lambdaGBSecond: {"Lambda GB-second", 0.0000133334},
	httpRequest:    {"HTTP API request", 1.00e-6},
	logGB:          {"CloudWatch Logs GB", 0.50},
	scheduled:      {"Scheduler invocation", 1.00e-6},
	secretCall:     {"Secrets Manager call", 0.05 / 10_000},
	secretMonth:    {"Secrets Manager secret, a month", 0.40},
	snsRequest:     {"SNS publish", 0.50e-6},
	outGB:          {"GB to the internet", 0.09},
	mailSent:       {"SES mail", 0.10 / 1000},
	alarmMonth:     {"CloudWatch alarm, a month", 0.10},
	metricMonth:    {"CloudWatch metric of one's own, a month", 0.30},
}

// entry is a line of a bill.
type entry struct {
	item
	quantity float64
}

func (e entry) dollars() float64 { return e.quantity * prices[e.item].dollars }

// bill is what is charged, by item.
type bill map[item]float64

// total is in dollars.
func (b bill) total() (sum float64) {
	for it, quantity := range b {
		sum += entry{it, quantity}.dollars()
	}
	return sum
}
