// Package why tells why the scores are what they are: which causes customers tick, what their comments are about, which words nobody
// has thought of yet, what moves the rating, where two properties meet, and at which hours. It is for whoever has to decide what to
// mend first, and says "not enough data" rather than guess.
//
// It is fed one answer at a time and keeps counts, never answers, so that its memory does not grow with them: at most 3 MB for the study
// of a survey, most of it for words, and 3 MB for a cross-table, whatever the number of answers. Under five answers nothing is shown
// but their number, and nothing from which more could be computed.
//
// What it finds are connections, not proof: who ticks a cause and is unhappy may be so for another reason.
package why

import (
	"time"

	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/theme"
)

// Answer is what one answer says.
type Answer struct {
	Rating   int
	Language string // of the customer, BCP 47; "" when not known
	Comment  string
	Causes   []string // ticked, by id
	Themes   []string // of the comment, by id
	Unnamed  []theme.Word
	Replies  []response.Reply
	Cuts     map[string]string // by property: agent, product, ...
	At       time.Time         // of the visit, in the program's zone
}

// Reader makes answers of responses to one survey.
type Reader struct {
	Finder *theme.Finder
	Zone   *time.Location // the program's
}

// Answer is what the response says; false for one that does not count, and for one whose rating was erased.
func (r Reader) Answer(record response.Record) (Answer, bool) {
	if !record.Counted || !record.Rated() {
		return Answer{}, false
	}
	return Answer{Rating: record.Rating, Language: record.Language, Comment: record.Comment, Causes: record.Causes,
		Themes: r.Finder.Themes(record.Language, record.Comment), Unnamed: r.Finder.Unnamed(record.Language, record.Comment),
		Replies: record.Replies, Cuts: record.Cuts, At: record.VisitedAt.In(r.Zone)}, true
}

// Study is everything that is asked about the answers to one survey in one period.
type Study struct {
	Causes  *Mentions
	Themes  *Mentions
	Words   *Words
	Drivers *Regression
	Hours   *Hours
	scale   score.Scale
}

// NewStudy prepares a study of a survey of the program.
func NewStudy(p *program.Program, s program.Survey) *Study {
	study := &Study{Causes: &Mentions{}, Themes: &Mentions{}, Words: NewWords(), Drivers: NewRegression(p, s), Hours: &Hours{scale: s.Scale}, scale: s.Scale}
	for _, c := range s.Causes {
		study.Causes.order = append(study.Causes.order, mentionable{c.ID, c.For})
	}
	for _, t := range p.Themes {
		study.Themes.order = append(study.Themes.order, mentionable{t.ID, groups})
	}
	return study
}

// Add takes an answer in. One with a rating outside of the scale is no answer on it.
func (s *Study) Add(a Answer) {
	if !s.scale.Contains(a.Rating) {
		return
	}
	group := s.scale.Group(a.Rating)
	s.Causes.add(group, a.Causes)
	if a.Comment != "" {
		s.Themes.add(group, a.Themes)
	}
	s.Words.Add(a.Unnamed)
	s.Drivers.Add(a)
	s.Hours.Add(a)
}
