package table_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/table"
)

type sample struct {
	Text    string         `json:"text"`
	Empty   string         `json:"empty"`
	Left    string         `json:"left,omitempty"`
	Count   int            `json:"count"`
	Largest int64          `json:"largest"`
	Share   float64        `json:"share"`
	Whole   float64        `json:"whole"`
	On      bool           `json:"on"`
	At      time.Time      `json:"at"`
	Tags    table.Set      `json:"tags"`
	None    table.Set      `json:"none"`
	Names   []string       `json:"names"`
	Inner   inner          `json:"inner"`
	Open    map[string]any `json:"open"`
	Nothing *int           `json:"nothing"`
	Raw     []byte         `json:"raw"`
}

type inner struct {
	Smallest int64 `json:"smallest"`
}

func full() sample {
	return sample{
		Text: "smörgås <调查> \"\u2028", Count: -3, Largest: math.MaxInt64, Share: 0.1, Whole: 5, On: true,
		At: time.Date(2026, 11, 22, 9, 30, 0, 123456789, time.UTC), Tags: table.Set{"b", "a"}, Names: []string{"x", "y"},
		Inner: inner{Smallest: math.MinInt64}, Open: map[string]any{"n": json.Number("9007199254740993"), "f": json.Number("2.5"), "l": []any{"x"}},
		Raw: []byte{0, 255},
	}
}

func TestAStructBecomesAnItemWithoutLosingADigit(t *testing.T) {
	item, err := table.Encode(full())
	if err != nil {
		t.Fatal(err)
	}
	want := table.Item{
		"text": "smörgås <调查> \"\u2028", "empty": "", "count": int64(-3), "largest": int64(math.MaxInt64), "share": 0.1, "whole": int64(5),
		"on": true, "at": "2026-11-22T09:30:00.123456789Z", "tags": table.Set{"b", "a"}, "names": []any{"x", "y"},
		"inner": map[string]any{"smallest": int64(math.MinInt64)}, "nothing": nil, "raw": "AP8=",
		"open": map[string]any{"n": int64(9007199254740993), "f": 2.5, "l": []any{"x"}},
	}
	if diff := cmp.Diff(want, item); diff != "" {
		t.Errorf("(- wanted, + is):\n%s", diff)
	}
	var back sample
	if err := table.Decode(item, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(full(), back); diff != "" {
		t.Errorf("it does not come back (- wanted, + is):\n%s", diff)
	}
}

func TestWhatWasReadFillsAStruct(t *testing.T) {
	item := table.Item{"pk": "p", "sk": "s", "tags": table.Set{"a"}, "names": table.Set{"x", "y"}, "raw": []byte{0, 255}, "whole": int64(7), "unknown": true}
	var got struct {
		Partition string    `json:"pk"`
		Tags      table.Set `json:"tags"`
		Names     []string  `json:"names"`
		Raw       []byte    `json:"raw"`
		Whole     float64   `json:"whole"`
		Missing   string    `json:"missing"`
	}
	if err := table.Decode(item, &got); err != nil {
		t.Fatal(err)
	}
	if got.Partition != "p" || !reflect.DeepEqual(got.Tags, table.Set{"a"}) || !reflect.DeepEqual(got.Names, []string{"x", "y"}) ||
		!reflect.DeepEqual(got.Raw, []byte{0, 255}) || got.Whole != 7 {
		t.Errorf("got %+v", got)
	}
	if err := table.Decode(table.Item{"whole": "text"}, &got); !fault.Is(err, fault.Internal) {
		t.Errorf("a value of another type gives %v", err)
	}
}

func TestMapsAndPointersBecomeItemsToo(t *testing.T) {
	for _, v := range []any{
		map[string]any{"tags": table.Set{"a"}, "none": table.Set{}, "nil": nil},
		&struct {
			Tags table.Set
			None table.Set
			Nil  any
		}{Tags: table.Set{"a"}},
		table.Item{"tags": table.Set{"a"}, "nil": nil},
	} {
		item, err := table.Encode(v)
		if err != nil {
			t.Fatal(err)
		}
		tags, nothing := "tags", "nil"
		if _, named := item["Tags"]; named {
			tags, nothing = "Tags", "Nil"
		}
		if diff := cmp.Diff(table.Item{tags: table.Set{"a"}, nothing: nil}, item); diff != "" {
			t.Errorf("%T (- wanted, + is):\n%s", v, diff)
		}
	}
}

func TestWhatNoItemCanHoldIsRefused(t *testing.T) {
	for name, v := range map[string]any{
		"text":                   "text",
		"nothing":                nil,
		"a function":             map[string]any{"f": func() {}},
		"not a number":           map[string]any{"f": math.NaN()},
		"more digits than int64": map[string]any{"n": uint64(math.MaxUint64)},
		"the same in a list":     map[string]any{"l": []any{map[string]any{"n": uint64(math.MaxUint64)}}},
	} {
		if _, err := table.Encode(v); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s gives %v", name, err)
		}
	}
}
