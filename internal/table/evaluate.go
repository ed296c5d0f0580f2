package table

import (
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"afterword/internal/fault"
)

// Holds tells whether the condition holds for the item (nil: there is none). A nil condition holds.
func Holds(c Condition, item Item) bool {
	switch c := c.(type) {
	case nil:
		return true
	case AbsentCondition:
		_, there := item[c.Attr]
		return !there
	case PresentCondition:
		_, there := item[c.Attr]
		return there
	case CompareCondition:
		order, ok := compare(item[c.Attr], c.Value)
		return ok && c.Op.holds(order)
	case ContainsCondition:
		return contains(item[c.Attr], c.Element)
	case AllCondition:
		return !slices.ContainsFunc(c, func(each Condition) bool { return !Holds(each, item) })
	case AnyCondition:
		return slices.ContainsFunc(c, func(each Condition) bool { return Holds(each, item) })
	}
	return false // not reached: Prepare lets no other kind through
}

func (op Op) holds(order int) bool {
	switch op {
	case OpEqual:
		return order == 0
	case OpLess:
		return order < 0
	case OpAtMost:
		return order <= 0
	case OpMore:
		return order > 0
	default:
		return order >= 0
	}
}

// compare orders two values of one type; false when they are not of one type that has an order (bools: only equal or not).
func compare(a, b any) (int, bool) {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return strings.Compare(a, b), ok
	case bool:
		b, ok := b.(bool)
		if a == b {
			return 0, ok
		}
		return 1, ok
	}
	x, y := number(a), number(b)
	if x == nil || y == nil {
		return 0, false
	}
	return x.Cmp(y), true
}

// number is the exact decimal that the engines keep for a value, nil if it is no number. A float64 stands for its shortest
// decimal, because this is what is sent to DynamoDB, which counts in decimals.
func number(value any) *big.Rat {
	switch v := value.(type) {
	case int64:
		return new(big.Rat).SetInt64(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		r, _ := new(big.Rat).SetString(strconv.FormatFloat(v, 'g', -1, 64))
		return r
	}
	return nil
}

func contains(value any, element string) bool {
	switch v := value.(type) {
	case Set:
		return slices.Contains(v, element)
	case string:
		return strings.Contains(v, element)
	case []any:
		return slices.Contains(v, any(element))
	}
	return false
}

// Apply is what a prepared write makes of the stored item (nil: there is none), whatever its condition: nil after a Delete, the
// item itself after a Check. It changes neither argument. Faults: Invalid when a number is added to what is no number or a string
// to what is no set, or a sum leaves int64; TooLarge.
func Apply(w Write, stored Item) (Item, error) {
	switch w.Kind {
	case Delete:
		return nil, nil
	case Check:
		return stored, nil
	}
	item := Item{}
	if w.Kind == Put {
		maps.Copy(item, w.Item)
	} else {
		maps.Copy(item, stored)
		if err := change(item, w); err != nil {
			return nil, err
		}
	}
	item[AttrPartition], item[AttrSort] = w.Key.Partition, w.Key.Sort
	if w.Writer != "" {
		item[AttrWriter] = w.Writer
	}
	if Size(item) > MaxItem {
		return nil, errTooLarge
	}
	return item, nil
}

func change(item Item, w Write) error {
	maps.Copy(item, w.Set)
	for _, attr := range w.Remove {
		delete(item, attr)
	}
	for attr, n := range w.Add {
		sum, err := add(item[attr], n)
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "cannot add to the attribute %q", attr)
		}
		item[attr] = sum
	}
	for attr, more := range w.AddTo {
		there, isSet := item[attr].(Set)
		if _, present := item[attr]; present && !isSet {
			return fault.New(fault.Invalid, "the attribute %q is not a set, nothing can be added to it", attr)
		}
		item[attr] = distinct(slices.Concat(there, more))
	}
	return nil
}

func add(value any, n int64) (any, error) {
	if value == nil {
		value = int64(0)
	}
	there := number(value)
	if there == nil {
		return nil, fault.New(fault.Invalid, "it is not a number")
	}
	sum := there.Add(there, new(big.Rat).SetInt64(n))
	if !sum.IsInt() {
		f, _ := sum.Float64()
		return f, nil
	}
	if !sum.Num().IsInt64() {
		return nil, fault.New(fault.Invalid, "the sum is larger than 64 bits")
	}
	return sum.Num().Int64(), nil
}

// Refused is what a single write comes to whose condition did not hold for the stored item: success when the write was applied
// before and only its answer was lost (see the package comment), else a *ConditionFailed.
func Refused(w Write, stored Item) (Item, error) {
	if w.Kind == Delete && stored == nil {
		return nil, nil
	}
	if wroteBefore(w, stored) {
		return stored, nil
	}
	return nil, &ConditionFailed{Stored: stored}
}

// RefusedAll is what a cancelled transaction comes to: success when every condition that failed did so on an item that this very
// transaction wrote, else a *Cancelled.
func RefusedAll(writes []Write, reasons []Reason) error {
	before := false
	for i, reason := range reasons {
		if reason.Code != ConditionCode {
			continue
		}
		if !wroteBefore(writes[i], reason.Stored) {
			return &Cancelled{Reasons: reasons}
		}
		before = true
	}
	if before {
		return nil
	}
	return &Cancelled{Reasons: reasons}
}

func wroteBefore(w Write, stored Item) bool {
	return w.Writer != "" && (w.Kind == Put || w.Kind == Update) && stored[AttrWriter] == w.Writer
}
