package dynamo

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"afterword/internal/table"
)

// expression collects the names and values that the expressions of one call stand for: "#0" is an attribute's name, ":0" a value.
// Every name and value goes through it, so nothing that came from outside is ever part of an expression's text.
type expression struct {
	names  map[string]string
	values map[string]types.AttributeValue
	known  map[string]string // the placeholder of a name
}

func (e *expression) name(attr string) string {
	if placeholder, ok := e.known[attr]; ok {
		return placeholder
	}
	if e.names == nil {
		e.names, e.known = map[string]string{}, map[string]string{}
	}
	placeholder := fmt.Sprint("#", len(e.names))
	e.names[placeholder], e.known[attr] = attr, placeholder
	return placeholder
}

func (e *expression) value(value any) string {
	if e.values == nil {
		e.values = map[string]types.AttributeValue{}
	}
	placeholder := fmt.Sprint(":", len(e.values))
	e.values[placeholder] = encodeValue(value)
	return placeholder
}

// condition writes a condition; nil for none.
func (e *expression) condition(c table.Condition) *string {
	if c == nil {
		return nil
	}
	text := e.test(c)
	return &text
}

func (e *expression) test(c table.Condition) string {
	switch c := c.(type) {
	case table.AbsentCondition:
		return "attribute_not_exists(" + e.name(c.Attr) + ")"
	case table.PresentCondition:
		return "attribute_exists(" + e.name(c.Attr) + ")"
	case table.CompareCondition:
		return e.name(c.Attr) + " " + string(c.Op) + " " + e.value(c.Value)
	case table.ContainsCondition:
		return "contains(" + e.name(c.Attr) + ", " + e.value(c.Element) + ")"
	case table.AllCondition:
		return e.several(c, " AND ", " OR ")
	case table.AnyCondition:
		return e.several(c, " OR ", " AND ")
	}
	panic(fmt.Sprintf("dynamo: no such condition: %T", c)) // table.Prepare lets no other through
}

// several joins conditions. The language has no true and no false for none of them, so they are said of the key: it is there or
// not (all of none), it is there and not (any of none).
func (e *expression) several(conditions []table.Condition, word, opposite string) string {
	if len(conditions) == 0 {
		key := e.name(table.AttrPartition)
		return "(attribute_exists(" + key + ")" + opposite + "attribute_not_exists(" + key + "))"
	}
	tests := make([]string, len(conditions))
	for i, c := range conditions {
		tests[i] = e.test(c)
	}
	if len(tests) == 1 {
		return tests[0] // the service refuses brackets around brackets
	}
	return "(" + strings.Join(tests, word) + ")"
}

// update writes what an update does.
func (e *expression) update(w table.Write) *string {
	var set, remove, add []string
	for _, attr := range slices.Sorted(maps.Keys(w.Set)) {
		set = append(set, e.name(attr)+" = "+e.value(w.Set[attr]))
	}
	if w.Writer != "" {
		set = append(set, e.name(table.AttrWriter)+" = "+e.value(w.Writer))
	}
	for _, attr := range slices.Sorted(slices.Values(w.Remove)) {
		remove = append(remove, e.name(attr))
	}
	for _, attr := range slices.Sorted(maps.Keys(w.Add)) {
		add = append(add, e.name(attr)+" "+e.value(w.Add[attr]))
	}
	for _, attr := range slices.Sorted(maps.Keys(w.AddTo)) {
		add = append(add, e.name(attr)+" "+e.value(w.AddTo[attr]))
	}
	var clauses []string
	for _, clause := range []struct {
		word    string
		actions []string
	}{{"SET ", set}, {"REMOVE ", remove}, {"ADD ", add}} {
		if len(clause.actions) > 0 {
			clauses = append(clauses, clause.word+strings.Join(clause.actions, ", "))
		}
	}
	text := strings.Join(clauses, " ")
	return &text
}

// sortRange writes the condition on the keys of a query.
func (e *expression) sortRange(q table.Query) *string {
	partition, sort := table.AttrPartition, table.AttrSort
	if q.Index != nil {
		partition, sort = q.Index.Partition, q.Index.Sort
	}
	text := e.name(partition) + " = " + e.value(q.Partition)
	switch {
	case q.From != "" && q.To != "":
		text += " AND " + e.name(sort) + " BETWEEN " + e.value(q.From) + " AND " + e.value(q.To)
	case q.From != "":
		text += " AND " + e.name(sort) + " >= " + e.value(q.From)
	case q.To != "":
		text += " AND " + e.name(sort) + " <= " + e.value(q.To)
	}
	return &text
}
