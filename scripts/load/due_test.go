package main

import (
	"context"
	"flag"
	"runtime"
	"runtime/metrics"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"afterword/internal/function"
	"afterword/internal/ses"
	"afterword/internal/survey"
	"afterword/internal/table/bolt"
)

var due = flag.Int("due", 500, "how many invitations are due at once, on bolt")

// perSecond is how many letters SES lets the account of the check send: what it lets a new account.
const perSecond = 14

// Two dispatchers begin each minute, as on AWS when a schedule runs twice; one is cut off in the middle of its letters and never comes
// back. However many invitations are due, each is mailed once or shows as unknown, the account's rate is kept, and memory stays flat.
// Time is that of testing/synctest: it passes only while everybody waits, so that hours of sending take minutes and each letter leaves
// exactly when it would.
func TestABacklogLeavesOnceWithinTheRateAndInLittleMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(begins))
		db, err := bolt.Open("", bolt.Options{Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}()
		plan := planned(t, db, time.Now, *due)
		time.Sleep(3 * time.Hour) // purchases are asked about after two
		o := &office{plan: plan, carried: make([]uint8, *due)}
		dispatch := map[string]func(context.Context) error{}
		alive := map[string]context.Context{}
		for _, name := range []string{"first", "second"} {
			pacer := ses.NewPacer()
			p := parts(t, db, time.Now)
			p.Carrier, p.Rate, p.Reputation = clerk{o, name}, allowed{pacer}, o
			dispatch[name] = function.Dispatch(p)
			ctx, cut := context.WithCancel(t.Context())
			defer cut()
			alive[name] = ctx
			o.cut = append(o.cut, func(who string) {
				if who == name {
					cut()
				}
			})
		}
		began := time.Now()
		for round := 0; o.open(t, db) > 0; round++ {
			if round > *due/100+60 {
				t.Fatalf("after %d minutes %d invitations still wait", round, o.open(t, db))
			}
			var walks sync.WaitGroup
			for name, ctx := range alive {
				if ctx.Err() == nil {
					walks.Go(func() { _ = dispatch[name](ctx) }) // what it says is not believed: the table tells
				}
			}
			walks.Wait()
			time.Sleep(time.Minute - time.Since(began)%time.Minute)
		}
		took := time.Since(began)
		sent, unknown, unsent := o.check(t, db)
		if o.broken == "" || sent+unknown != *due || unsent > 0 || unknown > mostUnderWay {
			t.Errorf("%d sent and %d unknown of %d; cut off: %q", sent, unknown, *due, o.broken)
		}
		if o.fastest > perSecond {
			t.Errorf("%d letters in a second, SES allows %d", o.fastest, perSecond)
		}
		if first, last := float64(o.heap[0]), float64(o.heap[1]); last > 1.25*first+(2<<20) {
			t.Errorf("live heap grew from %.1f to %.1f MB", first/(1<<20), last/(1<<20))
		}
		t.Logf("%d due: %d sent once, %d unknown after dispatcher %q was cut off, none twice, none lost", *due, sent, unknown, o.broken)
		t.Logf("at most %d letters in a second (SES allows %d), %.1f on average over %s", o.fastest, perSecond, float64(sent)/took.Seconds(), took)
		t.Logf("live heap: at most %.1f MB in the first tenth of the way, %.1f MB in the last", float64(o.heap[0])/(1<<20), float64(o.heap[1])/(1<<20))
	})
}

// mostUnderWay is how many letters a dispatcher has under way at once, and mostUnmarked how many it marks together.
const (
	mostUnderWay = 8
	mostUnmarked = 90
)

// office is what both dispatchers send through: it takes letters, each with an answer a fifth of a second later.
type office struct {
	plan    map[string]int // number by invitation
	cut     []func(who string)
	mu      sync.Mutex
	carried []uint8 // letters by number
	total   int
	recent  [perSecond]time.Time
	fastest int // most letters in a second
	heap    [2]uint64
	broken  string // who was cut off
}

// clerk is the office as one dispatcher has it.
type clerk struct {
	*office
	name string
}

func (c clerk) Carry(ctx context.Context, letter survey.Letter) (string, error) {
	id := letter.Tags[survey.TagInvitation]
	c.take(id, c.name)
	select {
	case <-time.After(200 * time.Millisecond):
		return "ses-" + id, nil
	case <-ctx.Done():
		return "", ctx.Err() // it was carried, and its sender never learns so
	}
}

func (o *office) take(id, by string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	o.carried[o.plan[id]]++
	within := 1
	for _, at := range o.recent {
		if now.Sub(at) < time.Second-time.Millisecond {
			within++
		}
	}
	o.fastest = max(o.fastest, within)
	o.recent[o.total%perSecond] = now
	o.total++
	if o.broken == "" && o.total >= len(o.carried)/2 {
		o.broken = by
		for _, cut := range o.cut {
			cut(by)
		}
	}
	o.weigh()
}

// weigh keeps the most live heap of the first and of the last tenth of the way, looked at a hundred times.
func (o *office) weigh() {
	all := len(o.carried)
	if o.total%max(1, all/100) != 0 {
		return
	}
	tenth := -1
	switch {
	case o.total <= all/10:
		tenth = 0
	case o.total > all-all/10-mostUnderWay:
		tenth = 1
	}
	if tenth >= 0 {
		runtime.GC()
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		o.heap[tenth] = max(o.heap[tenth], live[0].Value.Uint64())
	}
}

func (o *office) Statistics(context.Context) ([]survey.Point, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return []survey.Point{{At: time.Now(), Mails: int64(o.total)}}, nil
}

// allowed is the account's rate, paced as on AWS.
type allowed struct{ *ses.Pacer }

func (a allowed) Quota(context.Context) (rate, max24h, sent24h float64, err error) {
	a.Allow(perSecond)
	return perSecond, -1, 0, nil
}
