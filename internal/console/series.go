package console

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"afterword/internal/fault"
	"afterword/internal/i18n"
	"afterword/internal/mail"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/score"
)

// series shows one touchpoint in depth.
type series struct {
	standing
	Picker     picker
	Convention string
	Entries    []entry
	Chart      chart
	Spread     []bar
	Legend     []legend
	Ranking    ranking
	Comments   comments
	Tables     []place // links to numbers and words for a spreadsheet
}

// entry is a number with its name.
type entry struct{ Label, Value string }

// chart is a trend: a table that a chart is drawn from.
type chart struct {
	Min, Max string // that the metric can be
	Points   []point
}

// point is the score of one period, in words and as the numbers that a chart needs; "" where there is no score.
type point struct {
	Period, Short   string
	Score, Range, N string
	Value           string
	Low, High       string
}

// bar is how many chose a rating.
type bar struct {
	Rating, Count, Share string
	OfMost               string // of the rating that most chose, in per cent
	Group                score.Group
}

// legend names a group's colour.
type legend struct {
	Group score.Group
	Label string
}

// touchpoint is the one that the path names, with the survey that asks about it now. Fault: NotFound.
func (r request) touchpoint() (string, program.Survey, error) {
	name := r.PathValue("touchpoint")
	s, known := r.program.SurveyOf(name)
	if !known {
		return "", s, fault.New(fault.NotFound, "the program has no such touchpoint")
	}
	return name, s, nil
}

func (r request) series() error {
	name, s, err := r.touchpoint()
	if err != nil {
		return err
	}
	in, err := r.period()
	if err != nil {
		return err
	}
	t, err := r.Scores.Touchpoint(r.Context(), s, name, in)
	if err != nil {
		return err
	}
	at := seriesAt + url.PathEscape(name)
	filter := r.filter(s)
	said, err := r.comments(name, s, in, filter, at)
	if err != nil {
		return err
	}
	if len(said.Said) == 0 {
		filter.property = "" // as in comments
	}
	kept := filter.query()
	if by := r.property(); by != cmp.Or(r.program.Segments...) {
		kept.Set("by", by)
	}
	here := without(kept, "period")
	here.Set("period", in.Name)
	ranking, err := r.ranking(name, s, in, at, here)
	if err != nil {
		return err
	}
	w := r.words
	shown := series{
		standing: r.standing(t, ""), Picker: r.pick(in, at, kept), Convention: w.Convention(t.Scale), Entries: r.entries(t),
		Chart: r.chart(t), Spread: r.spread(t, s), Ranking: ranking, Comments: said,
		Tables: []place{
			{Name: w.T("console.trend.download"), Link: at + "/trend.csv?" + url.Values{"period": {in.Name}}.Encode()},
			{Name: w.T("console.comments.download"), Link: linkTo(at+"/comments.csv", said.here(in, filter), "", "")},
		},
	}
	if len(ranking.Ranked) > 0 {
		shown.Tables = append(shown.Tables, place{
			Name: w.T("console.segments.download"), Link: at + "/segments.csv?" + url.Values{"period": {in.Name}, "by": {r.property()}}.Encode(),
		})
	}
	for _, group := range []score.Group{score.Bad, score.Neutral, score.Good} {
		if ratings := i18n.RatingsOf(t.Scale, group); ratings != "" {
			shown.Legend = append(shown.Legend, legend{group, w.T("report.legend", "group", w.T("group."+string(group)), "ratings", ratings)})
		}
	}
	r.show(page{Title: w.Touchpoint(name), Template: "series", Here: home, Charts: true, Data: shown})
	return nil
}

// entries are the numbers behind the score.
func (r request) entries(t report.Touchpoint) (all []entry) {
	w := r.words
	add := func(key, value string) { all = append(all, entry{w.T("report.label." + key), value}) }
	if t.Score.EasyShare != nil && t.Score.EasyInterval != nil {
		easy := w.T("report.range", "low", w.Percent(t.Score.EasyInterval[0]), "high", w.Percent(t.Score.EasyInterval[1]))
		add("easy", w.Percent(*t.Score.EasyShare)+" ("+w.T("report.interval", "range", easy)+")")
	}
	add("mails", w.T("report.mails", "sent", w.Count(t.Sent), "delivered", w.Count(t.Delivered)))
	rate := w.T("report.rate.none")
	if share := t.ResponseRate(); share != nil {
		rate = w.T("report.rate", "rate", w.Percent(*share), "replies", w.Count(t.Replies), "delivered", w.Count(t.Delivered))
	}
	add("rate", rate)
	if !r.program.CountUnconfirmed {
		add("unconfirmed", w.T("report.unconfirmed", "n", w.Count(t.Unconfirmed)))
	}
	return all
}

