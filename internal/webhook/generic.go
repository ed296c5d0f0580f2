package webhook

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // what some senders sign with; as an HMAC, SHA-1 still holds
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"afterword/internal/foreign"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// A generic sender is any that sends JSON and proves who it is by an HMAC or a bearer token. The program says how, and by expressions
// what is found where.

// genericOf is the sender that the source describes.
func genericOf(source program.Source) sender {
	return sender{
		scheme: schemeOf(source.Auth),
		events: func(header http.Header, body []byte) ([]touchpoint.Event, error) {
			return mapped(source.Map, header, body)
		},
		happened: []string{"timestamp", "created_at", "occurred_at"},
	}
}

var (
	hashes = map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}
	signs  = map[string]struct {
		parts     []part
		separator string
	}{
		program.SignedBody:           {[]part{bodyPart}, ""},
		program.SignedTimestampBody:  {[]part{timePart, bodyPart}, ""},
		program.SignedTimestampDot:   {[]part{timePart, bodyPart}, "."},
		program.SignedTimestampColon: {[]part{timePart, bodyPart}, ":"},
		program.SignedIDDot:          {[]part{deliveryPart, timePart, bodyPart}, "."},
	}
	keys = map[string]func(string) ([]byte, error){"": literal, program.RawKey: literal, "base64": base64Key, "hex": hexKey}
)

// schemeOf is how the program says that a sender proves who it is. A time that is signed may be five minutes away, either way.
func schemeOf(auth program.Auth) scheme {
	if auth.Bearer {
		return shownScheme
	}
	signed := signs[auth.Signed]
	s := scheme{
		hash: hashes[auth.Hash], signed: signed.parts, separator: signed.separator, encoding: lowerHex{}, key: keys[auth.Key], prefix: auth.Prefix,
		families: []family{{signature: auth.Header, timestamp: auth.Timestamp, delivery: auth.ID}},
	}
	if auth.Encoding == "base64" {
		s.encoding = standardBase64
	}
	if auth.Timestamp != "" {
		s.tolerance = 5 * time.Minute
	}
	return s
}

// The fields of a generic source's map.
const (
	eachField      = "each"
	eventField     = "event"
	propertyFields = "properties."
)

var mapFields = []string{
	"address", "at", "consent", "customer_since", "delivery", eachField, eventField, "language", "link", "name", "reopened", "subject", "test", "time_zone",
}

// mapped are the events of a body, as the expressions read them.
func mapped(by map[string]program.Expression, header http.Header, body []byte) ([]touchpoint.Event, error) {
	value, err := readValues(body)
	if err != nil {
		return nil, err
	}
	s := newScope(value, header.Get)
	items := []any{value}
	if each, has := by[eachField]; has {
		found, err := s.eval(each.Text)
		if err != nil {
			return nil, err
		}
		if items, _ = found.([]any); items == nil {
			return nil, errors.New("what has the events is no list")
		}
	}
	if len(items) > mostEvents {
		items = items[:mostEvents+1] // as many as are refused
	}
	events := make([]touchpoint.Event, len(items))
	digest := sha256.Sum256(body)
	for i, item := range items {
		s.values["item"] = item
		if events[i], err = s.event(by); err != nil {
			return nil, err
		}
		if events[i].Delivery == "" && by["delivery"].Text == "" { // the same bytes are the same delivery
			events[i].Delivery = fmt.Sprintf("%s-%d", hex.EncodeToString(digest[:12]), i+1)
		}
	}
	return events, nil
}

// event reads one event.
func (s *scope) event(by map[string]program.Expression) (touchpoint.Event, error) {
	read := map[string]foreign.Text{}
	e := touchpoint.Event{Properties: map[string]string{}}
	for field, expression := range by {
		if field == eachField {
			continue
		}
		value, err := s.eval(expression.Text)
		if err != nil {
			return e, err
		}
		text := foreign.Text(written(value))
		if name, is := strings.CutPrefix(field, propertyFields); is {
			e.Properties[name] = foreign.First(text)
			continue
		}
		read[field] = text
	}
	e.Properties = foreign.Properties(e.Properties)
	e.Name = foreign.First(read[eventField])
	if _, has := by[eventField]; !has {
		e.Name = eventField
	}
	e.Delivery, e.Subject, e.Link = foreign.First(read["delivery"]), foreign.First(read["subject"]), foreign.First(read["link"])
	e.Address, e.Person = foreign.First(read["address"]), foreign.First(read["name"])
	e.Language, e.Zone = foreign.First(read["language"]), foreign.First(read["time_zone"])
	e.At = foreign.Moment(read["at"])
	e.Since = foreign.Moment(read["customer_since"], read["customer_since"]+"T00:00:00")
	e.Test, e.Reopened = foreign.Yes(read["test"]), foreign.Yes(read["reopened"])
	e.Consent = consentOf(read["consent"])
	return e, nil
}

