package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"afterword/internal/i18n"
	"afterword/internal/program"
	"afterword/internal/webhook"
)

// check reads a program as the system would. What is wrong goes out a line each, in the form that editors jump to.
func check(_ context.Context, _ target, arguments []string, out io.Writer) error {
	_, p, err := readProgram(arguments[0])
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is good: %d touchpoints, %d surveys, %d desks, %d sources\n", arguments[0], len(p.Touchpoints), len(p.Surveys), len(p.Desks), len(p.Sources))
	return nil
}

// readProgram reads a program that can be applied, and its text.
func readProgram(file string) ([]byte, *program.Program, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	p, err := program.Parse(text)
	if err == nil {
		err = p.SpokenIn(i18n.Shipped().Languages())
	}
	if err == nil {
		if wrong := webhook.Problems(p); len(wrong) > 0 {
			err = wrong
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s is not a program that can be applied:\n%w", file, err)
	}
	return text, p, nil
}

// apply makes a program the one in force.
func apply(ctx context.Context, to target, arguments []string, out io.Writer) error {
	text, _, err := readProgram(arguments[0])
	if err != nil {
		return err
	}
	var answer struct{ Version int }
	if err := to.call(ctx, http.MethodPost, "/api/admin/apply", "application/yaml", text, &answer); err != nil {
		return fmt.Errorf("%s was not applied, nothing changed: %w", arguments[0], err)
	}
	fmt.Fprintf(out, "version %d is in force within a minute\n", answer.Version)
	return nil
}

// audit counts everything again.
func audit(ctx context.Context, to target, _ []string, out io.Writer) error {
	var found struct{ Lagging, Drifted, Healed int }
	if err := to.call(ctx, http.MethodPost, "/api/admin/audit", "application/json", nil, &found); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d responses lagging, %d counts differing, %d healed\n", found.Lagging, found.Drifted, found.Healed)
	if found.Drifted > 0 {
		return fmt.Errorf("counts differed from the responses: see the audit's log")
	}
	return nil
}
