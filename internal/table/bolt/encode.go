package bolt

import (
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"slices"

	"afterword/internal/table"
)

// A value is one byte that tells its type and then its content; lengths and whole numbers are varints. The same value always has
// the same bytes (names are sorted, sets come sorted), so two items are the same when their bytes are.
const (
	tagNull   = 'n'
	tagTrue   = 't'
	tagFalse  = 'f'
	tagInt    = 'i'
	tagFloat  = 'd'
	tagString = 's'
	tagBytes  = 'b'
	tagSet    = 'S'
	tagList   = 'l'
	tagMap    = 'm'
)

func appendText[T ~string | ~[]byte](raw []byte, text T) []byte {
	return append(binary.AppendUvarint(raw, uint64(len(text))), text...)
}

// appendItem writes an item's attributes but for its keys, which are the key in the file.
func appendItem(raw []byte, item table.Item) []byte {
	attrs := maps.Clone(map[string]any(item))
	delete(attrs, table.AttrPartition)
	delete(attrs, table.AttrSort)
	return appendValue(raw, attrs)
}

// appendValue writes a value that table.Prepare let through.
func appendValue(raw []byte, value any) []byte {
	switch v := value.(type) {
	case bool:
		if v {
			return append(raw, tagTrue)
		}
		return append(raw, tagFalse)
	case int64:
		return binary.AppendVarint(append(raw, tagInt), v)
	case float64:
		return binary.BigEndian.AppendUint64(append(raw, tagFloat), math.Float64bits(v))
	case string:
		return appendText(append(raw, tagString), v)
	case []byte:
		return appendText(append(raw, tagBytes), v)
	case table.Set:
		raw = binary.AppendUvarint(append(raw, tagSet), uint64(len(v)))
		for _, element := range v {
			raw = appendText(raw, element)
		}
		return raw
	case []any:
		raw = binary.AppendUvarint(append(raw, tagList), uint64(len(v)))
		for _, element := range v {
			raw = appendValue(raw, element)
		}
		return raw
	case map[string]any:
		raw = binary.AppendUvarint(append(raw, tagMap), uint64(len(v)))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			raw = appendValue(appendText(raw, name), v[name])
		}
		return raw
	}
	return append(raw, tagNull)
}

func decodeItem(raw []byte, partition, sort string) (table.Item, error) {
	r := reader{rest: raw}
	attrs, ok := r.value(0).(map[string]any)
	if r.err != nil || !ok || len(r.rest) > 0 {
		return nil, errDamaged
	}
	attrs[table.AttrPartition], attrs[table.AttrSort] = partition, sort
	return attrs, nil
}

var errDamaged = errors.New("the table file is damaged: a value cannot be read")

// reader takes values off a slice. After the first error it gives zero values.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail() { r.rest, r.err = nil, errDamaged }

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.fail()
		return nil
	}
	head := r.rest[:n]
	r.rest = r.rest[n:]
	return head
}

// varint takes a number by the function of encoding/binary that reads its kind.
func varint[T int64 | uint64](r *reader, read func([]byte) (T, int)) T {
	v, n := read(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) text() []byte { return r.take(varint(r, binary.Uvarint)) }

// count is a number of elements; each has a byte at least, so a damaged count cannot ask for much memory.
func (r *reader) count() int {
	n := varint(r, binary.Uvarint)
	if n > uint64(len(r.rest)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) value(depth int) any {
	tag := r.take(1)
	if len(tag) == 0 || depth > 64 {
		r.fail()
		return nil
	}
	switch tag[0] {
	case tagNull:
		return nil
	case tagTrue, tagFalse:
		return tag[0] == tagTrue
	case tagInt:
		return varint(r, binary.Varint)
	case tagFloat:
		if raw := r.take(8); len(raw) == 8 {
			return math.Float64frombits(binary.BigEndian.Uint64(raw))
		}
	case tagString:
		return string(r.text())
	case tagBytes:
		return append([]byte{}, r.text()...)
	case tagSet:
		set := make(table.Set, r.count())
		for i := range set {
			set[i] = string(r.text())
		}
		return set
	case tagList:
		list := make([]any, r.count())
		for i := range list {
			list[i] = r.value(depth + 1)
		}
		return list
	case tagMap:
		n := r.count()
		names := make(map[string]any, n)
		for range n {
			name := string(r.text())
			names[name] = r.value(depth + 1)
		}
		return names
	default:
		r.fail()
	}
	return nil
}
