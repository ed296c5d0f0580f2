package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"

	"afterword/internal/table"
)

// Keys sort as DynamoDB's do, by bytes: parts before the last are ended by 0x00 0x01, and a zero byte in them is written
// 0x00 0xff, so that a part sorts before every longer one that begins with it.

func tableBucket(name table.Name) []byte { return []byte(name) }

func indexBucket(name table.Name, ix table.Index) []byte { return []byte(string(name) + "/" + ix.Name) }

var (
	zero    = []byte{0}
	escaped = []byte{0, 0xff}
	end     = []byte{0, 1}
)

// part is a key's part that another one follows.
func part(s string) []byte {
	return append(bytes.ReplaceAll([]byte(s), zero, escaped), end...)
}

func cutPart(key []byte) (s string, rest []byte, err error) {
	head, rest, found := bytes.Cut(key, end)
	if !found {
		return "", nil, errors.New("a key of the table file is damaged")
	}
	return string(bytes.ReplaceAll(head, escaped, zero)), rest, nil
}

func itemKey(partition, sort string) []byte { return append(part(partition), sort...) }

func cutItemKey(key []byte) (partition, sort string, err error) {
	partition, rest, err := cutPart(key)
	return partition, string(rest), err
}

// entryKey is the key of an index entry.
func entryKey(ix table.Index, entry table.Item) []byte {
	key := entry.Key("")
	p, _ := entry[ix.Partition].(string)
	s, _ := entry[ix.Sort].(string)
	return append(append(part(p), part(s)...), itemKey(key.Partition, key.Sort)...)
}

func cutEntryKey(ix table.Index, raw []byte) (table.Item, error) {
	p, rest, err := cutPart(raw)
	if err != nil {
		return nil, err
	}
	s, rest, err := cutPart(rest)
	if err != nil {
		return nil, err
	}
	partition, sort, err := cutItemKey(rest)
	return table.Item{ix.Partition: p, ix.Sort: s, table.AttrPartition: partition, table.AttrSort: sort}, err
}

// expiryKey sorts by time: the sign bit is turned so that times before 1970 come first.
func expiryKey(unix int64, key table.Key) []byte {
	raw := binary.BigEndian.AppendUint64(nil, uint64(unix)^1<<63)
	return append(append(raw, part(string(key.Table))...), itemKey(key.Partition, key.Sort)...)
}

func cutExpiryKey(raw []byte) (unix int64, key table.Key, err error) {
	if len(raw) < 8 {
		return 0, key, errors.New("a key of the table file is damaged")
	}
	unix = int64(binary.BigEndian.Uint64(raw) ^ 1<<63)
	name, rest, err := cutPart(raw[8:])
	if err != nil {
		return 0, key, err
	}
	key.Table = table.Name(name)
	key.Partition, key.Sort, err = cutItemKey(rest)
	return unix, key, err
}
