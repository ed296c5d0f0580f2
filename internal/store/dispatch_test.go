package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/survey"
	"afterword/internal/table"
)

// post is a carrier that does as it is told, and keeps what it took.
type post struct {
	mu        sync.Mutex
	took      map[string]int // letters by kind and invitation
	says      func(letter survey.Letter) error
	lost      map[string]bool // letters that it takes without an answer
	perSecond float64
	max24h    float64
	paced     int
	onCarry   func(letter survey.Letter)
	onPace    func()
}

func newPost() *post {
	return &post{took: map[string]int{}, lost: map[string]bool{}, perSecond: 100, max24h: -1}
}

func (p *post) Carry(_ context.Context, letter survey.Letter) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.says != nil {
		if err := p.says(letter); err != nil {
			return "", err
		}
	}
	id := letter.Tags[survey.TagInvitation]
	p.took[letter.Kind+" "+id]++
	if p.onCarry != nil {
		p.onCarry(letter)
	}
	if p.lost[id] {
		return "", errors.New("no answer")
	}
	return "ses-" + letter.Kind + "-" + id, nil
}

func (p *post) Quota(context.Context) (perSecond, max24h, sent24h float64, err error) {
	return p.perSecond, p.max24h, 0, nil
}

func (p *post) Pace(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paced++
	if p.onPace != nil {
		p.onPace()
	}
	return nil
}

// pen writes letters in the fewest words.
type pen struct{ blot string } // an invitation that it cannot write

func (w pen) Survey(_ *program.Program, inv survey.Invitation, c customer.Customer) (survey.Letter, error) {
	return w.letter(survey.SurveyLetter, inv, c)
}

func (w pen) Reminder(_ *program.Program, inv survey.Invitation, c customer.Customer) (survey.Letter, error) {
	return w.letter(survey.ReminderLetter, inv, c)
}

func (w pen) letter(kind string, inv survey.Invitation, c customer.Customer) (survey.Letter, error) {
	if inv.ID == w.blot {
		return survey.Letter{}, errors.New("a blot")
	}
	return survey.Letter{Kind: kind, To: c.Address, Tags: map[string]string{survey.TagInvitation: inv.ID}}, nil
}

// office is a store with a dispatcher, a carrier and a clock.
type office struct {
	*Store
	post       *post
	program    *program.Program
	now        time.Time
	dispatcher *survey.Dispatcher
}

func (o *office) Current(context.Context) (*program.Program, error) { return o.program, nil }

func (o *office) clock() time.Time { return o.now }

func newOffice(s *Store) *office {
	s.pause = func(context.Context, time.Duration) error { return nil }
	o := &office{Store: s, post: newPost(), now: noon, program: &program.Program{
		Zone:    time.FixedZone("east of here", 13*60*60), // the day is another one than in UTC
		Surveys: map[string]program.Survey{"purchase-ces-v1": {}, "support-ces-v1": {}},
		Touchpoints: map[string]program.Touchpoint{
			"purchase": {Survey: "purchase-ces-v1", Expires: 30 * 24 * time.Hour, Reminder: 72 * time.Hour},
			"support":  {Survey: "support-ces-v1", Expires: 30 * 24 * time.Hour},
		},
	}}
	o.dispatcher = o.newDispatcher(s, o.post)
	return o
}

func (o *office) newDispatcher(s *Store, carrier survey.Carrier) *survey.Dispatcher {
	return &survey.Dispatcher{
		Invitations: s, Claims: s, Marks: s, Reminders: s, Customers: s, Allowance: s,
		Programs: o, Writer: pen{}, Carrier: carrier, Rate: o.post,
	}
}

const theDay = "2026-11-21" // noon's, in the program's zone

// plan makes a customer and a planned invitation.
func (o *office) plan(t *testing.T, touchpoint string, n int) string {
	t.Helper()
	writes, id := planWrites(t, touchpoint, n)
	if err := o.table.Transact(t.Context(), writes); err != nil {
		t.Fatal(err)
	}
	return id
}

// planMany makes the invitations from 0 to n.
func (o *office) planMany(t *testing.T, touchpoint string, n int) (ids []string) {
	t.Helper()
	var writes []table.Write
	for i := range n {
		more, id := planWrites(t, touchpoint, i)
		writes, ids = append(writes, more...), append(ids, id)
		if len(writes) < 90 && i < n-1 {
			continue
		}
		if err := o.table.Transact(t.Context(), writes); err != nil {
			t.Fatal(err)
		}
		writes = nil
	}
	return ids
}

