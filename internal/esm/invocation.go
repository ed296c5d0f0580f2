package esm

import (
	"context"
	"iter"
	"slices"
)

// invocation is a function at work, stopped between two of its steps.
type invocation struct {
	batch
	lane   *lane // that waits for the answer; nil: nobody does
	slow   bool  // others mostly go first
	yield  func(struct{}) bool
	next   func() (struct{}, bool)
	stop   func()
	hurry  context.CancelFunc
	answer answer
}

type invocationKey struct{}

// killed unwinds a function that died.
type killed struct{}

// Step lets a simulation run other invocations, or ends this one for good, before the function's next act on the world. The tables
// of a test call it; outside of a simulation it does nothing. A function that is ended there gets no error to handle, it is gone.
func Step(ctx context.Context) {
	if i, ok := ctx.Value(invocationKey{}).(*invocation); ok && !i.yield(struct{}{}) {
		panic(killed{})
	}
}

func (s *simulation) start(b batch, l *lane) {
	i := &invocation{batch: b, lane: l, slow: s.rand.IntN(4) == 0}
	ctx, cancel := context.WithCancel(context.WithValue(s.ctx, invocationKey{}, i))
	i.hurry = cancel
	i.next, i.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			if r := recover(); r != nil {
				if _, dead := r.(killed); !dead {
					panic(r)
				}
			}
		}()
		i.yield = yield
		i.answer.firstFailed, i.answer.err = s.invoke(ctx, slices.Clone(b.records))
	})
	if l != nil {
		l.busy = true
	}
	s.running = append(s.running, i)
	s.report.Invocations++
	s.report.Parallel = max(s.report.Parallel, len(s.running))
}

// step lets an invocation go on to its next act, or something happen to it.
func (s *simulation) step(i *invocation) {
	if i.slow && s.rand.IntN(10) > 0 {
		return
	}
	switch {
	case s.chance(s.faults.Crash):
		s.report.Crashes++
		i.stop()
		i.answer = answer{err: errNoAnswer}
		s.end(i)
		return
	case i.lane != nil && s.chance(s.faults.TimeOut):
		s.report.TimeOuts++
		s.settle(i, answer{err: errNoAnswer})
		i.lane = nil
	case s.chance(s.faults.Hurry):
		s.report.Hurries++
		i.hurry()
	}
	if _, more := i.next(); !more {
		s.end(i)
	}
}

func (s *simulation) end(i *invocation) {
	i.hurry()
	s.running = slices.DeleteFunc(s.running, func(each *invocation) bool { return each == i })
	switch {
	case i.answer.err != nil:
		s.report.Errors++
	case i.answer.firstFailed != "":
		s.report.Partial++
	}
	if i.lane == nil {
		return
	}
	if s.chance(s.faults.LostAnswer) {
		s.report.LostAnswers++
		i.answer = answer{err: errNoAnswer}
	}
	s.settle(i, i.answer)
}

// settle tells Lambda the answer.
func (s *simulation) settle(i *invocation, a answer) {
	i.lane.busy = false
	i.lane.pending = append(s.mapping.after(i.batch, a), i.lane.pending...)
}
