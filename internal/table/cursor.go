package table

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
)

// A cursor travels through strangers' hands (it is the "next" of an API page), so it names the query that it belongs to and is
// read with suspicion. It holds keys only, in text that needs no escaping in a URL.
type cursor struct {
	Of string   `json:"of"` // a mark of the query
	At []string `json:"at"`
}

var errCursor = invalid("this is no cursor of this list; leave it out to begin at the start")

func (c cursor) String() string {
	raw, _ := json.Marshal(c) // strings cannot fail
	return base64.RawURLEncoding.EncodeToString(raw)
}

func readCursor(text, of string, parts int) (at []string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, errCursor
	}
	var c cursor
	if err := json.Unmarshal(raw, &c); err != nil || c.Of != of || len(c.At) != parts || slices.Contains(c.At, "") {
		return nil, errCursor
	}
	return c.At, nil
}

func mark(of ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", of))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

func (q Query) mark() string {
	index := ""
	if q.Index != nil {
		index = q.Index.Name
	}
	return mark(q.Table, index, q.Partition, q.From, q.To, fmt.Sprint(q.Descending))
}

// Cursor is the Page.Next after an item that the query found.
func (q Query) Cursor(item Item) string {
	key := item.Key(q.Table)
	if q.Index == nil {
		return cursor{q.mark(), []string{key.Sort}}.String()
	}
	indexSort, _ := item[q.Index.Sort].(string)
	return cursor{q.mark(), []string{indexSort, key.Partition, key.Sort}}.String()
}

// Begin checks a query and returns the keys of the item that it goes on after, those of the index included; nil at the start.
// Fault: Invalid.
func (q Query) Begin() (Item, error) {
	if err := q.check(); err != nil || q.Start == "" {
		return nil, err
	}
	if q.Index == nil {
		at, err := readCursor(q.Start, q.mark(), 1)
		if err != nil || !q.covers(at[0]) {
			return nil, errCursor
		}
		return Item{AttrPartition: q.Partition, AttrSort: at[0]}, nil
	}
	at, err := readCursor(q.Start, q.mark(), 3)
	if err != nil || !q.covers(at[0]) || CheckKey(Key{q.Table, at[1], at[2]}) != nil {
		return nil, errCursor
	}
	return Item{q.Index.Partition: q.Partition, q.Index.Sort: at[0], AttrPartition: at[1], AttrSort: at[2]}, nil
}

// Empty tells whether the range of the query is the wrong way round, so that nothing is in it.
func (q Query) Empty() bool { return q.To != "" && q.From > q.To }

func (q Query) covers(sort string) bool {
	return sort >= q.From && (q.To == "" || sort <= q.To) && checkKeyPart("sort key", sort, MaxSort) == nil
}

func (q Query) check() error {
	if err := CheckKey(Key{q.Table, q.Partition, "-"}); err != nil {
		return err
	}
	for _, end := range []string{q.From, q.To} {
		if end != "" && checkKeyPart("range's end", end, MaxSort) != nil {
			return invalid("a range's end is at most %d bytes of valid UTF-8", MaxSort)
		}
	}
	switch {
	case q.Limit < 0:
		return invalid("a page's limit is not negative")
	case q.Index != nil && q.Strong:
		return invalid("an index has no strong reads")
	case q.Index != nil && !slices.Contains(Indexes(q.Table), *q.Index):
		return invalid("the table has no index %q", q.Index.Name)
	}
	return nil
}

// Part is one of the parts in which a table is scanned.
type Part struct {
	Table    Name
	Segment  int // from 0
	Segments int
}

// Cursor is the Page.Next after an item that the scan found.
func (p Part) Cursor(item Item) string {
	key := item.Key(p.Table)
	return cursor{mark(p.Table, fmt.Sprint(p.Segment, p.Segments)), []string{key.Partition, key.Sort}}.String()
}

// Begin checks a scan's arguments and returns the keys of the item that it goes on after; nil at the start. Fault: Invalid.
func (p Part) Begin(start string, limit int) (Item, error) {
	switch {
	case p.Table != Feedback && p.Table != Scorebook:
		return nil, invalid("there is no table %q", p.Table)
	case limit < 0:
		return nil, invalid("a page's limit is not negative")
	case p.Segments < 1 || p.Segment < 0 || p.Segment >= p.Segments || p.Segments > 1000:
		return nil, invalid("there is no segment %d of %d (from 0, up to 1000 of them)", p.Segment, p.Segments)
	case start == "":
		return nil, nil
	}
	at, err := readCursor(start, mark(p.Table, fmt.Sprint(p.Segment, p.Segments)), 2)
	if err != nil || CheckKey(Key{p.Table, at[0], at[1]}) != nil {
		return nil, errCursor
	}
	return Item{AttrPartition: at[0], AttrSort: at[1]}, nil
}
