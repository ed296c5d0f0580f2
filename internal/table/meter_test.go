package table_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/table"
)

// What a unit costs is in the contract suite, on both engines.
func TestAMeterShowsWhatWasUsedBetweenTwoLooks(t *testing.T) {
	m := &table.Meter{}
	m.Called(table.GetOperation)
	m.Read(1, false)
	before := m.Snapshot()
	m.Called(table.PutOperation)
	m.Wrote(table.Scorebook, nil, table.Item{"a": "b"}, true)
	m.Read(4097, false)
	want := table.Use{ReadUnits: 1, WriteUnits: 2, Calls: map[table.Operation]int64{table.PutOperation: 1}}
	if diff := cmp.Diff(want, m.Snapshot().Sub(before)); diff != "" {
		t.Errorf("(- wanted, + is):\n%s", diff)
	}
}

func TestNoMeterCountsNothing(t *testing.T) {
	var m *table.Meter
	m.Called(table.GetOperation)
	m.Read(1, true)
	m.Wrote(table.Feedback, nil, nil, false)
	m.Refused(table.Write{}, nil, false)
	if diff := cmp.Diff(table.Use{}, m.Snapshot()); diff != "" {
		t.Error(diff)
	}
}