func planWrites(t *testing.T, touchpoint string, n int) ([]table.Write, string) {
	t.Helper()
	inv := survey.Invitation{
		ID: survey.IDOf(touchpoint, "shop", fmt.Sprint(n), 1), State: survey.Planned, Touchpoint: touchpoint, Survey: touchpoint + "-ces-v1",
		Number: 1, Metric: "CES", Customer: customer.ID(fmt.Sprintf("%s-customer-%d", touchpoint, n)), Source: "shop", Subject: fmt.Sprint(n),
		PlannedAt: noon.Add(-time.Duration(n%60) * time.Second),
	}
	row, err := customerWrite(customer.Customer{
		ID: inv.Customer, Address: fmt.Sprintf("c%d@example.com", n),
		Asks: []customer.Ask{{Invitation: "an-earlier-one"}, {Invitation: inv.ID, At: inv.PlannedAt}},
	})
	if err != nil {
		t.Fatal(err)
	}
	item, err := table.Encode(inv)
	if err != nil {
		t.Fatal(err)
	}
	place(item, agenda.Entry{Due: inv.PlannedAt, Kind: agenda.Invite, Key: inv.ID})
	return []table.Write{row, {Kind: table.Put, Key: invitationKey(inv.ID), Item: item}}, inv.ID
}

// walk walks the agenda once.
func (o *office) walk(t *testing.T) error {
	t.Helper()
	return o.walkAs(t.Context(), o.Store, o.dispatcher, fmt.Sprint("walker at ", o.now))
}

func (o *office) walkAs(ctx context.Context, s *Store, d *survey.Dispatcher, owner string) error {
	_, err := agenda.Walker{
		Shelf: s, Lease: AgendaLease{s}, Owner: owner, Now: o.clock,
		Then: map[agenda.Kind]agenda.Handler{agenda.Invite: d, agenda.Remind: d},
	}.Walk(ctx)
	return err
}

// mustWalk walks when nothing is expected to go wrong.
func (o *office) mustWalk(t *testing.T) {
	t.Helper()
	if err := o.walk(t); err != nil {
		t.Fatal(err)
	}
}

func (o *office) invitation(t *testing.T, id string) survey.Invitation {
	t.Helper()
	inv, err := o.Invitations(t.Context(), []string{id})
	if err != nil {
		t.Fatal(err)
	}
	return inv[0]
}

// count reads a number of a series' day.
func (o *office) count(t *testing.T, touchpoint, day, what string) int64 {
	t.Helper()
	item, err := o.table.Get(t.Context(), sendsKey(touchpoint, touchpoint+"-ces-v1", day), true)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := item[what].(int64)
	return n
}

// asks tells whether the invitation keeps its place among its customer's asks.
func (o *office) asks(t *testing.T, inv survey.Invitation) bool {
	t.Helper()
	c, err := o.Customer(t.Context(), inv.Customer)
	if err != nil {
		t.Fatal(err)
	}
	for _, ask := range c.Asks {
		if ask.Invitation == inv.ID {
			return true
		}
	}
	if len(c.Asks) != 1 {
		t.Errorf("the customer has %d other asks, want 1", len(c.Asks))
	}
	return false
}

// answer does to an invitation what a customer's first answer does.
func (o *office) answer(t *testing.T, id string, at time.Time) {
	t.Helper()
	_, err := o.applies(t.Context(), table.Write{
		Kind: table.Update, Key: invitationKey(id), Set: table.Item{"state": string(survey.Answered)}, Add: map[string]int64{"rev": 1},
		Remove: offAgenda, If: table.All(table.Absent("rev"), table.More("expires_at", stamp(at))),
	})
	if err != nil {
		t.Error(err)
	}
	if err := o.Proven(t.Context(), id, at); err != nil {
		t.Error(err)
	}
}

func TestADueInvitationIsSentOnceAndCounted(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.plan(t, "purchase", 1)
		for range 3 {
			o.mustWalk(t)
			o.now = o.now.Add(time.Minute)
		}
		inv := o.invitation(t, id)
		if inv.State != survey.Sent || !inv.SentAt.Equal(noon) || inv.MessageID != "ses-survey-"+id || inv.SentDay != theDay {
			t.Errorf("%+v", inv)
		}
		if want := noon.Add(30 * 24 * time.Hour); !inv.ExpiresAt.Equal(want) {
			t.Errorf("it expires at %v, want %v", inv.ExpiresAt, want)
		}
		if n := o.post.took["survey "+id]; n != 1 {
			t.Errorf("%d mails, want 1", n)
		}
		if n := o.count(t, "purchase", theDay, "sent"); n != 1 {
			t.Errorf("%d counted, want 1", n)
		}
		if !o.asks(t, inv) {
			t.Error("it lost its place among the customer's asks")
		}
		due := dueBy(t, s, noon.Add(1000*time.Hour), 10)
		if want := (agenda.Entry{Due: noon.Add(72 * time.Hour), Kind: agenda.Remind, Key: id}); len(due) != 1 || due[0] != want {
			t.Errorf("on the agenda: %v, want %v", due, want)
		}
	})
}

