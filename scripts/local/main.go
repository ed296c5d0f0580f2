// Command local runs all of Afterword on this machine: every function in one process, data in one file, mails kept instead of sent.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"afterword/internal/local"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	options := local.Options{Key: os.Getenv("AFTERWORD_API_KEY"), Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	address := flags.String("addr", "127.0.0.1:8080", "where it listens")
	now := flags.String("now", "", "RFC 3339 time at which the clock stands until it is moved; empty: it runs")
	demo := flags.String("demo", "", "plays the journey without a browser, writes its mails into this folder, and ends")
	flags.StringVar(&options.Data, "data", ".afterword", "folder of the data; empty: nothing is kept")
	flags.StringVar(&options.Program, "program", "", "file of your program; empty: the shipped one")
	flags.StringVar(&options.Secrets, "secrets", "", "file of secrets; empty: local-secret-<source> for each source")
	flags.StringVar(&options.Engine, "engine", "bolt", "bolt or dynamodb")
	flags.BoolVar(&options.Seed, "seed", true, "start with 13 weeks of invented history")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *demo != "" {
		return local.Demo(ctx, os.Stdout, *demo)
	}
	if *now != "" {
		at, err := time.Parse(time.RFC3339, *now)
		if err != nil {
			return fmt.Errorf("-now is a time such as 2026-11-20T09:00:00Z, not %q", *now)
		}
		options.Now = at
	}
	return serve(ctx, *address, options)
}

// serve listens first, so that an address that is taken is said before anything else is done.
func serve(ctx context.Context, address string, options local.Options) error {
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
	defer system.Close()
	server := &http.Server{Handler: system.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 10 * time.Minute}
	fmt.Printf("Afterword is at %s\nAPI key: %s\n", options.Public, system.Key())
	go system.Run(ctx)
	go func() {
		<-ctx.Done()
		ending, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		server.Shutdown(ending)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
