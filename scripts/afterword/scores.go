package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"
)

// score is what the API answers, as far as the table shows it.
type score struct {
	Touchpoint, Metric, Scale, Note string
	N                               int64
	Value                           *float64
	Interval                        *[2]float64
	Rate                            *float64 `json:"response_rate"`
	Unconfirmed                     int64
	Change                          *struct {
		From, Verdict string
		Delta         *float64
	}
}

// scores prints the scores of a period.
func scores(ctx context.Context, from target, arguments []string, out io.Writer) error {
	query := url.Values{"period": {arguments[0]}}
	read := func() ([]score, error) {
		var page struct{ Items []score }
		err := from.call(ctx, http.MethodGet, "/api/scores?"+query.Encode(), "", nil, &page)
		return page.Items, err
	}
	if len(arguments) > 1 {
		query.Set("touchpoint", arguments[1])
		read = func() ([]score, error) {
			var one score
			err := from.call(ctx, http.MethodGet, "/api/scores?"+query.Encode(), "", nil, &one)
			return []score{one}, err
		}
	}
	found, err := read()
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TOUCHPOINT\tMETRIC\tSCORE\t95 % INTERVAL\tANSWERS\tRESPONSE RATE\tCLICKS NOT COUNTED\tCHANGE")
	for _, s := range found {
		fmt.Fprintf(table, "%s\t%s %s\t%s\t%s\t%d\t%s\t%d\t%s\n", s.Touchpoint, s.Metric, s.Scale, s.value(), s.interval(), s.N, s.rate(), s.Unconfirmed, s.change())
	}
	return table.Flush()
}

func (s score) value() string {
	if s.Value == nil {
		return s.Note
	}
	return fmt.Sprint(*s.Value)
}

func (s score) interval() string {
	if s.Interval == nil {
		return ""
	}
	return fmt.Sprintf("%v to %v", s.Interval[0], s.Interval[1])
}

func (s score) rate() string {
	if s.Rate == nil {
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100**s.Rate)
}

func (s score) change() string {
	if s.Change == nil || s.Change.Delta == nil {
		return ""
	}
	return fmt.Sprintf("%+v since %s: %s", *s.Change.Delta, s.Change.From, s.Change.Verdict)
}
