// Command artefacts looks at what `sam build` left in .aws-sam/build: that each function of template.yaml is there, built for the processor
// and the system that Lambda runs it on, stripped, and no larger than promised. It prints the sizes.
package main

import (
	"archive/zip"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"afterword/internal/local"
)

// Largest zips, in bytes. Start-up time grows with the zip; the reports' charts need fonts and a plotting library.
const (
	largest       = 8 << 20
	largestReport = 12 << 20
)

func main() {
	if err := check("template.yaml", filepath.Join(".aws-sam", "build")); err != nil {
		fmt.Fprintln(os.Stderr, "artefacts:", err)
		os.Exit(1)
	}
}

func check(template, built string) error {
	t, err := local.ReadTemplate(template)
	if err != nil {
		return err
	}
	var failures []error
	for _, f := range t.Functions {
		bootstrap := filepath.Join(built, f.Resource, "bootstrap")
		size, err := weigh(bootstrap)
		if err == nil {
			fmt.Printf("%-9s zip %5.2f MB\n", f.Name, float64(size)/(1<<20))
			err = errors.Join(runsOnLambda(bootstrap), fits(f.Name, size))
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", bootstrap, err))
		}
	}
	return errors.Join(failures...)
}

// runsOnLambda tells whether a file is a static, stripped program for 64-bit ARM.
func runsOnLambda(path string) error {
	file, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if file.Machine != elf.EM_AARCH64 {
		return fmt.Errorf("is for %s", file.Machine)
	}
	for _, program := range file.Progs {
		if program.Type == elf.PT_INTERP {
			return errors.New("is linked to libraries of the machine that built it: CGO_ENABLED=0 is not set")
		}
	}
	for _, section := range file.Sections {
		if section.Type == elf.SHT_SYMTAB {
			return errors.New("carries its symbols: GOFLAGS of scripts/sam are not set")
		}
	}
	return nil
}

// weigh is the size of the zip in which a bootstrap is deployed, in bytes.
func weigh(path string) (int64, error) {
	file, err := os.Open(path)
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

func fits(name string, size int64) error {
	limit := int64(largest)
	if name == "report" {
		limit = largestReport
	}
	if size > limit {
		return fmt.Errorf("its zip has %d bytes, %d are promised", size, limit)
	}
	return nil
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
