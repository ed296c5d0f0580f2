package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"afterword/internal/table"
)

// Write makes one change, as table.Table says.
func (t *Tables) Write(ctx context.Context, w table.Write) (table.Item, error) {
	w, err := table.Prepare(w)
	if err != nil {
		return nil, err
	}
	t.meter.Called(w.Operation())
	var after table.Item
	switch w.Kind {
	case table.Put:
		after, err = t.put(ctx, w)
	case table.Update:
		after, err = t.update(ctx, w)
	default:
		err = t.delete(ctx, w)
	}
	if err == nil {
		return after, nil
	}
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		return nil, translate("write an item", err)
	}
	stored, err := decodeItem(failed.Item)
	if err != nil {
		return nil, err
	}
	t.meter.Refused(w, stored, false)
	return table.Refused(w, stored)
}

func (t *Tables) put(ctx context.Context, w table.Write) (table.Item, error) {
	after, err := table.Apply(w, nil)
	if err != nil {
		return nil, err
	}
	var e expression
	out, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: t.name(w.Key.Table), Item: encodeItem(after),
		ConditionExpression: e.condition(w.If), ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		ReturnValues:                        t.before(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, again)
	if err != nil {
		return nil, err
	}
	return after, t.wrote(w, out.Attributes, after)
}

func (t *Tables) update(ctx context.Context, w table.Write) (table.Item, error) {
	var e expression
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: t.name(w.Key.Table), Key: keyAttributes(w.Key),
		UpdateExpression: e.update(w), ConditionExpression: e.condition(w.If),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, again)
	if err != nil {
		return nil, err
	}
	after, err := decodeItem(out.Attributes)
	if err != nil {
		return nil, err
	}
	t.meter.Wrote(w.Key.Table, assumeBefore(w, after), after, false)
	return after, nil
}

func (t *Tables) delete(ctx context.Context, w table.Write) error {
	var e expression
	out, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: t.name(w.Key.Table), Key: keyAttributes(w.Key),
		ConditionExpression: e.condition(w.If), ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		ReturnValues:                        t.before(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, again)
	if err != nil {
		return err
	}
	return t.wrote(w, out.Attributes, nil)
}

// before asks for the old item when somebody meters.
func (t *Tables) before() types.ReturnValue {
	if t.meter == nil {
		return types.ReturnValueNone
	}
	return types.ReturnValueAllOld
}

func (t *Tables) wrote(w table.Write, old map[string]types.AttributeValue, after table.Item) error {
	before, err := decodeItem(old)
	if err != nil {
		return err
	}
	t.meter.Wrote(w.Key.Table, before, after, false)
	return nil
}

// assumeBefore is what an updated item may have been before, for the meter: on every index of which the update changes an
// attribute, in another place.
func assumeBefore(w table.Write, after table.Item) table.Item {
	before := table.Item{table.AttrPartition: w.Key.Partition, table.AttrSort: w.Key.Sort}
	removed := map[string]bool{}
	for _, attr := range w.Remove {
		removed[attr] = true
	}
	for _, ix := range table.Indexes(w.Key.Table) {
		for _, attr := range []string{ix.Partition, ix.Sort} {
			before[attr] = after[attr]
			if _, set := w.Set[attr]; set || removed[attr] {
				before[attr] = "elsewhere"
			}
		}
	}
	return before
}

// Transact makes all changes or none, as table.Table says. The SDK gives each call a token, by which the service knows what it
// sends again for ten minutes.
func (t *Tables) Transact(ctx context.Context, writes []table.Write) error {
	writes, err := table.PrepareAll(writes)
	if err != nil {
		return err
	}
	items := make([]types.TransactWriteItem, len(writes))
	for i, w := range writes {
		if items[i], err = t.action(w); err != nil {
			return err
		}
	}
	t.meter.Called(table.TransactOperation)
	_, err = t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items})
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) {
		return t.cancelled(writes, cancelled)
	}
	if err != nil {
		return translate("write a transaction", err)
	}
	for _, w := range writes {
		t.meterWritten(w)
	}
	return nil
}

func (t *Tables) action(w table.Write) (item types.TransactWriteItem, err error) {
	var e expression
	const allOld = types.ReturnValuesOnConditionCheckFailureAllOld
	switch w.Kind {
	case table.Put:
		after, err := table.Apply(w, nil)
		if err != nil {
			return item, err
		}
		item.Put = &types.Put{
			TableName: t.name(w.Key.Table), Item: encodeItem(after), ConditionExpression: e.condition(w.If),
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: allOld,
		}
	case table.Update:
		item.Update = &types.Update{
			TableName: t.name(w.Key.Table), Key: keyAttributes(w.Key), UpdateExpression: e.update(w), ConditionExpression: e.condition(w.If),
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: allOld,
		}
	case table.Delete:
		item.Delete = &types.Delete{
			TableName: t.name(w.Key.Table), Key: keyAttributes(w.Key), ConditionExpression: e.condition(w.If),
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: allOld,
		}
	default:
		item.ConditionCheck = &types.ConditionCheck{
			TableName: t.name(w.Key.Table), Key: keyAttributes(w.Key), ConditionExpression: e.condition(w.If),
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: allOld,
		}
	}
	return item, nil
}

// meterWritten counts one write of a transaction, of which the service returns nothing.
func (t *Tables) meterWritten(w table.Write) {
	switch w.Kind {
	case table.Put:
		after, _ := table.Apply(w, nil) // it went through before
		t.meter.Wrote(w.Key.Table, nil, after, true)
	case table.Update:
		written := w.Carried()
		t.meter.Wrote(w.Key.Table, assumeBefore(w, written), written, true)
	default:
		t.meter.Refused(w, nil, true) // a unit for the key
	}
}

func (t *Tables) cancelled(writes []table.Write, cancelled *types.TransactionCanceledException) error {
	if len(cancelled.CancellationReasons) != len(writes) {
		return translate("write a transaction", cancelled)
	}
	reasons := make([]table.Reason, len(writes))
	for i, reason := range cancelled.CancellationReasons {
		code, err := reasonCode(reason)
		if err != nil {
			return fmt.Errorf("write %d of a transaction: %w", i, err)
		}
		reasons[i].Code = code
		if reasons[i].Stored, err = decodeItem(reason.Item); err != nil {
			return err
		}
	}
	for i, w := range writes {
		t.meter.Refused(w, reasons[i].Stored, true)
	}
	return table.RefusedAll(writes, reasons)
}
