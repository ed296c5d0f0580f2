// Command smoke tells whether a deployed system works, from the outside: it reports visits of the customers that SES's mailbox
// simulator plays, and asks the API whether their mails left, came back and had their consequences. No person is mailed, and the
// simulator's bounces and complaints do not count against the account.
//
// It is for a system that nobody uses yet, and wants its test program in force: --apply applies it, with the sender that --from
// names (verified in SES; in the sandbox the simulator may be written to). Against a local system (make run) it moves the clock
// instead of waiting, and plays SES's part.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/spf13/pflag"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s := smoke{out: os.Stdout, tick: 10 * time.Second}
	pflag.StringVar(&s.url, "url", "http://127.0.0.1:8080", "address of the system: the stack's output PublicAddress")
	pflag.StringVar(&s.key, "key", os.Getenv("AFTERWORD_API_KEY"), "API key (AFTERWORD_API_KEY)")
	pflag.StringVar(&s.secret, "secret", os.Getenv("AFTERWORD_SMOKE_SECRET"), "secret of the source named standard (AFTERWORD_SMOKE_SECRET)")
	pflag.StringVar(&s.from, "from", "", "sender of the test program, with --apply")
	pflag.BoolVar(&s.apply, "apply", false, "apply the test program first: asks everybody at once, at any hour")
	wait := pflag.Duration("wait", 10*time.Minute, "how long mails and their bounces may take")
	pflag.Parse()
	ctx, cancel := context.WithTimeout(ctx, *wait)
	defer cancel()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "smoke:", err)
		os.Exit(1)
	}
}
