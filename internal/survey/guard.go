package survey

import (
	"context"
	"fmt"
	"sync"
	"time"

	"afterword/internal/program"
)

// Guard keeps survey mails and reminders back while the account's bounce or complaint rate is near the limits at which SES reviews and
// then stops accounts (judge has the numbers), and tells the owner, once for each pause. What waits stays planned; task mails, reports
// and everything else still leaves. It lets go by itself when the rate has fallen, and when the owner says so (Sending).
//
// One Guard serves many walks. It asks for the statistics at most each quarter of an hour, and only while there is something to send.
type Guard struct {
	Reputation Reputation
	Pauses     Pauses
	Owner      Owner

	mu     sync.Mutex
	pause  Pause // as last read or written
	looked time.Time
	asked  time.Time // when the statistics were last read
	held   bool
}

// Reputation is what the carrier knows of all mails of the account, whoever sent them: that is what it judges the account by.
type Reputation interface {
	// Statistics tells how the mails of the last two weeks fared, in parts of a quarter of an hour, in any order. Errors like a Carrier's.
	Statistics(ctx context.Context) ([]Point, error)
}

// Point is how mails fared in a quarter of an hour.
type Point struct {
	At                         time.Time
	Mails, Bounces, Complaints int64
}

// Pauses keeps whether survey mails wait.
type Pauses interface {
	// Pause reads how it stands, strongly; the zero Pause before there ever was one. Fault: Transient.
	Pause(ctx context.Context) (Pause, error)
	// SetPause keeps how it stands from now on, unless it was changed since the pause's Revision was read: then false. Fault: Transient.
	SetPause(ctx context.Context, p Pause) (bool, error)
}

// Owner is told that survey mails wait.
type Owner interface {
	// Tell tells it. An error means that nobody was told, and Tell is called again later.
	Tell(ctx context.Context, p *program.Program, pause Pause) error
}

// Pause is whether survey mails wait, and why.
type Pause struct {
	Since    time.Time `json:"since,omitzero"` // zero: they leave
	Why      Trouble   `json:"why,omitempty"`
	Mails    int64     `json:"mails,omitempty"`    // of the account, by which it was judged
	Troubled int64     `json:"troubled,omitempty"` // of them, those that bounced, or were complained about
	After    time.Time `json:"after,omitzero"`     // these are the mails after this time
	From     time.Time `json:"from,omitzero"`      // nothing before this counts any more: the owner has seen to it
	Told     bool      `json:"told,omitempty"`     // the owner was
	Revision int64     `json:"-"`                  // rises with each change
}

// Paused tells whether survey mails wait.
func (p Pause) Paused() bool { return !p.Since.IsZero() }

const (
	// believed is how long statistics are believed that speak for sending: they come in quarters of an hour.
	believed = 15 * time.Minute
	// resumes is how long after the owner let mails go again they may still wait.
	resumes = 30 * time.Second
)

// Holds tells whether survey mails are to wait. An error leaves it open: none is to leave now. Errors: Transient faults, those of
// Reputation and Owner.
func (g *Guard) Holds(ctx context.Context, p *program.Program, now time.Time) (bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.settled(now) {
		g.held = g.held || g.pause.Paused()
		return g.pause.Paused(), nil
	}
	kept, err := g.Pauses.Pause(ctx)
	if err != nil {
		return false, fmt.Errorf("read whether survey mails are paused: %w", err)
	}
	if !recent(g.asked, now, believed) || kept.Revision != g.pause.Revision {
		points, err := g.Reputation.Statistics(ctx)
		if err != nil {
			return false, fmt.Errorf("read how the account's mails fare: %w", err)
		}
		if kept, err = g.change(ctx, kept, judge(kept, points, now)); err != nil {
			return false, err
		}
		g.asked = now
	}
	g.pause, g.looked = kept, now
	g.held = g.held || kept.Paused()
	if kept.Paused() && !kept.Told {
		g.pause, err = g.tell(ctx, p, kept)
	}
	return g.pause.Paused(), err
}

// settled tells whether what was last found still holds.
func (g *Guard) settled(now time.Time) bool {
	if g.pause.Paused() {
		return recent(g.looked, now, resumes) && recent(g.asked, now, believed)
	}
	return recent(g.asked, now, believed)
}

func recent(at, now time.Time, d time.Duration) bool {
	age := now.Sub(at)
	return age >= 0 && age < d
}

// change keeps a judgment that differs from the one before.
func (g *Guard) change(ctx context.Context, was, is Pause) (Pause, error) {
	if was.Paused() == is.Paused() {
		return was, nil
	}
	return g.set(ctx, is)
}

// set keeps how it stands. Where somebody else was faster, it stands as they say.
func (g *Guard) set(ctx context.Context, p Pause) (Pause, error) {
	mine, err := g.Pauses.SetPause(ctx, p)
	if err == nil && !mine {
		return g.Pauses.Pause(ctx)
	}
	p.Revision++
	return p, err
}

// tell tells the owner of a pause before it keeps that it did: rather twice than never.
func (g *Guard) tell(ctx context.Context, p *program.Program, pause Pause) (Pause, error) {
	if err := g.Owner.Tell(ctx, p, pause); err != nil {
		return pause, fmt.Errorf("tell the owner that survey mails are paused: %w", err)
	}
	pause.Told = true
	return g.set(ctx, pause)
}

// Held tells whether mails were kept back since it was last asked.
func (g *Guard) Held() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	held := g.held
	g.held = false
	return held
}

// Sending is the owner's hand on the guard.
type Sending struct{ Pauses Pauses }

// Pause tells how it stands. Fault: Transient.
func (s Sending) Pause(ctx context.Context) (Pause, error) { return s.Pauses.Pause(ctx) }

// Resume lets survey mails leave again, if they are paused, and returns how it stands then: only what happens from now on is counted.
// Faults: Conflict, Transient.
func (s Sending) Resume(ctx context.Context, now time.Time) (Pause, error) {
	was, err := s.Pauses.Pause(ctx)
	if err != nil || !was.Paused() {
		return was, err
	}
	is := Pause{From: now.UTC().Truncate(time.Second), Revision: was.Revision}
	done, err := s.Pauses.SetPause(ctx, is)
	if err != nil {
		return was, err
	}
	if !done {
		return was, errPauseMoved
	}
	is.Revision++
	return is, nil
}
