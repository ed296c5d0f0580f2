package main

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"afterword/internal/local"
)

// checkout is what the functions are built from.
type checkout struct {
	root      string
	functions []local.Function
}

func openCheckout() (*checkout, error) {
	path, err := local.FindTemplate(".")
	if err != nil {
		return nil, err
	}
	template, err := local.ReadTemplate(path)
	if err != nil {
		return nil, err
	}
	return &checkout{root: filepath.Dir(path), functions: template.Functions}, nil
}

// build builds packages as they are deployed, for a processor, into a folder: each binary is named for its own folder. overlay is a
// file of cmd/go's -overlay; "" builds what is there.
func (c *checkout) build(ctx context.Context, arch, overlay, into string, packages ...string) error {
	arguments := []string{"build", "-tags", "lambda.norpc", "-trimpath", "-ldflags=-s -w -buildid=", "-o", into + string(filepath.Separator)}
	if overlay != "" {
		arguments = append(arguments, "-overlay", overlay)
	}
	command := exec.CommandContext(ctx, "go", append(arguments, packages...)...)
	command.Dir, command.Stderr = c.root, os.Stderr
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if err := command.Run(); err != nil {
		return fmt.Errorf("go build for %s: %w", arch, err)
	}
	return nil
}

func (c *checkout) packages() (all []string) {
	for _, f := range c.functions {
		all = append(all, "./functions/"+f.Name)
	}
	return all
}

// warming is the line by which a main makes its first calls in init.
const warming = "\tparts.Warm(ctx)\n"

// withoutWarmth writes an overlay in which no main makes its first calls in init.
func (c *checkout) withoutWarmth(folder string) (overlay string, err error) {
	replace := map[string]string{}
	for _, f := range c.functions {
		path := filepath.Join(c.root, "functions", f.Name, "main.go")
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		cold := strings.Replace(string(text), warming, "", 1)
		if !strings.Contains(cold, "ctx.") && !strings.Contains(cold, "(ctx") {
			cold = strings.Replace(cold, "ctx :=", "_ =", 1)
		}
		replace[path] = filepath.Join(folder, f.Name+".go")
		if err := os.WriteFile(replace[path], []byte(cold), 0o600); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(folder, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// inFolder works in a folder of its own.
func inFolder(work func(folder string) error) error {
	folder, err := os.MkdirTemp("", "afterword-bench-")
	if err != nil {
		return err
	}
	return errors.Join(work(folder), os.RemoveAll(folder))
}

// The most that a function may weigh. Report draws, so that it brings fonts.
const mostMegabytes, mostMegabytesOfReport = 8, 12

func zipSizes(ctx context.Context, s *sheet) error {
	c, err := openCheckout()
	if err != nil {
		return err
	}
	return inFolder(func(folder string) error {
		if err := c.build(ctx, "arm64", "", folder, c.packages()...); err != nil {
			return err
		}
		for _, f := range c.functions {
			size, err := zipped(filepath.Join(folder, f.Name))
			if err != nil {
				return err
			}
			most := float64(mostMegabytes)
			if f.Name == "report" {
				most = mostMegabytesOfReport
			}
			s.counted(float64(size)/1e6, most, "%s: MB", f.Name)
		}
		return nil
	})
}

// zipped is how many bytes a binary has in a zip.
func zipped(path string) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var size counter
	archive := zip.NewWriter(&size)
	entry, err := archive.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(entry, file); err != nil {
		return 0, err
	}
	return int64(size), archive.Close()
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// builtTwice builds functions for this machine as they are, and the bare program beside them; and again without their first calls
// in init. It returns both folders.
func (c *checkout) builtTwice(ctx context.Context, folder string, functions ...string) (warm, cold string, err error) {
	warm, cold = filepath.Join(folder, "warm"), filepath.Join(folder, "cold")
	overlay, err := c.withoutWarmth(folder)
	if err != nil {
		return "", "", err
	}
	if err := c.build(ctx, runtime.GOARCH, "", warm, append(functions, "./scripts/bench/bare")...); err != nil {
		return "", "", err
	}
	return warm, cold, c.build(ctx, runtime.GOARCH, overlay, cold, functions...)
}
