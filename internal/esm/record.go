package esm

import (
	"encoding/base64"
	"strconv"

	"afterword/internal/table"
)

// object is a level of a record that is looked into by name, so that no more of an image is encoded than a pattern asks for.
type object func(name string) (any, bool)

// leavesAt finds what a path names in a record. A list offers each of its elements; only leaves are found, as Lambda's exists does.
func leavesAt(value any, path []string) (leaves []any) {
	switch value := value.(type) {
	case object:
		if len(path) > 0 {
			if below, there := value(path[0]); there {
				return leavesAt(below, path[1:])
			}
		}
	case []any:
		for _, element := range value {
			leaves = append(leaves, leavesAt(element, path)...)
		}
	default:
		if len(path) == 0 {
			return []any{value}
		}
	}
	return leaves
}

// recordOf is the event record that a function would get for the change.
func recordOf(c table.Change) object {
	return func(name string) (any, bool) {
		switch name {
		case "eventName":
			return eventName(c), true
		case "eventSource":
			return "aws:dynamodb", true
		case "userIdentity":
			return fields(map[string]any{"type": "Service", "principalId": "dynamodb.amazonaws.com"}), c.Expired
		case "dynamodb":
			return object(func(name string) (any, bool) { return streamRecord(c, name) }), true
		}
		return nil, false
	}
}

func eventName(c table.Change) string {
	switch {
	case c.Old == nil:
		return "INSERT"
	case c.New == nil:
		return "REMOVE"
	default:
		return "MODIFY"
	}
}

func streamRecord(c table.Change, name string) (any, bool) {
	switch name {
	case "Keys":
		return image(table.Item{table.AttrPartition: c.Key.Partition, table.AttrSort: c.Key.Sort}), true
	case "NewImage":
		return image(c.New), c.New != nil
	case "OldImage":
		return image(c.Old), c.Old != nil
	case "SequenceNumber":
		return c.Sequence, true
	case "StreamViewType":
		return "NEW_AND_OLD_IMAGES", true
	}
	return nil, false
}

func fields(of map[string]any) object {
	return func(name string) (any, bool) {
		value, there := of[name]
		return value, there
	}
}

func image(item table.Item) object {
	return func(name string) (any, bool) {
		value, there := item[name]
		if !there {
			return nil, false
		}
		return attribute(value), true
	}
}

// attribute is a value in DynamoDB's JSON: an object of its type's letter.
func attribute(value any) object {
	return func(letter string) (any, bool) {
		kind, encoded := "", any(nil)
		switch v := value.(type) {
		case nil:
			kind, encoded = "NULL", true
		case string:
			kind, encoded = "S", v
		case int64:
			kind, encoded = "N", strconv.FormatInt(v, 10)
		case float64:
			kind, encoded = "N", strconv.FormatFloat(v, 'f', -1, 64)
		case bool:
			kind, encoded = "BOOL", v
		case []byte:
			kind, encoded = "B", base64.StdEncoding.EncodeToString(v)
		case table.Set:
			kind, encoded = "SS", texts(v)
		case []any:
			kind, encoded = "L", attributes(v)
		case map[string]any:
			kind, encoded = "M", image(v)
		}
		return encoded, kind == letter
	}
}

func texts(set table.Set) []any {
	list := make([]any, len(set))
	for i, text := range set {
		list[i] = text
	}
	return list
}

func attributes(values []any) []any {
	list := make([]any, len(values))
	for i, value := range values {
		list[i] = attribute(value)
	}
	return list
}
