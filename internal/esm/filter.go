package esm

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"afterword/internal/table"
)

// Filter decides which records are delivered: those that match one of its patterns, or all if it has none.
type Filter struct{ patterns []pattern }

// pattern holds when each of its fields does.
type pattern []field

// field holds when the leaf of the record that the path names satisfies one of the rules.
type field struct {
	path  []string
	rules []rule
}

// rule tests a leaf of a record; there is false when the record has no such leaf.
type rule func(leaf any, there bool) bool

// maxPatterns is Lambda's limit for one mapping without asking for more.
const maxPatterns = 5

// ParseFilter reads the patterns of a mapping's FilterCriteria, JSON as Lambda's guide writes it. It knows exact values (text,
// true, false, null), {"prefix": text} and {"exists": bool}; numbers are text in a stream's records, so that a pattern with a bare
// number could never match. Anything else is refused, because a filter that is read wrongly loses answers silently.
func ParseFilter(patterns ...string) (Filter, error) {
	if len(patterns) > maxPatterns {
		return Filter{}, fmt.Errorf("a mapping takes %d filter patterns, not %d", maxPatterns, len(patterns))
	}
	var f Filter
	for _, text := range patterns {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var tree map[string]any
		if err := decoder.Decode(&tree); err != nil {
			return Filter{}, fmt.Errorf("filter pattern %s: %w", text, err)
		}
		if _, err := decoder.Token(); err != io.EOF {
			return Filter{}, fmt.Errorf("filter pattern %s: something follows the object", text)
		}
		p, err := parsePattern(nil, tree)
		if err != nil {
			return Filter{}, fmt.Errorf("filter pattern %s: %w", text, err)
		}
		f.patterns = append(f.patterns, p)
	}
	return f, nil
}

func parsePattern(path []string, tree map[string]any) (pattern, error) {
	if len(tree) == 0 {
		return nil, fmt.Errorf("%s is empty", at(path))
	}
	var p pattern
	for name, value := range tree {
		below := append(slices.Clip(path), name)
		if strings.HasPrefix(name, "$") {
			return nil, fmt.Errorf("%s: the operator is not known", at(below))
		}
		switch value := value.(type) {
		case map[string]any:
			fields, err := parsePattern(below, value)
			if err != nil {
				return nil, err
			}
			p = append(p, fields...)
		case []any:
			rules, err := parseRules(below, value)
			if err != nil {
				return nil, err
			}
			p = append(p, field{path: below, rules: rules})
		default:
			return nil, fmt.Errorf("%s: want a list of values or an object, not %v", at(below), value)
		}
	}
	sort.Slice(p, func(i, j int) bool { return slices.Compare(p[i].path, p[j].path) < 0 })
	return p, nil
}

func parseRules(path []string, values []any) ([]rule, error) {
	if len(values) == 0 {
		return nil, fmt.Errorf("%s: the list is empty, nothing could match", at(path))
	}
	rules := make([]rule, len(values))
	for i, value := range values {
		r, err := parseRule(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", at(path), err)
		}
		rules[i] = r
	}
	return rules, nil
}

func parseRule(value any) (rule, error) {
	switch value := value.(type) {
	case nil, string, bool:
		return func(leaf any, there bool) bool { return there && leaf == value }, nil
	case json.Number:
		return nil, fmt.Errorf("%s is a number, but a stream's numbers are text: write %q", value, value.String())
	case map[string]any:
		if len(value) != 1 {
			return nil, fmt.Errorf("want one operator, not %d", len(value))
		}
		for name, operand := range value {
			return parseOperator(name, operand)
		}
	}
	return nil, fmt.Errorf("%v is no value that a filter compares with", value)
}

func parseOperator(name string, operand any) (rule, error) {
	switch operand := operand.(type) {
	case string:
		if name == "prefix" {
			return func(leaf any, there bool) bool {
				text, ok := leaf.(string)
				return there && ok && strings.HasPrefix(text, operand)
			}, nil
		}
	case bool:
		if name == "exists" {
			return func(_ any, there bool) bool { return there == operand }, nil
		}
	}
	return nil, fmt.Errorf("the operator %q with %v is not known; prefix (a text) and exists (true or false) are", name, operand)
}

func at(path []string) string {
	if len(path) == 0 {
		return "the pattern"
	}
	return strings.Join(path, ".")
}

// Match tells whether a record is delivered.
func (f Filter) Match(c table.Change) bool {
	return len(f.patterns) == 0 || slices.ContainsFunc(f.patterns, func(p pattern) bool { return p.match(c) })
}

func (p pattern) match(c table.Change) bool {
	return !slices.ContainsFunc(p, func(f field) bool { return !f.match(c) })
}

func (f field) match(c table.Change) bool {
	leaves := leavesAt(recordOf(c), f.path)
	if len(leaves) == 0 {
		return slices.ContainsFunc(f.rules, func(r rule) bool { return r(nil, false) })
	}
	return slices.ContainsFunc(leaves, func(leaf any) bool {
		return slices.ContainsFunc(f.rules, func(r rule) bool { return r(leaf, true) })
	})
}
