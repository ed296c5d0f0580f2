package local

import (
	"sync"
	"time"
)

// Clock is the time that every handler of the local system is told. It runs with the wall clock, shifted forward as the user moved
// it, or stands still until it is moved, so that a journey gives the same result each time.
type Clock struct {
	mu       sync.Mutex
	wall     func() time.Time
	standing bool
	at       time.Time     // of a standing clock
	ahead    time.Duration // of a running one
}

// Standing is a clock that stands at t until it is moved.
func Standing(t time.Time) *Clock { return &Clock{standing: true, at: t.UTC()} }

// Running is a clock that runs with the wall clock.
func Running(wall func() time.Time) *Clock { return &Clock{wall: wall} }

// Now is the local system's time, UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.standing {
		return c.at
	}
	return c.wall().UTC().Add(c.ahead)
}

// kept is what of a clock outlives the process.
type kept struct {
	At    time.Time     `json:"at,omitzero"` // of a standing clock
	Ahead time.Duration `json:"ahead,omitempty"`
}

// restore lets the clock go on where it was: what was stored must not lie in the future.
func (c *Clock) restore(k kept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = max(c.ahead, k.Ahead)
	if c.standing && k.At.After(c.at) {
		c.at = k.At
	}
}

func (c *Clock) keep() kept {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.standing {
		return kept{At: c.at}
	}
	return kept{Ahead: c.ahead}
}

// moveTo moves the clock forward; a time that has passed leaves it as it is.
func (c *Clock) moveTo(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	step := t.Sub(c.now())
	switch {
	case step <= 0:
	case c.standing:
		c.at = t.UTC()
	default:
		c.ahead += step
	}
}

// stand makes the clock stand at t, also in the past: for the seeded history, before anybody looks.
func (c *Clock) stand(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.standing, c.at = true, t.UTC()
}

// run makes the clock run with the wall clock again.
func (c *Clock) run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.standing, c.ahead = false, 0
}
