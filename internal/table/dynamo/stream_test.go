package dynamo_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/table"
	"afterword/internal/table/dynamo"
)

// captured is a record in the form of the documentation's example (Lambda developer guide, "Using Lambda with DynamoDB").
const captured = `{
	"eventID": "c4ca4238a0b923820dcc509a6f75849b",
	"eventName": "MODIFY",
	"eventVersion": "1.1",
	"eventSource": "aws:dynamodb",
	"awsRegion": "eu-west-1",
	"dynamodb": {
		"ApproximateCreationDateTime": 1795339800,
		"Keys": {"pk": {"S": "I#1"}, "sk": {"S": "invitation"}},
		"OldImage": {"pk": {"S": "I#1"}, "sk": {"S": "invitation"}, "state": {"S": "sent"}},
		"NewImage": {"pk": {"S": "I#1"}, "sk": {"S": "invitation"}, "state": {"S": "answered"}, "rev": {"N": "1"}, "share": {"N": "0.5"},
			"tags": {"SS": ["b", "a"]}, "extra": {"M": {"l": {"L": [{"BOOL": true}, {"NULL": true}]}}}, "raw": {"B": "AP8="}},
		"SequenceNumber": "4421584500000000017450439091",
		"SizeBytes": 59,
		"StreamViewType": "NEW_AND_OLD_IMAGES"
	},
	"eventSourceARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/Feedback/stream/2026-11-22T00:00:00.000"
}`

