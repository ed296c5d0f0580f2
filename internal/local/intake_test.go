package local_test

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/local"
	"afterword/internal/program"
	"afterword/internal/table"
)

// A sender waits for each call, and each is paid for with every visit. A visit that is to be asked for is one write.
func TestAVisitOfEachSourceTakesOneStrongReadAndOneTransaction(t *testing.T) {
	files, err := filepath.Glob("../../events/intake/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var meter table.Meter
	s := start(t, local.Options{Meter: &meter})
	defer finish(t, s)
	handler := s.Handler()
	// The customer and the subject, strongly: weakly they would be one unit.
	whole := table.Use{ReadUnits: 2, WriteUnits: 6, Calls: map[table.Operation]int64{table.BatchGetOperation: 1, table.TransactOperation: 1}}
	measured := map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		request, source := sampled(t, s, name)
		before := meter.Snapshot()
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		used := meter.Snapshot().Sub(before)
		switch answer := strings.TrimSpace(recorder.Body.String()); answer {
		case `{"decision":"planned"}`:
			if diff := cmp.Diff(whole, used); diff != "" {
				t.Errorf("%s (-want +got): %s", name, diff)
			}
		case `{"decision":"to-be-fetched"}`:
			if used.ReadUnits > 0 || len(used.Calls) != 1 {
				t.Errorf("%s: %+v", name, used)
			}
		default: // nothing that anybody is asked about
			continue
		}
		measured[source] = true
	}
	if sources := slices.Sorted(maps.Keys(program.Default().Sources)); !slices.Equal(slices.Sorted(maps.Keys(measured)), sources) {
		t.Errorf("measured are visits of %s, want %s", slices.Sorted(maps.Keys(measured)), sources)
	}
}

// sampled is the delivery of a sample as if it happened now, about a customer and a subject of its own.
func sampled(t *testing.T, s *local.System, name string) (*http.Request, string) {
	t.Helper()
	of, err := readSample(name)
	if err != nil {
		t.Fatal(err)
	}
	header, body, err := of.now(strings.ReplaceAll(of.body, "@customer.example", "."+name+"@customer.example"), s.Now())
	if err != nil {
		t.Fatal(name, err)
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/"+of.source.Name, bytes.NewReader(body))
	request.Header = header
	return request, of.source.Name
}
