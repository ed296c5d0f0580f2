package response

import "afterword/internal/program"

// SaidCuts is what an answer is counted by because of what the customer said, by property; nil when the program cuts by nothing of it.
type SaidCuts map[string][]string

// saidCuts is the cuts of what was said, by the program in force.
func saidCuts(p *program.Program, said Extras) SaidCuts {
	if !p.CutsBy(program.ByCause) || len(said.Causes) == 0 {
		return nil
	}
	return SaidCuts{program.ByCause: said.Causes}
}
