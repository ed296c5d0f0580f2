package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/table"
	"afterword/internal/tally"
)

// What is counted by the values of a property stands on few items, so that an answer costs one more write for a property and not
// one for a value: a counter's name is a code of the value, two characters for the first 4,096 of a series and property, and the digit
// of the rating. The codes are given once and for ever, and those of 32 values share an item, which so stays near a kilobyte.
//
// A code is found by a hash of its value. The value itself, in which a source may name somebody, stands beside it for as
// long as an answer is counted by it: the audit takes away the others (Forget). A process that knows the code from before may count on
// without the name; then the next audit gives it back.

// perShelf is how many values share an item.
const perShelf = 32

// codes remembers the codes of a generation, which never change, so that nothing is read twice.
type codes struct {
	mu     sync.Mutex
	codes  map[tally.Segment]int64
	values map[valueCode]string
}

type valueCode struct {
	series   tally.Series
	property string
	code     int64
}

func newCodes() *codes {
	return &codes{codes: map[tally.Segment]int64{}, values: map[valueCode]string{}}
}

func (c *codes) learn(segment tally.Segment, code int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.codes[segment] = code
	c.values[valueCode{segment.Series, segment.Cut.Property, code}] = segment.Cut.Value
}

func (c *codes) forget(segment tally.Segment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.values, valueCode{segment.Series, segment.Cut.Property, c.codes[segment]})
	delete(c.codes, segment)
}

func (c *codes) of(segment tally.Segment) (int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	code, known := c.codes[segment]
	return code, known
}

func (c *codes) value(of valueCode) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	value, known := c.values[of]
	return value, known
}

// Attributes of a value's item.
const (
	codeAttr  = "n"
	valueAttr = "value"
)

// Shelves tells on which items the segments are counted, and gives those a code that have none.
func (s *Store) Shelves(ctx context.Context, segments []tally.Segment) (map[tally.Segment]int, error) {
	b, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	fresh, err := b.readCodes(ctx, segments)
	if err != nil {
		return nil, fmt.Errorf("read the codes of values: %w", err)
	}
	for property, of := range fresh {
		if err := b.giveCodes(ctx, property, of); err != nil {
			return nil, fmt.Errorf("give values codes: %w", err)
		}
	}
	shelves := make(map[tally.Segment]int, len(segments))
	for _, segment := range segments {
		code, _ := b.codes.of(segment)
		shelves[segment] = int(code / perShelf)
	}
	return shelves, nil
}

