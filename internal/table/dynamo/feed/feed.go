// Package feed reads the changes of Feedback from its DynamoDB stream, for the local runner and the tests on DynamoDB Local. On AWS
// nobody does: Lambda reads the stream and hands over records (dynamo.Decode). It is a package of its own so that no function
// links the client of the streams.
package feed

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// Feed is the stream of one table.
type Feed struct {
	client *dynamodbstreams.Client
	table  string
}

var _ table.Feed = (*Feed)(nil)

// Open uses the stream of the table with this name in the account. It calls nothing.
func Open(client *dynamodbstreams.Client, name string) *Feed {
	return &Feed{client: client, table: name}
}

// arn is asked for at each call: a table that was made anew has a new stream.
func (f *Feed) arn(ctx context.Context) (*string, error) {
	out, err := f.client.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: aws.String(f.table)})
	if err != nil {
		return nil, fault.Wrap(fault.Transient, err, "the stream does not answer")
	}
	if len(out.Streams) == 0 {
		return nil, fmt.Errorf("the table %s has no stream", f.table)
	}
	return out.Streams[len(out.Streams)-1].StreamArn, nil
}

// Shards lists the shards, parents before their children as the service does.
func (f *Feed) Shards(ctx context.Context) (ids []string, err error) {
	arn, err := f.arn(ctx)
	if err != nil {
		return nil, err
	}
	input := &dynamodbstreams.DescribeStreamInput{StreamArn: arn}
	for {
		out, err := f.client.DescribeStream(ctx, input)
		if err != nil {
			return nil, fault.Wrap(fault.Transient, err, "the stream does not answer")
		}
		for _, shard := range out.StreamDescription.Shards {
			ids = append(ids, aws.ToString(shard.ShardId))
		}
		if input.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId; input.ExclusiveStartShardId == nil {
			return ids, nil
		}
	}
}

// emptyReads is how many times in a row a read may find nothing before it is taken for the end: the service may give an empty page
// in the middle of a shard.
const emptyReads = 3

// Read returns changes of a shard in order, as table.Feed says. What the service has trimmed is passed over.
func (f *Feed) Read(ctx context.Context, shard, after string, limit int) ([]table.Change, error) {
	if limit < 1 {
		return nil, fault.New(fault.Invalid, "a feed is read at least one change at a time")
	}
	iterator, err := f.iterator(ctx, shard, after)
	if err != nil {
		return nil, fault.Wrap(fault.Transient, err, "the stream does not answer")
	}
	for range emptyReads {
		if iterator == nil {
			break
		}
		out, err := f.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{
			ShardIterator: iterator, Limit: aws.Int32(int32(min(limit, 1000))),
		})
		if err != nil {
			return nil, fault.Wrap(fault.Transient, err, "the stream does not answer")
		}
		if len(out.Records) > 0 {
			return decode(out.Records)
		}
		iterator = out.NextShardIterator
	}
	return nil, nil
}

func (f *Feed) iterator(ctx context.Context, shard, after string) (*string, error) {
	arn, err := f.arn(ctx)
	if err != nil {
		return nil, err
	}
	input := &dynamodbstreams.GetShardIteratorInput{
		StreamArn: arn, ShardId: aws.String(shard), ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	}
	if after != "" {
		input.ShardIteratorType, input.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, aws.String(after)
	}
	out, err := f.client.GetShardIterator(ctx, input)
	var trimmed *types.TrimmedDataAccessException
	if errors.As(err, &trimmed) {
		input.ShardIteratorType, input.SequenceNumber = types.ShardIteratorTypeTrimHorizon, nil
		out, err = f.client.GetShardIterator(ctx, input)
	}
	if err != nil {
		return nil, err
	}
	return out.ShardIterator, nil
}

func decode(records []types.Record) ([]table.Change, error) {
	changes := make([]table.Change, len(records))
	for i, record := range records {
		change, err := decodeRecord(record)
		if err != nil {
			return nil, fmt.Errorf("read the stream: record %s: %w", aws.ToString(record.Dynamodb.SequenceNumber), err)
		}
		changes[i] = change
	}
	return changes, nil
}
