package esm

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/table"
)

// paper is a feed and its checkpoints, written down.
type paper struct {
	shards map[string][]table.Change
	order  []string
	at     map[string]string
	broken error
}

func (p *paper) Shards(context.Context) ([]string, error) { return p.order, p.broken }

func (p *paper) Read(_ context.Context, shard, after string, limit int) (found []table.Change, err error) {
	for _, c := range p.shards[shard] {
		if len(found) < limit && (after == "" || table.CompareSequences(c.Sequence, after) > 0) {
			found = append(found, c)
		}
	}
	return found, p.broken
}

func (p *paper) Checkpoint(_ context.Context, consumer, shard string) (string, error) {
	return p.at[consumer+"/"+shard], p.broken
}

func (p *paper) SaveCheckpoint(_ context.Context, consumer, shard, sequence string) error {
	p.at[consumer+"/"+shard] = sequence
	return p.broken
}

// pollerOver writes down each batch that is delivered; answer may be nil.
func pollerOver(p *paper, m Mapping, said func([]table.Change) (string, error)) (*Poller, *[]string) {
	var delivered []string
	return &Poller{
		Consumer: "tally", Feed: p, Checkpoints: p, Mapping: m, Now: func() time.Time { return noon },
		Handle: func(_ context.Context, records []table.Change) (string, error) {
			delivered = append(delivered, sequences(records))
			if said == nil {
				return "", nil
			}
			return said(records)
		},
	}, &delivered
}

func oneShard(records []table.Change) *paper {
	return &paper{shards: map[string][]table.Change{"s": records}, order: []string{"s"}, at: map[string]string{}}
}

func TestDrainingDeliversAllThereIsOnceAndRemembers(t *testing.T) {
	feed := oneShard(changes("a", "b", "c", "d", "e"))
	poller, delivered := pollerOver(feed, Mapping{BatchSize: 2}, nil)
	n, err := poller.Drain(t.Context())
	if err != nil || n != 5 {
		t.Fatalf("drained %d records, error %v; want 5", n, err)
	}
	if diff := cmp.Diff([]string{"8 9", "10 11", "12"}, *delivered); diff != "" {
		t.Error("batches (-want +got):", diff)
	}
	if n, err := poller.Drain(t.Context()); n != 0 || err != nil {
		t.Errorf("a drained feed gave %d records, error %v", n, err)
	}

	feed.shards["s"] = append(feed.shards["s"], changes("a", "b", "c", "d", "e", "late")[5])
	restarted, delivered := pollerOver(feed, Mapping{BatchSize: 2}, nil)
	if _, err := restarted.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"13"}, *delivered); diff != "" {
		t.Error("after a restart (-want +got):", diff)
	}
}

func TestWhatTheFilterWithholdsIsPassedOver(t *testing.T) {
	feed := oneShard(changes("I#a", "K#b", "I#c"))
	filter, err := ParseFilter(`{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"I#"}]}}}}`)
	if err != nil {
		t.Fatal(err)
	}
	poller, delivered := pollerOver(feed, Mapping{Filter: filter}, nil)
	if n, err := poller.Drain(t.Context()); n != 2 || err != nil {
		t.Fatalf("drained %d records, error %v; want 2", n, err)
	}
	if diff := cmp.Diff([]string{"8 10"}, *delivered); diff != "" {
		t.Error("batches (-want +got):", diff)
	}
}

func TestAllRecordsOfAnItemGoThroughOneLaneInOrder(t *testing.T) {
	feed := oneShard(changes("a", "b", "a", "c", "b", "a", "d", "e", "a"))
	poller, delivered := pollerOver(feed, Mapping{BatchSize: 2, ParallelizationFactor: 4}, nil)
	if _, err := poller.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := " " + strings.Join(*delivered, " ") + " "
	for _, inOrder := range [][]string{{"8", "10", "13", "16"}, {"9", "12"}} {
		at := -1
		for _, sequence := range inOrder {
			next := strings.Index(all, " "+sequence+" ")
			if next <= at {
				t.Errorf("%v came in the order%s", inOrder, all)
			}
			at = next
		}
	}
}

func TestAPartialResponseIsTheCheckpoint(t *testing.T) {
	feed := oneShard(changes("a", "b", "c", "d"))
	first := true
	poller, delivered := pollerOver(feed, Mapping{MaxRetries: 3, PartialResponses: true}, func([]table.Change) (string, error) {
		if first {
			first = false
			return "10", nil
		}
		return "", nil
	})
	if _, err := poller.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"8 9 10 11", "10 11"}, *delivered); diff != "" {
		t.Error("batches (-want +got):", diff)
	}
}

func TestAPoisonRecordIsGivenUpAndTheShardGoesOn(t *testing.T) {
	feed := oneShard(changes("a", "b", "poison", "d"))
	var lost []Failure
	var warned int
	m := Mapping{MaxRetries: 2, BisectOnError: true, OnFailure: func(f Failure) { lost = append(lost, f) }}
	poller, delivered := pollerOver(feed, m, func(records []table.Change) (string, error) {
		if strings.Contains(sequences(records), "10") {
			return "", errors.New("cannot be read")
		}
		return "", nil
	})
	pauses := 0
	poller.Pause = func(context.Context, int) error { pauses++; return nil }
	poller.Warn = func(error) { warned++ }
	if _, err := poller.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"8 9 10 11", "8 9", "10 11", "10", "10", "10", "11"}, *delivered); diff != "" {
		t.Error("batches (-want +got):", diff)
	}
	if diff := cmp.Diff([]Failure{{Why: RetriesExhausted, Shard: "s", First: "10", Last: "10", Records: 1, Attempts: 3}}, lost); diff != "" {
		t.Error("given up (-want +got):", diff)
	}
	if warned != 5 || pauses != 2 {
		t.Errorf("%d warnings, %d pauses; want 5 failed invocations and 2 pauses before retries", warned, pauses)
	}
}

func TestAgeIsToldFromTheFirstDelivery(t *testing.T) {
	feed := oneShard(changes("a", "b"))
	var lost []string
	m := Mapping{MaxRetries: -1, MaxAge: time.Hour, OnFailure: func(f Failure) { lost = append(lost, f.String()) }}
	poller, delivered := pollerOver(feed, m, func([]table.Change) (string, error) { return "", errors.New("broken") })
	now := noon.AddDate(0, 3, 0) // the clock was moved on, the records bear the times of before
	poller.Now = func() time.Time { return now }
	poller.Pause = func(context.Context, int) error { now = now.Add(25 * time.Minute); return nil }
	if _, err := poller.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(*delivered) != 4 {
		t.Errorf("delivered %d times, want one attempt and those of an hour", len(*delivered))
	}
	if diff := cmp.Diff([]string{"RecordAgeExceeded: 2 records, 8 to 9 of shard s"}, lost); diff != "" {
		t.Error("given up (-want +got):", diff)
	}
}

func TestAStoppedPollerLeavesTheRecordsForTheNextOne(t *testing.T) {
	feed := oneShard(changes("a", "b"))
	ctx, cancel := context.WithCancel(t.Context())
	poller, _ := pollerOver(feed, Mapping{MaxRetries: 0, OnFailure: func(f Failure) { t.Error("given up:", f) }},
		func([]table.Change) (string, error) { cancel(); return "", context.Canceled })
	if _, err := poller.Drain(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal("error", err)
	}
	next, delivered := pollerOver(feed, Mapping{}, nil)
	if _, err := next.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"8 9"}, *delivered); diff != "" {
		t.Error("batches (-want +got):", diff)
	}
}
