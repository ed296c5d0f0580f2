package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"afterword/internal/api"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// usualDays are simulated when nothing else is said.
const usualDays = "30"

// slow is when somebody who waits is told that nothing hangs.
const slow = 3 * time.Second

// simulate compares a program with the one in force on past visits, or on those of a file.
func simulate(ctx context.Context, on target, arguments []string, out io.Writer) error {
	file, days, visits := arguments[0], arguments[1], arguments[2]
	if days != "" && visits != "" {
		return fmt.Errorf("say --days or --visits: the visits of a file bring their times along")
	}
	text, changed, err := readProgram(file)
	if err != nil {
		return err
	}
	wanted := map[string]any{"program": string(text)}
	over := ""
	if visits == "" {
		n, err := strconv.Atoi(cmp.Or(days, usualDays))
		if err != nil || n < 1 || n > touchpoint.MostDays {
			return fmt.Errorf("%q is not a number of days; expected 1 to %d", days, touchpoint.MostDays)
		}
		wanted["days"], over = n, fmt.Sprintf("the last %d days", n)
	} else if wanted["visits"], err = toldIn(ctx, on, visits, changed); err != nil {
		return err
	} else {
		over = visits
	}
	body, err := bodyOf(wanted)
	if err != nil {
		return err
	}
	if len(body) > api.MaxSimulation {
		return fmt.Errorf("%s is too large: its visits make %.1f MB, and at most %d MB are taken; nothing ties customers together, so split it by customer", over, float64(len(body))/(1<<20), api.MaxSimulation>>20)
	}
	waiting := time.AfterFunc(slow, func() { fmt.Fprintln(os.Stderr, "reading the visits of "+over+" ...") })
	defer waiting.Stop()
	var found touchpoint.Simulation
	if err := on.call(ctx, http.MethodPost, "/api/admin/simulate", "application/json", body, &found); err != nil {
		return err
	}
	return printSimulation(out, found, file, over, visits == "")
}

func bodyOf(wanted map[string]any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(wanted)
	return body.Bytes(), err
}

// toldIn reads the visits of a file, of touchpoints and sources of either program.
func toldIn(ctx context.Context, on target, file string, changed *program.Program) ([]record, error) {
	today, err := inForce(ctx, on)
	if err != nil {
		return nil, err
	}
	opened, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	return readVisits(opened, file, today, changed)
}

// inSum is the name under which all touchpoints are added up.
const inSum = "in sum"

func printSimulation(out io.Writer, s touchpoint.Simulation, file, over string, decided bool) error {
	var text bytes.Buffer
	fmt.Fprintf(&text, "%d visits (%s), by the program in force and by %s; nothing was changed and nobody is asked\n\n", s.Visits, over, file)
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	heads := "TOUCHPOINT\tREASON\tTODAY\tCHANGED\tDIFFERENCE\t"
	if decided {
		heads = "TOUCHPOINT\tREASON\tDECIDED THEN\tTODAY\tCHANGED\tDIFFERENCE\t"
	}
	fmt.Fprintln(table, heads)
	for _, c := range slices.Concat(s.Touchpoints, summed(s.Touchpoints)) {
		numbers := fmt.Sprintf("%d\t%d\t%s\t", c.Today, c.Changed, difference(c))
		if decided {
			numbers = fmt.Sprintf("%d\t%s", c.Decided, numbers)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.Touchpoint, c.Reason, numbers)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	printSpread(&text, "today", s.Today)
	printSpread(&text, "changed", s.Changed)
	printGuesses(&text, s.Guessed)
	fmt.Fprintln(&text, "\nnot simulated: waiting for the daily quota, subjects that are reopened before their mail leaves, and whoever unsubscribes from a mail that was never sent")
	if decided {
		fmt.Fprintln(&text, "not found: events that the program had no touchpoint for when they were reported; they are not kept, so bring such in a file (--visits)")
	}
	_, err := text.WriteTo(out)
	return err
}

func difference(c touchpoint.Comparison) string {
	if c.Today == c.Changed {
		return "0"
	}
	return fmt.Sprintf("%+d", c.Changed-c.Today)
}

// summed adds the touchpoints up, by reason, in the order in which reasons are first met among them.
func summed(all []touchpoint.Comparison) (sums []touchpoint.Comparison) {
	total := touchpoint.Comparison{Touchpoint: inSum, Reason: "visits"}
	for _, c := range all {
		i := slices.IndexFunc(sums, func(sum touchpoint.Comparison) bool { return sum.Reason == c.Reason })
		if i < 0 {
			i, sums = len(sums), append(sums, touchpoint.Comparison{Touchpoint: inSum, Reason: c.Reason})
		}
		for _, sum := range []*touchpoint.Comparison{&sums[i], &total} {
			sum.Decided, sum.Today, sum.Changed = sum.Decided+c.Decided, sum.Today+c.Today, sum.Changed+c.Changed
		}
	}
	return append(touchpoint.Ordered(sums), total)
}

func printSpread(out io.Writer, name string, s touchpoint.Spread) {
	if s.Most == 0 {
		fmt.Fprintf(out, "\n%s: no mail would leave", name)
		return
	}
	fmt.Fprintf(out, "\n%s: most mails on %s: %d", name, s.Busiest, s.Most)
	if s.Quota > 0 {
		fmt.Fprintf(out, "; %d are beyond the quota of %d a day and would wait", s.Over, s.Quota)
	}
}

// unknown says what a rule asks for that is not kept.
var unknown = map[touchpoint.Reason]string{
	touchpoint.Staff:       "the address is not known, so that it may be staff's",
	touchpoint.RoleAddress: "the address is not known, so that it may be a shared mailbox",
	touchpoint.NoConsent:   "a property is not kept, or consent was taken back since",
	touchpoint.Filtered:    "a property of the filter is not kept",
	touchpoint.NewAccount:  "since when somebody is a customer is not kept",
	touchpoint.SampledOut:  "the subject was erased",
	touchpoint.OpenCase:    "whether a case was open is not kept",
}

func printGuesses(out io.Writer, guessed []touchpoint.Comparison) {
	if len(guessed) == 0 {
		return
	}
	fmt.Fprint(out, "\n\nnot replayed (such visits are decided as they were then, or pass where that says nothing):")
	for _, g := range guessed {
		fmt.Fprintf(out, "\n  %s: %s (visits: %d today, %d changed)", g.Reason, unknown[g.Reason], g.Today, g.Changed)
	}
}