// chart tells the trend. What the metric can be is the chart's largest extent: the scale, all of it or none, or the points of NPS.
func (r request) chart(t report.Touchpoint) chart {
	low, high := t.Scale.Min, t.Scale.Max
	switch t.Scale.Metric {
	case score.CSAT:
		low, high = 0, 100
	case score.NPS:
		low, high = -100, 100
	}
	told := chart{Min: strconv.Itoa(low), Max: strconv.Itoa(high)}
	for _, each := range t.Trend {
		p := point{Period: r.words.Period(each.Period), Short: r.short(each.Period), N: r.words.Count(each.Score.N), Score: r.words.Missing(each.Score)}
		if s := each.Score.Rounded(t.Scale); s.Value != nil && s.Interval != nil {
			p.Score, p.Range = r.words.Value(t.Scale, *s.Value), r.words.Between(t.Scale, *s.Interval)
			p.Value, p.Low, p.High = plain(*s.Value), plain(s.Interval[0]), plain(s.Interval[1])
		}
		told.Points = append(told.Points, p)
	}
	return told
}

// plain writes a number as programs read it.
func plain(number float64) string { return strconv.FormatFloat(number, 'f', -1, 64) }

// short names a period below a chart.
func (r request) short(p period.Period) string {
	kind, _ := p.Kind()
	year, month, _ := p.From.Date()
	_, part, _ := strings.Cut(p.Name, "-")
	switch kind {
	case period.Yearly:
		return p.Name
	case period.Monthly:
		if month == 1 {
			return strconv.Itoa(year)
		}
		name := []rune(r.words.T("date.month." + strconv.Itoa(int(month))))
		if r.words.Dir() == "rtl" {
			return string(name)
		}
		return string(name[:min(3, len(name))])
	case period.Weekly, period.Quarterly:
		return part
	}
	return p.From.String()[len("2026-"):]
}

func (r request) spread(t report.Touchpoint, s program.Survey) (bars []bar) {
	most := int64(1)
	for _, n := range t.Score.Distribution {
		most = max(most, n)
	}
	if t.Score.Distribution == nil {
		return nil
	}
	for _, rating := range t.Scale.Ratings() {
		n := t.Score.Distribution[rating]
		label := strconv.Itoa(rating)
		if word := r.words.Word(s, rating); word != "" {
			label = r.words.T("console.rating", "rating", label, "label", word)
		}
		bars = append(bars, bar{
			Rating: label, Count: r.words.Count(n), Share: r.words.Percent(float64(n) / float64(t.Score.N)),
			OfMost: plain(score.Round(100*float64(n)/float64(most), 1)), Group: t.Scale.Group(rating),
		})
	}
	return bars
}

// trendTable is the trend for a spreadsheet.
func (r request) trendTable() error {
	name, s, err := r.touchpoint()
	if err != nil {
		return err
	}
	in, err := r.period()
	if err != nil {
		return err
	}
	t, err := r.Scores.Touchpoint(r.Context(), s, name, in)
	if err != nil {
		return err
	}
	rows := [][]string{{"touchpoint", "survey", "metric", "convention", "period", "from", "to", "n", "value", "interval_low", "interval_high", "note"}}
	for i, p := range r.chart(t).Points {
		of := t.Trend[i]
		rows = append(rows, []string{
			mail.Harmless(name), mail.Harmless(s.ID), string(t.Scale.Metric), of.Score.Convention, of.Period.Name, of.Period.From.String(), of.Period.To.String(),
			strconv.FormatInt(of.Score.N, 10), p.Value, p.Low, p.High, of.Score.Note,
		})
	}
	return r.spreadsheet("trend-"+in.Name+".csv", rows)
}

// spreadsheet answers with rows, of which texts that others wrote went through mail.Harmless.
func (r request) spreadsheet(name string, rows [][]string) error {
	table, err := mail.Spreadsheet(rows)
	if err == nil {
		r.download(name, "text/csv; charset=utf-8", table)
	}
	return err
}
