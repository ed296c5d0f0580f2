// Command load kills the local runner with SIGKILL at random moments, again and again, while customers answer, and then compares:
// every answer that was acknowledged is there, and the scores count each response exactly once. It talks to nothing but the runner
// that it started, on a free loopback port, and stops by itself.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// workers answer at the same time, each for one customer at a time.
const workers = 8

func main() {
	rounds := flag.Int("rounds", 50, "how many times the runner is killed")
	customers := flag.Int("customers", 120, "how many customers are asked")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the random moments and ratings")
	flag.Parse()
	if *customers < workers || flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "load: it takes flags only (-h lists them), and at least %d customers, one for each worker\n", workers)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Printf("load: %d rounds, %d customers, seed %d\n", *rounds, *customers, *seed)
	if err := load(ctx, *rounds, *customers, rand.New(rand.NewPCG(*seed, 1))); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// load works in a folder of its own, which is kept when it fails: what is wrong is in the data. One that was stopped leaves nothing.
func load(ctx context.Context, rounds, customers int, r *rand.Rand) error {
	folder, err := os.MkdirTemp("", "afterword-load-")
	if err != nil {
		return err
	}
	err = attack(ctx, folder, rounds, customers, r)
	if ctx.Err() != nil {
		return errors.Join(errors.New("stopped before the end, nothing is known"), os.RemoveAll(folder))
	}
	if err != nil {
		return fmt.Errorf("%w (what it did is kept in %s)", err, folder)
	}
	return os.RemoveAll(folder)
}

func attack(ctx context.Context, folder string, rounds, customers int, r *rand.Rand) error {
	runner, err := buildRunner(ctx, folder)
	if err != nil {
		return err
	}
	links, err := invite(ctx, runner, customers)
	if err != nil {
		return err
	}
	given := newLedger(links)
	for round := range rounds {
		if err := underFire(ctx, runner, given, time.Duration(20+r.IntN(400))*time.Millisecond, r.Uint64()); err != nil {
			return fmt.Errorf("round %d: %w", round+1, err)
		}
	}
	return compare(ctx, runner, given)
}

// underFire starts the runner, lets customers answer, and kills it at the moment.
func underFire(ctx context.Context, runner *runner, given *ledger, moment time.Duration, seed uint64) error {
	if err := runner.start(ctx); err != nil {
		return err
	}
	firing, cease := context.WithCancel(ctx)
	var customers sync.WaitGroup
	for worker := range workers {
		customers.Go(func() { answer(firing, runner, given, rand.New(rand.NewPCG(seed, uint64(worker)))) })
	}
	select {
	case <-time.After(moment):
	case <-ctx.Done():
	}
	err := runner.kill()
	cease()
	customers.Wait()
	return errors.Join(ctx.Err(), err)
}

// answer lets customers answer, one after the other, until the runner is gone.
func answer(ctx context.Context, runner *runner, given *ledger, r *rand.Rand) {
	for ctx.Err() == nil {
		link, rating, free := given.try(r)
		if !free {
			return
		}
		acknowledged, err := runner.answer(ctx, link, rating)
		given.learn(link, rating, acknowledged)
		if err != nil {
			return
		}
	}
}

// compare starts the runner a last time and holds what it stored against what it had acknowledged.
func compare(ctx context.Context, runner *runner, given *ledger) error {
	if err := runner.start(ctx); err != nil {
		return err
	}
	defer func() { _ = runner.kill() }()
	stored, scored, findings, err := runner.results(ctx)
	if err != nil {
		return err
	}
	wrong := given.differences(stored)
	for rating, n := range stored.byRating() {
		if scored[rating] != n {
			wrong = append(wrong, fmt.Sprintf("%d responses have the rating %s, the score counts %d", n, rating, scored[rating]))
		}
	}
	if len(scored) != len(stored.byRating()) {
		wrong = append(wrong, fmt.Sprintf("the score knows ratings that no response has: %v", scored))
	}
	if findings > 0 {
		wrong = append(wrong, fmt.Sprintf("the audit found %d differences", findings))
	}
	if len(wrong) > 0 {
		return fmt.Errorf("after %d kills: %v", runner.kills-1, wrong)
	}
	fmt.Printf("load: %d kills, %d answers acknowledged, %d responses stored, %d counted: none lost, none twice\n",
		runner.kills, given.acknowledged(), len(stored), scored.total())
	return nil
}
