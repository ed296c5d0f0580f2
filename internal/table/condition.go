package table

import "unicode/utf8"

// Condition is a test of a stored item. An item that is not there has no attributes: Absent holds, nothing else does.
type Condition interface{ condition() }

// The conditions. Values are compared with values of the same type only: strings by bytes, numbers by size; a comparison with an
// attribute that is absent or of another type does not hold.
type (
	// AbsentCondition holds when the attribute is not there.
	AbsentCondition struct{ Attr string }
	// PresentCondition holds when the attribute is there.
	PresentCondition struct{ Attr string }
	// CompareCondition holds when the attribute stands to Value as Op says.
	CompareCondition struct {
		Attr  string
		Op    Op
		Value any // string, int64, float64; bool with Equal
	}
	// ContainsCondition holds when the set has the element (or the string has the part).
	ContainsCondition struct{ Attr, Element string }
	// AllCondition holds when each of them does; an empty one holds.
	AllCondition []Condition
	// AnyCondition holds when one of them does; an empty one does not.
	AnyCondition []Condition
)

func (AbsentCondition) condition()   {}
func (PresentCondition) condition()  {}
func (CompareCondition) condition()  {}
func (ContainsCondition) condition() {}
func (AllCondition) condition()      {}
func (AnyCondition) condition()      {}

// Op compares an attribute with a value.
type Op string

// The comparisons.
const (
	OpEqual   Op = "="
	OpLess    Op = "<"
	OpAtMost  Op = "<="
	OpMore    Op = ">"
	OpAtLeast Op = ">="
)

// Absent holds when the attribute is not there; Absent(AttrPartition) when there is no item.
func Absent(attr string) Condition { return AbsentCondition{attr} }

// Present holds when the attribute is there; Present(AttrPartition) when there is an item.
func Present(attr string) Condition { return PresentCondition{attr} }

// Equal holds when the attribute is the value.
func Equal(attr string, value any) Condition { return CompareCondition{attr, OpEqual, value} }

// Less holds when the attribute is smaller than the value.
func Less(attr string, value any) Condition { return CompareCondition{attr, OpLess, value} }

// AtMost holds when the attribute is the value or smaller.
func AtMost(attr string, value any) Condition { return CompareCondition{attr, OpAtMost, value} }

// More holds when the attribute is larger than the value.
func More(attr string, value any) Condition { return CompareCondition{attr, OpMore, value} }

// AtLeast holds when the attribute is the value or larger.
func AtLeast(attr string, value any) Condition { return CompareCondition{attr, OpAtLeast, value} }

// Contains holds when the set has the element.
func Contains(attr, element string) Condition { return ContainsCondition{attr, element} }

// All holds when each condition does.
func All(conditions ...Condition) Condition { return AllCondition(conditions) }

// Any holds when at least one condition does.
func Any(conditions ...Condition) Condition { return AnyCondition(conditions) }

// checkCondition holds what a condition may be made of.
func checkCondition(c Condition, depth int) error {
	if depth > maxDepth {
		return invalid("a condition is nested deeper than %d levels", maxDepth)
	}
	switch c := c.(type) {
	case nil:
		if depth > 0 {
			return invalid("there is a nil among the conditions")
		}
		return nil
	case AbsentCondition:
		return checkConditionAttr(c.Attr)
	case PresentCondition:
		return checkConditionAttr(c.Attr)
	case ContainsCondition:
		if !utf8.ValidString(c.Element) {
			return invalid("a condition's element is not valid UTF-8")
		}
		return checkConditionAttr(c.Attr)
	case CompareCondition:
		return checkCompare(c)
	case AllCondition:
		return checkConditions(c, depth)
	case AnyCondition:
		return checkConditions(c, depth)
	}
	return invalid("there is no condition %T", c)
}

func checkConditions(conditions []Condition, depth int) error {
	for _, c := range conditions {
		if err := checkCondition(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func checkConditionAttr(attr string) error {
	if attr == "" || len(attr) > 255 || !utf8.ValidString(attr) {
		return invalid("a condition names an attribute of 1 to 255 bytes")
	}
	return nil
}

func checkCompare(c CompareCondition) error {
	switch c.Op {
	case OpEqual, OpLess, OpAtMost, OpMore, OpAtLeast:
	default:
		return invalid("there is no comparison %q", c.Op)
	}
	switch c.Value.(type) {
	case string, int64, float64:
	case bool:
		if c.Op != OpEqual {
			return invalid("the condition on %q orders a bool", c.Attr)
		}
	default:
		return invalid("the condition on %q compares with a %T (string, int64, float64 or bool)", c.Attr, c.Value)
	}
	if _, err := normalize(c.Attr, c.Value, 0); err != nil {
		return err
	}
	return checkConditionAttr(c.Attr)
}
