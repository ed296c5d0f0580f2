package local_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/local"
	"afterword/internal/program"
	"afterword/internal/table"
)

// A sender waits for each call, and each is paid for with every visit.
func TestAVisitOfEachSourceTakesOneStrongReadAndOneTransaction(t *testing.T) {
	files, err := filepath.Glob("../../events/intake/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var meter table.Meter
	s := start(t, local.Options{Meter: &meter})
	defer finish(t, s)
	// The customer and the subject, strongly: weakly they would be one unit.
	want := table.Use{ReadUnits: 2, WriteUnits: 6, Calls: map[table.Operation]int64{table.BatchGetOperation: 1, table.TransactOperation: 1}}
	var measured []string
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		before := meter.Snapshot()
		answer, err := s.FireSample(t.Context(), name)
		if fault.Is(err, fault.NotFound) { // the program has no such source, or the tour no such sample
			continue
		}
		if err != nil || !strings.Contains(answer, `"planned"`) {
			t.Errorf("%s: %s, %v", name, answer, err)
		}
		if diff := cmp.Diff(want, meter.Snapshot().Sub(before)); diff != "" {
			t.Errorf("%s (-want +got): %s", name, diff)
		}
		source, _, _ := strings.Cut(name, "-")
		measured = append(measured, source)
	}
	if sources := slices.Sorted(maps.Keys(program.Default().Sources)); !slices.Equal(slices.Compact(measured), sources) {
		t.Errorf("measured are visits of %s, want %s", measured, sources)
	}
}
