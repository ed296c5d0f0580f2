package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"text/tabwriter"
	"time"
)

// outcome is what became of a row.
type outcome struct {
	what    string // the decision, or the result
	why     string
	refused string // why it was not taken; "": it was
}

// refusedSum is what refused rows are added up under.
const refusedSum = "refused"

func (o outcome) sum() string {
	if o.refused != "" {
		return refusedSum
	}
	return o.what
}

// How long troubles that pass are met: at first, at most between two attempts, and in all.
const (
	firstWait = time.Second
	longWait  = 30 * time.Second
	patience  = 10 * time.Minute
)

// deliver sends the rows until each has its outcome, in their order.
func (i *importing) deliver(ctx context.Context, batch []row, dry bool) ([]outcome, error) {
	outcomes := make([]outcome, len(batch))
	var open []int
	for n, w := range batch {
		if outcomes[n].refused = w.refused; w.refused == "" {
			open = append(open, n)
		}
	}
	waited := time.Duration(0)
	for wait := firstWait; len(open) > 0; wait = min(2*wait, longWait) {
		left, err := i.attempt(ctx, batch, open, outcomes, dry)
		passes, asked := passing(err)
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err != nil && !passes:
			return nil, err
		case err == nil && len(left) < len(open):
			wait = firstWait // it goes on
		}
		if open = left; len(open) == 0 {
			break
		}
		pause := max(wait, asked)
		if waited += pause; waited > patience {
			return nil, fmt.Errorf("it does not pass: %w", trouble(err))
		}
		fmt.Fprintf(i.said, "%v; trying again in %s\n", trouble(err), pause)
		if err := i.wait(ctx, pause); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

var errBusy = errors.New("the system was too busy for some rows")

func trouble(err error) error {
	if err == nil {
		return errBusy
	}
	return err
}

// passing tells whether an error may be gone the next time, and how long the system asks to wait.
func passing(err error) (passes bool, wait time.Duration) {
	var r refusal
	switch {
	case errors.As(err, &r):
		return r.status == http.StatusServiceUnavailable || r.status == http.StatusTooManyRequests || r.status == http.StatusBadGateway || r.status == http.StatusGatewayTimeout, r.after
	default:
		return errors.As(err, &unanswered{}), 0
	}
}

// attempt sends the open rows once, and returns those that are still open.
func (i *importing) attempt(ctx context.Context, batch []row, open []int, outcomes []outcome, dry bool) (left []int, err error) {
	var body bytes.Buffer
	fmt.Fprintf(&body, `{%q:[`, i.field)
	for n, at := range open {
		if n > 0 {
			body.WriteByte(',')
		}
		body.Write(bytes.TrimSpace(batch[at].body))
	}
	body.WriteString("]}")
	path := i.path
	if dry {
		path += "?dry_run=true"
	}
	var answer struct {
		Results []struct {
			Visit *struct {
				Reason, Explanation string
				Repeated            bool
			}
			Customer, Response *struct{ Result string }
			Problem            *struct {
				Status        int
				Title, Detail string
			}
		}
	}
	if err := i.on.call(ctx, http.MethodPost, path, "application/json", body.Bytes(), &answer); err != nil {
		return open, err
	}
	if len(answer.Results) != len(open) {
		return open, fmt.Errorf("the system answered %d results for %d rows", len(answer.Results), len(open))
	}
	for n, at := range open {
		switch r := answer.Results[n]; {
		case r.Problem != nil && (r.Problem.Status == http.StatusServiceUnavailable || r.Problem.Status == http.StatusTooManyRequests):
			left = append(left, at)
		case r.Problem != nil && r.Problem.Status >= http.StatusInternalServerError:
			return left, fmt.Errorf("line %d: the system fails: %s", batch[at].line, r.Problem.Title)
		case r.Problem != nil:
			outcomes[at].refused = r.Problem.Detail
		case r.Visit != nil && r.Visit.Repeated:
			outcomes[at] = outcome{what: "known already", why: r.Visit.Explanation}
		case r.Visit != nil:
			outcomes[at] = outcome{what: r.Visit.Reason, why: r.Visit.Explanation}
		case r.Customer != nil:
			outcomes[at] = outcome{what: r.Customer.Result}
		case r.Response != nil:
			outcomes[at] = outcome{what: r.Response.Result}
		default:
			return left, fmt.Errorf("line %d: the system answered nothing", batch[at].line)
		}
	}
	return left, nil
}

// printSums prints how many rows came to what, the most first, each with examples where there are some.
func printSums(out io.Writer, sums map[string]int, examples map[string][]string) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	names := slices.SortedFunc(maps.Keys(sums), func(a, b string) int {
		if sums[a] != sums[b] {
			return sums[b] - sums[a]
		}
		return bytes.Compare([]byte(a), []byte(b))
	})
	for _, name := range names {
		fmt.Fprintf(table, "%7d\t%s", sums[name], name)
		for n, example := range examples[name] {
			if n > 0 {
				fmt.Fprint(table, "\n\t")
			}
			fmt.Fprintf(table, "\t%s", example)
		}
		fmt.Fprintln(table)
	}
	return table.Flush()
}
