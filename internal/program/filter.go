package program

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Filter is tests of a visit's properties, by their names in small letters. Nil: none.
type Filter map[string]Test

// Test is what one property has to be; all that is given here holds together. Letters' case makes no difference, and of the property
// tags, which are several with commas between, one tag is enough.
type Test struct {
	Any []string // one of these; nil: anything, also nothing
	Not []string // none of these; who has no such property has none of them
	// The bounds are decimal numbers as the owner wrote them, "" for none, and are compared exactly. What is no number is within none;
	// an amount is compared as it is, whatever its currency.
	Over, Under, AtLeast, AtMost string
}

// longestNumber bounds, in bytes, what is read as a number. Its exponent has two digits at most.
const longestNumber = 80

// number reads a decimal number as JSON and people write it: 500, 49.90, 1e3.
func number(text string) (*big.Rat, bool) {
	_, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	if len(text) > longestNumber || len(strings.Trim(exponent, "+-")) > 2 || strings.Trim(text, "+-.0123456789eE") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// bound is one side of a Test.
type bound struct {
	name  string // as it is written
	words string
	of    func(*Test) *string
	holds func(compared int) bool // the property with the bound, as Cmp tells
}

var bounds = []bound{
	{"over", "over", func(t *Test) *string { return &t.Over }, func(c int) bool { return c > 0 }},
	{"at_least", "at least", func(t *Test) *string { return &t.AtLeast }, func(c int) bool { return c >= 0 }},
	{"under", "under", func(t *Test) *string { return &t.Under }, func(c int) bool { return c < 0 }},
	{"at_most", "at most", func(t *Test) *string { return &t.AtMost }, func(c int) bool { return c <= 0 }},
}

// Holds tells whether the property of that name may have the value; "" is of a visit without it.
func (t Test) Holds(name, value string) bool {
	if t.Any != nil && !hasOne(name, value, t.Any) || hasOne(name, value, t.Not) {
		return false
	}
	for _, b := range bounds {
		limit := *b.of(&t)
		if limit == "" {
			continue
		}
		most, readable := number(limit)
		if has, is := number(value); !readable || !is || !b.holds(has.Cmp(most)) {
			return false
		}
	}
	return true
}

// hasOne tells whether a property has one of the values.
func hasOne(name, value string, values []string) bool {
	is := func(value string) bool {
		return slices.ContainsFunc(values, func(wanted string) bool { return strings.EqualFold(strings.TrimSpace(value), wanted) })
	}
	if name != "tags" {
		return is(value)
	}
	return slices.ContainsFunc(strings.Split(value, ","), is)
}

// String is the test in the owner's words: `"web" or "pos"`, `over 500 and not "gift"`.
func (t Test) String() string {
	var all []string
	if t.Any != nil {
		all = append(all, quoted(t.Any))
	}
	for _, b := range bounds {
		if limit := *b.of(&t); limit != "" {
			all = append(all, b.words+" "+limit)
		}
	}
	if t.Not != nil {
		all = append(all, "not "+quoted(t.Not))
	}
	return strings.Join(all, " and ")
}

func quoted(values []string) string {
	each := make([]string, len(values))
	for i, value := range values {
		each[i] = strconv.Quote(value)
	}
	return strings.Join(each, " or ")
}

// Fails is the first property, by name, that does not pass its test; "" when all do.
func (f Filter) Fails(properties map[string]string) string {
	for _, name := range f.Names() {
		if !f[name].Holds(name, properties[name]) {
			return name
		}
	}
	return ""
}

// Passes is the first property, by name, that the visit has and that passes its test; "" when none does.
func (f Filter) Passes(properties map[string]string) string {
	for _, name := range f.Names() {
		if value := properties[name]; value != "" && f[name].Holds(name, value) {
			return name
		}
	}
	return ""
}

// Names are the properties that are tested, sorted.
func (f Filter) Names() []string { return slices.Sorted(maps.Keys(f)) }

// filter is a field that is tests of properties; nil when it is not there.
func (f fields) filter(name, example string) Filter {
	n, ok := f.of[name]
	if !ok {
		return nil
	}
	read := Filter{}
	for _, e := range n.entries("properties of the visit with values, " + example) {
		read[strings.ToLower(e.name)] = e.test() // as visits keep their names
	}
	return read
}

// test reads a value, a list of values, or a group of bounds and not.
func (n node) test() (t Test) {
	if n.Kind != yaml.MappingNode {
		return Test{Any: n.values()}
	}
	var names []string
	for _, b := range bounds {
		names = append(names, b.name)
	}
	f := n.fields(append(names, "not")...)
	if len(f.of) == 0 && len(n.Content) == 0 {
		n.wrong("such as {over: 500} or {not: spam}", "nothing is asked of the property")
	}
	for _, b := range bounds {
		at, ok := f.of[b.name]
		if !ok {
			continue
		}
		if _, is := number(at.text()); !is {
			at.wrong("a number, such as 500 or 49.90", "%s is not a number", at.written())
			continue
		}
		*b.of(&t) = at.text()
	}
	if not, ok := f.of["not"]; ok {
		t.Not = not.values()
	}
	t.possible(n)
	return t
}

// possible says so when no number is within the bounds.
func (t Test) possible(n node) {
	for _, low := range bounds[:2] {
		for _, high := range bounds[2:] {
			from, above := number(*low.of(&t))
			to, below := number(*high.of(&t))
			if above && below && (from.Cmp(to) > 0 || from.Cmp(to) == 0 && !(low.holds(0) && high.holds(0))) {
				n.wrong("bounds with a number between them", "no number is %s %s and %s %s", low.words, *low.of(&t), high.words, *high.of(&t))
			}
		}
	}
}

// values is one text or a list of some.
func (n node) values() (values []string) {
	if n.Kind != yaml.SequenceNode {
		return []string{n.text()}
	}
	for i, part := range n.Content {
		at := n.child(fmt.Sprint(i+1), part)
		text := at.text()
		if at.empty() {
			at.wrong("a value", "it is empty")
		}
		values = append(values, text)
	}
	if len(values) == 0 {
		n.wrong("at least one value", "the list is empty")
	}
	return values
}
