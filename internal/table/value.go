package table

import (
	"math"
	"slices"
	"unicode/utf8"
)

// normalize returns a copy of a value of the attribute in the one shape that is kept for it.
func normalize(attr string, value any, depth int) (any, error) {
	if depth > maxDepth {
		return nil, invalid("the attribute %q is nested deeper than %d levels", attr, maxDepth)
	}
	switch v := value.(type) {
	case nil, bool, int64:
		return v, nil
	case string:
		if !utf8.ValidString(v) {
			return nil, invalid("the attribute %q is not valid UTF-8", attr)
		}
		return v, nil
	case float64:
		return normalizeFloat(attr, v)
	case []byte:
		return append([]byte{}, v...), nil
	case Set:
		if slices.ContainsFunc(v, func(s string) bool { return !utf8.ValidString(s) }) || depth > 0 && len(v) == 0 {
			return nil, invalid("the attribute %q has a set that is empty or not valid UTF-8", attr)
		}
		return distinct(v), nil
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			normal, err := normalize(attr, element, depth+1)
			if err != nil {
				return nil, err
			}
			list[i] = normal
		}
		return list, nil
	case map[string]any:
		names := make(map[string]any, len(v))
		for name, element := range v {
			if name == "" || !utf8.ValidString(name) {
				return nil, invalid("the attribute %q holds a name that is empty or not valid UTF-8", attr)
			}
			normal, err := normalize(attr, element, depth+1)
			if err != nil {
				return nil, err
			}
			names[name] = normal
		}
		return names, nil
	}
	return nil, invalid("the attribute %q is a %T, which is not kept", attr, value)
}

func normalizeFloat(attr string, f float64) (any, error) {
	size := math.Abs(f)
	if math.IsNaN(f) || size >= 1e126 || size > 0 && size < 1e-130 {
		return nil, invalid("the attribute %q is a number out of range (up to 1e126, from 1e-130)", attr)
	}
	if f == math.Trunc(f) && size < 1<<63 {
		return int64(f), nil
	}
	return f, nil
}

func distinct(s Set) Set {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}
