package esm

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/table"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// changes makes one record for each item, a second apart, numbered from 8 so that numbers and their text sort differently.
func changes(items ...string) []table.Change {
	made := make([]table.Change, len(items))
	for i, item := range items {
		made[i] = table.Change{
			Sequence: fmt.Sprint(8 + i), At: noon.Add(time.Duration(i) * time.Second),
			Key: table.Key{Table: table.Feedback, Partition: item, Sort: "invitation"},
			New: table.Item{"n": int64(i)},
		}
	}
	return made
}

func sequences(records []table.Change) string {
	var all []string
	for _, c := range records {
		all = append(all, c.Sequence)
	}
	return strings.Join(all, " ")
}

func cuts(batches []batch) (all []string) {
	for _, b := range batches {
		all = append(all, fmt.Sprintf("%s /%d", sequences(b.records), b.attempts))
	}
	return all
}

func TestWhatComesAgainAfterAnAnswer(t *testing.T) {
	broken := errors.New("broken")
	for _, row := range []struct {
		name     string
		mapping  Mapping
		attempts int
		answer   answer
		again    []string
		lost     string
	}{
		{"all done", Mapping{MaxRetries: 5}, 0, answer{}, nil, ""},
		{"an error: all of it", Mapping{MaxRetries: 5}, 0, answer{err: broken}, []string{"8 9 10 11 /1"}, ""},
		{"an error, bisected: both halves, no retry used", Mapping{MaxRetries: 5, BisectOnError: true}, 2, answer{err: broken},
			[]string{"8 9 /2", "10 11 /2"}, ""},
		{"partial: everything from the lowest number", Mapping{MaxRetries: 5, PartialResponses: true}, 0, answer{firstFailed: "10"},
			[]string{"10 11 /1"}, ""},
		{"partial, written with zeroes", Mapping{MaxRetries: 5, PartialResponses: true}, 0, answer{firstFailed: "0000000010"},
			[]string{"10 11 /1"}, ""},
		{"partial and bisect: cut at the number, not in halves", Mapping{MaxRetries: 5, PartialResponses: true, BisectOnError: true}, 1,
			answer{firstFailed: "9"}, []string{"9 10 11 /2"}, ""},
		{"an error is bisected also with partial responses on", Mapping{MaxRetries: 5, PartialResponses: true, BisectOnError: true}, 0,
			answer{firstFailed: "9", err: broken}, []string{"8 9 /0", "10 11 /0"}, ""},
		{"partial responses not switched on: taken for done", Mapping{MaxRetries: 5}, 0, answer{firstFailed: "10"}, nil, ""},
		{"a number from elsewhere: all failed", Mapping{MaxRetries: 5, PartialResponses: true}, 0, answer{firstFailed: "77"},
			[]string{"8 9 10 11 /1"}, ""},
		{"the last retry failed: positions only, and on", Mapping{MaxRetries: 2}, 2, answer{err: broken}, nil,
			"RetryAttemptsExhausted: 4 records, 8 to 11 of shard s"},
		{"the last retry failed partly", Mapping{MaxRetries: 2, PartialResponses: true}, 2, answer{firstFailed: "11"}, nil,
			"RetryAttemptsExhausted: 1 records, 11 to 11 of shard s"},
		{"retries without end", Mapping{MaxRetries: -1}, 9999, answer{err: broken}, []string{"8 9 10 11 /10000"}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var lost []string
			row.mapping.OnFailure = func(f Failure) { lost = append(lost, f.String()) }
			b := batch{shard: "s", records: changes("a", "b", "c", "d"), attempts: row.attempts}
			if diff := cmp.Diff(row.again, cuts(row.mapping.after(b, row.answer))); diff != "" {
				t.Error("comes again (-want +got):", diff)
			}
			if got := strings.Join(lost, ", "); got != row.lost {
				t.Errorf("given up: %q, want %q", got, row.lost)
			}
		})
	}
}

func TestABisectedBatchEndsAtTheOneRecordThatFails(t *testing.T) {
	m := Mapping{BisectOnError: true, MaxRetries: 1}
	var lost []string
	m.OnFailure = func(f Failure) { lost = append(lost, f.First+"-"+f.Last) }
	done := ""
	for queue := []batch{{records: changes("a", "b", "c", "bad", "e")}}; len(queue) > 0; {
		b, a := queue[0], answer{}
		if strings.Contains(sequences(b.records), "11") {
			a.err = errors.New("poison")
		} else {
			done += sequences(b.records) + " "
		}
		queue = append(m.after(b, a), queue[1:]...)
	}
	if want := "8 9 10 12 "; done != want {
		t.Errorf("done %q, want %q", done, want)
	}
	if diff := cmp.Diff([]string{"11-11"}, lost); diff != "" {
		t.Error("given up (-want +got):", diff)
	}
}

func TestRecordsThatAreTooOldAreGivenUp(t *testing.T) {
	m := Mapping{MaxAge: time.Minute}
	var lost []string
	m.OnFailure = func(f Failure) { lost = append(lost, f.String()) }
	b := m.fresh(batch{shard: "s", records: changes("a", "b", "c")}, noon.Add(time.Minute+1500*time.Millisecond))
	if got := sequences(b.records); got != "10" {
		t.Errorf("%s are fresh, want 10", got)
	}
	if diff := cmp.Diff([]string{"RecordAgeExceeded: 2 records, 8 to 9 of shard s"}, lost); diff != "" {
		t.Error("given up (-want +got):", diff)
	}
	if b := (Mapping{}).fresh(b, noon.AddDate(1, 0, 0)); len(b.records) != 1 {
		t.Error("a mapping without a limit gave records up for their age")
	}
}

func TestABatchEndsBySizeAndByPayload(t *testing.T) {
	records := changes("a", "b", "c")
	if b := (Mapping{}).cut("s", records, 2); sequences(b.records) != "8 9" {
		t.Errorf("cut %s, want 8 9", sequences(b.records))
	}
	records[0].New = table.Item{"comment": strings.Repeat("x", maxPayload)}
	if b := (Mapping{}).cut("s", records, 3); sequences(b.records) != "8" {
		t.Errorf("cut %s, want 8: the next one would be more than Lambda takes", sequences(b.records))
	}
}
