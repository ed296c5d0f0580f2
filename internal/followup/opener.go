package followup

import (
	"context"
	"log/slog"
	"time"

	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/trail"
)

// Opener keeps cases in line with the answers that the change feed shows. The feed may show an image twice, weeks late or out of
// order: the answer's revision tells old from new, and a case is opened for the answer as it is now, never for an old image.
type Opener struct {
	Cases    Cases
	Answers  Answers
	Programs Programs
	Log      *slog.Logger
}

// Seen is an image of an answer in the change feed.
type Seen struct {
	Sequence string
	Record   response.Record
}

// tries bounds how often a decision is made again because somebody else changed the case meanwhile.
const tries = 6

// Handle follows up on the answers of a batch, in their order. It returns the sequence of the first one that must come again, "" when
// all are done, and why. An answer that nobody can use is logged and dropped, so that it does not keep the others waiting; any other
// trouble, also one that nobody foresaw, makes it come again.
func (o Opener) Handle(ctx context.Context, seen []Seen, now time.Time) (firstFailed string, err error) {
	for _, s := range seen {
		problem := ctx.Err()
		if problem == nil {
			problem = again(ctx, func() error { return o.follow(ctx, s, now) })
		}
		switch {
		case problem == nil:
		case ctx.Err() == nil && (fault.Is(problem, fault.Invalid) || fault.Is(problem, fault.NotFound)):
			o.Log.ErrorContext(trail.About(ctx, s.Record.ID), "answer dropped", "reason", problem.Error())
		case firstFailed == "":
			firstFailed, err = s.Sequence, problem
		}
	}
	return firstFailed, err
}

// again makes a decision until nobody changed the case between reading and storing.
func again(ctx context.Context, decide func() error) (err error) {
	for range tries {
		if err = decide(); !fault.Is(err, fault.Conflict) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (o Opener) follow(ctx context.Context, s Seen, now time.Time) error {
	p, err := o.Programs.Current(ctx)
	if err != nil {
		return err
	}
	a, err := judge(p, s.Record)
	if err != nil {
		return err
	}
	if a.Revision == 1 && !a.needsCase() {
		return nil // most answers: no case can be there before the first one
	}
	c, err := o.Cases.Case(ctx, a.ID)
	unknown := fault.Is(err, fault.NotFound)
	switch {
	case err != nil && !unknown:
		return err
	case unknown && !a.needsCase():
		return nil
	case a.needsCase() && (unknown || c.State == Cancelled):
		if a, err = o.newest(ctx, p, a); err != nil {
			return err
		}
	}
	var change Change
	wanted := a.needsCase()
	if !unknown {
		change, wanted, err = c.follow(p, a, now)
	} else if wanted {
		change, err = open(p, a, now)
	}
	if err != nil || !wanted {
		return err
	}
	return save(ctx, o.Cases, change)
}

// newest is the answer as it is now, which an old image that comes again is not. An answer that is no longer there counts for nothing.
func (o Opener) newest(ctx context.Context, p *program.Program, a answered) (answered, error) {
	r, err := o.Answers.RecordOf(ctx, a.ID)
	if fault.Is(err, fault.NotFound) {
		return answered{}, nil
	}
	if err != nil {
		return a, err
	}
	return judge(p, r)
}

// save stores a change. A case of a customer who is no longer there is ended all the same.
func save(ctx context.Context, cases Cases, change Change) error {
	err := cases.ChangeCase(ctx, change)
	if change.Open < 0 && fault.Is(err, fault.NotFound) {
		change.Open = 0
		err = cases.ChangeCase(ctx, change)
	}
	return err
}
