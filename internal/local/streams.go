package local

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/esm"
	"afterword/internal/function"
	"afterword/internal/table"
)

func (s *System) poller(name string, stream Stream, handle esm.Handler) (*esm.Poller, error) {
	if handle == nil {
		return nil, fmt.Errorf("template.yaml gives a stream to %s, which the local system does not know", name)
	}
	filter, err := esm.ParseFilter(stream.Patterns...)
	if err != nil {
		return nil, fmt.Errorf("template.yaml, stream of %s: %w", name, err)
	}
	return &esm.Poller{
		Consumer: name, Feed: s.feed, Checkpoints: s.parts.Store, Handle: handle, Now: s.clock.Now, Pause: function.Pause,
		Mapping: esm.Mapping{
			BatchSize: stream.BatchSize, Window: stream.Window, ParallelizationFactor: stream.ParallelizationFactor,
			BisectOnError: stream.Bisect, PartialResponses: stream.PartialResponses, MaxRetries: stream.MaxRetries, MaxAge: stream.MaxAge,
			Filter: filter, OnFailure: func(f esm.Failure) { s.log.Error("records given up", "function", name, "failure", f.String()) },
		},
		Warn: func(err error) { s.log.Warn("stream", "function", name, "error", err) },
	}, nil
}

// Drain delivers all that the change feed holds to its readers, until there is no more.
func (s *System) Drain(ctx context.Context) error {
	s.draining.Lock()
	defer s.draining.Unlock()
	for {
		delivered := 0
		for _, p := range s.pollers {
			n, err := p.Drain(ctx)
			if err != nil {
				return err
			}
			delivered += n
		}
		if delivered == 0 {
			return nil
		}
	}
}

// letDrain is how time passes for the audit between its two looks: here, all that lags has caught up once the streams are drained.
func (s *System) letDrain(ctx context.Context, _ time.Duration) error { return s.Drain(ctx) }

// Run drains streams and starts schedules as time passes, until ctx ends.
func (s *System) Run(ctx context.Context) {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := s.Advance(ctx, s.clock.Now()); err != nil && ctx.Err() == nil {
			s.log.Error("background", "error", err)
		}
		if n%tidyEvery == 0 {
			if err := s.tidy(ctx); err != nil && ctx.Err() == nil {
				s.log.Error("tidy", "error", err)
			}
		}
	}
}

// tidyEvery is after how many ticks the file is tidied.
const tidyEvery = 600

// tidy does what DynamoDB does by itself: it removes items whose time to live is over, and forgets the changes that every reader is
// done with, as a stream does after a day.
func (s *System) tidy(ctx context.Context) error {
	if s.bolt == nil {
		return nil
	}
	if _, err := s.bolt.Expire(s.clock.Now()); err != nil {
		return err
	}
	s.draining.Lock()
	defer s.draining.Unlock()
	shards, err := s.feed.Shards(ctx)
	if err != nil {
		return err
	}
	done := ""
	for i, p := range s.pollers {
		at, err := s.parts.Store.Checkpoint(ctx, p.Consumer, shards[0])
		if err != nil || at == "" {
			return err
		}
		if i == 0 || table.CompareSequences(at, done) < 0 {
			done = at
		}
	}
	return s.bolt.Trim(done)
}
