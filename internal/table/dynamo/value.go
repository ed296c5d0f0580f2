package dynamo

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"afterword/internal/table"
)

func keyAttributes(key table.Key) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		table.AttrPartition: &types.AttributeValueMemberS{Value: key.Partition},
		table.AttrSort:      &types.AttributeValueMemberS{Value: key.Sort},
	}
}

// encodeItem gives no map for no item.
func encodeItem(item table.Item) map[string]types.AttributeValue {
	if item == nil {
		return nil
	}
	attributes := make(map[string]types.AttributeValue, len(item))
	for name, value := range item {
		attributes[name] = encodeValue(value)
	}
	return attributes
}

// encodeValue takes what table.Prepare let through.
func encodeValue(value any) types.AttributeValue {
	switch v := value.(type) {
	case string:
		return &types.AttributeValueMemberS{Value: v}
	case int64, float64:
		return &types.AttributeValueMemberN{Value: formatNumber(v)}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}
	case []byte:
		return &types.AttributeValueMemberB{Value: v}
	case table.Set:
		return &types.AttributeValueMemberSS{Value: v}
	case []any:
		list := make([]types.AttributeValue, len(v))
		for i, element := range v {
			list[i] = encodeValue(element)
		}
		return &types.AttributeValueMemberL{Value: list}
	case map[string]any:
		return &types.AttributeValueMemberM{Value: encodeItem(v)}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

// decodeItem reads an item; nil if there is none.
func decodeItem(attributes map[string]types.AttributeValue) (table.Item, error) {
	if len(attributes) == 0 {
		return nil, nil
	}
	item, err := decodeMap(attributes)
	return item, err
}

func decodeMap(attributes map[string]types.AttributeValue) (map[string]any, error) {
	values := make(map[string]any, len(attributes))
	for name, attribute := range attributes {
		value, err := decodeValue(attribute)
		if err != nil {
			return nil, err
		}
		values[name] = value
	}
	return values, nil
}

func decodeValue(attribute types.AttributeValue) (any, error) {
	switch a := attribute.(type) {
	case *types.AttributeValueMemberS:
		return a.Value, nil
	case *types.AttributeValueMemberN:
		return parseNumber(a.Value)
	case *types.AttributeValueMemberBOOL:
		return a.Value, nil
	case *types.AttributeValueMemberNULL:
		return nil, nil
	case *types.AttributeValueMemberB:
		return append([]byte{}, a.Value...), nil
	case *types.AttributeValueMemberSS:
		return sortedSet(a.Value), nil
	case *types.AttributeValueMemberL:
		list := make([]any, len(a.Value))
		for i, element := range a.Value {
			var err error
			if list[i], err = decodeValue(element); err != nil {
				return nil, err
			}
		}
		return list, nil
	case *types.AttributeValueMemberM:
		return decodeMap(a.Value)
	}
	return nil, fmt.Errorf("an item holds a %T, which Afterword does not write", attribute)
}

// formatNumber writes a number with all its digits, so that parseNumber gives the same one.
func formatNumber(value any) string {
	if n, ok := value.(int64); ok {
		return strconv.FormatInt(n, 10)
	}
	f, _ := value.(float64)
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// parseNumber reads a decimal of the service: a whole number of up to 64 bits as int64, any other as float64.
func parseNumber(decimal string) (any, error) {
	if n, err := strconv.ParseInt(decimal, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(decimal, 64)
	if err != nil {
		return nil, fmt.Errorf("an item holds a number that cannot be read: %w", err)
	}
	if f == math.Trunc(f) && math.Abs(f) < 1<<63 {
		return int64(f), nil // "1E+2"
	}
	return f, nil
}

func sortedSet(elements []string) table.Set {
	set := slices.Clone(elements)
	slices.Sort(set)
	return set
}
