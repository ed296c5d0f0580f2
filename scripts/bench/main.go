// Command bench prints what Afterword costs and how fast it is, each figure beside what was promised. With -cost it prints the bill
// of a million surveys.
//
// What is timed is timed beside something plain on the same machine in the same run, in rounds that take turns, and told as a ratio of
// medians: a figure in milliseconds says more about the machine than about the code. Units, sizes and the bill are counted; with
// -strict a broken promise about these makes the command fail. One about time is only said.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// part prints one group of figures.
type part struct {
	title string
	run   func(context.Context, *sheet) error
}

var benches = []part{
	{"Counting: units of DynamoDB for a response, with the stored scores (3 touchpoints, CES 1-5, one day, segments of 20, 30 and 10 values)", countingUnits},
	{"Calls of the database before a sender or a customer is answered", requestCalls},
	{"Reading a score", scoreReads},
	{"Counting beside one transaction for each record", tallyRace},
	{"An answer and a visit beside one conditional put on the same engine", latencies},
	{"Functions as they are deployed: linux/arm64, zipped", zipSizes},
	{"Start: process to first poll of the Runtime API, beside a bare aws-lambda-go program", starts},
	{"First answer: intake as it is, beside the same without its first calls in init", firstAnswers},
	{"Mails written by one core", mails},
}

func main() {
	bill := flag.Bool("cost", false, "print the bill of a million surveys instead")
	only := flag.Int("only", 0, "print the n-th group of figures alone")
	strict := flag.Bool("strict", false, "fail when a promise about units, sizes or cost is not kept")
	answers := flag.Int("answers", 100_000, "that a score is made of whose reading costs what that of a thousand costs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parts := benches
	switch {
	case *bill:
		parts = []part{{"A million surveys", cost}}
	case *only > 0 && *only <= len(benches):
		parts = benches[*only-1 : *only]
	}
	s := &sheet{out: os.Stdout, answers: *answers}
	if err := print(ctx, s, parts); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if s.broken > 0 {
		fmt.Printf("NOT KEPT: promises about units, sizes or cost: %d\n", s.broken)
		if *strict {
			os.Exit(1)
		}
	}
}

func print(ctx context.Context, s *sheet, parts []part) error {
	for _, p := range parts {
		began := time.Now()
		fmt.Fprintf(s.out, "%s\n", p.title)
		if err := p.run(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", p.title, err)
		}
		fmt.Fprintf(s.out, "  (%.0f s)\n\n", time.Since(began).Seconds())
	}
	return nil
}
