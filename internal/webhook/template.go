package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/program"
)

// Template is the body that an admin gives a kind of sender to send, with the sender's placeholders in it; "" for one that has a body of its
// own. Such senders may put texts into it as they are, without a care for quotes: of what customers write only the name is in it, and
// what matters stands behind the name.
func Template(kind string) string {
	return map[string]string{program.Zendesk: zendeskTemplate, program.Freshdesk: freshdeskTemplate, program.Gorgias: gorgiasTemplate}[kind]
}

// field is one of a filled template that holds a text or a number.
type field struct{ name, value string }

var errTwice = errors.New("a field that matters is in it twice")

// vital is what a customer may not make up: the names under which a sender tells it.
type vital struct {
	names  []string
	needed bool // nothing can be decided without
}

func needed(names ...string) vital { return vital{names, true} }

// filled reads a template that was filled. Of one that a quote in a text broke it reads the fields that are whole, if all that is needed is
// among them.
//
// A customer may have written a text such that it becomes a field, to have somebody else asked, or about something else. So what has a vital
// field twice, or under two of its names with two values, is not understood.
func filled(body []byte, into any, all ...vital) error {
	err := foreign.Decode(body, into)
	syntax := (*json.SyntaxError)(nil)
	broken := errors.As(err, &syntax) && closed().Match(body)
	if err != nil && !broken {
		return err
	}
	read := fieldsOf
	if broken { // and nothing has bounded how deep it is
		read = wholeFields
	}
	fields := read(body)
	for _, v := range all {
		said, alone := v.of(fields)
		if !alone {
			return errTwice
		}
		if broken && v.needed && said == "" {
			return err
		}
	}
	if !broken {
		return nil
	}
	rest := map[string]string{}
	for _, f := range fields {
		rest[f.name] = f.value
	}
	whole, err := json.Marshal(rest)
	if err != nil {
		return err
	}
	return json.Unmarshal(whole, into)
}

// closed is a body that has come as a whole, whatever is in it.
var closed = foreign.Pattern(`(?s)^\s*\{.*\}\s*$`)

// of is the value that the fields have under one of the names; false when it is not one alone.
func (v vital) of(fields []field) (said string, alone bool) {
	for _, name := range v.names {
		times := 0
		for _, f := range fields {
			if !strings.EqualFold(f.name, name) { // as encoding/json finds them
				continue
			}
			if times++; times > 1 || said != "" && f.value != "" && !strings.EqualFold(said, f.value) {
				return "", false
			}
			if f.value != "" {
				said = f.value
			}
		}
	}
	return said, true
}

// fieldsOf are the fields of a JSON object and of those in it.
func fieldsOf(body []byte) (fields []field) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var read func(name string) error
	read = func(name string) error {
		token, err := decoder.Token()
		if err != nil {
			return err
		}
		opened, is := token.(json.Delim)
		if !is {
			fields = append(fields, field{name, strings.TrimSpace(fmt.Sprint(token))})
			return nil
		}
		for inner := name; decoder.More(); {
			if opened == '{' {
				key, err := decoder.Token()
				if err != nil {
					return err
				}
				inner = key.(string)
			}
			if err := read(inner); err != nil {
				return err
			}
		}
		_, err = decoder.Token()
		return err
	}
	_ = read("") // a body that is not JSON has the fields before what is wrong
	return fields
}

// pair is a field that holds a number, or a text without quotes.
var pair = foreign.Pattern(`"([a-z_]+)"\s*:\s*(?:"([^"\\\r\n]*)"\s*[,}\r\n]|(\d+))`)

// wholeFields are the fields that can be read in what is not quite JSON.
func wholeFields(body []byte) (fields []field) {
	for _, found := range pair().FindAllStringSubmatch(string(body), -1) {
		fields = append(fields, field{found[1], strings.TrimSpace(found[2] + found[3])})
	}
	return fields
}
