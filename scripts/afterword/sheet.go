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
)

// byteOrder stands before the text of some spreadsheets, also before a quoted column.
const byteOrder = "\ufeff"

// longHead is how much of a file is looked at to tell what is between its columns, in bytes.
const longHead = 2000

var errNotUTF8 = errors.New("this is not UTF-8; save the file as CSV UTF-8")

// sheet is a CSV with a line of columns' names at its top, read a row at a time: with commas, semicolons or tabs, as spreadsheets write
// it.
type sheet struct {
	name   string
	comma  rune
	heads  []string
	reader *csv.Reader
	begins int64 // where the text does, in bytes
}

// openSheet reads the heads. such is an example of them.
func openSheet(in io.Reader, name, such string) (*sheet, error) {
	s := &sheet{name: name, comma: ','}
	text := bufio.NewReader(in)
	if mark, _ := text.Peek(len(byteOrder)); string(mark) == byteOrder {
		discarded, _ := text.Discard(len(byteOrder)) // it has just been peeked at
		s.begins = int64(discarded)
	}
	head, _ := text.Peek(longHead)
	for _, comma := range []rune{';', '\t'} { // the first where the comma is in numbers
		if separates(head, comma) > separates(head, s.comma) {
			s.comma = comma
		}
	}
	s.reader = csv.NewReader(text)
	s.reader.Comma = s.comma
	heads, err := s.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is empty; expected a first line with the columns, such as %s", name, such)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s.heads = heads
	return s, nil
}

// separates counts a separator in the first line of a text.
func separates(text []byte, comma rune) int {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	return bytes.Count(first, []byte(string(comma)))
}

// next reads a row and tells its line: io.EOF at the end, csv.ErrFieldCount (after which there may be more) or another trouble with the
// line that it is in.
func (s *sheet) next() (row []string, line int, err error) {
	row, err = s.reader.Read()
	if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
		return row, bad.StartLine, fmt.Errorf("%s:%d: %w", s.name, bad.Line, bad.Err)
	}
	if err == nil {
		line, _ = s.reader.FieldPos(0)
	}
	return row, line, err
}

// record is a row as the API takes it.
type record map[string]any

// column takes what stands in a row into its record. Times that say no zone are local.
type column func(r record, value string, local *time.Location) error

// kind is what the rows of a file are.
type kind struct {
	such    string // an example of a line of heads
	columns map[string]column
	aliases map[string]string // other names of columns, as former tools have them; "-": of no use here
	needed  []string          // columns
	plain   bool              // there are no properties
}

// ignored is the column of what is left out.
const ignored = "-"

// property begins the name of a column that is a property.
const property = "property:"

// place is where the cells of a column go; a nil take: nowhere.
type place struct {
	head string // as written
	is   string // the column's name
	take column
}

// places tells where the cells of each column go. By names, heads of the file are renamed.
func (k kind) places(heads []string, names map[string]string) ([]place, error) {
	var all []place
	var unknown []string
	for name := range names {
		if !slices.ContainsFunc(heads, func(head string) bool { return strings.TrimSpace(head) == name }) {
			return nil, fmt.Errorf("there is no column %.40q in the file", name)
		}
	}
	for _, head := range heads {
		if head = strings.TrimSpace(head); !utf8.ValidString(head) {
			return nil, errNotUTF8
		}
		p := place{head: head, is: head}
		if head == "" { // such as spreadsheets write behind the last one
			p.is = ignored
		}
		if name, renamed := names[head]; renamed {
			p.is = name
		}
		if of, is := strings.CutPrefix(p.is, property); is && of != "" && !k.plain {
			p.take = propertyOf(of)
		} else if p.is != ignored {
			p.is = k.named(p.is)
			if p.take = k.columns[p.is]; p.take == nil && p.is != ignored {
				unknown = append(unknown, head)
				continue
			}
		}
		if i := slices.IndexFunc(all, func(other place) bool { return other.is == p.is && p.is != ignored }); i >= 0 {
			if all[i].head != head {
				return nil, fmt.Errorf("the columns %.40q and %.40q are both the %s", all[i].head, head, p.is)
			}
			return nil, fmt.Errorf("the column %.40q is there twice", head)
		}
		all = append(all, p)
	}
	if len(unknown) > 0 {
		return nil, unknownColumns{unknown, k}
	}
	for _, needed := range k.needed {
		if !slices.ContainsFunc(all, func(p place) bool { return p.is == needed }) {
			return nil, fmt.Errorf("the column %q is missing", needed)
		}
	}
	return all, nil
}

// unknownColumns are heads that mean nothing.
type unknownColumns struct {
	heads []string
	of    kind
}

func (u unknownColumns) Error() string {
	var all []string
	for _, head := range u.heads {
		all = append(all, fmt.Sprintf("%.40q", head))
	}
	expected := strings.Join(slices.Sorted(maps.Keys(u.of.columns)), ", ")
	if !u.of.plain {
		expected += " and " + property + "NAME"
	}
	return fmt.Sprintf("there is no column %s; expected some of %s", strings.Join(all, ", "), expected)
}

// named is the column of a name as a former tool writes it: "Created At".
func (k kind) named(head string) string {
	if k.columns[head] != nil {
		return head
	}
	plain := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(head))
	if name, is := k.aliases[plain]; is {
		return name
	}
	return plain
}

func propertyOf(name string) column {
	return func(r record, value string, _ *time.Location) error {
		all, _ := r["properties"].(map[string]string)
		if all == nil {
			all = map[string]string{}
			r["properties"] = all
		}
		all[name] = value
		return nil
	}
}

// read reads a row.
func read(places []place, row []string, local *time.Location) (record, error) {
	r := record{}
	for i, value := range row {
		p := places[i]
		if value = strings.TrimSpace(value); value == "" || p.take == nil {
			continue
		}
		if !utf8.ValidString(value) {
			return r, fmt.Errorf("%s: %w", p.head, errNotUTF8)
		}
		if err := p.take(r, value, local); err != nil {
			return r, fmt.Errorf("%s: %w", p.head, err)
		}
	}
	return r, nil
}
