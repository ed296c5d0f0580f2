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
	return survey.Letter{
		Kind: kind, From: "hello@acme.example", To: c.Address, Raw: []byte("Subject: ?\r\n\r\n?"),
		Tags: map[string]string{survey.TagInvitation: inv.ID},
	}, nil
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
		First: map[agenda.Kind]agenda.Handler{agenda.Mark: survey.Lots{Marks: s}},
		Then:  map[agenda.Kind]agenda.Handler{agenda.Invite: d, agenda.Remind: d},
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

// reputation is what the carrier knows of the account, and an owner who counts how often he is told.
type reputation struct {
	points []survey.Point
	told   int
}

func (r *reputation) Statistics(context.Context) ([]survey.Point, error) { return r.points, nil }

func (r *reputation) Tell(context.Context, *program.Program, survey.Pause) error {
	r.told++
	return nil
}
