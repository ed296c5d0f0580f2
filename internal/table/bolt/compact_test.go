package bolt_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"go.etcd.io/bbolt"

	"afterword/internal/table"
	"afterword/internal/table/bolt"
)

func TestACompactedFileHoldsNothingThatWasOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tables.bolt")
	db := open(t, path, bolt.Options{})
	const secret = "maria@customer.example"
	for n := range 300 {
		put(t, db, row(n), table.Item{"address": fmt.Sprint(secret, n)})
	}
	for n := range 300 {
		put(t, db, row(n), table.Item{"erased": true})
	}
	all := changes(t, db)
	last := all[len(all)-1].Sequence
	if err := db.Trim(last); err != nil {
		t.Fatal(err)
	}
	holds := func() bool {
		t.Helper()
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(raw, []byte(secret))
	}
	if !holds() {
		t.Fatal("the file has forgotten by itself: this test shows nothing")
	}
	if err := db.Compact(); err != nil {
		t.Fatal(err)
	}
	if holds() {
		t.Error("the file still holds it")
	}
	put(t, db, row(300), nil)
	if feed := changes(t, db); len(feed) != 1 || table.CompareSequences(feed[0].Sequence, last) <= 0 {
		t.Errorf("the feed goes on with %v after %s", feed, last)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if item, err := open(t, path, bolt.Options{}).Get(t.Context(), row(299), true); err != nil || item["erased"] != true {
		t.Errorf("opened again it holds %v, %v", item, err)
	}
	if left, err := filepath.Glob(path + ".*"); err != nil || len(left) > 0 {
		t.Errorf("beside it: %v, %v", left, err)
	}
}

func TestReadersAndWritersGoOnWhileTheFileIsCompacted(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "tables.bolt"), bolt.Options{NoSync: true})
	var group sync.WaitGroup
	const each = 100
	for w := range 4 {
		group.Go(func() {
			for n := range each {
				k := row(w*each + n)
				if _, err := db.Write(t.Context(), table.Write{Kind: table.Put, Key: k, Item: table.Item{"n": int64(n)}}); err != nil {
					t.Error(err)
				}
				if item, err := db.Get(t.Context(), k, true); err != nil || item == nil {
					t.Errorf("what was just written: %v, %v", item, err)
				}
			}
		})
	}
	for range 10 {
		if err := db.Compact(); err != nil {
			t.Error(err)
		}
	}
	group.Wait()
	if n := len(changes(t, db)); n != 4*each {
		t.Errorf("%d changes in the feed, want %d", n, 4*each)
	}
}

func TestAFileOfBeforeGetsTheIndexesThatItLacks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tables.bolt")
	db := open(t, path, bolt.Options{})
	put(t, db, row(1), table.Item{table.Also.Partition: "c", table.Also.Sort: "2026"})
	put(t, db, row(2), table.Item{table.Also.Partition: "c"})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("Feedback/" + table.Also.Name)) }); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	page, err := open(t, path, bolt.Options{}).Query(t.Context(), table.Query{Table: table.Feedback, Index: &table.Also, Partition: "c"})
	if err != nil || len(page.Items) != 1 || page.Items[0].Key(table.Feedback) != row(1) {
		t.Errorf("the index holds %v, %v", page.Items, err)
	}
}
