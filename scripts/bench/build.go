package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"afterword/internal/function/artefact"
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
	arguments := []string{"-o", into + string(filepath.Separator)}
	if overlay != "" {
		arguments = append(arguments, "-overlay", overlay)
	}
	command, err := artefact.Command(ctx, c.root, arch, append(arguments, packages...)...)
	if err != nil {
		return err
	}
	command.Stderr = os.Stderr
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
			size, err := artefact.Weigh(filepath.Join(folder, f.Name))
			if err != nil {
				return err
			}
			s.counted(float64(size)/1e6, float64(artefact.Largest(f.Name))/1e6, "%s: MB", f.Name)
		}
		return nil
	})
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