// written is a value as text: a number as it is usually written, a list with commas between, an object not at all.
func written(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		var texts []string
		for _, one := range v[:min(len(v), longestValue)] {
			if text := written(one); scalar(one) && text != "" {
				texts = append(texts, text)
			}
		}
		return cut(strings.Join(texts, ","))
	}
	return ""
}

// What a generic body may hold.
const (
	mostValues  = 20_000
	deepest     = 32
	longestName = 200 // bytes of the name of a field
)

// readValues reads a body as the expressions see it, an object or a list: texts that are longer than any field are cut. Numbers without a
// fraction stay whole.
func readValues(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	left := mostValues
	value, err := readValue(d, &left, deepest)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON")
	}
	switch v := value.(type) {
	case map[string]any:
		return v, nil
	case []any:
		if len(v) > 0 {
			return v, nil
		}
	}
	return nil, errors.New("it is neither an object nor a list of some")
}

func readValue(d *json.Decoder, left *int, deep int) (any, error) {
	if *left--; *left < 0 || deep == 0 {
		return nil, fmt.Errorf("it holds more than %d values, or more than %d in one another", mostValues, deepest)
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			return readList(d, left, deep)
		}
		return readObject(d, left, deep)
	case string:
		return cut(t), nil
	case json.Number:
		return number(t), nil
	}
	return token, nil
}

func readList(d *json.Decoder, left *int, deep int) (any, error) {
	list := []any{}
	for d.More() {
		one, err := readValue(d, left, deep-1)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	_, err := d.Token()
	return list, err
}

func readObject(d *json.Decoder, left *int, deep int) (any, error) {
	object := map[string]any{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		one, err := readValue(d, left, deep-1)
		if err != nil {
			return nil, err
		}
		if name, is := name.(string); is && len(name) <= longestName {
			object[name] = one
		}
	}
	_, err := d.Token()
	return object, err
}

// number is a number of its kind; one that neither holds is a text.
func number(n json.Number) any {
	if whole, err := strconv.Atoi(n.String()); err == nil {
		return whole
	}
	if f, err := n.Float64(); err == nil && strings.ContainsAny(n.String(), ".eE") {
		return f
	}
	return cut(n.String())
}

// Problems are what is wrong with the expressions of a program's generic sources, by line. The program's own reader does not know their
// language, which is linked only where it is used.
func Problems(p *program.Program) program.Problems {
	var all program.Problems
	for name, source := range p.Sources {
		for field, expression := range source.Map {
			wrong := func(wrong, expected string) {
				all = append(all, program.Problem{Line: expression.Line, Path: "sources." + name + ".map." + field, Wrong: wrong, Expected: expected})
			}
			if property, is := strings.CutPrefix(field, propertyFields); !slices.Contains(mapFields, field) && (!is || property == "") {
				wrong("there is no such field", "one of "+strings.Join(mapFields, ", ")+", or properties. and a name")
			} else if _, err := compile(expression.Text); err != nil {
				wrong(err.Error(), "an expression over body, item and header, such as body.user.email")
			}
		}
		if most := source.Map; len(most) > mostExpressions {
			all = append(all, program.Problem{Line: firstLine(most), Path: "sources." + name + ".map", Wrong: fmt.Sprintf("it has %d fields", len(most)), Expected: fmt.Sprintf("at most %d", mostExpressions)})
		}
	}
	slices.SortFunc(all, func(a, b program.Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.Path, b.Path)
	})
	return all
}

// mostExpressions is how many fields a source's map has at most.
const mostExpressions = 40

func firstLine(of map[string]program.Expression) int {
	first := 0
	for _, expression := range of {
		if first == 0 || expression.Line < first {
			first = expression.Line
		}
	}
	return first
}
