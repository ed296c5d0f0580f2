package function

import (
	"context"
	"time"

	"afterword/internal/customer"
	"afterword/internal/privacy"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

// people exports and erases people, with the secret in force.
type people struct {
	Parts
	wait func(context.Context, time.Duration) error
}

func (p people) Export(ctx context.Context, address string) (privacy.Person, error) {
	secret, err := p.Secrets.Secret(ctx)
	if err != nil {
		return privacy.Person{}, err
	}
	return privacy.Reader{Archive: p.Store, Hash: secret.Customers}.Export(ctx, address)
}

func (p people) History(ctx context.Context, id customer.ID, start string, limit int) (privacy.Person, string, error) {
	return privacy.Reader{Archive: p.Store}.History(ctx, id, start, limit)
}

func (p people) Erase(ctx context.Context, address string, keepRatings bool, now time.Time) (privacy.Erased, error) {
	secret, err := p.Secrets.Secret(ctx)
	if err != nil {
		return privacy.Erased{}, err
	}
	erasure := privacy.Erasure{Archive: p.Store, Eraser: p.Store, Cases: p.Store, Hash: secret.Customers, Wait: p.wait, Shred: p.Shred}
	return erasure.Erase(ctx, address, keepRatings, now)
}

// simulator tries programs on visits, with the secret in force.
type simulator struct{ Parts }

func (s simulator) Past(ctx context.Context, today, changed *program.Program, days int, now time.Time) (touchpoint.Simulation, error) {
	return touchpoint.Simulator{Archive: s.Store, Rows: s.Store}.Past(ctx, today, changed, days, now)
}

func (s simulator) File(ctx context.Context, today, changed *program.Program, told []touchpoint.Told) (touchpoint.Simulation, error) {
	secret, err := s.Secrets.Secret(ctx)
	if err != nil {
		return touchpoint.Simulation{}, err
	}
	return touchpoint.Simulator{Archive: s.Store, Rows: s.Store, Hash: secret.Customers}.File(ctx, today, changed, told)
}
