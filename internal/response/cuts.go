package response

import (
	"sync/atomic"

	"afterword/internal/program"
	"afterword/internal/theme"
)

// SaidCuts is what an answer is counted by because of what the customer said, by property; nil when the program cuts by nothing of it.
type SaidCuts map[string][]string

// reader finds what was said in answers, by the program in force.
type reader struct{ found atomic.Pointer[themes] }

// Listener finds what was said in comments that came by no page.
type Listener struct{ reader reader }

// Cuts is what an answer with the comment is counted by.
func (l *Listener) Cuts(p *program.Program, language, comment string) SaidCuts {
	return l.reader.cuts(p, language, comment, Extras{})
}

// themes are those of a program, prepared when the first comment comes.
type themes struct {
	of     *program.Program
	finder *theme.Finder
}

// cuts is what an answer is counted by. The language is that of the page, "" when it is not known.
func (r *reader) cuts(p *program.Program, language, comment string, said Extras) SaidCuts {
	cuts := SaidCuts{}
	if p.CutsBy(program.ByCause) && len(said.Causes) > 0 {
		cuts[program.ByCause] = said.Causes
	}
	if p.CutsBy(program.ByTheme) && comment != "" {
		if about := r.finder(p).Themes(language, comment); len(about) > 0 {
			cuts[program.ByTheme] = about
		}
	}
	if len(cuts) == 0 {
		return nil
	}
	return cuts
}

func (r *reader) finder(p *program.Program) *theme.Finder {
	if known := r.found.Load(); known != nil && known.of == p {
		return known.finder
	}
	prepared := &themes{p, theme.NewFinder(p)}
	r.found.Store(prepared)
	return prepared.finder
}
