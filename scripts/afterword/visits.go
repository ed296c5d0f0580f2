package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// told is a visit of a file, as the API takes it.
type told struct {
	At         string            `json:"at"`
	Touchpoint string            `json:"touchpoint"`
	Address    string            `json:"address,omitempty"`
	Customer   string            `json:"customer,omitempty"`
	Subject    string            `json:"subject,omitempty"`
	Source     string            `json:"source,omitempty"`
	Language   string            `json:"language,omitempty"`
	Zone       string            `json:"time_zone,omitempty"`
	Agreed     *bool             `json:"agreed,omitempty"`
	Test       bool              `json:"test,omitempty"`
	Since      string            `json:"customer_since,omitempty"`
	Received   string            `json:"received,omitempty"`
	Properties map[string]string `json:"properties,omitempty"`

	local *time.Location // where times are that say no zone
}

// columns of a file of visits. Each takes what stands in it; "" says nothing.
var columns = map[string]func(v *told, value string) error{
	"at": func(v *told, value string) (err error) {
		if v.At, err = moment(value, v.local); err == nil && v.At < "2000" {
			err = fmt.Errorf("%.40q is before the year 2000", value)
		}
		return err
	},
	"received":   func(v *told, value string) (err error) { v.Received, err = moment(value, v.local); return err },
	"since":      func(v *told, value string) (err error) { v.Since, err = moment(value, v.local); return err },
	"touchpoint": func(v *told, value string) error { v.Touchpoint = value; return nil },
	"address":    func(v *told, value string) error { v.Address = value; return nil },
	"customer":   func(v *told, value string) error { v.Customer = value; return nil },
	"subject":    func(v *told, value string) error { v.Subject = value; return nil },
	"source":     func(v *told, value string) error { v.Source = value; return nil },
	"language":   func(v *told, value string) error { v.Language = value; return nil },
	"zone":       func(v *told, value string) error { v.Zone = value; return nil },
	"consent": func(v *told, value string) error {
		given := value == string(touchpoint.Given)
		if !given && value != string(touchpoint.Refused) {
			return fmt.Errorf("%.20q is no consent; expected given, refused or nothing", value)
		}
		v.Agreed = &given
		return nil
	},
	"test": func(v *told, value string) error {
		if v.Test = strings.EqualFold(value, "true"); !v.Test && !strings.EqualFold(value, "false") { // spreadsheets write TRUE
			return fmt.Errorf("%.20q is neither true nor false", value)
		}
		return nil
	},
}

// property begins the name of a column that is a property of the visits.
const property = "property:"

// byteOrder stands before the text of some spreadsheets, also before a quoted column.
const byteOrder = "\ufeff"

// longHead is how much of a file is looked at to tell what is between its columns, in bytes.
const longHead = 200

// mostWrong bounds how many bad lines are told of at once.
const mostWrong = 20

// zoneless are the times that spreadsheets write, and dates.
var zoneless = []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05", time.DateOnly}

// moment reads a time. One that says no zone is local, and a date is its first moment.
func moment(value string, local *time.Location) (string, error) {
	t, err := time.Parse(time.RFC3339, value)
	for _, layout := range zoneless {
		if err != nil {
			t, err = time.ParseInLocation(layout, value, local)
		}
	}
	if err != nil {
		return "", fmt.Errorf("%.40q is not a time; expected such as 2026-11-20T09:12:00Z, 2026-11-20 09:12 or 2026-11-20", value)
	}
	return t.Format(time.RFC3339), nil
}

var errNotUTF8 = errors.New("this is not UTF-8; save the file as CSV UTF-8")

