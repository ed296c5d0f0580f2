package feed

import (
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"afterword/internal/table"
	"afterword/internal/table/dynamo"
)

// decodeRecord reads a record as Lambda would hand it over, so that there is one decoder of changes.
func decodeRecord(record types.Record) (table.Change, error) {
	image := record.Dynamodb
	event := events.DynamoDBEventRecord{
		EventName: string(record.EventName),
		Change: events.DynamoDBStreamRecord{
			ApproximateCreationDateTime: events.SecondsEpochTime{Time: aws.ToTime(image.ApproximateCreationDateTime)},
			SequenceNumber:              aws.ToString(image.SequenceNumber),
		},
	}
	if who := record.UserIdentity; who != nil {
		event.UserIdentity = &events.DynamoDBUserIdentity{Type: aws.ToString(who.Type), PrincipalID: aws.ToString(who.PrincipalId)}
	}
	for _, part := range []struct {
		to   *map[string]events.DynamoDBAttributeValue
		from map[string]types.AttributeValue
	}{{&event.Change.Keys, image.Keys}, {&event.Change.OldImage, image.OldImage}, {&event.Change.NewImage, image.NewImage}} {
		values, err := convertMap(part.from)
		if err != nil {
			return table.Change{}, err
		}
		*part.to = values
	}
	return dynamo.Decode(event)
}

func convertMap(attributes map[string]types.AttributeValue) (map[string]events.DynamoDBAttributeValue, error) {
	values := make(map[string]events.DynamoDBAttributeValue, len(attributes))
	for name, attribute := range attributes {
		value, err := convert(attribute)
		if err != nil {
			return nil, err
		}
		values[name] = value
	}
	return values, nil
}

func convert(attribute types.AttributeValue) (value events.DynamoDBAttributeValue, err error) {
	switch a := attribute.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(a.Value), nil
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(a.Value), nil
	case *types.AttributeValueMemberBOOL:
		return events.NewBooleanAttribute(a.Value), nil
	case *types.AttributeValueMemberNULL:
		return events.NewNullAttribute(), nil
	case *types.AttributeValueMemberB:
		return events.NewBinaryAttribute(a.Value), nil
	case *types.AttributeValueMemberSS:
		return events.NewStringSetAttribute(a.Value), nil
	case *types.AttributeValueMemberL:
		list := make([]events.DynamoDBAttributeValue, len(a.Value))
		for i, element := range a.Value {
			if list[i], err = convert(element); err != nil {
				return value, err
			}
		}
		return events.NewListAttribute(list), nil
	case *types.AttributeValueMemberM:
		values, err := convertMap(a.Value)
		return events.NewMapAttribute(values), err
	}
	return value, fmt.Errorf("it holds a %T, which Afterword does not write", attribute)
}
