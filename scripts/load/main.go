// Command load kills the local runner with SIGKILL at random moments, again and again, while customers answer, and then compares:
// every answer that was acknowledged is there, and the scores count each response exactly once. It talks to nothing but the runner
// that it started, on a free loopback port, and stops by itself.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 50, "how many times the runner is killed")
	customers := flag.Int("customers", 120, "how many customers are asked")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the random moments and ratings")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Printf("load: %d rounds, %d customers, seed %d\n", *rounds, *customers, *seed)
	if err := load(ctx, *rounds, *customers, rand.New(rand.NewPCG(*seed, 1))); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func load(ctx context.Context, rounds, customers int, r *rand.Rand) error {
	folder, err := os.MkdirTemp("", "afterword-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
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
	for worker := range 8 {
		customers.Go(func() { answer(firing, runner, given, rand.New(rand.NewPCG(seed, uint64(worker)))) })
	}
	select {
	case <-time.After(moment):
	case <-ctx.Done():
	}
	err := runner.kill()
	cease()
	customers.Wait()
	return err
}

// answer lets customers answer, one after the other, until the runner is gone.
func answer(ctx context.Context, runner *runner, given *ledger, r *rand.Rand) {
	for ctx.Err() == nil {
		link, rating := given.try(r)
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
	defer runner.kill()
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
		return fmt.Errorf("after %d kills: %v (data kept in %s)", runner.kills-1, wrong, filepath.Base(runner.data))
	}
	fmt.Printf("load: %d kills, %d answers acknowledged, %d responses stored, %d counted: none lost, none twice\n",
		runner.kills, given.acknowledged(), len(stored), scored.total())
	return nil
}
