package table

import (
	"strconv"
	"strings"
)

// Limits of both engines, which are DynamoDB's.
const (
	MaxItem        = 400 * 1024      // bytes of one item by Size
	MaxPartition   = 2048            // bytes of a partition key
	MaxSort        = 1024            // bytes of a sort key
	MaxTransaction = 100             // writes in one transaction
	maxTogether    = 4 * 1024 * 1024 // bytes of all items in one transaction
	maxDepth       = 32              // levels of lists and maps in each other
)

// Size is the size of an item in bytes by the rule that the price list counts with (DynamoDB developer guide, "Item sizes and
// formats"): names and strings in UTF-8, a number one byte for two significant digits and one more, lists and maps three bytes
// and one for each element. nil has no size.
func Size(item Item) int {
	size := 0
	for name, value := range item {
		size += len(name) + valueSize(value)
	}
	return size
}

func valueSize(value any) int {
	switch v := value.(type) {
	case string:
		return len(v)
	case int64:
		return numberSize(strconv.FormatInt(v, 10))
	case float64:
		return numberSize(strconv.FormatFloat(v, 'e', -1, 64))
	case []byte:
		return len(v)
	case Set:
		size := 0
		for _, element := range v {
			size += len(element)
		}
		return size
	case []any:
		size := 3
		for _, element := range v {
			size += 1 + valueSize(element)
		}
		return size
	case map[string]any:
		size := 3
		for name, element := range v {
			size += 1 + len(name) + valueSize(element)
		}
		return size
	default: // nil and bool
		return 1
	}
}

// numberSize counts a number in decimal. The zeroes at its ends are no significant digits.
func numberSize(decimal string) int {
	size := 1
	digits, negative := strings.CutPrefix(decimal, "-")
	if negative {
		size++
	}
	digits, _, _ = strings.Cut(digits, "e")
	digits = strings.Trim(strings.Replace(digits, ".", "", 1), "0")
	return size + (len(digits)+1)/2
}