func TestARecordAsLambdaHandsItOver(t *testing.T) {
	var record events.DynamoDBEventRecord
	if err := json.Unmarshal([]byte(captured), &record); err != nil {
		t.Fatal(err)
	}
	got, err := dynamo.Decode(record)
	if err != nil {
		t.Fatal(err)
	}
	want := table.Change{
		Sequence: "4421584500000000017450439091",
		At:       time.Unix(1795339800, 0).UTC(),
		Key:      table.Key{Table: table.Feedback, Partition: "I#1", Sort: "invitation"},
		Old:      table.Item{"pk": "I#1", "sk": "invitation", "state": "sent"},
		New: table.Item{"pk": "I#1", "sk": "invitation", "state": "answered", "rev": int64(1), "share": 0.5, "tags": table.Set{"a", "b"},
			"extra": map[string]any{"l": []any{true, nil}}, "raw": []byte{0, 0xff}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(- wanted, + is):\n%s", diff)
	}
	back, err := dynamo.Encode(got)
	if err != nil || back.EventName != record.EventName {
		t.Errorf("it goes back as %s, %v", back.EventName, err)
	}
}

func TestWhoRemovedAnItem(t *testing.T) {
	item := table.Item{"pk": "p", "sk": "s"}
	change := table.Change{Sequence: "1", At: time.Unix(1, 0).UTC(), Key: item.Key(table.Feedback), Old: item}
	for _, expired := range []bool{true, false} {
		change.Expired = expired
		record, err := dynamo.Encode(change)
		if err != nil || record.EventName != "REMOVE" || (record.UserIdentity != nil) != expired {
			t.Errorf("expired %t: %+v, %v", expired, record, err)
		}
		if got, err := dynamo.Decode(record); err != nil || got.Expired != expired {
			t.Errorf("expired %t comes back as %t, %v", expired, got.Expired, err)
		}
		record.UserIdentity = &events.DynamoDBUserIdentity{Type: "Service", PrincipalID: "dynamodb.amazonaws.com"}
		record.Change.NewImage = record.Change.OldImage
		if got, err := dynamo.Decode(record); err != nil || got.Expired {
			t.Errorf("an item that is still there is taken for expired (%v)", err)
		}
		record.Change.NewImage = nil
		record.UserIdentity = &events.DynamoDBUserIdentity{Type: "Service", PrincipalID: "replication.dynamodb.amazonaws.com"}
		if got, err := dynamo.Decode(record); err != nil || got.Expired {
			t.Errorf("another service's removal is taken for one by time to live (%v)", err)
		}
	}
}

func TestRecordsThatAreNoneOfOurs(t *testing.T) {
	text := events.NewStringAttribute
	keys := map[string]events.DynamoDBAttributeValue{"pk": text("p"), "sk": text("s")}
	for name, change := range map[string]events.DynamoDBStreamRecord{
		"no keys":           {NewImage: keys},
		"a number as a key": {Keys: map[string]events.DynamoDBAttributeValue{"pk": events.NewNumberAttribute("1"), "sk": text("s")}, NewImage: keys},
		"no images":         {Keys: keys},
		"a set of numbers":  {Keys: keys, NewImage: map[string]events.DynamoDBAttributeValue{"n": events.NewNumberSetAttribute([]string{"1"})}},
		"no number":         {Keys: keys, OldImage: map[string]events.DynamoDBAttributeValue{"n": events.NewNumberAttribute("x")}},
	} {
		if _, err := dynamo.Decode(events.DynamoDBEventRecord{Change: change}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s gives %v", name, err)
		}
	}
	if _, err := dynamo.Encode(table.Change{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a change without items gives %v", err)
	}
}

// throughLambda is the way of a change to a function: a record, as JSON, and back.
func throughLambda(t *testing.T, change table.Change) table.Change {
	t.Helper()
	record, err := dynamo.Encode(change)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	var arrived events.DynamoDBEventRecord
	if err := json.Unmarshal(raw, &arrived); err != nil {
		t.Fatal(err)
	}
	back, err := dynamo.Decode(arrived)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func FuzzAChangeComesThroughWhole(f *testing.F) {
	f.Add("p", "s", "text", int64(math.MaxInt64), 0.1, []byte{0}, uint32(1795339800), uint8(3), false)
	f.Add("ü", "\x00", "\u2028</", int64(math.MinInt64), 1e125, []byte(nil), uint32(0), uint8(1), true)
	f.Add("p", "s", "", int64(0), -1e-130, []byte("x"), uint32(1), uint8(2), false)
	f.Fuzz(func(t *testing.T, p, s, text string, n int64, x float64, raw []byte, at uint32, images uint8, expired bool) {
		w, err := table.Prepare(table.Write{
			Kind: table.Put, Key: table.Key{Table: table.Feedback, Partition: p, Sort: s}, Writer: text,
			Item: table.Item{"t": text, "n": n, "x": x, "raw": raw, "yes": expired, "z": nil, "set": table.Set{text, "b", "a"},
				"l": []any{text, n, x, nil, []any{}, map[string]any{"m" + text: raw}}, "m": map[string]any{}},
		})
		if err != nil {
			return // no engine keeps it
		}
		item, err := table.Apply(w, nil)
		if err != nil {
			return
		}
		change := table.Change{Sequence: fmt.Sprint(n), At: time.Unix(int64(at), 0).UTC(), Key: w.Key}
		if images&1 != 0 {
			change.Old = item
		}
		if images&2 != 0 || change.Old == nil {
			change.New = table.Item{"pk": p, "sk": s, "t": text}
		}
		change.Expired = expired && change.New == nil
		if got := throughLambda(t, change); !reflect.DeepEqual(got, change) {
			t.Errorf("(- sent, + arrived):\n%s", cmp.Diff(change, got))
		}
	})
}

// Whatever arrives as a record is refused or read, and what was read comes through again.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(captured))
	f.Add([]byte(`{"dynamodb":{"Keys":{"pk":{"S":"p"},"sk":{"S":"s"}},"NewImage":{"a":{"NS":["1"]}}}}`))
	f.Add([]byte(`{"eventName":"REMOVE","dynamodb":{"Keys":{"pk":{"S":"p"},"sk":{"S":"s"}},"OldImage":{"a":{"N":"1E+400"}}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var record events.DynamoDBEventRecord
		if json.Unmarshal(raw, &record) != nil {
			return
		}
		change, err := dynamo.Decode(record)
		if err != nil || change.At.Year() < 1970 || change.At.Year() > 2200 {
			return
		}
		if got := throughLambda(t, change); !reflect.DeepEqual(got, change) {
			t.Errorf("(- sent, + arrived):\n%s", cmp.Diff(change, got))
		}
	})
}
