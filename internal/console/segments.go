package console

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"afterword/internal/mail"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/score"
)

// ranking is the scores of a property's values, those that are surely high first.
type ranking struct {
	By      []place // the properties that the program cuts by
	Name    string  // of the property
	Ranked  []ranked
	Hidden  bool   // some are not shown
	More    string // how many values there are beyond those that a page has; "" for none
	Several bool   // an answer may be in more than one
}

// ranked is the score of one value.
type ranked struct {
	Place           string // in the ranking; "" for one that is not shown
	Value           string
	Comments        string // link to what was said; "" when one cannot ask for it
	Score, Range, N string
	Why             string // there is no score
	Change, Moved   string
	Tone            string
}

// mostRanked bounds a ranking: a page is read by people. The table for a spreadsheet has all.
const mostRanked = 50

// property is what the query cuts by, else what the program names first; "" when it names nothing.
func (r request) property() string {
	if by := r.URL.Query().Get("by"); r.program.CutsBy(by) {
		return by
	}
	return cmp.Or(r.program.Segments...)
}

// ranking shows the segments of a touchpoint. kept are the other parameters of its page.
func (r request) ranking(name string, s program.Survey, in period.Period, at string, kept url.Values) (ranking, error) {
	property := r.property()
	if property == "" {
		return ranking{}, nil
	}
	all, err := r.Scores.Ranking(r.Context(), s, name, property, in)
	if err != nil {
		return ranking{}, err
	}
	w := r.words
	shown := ranking{Name: w.T("console.by." + property), Several: program.Several(property)}
	for _, by := range r.program.Segments {
		shown.By = append(shown.By, place{Name: w.T("console.by." + by), Link: linkTo(at, kept, "by", by) + "#segments", Current: by == property})
	}
	if len(all) == 1 && all[0].Value == "" {
		all = nil // nothing is known of anybody: there is nothing to compare
	}
	if more := len(all) - mostRanked; more > 0 {
		shown.More = w.Count(int64(more))
	}
	for i, segment := range all[:min(mostRanked, len(all))] {
		v := ranked{Value: w.Segment(s, r.program.Themes, property, segment.Value), N: w.Count(segment.Score.N)}
		if segment.Value != "" && slices.Contains(program.VisitProperties, property) {
			v.Comments = linkTo(at, kept, "segment", property+":"+segment.Value) + "#comments"
		}
		if segment.Score.Value != nil && segment.Score.Interval != nil {
			v.Place = w.Count(int64(i + 1))
			v.Score, v.Range = w.Value(s.Scale, *segment.Score.Value), w.Between(s.Scale, *segment.Score.Interval)
		} else {
			v.Why, shown.Hidden = w.T("console.segment.hidden"), true
		}
		if c := segment.Change; c != nil {
			v.Change, v.Moved = w.Signed(c.Delta, s.Scale.Decimals()), w.Moved(c)
			if c.Verdict != score.NoChange {
				v.Tone = string(c.Verdict)
			}
		}
		shown.Ranked = append(shown.Ranked, v)
	}
	return shown, nil
}

// segmentsTable is a ranking for a spreadsheet.
func (r request) segmentsTable() error {
	name, s, err := r.touchpoint()
	if err != nil {
		return err
	}
	in, err := r.period()
	if err != nil {
		return err
	}
	property := r.property()
	rows := [][]string{{"touchpoint", "survey", "metric", "convention", "period", "property", "segment", "n", "value", "interval_low", "interval_high", "note", "change", "change_low", "change_high", "verdict"}}
	if property == "" {
		return r.spreadsheet("segments-"+in.Name+".csv", rows)
	}
	all, err := r.Scores.Ranking(r.Context(), s, name, property, in)
	if err != nil {
		return err
	}
	for _, segment := range all {
		of := segment.Score.Rounded(s.Scale)
		row := []string{
			mail.Harmless(name), mail.Harmless(s.ID), string(s.Scale.Metric), of.Convention, in.Name, property, mail.Harmless(segment.Value),
			strconv.FormatInt(of.N, 10), "", "", "", of.Note, "", "", "", "",
		}
		if of.Value != nil && of.Interval != nil {
			row[8], row[9], row[10] = plain(*of.Value), plain(of.Interval[0]), plain(of.Interval[1])
		}
		if segment.Change != nil {
			c := segment.Change.Rounded(s.Scale)
			row[12], row[13], row[14], row[15] = plain(c.Delta), plain(c.Interval[0]), plain(c.Interval[1]), string(c.Verdict)
		}
		rows = append(rows, row)
	}
	return r.spreadsheet("segments-"+in.Name+".csv", rows)
}
