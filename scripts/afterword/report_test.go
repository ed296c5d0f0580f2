package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"afterword/internal/local"
)

// shop is a system with a quarter of history, and its clock at the end of November.
func shop(t *testing.T) string {
	t.Helper()
	s, err := local.Open(t.Context(), local.Options{Now: time.Date(2026, time.November, 30, 12, 0, 0, 0, time.UTC), Seed: true, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.URL
}

func TestAReportIsWrittenIntoAFolder(t *testing.T) {
	url, folder := shop(t), filepath.Join(t.TempDir(), "report")
	out, err := run(t, url, "report", "--period", "2026-10", "--out", folder, "--language", "sv")
	if err != nil || strings.Contains(out, "so far") {
		t.Fatalf("%q, %v", out, err)
	}
	for name, holds := range map[string]string{
		"report.html": "purchase-trend.png", "report.txt": "2026", "report.csv": "purchase", "purchase-trend.png": "PNG", "purchase-distribution.png": "PNG",
	} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !strings.Contains(string(text), holds) || !strings.Contains(out, name) {
			t.Errorf("%s: %v, %.200s", name, err, text)
		}
	}
	if page, err := os.ReadFile(filepath.Join(folder, "report.html")); err != nil || !strings.Contains(string(page), `lang="sv"`) {
		t.Errorf("it is not in Swedish: %.200s, %v", page, err)
	}
	if out, err := run(t, url, "report", "--period", "2026-Q4", "--out", folder); err != nil || !slices.Contains(strings.Split(out, "\n"), "2026-Q4 is not over: these are its numbers so far") {
		t.Errorf("of a quarter that is not over: %q, %v", out, err)
	}
}

func TestAReportThatCannotBeWrittenIsRefusedPlainly(t *testing.T) {
	url, folder := system(t), t.TempDir()
	next := time.Now().AddDate(2, 0, 0).Format("2006")
	for _, row := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"report"}, "say of which period"},
		{[]string{"report", "--period", "2026-Q3"}, "--out"},
		{[]string{"report", "--period", "2026-Q5", "--out", folder}, `"2026-Q5" is not a period; expected such as 2026-11`},
		{[]string{"report", "--period", next, "--out", folder}, "still to come"},
		{[]string{"report", "--period", "2020-01", "--out", folder}, "nothing to report of 2020-01"},
		{[]string{"report", "--period", "2020-01", "--out", folder, "--language", "xx"}, "no language"},
		{[]string{"scores", "2026-Q4", "--out", folder}, "scores takes no --out"},
	} {
		if _, err := run(t, url, row.arguments...); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v: %v, want %q", row.arguments, err, row.want)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}
