// Command artefacts looks at what `sam build` left in .aws-sam/build: that each function of template.yaml is there, built for the processor
// and the system that Lambda runs it on, stripped, and no larger than promised. It prints the sizes.
package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"afterword/internal/function/artefact"
	"afterword/internal/local"
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
		size, err := artefact.Weigh(bootstrap)
		if err == nil {
			fmt.Printf("%-9s zip %5.2f MB\n", f.Name, float64(size)/1e6)
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
			return errors.New("carries its symbols: the flags of scripts/setup/goflags are not set")
		}
	}
	return nil
}

func fits(name string, size int64) error {
	if limit := artefact.Largest(name); size > limit {
		return fmt.Errorf("its zip has %d bytes, %d are promised", size, limit)
	}
	return nil
}
