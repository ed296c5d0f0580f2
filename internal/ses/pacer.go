package ses

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// Pacer lets letters leave one after the other, at the rate that SES allows. It is safe for use by several goroutines.
type Pacer struct {
	limiter *rate.Limiter
	clock   func() time.Time
	sleep   func(context.Context, time.Duration) error
}

// NewPacer makes one that lets a letter leave each second until it is allowed more.
func NewPacer() *Pacer { return &Pacer{limiter: rate.NewLimiter(1, 1), clock: time.Now, sleep: sleep} }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Allow lets so many letters leave in a second, and at least one.
func (p *Pacer) Allow(perSecond float64) {
	p.limiter.SetLimitAt(p.clock(), rate.Limit(max(perSecond, 1)))
}

// Pace waits until one more letter may be sent.
func (p *Pacer) Pace(ctx context.Context) error {
	now := p.clock()
	turn := p.limiter.ReserveN(now, 1)
	if err := p.sleep(ctx, turn.DelayFrom(now)); err != nil {
		turn.CancelAt(p.clock())
		return err
	}
	return nil
}
