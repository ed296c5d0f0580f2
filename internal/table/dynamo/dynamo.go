// Package dynamo keeps the tables in DynamoDB: the engine of every installation beyond one machine. It maps table.Table to the
// service's calls; expressions are built here and nowhere else.
//
// # What the service does not tell
//
// The meter counts by the sizes of items, because ConsumedCapacity is not to be trusted on DynamoDB Local and costs an option on
// every call. It knows both items of a put or a delete, the new one of a single update and what was written in a transaction. So an
// update is counted by the new item alone; one that sets an attribute of an index counts as a move of its entry (two units), one
// that removes it as a removal; an update in a transaction is counted by what it writes, which is too little for an item over 1 KB,
// and its old index entry is unknown likewise. Package bolt meters exactly.
package dynamo

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// Tables are the two tables in DynamoDB. They are safe for concurrent use.
type Tables struct {
	client *dynamodb.Client
	names  map[table.Name]string
	meter  *table.Meter
}

var _ table.Table = (*Tables)(nil)

// Open uses the tables under their names in the account. meter may be nil. It calls nothing.
func Open(client *dynamodb.Client, names map[table.Name]string, meter *table.Meter) *Tables {
	return &Tables{client: client, names: names, meter: meter}
}

func (t *Tables) name(name table.Name) *string { return aws.String(t.names[name]) }

// again lets the SDK repeat a single write that met a transaction: nothing was applied, and soon the transaction is over.
func again(o *dynamodb.Options) {
	o.Retryer = retry.AddWithErrorCodes(o.Retryer, "TransactionConflictException")
}

// Get reads one item, as table.Table says.
func (t *Tables) Get(ctx context.Context, key table.Key, strong bool) (table.Item, error) {
	if err := table.CheckKey(key); err != nil {
		return nil, err
	}
	t.meter.Called(table.GetOperation)
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: t.name(key.Table), Key: keyAttributes(key), ConsistentRead: aws.Bool(strong),
	})
	if err != nil {
		return nil, translate("get an item", err)
	}
	item, err := decodeItem(out.Item)
	if err != nil {
		return nil, err
	}
	t.meter.Read(table.Size(item), strong)
	return item, nil
}

// batch is how many items DynamoDB reads with one call.
const batch = 100

// BatchGet reads many items, as table.Table says.
func (t *Tables) BatchGet(ctx context.Context, keys []table.Key, strong bool) ([]table.Item, error) {
	found := make(map[table.Key]table.Item, len(keys))
	var wanted []table.Key // each once: the service refuses a key that is asked for twice
	for _, key := range keys {
		if err := table.CheckKey(key); err != nil {
			return nil, err
		}
		if _, seen := found[key]; !seen {
			found[key] = nil
			wanted = append(wanted, key)
		}
	}
	if len(wanted) > 0 {
		t.meter.Called(table.BatchGetOperation)
	}
	for len(wanted) > 0 {
		n := min(len(wanted), batch)
		if err := t.batchGet(ctx, wanted[:n], strong, found); err != nil {
			return nil, err
		}
		wanted = wanted[n:]
	}
	items := make([]table.Item, len(keys))
	for i, key := range keys {
		items[i] = found[key]
	}
	return items, nil
}

// patience is how often BatchGet asks again for what the service left out.
const patience = 8

func (t *Tables) batchGet(ctx context.Context, keys []table.Key, strong bool, found map[table.Key]table.Item) error {
	request := map[string]types.KeysAndAttributes{}
	names := map[string]table.Name{}
	for _, key := range keys {
		name := t.names[key.Table]
		names[name] = key.Table
		request[name] = types.KeysAndAttributes{
			ConsistentRead: aws.Bool(strong), Keys: append(request[name].Keys, keyAttributes(key)),
		}
	}
	for try := 0; len(request) > 0; try++ {
		if try == patience {
			return fault.New(fault.Transient, "the table is busy, it left out a part of what was asked for")
		}
		if err := backOff(ctx, try); err != nil {
			return err
		}
		out, err := t.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: request})
		if err != nil {
			return translate("get items", err)
		}
		for name, attributes := range out.Responses {
			for _, each := range attributes {
				item, err := decodeItem(each)
				if err != nil {
					return err
				}
				found[item.Key(names[name])] = item
			}
		}
		request = out.UnprocessedKeys
	}
	for _, key := range keys {
		t.meter.Read(table.Size(found[key]), strong)
	}
	return nil
}

// backOff waits before a further try: any time up to 25 ms, 50 ms, ... 1.6 s. The first try does not wait.
func backOff(ctx context.Context, try int) error {
	if try == 0 {
		return nil
	}
	timer := time.NewTimer(rand.N(25 * time.Millisecond << (try - 1)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return translate("wait for the table", ctx.Err())
	}
}