func TestATouchpointWithoutReminderLeavesTheAgenda(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.plan(t, "support", 1)
		o.mustWalk(t)
		if due := dueBy(t, s, noon.Add(1000*time.Hour), 10); len(due) > 0 || o.invitation(t, id).State != survey.Sent {
			t.Errorf("%v is on the agenda", due)
		}
	})
}

func TestWhatTheCarrierSaysDecidesWhatBecomesOfAnInvitation(t *testing.T) {
	refusal := func(err error) func(survey.Letter) error {
		return func(survey.Letter) error { return fmt.Errorf("wrapped: %w", err) }
	}
	for _, c := range []struct {
		name   string
		says   func(survey.Letter) error
		state  survey.State
		alarms bool
		asks   bool // it keeps its place
		later  int  // mails when the carrier is well again
	}{
		{"throttled: put back", refusal(survey.ErrThrottled), survey.Planned, false, true, 1},
		{"over the day's quota: put back", refusal(survey.ErrQuota), survey.Planned, false, true, 1},
		{"suspended: put back, with an alarm", refusal(survey.ErrSuspended), survey.Planned, true, true, 1},
		{"refused: failed, its place is free", refusal(survey.ErrRefused), survey.Failed, true, false, 0},
		{"no answer: unknown, never sent again", refusal(errors.New("connection reset")), survey.Unknown, true, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				id := o.plan(t, "purchase", 1)
				o.post.says = c.says
				if err := o.walk(t); (err != nil) != c.alarms {
					t.Errorf("the walk says %v", err)
				}
				inv := o.invitation(t, id)
				if inv.State != c.state || o.asks(t, inv) != c.asks {
					t.Errorf("%s, place kept: %v", inv.State, o.asks(t, inv))
				}
				if inv.State != survey.Unknown && (inv.Claim != "" || inv.SentDay != "" || !inv.ClaimedAt.IsZero() || !inv.ExpiresAt.IsZero()) {
					t.Errorf("the claim left its marks: %+v", inv)
				}
				o.post.says, o.now = nil, o.now.Add(10*time.Minute)
				o.mustWalk(t)
				if n := o.post.took["survey "+id]; n != c.later || o.count(t, "purchase", theDay, "sent") != int64(c.later) {
					t.Errorf("%d mails later, want %d; counted %d", n, c.later, o.count(t, "purchase", theDay, "sent"))
				}
			})
		})
	}
}

func TestWhenTheCarrierHasEnoughTheRestWaits(t *testing.T) {
	for _, c := range []struct {
		name     string
		err      error
		attempts int // most letters that are tried in one walk
	}{
		{"throttled", survey.ErrThrottled, 8},
		{"suspended", survey.ErrSuspended, 8},
		{"many unknown", errors.New("time-out"), 10}, // 3 and those under way
	} {
		onEngines(t, func(t *testing.T, s *Store) {
			o := newOffice(s)
			o.planMany(t, "purchase", 200)
			attempts := 0
			o.post.says = func(survey.Letter) error { attempts++; return c.err }
			err := o.walk(t)
			if attempts > c.attempts {
				t.Errorf("%s: %d letters were tried, want at most %d", c.name, attempts, c.attempts)
			}
			if errors.Is(c.err, survey.ErrSuspended) != errors.Is(err, survey.ErrSuspended) {
				t.Errorf("%s: the walk says %v", c.name, err)
			}
			o.post.says, o.now = nil, o.now.Add(time.Minute)
			o.mustWalk(t)
			unknown := 200 - len(o.post.took)
			if unknown > c.attempts || !errors.Is(err, c.err) && unknown > 0 || c.name != "many unknown" && unknown > 0 {
				t.Errorf("%s: %d of 200 were not sent in the end", c.name, unknown)
			}
		})
	}
}

