package dynamo

import (
	"time"

	"github.com/aws/aws-lambda-go/events"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// Who removes expired items.
const (
	expirerType = "Service"
	expirerID   = "dynamodb.amazonaws.com"
)

// Decode reads a record of Feedback's stream as Lambda hands it over. Fault: Invalid for a record that is none of ours.
func Decode(record events.DynamoDBEventRecord) (change table.Change, err error) {
	image := record.Change
	change = table.Change{Sequence: image.SequenceNumber, At: image.ApproximateCreationDateTime.Truncate(time.Second).UTC()}
	keys, err := decodeImage(image.Keys)
	if err != nil {
		return change, err
	}
	change.Key = keys.Key(table.Feedback)
	if err := table.CheckKey(change.Key); err != nil {
		return change, err
	}
	if change.Old, err = decodeImage(image.OldImage); err != nil {
		return change, err
	}
	if change.New, err = decodeImage(image.NewImage); err != nil {
		return change, err
	}
	if change.Old == nil && change.New == nil {
		return change, fault.New(fault.Invalid, "a stream record has no image; the stream's view is NEW_AND_OLD_IMAGES")
	}
	who := record.UserIdentity
	change.Expired = change.New == nil && who != nil && who.Type == expirerType && who.PrincipalID == expirerID
	return change, nil
}

// Encode makes the record that Lambda would hand over for a change. Decode gives the same change back.
func Encode(change table.Change) (events.DynamoDBEventRecord, error) {
	record := events.DynamoDBEventRecord{
		EventID:      change.Sequence,
		EventSource:  "aws:dynamodb",
		EventVersion: "1.1",
		Change: events.DynamoDBStreamRecord{
			ApproximateCreationDateTime: events.SecondsEpochTime{Time: change.At.Truncate(time.Second).UTC()},
			SequenceNumber:              change.Sequence,
			StreamViewType:              string(events.DynamoDBStreamViewTypeNewAndOldImages),
			SizeBytes:                   int64(table.Size(change.Old) + table.Size(change.New)),
		},
	}
	switch {
	case change.Old == nil && change.New == nil:
		return record, fault.New(fault.Invalid, "a change has an item before or after")
	case change.Old == nil:
		record.EventName = string(events.DynamoDBOperationTypeInsert)
	case change.New == nil:
		record.EventName = string(events.DynamoDBOperationTypeRemove)
	default:
		record.EventName = string(events.DynamoDBOperationTypeModify)
	}
	if change.Expired {
		record.UserIdentity = &events.DynamoDBUserIdentity{Type: expirerType, PrincipalID: expirerID}
	}
	record.Change.Keys = encodeImage(table.Item{table.AttrPartition: change.Key.Partition, table.AttrSort: change.Key.Sort})
	record.Change.OldImage, record.Change.NewImage = encodeImage(change.Old), encodeImage(change.New)
	return record, nil
}

func encodeImage(item table.Item) map[string]events.DynamoDBAttributeValue {
	if item == nil {
		return nil
	}
	image := make(map[string]events.DynamoDBAttributeValue, len(item))
	for name, value := range item {
		image[name] = encodeImageValue(value)
	}
	return image
}

func encodeImageValue(value any) events.DynamoDBAttributeValue {
	switch v := value.(type) {
	case string:
		return events.NewStringAttribute(v)
	case int64, float64:
		return events.NewNumberAttribute(formatNumber(v))
	case bool:
		return events.NewBooleanAttribute(v)
	case []byte:
		return events.NewBinaryAttribute(v)
	case table.Set:
		return events.NewStringSetAttribute(v)
	case []any:
		list := make([]events.DynamoDBAttributeValue, len(v))
		for i, element := range v {
			list[i] = encodeImageValue(element)
		}
		return events.NewListAttribute(list)
	case map[string]any:
		return events.NewMapAttribute(encodeImage(v))
	}
	return events.NewNullAttribute()
}

// decodeImage reads an image; nil if there is none.
func decodeImage(image map[string]events.DynamoDBAttributeValue) (table.Item, error) {
	if len(image) == 0 {
		return nil, nil
	}
	return decodeImageMap(image)
}

func decodeImageMap(image map[string]events.DynamoDBAttributeValue) (map[string]any, error) {
	values := make(map[string]any, len(image))
	for name, attribute := range image {
		value, err := decodeImageValue(attribute)
		if err != nil {
			return nil, err
		}
		values[name] = value
	}
	return values, nil
}

func decodeImageValue(a events.DynamoDBAttributeValue) (any, error) {
	switch a.DataType() {
	case events.DataTypeString:
		return a.String(), nil
	case events.DataTypeNumber:
		n, err := parseNumber(a.Number())
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "a stream record holds a number that cannot be read")
		}
		return n, nil
	case events.DataTypeBoolean:
		return a.Boolean(), nil
	case events.DataTypeNull:
		return nil, nil
	case events.DataTypeBinary:
		return append([]byte{}, a.Binary()...), nil
	case events.DataTypeStringSet:
		return sortedSet(a.StringSet()), nil
	case events.DataTypeList:
		list := make([]any, len(a.List()))
		for i, element := range a.List() {
			var err error
			if list[i], err = decodeImageValue(element); err != nil {
				return nil, err
			}
		}
		return list, nil
	case events.DataTypeMap:
		return decodeImageMap(a.Map())
	}
	return nil, fault.New(fault.Invalid, "a stream record holds a set of numbers or bytes, which Afterword does not write")
}
