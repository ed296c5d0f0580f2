package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"afterword/internal/table"
)

// Query reads a page of a range, as table.Table says.
func (t *Tables) Query(ctx context.Context, q table.Query) (table.Page, error) {
	after, err := q.Begin()
	if err != nil {
		return table.Page{}, err
	}
	if q.Empty() { // the service takes no range that is the wrong way round
		return table.Page{}, nil
	}
	var e expression
	input := &dynamodb.QueryInput{
		TableName: t.name(q.Table), KeyConditionExpression: e.sortRange(q),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		ScanIndexForward: aws.Bool(!q.Descending), Limit: limit(q.Limit), ConsistentRead: aws.Bool(q.Strong),
		ExclusiveStartKey: encodeItem(after),
	}
	if q.Index != nil {
		input.IndexName = aws.String(q.Index.Name)
	}
	t.meter.Called(table.QueryOperation)
	out, err := t.client.Query(ctx, input)
	if err != nil {
		return table.Page{}, translate("query", err)
	}
	return t.page(out.Items, out.LastEvaluatedKey, q.Cursor, q.Strong)
}

// Scan reads a page of a table, as table.Table says.
func (t *Tables) Scan(ctx context.Context, name table.Name, start string, most, segment, segments int) (table.Page, error) {
	of := table.Part{Table: name, Segment: segment, Segments: segments}
	after, err := of.Begin(start, most)
	if err != nil {
		return table.Page{}, err
	}
	t.meter.Called(table.ScanOperation)
	out, err := t.client.Scan(ctx, &dynamodb.ScanInput{
		TableName: t.name(name), Limit: limit(most), ExclusiveStartKey: encodeItem(after),
		Segment: aws.Int32(int32(segment)), TotalSegments: aws.Int32(int32(segments)),
	})
	if err != nil {
		return table.Page{}, translate("scan", err)
	}
	return t.page(out.Items, out.LastEvaluatedKey, of.Cursor, false)
}

func limit(most int) *int32 {
	if most == 0 {
		return nil
	}
	return aws.Int32(int32(min(most, 1<<20)))
}

func (t *Tables) page(found []map[string]types.AttributeValue, last map[string]types.AttributeValue, cursor func(table.Item) string, strong bool) (table.Page, error) {
	page := table.Page{}
	size := 0
	for _, attributes := range found {
		item, err := decodeItem(attributes)
		if err != nil {
			return table.Page{}, err
		}
		page.Items = append(page.Items, item)
		size += table.Size(item)
	}
	t.meter.Read(size, strong)
	if len(last) > 0 {
		at, err := decodeItem(last)
		if err != nil {
			return table.Page{}, err
		}
		page.Next = cursor(at)
	}
	return page, nil
}
