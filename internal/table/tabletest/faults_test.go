package tabletest_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

var (
	counter = table.Key{Table: table.Scorebook, Partition: "p", Sort: "counter"}
	row     = table.Key{Table: table.Feedback, Partition: "p", Sort: "row"}
)

func faulty(t *testing.T, chances tabletest.Chances) (*tabletest.Faults, table.Table) {
	tables, _ := tabletest.Bolt.Open(t)
	return tabletest.NewFaults(tables, 1, chances), tables
}

func write(sort string) table.Write {
	return table.Write{
		Kind: table.Put, Key: table.Key{Table: table.Feedback, Partition: "p", Sort: sort}, Item: table.Item{"a": "b"},
		If: table.Absent(table.AttrPartition), Writer: "writer of " + sort,
	}
}

func there(t *testing.T, tables table.Table, key table.Key) bool {
	t.Helper()
	item, err := tables.Get(t.Context(), key, true)
	if err != nil {
		t.Fatal(err)
	}
	return item != nil
}

func TestEachFaultDoesWhatItSays(t *testing.T) {
	for _, c := range []struct {
		kind                  string
		chances               tabletest.Chances
		reads, write, applied bool // whether they go through
		code                  table.Code
	}{
		{"conflict", tabletest.Chances{Conflict: 1}, true, false, false, table.ConflictCode},
		{"throttle", tabletest.Chances{Throttle: 1}, false, false, false, table.ThrottleCode},
		{"transient", tabletest.Chances{Transient: 1}, false, false, false, ""},
		{"resent", tabletest.Chances{Resent: 1}, true, true, true, ""},
		{"lost", tabletest.Chances{Lost: 1}, true, false, true, ""},
	} {
		t.Run(c.kind, func(t *testing.T) {
			faults, tables := faulty(t, c.chances)
			for name, err := range readings(t, faults) {
				if c.reads != (err == nil) || err != nil && !fault.Is(err, fault.Transient) {
					t.Errorf("%s: %v", name, err)
				}
			}
			_, err := faults.Write(t.Context(), write("row"))
			if c.write != (err == nil) || err != nil && !fault.Is(err, fault.Transient) {
				t.Errorf("a write: %v", err)
			}
			if there(t, tables, row) != c.applied {
				t.Errorf("the write was applied: %t", !c.applied)
			}
			err = faults.Transact(t.Context(), []table.Write{
				{Kind: table.Update, Key: counter, Add: map[string]int64{"n": 1}}, write("other"),
			})
			if cancelled, ok := table.AsCancelled(err); ok != (c.code != "") || ok && !cancelled.Retry() {
				t.Errorf("a transaction: %v", err)
			}
			if item, _ := tables.Get(t.Context(), counter, true); (item != nil) != c.applied || c.applied && item["n"] != int64(1) {
				t.Errorf("the transaction left %v", item)
			}
			if faults.Injected()[c.kind] < 2 {
				t.Errorf("it counts %v", faults.Injected())
			}
			faults.SetChances(tabletest.Chances{})
			if _, err := faults.Write(t.Context(), write("a good day")); err != nil {
				t.Errorf("on a good day: %v", err)
			}
		})
	}
}

func readings(t *testing.T, tables table.Table) map[string]error {
	_, get := tables.Get(t.Context(), row, true)
	_, batch := tables.BatchGet(t.Context(), []table.Key{row}, true)
	_, query := tables.Query(t.Context(), table.Query{Table: table.Feedback, Partition: "p"})
	_, scan := tables.Scan(t.Context(), table.Feedback, "", 0, 0, 1)
	return map[string]error{"get": get, "batch get": batch, "query": query, "scan": scan}
}

func TestTheSameSeedFailsTheSameWay(t *testing.T) {
	chances := tabletest.Chances{Conflict: 0.2, Throttle: 0.2, Transient: 0.2, Resent: 0.2, Lost: 0.1}
	run := func() (outcomes []string) {
		faults, _ := faulty(t, chances)
		for i := range 100 {
			_, err := faults.Write(t.Context(), write(fmt.Sprint(i)))
			outcomes = append(outcomes, fmt.Sprint(err))
			err = faults.Transact(t.Context(), []table.Write{write(fmt.Sprint("a", i)), write(fmt.Sprint("b", i))})
			outcomes = append(outcomes, fmt.Sprint(err))
		}
		for _, kind := range []string{"conflict", "throttle", "transient", "resent", "lost"} {
			if faults.Injected()[kind] == 0 {
				t.Errorf("in 200 calls there was no %s", kind)
			}
		}
		return outcomes
	}
	if diff := cmp.Diff(run(), run()); diff != "" {
		t.Error(diff)
	}
}
