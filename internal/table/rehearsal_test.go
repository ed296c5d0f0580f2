package table_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/table"
	"afterword/internal/table/bolt"
)

func opened(t *testing.T) *bolt.DB {
	t.Helper()
	db, err := bolt.Open("", bolt.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// What is tried comes out as it would if it were meant, whatever was there and was tried before, and nothing of it stays.
func TestARehearsalIsLikeTheRealThingAndLeavesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	key := func() table.Key {
		return table.Key{Table: table.Feedback, Partition: fmt.Sprintf("C#%d", r.IntN(4)), Sort: "profile"}
	}
	for range 60 {
		meant, tried := opened(t), opened(t)
		rehearsal := table.Rehearse(tried)
		var before []table.Item
		write := func(w table.Write) table.Write {
			w.Writer = fmt.Sprint(r.Int64())
			switch w.Kind = table.Kind(r.IntN(3)); w.Kind {
			case table.Put:
				w.Item = table.Item{"n": r.Int64N(3)}
			case table.Update:
				w.Set, w.Add = table.Item{"name": "Anna"}, map[string]int64{"n": 1}
			}
			w.If = []table.Condition{table.Absent("n"), table.Present(table.AttrPartition), table.Equal("n", r.Int64N(4)), table.AtMost("n", 9)}[r.IntN(4)]
			return w
		}
		compare := func(doing string, a, b any, errA, errB error) {
			t.Helper()
			if diff := cmp.Diff(a, b); diff != "" || fmt.Sprint(errA) != fmt.Sprint(errB) {
				t.Fatalf("%s: meant %v (%v), tried %v (%v)", doing, a, errA, b, errB)
			}
		}
		for range 5 { // is there before
			w := write(table.Write{Key: key()})
			a, errA := meant.Write(t.Context(), w)
			b, errB := tried.Write(t.Context(), w)
			compare("both", a, b, errA, errB)
		}
		all := []table.Key{}
		for n := range 4 {
			all = append(all, table.Key{Table: table.Feedback, Partition: fmt.Sprintf("C#%d", n), Sort: "profile"})
		}
		before, err := tried.BatchGet(t.Context(), all, true)
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			if r.IntN(2) == 0 {
				w := write(table.Write{Key: key()})
				a, errA := meant.Write(t.Context(), w)
				b, errB := rehearsal.Write(t.Context(), w)
				compare("write", a, b, errA, errB)
				continue
			}
			writes := []table.Write{write(table.Write{Key: all[r.IntN(2)]}), write(table.Write{Key: all[2+r.IntN(2)]})}
			compare("transaction", nil, nil, meant.Transact(t.Context(), writes), rehearsal.Transact(t.Context(), writes))
			a, errA := meant.Get(t.Context(), all[0], true)
			b, errB := rehearsal.Get(t.Context(), all[0], true)
			compare("read", a, b, errA, errB)
		}
		a, errA := meant.BatchGet(t.Context(), all, true)
		b, errB := rehearsal.BatchGet(t.Context(), all, false)
		compare("all", a, b, errA, errB)
		after, err := tried.BatchGet(t.Context(), all, true)
		compare("what is kept", before, after, nil, err)
	}
}
