package touchpoint_test

import (
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

func TestATurnObeysTheRulesOfItsTouchpoint(t *testing.T) {
	for want, change := range map[touchpoint.Reason]func(*program.Touchpoint, *customer.Customer){
		touchpoint.NewAccount: func(tp *program.Touchpoint, c *customer.Customer) {
			tp.MinAge, c.Since = 90*day, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
		},
		touchpoint.Shadow:     func(tp *program.Touchpoint, _ *customer.Customer) { tp.Shadow = true },
		touchpoint.SampledOut: func(tp *program.Touchpoint, _ *customer.Customer) { tp.Sample = 0 },
		touchpoint.OpenCase:   func(_ *program.Touchpoint, c *customer.Customer) { c.OpenCases = 1 },
		touchpoint.NoConsent:  func(_ *program.Touchpoint, c *customer.Customer) { c.Refused = true },
	} {
		c := clubOf(1, period.Monthly, nil)
		tp := c.program.Touchpoints["relationship"]
		change(&tp, &c.members[0])
		c.program.Touchpoints["relationship"] = tp
		c.live(t, "2026-11-01", "2026-11-30")
		if got := c.visits["2026-11 c0@customer.example"].decision.Reason; got != want {
			t.Errorf("decided %q, want %q", got, want)
		}
	}
}

func TestAWalkGoesThroughCustomersForTenSecondsAndTheNextGoesOn(t *testing.T) {
	c := clubOf(2200, period.Monthly, nil)
	c.lots = 100
	now := dayOf(t, "2026-11-02").At(0, c.program.Zone)
	if err := c.turns().Begin(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	walks := 0
	for ; !c.due["relationship"].IsZero(); walks++ {
		clock, begun := now, c.looked
		walk := agenda.Walk{Now: func() time.Time { clock = clock.Add(time.Second / 4); return clock }, End: now.Add(agenda.Budget)}
		if err := c.turns().Handle(t.Context(), []agenda.Entry{{Due: now, Kind: agenda.Turns, Key: "relationship"}}, walk); err != nil {
			t.Fatal(err)
		}
		if clock.Sub(now) > touchpoint.TurnTime+time.Second || c.looked == begun {
			t.Fatalf("a walk took %s for %d pages", clock.Sub(now), c.looked-begun)
		}
	}
	if walks != 3 || c.looked != 100 || len(c.visits) < 60 || len(c.visits) > 150 {
		t.Errorf("%d walks, %d pages, %d of 2200 had their turn on one of 21 days", walks, c.looked, len(c.visits))
	}
}

func TestNothingIsBegunWhenTheWalkIsAboutToEnd(t *testing.T) {
	c := clubOf(30, period.Monthly, nil)
	now := dayOf(t, "2026-11-02").At(0, c.program.Zone)
	if err := c.turns().Begin(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	walk := agenda.Walk{Now: func() time.Time { return now }, End: now.Add(4 * time.Second)}
	err := c.turns().Handle(t.Context(), []agenda.Entry{{Due: now, Kind: agenda.Turns, Key: "relationship"}}, walk)
	if err != nil || c.looked > 0 || c.due["relationship"].IsZero() {
		t.Errorf("%v; %d pages; due at %s", err, c.looked, c.due["relationship"])
	}
}

func TestTurnsThatTheProgramNoLongerHasEndByThemselves(t *testing.T) {
	c := clubOf(300, period.Monthly, nil)
	now := dayOf(t, "2026-11-02").At(0, c.program.Zone)
	if err := c.turns().Begin(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	tp := c.program.Touchpoints["relationship"]
	delete(c.program.Touchpoints, "relationship")
	if err := c.walk(t, now); err != nil || !c.due["relationship"].IsZero() || len(c.visits) != 0 {
		t.Errorf("%v; due at %s; %d visits", err, c.due["relationship"], len(c.visits))
	}
	c.program.Touchpoints["relationship"] = tp
	if c.live(t, "2026-11-03", "2026-11-30"); len(c.visits) != 300 {
		t.Errorf("%d of 300 had their turn when it came back the next day", len(c.visits))
	}
}
