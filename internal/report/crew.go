package report

import (
	"strings"

	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
)

// crew counts a team's answers about a touchpoint by agent, for the report of the team, or of an agent on it: who is on a team is only
// told by the answers themselves.
type crew struct {
	touchpoint *Touchpoint
	to         program.Audience
	answers    map[string]score.Counts // by agent
}

// crews are those that some report needs, by the place of the team's answers.
type crews map[place][]crew

func crewsOf(p *program.Program, reports []Report) crews {
	all := crews{}
	if !p.CutsBy(program.ByAgent) {
		return all
	}
	for i := range reports {
		to := reports[i].For
		team := to.Team
		if to.Readership == program.OfTeam {
			team = to.Name
		}
		for k := range reports[i].Touchpoints {
			t := &reports[i].Touchpoints[k]
			if at := (place{t.Name, program.ByTeam, strings.ToLower(team)}); team != "" {
				all[at] = append(all[at], crew{t, to, map[string]score.Counts{}})
			}
		}
	}
	return all
}

func (c crews) hear(at place, answer response.Record) {
	for _, each := range c[at] {
		if agent := answer.Cuts[program.ByAgent]; each.touchpoint.Scale.Contains(answer.Rating) {
			if each.answers[agent] == nil {
				each.answers[agent] = score.Counts{}
			}
			each.answers[agent][answer.Rating]++
		}
	}
}

// tell ranks the agents for the team, and keeps an agent from a comparison that gives one colleague away.
func (c crews) tell() {
	for _, all := range c {
		for _, each := range all {
			t := each.touchpoint
			switch {
			case each.to.Readership == program.OfTeam && colleagues(t.Scale, each.answers, "") > 0:
				t.Boards = append(t.Boards, Board{program.ByAgent, score.Cut(t.Scale, each.answers)})
			case each.to.Readership == program.OfAgent && colleagues(t.Scale, each.answers, each.to.Name) < fewestColleagues:
				t.Beside = nil
			}
		}
	}
}

// colleagues is how many agents beside one have answers.
func colleagues(scale score.Scale, answers map[string]score.Counts, beside string) int {
	named := map[string]bool{}
	for agent, counts := range answers {
		if agent != "" && !strings.EqualFold(agent, beside) && score.Of(scale, counts).N > 0 {
			named[strings.ToLower(agent)] = true
		}
	}
	return len(named)
}
