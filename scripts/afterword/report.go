package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"afterword/internal/api"
	"afterword/internal/chart"
	"afterword/internal/mail"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/report"
)

// reportOn writes the report of a period into a folder, in the words of the program in force: what is mailed when the period is over.
func reportOn(ctx context.Context, from target, arguments []string, out io.Writer) error {
	name, folder, language, audience := arguments[0], arguments[1], arguments[2], arguments[3]
	if name == "" || folder == "" {
		return fmt.Errorf("say of which period and where to, such as: afterword report --period 2026-Q3 --out report")
	}
	if _, err := period.Parse(name); err != nil {
		return err
	}
	var shown api.Report
	if err := from.call(ctx, http.MethodGet, "/api/reports?"+url.Values{"period": {name}, "audience": {audience}}.Encode(), "", nil, &shown); err != nil {
		return err
	}
	p, err := inForce(ctx, from)
	if err != nil {
		return err
	}
	if language != "" && !slices.Contains(p.Languages, language) {
		return fmt.Errorf("the program has no language %q; expected one of %s", language, strings.Join(p.Languages, ", "))
	}
	r, err := shown.Gathered(p)
	if err != nil {
		return err
	}
	if r.Silent() {
		return fmt.Errorf("there is nothing to report of %s: nobody was asked and nobody answered", name)
	}
	return writeReport(p, r, folder, language, out)
}

func writeReport(p *program.Program, r report.Report, folder, language string, out io.Writer) error {
	if language == "" {
		language = p.Languages[0]
	}
	charts, err := chart.Of(r)
	if err != nil {
		return err
	}
	files, err := mail.Writer{Now: time.Now}.ReportFiles(p, r, language, charts)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, files[name], 0o600); err != nil { // it holds customers' words
			return err
		}
		fmt.Fprintln(out, path)
	}
	if !r.Closed {
		fmt.Fprintf(out, "%s is not over: these are its numbers so far\n", r.Period.Name)
	}
	return nil
}

// inForce reads the program in force.
func inForce(ctx context.Context, from target) (*program.Program, error) {
	var shown api.Program
	if err := from.call(ctx, http.MethodGet, "/api/admin/program", "", nil, &shown); err != nil {
		return nil, fmt.Errorf("the program in force was not to be had: %w", err)
	}
	p, err := program.Parse([]byte(shown.Text))
	if err != nil {
		return nil, err
	}
	p.Version = shown.Version
	return p, nil
}
