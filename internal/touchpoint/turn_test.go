package touchpoint_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/score"
	"afterword/internal/touchpoint"
)

// club is customers, their rotas and the visits that their turns were. It decides by the rules and keeps each visit once.
type club struct {
	mu      sync.Mutex
	program *program.Program
	members []customer.Customer
	rotas   map[string]touchpoint.Rota
	due     map[string]time.Time
	visits  map[string]turn // by subject and customer
	lots    int             // pages of the members
	broken  func(customer.Customer) error
	looked  int
	first   int // the number of the first member
}

type turn struct {
	at       time.Time // when it was taken
	planned  time.Time // zero: not asked
	decision touchpoint.Decision
}

func clubOf(n int, every period.Kind, change func(*program.Program)) *club {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	c := &club{rotas: map[string]touchpoint.Rota{}, due: map[string]time.Time{}, visits: map[string]turn{}, lots: 1, program: &program.Program{
		Zone: zone, Languages: []string{"en"},
		Surveys: map[string]program.Survey{"nps": {ID: "nps", Number: 1, Scale: score.Scale{Metric: score.NPS}}},
		Touchpoints: map[string]program.Touchpoint{"relationship": {
			Name: "relationship", Survey: "nps", Sample: 1, Subject: program.SharedSubject, MaxAge: 14 * day, Delay: time.Hour,
			Every: every, Weekdays: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true},
		}},
		Policy: program.Policy{Hours: program.Hours{Days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true}, From: 8 * time.Hour, To: 20 * time.Hour}},
	}}
	if change != nil {
		change(c.program)
	}
	for i := range n {
		c.members = append(c.members, customer.Customer{ID: customer.ID(fmt.Sprint("c-", i)), Revision: 1, Address: fmt.Sprintf("c%d@customer.example", i)})
	}
	return c
}

func (c *club) Current(context.Context) (*program.Program, error) { return c.program, nil }

func (c *club) Rota(_ context.Context, name string) (touchpoint.Rota, error) {
	return c.rotas[name], nil
}

func (c *club) KeepRota(_ context.Context, r touchpoint.Rota, due time.Time) (bool, error) {
	if c.rotas[r.Touchpoint].Revision != r.Revision {
		return false, nil
	}
	r.Revision++
	c.rotas[r.Touchpoint], c.due[r.Touchpoint] = r, due
	return true, nil
}

func (c *club) Customers(_ context.Context, place string) (touchpoint.CustomersPage, error) {
	c.looked++
	lot := 0
	if place != "" {
		if _, err := fmt.Sscan(place, &lot); err != nil {
			return touchpoint.CustomersPage{}, err
		}
	}
	from, to := lot*len(c.members)/c.lots, (lot+1)*len(c.members)/c.lots
	page := touchpoint.CustomersPage{Customers: slices.Clone(c.members[from:to])}
	if lot+1 < c.lots {
		page.Next = fmt.Sprint(lot + 1)
	}
	return page, nil
}

func (c *club) Take(_ context.Context, p *program.Program, e touchpoint.Event, now time.Time) (touchpoint.Outcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var i int
	if _, err := fmt.Sscanf(e.Address, "c%d@", &i); err != nil {
		return touchpoint.Outcome{}, err
	}
	i = (i - c.first + len(c.members)) % len(c.members)
	if c.broken != nil {
		if err := c.broken(c.members[i]); err != nil {
			return touchpoint.Outcome{}, err
		}
	}
	name := e.Subject + " " + e.Address
	if _, repeated := c.visits[name]; repeated {
		return touchpoint.Outcome{Repeated: true}, nil
	}
	decision, inv := touchpoint.Decide(p, c.members[i], e, 1, now)
	visit := turn{at: now, decision: decision}
	if inv != nil {
		visit.planned = inv.PlannedAt
		c.members[i].AddAsk(customer.Ask{Invitation: inv.ID, At: inv.PlannedAt, Metric: "NPS", Touchpoint: e.Touchpoint})
	}
	c.visits[name] = visit
	return touchpoint.Outcome{Decision: decision}, nil
}

func (c *club) turns() touchpoint.Turns {
	return touchpoint.Turns{Rotas: c, Programs: c, Crowd: c, Taker: c}
}

