package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"afterword/internal/touchpoint"
)

// sender is one kind of source.
type sender struct {
	scheme scheme
	// event puts a verified payload into the field's words. It is lenient about what is missing and fails on what is not JSON.
	event func(header http.Header, body []byte) (touchpoint.Event, error)
	// reopens tells whether an event that the program does not map means that its subject is being worked on again; nil: never.
	reopens func(name string) bool
	// public are secrets that everybody knows and that prove nothing.
	public []string
}

// senders by the kind of the program's source.
var senders = map[string]sender{"shopify": shopify, "zendesk": zendesk, "standard": standard}

// scalar is a foreign value as text, whichever of JSON's types it came in; a list has commas between. An object is none.
type scalar string

// UnmarshalJSON never fails: a field of an unexpected type is as good as missing.
func (s *scalar) UnmarshalJSON(data []byte) error {
	*s = ""
	switch data[0] {
	case '"':
		return json.Unmarshal(data, (*string)(s))
	case '[':
		var list []scalar
		if err := json.Unmarshal(data, &list); err != nil {
			return err
		}
		texts := make([]string, len(list))
		for i, one := range list {
			texts[i] = string(one)
		}
		*s = scalar(strings.Join(texts, ","))
	case '{', 'n':
	default: // a number, true, false
		*s = scalar(data)
	}
	return nil
}

// first returns the first that is not blank.
func first(of ...scalar) string {
	for _, s := range of {
		if text := strings.TrimSpace(string(s)); text != "" {
			return text
		}
	}
	return ""
}

// yes reads a foreign flag.
func yes(s scalar) bool { return strings.EqualFold(first(s), "true") || first(s) == "1" }

// The ways in which senders write when something happened.
var layouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05"}

// moment reads the first of the times that is one; the zero time when none is. Without a zone it is UTC; a number is unix seconds or
// milliseconds.
func moment(of ...scalar) time.Time {
	for _, s := range of {
		text := first(s)
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

// properties keeps those that have a value.
func properties(of map[string]string) map[string]string {
	for name, value := range of {
		if value == "" {
			delete(of, name)
		}
	}
	return of
}

var errNotObject = errors.New("it is no object")

// decode reads a body that is one JSON object.
func decode(body []byte, into any) error {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] != '{' && json.Valid(body) {
		return errNotObject
	}
	return json.Unmarshal(body, into)
}
