package main

import (
	"math"
	"os"
	"strings"
	"testing"
)

// What a million surveys cost by a calculation made by hand from the same list prices: two writes for each survey, four for each of
// 200,000 answers, 450,000 requests, a schedule each minute.
func TestPricesGiveTheBillsOfHand(t *testing.T) {
	for _, row := range []struct {
		entry
		dollars float64
	}{
		{entry{mailSent, 1e6}, 100},
		{entry{writeUnit, 2e6}, 1.25},
		{entry{writeUnit, 4 * 200_000}, 0.50},
		{entry{readUnit, 3700}, 0.0004625},
		{entry{httpRequest, 450_000}, 0.45},
		{entry{logGB, 0.758}, 0.379},
		{entry{scheduled, 43_200}, 0.0432},
		{entry{lambdaRequest, 515_000}, 0.103},
		{entry{lambdaGBSecond, 3450}, 0.046},
		{entry{outGB, 2.58}, 0.2322},
		{entry{secretCall, 10_000}, 0.05},
		{entry{metricMonth, 40}, 12},
	} {
		if got := row.entry.dollars(); math.Abs(got-row.dollars) > 0.0005 {
			t.Errorf("%g of %s: %.5f dollars, want %.5f", row.quantity, prices[row.item].name, got, row.dollars)
		}
	}
	for it := writeUnit; it <= metricMonth; it++ {
		if prices[it].dollars <= 0 || prices[it].name == "" {
			t.Errorf("item %d has no price", it)
		}
	}
}

func TestABillAddsUpWhatEachStepUsesAsOftenAsItHappens(t *testing.T) {
	answered := step{often: 200_000, times: 4, use: use{writes: 40, reads: 8, calls: 20, records: 4, requests: 4, logged: 4000, out: 8000}}
	got := billOf([]step{answered})
	want := bill{
		writeUnit: 2e6, readUnit: 400_000, httpRequest: 200_000, lambdaRequest: 200_000 + readersOfStream*200_000,
		logGB: 0.2 + 200_000*accessLine/1e9, outGB: 0.4,
		lambdaGBSecond: memoryGB * (600_000*ownSeconds + 200_000*coldShare*coldSeconds + 1e6*callSeconds),
	}
	for it, quantity := range want {
		if math.Abs(got[it]-quantity) > 1e-6*quantity {
			t.Errorf("%s: %g, want %g", prices[it].name, got[it], quantity)
		}
	}
	if len(got) != len(want) {
		t.Errorf("billed %v, want %v", got, want)
	}
	if total := (bill{writeUnit: 1e6, httpRequest: 1e6}).total(); math.Abs(total-1.625) > 1e-9 {
		t.Errorf("a total of %g, want 1.625", total)
	}
}

// API Gateway's ids of requests have 16 characters; the longest of our routes is the most frequent one.
func TestALineOfTheAccessLogIsAsLongAsTheTemplateSays(t *testing.T) {
	text, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, format, _ := strings.Cut(string(text), "Format: '")
	format, _, _ = strings.Cut(format, "'")
	line := strings.NewReplacer("$context.requestId", "JKJaXmPLvHcESHA=", "$context.routeKey", "ANY /hooks/{source}", "$context.status", "200",
		"$context.responseLatency", "123").Replace(format)
	if got := len(line) + eventOverhead; got != accessLine || strings.Contains(line, "$") {
		t.Errorf("%d bytes: %s", got, line)
	}
}
