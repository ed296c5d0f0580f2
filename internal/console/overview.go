package console

import (
	"net/url"
	"strings"

	"afterword/internal/mail"
	"afterword/internal/period"
	"afterword/internal/report"
	"afterword/internal/score"
)

// overview shows how every touchpoint did in a period.
type overview struct {
	Picker picker
	Rows   []standing
	Table  string // link to the numbers for a spreadsheet
	Notes  []string
}

// standing is a touchpoint's score in words. What is not known is "".
type standing struct {
	Name, Link, Metric  string
	Score, Range        string
	Missing             string // why there is no score
	Note                string
	N, Rate             string
	Change, Unit, Moved string
	Tone                string // better, worse or ""
	Spark               spark
}

func (r request) overview() error {
	in, err := r.period()
	if err != nil {
		return err
	}
	scores, err := r.Scores.Scores(r.Context(), r.program, in)
	if err != nil {
		return err
	}
	kept := url.Values{}
	if in.Name != period.Month(r.today()).Name {
		kept.Set("period", in.Name)
	}
	shown := overview{Picker: r.pick(in, home, nil), Table: home + ".csv?" + url.Values{"period": {in.Name}}.Encode()}
	if r.program.CountUnconfirmed {
		shown.Notes = append(shown.Notes, r.words.T("report.clicks"))
	}
	check, err := r.check()
	if err != nil {
		return err
	}
	shown.Notes = append(shown.Notes, check...)
	if len(scores) == 0 {
		shown.Notes = append(shown.Notes, r.words.T("report.nothing"))
	}
	for _, t := range scores {
		shown.Rows = append(shown.Rows, r.standing(t, linkTo(seriesAt+url.PathEscape(t.Name), kept, "", "")))
	}
	r.show(page{Title: r.words.T("console.overview.title"), Template: "overview", Here: home, Data: shown})
	return nil
}

// check says what makes the numbers doubtful: the last audit found some that are wrong, or it was too long ago.
func (r request) check() (notes []string, err error) {
	last, err := r.Audits.Audited(r.Context())
	if err != nil {
		return nil, err
	}
	date := r.words.Date(period.DayOf(last.At, r.program.Zone))
	if last.Drifted > 0 {
		notes = append(notes, r.words.T("console.check.drifted", "date", date, "n", r.words.Count(int64(last.Drifted))))
	}
	if last.Overdue(r.now) {
		notes = append(notes, r.words.T("console.check.overdue", "date", date))
	}
	return notes, nil
}

// overviewTable is the overview for a spreadsheet.
func (r request) overviewTable() error {
	in, err := r.period()
	if err != nil {
		return err
	}
	scores, err := r.Scores.Scores(r.Context(), r.program, in)
	if err != nil {
		return err
	}
	closed := !r.now.Before(in.End(r.program.Zone))
	table, err := mail.ReportTable(report.Report{
		Period: in, Before: in.Previous(), At: r.now, Closed: closed, CountsClicks: r.program.CountUnconfirmed, Touchpoints: scores,
	})
	if err != nil {
		return err
	}
	r.download("scores-"+in.Name+".csv", "text/csv; charset=utf-8", table)
	return nil
}

func (r request) standing(t report.Touchpoint, link string) standing {
	w := r.words
	s := standing{
		Name: w.Touchpoint(t.Name), Link: link, Metric: string(t.Scale.Metric), N: w.Count(t.Score.N), Moved: w.Moved(t.Change),
		Spark: sparkOf(t.Trend),
	}
	if t.Score.Value != nil && t.Score.Interval != nil {
		s.Score, s.Range = w.Value(t.Scale, *t.Score.Value), w.Between(t.Scale, *t.Score.Interval)
		s.Note = w.Note(t.Score)
	} else {
		s.Missing = w.Missing(t.Score)
	}
	if rate := t.ResponseRate(); rate != nil {
		s.Rate = w.Percent(*rate)
	}
	if t.Change != nil {
		s.Change = w.Signed(t.Change.Delta, t.Scale.Decimals())
		if t.Scale.Metric == score.CSAT {
			s.Unit = w.T("report.points")
		}
		if t.Change.Verdict != score.NoChange {
			s.Tone = strings.ToLower(string(t.Change.Verdict))
		}
	}
	return s
}
