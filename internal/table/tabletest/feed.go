package tabletest

import (
	"context"
	"maps"
	"testing"
	"time"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// theEnd is the sort key of an item that tells the reader of the feed that everything before has come.
const theEnd = "\U0010FFFF the end"

// recorded reads the feed on from where it came last, until all changes of a partition made so far have come, and returns them.
func (s suite) recorded(t *testing.T, partition string) (changes []table.Change) {
	t.Helper()
	marker := table.Key{Table: table.Feedback, Partition: partition, Sort: theEnd}
	s.put(t, marker, nil)
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	at := s.at
	for {
		shards, err := s.feed.Shards(ctx)
		if err != nil {
			t.Fatalf("shards: %v", err)
		}
		for _, shard := range shards {
			records, err := s.feed.Read(ctx, shard, at[shard], 100)
			if err != nil {
				t.Fatalf("read the feed: %v", err)
			}
			for _, change := range records {
				if at[shard] != "" && table.CompareSequences(at[shard], change.Sequence) >= 0 {
					t.Errorf("the sequence goes from %s to %s", at[shard], change.Sequence)
				}
				at[shard] = change.Sequence
				if change.Key == marker {
					return changes
				}
				if change.Key.Partition == partition {
					changes = append(changes, change)
				}
			}
		}
	}
}

func (s suite) changes(t *testing.T) {
	// expect compares what the feed says with old and new images, in the order in which they were made.
	expect := func(t *testing.T, want ...table.Change) {
		t.Helper()
		got := s.recorded(t, t.Name())
		for i := range got {
			if age := time.Since(got[i].At); age < -time.Minute || age > 10*time.Minute || got[i].At.Location() != time.UTC {
				t.Errorf("a change is stamped %v", got[i].At)
			}
			got[i].Sequence, got[i].At = "", time.Time{}
		}
		same(t, "the feed", got, want)
	}
	t.Run("each change of an item, in its order, with what was and what is", func(t *testing.T) {
		k := key(t, "1")
		first := table.Item{"n": int64(1), "set": table.Set{"a"}, "deep": map[string]any{"x": []any{nil, true, 2.5, []byte("b")}}}
		s.put(t, k, first)
		s.write(t, table.Write{Kind: table.Update, Key: k, Set: table.Item{"deep": ""}, AddTo: map[string]table.Set{"set": {"b"}}})
		s.write(t, table.Write{Kind: table.Delete, Key: k})
		second := table.Item{"n": int64(1), "set": table.Set{"a", "b"}, "deep": ""}
		expect(t,
			table.Change{Key: k, New: with(k, first)},
			table.Change{Key: k, Old: with(k, first), New: with(k, second)},
			table.Change{Key: k, Old: with(k, second)})
	})
	t.Run("a write that changes nothing makes none", func(t *testing.T) {
		k := key(t, "1")
		item := table.Item{"n": int64(1), "f": 2.5, "set": table.Set{"a", "b"}, "map": map[string]any{"x": "y", "z": []any{}},
			table.Agenda.Partition: t.Name(), table.Agenda.Sort: "2026", table.AttrExpires: int64(4e9)}
		kept := maps.Clone(item)
		kept[table.AttrWriter] = "w"
		s.write(t, table.Write{Kind: table.Put, Key: k, Item: item, Writer: "w"})
		for range 2 {
			s.write(t, table.Write{Kind: table.Put, Key: k, Item: item, Writer: "w"})
			s.transact(t, table.Write{Kind: table.Put, Key: k, Item: item, Writer: "w"})
			s.write(t, table.Write{Kind: table.Update, Key: k, Set: table.Item{"n": int64(1)}, Remove: []string{"never there"}})
			s.write(t, table.Write{Kind: table.Update, Key: k, AddTo: map[string]table.Set{"set": {"b"}}})
			s.transact(t, table.Write{Kind: table.Update, Key: k, Add: map[string]int64{"n": 0}})
			s.transact(t, table.Write{Kind: table.Check, Key: k, If: table.Present("n")})
			s.write(t, table.Write{Kind: table.Delete, Key: key(t, "nowhere")})
			_, err := s.Write(t.Context(), table.Write{Kind: table.Delete, Key: k, If: table.Absent("n")})
			refused(t, err, with(k, kept))
		}
		expect(t, table.Change{Key: k, New: with(k, kept)})
	})
	t.Run("all changes of a transaction come, and none of a cancelled one", func(t *testing.T) {
		s.transact(t,
			table.Write{Kind: table.Put, Key: key(t, "1"), Item: table.Item{"a": int64(1)}},
			table.Write{Kind: table.Put, Key: in(t, table.Scorebook, "1"), Item: table.Item{"a": int64(1)}})
		err := s.Transact(t.Context(), []table.Write{
			{Kind: table.Put, Key: key(t, "2")},
			{Kind: table.Check, Key: key(t, "3"), If: table.Present("a")}})
		if _, ok := table.AsCancelled(err); !ok {
			t.Fatalf("the error is %v, wanted a cancelled transaction", err)
		}
		expect(t, table.Change{Key: key(t, "1"), New: with(key(t, "1"), table.Item{"a": int64(1)})})
	})
	t.Run("reading goes on after any change", func(t *testing.T) {
		for i := range 20 {
			s.put(t, key(t, serial(i)), nil)
		}
		want := s.recorded(t, t.Name())
		got := s.readAgain(t, t.Name())
		same(t, "the feed, read again in small parts", got, want)
		if len(got) != 20 {
			t.Errorf("%d changes, wanted 20", len(got))
		}
	})
	t.Run("no less than one change is read", func(t *testing.T) {
		shards, err := s.feed.Shards(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.feed.Read(t.Context(), shards[0], "", 0)
		isFault(t, err, fault.Invalid)
	})
}

// readAgain reads the whole feed from the beginning, a few changes at a time, and returns those of a partition but for the marker.
func (s suite) readAgain(t *testing.T, partition string) (changes []table.Change) {
	t.Helper()
	shards, err := s.feed.Shards(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, shard := range shards {
		for at := ""; ; {
			records, err := s.feed.Read(t.Context(), shard, at, 23)
			if err != nil {
				t.Fatal(err)
			}
			if len(records) == 0 {
				break
			}
			if len(records) > 23 {
				t.Fatalf("%d changes, at most 23 were asked for", len(records))
			}
			for _, change := range records {
				at = change.Sequence
				if change.Key.Partition == partition && change.Key.Sort != theEnd {
					changes = append(changes, change)
				}
			}
		}
	}
	return changes
}
