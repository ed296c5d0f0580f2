package report

import (
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/theme"
	"afterword/internal/why"
)

// How much of why a touchpoint's score is what it is a report tells: the most frequent causes, themes and words, the strongest drivers.
const (
	mentionsTold = 5
	wordsTold    = 10
	driversTold  = 5
)

// Why is what the answers of the period say about why the score is what it is; package why holds the rules.
type Why struct {
	Causes  []Mention `json:"causes"` // that were ticked, the most frequent first
	Themes  []Mention `json:"themes"` // of the comments, likewise
	Words   []Word    `json:"words"`  // that no theme catches
	Drivers []Driver  `json:"drivers"`
	Note    string    `json:"note,omitempty"` // why no driver is named; "" when some are, or when none of those compared is reliable
	Hours   []Hour    `json:"hours"`          // those of the week with answers enough to be shown, Monday first
	Bands   []Hour    `json:"bands"`          // likewise three hours together (why.BandHours), by the first of them
}

// Mention is a cause or a theme, and in how many answers it is.
type Mention struct {
	ID    string  `json:"id"`
	N     int64   `json:"n"`
	Share float64 `json:"share"` // of the answers with which it could be, 0 to 1
}

// Word is a word in at least so many answers.
type Word struct {
	Language string `json:"language"`
	Word     string `json:"word"`
	AtLeast  int64  `json:"at_least"`
}

// Driver is something about answers that reliably goes with a higher or a lower rating.
type Driver struct {
	Kind     string         `json:"kind"` // one of package why's kinds of feature
	ID       string         `json:"id"`
	Option   string         `json:"option,omitempty"`
	With     int64          `json:"with"`   // answers that have it
	Effect   float64        `json:"effect"` // on the answer, from 0 (unhappiest) to 1
	Interval score.Interval `json:"interval"`
}

// Hour is how the answers about visits of one hour of the week did.
type Hour struct {
	Weekday int     `json:"weekday"` // 0 is Monday
	Hour    int     `json:"hour"`
	N       int64   `json:"n"`
	Value   float64 `json:"value"`
	Mood    float64 `json:"mood"` // 0 (unhappiest) to 1
}

// studies are those of the touchpoints that some report tells everything about; several reports share one.
type studies struct {
	reader why.Reader
	of     map[string]*study // by touchpoint
}

type study struct {
	*why.Study
	heard int64
	cross *crossing // nil where nobody reads of one
}

func studiesOf(p *program.Program, reports []Report, cuts cuts) studies {
	s := studies{why.Reader{Finder: theme.NewFinder(p), Zone: p.Zone}, map[string]*study{}}
	for _, r := range reports {
		for _, t := range r.Touchpoints {
			if r.For.Property() == "" && s.of[t.Name] == nil {
				s.of[t.Name] = &study{Study: why.NewStudy(p, p.Surveys[t.Survey])}
			}
			if r.For.Readership == program.Leadership {
				s.of[t.Name].cross = cuts.crossing(p, t)
			}
		}
	}
	return s
}

func (s studies) hear(record response.Record) {
	study := s.of[record.Touchpoint]
	if study == nil {
		return
	}
	if answer, counts := s.reader.Answer(record); counts {
		study.Add(answer)
		if study.cross != nil {
			study.cross.table.Add(answer)
		}
		study.heard++
	}
}

// tell puts into the reports what was found.
func (s studies) tell(reports []Report) {
	found := map[string]*Why{}
	for name, study := range s.of {
		if study.heard > 0 {
			found[name] = study.why()
		}
	}
	for i := range reports {
		for k := range reports[i].Touchpoints {
			if t := &reports[i].Touchpoints[k]; reports[i].For.Property() == "" {
				t.Why = found[t.Name]
				if study := s.of[t.Name]; study != nil && study.cross != nil && reports[i].For.Readership == program.Leadership {
					t.Cross = study.cross.tell(t.Scale)
				}
			}
		}
	}
}

func (s study) why() *Why {
	w := &Why{Causes: mentions(s.Causes), Themes: mentions(s.Themes), Words: []Word{}, Drivers: []Driver{}, Hours: []Hour{}, Bands: []Hour{}}
	for _, word := range s.Words.List(wordsTold) {
		w.Words = append(w.Words, Word(word))
	}
	drivers := s.Drivers.Drivers()
	w.Note = drivers.Note
	for _, d := range drivers.Reliable[:min(driversTold, len(drivers.Reliable))] {
		w.Drivers = append(w.Drivers, Driver{
			Kind: d.Kind, ID: d.ID, Option: d.Option, With: d.With, Effect: score.Round(d.Effect, 3),
			Interval: score.Interval{score.Round(d.Interval[0], 3), score.Round(d.Interval[1], 3)},
		})
	}
	week, bands := s.Hours.Week(), s.Hours.Bands()
	for day := range 7 {
		for hour, at := range week[(day+1)%7] {
			w.Hours = appendHour(w.Hours, day, hour, at)
		}
		for band, at := range bands[(day+1)%7] {
			w.Bands = appendHour(w.Bands, day, band*why.BandHours, at)
		}
	}
	return w
}

func appendHour(told []Hour, day, hour int, at why.Hour) []Hour {
	if at.Mood == nil {
		return told
	}
	return append(told, Hour{day, hour, at.Score.N, score.Round(*at.Score.Value, 3), score.Round(*at.Mood, 3)})
}

// mentions are the most frequent, of as many answers as may be shown.
func mentions(all *why.Mentions) []Mention {
	told := []Mention{}
	for _, m := range all.List() {
		if m.All.Value != nil && len(told) < mentionsTold {
			told = append(told, Mention{m.ID, m.All.Hits, score.Round(*m.All.Value, 3)})
		}
	}
	return told
}
