package function_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/function"
	"afterword/internal/survey"
)

// bad is the reputation of an account that SES is about to stop.
type bad struct{ err error }

func (b bad) Statistics(context.Context) ([]survey.Point, error) {
	return []survey.Point{{At: now, Mails: 1000, Bounces: 90}}, b.err
}

// A pause rings its alarm and tells the owner; it is no failure of the function, which does what it should.
func TestAPauseRingsItsAlarmAndTellsTheOwner(t *testing.T) {
	for _, row := range []struct {
		name       string
		says, asks error // the carrier of the owner's mail, SES of its statistics
		fails      bool
		want       tallied
		mails      int
	}{
		{"told", nil, nil, false, tallied{function.Paused: 1}, 1},
		{"the owner's address is refused", survey.ErrRefused, nil, false, tallied{function.Paused: 1}, 1},
		{"told later", survey.ErrThrottled, nil, true, tallied{function.Paused: 1}, 1},
		{"SES tells no statistics", nil, errors.New("no answer"), true, tallied{}, 0},
		{"SES takes nothing at all", nil, survey.ErrSuspended, true, tallied{function.Suspended: 1}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			var log bytes.Buffer
			p, counted, carried := parts(t), tallied{}, &posted{says: row.says}
			later := now.Add(3 * time.Hour)
			order(t, p)
			p.Reputation, p.Metrics, p.Carrier, p.Log = bad{row.asks}, counted, carried, slog.New(slog.NewJSONHandler(&log, nil))
			p.Now = func() time.Time { return later }
			if err := function.Dispatch(p)(t.Context()); (err != nil) != row.fails {
				t.Errorf("the function says %v", err)
			}
			if diff := cmp.Diff(row.want, counted); diff != "" {
				t.Error(diff)
			}
			if len(carried.to) != row.mails || row.mails > 0 && carried.to[0] != "paused ebba@acme.example" {
				t.Errorf("mails: %v", carried.to)
			}
			if paused := strings.Contains(log.String(), `"level":"ERROR","msg":"survey mails paused","why":"bounces","mails":1000,"troubled":90`); paused != (row.asks == nil) {
				t.Error(log.String())
			}
		})
	}
}

// posted is a carrier that remembers what it was given.
type posted struct {
	says error
	to   []string
}

func (p *posted) Carry(_ context.Context, letter survey.Letter) (string, error) {
	_, address, _ := strings.Cut(strings.TrimSuffix(letter.To, ">"), "<")
	p.to = append(p.to, letter.Kind+" "+address)
	return "id", p.says
}