// walk goes on with what is on the agenda.
func (c *club) walk(t testing.TB, now time.Time) error {
	t.Helper()
	if c.due["relationship"].IsZero() {
		return nil
	}
	entry := agenda.Entry{Due: c.due["relationship"], Kind: agenda.Turns, Key: "relationship"}
	return c.turns().Handle(t.Context(), []agenda.Entry{entry}, agenda.Walk{Now: func() time.Time { return now }, End: now.Add(agenda.Budget)})
}

// live lets days pass: each hour the schedule begins the day's turns if it has not, and a walk goes on with them.
func (c *club) live(t testing.TB, from, to string) {
	t.Helper()
	for d, last := dayOf(t, from), dayOf(t, to); !last.Before(d); d = d.Add(1) {
		for _, hour := range []time.Duration{0, 10 * time.Hour} {
			now := d.At(hour, c.program.Zone)
			if err := errors.Join(c.turns().Begin(t.Context(), now), c.walk(t, now)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func dayOf(t testing.TB, name string) period.Day {
	t.Helper()
	d, err := period.ParseDay(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// byDay counts the mails of each day of the program's zone.
func (c *club) byDay() map[period.Day]int {
	days := map[period.Day]int{}
	for _, v := range c.visits {
		if !v.planned.IsZero() {
			days[period.DayOf(v.planned, c.program.Zone)]++
		}
	}
	return days
}

func TestEverybodyHasATurnInEachPeriodEvenlyOverItsWeekdays(t *testing.T) {
	const members = 2600
	for _, row := range []struct {
		every    period.Kind
		from, to string
		days     int // on which there are turns
		change   func(*program.Program)
	}{
		{period.Quarterly, "2026-10-01", "2026-12-31", 66, nil}, // the clocks are put back in it
		{period.Quarterly, "2027-01-01", "2027-03-31", 64, nil}, // and forward; it begins on a Friday
		{period.Monthly, "2028-02-01", "2028-02-29", 21, nil},   // a leap year's
		{period.Monthly, "2027-02-01", "2027-02-28", 20, nil},
		{period.Yearly, "2028-01-01", "2028-12-31", 260, nil}, // from a Saturday to a Sunday
		{period.Monthly, "2026-12-01", "2026-12-31", 22, func(p *program.Program) {
			p.Policy.Holidays = []program.Holiday{{Month: time.December, Day: 25}, {Year: 2027, Month: time.December, Day: 24}}
		}},
		{period.Monthly, "2026-11-01", "2026-11-30", 9, func(p *program.Program) { // Saturdays: mail leaves; Sundays: it does not
			tp := p.Touchpoints["relationship"]
			tp.Weekdays = [7]bool{0: true, 1: true, 6: true}
			p.Touchpoints["relationship"] = tp
		}},
	} {
		t.Run(row.from, func(t *testing.T) {
			c := clubOf(members, row.every, row.change)
			c.live(t, row.from, row.to)
			byDay := c.byDay()
			if len(c.visits) != members || len(byDay) != row.days {
				t.Fatalf("%d customers had a turn on %d days, want %d on %d", len(c.visits), len(byDay), members, row.days)
			}
			// Chi-square of an even spread over n days has mean n-1 and variance 2(n-1).
			square, even := 0.0, float64(members)/float64(row.days)
			for d, n := range byDay {
				if wd := d.Weekday(); !c.program.Touchpoints["relationship"].Weekdays[wd] || c.program.Policy.Holiday(d) {
					t.Errorf("%d mails on %s, a %s", n, d, wd)
				}
				square += (float64(n) - even) * (float64(n) - even) / even
			}
			if free := float64(row.days - 1); square > free+5*1.42*math.Sqrt(free) {
				t.Errorf("chi-square %.0f with %.0f degrees of freedom", square, free)
			}
			hours := map[int]int{}
			for name, v := range c.visits {
				at := v.planned.In(c.program.Zone)
				if hours[at.Hour()]++; at.Hour() < 8 || at.Hour() >= 20 || period.DayOf(v.at, at.Location()) != period.DayOf(at, at.Location()) {
					t.Fatalf("the turn of %s, taken at %s, is at %s", name, v.at, at)
				}
			}
			for hour, n := range hours {
				if n < members/12*6/10 || n > members/12*14/10 || len(hours) != 12 {
					t.Errorf("%d of %d mails leave at %d o'clock", n, members, hour)
				}
			}
		})
	}
}

func TestNobodyHasTwoTurnsInAPeriodWhateverHappens(t *testing.T) {
	c := clubOf(900, period.Quarterly, nil)
	c.lots = 3
	c.live(t, "2026-10-01", "2026-10-30")
	// The next morning two processes begin the day, one walk dies in the middle, another goes on from the same place as a third.
	monday := dayOf(t, "2026-11-02").At(0, c.program.Zone)
	for range 2 {
		if err := c.turns().Begin(t.Context(), monday); err != nil {
			t.Fatal(err)
		}
	}
	before, n := c.rotas["relationship"], 0
	c.broken = func(customer.Customer) error {
		if n++; n > 5 {
			return fault.New(fault.Transient, "no power")
		}
		return nil
	}
	if err := c.walk(t, monday); !fault.Is(err, fault.Transient) || c.due["relationship"].IsZero() {
		t.Fatalf("a walk that died: %v, and the turns are due at %s", err, c.due["relationship"])
	}
	c.broken = nil
	if err := c.walk(t, monday); err != nil {
		t.Fatal(err)
	}
	after := c.rotas["relationship"]
	before.Revision = after.Revision
	c.rotas["relationship"], c.due["relationship"] = before, monday
	if err := c.walk(t, monday); err != nil {
		t.Fatal(err)
	}
	c.live(t, "2026-11-02", "2026-11-13")
	// Then the owner changes weekdays and holidays.
	tp := c.program.Touchpoints["relationship"]
	tp.Weekdays = [7]bool{2: true, 3: true, 6: true}
	c.program.Touchpoints["relationship"] = tp
	c.program.Policy.Holidays = []program.Holiday{{Month: time.December, Day: 1}}
	c.live(t, "2026-11-14", "2026-12-01")
	if got := len(c.visits); got < 560 || got > 640 {
		t.Errorf("after two thirds of the quarter %d of 900 had a turn", got)
	}
	c.live(t, "2026-12-02", "2026-12-31")
	for _, m := range c.members {
		if len(m.Asks) != 1 {
			t.Errorf("%s was asked %d times in the quarter", m.ID, len(m.Asks))
		}
	}
}

func TestWhoseTurnWasThisMonthHasNoneThisQuarterWhenTheOwnerChangesToQuarters(t *testing.T) {
	c := clubOf(300, period.Monthly, nil)
	c.live(t, "2026-10-01", "2026-10-16")
	tp := c.program.Touchpoints["relationship"]
	tp.Every = period.Quarterly
	c.program.Touchpoints["relationship"] = tp
	before := len(c.visits)
	c.live(t, "2026-10-17", "2026-12-31")
	for _, m := range c.members {
		if len(m.Asks) > 1 {
			t.Errorf("%s was asked on %s and %s", m.ID, m.Asks[0].At, m.Asks[1].At)
		}
	}
	if before < 130 || len(c.visits) < before+90 {
		t.Errorf("%d turns before, %d after", before, len(c.visits)-before)
	}
}

func TestADayWithoutTheSystemIsMadeUpForAndALongTimeIsNot(t *testing.T) {
	for _, row := range []struct {
		name, until, from string
		most, least       int // mails on the first day after
		all               bool
	}{
		{"a day", "2026-10-20", "2026-10-22", 45, 15, true},
		{"a week", "2026-10-20", "2026-10-29", 140, 80, true},
		{"a month", "2026-10-20", "2026-11-20", 160, 90, false},
		{"the end of the quarter before", "2026-09-25", "2026-10-05", 65, 20, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := clubOf(990, period.Quarterly, nil)
			c.live(t, "2026-07-01", row.until)
			for name := range c.visits {
				if name[:7] == "2026-Q3" {
					delete(c.visits, name)
				}
			}
			c.live(t, row.from, "2026-12-31")
			if n := c.byDay()[dayOf(t, row.from)]; n < row.least || n > row.most {
				t.Errorf("on the day after, %d of 990 have their turn", n)
			}
			if all := len(c.visits) == 990; all != row.all {
				t.Errorf("%d of 990 had a turn", len(c.visits))
			}
		})
	}
}

func TestWhoComesAfterTheOwnDayHasTheFirstTurnInTheNextPeriod(t *testing.T) {
	c := clubOf(300, period.Quarterly, nil)
	late := c.members[:150]
	c.members, c.first = c.members[150:], 150
	c.live(t, "2026-07-01", "2026-11-15")
	c.visits = map[string]turn{}
	c.members, c.first = slices.Concat(late, c.members), 0
	c.live(t, "2026-11-16", "2026-12-31")
	this := len(c.visits)
	c.live(t, "2027-01-01", "2027-03-31")
	if this < 120 || this > 190 || len(c.visits) != this+300 {
		t.Errorf("%d turns in the second half of the quarter and %d in the next", this, len(c.visits)-this)
	}
}

// With the shipped windows, 90 days for the same metric, a quarter can be as long as the window or a day or two longer.
func TestWindowsOfAQuarterLetEverybodyBeAskedEachQuarter(t *testing.T) {
	c := clubOf(400, period.Quarterly, func(p *program.Program) { p.Policy.AllWindow, p.Policy.MetricWindow = 45*day, 90*day })
	c.live(t, "2027-01-01", "2028-12-31")
	counts := map[int]int{}
	for _, m := range c.members {
		counts[len(m.Asks)]++
		slices.SortFunc(m.Asks, func(a, b customer.Ask) int { return cmp.Compare(a.At.Unix(), b.At.Unix()) })
		for i := 1; i < len(m.Asks); i++ {
			if apart := m.Asks[i].At.Sub(m.Asks[i-1].At); apart < 90*day {
				t.Fatalf("%s was asked twice within %s", m.ID, apart)
			}
		}
	}
	if counts[8] < 390 || counts[8]+counts[7] != 400 {
		t.Errorf("customers by how often they were asked in eight quarters: %v", counts)
	}
}

func TestATurnWaitsForTheWindowOfAnotherSurveyAndIsToldWhenThatNeverEnds(t *testing.T) {
	c := clubOf(200, period.Quarterly, func(p *program.Program) { p.Policy.AllWindow = 45 * day })
	other := time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)
	for i := range c.members {
		at := other
		if i%2 == 1 {
			at = other.AddDate(0, 2, 0)
		}
		c.members[i].AddAsk(customer.Ask{Invitation: "other", At: at, Metric: "CES", Touchpoint: "purchase"})
	}
	c.live(t, "2026-10-01", "2026-12-31")
	for i, m := range c.members {
		v, had := c.visits["2026-Q4 "+m.Address]
		switch {
		case !had:
			t.Fatalf("nothing says why %s was not asked", m.ID)
		case i%2 == 0 && (v.decision.Reason != touchpoint.Planned || v.planned.Sub(other) < 45*day):
			t.Fatalf("%s, asked on %s, is decided %s for %s", m.ID, other, v.decision.Reason, v.planned)
		case i%2 == 1 && v.decision.Reason == touchpoint.Fatigue && period.DayOf(v.at, c.program.Zone) != dayOf(t, "2026-12-31"):
			t.Fatalf("%s is told on %s that there is no time left", m.ID, v.at)
		}
	}
}

func TestNoTurnsForWhomNobodyMayMailNorOfATouchpointThatIsOff(t *testing.T) {
	c := clubOf(5, period.Monthly, nil)
	c.members[0].Address = ""
	for i, status := range []customer.Status{customer.Unsubscribed, customer.Bounced, customer.Complained} {
		c.members[i+1].Status = status
	}
	c.live(t, "2026-11-01", "2026-11-30")
	if len(c.visits) != 1 {
		t.Errorf("%d of five customers, of whom one can be mailed, had a turn", len(c.visits))
	}
	off := clubOf(5, period.Monthly, func(p *program.Program) {
		tp := p.Touchpoints["relationship"]
		tp.Off = true
		p.Touchpoints["relationship"] = tp
	})
	off.live(t, "2026-11-01", "2026-11-30")
	if len(off.rotas) != 0 || off.looked != 0 {
		t.Errorf("%d rotas, %d looks at customers", len(off.rotas), off.looked)
	}
}
