package esm

import (
	"strings"
	"testing"

	"afterword/internal/table"
)

func change(old, new table.Item) table.Change {
	return table.Change{
		Sequence: "000000000000000000012",
		Key:      table.Key{Table: table.Feedback, Partition: "I#abc", Sort: "invitation"},
		Old:      old, New: new,
	}
}

func TestAFilterPassesWhatItsPatternSays(t *testing.T) {
	answered := change(table.Item{"state": "sent"}, table.Item{
		"rev": int64(2), "state": "answered", "counted": true, "comment": "", "share": 0.5, "gone": nil,
		"cuts": map[string]any{"agent": "anna"}, "tags": table.Set{"a", "b"}, "list": []any{"x", int64(7)},
	})
	planned := change(nil, table.Item{"state": "planned"})
	expired := change(table.Item{"rev": int64(2)}, nil)
	expired.Expired = true

	for _, row := range []struct {
		name, pattern string
		answered      bool
		planned       bool
		expired       bool
	}{
		{"an image with a revision", `{"dynamodb":{"NewImage":{"rev":{"N":[{"exists":true}]}}}}`, true, false, false},
		{"an image without one", `{"dynamodb":{"NewImage":{"rev":{"N":[{"exists":false}]}}}}`, false, true, true},
		{"exists tells nothing of what is no leaf", `{"dynamodb":{"NewImage":{"rev":[{"exists":true}]}}}`, false, false, false},
		{"a number is text", `{"dynamodb":{"NewImage":{"rev":{"N":["2"]}}}}`, true, false, false},
		{"of another type", `{"dynamodb":{"NewImage":{"rev":{"S":[{"exists":true}]}}}}`, false, false, false},
		{"a kind of event", `{"eventName":["INSERT","REMOVE"]}`, false, true, true},
		{"a key's prefix", `{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"I#"}]}}}}`, true, true, true},
		{"another key's prefix", `{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"K#"}]}}}}`, false, false, false},
		{"all fields of a pattern", `{"eventName":["MODIFY"],"dynamodb":{"NewImage":{"state":{"S":["sent"]}}}}`, false, false, false},
		{"a value before", `{"dynamodb":{"OldImage":{"state":{"S":["sent"]}}}}`, true, false, false},
		{"one of several values", `{"dynamodb":{"NewImage":{"state":{"S":["planned","answered"]}}}}`, true, true, false},
		{"a bool", `{"dynamodb":{"NewImage":{"counted":{"BOOL":[true]}}}}`, true, false, false},
		{"an empty text", `{"dynamodb":{"NewImage":{"comment":{"S":[""]}}}}`, true, false, false},
		{"NULL", `{"dynamodb":{"NewImage":{"gone":{"NULL":[true]}}}}`, true, false, false},
		{"a fraction", `{"dynamodb":{"NewImage":{"share":{"N":["0.5"]}}}}`, true, false, false},
		{"inside a map", `{"dynamodb":{"NewImage":{"cuts":{"M":{"agent":{"S":["anna"]}}}}}}`, true, false, false},
		{"an element of a set", `{"dynamodb":{"NewImage":{"tags":{"SS":["b"]}}}}`, true, false, false},
		{"an element of a list", `{"dynamodb":{"NewImage":{"list":{"L":{"N":["7"]}}}}}`, true, false, false},
		{"removed by time to live", `{"userIdentity":{"principalId":["dynamodb.amazonaws.com"]}}`, false, false, true},
		{"a place in the stream", `{"dynamodb":{"SequenceNumber":["000000000000000000012"]}}`, true, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, err := ParseFilter(row.pattern)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				name   string
				record table.Change
				want   bool
			}{{"answered", answered, row.answered}, {"planned", planned, row.planned}, {"expired", expired, row.expired}} {
				if got := f.Match(c.record); got != c.want {
					t.Errorf("the %s one matches: %v, want %v", c.name, got, c.want)
				}
			}
		})
	}
}

func TestARecordPassesByAnyOfThePatternsAndByNoneAtAll(t *testing.T) {
	either, err := ParseFilter(`{"eventName":["REMOVE"]}`, `{"eventName":["INSERT"]}`)
	if err != nil {
		t.Fatal(err)
	}
	inserted, modified := change(nil, table.Item{}), change(table.Item{}, table.Item{"a": "b"})
	if !either.Match(inserted) || either.Match(modified) {
		t.Error("patterns are not alternatives")
	}
	if none := (Filter{}); !none.Match(modified) {
		t.Error("a mapping without a filter withholds records")
	}
}

func TestAPatternThatIsNotUnderstoodIsRefused(t *testing.T) {
	for pattern, want := range map[string]string{
		`{"eventName":[{"anything-but":["REMOVE"]}]}`:                   "anything-but",
		`{"dynamodb":{"NewImage":{"rev":{"N":[{"numeric":[">",0]}]}}}}`: "numeric",
		`{"dynamodb":{"NewImage":{"rev":{"N":[2]}}}}`:                   `write "2"`,
		`{"$or":[{"eventName":["INSERT"]}]}`:                            "$or",
		`{"eventName":"INSERT"}`:                                        "want a list",
		`{"eventName":[]}`:                                              "empty",
		`{"eventName":[{}]}`:                                            "one operator",
		`{"eventName":[["INSERT"]]}`:                                    "no value",
		`{"eventName":[{"prefix":1}]}`:                                  "prefix",
		`{"eventName":[{"exists":"yes"}]}`:                              "exists",
		`{"dynamodb":{}}`:                                               "empty",
		`{}`:                                                            "empty",
		`[]`:                                                            "pattern",
		`{"eventName":["INSERT"]} {}`:                                   "follows",
	} {
		if _, err := ParseFilter(pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that names %s", pattern, err, want)
		}
	}
	if _, err := ParseFilter(`{"a":[""]}`, `{"a":[""]}`, `{"a":[""]}`, `{"a":[""]}`, `{"a":[""]}`, `{"a":[""]}`); err == nil {
		t.Error("six patterns were taken, Lambda takes five")
	}
}
