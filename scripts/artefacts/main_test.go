package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const tiny = "package main\n\nfunc main() {}\n"

// build compiles a program that does nothing.
func build(t *testing.T, arch string, flags ...string) string {
	t.Helper()
	folder := t.TempDir()
	source, binary := filepath.Join(folder, "main.go"), filepath.Join(folder, "bootstrap")
	if err := os.WriteFile(source, []byte(tiny), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "go", append(append([]string{"build", "-o", binary}, flags...), source)...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=", "GOARCH="+arch)
	if text, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return binary
}

func TestOnlyAStrippedProgramForLambdasProcessorPasses(t *testing.T) {
	if err := runsOnLambda(build(t, "arm64", "-ldflags=-s -w")); err != nil {
		t.Error(err)
	}
	for want, binary := range map[string]string{
		"EM_X86_64": build(t, "amd64", "-ldflags=-s -w"),
		"symbols":   build(t, "arm64"),
	} {
		if err := runsOnLambda(binary); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to tell of %s", err, want)
		}
	}
}

func TestAZipIsNoLargerThanPromised(t *testing.T) {
	for _, row := range []struct {
		name string
		size int64
		fits bool
	}{{"tally", 8_000_000, true}, {"tally", 8_000_001, false}, {"report", 12_000_000, true}, {"report", 12_000_001, false}} {
		if err := fits(row.name, row.size); (err == nil) != row.fits {
			t.Errorf("%s of %d bytes: %v", row.name, row.size, err)
		}
	}
}

func TestAFunctionThatWasNotBuiltIsMissed(t *testing.T) {
	if err := check("../../template.yaml", t.TempDir()); err == nil || !strings.Contains(err.Error(), "Tally") {
		t.Errorf("got %v", err)
	}
}
