package touchpoint

import (
	"maps"
	"slices"
	"strings"

	"afterword/internal/program"
)

// Meaning is the program's rule that takes the event of a source. With false there is none, and the reason tells why: Unmapped, or
// Filtered when the program names such events, and this is none of those that it takes.
func (e Event) Meaning(source program.Source) (rule program.Rule, reason Reason, taken bool) {
	rules := source.RulesFor(e.Name)
	if len(rules) == 0 {
		return rule, Unmapped, false
	}
	if rule, taken = source.RuleFor(e.Name, properties(e.Properties)); !taken {
		return rule, Filtered, false
	}
	return rule, "", true
}

// By is the event as a rule of the program takes it: for which touchpoint, with the subject that makes its visit unique, and for how
// long that has to stay as it is. Where the event lacks what the rule makes the subject of, the source's own stays.
func (e Event) By(rule program.Rule) Event {
	e.Touchpoint, e.Quiet = rule.Touchpoint, rule.Quiet
	switch rule.Subject {
	case "":
	case program.DeliverySubject:
		if e.Delivery != "" {
			e.Subject = ""
		}
	case program.CustomerSubject:
		if strings.Contains(e.Address, "@") { // for which the customer's id stands in
			e.Subject = e.Address
		}
	default:
		for _, name := range slices.Sorted(maps.Keys(e.Properties)) {
			if value := strings.TrimSpace(e.Properties[name]); value != "" && strings.EqualFold(strings.TrimSpace(name), rule.Subject) {
				e.Subject = value
				break
			}
		}
	}
	return e
}
