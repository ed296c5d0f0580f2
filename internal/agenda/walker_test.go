package agenda

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// desk is a shelf and a lease in memory, and a clock.
type desk struct {
	mu       sync.Mutex
	entries  [Shards][]Entry
	owner    string
	until    time.Time
	now      time.Time
	largest  int // page that was asked for
	renewals int
	shelfErr error
}

func (d *desk) put(shard int, e Entry) {
	d.entries[shard] = append(d.entries[shard], e)
	slices.SortStableFunc(d.entries[shard], func(a, b Entry) int { return a.Due.Compare(b.Due) })
}

func (d *desk) Due(_ context.Context, shard int, by time.Time, limit int, start string) ([]Entry, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.largest = max(d.largest, limit)
	if d.shelfErr != nil {
		return nil, "", d.shelfErr
	}
	if start == "" { // a page may be empty and not the last
		return nil, "0", nil
	}
	from, _ := strconv.Atoi(start)
	due := d.entries[shard]
	for i, e := range due {
		if e.Due.After(by) {
			due = due[:i]
			break
		}
	}
	to := min(from+limit, len(due))
	next := ""
	if to-from == limit { // a full page has a next one even if nothing follows
		next = strconv.Itoa(to)
	}
	return due[from:to], next, nil
}

func (d *desk) Acquire(_ context.Context, owner string, now, until time.Time) (bool, error) {
	if d.owner != "" && d.owner != owner && now.Before(d.until) {
		return false, nil
	}
	d.owner, d.until = owner, until
	return true, nil
}

func (d *desk) Renew(_ context.Context, owner string, until time.Time) (bool, error) {
	if d.owner != owner {
		return false, nil
	}
	d.until = until
	d.renewals++
	return true, nil
}

func (d *desk) Release(ctx context.Context, owner string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if d.owner == owner {
		d.owner = ""
	}
	return nil
}

func (d *desk) clock() time.Time { return d.now }

func (d *desk) walker(owner string, first, then map[Kind]Handler) Walker {
	return Walker{Shelf: d, Lease: d, Owner: owner, Now: d.clock, First: first, Then: then}
}

// handlerFunc lets a function handle.
type handlerFunc func(ctx context.Context, entries []Entry, walk Walk) error

func (f handlerFunc) Handle(ctx context.Context, entries []Entry, walk Walk) error {
	return f(ctx, entries, walk)
}

// keeper keeps the entries that it is handed.
type keeper struct {
	got     []Entry
	batches []int
}

func (k *keeper) Handle(_ context.Context, entries []Entry, _ Walk) error {
	k.got = append(k.got, entries...)
	k.batches = append(k.batches, len(entries))
	return nil
}

func fill(d *desk, kind Kind, n int) {
	for i := range n {
		d.put(i*7%Shards, Entry{Due: noon.Add(-time.Duration(n-i) * time.Second), Kind: kind, Key: fmt.Sprintf("%s-%d", kind, i)})
	}
}

