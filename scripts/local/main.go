// Command local runs all of Afterword on this machine: every function in one process, data in one file, mails kept instead of sent.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"afterword/internal/local"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string, out io.Writer) error {
	options := local.Options{Key: os.Getenv("AFTERWORD_API_KEY"), Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	address := flags.String("addr", "127.0.0.1:8080", "where it listens")
	now := flags.String("now", "", "RFC 3339 time at which the clock stands until it is moved; empty: it runs")
	demo := flags.String("demo", "", "plays the journey without a browser, writes its mails into this folder, and ends; takes no other flag")
	flags.StringVar(&options.Data, "data", ".afterword", "folder of the data; empty: nothing is kept")
	flags.StringVar(&options.Program, "program", "", "file of your program; empty: the shipped one")
	flags.StringVar(&options.Secrets, "secrets", "", "file of secrets; empty: local-secret-<source> for each source")
	flags.StringVar(&options.Engine, "engine", "bolt", "bolt or dynamodb")
	flags.BoolVar(&options.Seed, "seed", true, "start with 13 weeks of invented history")
	if help, err := parse(flags, arguments, out); help || err != nil {
		return err
	}
	if *demo != "" {
		if flags.NFlag() > 1 {
			return errors.New("-demo plays in a system of its own and takes no other flag")
		}
		return local.Demo(ctx, out, *demo)
	}
	if *now != "" {
		at, err := time.Parse(time.RFC3339, *now)
		if err != nil {
			return fmt.Errorf("-now is a time such as 2026-11-20T09:00:00Z, not %q", *now)
		}
		options.Now = at
	}
	return serve(ctx, *address, options, out)
}

// parse reads the flags, silently: whoever asked gets the help, and an error is said once, by main. A word that is no flag would
// quietly end the flags before it does.
func parse(flags *flag.FlagSet, arguments []string, out io.Writer) (help bool, err error) {
	flags.SetOutput(io.Discard)
	err = flags.Parse(arguments)
	switch {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(out)
		flags.Usage()
		return true, nil
	case err != nil:
		return false, fmt.Errorf("%w (-h lists the flags)", err)
	case flags.NArg() > 0:
		return false, fmt.Errorf("%q is not a flag, and flags are all that this takes (-h lists them)", flags.Arg(0))
	}
	return false, nil
}

// serve listens first, so that an address that is taken is said before anything else is done. It ends from the outside in: requests,
// what runs in the background, the data.
func serve(ctx context.Context, address string, options local.Options, out io.Writer) (err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	defer listener.Close()
	options.Public = "http://" + listener.Addr().String()
	system, err := local.Open(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, system.Close()) }()
	ctx, cancel := context.WithCancel(ctx)
	var background sync.WaitGroup
	background.Go(func() { system.Run(ctx) })
	defer background.Wait()
	defer cancel()
	fmt.Fprintf(out, "Afterword is at %s\nAPI key: %s\n", options.Public, system.Key())
	return listen(ctx, listener, system.Handler())
}

// patience is how long requests in flight may take once the end has come. Moving the clock by weeks takes some seconds.
const patience = 30 * time.Second

// listen answers requests until ctx ends, and those in flight then.
func listen(ctx context.Context, listener net.Listener, handler http.Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 10 * time.Minute}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		ending, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		ended <- server.Shutdown(ending)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	if err := <-ended; err != nil {
		return errors.Join(fmt.Errorf("requests were still running after %s: %w", patience, err), server.Close())
	}
	return nil
}
