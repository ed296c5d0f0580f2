package report

import (
	"fmt"
	"testing"

	"afterword/internal/program"
	"afterword/internal/response"
)

// crossedOver is a month in which agents and channels have answers enough, as the tallies and the answers themselves tell it.
func crossedOver(t *testing.T, segments ...program.Segment) *world {
	w := newWorld(t)
	w.program.Segments = segments
	w.answered("support", "2026-10", times(52, 4)...)
	cuts := map[string]map[string][]int{"agent": {}, "team": {}, "channel": {}, "product": {}}
	for _, row := range []struct {
		agent, channel string
		n, rating      int
	}{{"anna", "chat", 20, 5}, {"anna", "mail", 6, 4}, {"bo", "chat", 9, 2}, {"bo", "mail", 11, 3}, {"anna", "phone", 3, 1}, {"bo", "phone", 3, 1}} {
		for range row.n {
			answer := w.said("support", 1, row.rating, "")
			answer.Act, answer.Cuts = response.Explicit, map[string]string{"agent": row.agent, "team": "t " + row.agent, "channel": row.channel, "product": "lamp"}
			cuts["agent"][row.agent] = append(cuts["agent"][row.agent], row.rating)
			cuts["team"]["t "+row.agent] = append(cuts["team"]["t "+row.agent], row.rating)
			cuts["channel"][row.channel] = append(cuts["channel"][row.channel], row.rating)
			cuts["product"]["lamp"] = append(cuts["product"]["lamp"], row.rating)
		}
	}
	for property, ratings := range cuts {
		w.cut(property, "2026-10", ratings)
	}
	return w
}

func TestTheLeadershipReadsWhereTwoPropertiesMeet(t *testing.T) {
	for _, row := range []struct {
		segments []program.Segment
		want     string
	}{
		{[]program.Segment{program.ByTeam, program.ByAgent, program.ByProduct, program.ByChannel}, "channel by team"}, // an agent has one team, and there is one product
		{[]program.Segment{program.ByChannel, program.ByAgent}, "channel by agent"},
		{[]program.Segment{program.ByCause, program.ByAgent}, ""},
		{[]program.Segment{program.ByProduct, program.ByAgent}, ""},
		{nil, ""},
	} {
		w := crossedOver(t, row.segments...)
		c, got := touchpointOf(t, w.report(t, "2026-10", november), "support").Cross, ""
		if c != nil {
			got = c.Rows.Property + " by " + c.Columns.Property
		}
		if got != row.want {
			t.Errorf("%v: %q, want %q", row.segments, got, row.want)
		}
	}
	w := crossedOver(t, program.ByAgent, program.ByChannel)
	c := touchpointOf(t, w.report(t, "2026-10", november), "support").Cross
	var shown []string
	for i, row := range c.Cells {
		for k, cell := range row {
			shown = append(shown, fmt.Sprint(c.Rows.Values[i], " ", c.Columns.Values[k], " ", cell.N, " ", cell.Value != nil))
		}
	}
	if got := fmt.Sprint(shown); got != "[chat anna 20 true chat bo 9 true mail anna 6 false mail bo 11 false phone anna 3 false phone bo 3 false]" || c.Total.N != 52 || c.RowTotals[2].Value == nil {
		t.Error(got, c.Total, c.RowTotals)
	}
	all, err := w.gather().Reports(t.Context(), w.program, named(t, "2026-10"), []program.Audience{program.Everybody, {Readership: program.OfDesk, Name: w.program.Touchpoints["support"].Desk}}, november)
	if err != nil {
		t.Fatal(err)
	}
	if touchpointOf(t, all[0], "support").Cross == nil || touchpointOf(t, all[1], "support").Cross != nil {
		t.Error("a table is for the leadership")
	}
}

// Rankings show a value's score: a table that has to hide it would give away what it hides.
func TestATableThatARankingWouldGiveAwayIsNotShown(t *testing.T) {
	w := crossedOver(t, program.ByAgent, program.ByChannel)
	for range 4 { // one channel with one agent: the only hidden cell of its row and, but for a total, of its column
		answer := w.said("support", 1, 1, "")
		answer.Act, answer.Cuts = response.Explicit, map[string]string{"agent": "cy", "channel": "fax"}
	}
	w.cut("channel", "2026-10", map[string][]int{"chat": times(29, 4), "mail": times(17, 3), "phone": times(6, 1), "fax": times(5, 1)})
	if c := touchpointOf(t, w.report(t, "2026-10", november), "support").Cross; c != nil {
		t.Errorf("%+v", c.RowTotals)
	}
}
