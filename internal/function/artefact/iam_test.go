package artefact

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// statement is an IAM statement that allows.
type statement struct {
	actions, resources []string
	conditions         []condition
}

// condition is a test of a key of the request's context, with the patterns that its values may be like.
type condition struct {
	key, operator string
	patterns      []string
}

// Keys of a request's context.
const (
	leadingKeys = "dynamodb:LeadingKeys" // the partitions of the items that a call touches
	fromAddress = "ses:FromAddress"
)

// operators tell whether a condition holds for the values that a request has for its key, of which there may be none.
var operators = map[string]func(patterns, values []string) bool{
	"StringLike": func(patterns, values []string) bool { return len(values) == 1 && anyLike(patterns, values[0]) },
	"ForAllValues:StringLike": func(patterns, values []string) bool {
		return !slices.ContainsFunc(values, func(value string) bool { return !anyLike(patterns, value) })
	},
}

// statements reads the policies of a function. What this test could not judge is an error and no grant.
func statements(policies any) (all []statement, err error) {
	documents, _ := policies.([]any)
	for _, document := range documents {
		written, _ := at(document, "Statement").([]any)
		if len(written) == 0 {
			return nil, fmt.Errorf("a policy without statements: %v", document)
		}
		for _, each := range written {
			s, err := readStatement(each)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

func readStatement(written any) (s statement, err error) {
	if effect := at(written, "Effect"); effect != "Allow" {
		return s, fmt.Errorf("a policy with the effect %v, which this test does not judge", effect)
	}
	s = statement{actions: list(at(written, "Action")), resources: list(at(written, "Resource"))}
	conditions, _ := at(written, "Condition").(map[string]any)
	for operator, tests := range conditions {
		keys, _ := tests.(map[string]any)
		for key, patterns := range keys {
			if operators[operator] == nil || key != leadingKeys && key != fromAddress {
				return s, fmt.Errorf("a policy with the condition %s of %s, which this test does not judge", operator, key)
			}
			s.conditions = append(s.conditions, condition{key, operator, list(patterns)})
		}
	}
	return s, nil
}

// act is what a call asks IAM for.
type act struct {
	action, resource string
	context          map[string][]string // by key
}

func (a act) String() string {
	text := a.action + " on " + a.resource
	if partitions := a.context[leadingKeys]; len(partitions) > 0 {
		kinds := make([]string, len(partitions)) // the rest of a partition may be what belongs into no log
		for i, p := range partitions {
			kinds[i], _, _ = strings.Cut(p, "#")
		}
		slices.Sort(kinds)
		text += " (partitions " + strings.Join(slices.Compact(kinds), ", ") + ")"
	}
	return text
}

// allows is IAM's answer.
func (f deployed) allows(a act) bool {
	return slices.ContainsFunc(f.policies, func(s statement) bool {
		failed := func(c condition) bool { return !operators[c.operator](c.patterns, a.context[c.key]) }
		return anyLike(s.actions, a.action) && anyLike(s.resources, a.resource) && !slices.ContainsFunc(s.conditions, failed)
	})
}

func anyLike(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		quoted := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
		return regexp.MustCompile(`^(?s:` + quoted + `)$`).MatchString(text)
	})
}