func TestABacklogIsWorkedOffFromItsOldestEntryByPages(t *testing.T) {
	d := &desk{now: noon}
	fill(d, Invite, 10_000)
	d.put(3, Entry{Due: noon.Add(time.Second), Kind: Invite, Key: "tomorrow's"})
	var k keeper
	report, err := d.walker("me", nil, map[Kind]Handler{Invite: &k}).Walk(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(k.got) != 10_000 || report.Passed[Invite] != 10_000 || report.Ended || report.Busy {
		t.Errorf("%d entries, %+v, want the 10000 that are due", len(k.got), report)
	}
	if !slices.IsSortedFunc(k.got, func(a, b Entry) int { return a.Due.Compare(b.Due) }) {
		t.Error("the entries of the shards did not come in order of time")
	}
	if most := slices.Max(k.batches); most > batchSize || d.largest > pageSize {
		t.Errorf("a batch of %d and a page of %d: more in memory than is meant", most, d.largest)
	}
	if d.owner != "" {
		t.Errorf("the lease is still %s's", d.owner)
	}
}

func TestTasksDoNotWaitBehindABacklogOfInvitations(t *testing.T) {
	d := &desk{now: noon}
	fill(d, Invite, 300)
	d.put(5, Entry{Due: noon, Kind: Task, Key: "late"})
	var order []Kind
	note := handlerFunc(func(_ context.Context, entries []Entry, _ Walk) error {
		order = append(order, entries[0].Kind)
		return nil
	})
	first, then := map[Kind]Handler{Task: note, Verdict: note}, map[Kind]Handler{Invite: note, Remind: note}
	if _, err := d.walker("me", first, then).Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []Kind{Task, Invite, Invite, Invite, Invite}; !cmp.Equal(order, want) {
		t.Errorf("handled in the order %v, want %v", order, want)
	}
}

func TestOnlyOneWalkerWorks(t *testing.T) {
	d := &desk{now: noon}
	fill(d, Invite, 1)
	var inner Report
	outer := handlerFunc(func(ctx context.Context, _ []Entry, _ Walk) error {
		var err error
		inner, err = d.walker("other", nil, map[Kind]Handler{Invite: &keeper{}}).Walk(ctx)
		return err
	})
	if _, err := d.walker("me", nil, map[Kind]Handler{Invite: outer}).Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !inner.Busy || inner.Passed != nil {
		t.Errorf("a second walker, while the first works: %+v, want it to find that somebody is busy", inner)
	}
}

func TestTheLeaseOfADeadWalkerRunsOut(t *testing.T) {
	d := &desk{now: noon, owner: "dead", until: noon.Add(LeaseTime)}
	fill(d, Invite, 1)
	var k keeper
	w := d.walker("me", nil, map[Kind]Handler{Invite: &k})
	if report, err := w.Walk(t.Context()); err != nil || !report.Busy {
		t.Errorf("%+v, %v, want it held", report, err)
	}
	d.now = noon.Add(LeaseTime)
	if report, err := w.Walk(t.Context()); err != nil || report.Busy || len(k.got) != 1 {
		t.Errorf("%+v, %v, want it taken over", report, err)
	}
}

func TestAWalkEndsByItselfWhenItsTimeIsOver(t *testing.T) {
	d := &desk{now: noon}
	fill(d, Invite, 1000)
	batches := 0
	slow := handlerFunc(func(_ context.Context, _ []Entry, walk Walk) error {
		if want := noon.Add(Budget); !walk.End.Equal(want) {
			t.Errorf("the handler hears that it ends at %v, want %v", walk.End, want)
		}
		batches++
		d.now = d.now.Add(20 * time.Second)
		return nil
	})
	report, err := d.walker("me", nil, map[Kind]Handler{Invite: slow}).Walk(t.Context())
	if err != nil || !report.Ended || batches != 3 {
		t.Errorf("%+v, %v after %d batches, want it ended after 3 of 20 s", report, err, batches)
	}
}

func TestAWalkerThatLostTheLeaseBeginsNothingMore(t *testing.T) {
	d := &desk{now: noon}
	fill(d, Invite, 1000)
	batches := 0
	slow := handlerFunc(func(context.Context, []Entry, Walk) error {
		batches++
		d.now = d.now.Add(renewal)
		d.owner, d.until = "other", d.now.Add(LeaseTime)
		return nil
	})
	_, err := d.walker("me", nil, map[Kind]Handler{Invite: slow}).Walk(t.Context())
	if !errors.Is(err, ErrLeaseLost) || batches != 1 {
		t.Errorf("%v after %d batches, want it stopped after the one in which it lost the lease", err, batches)
	}
	if d.owner != "other" {
		t.Errorf("the lease of the other walker is %q's now", d.owner)
	}
}

func TestALeaseIsRenewedWhenItIsNoLongerYoung(t *testing.T) {
	for _, c := range []struct {
		batch    time.Duration // how long each of ten takes
		renewals int
	}{{time.Second, 0}, {4 * time.Second, 2}, {5 * time.Second, 3}} {
		d := &desk{now: noon}
		fill(d, Invite, 10*batchSize)
		batches := 0
		_, err := d.walker("me", nil, map[Kind]Handler{Invite: handlerFunc(func(context.Context, []Entry, Walk) error {
			if left := d.until.Sub(d.now); left <= LeaseTime-renewal {
				t.Errorf("a batch begins when the lease has %v left", left)
			}
			batches++
			d.now = d.now.Add(c.batch)
			return nil
		})}).Walk(t.Context())
		if err != nil || batches != 10 || d.renewals != c.renewals {
			t.Errorf("batches of %v: %d renewals in %d of them, %v, want %d", c.batch, d.renewals, batches, err, c.renewals)
		}
	}
}

func TestAWalkEndsWithItsContext(t *testing.T) {
	d := &desk{now: noon}
	fill(d, Invite, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	batches := 0
	_, err := d.walker("me", nil, map[Kind]Handler{Invite: handlerFunc(func(context.Context, []Entry, Walk) error {
		batches++
		cancel()
		return nil
	})}).Walk(ctx)
	if !errors.Is(err, context.Canceled) || batches != 1 || d.owner != "" {
		t.Errorf("%v after %d batches, lease %q; want it cancelled after one, the lease given back", err, batches, d.owner)
	}
}

func TestWhatAHandlerSaysEndsItsKindOrIsReported(t *testing.T) {
	broken := errors.New("the printer is out of paper")
	for _, c := range []struct {
		name    string
		says    error
		batches int
		fails   bool
	}{
		{"nothing to say", nil, 3, false},
		{"enough for now", ErrEnough, 1, false},
		{"a failure", broken, 3, true},
		{"a failure that is enough", fmt.Errorf("%w: %w", ErrEnough, broken), 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &desk{now: noon}
			fill(d, Invite, 200)
			fill(d, Remind, 1)
			batches, reminders := 0, keeper{}
			_, err := d.walker("me", nil, map[Kind]Handler{Remind: &reminders, Invite: handlerFunc(func(context.Context, []Entry, Walk) error {
				batches++
				return c.says
			})}).Walk(t.Context())
			if batches != c.batches || errors.Is(err, broken) != c.fails || !c.fails && err != nil {
				t.Errorf("%d batches, %v", batches, err)
			}
			if len(reminders.got) != 1 {
				t.Error("the other kind did not go on")
			}
		})
	}
}

func TestAnAgendaThatCannotBeReadIsSaid(t *testing.T) {
	d := &desk{now: noon, shelfErr: errors.New("no such shelf")}
	_, err := d.walker("me", nil, map[Kind]Handler{Invite: &keeper{}}).Walk(t.Context())
	if !errors.Is(err, d.shelfErr) || d.owner != "" {
		t.Errorf("%v, lease %q", err, d.owner)
	}
}
