package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/program"
	"afterword/internal/tally"
)

// cut says how the answers about support of a period were told apart by a property.
func (w *world) cut(property, in string, ratings map[string][]int) {
	if w.segments == nil {
		w.segments = map[string]map[string]tally.Counts{}
	}
	segments := map[string]tally.Counts{}
	for value, all := range ratings {
		var c tally.Counts
		for _, rating := range all {
			c.Answers[rating]++
		}
		segments[value] = c
	}
	w.segments["support "+property+" "+in] = segments
}

func times(n, rating int) (all []int) {
	for range n {
		all = append(all, rating)
	}
	return all
}

func agent(name, team string) program.Audience {
	return program.Audience{Readership: program.OfAgent, Name: name, Team: team}
}

func TestAnAgentReadsOfTheOwnAnswersBesideThoseOfTheTeam(t *testing.T) {
	w := newWorld(t)
	w.program.Segments = []program.Segment{program.ByAgent, program.ByTeam}
	w.answered("support", "2026-10", times(30, 4)...)
	w.answered("support", "2026-09", times(30, 4)...)
	w.cut("agent", "2026-10", map[string][]int{"Anna": times(10, 5), "bo": times(16, 1), "cy": times(4, 3)})
	w.cut("agent", "2026-09", map[string][]int{"Anna": times(8, 4), "bo": times(22, 4)})
	w.cut("team", "2026-10", map[string][]int{"Returns": append(times(10, 5), times(4, 3)...)})
	w.said("support", 1, 5, "Anna is great").Cuts = map[string]string{"agent": "Anna"}
	w.said("support", 2, 1, "Bo is slow").Cuts = map[string]string{"agent": "bo"}
	for n := range 6 {
		answer := w.said("support", 10+n, 4, "")
		answer.Cuts, answer.Causes = map[string]string{"agent": "Anna"}, []string{"long-wait", "long-wait"}
	}
	all, err := w.gather().Reports(t.Context(), w.program, named(t, "2026-10"),
		[]program.Audience{agent("anna", ""), agent("anna", "Returns"), agent("cy", ""), agent("dora", ""), {Readership: program.OfTeam, Name: "Returns"}}, november)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range all {
		line := r.For.String() + ":"
		for _, s := range r.Touchpoints {
			line += fmt.Sprintf(" %s n=%d shown=%v trend=%d sent=%d", s.Name, s.Score.N, s.Score.Value != nil, len(s.Trend), s.Sent)
			if s.Beside != nil {
				line += fmt.Sprintf(" beside=%d", s.Beside.N)
			}
			line += fmt.Sprint(" ", commentsOf(s.Highest), commentsOf(s.Lowest), s.Why.Causes)
		}
		got = append(got, fmt.Sprint(line, " cases=", r.Cases.Open, " silent=", r.Silent()))
	}
	if diff := cmp.Diff([]string{
		"agent:anna: support n=10 shown=true trend=13 sent=0 beside=30 [5 Anna is great] [] [{long-wait 6 0.857}] cases=0 silent=false",
		"agent:anna: support n=10 shown=true trend=13 sent=0 [5 Anna is great] [] [{long-wait 6 0.857}] cases=0 silent=false", // the team's others have four
		"agent:cy: support n=4 shown=false trend=13 sent=0 beside=30 [] [] [] cases=0 silent=false",
		"agent:dora: cases=0 silent=true",
		"team:Returns: support n=14 shown=true trend=13 sent=0 [] [] [] cases=0 silent=false",
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheLeadershipReadsWhoMovedAndRanksByWhatIsAtLeastSo(t *testing.T) {
	w := newWorld(t)
	w.program.Segments = []program.Segment{program.ByAgent, program.ByProduct}
	w.answered("support", "2026-10", append(times(60, 1), times(60, 5)...)...)
	w.answered("support", "2026-09", times(120, 3)...)
	even := append(times(20, 2), times(20, 4)...)
	w.cut("agent", "2026-10", map[string][]int{"anna": append(times(5, 4), times(60, 5)...), "bo": append(times(5, 2), times(60, 1)...), "cy": times(5, 5), "few": times(2, 1), "": times(3, 1)})
	w.cut("agent", "2026-09", map[string][]int{"anna": even, "bo": even, "cy": even})
	w.cut("product", "2026-10", map[string][]int{"lamp": even})
	w.cut("product", "2026-09", map[string][]int{"lamp": even})
	r := w.report(t, "2026-10", november)
	var moved []string
	for _, m := range r.Moves {
		moved = append(moved, fmt.Sprint(m.Property, " ", m.Value, " ", m.Change.Verdict))
	}
	if got := strings.Join(moved, ", "); got != "agent bo worse, agent anna better, agent cy better" && got != "agent bo worse, agent anna better" || r.Compared < 3 {
		t.Errorf("of %d moved %s", r.Compared, got)
	}
	support := touchpointOf(t, r, "support")
	if len(support.Boards) != 1 {
		t.Fatalf("%d boards", len(support.Boards))
	}
	var ranked []string
	for _, s := range support.Boards[0].Segments {
		ranked = append(ranked, fmt.Sprint(s.Value, s.Score.Value != nil))
	}
	if got := strings.Join(ranked, " "); got != "annatrue cytrue botrue false fewfalse" {
		t.Error(got)
	}
	if support.Change.Verdict != "no reliable change" {
		t.Errorf("%+v", support.Change)
	}
}

func TestWhoWasWithheldBeforeIsNotAmongThoseWhoMoved(t *testing.T) {
	w := newWorld(t)
	w.program.Segments = []program.Segment{program.ByAgent}
	w.answered("support", "2026-10", times(120, 5)...)
	w.answered("support", "2026-09", times(53, 1)...)
	w.cut("agent", "2026-10", map[string][]int{"anna": times(60, 5), "bo": times(60, 5)})
	w.cut("agent", "2026-09", map[string][]int{"anna": times(40, 1), "bo": times(10, 1), "cy": times(3, 1)}) // bo for the sake of cy
	for _, m := range w.report(t, "2026-10", november).Moves {
		if m.Value != "anna" {
			t.Errorf("%s moved by %v", m.Value, m.Change.Delta)
		}
	}
}

// The readings are those of the touchpoint and the period, and do not grow with the agents.
func TestAgentsShareWhatIsReadForThem(t *testing.T) {
	w := newWorld(t)
	w.program.Segments = []program.Segment{program.ByAgent}
	w.answered("support", "2026-10", 4)
	var audiences []program.Audience
	for n := range 200 {
		audiences = append(audiences, agent(fmt.Sprint(n), ""))
	}
	if _, err := w.gather().Reports(t.Context(), w.program, named(t, "2026-10"), audiences, november); err != nil {
		t.Fatal(err)
	}
	if w.cutsRead != 1 {
		t.Errorf("%d reads of segments", w.cutsRead)
	}
}

func TestAnAgentIsNotComparedWithOneColleague(t *testing.T) {
	for _, row := range []struct {
		name, team string
		agents     map[string][]int
		onTeam     map[string]int // answers of the team, by agent
		beside     bool
	}{
		{"two colleagues", "", map[string][]int{"anna": times(10, 5), "bo": times(8, 1), "cy": times(8, 3)}, nil, true},
		{"one colleague", "", map[string][]int{"anna": times(10, 5), "bo": times(16, 1), "": times(9, 3)}, nil, false},
		{"one colleague in two spellings", "", map[string][]int{"anna": times(10, 5), "bo": times(8, 1), "Bo": times(8, 1)}, nil, false},
		{"two on the team", "Returns", map[string][]int{"anna": times(10, 5), "bo": times(8, 1), "cy": times(8, 3)}, map[string]int{"Anna": 10, "bo": 8, "cy": 8}, true},
		{"one on the team", "Returns", map[string][]int{"anna": times(10, 5), "bo": times(8, 1), "cy": times(8, 3)}, map[string]int{"Anna": 10, "bo": 16, "": 3}, false},
	} {
		w := newWorld(t)
		w.program.Segments = []program.Segment{program.ByAgent, program.ByTeam}
		w.answered("support", "2026-10", times(26, 4)...)
		w.cut("agent", "2026-10", row.agents)
		w.cut("team", "2026-10", map[string][]int{"Returns": times(26, 4)})
		for name, n := range row.onTeam {
			for range n {
				w.said("support", 1, 4, "").Cuts = map[string]string{"agent": name, "team": "returns"}
			}
		}
		all, err := w.gather().Reports(t.Context(), w.program, named(t, "2026-10"), []program.Audience{agent("anna", row.team)}, november)
		if err != nil {
			t.Fatal(err)
		}
		if got := touchpointOf(t, all[0], "support").Beside != nil; got != row.beside {
			t.Errorf("%s: compared: %v", row.name, got)
		}
	}
}

func TestATeamReadsOfItsAgentsAndOfNobodyElses(t *testing.T) {
	w := newWorld(t)
	w.program.Segments = []program.Segment{program.ByTeam, program.ByAgent}
	w.answered("support", "2026-10", times(40, 4)...)
	w.cut("team", "2026-10", map[string][]int{"Returns": times(19, 4), "Sales": times(21, 4)})
	for name, answers := range map[string][]int{"Returns anna": times(9, 5), "returns bo": times(8, 2), "Returns cy": times(2, 1), "Sales dora": times(21, 3)} {
		team, agent, _ := strings.Cut(name, " ")
		for _, rating := range answers {
			w.said("support", 1, rating, "").Cuts = map[string]string{"agent": agent, "team": team}
		}
	}
	all, err := w.gather().Reports(t.Context(), w.program, named(t, "2026-10"), []program.Audience{{Readership: program.OfTeam, Name: "Returns"}}, november)
	if err != nil {
		t.Fatal(err)
	}
	var ranked []string
	for _, b := range touchpointOf(t, all[0], "support").Boards {
		for _, s := range b.Segments {
			ranked = append(ranked, fmt.Sprint(b.Property, " ", s.Value, " ", s.Score.N, " ", s.Score.Value != nil))
		}
	}
	if got := strings.Join(ranked, ", "); got != "agent anna 9 true, agent bo 8 false, agent cy 2 false" {
		t.Error(got)
	}
}

func TestTheFurthestMovesComeFirstOfTheWorseAndOfTheBetter(t *testing.T) {
	w := newWorld(t)
	w.program.Segments = []program.Segment{program.ByProduct}
	w.answered("support", "2026-10", times(120, 3)...)
	w.answered("support", "2026-09", times(120, 3)...)
	w.cut("product", "2026-10", map[string][]int{"down": times(60, 2), "far down": times(60, 1), "far up": times(60, 5), "up": times(60, 4)})
	w.cut("product", "2026-09", map[string][]int{"down": times(60, 3), "far down": times(60, 3), "far up": times(60, 3), "up": times(60, 3)})
	var moved []string
	for _, m := range w.report(t, "2026-10", november).Moves {
		moved = append(moved, m.Value)
	}
	if got := strings.Join(moved, ", "); got != "far down, down, far up, up" {
		t.Error(got)
	}
}