// readCodes learns the codes that there are, gives the names of their values back to those that lost them, and returns the segments
// that have no code, by the item that counts codes.
func (s *Store) readCodes(ctx context.Context, segments []tally.Segment) (fresh map[table.Key][]tally.Segment, err error) {
	var unknown []tally.Segment
	var keys []table.Key
	for _, segment := range segments {
		if _, known := s.codes.of(segment); !known {
			unknown, keys = append(unknown, segment), append(keys, codeKey(s.book, segment))
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	items, err := s.table.BatchGet(ctx, keys, true)
	if err != nil {
		return nil, err
	}
	fresh = map[table.Key][]tally.Segment{}
	for i, item := range items {
		code, has := item[codeAttr].(int64)
		if !has {
			next := nextCodeKey(s.book, unknown[i])
			fresh[next] = append(fresh[next], unknown[i])
			continue
		}
		if item[valueAttr] == nil {
			named := table.Write{Kind: table.Update, Key: keys[i], Set: table.Item{valueAttr: unknown[i].Cut.Value}}
			if _, err := s.table.Write(ctx, named); err != nil {
				return nil, err
			}
		}
		s.codes.learn(unknown[i], code)
	}
	return fresh, nil
}

// giveCodes gives the next codes of a property to values that have none. The codes are taken first, all at once: where somebody else
// was quicker with a value, or this is broken off, some stay unused.
func (s *Store) giveCodes(ctx context.Context, property table.Key, fresh []tally.Segment) error {
	first, err := s.takeCodes(ctx, property, int64(len(fresh)))
	if err != nil {
		return err
	}
	for i, segment := range fresh {
		code := first + int64(i)
		_, err := s.write(ctx, create(codeKey(s.book, segment), table.Item{codeAttr: code, valueAttr: segment.Cut.Value}))
		if stored, was := table.Stored(err); was {
			code, _ = stored[codeAttr].(int64)
		} else if err != nil {
			return err
		}
		s.codes.learn(segment, code)
	}
	return nil
}

// takeCodes takes the next n codes of a property and returns the first.
func (s *Store) takeCodes(ctx context.Context, property table.Key, n int64) (first int64, err error) {
	item, err := s.table.Get(ctx, property, true)
	for try := 1; err == nil && try <= tries; try++ {
		first, _ = item[codeAttr].(int64)
		_, err = s.write(ctx, table.Write{Kind: table.Update, Key: property, Set: table.Item{codeAttr: first + n}, If: asRead(codeAttr, first)})
		stored, quicker := table.Stored(err)
		if !quicker {
			return first, err
		}
		item, err = stored, nil
	}
	if err == nil {
		err = fault.New(fault.Transient, "too many values are given codes at this moment, try again")
	}
	return 0, err
}

// Forget takes the names away of values that nobody is counted by.
func (s *Store) Forget(ctx context.Context, segments []tally.Segment) error {
	b, err := s.reading(ctx)
	if err != nil {
		return err
	}
	for _, segment := range segments {
		key := codeKey(b.book, segment)
		item, err := s.table.Get(ctx, key, true)
		if err != nil {
			return fmt.Errorf("read the code of a value: %w", err)
		}
		code, has := item[codeAttr].(int64)
		if !has || item[valueAttr] == nil {
			continue
		}
		counts, err := b.byCode(ctx, segment.Series, segment.Cut.Property, "", allDays)
		if err != nil {
			return fmt.Errorf("read the tallies of a property: %w", err)
		}
		if counts[code].Answers != (tally.Counts{}).Answers {
			continue
		}
		b.codes.forget(segment)
		if _, err := s.table.Write(ctx, table.Write{Kind: table.Update, Key: key, Remove: []string{valueAttr}}); err != nil {
			return fmt.Errorf("forget a value: %w", err)
		}
	}
	return nil
}

// alphabet writes a code; its 64 digits are two characters for most properties.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_-abcdefghijklmnopqrstuvwxyz"

func codeName(code int64) string {
	name := ""
	for ; code > 0 || len(name) < 2; code /= int64(len(alphabet)) {
		name = string(alphabet[code%int64(len(alphabet))]) + name
	}
	return name
}

func codeOf(name string) (code int64, ok bool) {
	for _, digit := range []byte(name) {
		n := strings.IndexByte(alphabet, digit)
		if n < 0 {
			return 0, false
		}
		code = code*int64(len(alphabet)) + int64(n)
	}
	return code, len(name) >= 2
}

// cutCounters is what a segment adds to its item.
func cutCounters(code int64, c tally.Counts, write func(attr string, n int64)) {
	for rating, n := range c.Answers {
		if n != 0 {
			write(codeName(code)+strconv.FormatInt(int64(rating), 16), n)
		}
	}
}

// segmentsIn reads the segments of an item in which somebody is counted, by code, each with the item's changes.
func segmentsIn(item table.Item) map[int64]tally.Counts {
	segments := map[int64]tally.Counts{}
	changes, _ := item[changesAttr].(int64)
	for attr, value := range item {
		n, number := value.(int64)
		if !number || len(attr) < 3 {
			continue
		}
		code, named := codeOf(attr[:len(attr)-1])
		rating, err := strconv.ParseInt(attr[len(attr)-1:], 16, 8)
		if !named || err != nil || rating > tally.MaxRating || n == 0 {
			continue
		}
		counts := segments[code]
		counts.Answers[rating], counts.Changes = n, changes
		segments[code] = counts
	}
	return segments
}

// allDays is beyond the key of every day.
const allDays = "A"

// byCode adds up the tallies of a property from one sort key to another, by the codes of its values.
func (s *Store) byCode(ctx context.Context, series tally.Series, property, from, to string) (map[int64]tally.Counts, error) {
	found := map[int64]tally.Counts{}
	partition := cutPartition(s.book, series.Touchpoint, series.Survey, property)
	err := s.each(ctx, partition, from, to, func(item table.Item) {
		for code, counts := range segmentsIn(item) {
			found[code] = found[code].Plus(counts)
		}
	})
	return found, err
}

// Segments adds up the tallies of a property by its values. One whose name was forgotten is left out.
func (s *Store) Segments(ctx context.Context, series tally.Series, property string, from, to period.Day) (map[string]tally.Counts, error) {
	b, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	found, err := b.byCode(ctx, series, property, from.String(), to.String()+lanesEnd)
	if err != nil {
		return nil, err
	}
	values := make(map[string]tally.Counts, len(found))
	for code, counts := range found {
		if counts.Answers == (tally.Counts{}).Answers {
			continue // in one lane what is taken away in another
		}
		value, err := b.valueOf(ctx, valueCode{series, property, code})
		if err != nil {
			return nil, err
		}
		if value != "" {
			values[value] = counts
		}
	}
	return values, nil
}

// valueOf is the value that has the code, "" when it is forgotten. One that is not known yet has all codes of the property read, as a
// list that is read has many.
func (s *Store) valueOf(ctx context.Context, of valueCode) (string, error) {
	if value, known := s.codes.value(of); known {
		return value, nil
	}
	err := s.each(ctx, codesPartition(s.book, of.series, of.property), valueMark, valuesEnd, func(item table.Item) {
		code, _ := item[codeAttr].(int64)
		if value, named := item[valueAttr].(string); named {
			s.codes.learn(tally.Segment{Series: of.series, Cut: tally.Cut{Property: of.property, Value: value}}, code)
		}
	})
	if err != nil {
		return "", fmt.Errorf("read the codes of values: %w", err)
	}
	value, _ := s.codes.value(of)
	return value, nil
}
