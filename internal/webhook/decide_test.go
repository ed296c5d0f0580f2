package webhook

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

func TestAnEventIsWhatTheFirstRuleThatTakesItSays(t *testing.T) {
	source := program.Source{Name: "desk", Events: map[string][]program.Rule{
		"solved": {
			{Touchpoint: "vip", Filter: program.Filter{"tags": {Any: []string{"vip"}}}, Subject: program.CustomerSubject},
			{Touchpoint: "support", Filter: program.Filter{"tags": {Not: []string{"spam"}}}, Quiet: 24 * time.Hour},
		},
		"rated": {{Touchpoint: "relationship", Subject: program.DeliverySubject}},
	}}
	of := func(name, tags string) touchpoint.Event {
		return touchpoint.Event{Name: name, Subject: "88", Address: "maria@customer.example", Properties: map[string]string{"Tags": tags}}
	}
	again := of("solved", "")
	again.Reopened = true
	type took struct {
		Touchpoint, Subject string
		Quiet               time.Duration
		Reopened            bool
	}
	for _, row := range []struct {
		rule  string
		event touchpoint.Event
		want  touchpoint.Reason
		took  []took
	}{
		{"the first rule", of("solved", "new, VIP"), touchpoint.Planned, []took{{"vip", "maria@customer.example", 0, false}}},
		{"the second", of("Solved", "new"), touchpoint.Planned, []took{{"support", "88", 24 * time.Hour, false}}},
		{"none of them", of("solved", "spam"), touchpoint.Filtered, nil},
		{"an event that is not in the program", of("closed", "vip"), touchpoint.Unmapped, nil},
		{"an event that means that it is worked on again", of("open", "spam"), touchpoint.Planned,
			[]took{{"support", "88", 24 * time.Hour, true}, {"vip", "maria@customer.example", 0, true}}},
		{"the source says so itself", again, touchpoint.Planned, []took{{"support", "88", 24 * time.Hour, true}, {"vip", "maria@customer.example", 0, true}}},
	} {
		g := newGate()
		sender := sender{reopens: func(name string) bool { return name == "open" }}
		got, err := g.handler.decide(t.Context(), program.Default(), source, sender, row.event, noon)
		if err != nil || got != row.want {
			t.Errorf("%s: %q, %v", row.rule, got, err)
		}
		var all []took
		for _, e := range g.taken {
			all = append(all, took{e.Touchpoint, e.Subject, e.Quiet, e.Reopened})
		}
		if diff := cmp.Diff(row.took, all); diff != "" {
			t.Errorf("%s: %s", row.rule, diff)
		}
		if !strings.Contains(g.log.String(), "decision="+string(row.want)) {
			t.Errorf("%s: the log says %s", row.rule, g.log.String())
		}
	}
}

func TestNothingComesBackOfASourceWhoseVisitsAreItsDeliveries(t *testing.T) {
	g := newGate()
	source := program.Source{Events: map[string][]program.Rule{"rated": {{Touchpoint: "support", Subject: program.DeliverySubject}}}}
	got, err := g.handler.decide(t.Context(), program.Default(), source, sender{}, touchpoint.Event{Name: "rated", Reopened: true}, noon)
	if err != nil || got != touchpoint.Unmapped || len(g.taken) > 0 {
		t.Errorf("%q, %v, taken %v", got, err, g.taken)
	}
}

func TestWhatNoRuleTakesIsCountedAndWhatATouchpointFiltersIsAVisit(t *testing.T) {
	p := program.Default()
	p.Sources["desk"] = program.Source{Name: "desk", Events: map[string][]program.Rule{"solved": {{Touchpoint: "support", Filter: program.Filter{"tags": {Any: []string{"vip"}}}}}}}
	for tags, want := range map[string]bool{"vip": false, "new": true} {
		if got := untaken(p, touchpoint.Event{Source: "desk", Name: "solved", Properties: map[string]string{"tags": tags}}); got != want {
			t.Errorf("%s: %t", tags, got)
		}
	}
}
