package dynamo_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"afterword/internal/table"
	"afterword/internal/table/dynamo"
	"afterword/internal/table/tabletest"
)

// DynamoDB Local counts single puts rightly: an item of 1024 bytes is one unit and one of 1025 is two. So it tells whether Size
// counts each type as the service does.
func TestSizesAreThoseOfTheService(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		if engine.Name == tabletest.Dynamo.Name {
			sizes(t)
		}
	}
}

func sizes(t *testing.T) {
	client := tabletest.Client(http.DefaultClient)
	name := strings.ToLower(t.Name())
	if err := dynamo.CreateTables(t.Context(), client, map[table.Name]string{table.Scorebook: name}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String(name)}); err != nil {
			t.Error(err)
		}
	}()
	s := func(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }
	n := func(number string) types.AttributeValue { return &types.AttributeValueMemberN{Value: number} }
	for _, c := range []struct {
		value any
		sent  types.AttributeValue
	}{
		{"text", s("text")},
		{"调查", s("调查")},
		{int64(0), n("0")},
		{int64(7), n("7")},
		{int64(42), n("42")},
		{int64(427), n("427")},
		{int64(-42), n("-42")},
		{int64(4200), n("4200")},
		{0.5, n("0.5")},
		{true, &types.AttributeValueMemberBOOL{Value: true}},
		{nil, &types.AttributeValueMemberNULL{Value: true}},
		{[]byte{1, 2, 3}, &types.AttributeValueMemberB{Value: []byte{1, 2, 3}}},
		{table.Set{"a", "bc"}, &types.AttributeValueMemberSS{Value: []string{"a", "bc"}}},
		{[]any{}, &types.AttributeValueMemberL{}},
		{[]any{"a", true}, &types.AttributeValueMemberL{Value: []types.AttributeValue{s("a"), &types.AttributeValueMemberBOOL{Value: true}}}},
		{map[string]any{"ab": "c"}, &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"ab": s("c")}}},
	} {
		item := table.Item{"pk": "p", "sk": "s", "v": c.value, "fill": ""}
		fill := 1024 - table.Size(item)
		for extra, want := range []float64{1, 2} {
			out, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: aws.String(name), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
				Item: map[string]types.AttributeValue{"pk": s("p"), "sk": s("s"), "v": c.sent, "fill": s(strings.Repeat("x", fill+extra))},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := aws.ToFloat64(out.ConsumedCapacity.CapacityUnits); got != want {
				t.Errorf("%#v: an item of %d bytes costs %v units, wanted %v", c.value, 1024+extra, got, want)
			}
		}
		if _, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(name), Key: map[string]types.AttributeValue{"pk": s("p"), "sk": s("s")}}); err != nil {
			t.Fatal(err)
		}
	}
}
