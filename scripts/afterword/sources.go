package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"afterword/internal/api"
)

// sources prints what each source reports: the events that mean something by the program, and those that made no visit.
func sources(ctx context.Context, of target, arguments []string, out io.Writer) error {
	var all api.Sources
	if err := of.call(ctx, http.MethodGet, "/api/sources?"+url.Values{"days": arguments[:1]}.Encode(), "", nil, &all); err != nil {
		return err
	}
	fmt.Fprintf(out, "made no visit: from %s to %s\n\n", all.From, all.To)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SOURCE\tKIND\tEVENT\tMEANS\tMADE NO VISIT\tLAST")
	for _, s := range all.Items {
		for _, row := range rowsOf(s) {
			fmt.Fprintf(table, "%s\t%s\t%s\n", s.Name, s.Kind, strings.Join(row, "\t"))
		}
	}
	return table.Flush()
}

// rowsOf are the rows of a source, without its name and kind: events by what they mean, then those that mean nothing.
func rowsOf(s api.Source) (rows [][]string) {
	rest := slices.Clone(s.Skipped)
	for _, event := range s.Events {
		row, skipped := []string{event.Event, strings.Join(event.Touchpoints, ", "), "-", "-"}, []string(nil)
		var last time.Time
		rest = slices.DeleteFunc(rest, func(skip api.Skip) bool {
			of := strings.EqualFold(skip.Event, event.Event)
			if of {
				skipped = append(skipped, times(skip))
				last = later(last, skip.LastAt)
			}
			return of
		})
		if skipped != nil {
			row[2], row[3] = strings.Join(skipped, ", "), last.Format(time.RFC3339)
		}
		rows = append(rows, row)
	}
	for _, skip := range rest {
		rows = append(rows, []string{or(skip.Event, "(no name)"), "-", times(skip), skip.LastAt.Format(time.RFC3339)})
	}
	if rows == nil {
		rows = [][]string{{"-", "-", "-", "-"}}
	}
	return rows
}

func times(s api.Skip) string { return fmt.Sprintf("%d %s", s.Count, s.Reason) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
