package bolt_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"afterword/internal/table"
	"afterword/internal/table/bolt"
)

func open(t *testing.T, path string, opts bolt.Options) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func row(n int) table.Key {
	return table.Key{Table: table.Feedback, Partition: "p", Sort: fmt.Sprintf("%06d", n)}
}

func put(t *testing.T, db *bolt.DB, k table.Key, attrs table.Item) {
	t.Helper()
	if _, err := db.Write(t.Context(), table.Write{Kind: table.Put, Key: k, Item: attrs}); err != nil {
		t.Fatal(err)
	}
}

func changes(t *testing.T, db *bolt.DB) []table.Change {
	t.Helper()
	all, err := db.Read(t.Context(), "local", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhatWasWrittenIsThereWhenTheFileIsOpenedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "tables.bolt")
	db := open(t, path, bolt.Options{})
	put(t, db, row(1), table.Item{"n": int64(1)})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, path, bolt.Options{})
	if item, err := db.Get(t.Context(), row(1), true); err != nil || item["n"] != int64(1) {
		t.Errorf("it holds %v, %v", item, err)
	}
	put(t, db, row(2), nil)
	if feed := changes(t, db); len(feed) != 2 || feed[1].Sequence != "000000000000000000002" {
		t.Errorf("the feed is %v", feed)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is open to others: %v, %v", info.Mode(), err)
	}
}

func TestAFileThatIsInUseIsNotOpenedTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tables.bolt")
	open(t, path, bolt.Options{})
	began := time.Now()
	_, err := bolt.Open(path, bolt.Options{})
	if err == nil || !strings.Contains(err.Error(), path+" is in use by another process") {
		t.Errorf("the second one got %v", err)
	}
	if waited := time.Since(began); waited > 10*time.Second {
		t.Errorf("it waited for %v", waited)
	}
}

func TestAFileOfAnotherFormatIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tables.bolt")
	if err := open(t, path, bolt.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	b, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = b.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("0")) })
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Open(path, bolt.Options{}); err == nil || !strings.Contains(err.Error(), `format "0"`) {
		t.Errorf("it is opened with %v", err)
	}
}

func TestATemporaryFileIsRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	db := open(t, "", bolt.Options{})
	put(t, db, row(1), nil)
	if left, _ := os.ReadDir(os.TempDir()); len(left) != 1 {
		t.Fatalf("the temporary file is not where this test looks: %v", left)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) != 0 {
		t.Errorf("it left %v", left)
	}
}

func TestWritingQuicklyAndThenForSure(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "tables.bolt"), bolt.Options{})
	db.SetNoSync(true)
	for n := range 100 {
		put(t, db, row(n), nil)
	}
	db.SetNoSync(false)
	if err := db.Sync(); err != nil {
		t.Fatal(err)
	}
	put(t, db, row(100), nil)
	if n := len(changes(t, db)); n != 101 {
		t.Errorf("%d changes", n)
	}
}

// A process is killed while several of its writers write. What they were told is written must be in the file, with its feed.
func TestWhatWasAnsweredSurvivesAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tables.bolt")
	for round := range 3 {
		writer := exec.Command(os.Args[0], "-test.run=^TestWriterToBeKilled$")
		writer.Env = append(os.Environ(), "AFTERWORD_TEST_FILE="+path, "AFTERWORD_TEST_FROM="+strconv.Itoa(round*100_000))
		out, err := writer.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := writer.Start(); err != nil {
			t.Fatal(err)
		}
		answered := map[string]bool{}
		lines := bufio.NewScanner(out)
		for lines.Scan() && len(answered) < 40 {
			if sort, ok := strings.CutPrefix(lines.Text(), "written "); ok {
				answered[sort] = true
			}
		}
		if err := writer.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it said before it died
			if sort, ok := strings.CutPrefix(lines.Text(), "written "); ok {
				answered[sort] = true
			}
		}
		_ = writer.Wait() // it was killed, which is its error
		checkAnswered(t, path, answered)
	}
}

func checkAnswered(t *testing.T, path string, answered map[string]bool) {
	t.Helper()
	db := open(t, path, bolt.Options{})
	defer db.Close()
	if len(answered) < 40 {
		t.Fatalf("only %d writes were answered", len(answered))
	}
	fed := map[string]bool{}
	for after := ""; ; {
		feed, err := db.Read(t.Context(), "local", after, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(feed) == 0 {
			break
		}
		for _, change := range feed {
			after = change.Sequence
			fed[change.Key.Sort] = true
		}
	}
	for sort := range answered {
		item, err := db.Get(t.Context(), table.Key{Table: table.Feedback, Partition: "p", Sort: sort}, true)
		if err != nil || item == nil || !fed[sort] {
			t.Errorf("the write %s was answered and is lost (%v, %v, in the feed: %t)", sort, item, err, fed[sort])
		}
	}
}

// TestWriterToBeKilled is the process that TestWhatWasAnsweredSurvivesAKill kills. By itself it has nothing to do.
func TestWriterToBeKilled(t *testing.T) {
	path := os.Getenv("AFTERWORD_TEST_FILE")
	if path == "" {
		return
	}
	from, err := strconv.Atoi(os.Getenv("AFTERWORD_TEST_FROM"))
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, path, bolt.Options{})
	failed := make(chan error)
	for w := range 4 {
		go func() {
			for n := from + w; ; n += 4 {
				k := row(n)
				if _, err := db.Write(t.Context(), table.Write{Kind: table.Put, Key: k, Item: table.Item{"n": int64(n)}}); err != nil {
					failed <- err
					return
				}
				fmt.Printf("written %s\n", k.Sort)
			}
		}()
	}
	t.Fatal(<-failed)
}
