package program

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"afterword/internal/fault"
)

// Versions keeps the programs that were applied, as they were written. Every method may return a fault of kind Transient.
type Versions interface {
	// CurrentProgram returns the newest text and its version; nil and 0 when none was applied.
	CurrentProgram(ctx context.Context) (text []byte, version int, err error)
	// AddProgram makes the text the given version, which must follow the current one. Fault: Conflict when it does not, because another
	// was applied meanwhile.
	AddProgram(ctx context.Context, text []byte, version int, now time.Time) error
}

// How long a program is used before it is read again, and how long until the next try when that failed.
const (
	fresh = time.Minute
	retry = 10 * time.Second
)

// Reader gives the current program, which it reads at most once a minute. It may be used by several goroutines, and must not be
// copied once it is in use.
type Reader struct {
	Versions Versions
	Now      func() time.Time

	kept    atomic.Pointer[kept]
	loading sync.Mutex
}

type kept struct {
	program *Program
	until   time.Time
}

// Current returns the current program, which the caller must not change: the shipped default until one is applied, and the last
// good one while the table is in trouble. Faults: Transient when there has been none yet, Internal when the stored one cannot be read.
func (r *Reader) Current(ctx context.Context) (*Program, error) {
	have := r.kept.Load()
	if have != nil && r.Now().Before(have.until) {
		return have.program, nil
	}
	if have == nil {
		r.loading.Lock()
	} else if !r.loading.TryLock() {
		return have.program, nil // somebody is reading it; nobody waits who has one
	}
	defer r.loading.Unlock()
	if meanwhile := r.kept.Load(); meanwhile != nil && r.Now().Before(meanwhile.until) {
		return meanwhile.program, nil
	}
	p, err := r.load(ctx, have)
	until := r.Now().Add(fresh)
	if err != nil {
		if have == nil || fault.Is(err, fault.Internal) {
			return nil, err
		}
		p, until = have.program, r.Now().Add(retry)
	}
	r.kept.Store(&kept{p, until})
	return p, nil
}

// Forget makes the next Current read again: for a process that has just applied a program itself.
func (r *Reader) Forget() {
	r.loading.Lock()
	defer r.loading.Unlock()
	if have := r.kept.Load(); have != nil {
		r.kept.Store(&kept{have.program, time.Time{}})
	}
}

func (r *Reader) load(ctx context.Context, have *kept) (*Program, error) {
	text, version, err := r.Versions.CurrentProgram(ctx)
	switch {
	case err != nil:
		return nil, fault.Wrap(fault.Transient, err, "the program cannot be read just now")
	case have != nil && have.program.Version == version:
		return have.program, nil
	case version == 0:
		return Default(), nil
	}
	p, err := Parse(text)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the stored program, version %d, cannot be read", version)
	}
	p.Version = version
	return p, nil
}

// Publisher makes a program the current one.
type Publisher struct {
	Versions  Versions
	Languages []string // that there are texts in; see Program.SpokenIn
	// Check tells what is wrong with a program that reads well: its expressions are in a language that this package does not know; nil: nothing is.
	Check func(*Program) Problems
}

// Apply stores a program as the next version, which it returns; the same text once more is the version that it has. Faults: Invalid
// (Problems: all that is wrong with it), Conflict when it changes a survey that was used, or when another program was applied at
// the same time.
func (a Publisher) Apply(ctx context.Context, text []byte, now time.Time) (version int, err error) {
	p, err := Parse(text)
	if err == nil {
		err = p.SpokenIn(a.Languages)
	}
	if err != nil {
		return 0, err
	}
	if a.Check != nil {
		if wrong := a.Check(p); len(wrong) > 0 {
			return 0, wrong
		}
	}
	stored, version, err := a.Versions.CurrentProgram(ctx)
	if err != nil {
		return 0, err
	}
	if version > 0 && string(stored) == string(text) {
		return version, nil
	}
	// What cannot be read of an old program (of a laxer release) stands in nobody's way; its other surveys are still kept. Before
	// the first one there is nothing to keep: the shipped default cannot have mailed anybody from its example addresses.
	if version > 0 {
		old, _ := read(stored)
		if err := p.CompatibleWith(old); err != nil {
			return 0, err
		}
	}
	version++
	if err := a.Versions.AddProgram(ctx, text, version, now); err != nil {
		return 0, err
	}
	return version, nil
}
