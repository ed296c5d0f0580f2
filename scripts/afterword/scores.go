package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"

	"afterword/internal/api"
)

// scores prints the scores of a period.
func scores(ctx context.Context, from target, arguments []string, out io.Writer) error {
	query := url.Values{"period": {arguments[0]}}
	read := func() ([]api.Score, error) {
		var page struct{ Items []api.Score }
		err := from.call(ctx, http.MethodGet, "/api/scores?"+query.Encode(), "", nil, &page)
		return page.Items, err
	}
	if len(arguments) > 1 {
		query.Set("touchpoint", arguments[1])
		read = func() ([]api.Score, error) {
			var one api.Score
			err := from.call(ctx, http.MethodGet, "/api/scores?"+query.Encode(), "", nil, &one)
			return []api.Score{one}, err
		}
	}
	found, err := read()
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TOUCHPOINT\tMETRIC\tSCORE\t95 % INTERVAL\tANSWERS\tRESPONSE RATE\tCHANGE")
	for _, s := range found {
		l := s.Line()
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Touchpoint, l.Metric, l.Value, l.Interval, l.Answers, l.Rate, l.Change)
	}
	return table.Flush()
}
