package bolt_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/table"
	"afterword/internal/table/bolt"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 500, time.UTC)

func TestChangesAreStampedToTheSecond(t *testing.T) {
	db := open(t, "", bolt.Options{Now: func() time.Time { return noon }})
	put(t, db, row(1), nil)
	if got := changes(t, db)[0].At; !got.Equal(noon.Truncate(time.Second)) {
		t.Errorf("it is stamped %v", got)
	}
}

func TestItemsGoWhenTheirTimeIsOver(t *testing.T) {
	db := open(t, "", bolt.Options{})
	soon, later := noon.Add(time.Minute).Unix(), noon.Add(time.Hour).Unix()
	put(t, db, row(1), table.Item{table.AttrExpires: soon, table.Agenda.Partition: "A", table.Agenda.Sort: "s"})
	put(t, db, row(2), table.Item{table.AttrExpires: later})
	put(t, db, row(3), nil)
	put(t, db, row(4), table.Item{table.AttrExpires: soon})
	put(t, db, row(4), table.Item{table.AttrExpires: later}) // put off
	put(t, db, row(5), table.Item{table.AttrExpires: soon})
	put(t, db, row(5), nil) // kept after all
	put(t, db, table.Key{Table: table.Scorebook, Partition: "p", Sort: "s"}, table.Item{table.AttrExpires: soon})
	before := len(changes(t, db))
	expire := func(now time.Time, want int) {
		t.Helper()
		if n, err := db.Expire(now); err != nil || n != want {
			t.Errorf("%d items went (%v), wanted %d", n, err, want)
		}
	}
	expire(time.Unix(soon-1, 0), 0)
	expire(time.Unix(soon, 0), 2)
	expire(time.Unix(soon, 0), 0)
	feed := changes(t, db)[before:]
	if len(feed) != 1 || !feed[0].Expired || feed[0].Key != row(1) || feed[0].New != nil || feed[0].Old[table.AttrExpires] != soon {
		t.Errorf("the feed says %+v", feed)
	}
	page, err := db.Query(t.Context(), table.Query{Table: table.Feedback, Partition: "p"})
	if err != nil || len(page.Items) != 4 {
		t.Errorf("%d items are left, %v", len(page.Items), err)
	}
	entries, err := db.Query(t.Context(), table.Query{Table: table.Feedback, Partition: "A", Index: &table.Agenda})
	if err != nil || len(entries.Items) != 0 {
		t.Errorf("the index still has %v, %v", entries.Items, err)
	}
	expire(noon.AddDate(1, 0, 0), 2)
	if last := changes(t, db); !last[len(last)-1].Expired {
		t.Error("the last change is not marked")
	}
}

func TestManyItemsExpireAtOnce(t *testing.T) {
	db := open(t, "", bolt.Options{})
	for n := range 1203 {
		put(t, db, row(n), table.Item{table.AttrExpires: int64(n)})
	}
	if n, err := db.Expire(time.Unix(1200, 0)); err != nil || n != 1201 {
		t.Errorf("%d items went, %v", n, err)
	}
}

func TestTheFeedForgetsWhatIsTrimmed(t *testing.T) {
	db := open(t, "", bolt.Options{})
	for n := range 5 {
		put(t, db, row(n), nil)
	}
	all := changes(t, db)
	if err := db.Trim(all[2].Sequence); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all[3:], changes(t, db)); diff != "" {
		t.Error(diff)
	}
	rest, err := db.Read(t.Context(), "local", all[0].Sequence, 10)
	if err != nil || len(rest) != 2 {
		t.Errorf("after a trimmed change come %v, %v", rest, err)
	}
	put(t, db, row(9), nil)
	if last := changes(t, db); last[len(last)-1].Sequence != "000000000000000000006" {
		t.Errorf("sequence numbers begin again: %v", last)
	}
}

func TestWhatIsNoPlaceInTheFeedIsRefused(t *testing.T) {
	db := open(t, "", bolt.Options{})
	_, err := db.Read(t.Context(), "other", "", 1)
	for name, err := range map[string]error{"another shard": err, "no sequence": db.Trim(""), "no digits": db.Trim("00000000000000000000x")} {
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s gives %v", name, err)
		}
	}
}
