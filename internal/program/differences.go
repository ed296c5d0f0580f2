package program

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Difference is one thing that a program has otherwise than the one before.
type Difference struct {
	Part   string   `json:"part"`             // one of Parts
	Name   string   `json:"name,omitempty"`   // of the touchpoint, survey, desk or source
	How    string   `json:"how"`              // Added, Removed or Altered
	Fields []string `json:"fields,omitempty"` // of what was altered: their names in the program
}

// How a part differs.
const (
	Added   = "added"
	Removed = "removed"
	Altered = "changed"
)

// partOf names the part of the program that a field of Program belongs to. Those that are maps have names of the owner's own.
var partOf = map[string]string{
	"Touchpoints": "touchpoint", "Surveys": "survey", "Desks": "desk", "Sources": "source",
	"Policy": "policy", "Reports": "reports", "Languages": "languages", "Zone": "zone", "CountUnconfirmed": "clicks",
	"Segments": "segments", "Themes": "themes", "Worth": "worth", "Benchmarks": "benchmarks", "Team": "team", "SessionsFrom": "team",
	"Name": "company", "From": "company", "ReplyTo": "company", "Postal": "company", "Color": "company", "Logo": "company",
}

// Parts are all parts in which programs may differ.
func Parts() []string { return slices.Compact(slices.Sorted(maps.Values(partOf))) }

// writtenAs gives the names of fields that are not their own in small letters.
var writtenAs = map[string]string{"MinAge": "min_account_age", "Name": "company", "Zone": "time_zone", "URL": "url", "API": "api"}

// Differences lists what the program has otherwise than the one before it, in the order of its parts.
func (p *Program) Differences(before *Program) (all []Difference) {
	was, is := reflect.ValueOf(*before), reflect.ValueOf(*p)
	altered := map[string][]string{} // fields by part
	for i := range is.NumField() {
		field := is.Type().Field(i).Name
		part, told := partOf[field]
		switch {
		case !told || alike(was.Field(i), is.Field(i)):
		case is.Field(i).Kind() == reflect.Map:
			all = append(all, named(part, was.Field(i), is.Field(i))...)
		case is.Field(i).Kind() == reflect.Struct && is.Field(i).Type() != reflect.TypeFor[time.Time]():
			altered[part] = append(altered[part], fieldsOf(was.Field(i), is.Field(i))...)
		default:
			altered[part] = append(altered[part], writtenName(field))
		}
	}
	for _, part := range slices.Sorted(maps.Keys(altered)) {
		all = append(all, Difference{Part: part, How: Altered, Fields: altered[part]})
	}
	slices.SortStableFunc(all, func(a, b Difference) int { return strings.Compare(a.Part, b.Part) })
	return all
}

// named compares what the owner gave names to.
func named(part string, was, is reflect.Value) (all []Difference) {
	names := map[string]bool{}
	for _, each := range []reflect.Value{was, is} {
		for _, key := range each.MapKeys() {
			names[key.String()] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		old, now := was.MapIndex(reflect.ValueOf(name)), is.MapIndex(reflect.ValueOf(name))
		switch {
		case !old.IsValid():
			all = append(all, Difference{Part: part, Name: name, How: Added})
		case !now.IsValid():
			all = append(all, Difference{Part: part, Name: name, How: Removed})
		default:
			if fields := fieldsOf(old, now); len(fields) > 0 {
				all = append(all, Difference{Part: part, Name: name, How: Altered, Fields: fields})
			}
		}
	}
	return all
}

// fieldsOf names the fields in which two structs differ.
func fieldsOf(was, is reflect.Value) (names []string) {
	for i := range is.NumField() {
		if !alike(was.Field(i), is.Field(i)) {
			names = append(names, writtenName(is.Type().Field(i).Name))
		}
	}
	return names
}

// alike compares values. Two readings of one time zone are alike, though they may have looked up different moments since.
func alike(a, b reflect.Value) bool {
	if zone, is := a.Interface().(*time.Location); is {
		return zone.String() == b.Interface().(*time.Location).String()
	}
	if expressions, are := a.Interface().(map[string]Expression); are { // wherever in the file they stand
		return maps.EqualFunc(expressions, b.Interface().(map[string]Expression), func(a, b Expression) bool { return a.Text == b.Text })
	}
	if a.Kind() == reflect.Map && a.Len() == b.Len() && a.Type().Elem().Kind() == reflect.Struct {
		return len(named("", a, b)) == 0
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// writtenName is the name of a field in the program: MaxAge is max_age.
func writtenName(field string) string {
	if name, ok := writtenAs[field]; ok {
		return name
	}
	var b strings.Builder
	for i, r := range field {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteString(strings.ToLower(string(r)))
	}
	return b.String()
}
