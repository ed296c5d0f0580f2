package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"afterword/internal/fault"
)

// maxBody bounds the JSON that is sent, in bytes.
const maxBody = 1 << 20

// readJSON reads the body into a value, of which every field is known: a misspelt one would silently do something else. Errors say
// nothing of what the body holds beside the names of its fields. Faults: Unsupported, TooLarge, Invalid.
func readJSON(r *http.Request, into any) error { return readJSONOf(r, into, maxBody) }

// readJSONOf is readJSON for a body of at most so many bytes.
func readJSONOf(r *http.Request, into any, most int64) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return fault.New(fault.Unsupported, "the body is not said to be JSON; expected Content-Type: application/json")
	}
	text, err := readBody(r, most)
	if err != nil {
		return err
	}
	if !utf8.Valid(text) {
		return fault.New(fault.Invalid, "the body is not UTF-8")
	}
	return decode(text, into)
}

// readBody reads the body, at most so many bytes.
func readBody(r *http.Request, most int64) ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, most))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, fault.Wrap(fault.TooLarge, err, "the body has more than %d bytes", most)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the body broke off")
	}
	return text, nil
}

// plain is the form of our own fields' names. What is of another form may be somebody's address in the wrong place.
var plain = regexp.MustCompile(`^json: unknown field "([a-z_]{1,40})"$`)

// decode reads one JSON value, all of the text.
func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		if _, more := decoder.Token(); more == io.EOF {
			return nil
		}
		return fault.New(fault.Invalid, "there is more after the JSON value; expected one")
	}
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		what := "the body"
		if wrong.Field != "" {
			what = strconv.Quote(wrong.Field)
		}
		return fault.New(fault.Invalid, "%s is a JSON %s, which is not what is expected there", what, kindOfJSON(wrong))
	}
	if unknown := plain.FindStringSubmatch(err.Error()); unknown != nil {
		return fault.New(fault.Invalid, "there is no field %q here", unknown[1])
	}
	return fault.New(fault.Invalid, "the body is not the JSON that is expected here")
}

// kindOfJSON is the kind of the value, without the value that the decoder adds to a number's.
func kindOfJSON(wrong *json.UnmarshalTypeError) string {
	kind, _, _ := strings.Cut(wrong.Value, " ")
	return kind
}

// some is a time that is left out when there is none.
func some(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