func TestALetterThatCannotBeWrittenKeepsNoOtherWaiting(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		bad := o.plan(t, "purchase", 30)
		o.planMany(t, "purchase", 10)
		o.dispatcher.Writer = pen{blot: bad}
		if err := o.walk(t); err == nil {
			t.Error("nobody hears of the letter that cannot be written")
		}
		if len(o.post.took) != 10 || o.invitation(t, bad).State != survey.Planned {
			t.Errorf("%d letters left, and the other one is %s", len(o.post.took), o.invitation(t, bad).State)
		}
	})
}

func TestWhatStandsAgainstAnInvitationStopsItAtTheLastMoment(t *testing.T) {
	set := func(status customer.Status) func(*testing.T, *office, survey.Invitation) {
		return func(t *testing.T, o *office, inv survey.Invitation) {
			if _, err := o.Suppress(t.Context(), inv.Customer, status, noon); err != nil {
				t.Fatal(err)
			}
		}
	}
	touchpoint := func(change func(*program.Touchpoint)) func(*testing.T, *office, survey.Invitation) {
		return func(_ *testing.T, o *office, _ survey.Invitation) {
			tp := o.program.Touchpoints["purchase"]
			change(&tp)
			o.program.Touchpoints["purchase"] = tp
		}
	}
	for _, c := range []struct {
		name   string
		before func(*testing.T, *office, survey.Invitation)
		state  survey.State
		why    string
	}{
		{"the customer unsubscribed", set(customer.Unsubscribed), survey.Suppressed, "unsubscribed"},
		{"the customer's address bounced", set(customer.Bounced), survey.Suppressed, "bounced"},
		{"the customer complained", set(customer.Complained), survey.Suppressed, "complained"},
		{"the customer was erased", set(customer.Erased), survey.Suppressed, "erased"},
		{"the customer has no address", func(t *testing.T, o *office, inv survey.Invitation) {
			if _, err := o.table.Write(t.Context(), table.Write{Kind: table.Update, Key: customerKey(inv.Customer), Remove: []string{"address"}}); err != nil {
				t.Fatal(err)
			}
		}, survey.Suppressed, survey.WhyNoAddress},
		{"the touchpoint was turned off", touchpoint(func(tp *program.Touchpoint) { tp.Off = true }), survey.Cancelled, survey.WhyOff},
		{"the touchpoint became a shadow", touchpoint(func(tp *program.Touchpoint) { tp.Shadow = true }), survey.Cancelled, survey.WhyOff},
		{"the touchpoint is gone", func(_ *testing.T, o *office, _ survey.Invitation) { delete(o.program.Touchpoints, "purchase") }, survey.Cancelled, survey.WhyOff},
		{"the survey is gone", func(_ *testing.T, o *office, _ survey.Invitation) { delete(o.program.Surveys, "purchase-ces-v1") }, survey.Cancelled, survey.WhyOff},
		{"its time is a day ago", func(_ *testing.T, o *office, inv survey.Invitation) { o.now = inv.PlannedAt.Add(24 * time.Hour) }, survey.Expired, survey.WhyLate},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, s *Store) {
				o := newOffice(s)
				id := o.plan(t, "purchase", 1)
				c.before(t, o, o.invitation(t, id))
				o.mustWalk(t)
				inv := o.invitation(t, id)
				if inv.State != c.state || inv.Why != c.why || len(o.post.took) > 0 {
					t.Errorf("%s because %q, %d mails; want %s because %q", inv.State, inv.Why, len(o.post.took), c.state, c.why)
				}
				if o.asks(t, inv) || !inv.ExpiresAt.IsZero() || inv.Claim != "" {
					t.Errorf("its place is kept: %v, or it can be answered: %+v", o.asks(t, inv), inv)
				}
				if due := dueBy(t, s, noon.Add(1000*time.Hour), 10); len(due) > 0 {
					t.Errorf("%v is still on the agenda", due)
				}
			})
		})
	}
}

func TestAReopenedSubjectsInvitationIsNotSent(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		o := newOffice(s)
		id := o.plan(t, "purchase", 1)
		// The entry is seen, the invitation is not planned any more: the index is a moment late.
		if _, err := o.table.Write(t.Context(), table.Write{Kind: table.Update, Key: invitationKey(id), Set: table.Item{"state": string(survey.Cancelled)}}); err != nil {
			t.Fatal(err)
		}
		o.mustWalk(t)
		if due := dueBy(t, s, noon, 10); len(o.post.took) > 0 || len(due) > 0 || o.invitation(t, id).State != survey.Cancelled {
			t.Errorf("%d mails, %v on the agenda", len(o.post.took), due)
		}
	})
}
