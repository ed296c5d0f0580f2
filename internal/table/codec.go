package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"afterword/internal/fault"
)

// Encode turns a struct with json tags, or a map, into the attributes of an item, by the rules of encoding/json: whole numbers
// become int64 and all others float64 without losing a digit, a time is text by RFC 3339, bytes are base64 text. A top-level field
// or value of type Set becomes a Set; an empty one is left out. Fault: Invalid for what encoding/json cannot encode, for a whole
// number beyond int64 and for a value that is no object.
func Encode(v any) (Item, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "this cannot be kept as an item")
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var attrs map[string]any
	if err := decoder.Decode(&attrs); err != nil || attrs == nil {
		return nil, fault.New(fault.Invalid, "an item is made of a struct or a map, not of a %T", v)
	}
	for attr, value := range attrs {
		if attrs[attr], err = exact(value); err != nil {
			return nil, fmt.Errorf("encode the attribute %q: %w", attr, err)
		}
	}
	for _, attr := range setsIn(reflect.ValueOf(v)) {
		if list, ok := attrs[attr].([]any); ok && len(list) > 0 {
			attrs[attr] = toSet(list)
		} else {
			delete(attrs, attr)
		}
	}
	return attrs, nil
}

// exact replaces the json.Numbers in a decoded value.
func exact(value any) (any, error) {
	var err error
	switch v := value.(type) {
	case json.Number:
		return exactNumber(v.String())
	case []any:
		for i := range v {
			if v[i], err = exact(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range v {
			if v[name], err = exact(v[name]); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

func exactNumber(decimal string) (any, error) {
	if n, err := strconv.ParseInt(decimal, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(decimal, 64)
	if err != nil || !strings.ContainsAny(decimal, ".eE") && strconv.FormatFloat(f, 'f', -1, 64) != decimal {
		return nil, fault.New(fault.Invalid, "a number has more digits than are kept")
	}
	return f, nil
}

var setType = reflect.TypeFor[Set]()

// setsIn names the top-level attributes that are Sets in Go. encoding/json has turned them into lists.
func setsIn(v reflect.Value) []string {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	var attrs []string
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range reflect.VisibleFields(v.Type()) {
			if field.Type == setType {
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				if name == "" {
					name = field.Name
				}
				attrs = append(attrs, name)
			}
		}
	case reflect.Map:
		for _, name := range v.MapKeys() {
			value := v.MapIndex(name)
			if value.Kind() == reflect.Interface {
				value = value.Elem()
			}
			if value.IsValid() && value.Type() == setType {
				attrs = append(attrs, name.String())
			}
		}
	}
	return attrs
}

func toSet(list []any) Set {
	set := make(Set, 0, len(list))
	for _, element := range list {
		text, _ := element.(string) // it was a Set, there is nothing but strings
		set = append(set, text)
	}
	return set
}

// Decode fills a struct or a map from the attributes of an item, as encoding/json would from an object: attributes without a field
// are ignored, a Set fills a Set or any list of strings, bytes fill bytes. Numbers keep all digits; one that is decoded into an
// `any` is a json.Number. Fault: Internal (what was kept does not fit).
func Decode(item Item, v any) error {
	raw, err := json.Marshal(item)
	if err != nil {
		return fmt.Errorf("decode an item: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("decode an item: %w", err)
	}
	return nil
}
