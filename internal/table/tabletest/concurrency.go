package tabletest

import (
	"fmt"
	"sync"
	"testing"

	"afterword/internal/fault"
	"afterword/internal/table"
)

const (
	writers = 8
	rounds  = 10
)

// together runs the writers at the same time.
func together(work func(writer int)) {
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() { work(w) })
	}
	group.Wait()
}

func (s suite) concurrency(t *testing.T) {
	t.Run("of those who make an item one succeeds", func(t *testing.T) {
		k := key(t, "1")
		var won sync.Map
		together(func(w int) {
			_, err := s.Write(t.Context(), table.Write{Kind: table.Put, Key: k, Item: table.Item{"by": int64(w)}, If: table.Absent(table.AttrPartition), Writer: fmt.Sprint("w", w)})
			if err == nil {
				won.Store(int64(w), true)
			} else if stored, ok := table.Stored(err); !ok || stored == nil {
				t.Errorf("a loser got %v", err)
			}
		})
		winners := 0
		won.Range(func(w, _ any) bool {
			winners++
			same(t, "the winner", s.get(t, k)["by"], w)
			return true
		})
		if winners != 1 {
			t.Errorf("%d made the item", winners)
		}
	})
	t.Run("no increment under a condition is lost", func(t *testing.T) {
		k := key(t, "1")
		s.put(t, k, table.Item{"n": int64(0)})
		together(func(w int) {
			for round := range rounds {
				s.increment(t, k, fmt.Sprint(w, "-", round))
			}
		})
		if n := s.get(t, k)["n"]; n != int64(writers*rounds) {
			t.Errorf("counted %v, wanted %d", n, writers*rounds)
		}
	})
	t.Run("no transaction on one counter is lost or half applied", func(t *testing.T) {
		counter := in(t, table.Scorebook, "counter")
		together(func(w int) {
			for round := range rounds {
				writes := []table.Write{
					{Kind: table.Put, Key: key(t, fmt.Sprint(w, "-", round)), If: table.Absent(table.AttrPartition)},
					{Kind: table.Update, Key: counter, Add: map[string]int64{"n": 1}},
				}
				for {
					err := s.Transact(t.Context(), writes)
					if cancelled, ok := table.AsCancelled(err); ok && cancelled.Retry() || fault.Is(err, fault.Transient) {
						continue
					}
					if err != nil {
						t.Errorf("transact: %v", err)
					}
					break
				}
			}
		})
		rows, _ := s.all(t, table.Query{Table: table.Feedback, Partition: t.Name(), Strong: true})
		if n := s.get(t, counter)["n"]; n != int64(writers*rounds) || len(rows) != writers*rounds {
			t.Errorf("counted %v and %d rows, wanted %d of each", n, len(rows), writers*rounds)
		}
	})
}

// increment adds one by reading and writing under the condition that nobody wrote between.
func (s suite) increment(t *testing.T, k table.Key, writer string) {
	for try := 0; ; try++ {
		item, err := s.Get(t.Context(), k, true)
		if err != nil {
			t.Errorf("get: %v", err)
			return
		}
		n, _ := item["n"].(int64)
		_, err = s.Write(t.Context(), table.Write{
			Kind: table.Update, Key: k, Set: table.Item{"n": n + 1}, If: table.Equal("n", n), Writer: fmt.Sprint(writer, "-", try),
		})
		if _, refused := table.Stored(err); refused || fault.Is(err, fault.Transient) {
			continue
		}
		if err != nil {
			t.Errorf("write: %v", err)
		}
		return
	}
}
