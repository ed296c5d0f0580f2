package why

import (
	"slices"

	"afterword/internal/program"
	"afterword/internal/response"
)

// The kinds of feature.
const (
	CauseFeature  = "cause"
	ThemeFeature  = "theme"
	OptionFeature = "option" // of an extra question
	ScaleFeature  = "scale"  // an extra question answered with a number
)

// Feature is something about an answer that may move its rating.
type Feature struct {
	Kind   string
	ID     string // of the cause, the theme or the question
	Option string // of OptionFeature

	oneOf    bool // the options of the question exclude each other
	min, max int  // of ScaleFeature; else 0 and 1
}

// none stands for a feature of which the answer says nothing: the cause was not offered with the rating, there is no comment, the
// question was not answered.
const none = -1

// featuresOf lists what may move the ratings of a survey, at most 8 causes, 20 themes and 5 questions of 10 options: what is turned off
// is nothing to work on.
func featuresOf(p *program.Program, s program.Survey) (features []Feature) {
	for _, c := range s.Causes {
		if !c.Off {
			features = append(features, Feature{Kind: CauseFeature, ID: c.ID, max: 1})
		}
	}
	for _, t := range p.Themes {
		features = append(features, Feature{Kind: ThemeFeature, ID: t.ID, max: 1})
	}
	for _, q := range s.Questions {
		switch {
		case q.Off:
		case q.Kind.Chooses():
			for _, o := range q.Options {
				features = append(features, Feature{Kind: OptionFeature, ID: q.ID, Option: o.ID, oneOf: q.Kind == program.OneOf, max: 1})
			}
		case q.Kind == program.ScaleKind:
			features = append(features, Feature{Kind: ScaleFeature, ID: q.ID, min: q.Min, max: q.Max})
		}
	}
	return features
}

// of is the feature's value for an answer, or none.
func (f Feature) of(s program.Survey, a Answer) int {
	switch f.Kind {
	case CauseFeature:
		if c, ok := s.Cause(f.ID); ok && s.Offers(c, a.Rating) {
			return one(slices.Contains(a.Causes, f.ID))
		}
	case ThemeFeature:
		if a.Comment != "" {
			return one(slices.Contains(a.Themes, f.ID))
		}
	default:
		reply := response.Extras{Replies: a.Replies}.Reply(f.ID)
		switch {
		case f.Kind == OptionFeature && len(reply.Options) > 0:
			return one(slices.Contains(reply.Options, f.Option))
		case f.Kind == ScaleFeature && reply.Rating != nil && *reply.Rating >= f.min && *reply.Rating <= f.max:
			return *reply.Rating
		}
	}
	return none
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}
