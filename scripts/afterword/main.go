// Command afterword is what the owner and the engineer run beside the system: it checks, tries and applies the program, asks for scores
// and reports, runs the audit and replays sample events. It reaches a local system and one on AWS alike, through its API.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/pflag"
)

// command is one thing that afterword does.
type command struct {
	arguments string
	does      string
	run       func(ctx context.Context, target target, arguments []string, out io.Writer) error
}

var commands = map[string]command{
	"check":    {"FILE", "says what is wrong in a program, line by line; changes nothing", check},
	"apply":    {"FILE", "checks a program and makes it the one in force", apply},
	"scores":   {"PERIOD [TOUCHPOINT]", "prints the scores of a period, such as 2026-Q4 or 2026-W47", scores},
	"keys":     {"DO [WHAT] [SCOPES] [EXPIRES]", "create NAME SCOPES [EXPIRES], list, or revoke ID: keys of the API", keys},
	"report":   {"", "writes the report of --period into the folder --out, as HTML, text and CSV with its charts", reportOn},
	"customer": {"DO ADDRESS [RATINGS]", "export, or erase with keep-ratings or remove-ratings: everything that is kept about a person", customer},
	"evidence": {"ID", "what is known about one answer: opened links, what speaks against a person, the verdict (-- before an ID that begins with -)", evidence},
	"verdict":  {"ID COUNT|WITHDRAW REASON", "count or withdraw an answer by hand, for a reason that is kept with it (-- before an ID that begins with -)", verdict},
	"link":     {"TOUCHPOINT", "prints its links for everybody, or the one of --name; or the one for --customer about --subject; --qr draws it", link},
	"sources":  {"", "prints what each source reports: which events mean what, and which made no visit in the last --days (7)", sources},
	"sending":  {"", "says whether survey mails wait, and why", sending},
	"resume":   {"", "lets survey mails that wait leave again; only what happens from now on is counted", resume},
	"simulate": {"FILE", "tries a program on the visits of the last --days (30), or on those of the CSV --visits; changes nothing", simulate},
	"import":   {"WHAT FILE", "imports the visits, customers or responses of a CSV file; goes on where it was broken off; --dry-run says what would become of them", importFile},
	"audit":    {"", "counts everything again, heals, and says what differed", audit},
	"rebuild":  {"", "counts everything again beside what is read, and follows that to its end", rebuild},
	"connect":  {"SOURCE", "says step by step how a source is connected; --check lets it report a sample that mails nobody", connect},
	"invoke":   {"FUNCTION EVENT", "replays events/FUNCTION/EVENT.json, webhooks signed afresh", invoke},
}

// flagsOf are the flags of a command's own. Their values follow its arguments, "" where one is not given.
var flagsOf = map[string][]string{"report": {"period", "out", "language", "audience"}, "simulate": {"days", "visits"}, "import": {"dry-run", "restart", "rejects", "columns", "touchpoint"}, "sources": {"days"}, "link": {"name", "qr", "customer", "subject"}, "connect": {"check"}}

// target is the system that is talked to.
type target struct{ url, key string }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := start(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "afterword:", err)
		os.Exit(1)
	}
}

func start(ctx context.Context, arguments []string, out io.Writer) error {
	flags := pflag.NewFlagSet("afterword", pflag.ContinueOnError)
	var to target
	flags.StringVar(&to.url, "url", or(os.Getenv("AFTERWORD_URL"), "http://127.0.0.1:8080"), "address of the system (AFTERWORD_URL)")
	flags.StringVar(&to.key, "key", os.Getenv("AFTERWORD_API_KEY"), "API key (AFTERWORD_API_KEY)")
	flags.String("period", "", "report: such as 2026-11, 2026-Q3 or 2026-11-01..2026-11-20")
	flags.String("out", "", "report: the folder that it is written into")
	flags.String("language", "", "report: one of the program's; empty: its first")
	flags.String("audience", "", "report: leadership, desk:NAME, team:NAME or agent:NAME; empty: leadership")
	flags.String("days", "", "simulate, sources: how many to look back, today included")
	flags.String("visits", "", "simulate: a CSV file of visits")
	flags.Bool("dry-run", false, "import: say what would become of each row, and why; change nothing")
	flags.Bool("restart", false, "import: from the first row, although it was begun before")
	flags.String("rejects", "", "import: where the rows go that were refused; empty: beside the file, as .rejects.csv")
	flags.String("columns", "", "import: what the file's columns are, such as Score=rating,Team=property:team,Notes=-")
	flags.String("touchpoint", "", "import: of the rows that name none")
	flags.String("name", "", "link: of the program's links of the touchpoint")
	flags.String("qr", "", "link: a file for its QR code, .svg or .png")
	flags.String("customer", "", "link: the address of a customer whose own it is")
	flags.String("subject", "", "link: what the customer is asked about, such as an order or a ticket")
	flags.Bool("check", false, "connect: send the source's sample, marked as a test, and say what was decided")
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage(flags)) }
	if err := flags.Parse(arguments); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return nil
		}
		return err
	}
	if flags.NArg() == 0 {
		return fmt.Errorf("say what to do\n\n%s", usage(flags))
	}
	c, ok := commands[flags.Arg(0)]
	if !ok {
		return fmt.Errorf("there is no command %q\n\n%s", flags.Arg(0), usage(flags))
	}
	rest := flags.Args()[1:]
	least := len(strings.Fields(c.arguments)) - strings.Count(c.arguments, "[")
	if most := len(strings.Fields(c.arguments)); len(rest) < least || len(rest) > most {
		return fmt.Errorf("usage: afterword %s %s", flags.Arg(0), c.arguments)
	}
	own := flagsOf[flags.Arg(0)]
	for _, name := range slices.Concat(slices.Collect(maps.Values(flagsOf))...) {
		if flags.Changed(name) && !slices.Contains(own, name) {
			return fmt.Errorf("%s takes no --%s", flags.Arg(0), name)
		}
	}
	for _, name := range own {
		rest = append(rest, flags.Lookup(name).Value.String())
	}
	to.url = strings.TrimRight(to.url, "/")
	return c.run(ctx, to, rest, out)
}

func or(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

func usage(flags *pflag.FlagSet) string {
	names := make([]string, 0, len(commands))
	for name := range commands {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	b.WriteString("usage: afterword [flags] COMMAND\n\n")
	for _, name := range names {
		fmt.Fprintf(&b, "  %-28s %s\n", name+" "+commands[name].arguments, commands[name].does)
	}
	b.WriteString("\n" + flags.FlagUsages())
	return b.String()
}
