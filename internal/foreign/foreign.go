// Package foreign reads what other systems write: JSON whose fields are missing, empty, or of another type than their documentation
// says. It is for whoever takes a sender's event or asks its API. The rule that it encodes: be lenient about what is missing and
// strange, because a survey without the agent's name is better than none, and fail only on what is no JSON object at all.
package foreign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Text is a foreign value as text, whichever of JSON's types it came in; a list has commas between. An object is none.
type Text string

// UnmarshalJSON never fails: a field of an unexpected type is as good as missing.
func (t *Text) UnmarshalJSON(data []byte) error {
	*t = ""
	switch data[0] {
	case '"':
		return json.Unmarshal(data, (*string)(t))
	case '[':
		*t = Text(strings.Join(listed(data), ","))
	case '{', 'n':
	default: // a number, true, false
		*t = Text(data)
	}
	return nil
}

// listed are the texts of a list and of the lists in it. They are read in one go: whoever unmarshals each list by itself reads what is
// ten thousand deep ten thousand times, and it may be a stranger who wrote it into what the sender hands on.
func listed(data []byte) (texts []string) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	objects := 0 // that are open
	for {
		token, err := d.Token()
		if err != nil { // the end: encoding/json has seen that all of it is right
			return texts
		}
		switch {
		case token == json.Delim('}'):
			objects--
		case token == json.Delim('{'):
			if objects++; objects == 1 {
				texts = append(texts, "")
			}
		case objects > 0 || token == json.Delim('[') || token == json.Delim(']'):
		case token == nil:
			texts = append(texts, "")
		default:
			texts = append(texts, fmt.Sprint(token))
		}
	}
}

// First returns the first that is not blank, without space around it; "" when all are.
func First(of ...Text) string {
	for _, t := range of {
		if text := strings.TrimSpace(string(t)); text != "" {
			return text
		}
	}
	return ""
}

// Yes reads a flag: true or 1, as a word or not. All else is no.
func Yes(t Text) bool { return strings.EqualFold(First(t), "true") || First(t) == "1" }

// The ways in which other systems write when something happened.
var layouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05"}

// Moment reads the first of the times that is one; the zero time when none is. Without a zone it is UTC; a number is unix seconds or
// milliseconds.
func Moment(of ...Text) time.Time {
	for _, t := range of {
		text := First(t)
		for _, layout := range layouts {
			if at, err := time.Parse(layout, text); err == nil {
				return at
			}
		}
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) == 10 {
			return time.Unix(n, 0)
		} else if err == nil && len(text) == 13 {
			return time.UnixMilli(n)
		}
	}
	return time.Time{}
}

// Properties keeps those that have a value.
func Properties(of map[string]string) map[string]string {
	for name, value := range of {
		if value == "" {
			delete(of, name)
		}
	}
	return of
}

var errNotObject = errors.New("it is no object")

// Decode reads a body that is one JSON object, and fails on anything else. A list or a text where an object should be, as systems in PHP
// write those that are empty, is as good as missing.
func Decode(body []byte, into any) error {
	err := DecodeExact(body, into)
	if other := (*json.UnmarshalTypeError)(nil); errors.As(err, &other) { // all else has been read
		return nil
	}
	return err
}

// DecodeExact also fails on what should be an object and is none: for what is refused, so that whoever wrote it is told.
func DecodeExact(body []byte, into any) error {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] != '{' && json.Valid(body) {
		return errNotObject
	}
	return json.Unmarshal(body, into)
}

// Pattern is a regular expression that is compiled when it is first used, because a function starts for one event of one sender. It panics
// then when it is none.
func Pattern(of string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(of) })
}
