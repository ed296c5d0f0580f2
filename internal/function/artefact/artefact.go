// Package artefact is how a function becomes what is deployed, and how much that may weigh: for the checks of the build, the benchmark
// and the tests in this folder, which play the journey through the binaries. No function links it.
package artefact

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Command is `go build` with the flags that scripts/sam deploys with, which stand in scripts/setup/goflags, for Linux on a processor
// (GOARCH). It runs in the root of the checkout.
func Command(ctx context.Context, root, processor string, arguments ...string) (*exec.Cmd, error) {
	flags, err := os.ReadFile(filepath.Join(root, "scripts", "setup", "goflags"))
	if err != nil {
		return nil, fmt.Errorf("read how functions are built: %w", err)
	}
	command := exec.CommandContext(ctx, "go", append([]string{"build"}, arguments...)...)
	command.Dir = root
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+processor, "GOFLAGS="+strings.TrimSpace(string(flags)))
	return command, nil
}

// Largest is the most that a function's zip may have, in bytes. Start-up time grows with the zip; the reports' charts need fonts and a
// plotting library.
func Largest(function string) int64 {
	if function == "report" {
		return 12e6
	}
	return 8e6
}

// Weigh is the size of the zip in which a bootstrap is deployed, in bytes.
func Weigh(bootstrap string) (int64, error) {
	file, err := os.Open(bootstrap)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var size counter
	archive := zip.NewWriter(&size)
	entry, err := archive.Create("bootstrap")
	if err == nil {
		_, err = io.Copy(entry, file)
	}
	return int64(size), errors.Join(err, archive.Close())
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