// readVisits reads a CSV with a line of columns' names at its top. Times that say no zone are in the first program's. Whatever is wrong
// is told with its line, and then nothing is read.
func readVisits(in io.Reader, name string, programs ...*program.Program) ([]told, error) {
	text := bufio.NewReader(in)
	if mark, _ := text.Peek(len(byteOrder)); string(mark) == byteOrder {
		_, _ = text.Discard(len(byteOrder)) // it has just been peeked at
	}
	reader := csv.NewReader(text)
	if head, _ := text.Peek(longHead); bytes.Count(line(head), []byte(";")) > bytes.Count(line(head), []byte(",")) {
		reader.Comma = ';' // of spreadsheets where the comma is in numbers
	}
	heads, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is empty; expected a first line with the columns, such as at,touchpoint,address,subject", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := known(heads); err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	var all []told
	var wrong []error
	for len(wrong) < mostWrong {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
			wrong = append(wrong, fmt.Errorf("%s:%d: %w", name, bad.Line, bad.Err))
			if errors.Is(bad.Err, csv.ErrFieldCount) {
				continue
			}
			break // where the next line begins is not sure
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		v, err := readRow(heads, row, programs)
		if err != nil {
			line, _ := reader.FieldPos(0)
			wrong = append(wrong, fmt.Errorf("%s:%d: %w", name, line, err))
		}
		if all = append(all, v); len(all) > touchpoint.MostReplayed {
			return nil, fmt.Errorf("%s has more than %d visits; nothing ties customers together, so split it by customer", name, touchpoint.MostReplayed)
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s has no visits", name)
	}
	return all, nil
}

// line is the first line of a text.
func line(text []byte) []byte {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	return first
}

// known tells what is wrong with the columns.
func known(heads []string) error {
	for i, head := range heads {
		heads[i] = strings.TrimSpace(head)
		if !utf8.ValidString(head) {
			return errNotUTF8
		}
		_, ok := columns[heads[i]]
		if of, is := strings.CutPrefix(heads[i], property); !ok && (!is || of == "") {
			return fmt.Errorf("there is no column %.40q; expected some of %s and %sNAME", heads[i], strings.Join(slices.Sorted(maps.Keys(columns)), ", "), property)
		}
		if slices.Contains(heads[:i], heads[i]) {
			return fmt.Errorf("the column %.40q is there twice", heads[i])
		}
	}
	for _, needed := range []string{"at", "touchpoint"} {
		if !slices.Contains(heads, needed) {
			return fmt.Errorf("the column %q is missing", needed)
		}
	}
	return nil
}

func readRow(heads, row []string, programs []*program.Program) (v told, err error) {
	v.local = programs[0].Zone
	for i, value := range row {
		if value = strings.TrimSpace(value); value == "" {
			continue
		}
		if !utf8.ValidString(value) {
			return v, fmt.Errorf("%s: %w", heads[i], errNotUTF8)
		}
		if of, is := strings.CutPrefix(heads[i], property); is {
			if v.Properties == nil {
				v.Properties = map[string]string{}
			}
			v.Properties[of] = value
		} else if err := columns[heads[i]](&v, value); err != nil {
			return v, fmt.Errorf("%s: %w", heads[i], err)
		}
	}
	touchpoints, sources := map[string]bool{}, map[string]bool{program.OwnAPI: true}
	for _, p := range programs {
		for name := range p.Touchpoints {
			touchpoints[name] = true
		}
		for name := range p.Sources {
			sources[name] = true
		}
	}
	switch {
	case v.At == "":
		return v, errors.New("at: the time is missing")
	case !touchpoints[v.Touchpoint]:
		return v, fmt.Errorf("touchpoint: neither program has %.40q; expected one of %s", v.Touchpoint, strings.Join(slices.Sorted(maps.Keys(touchpoints)), ", "))
	case v.Source != "" && !sources[v.Source]:
		return v, fmt.Errorf("source: neither program has %.40q; expected one of %s", v.Source, strings.Join(slices.Sorted(maps.Keys(sources)), ", "))
	case v.Address != "" && v.Customer != "":
		return v, errors.New("customer: expected an address or a customer's id, not both")
	}
	return v, nil
}
