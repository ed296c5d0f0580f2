package mail

import (
	"html/template"
	"strconv"
	"strings"
	"unicode/utf8"

	"afterword/internal/i18n"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/score"
)

// toldTouchpoint is how one touchpoint did, in words. What is not known is "".
type toldTouchpoint struct {
	Name, Metric            string
	Verdict                 string // in one line, with the name
	Score, Range            string
	Missing                 string // why there is no score
	Count, Rate             string
	Change, Unit, Moved     string // the difference, and whether it is one
	Reliable                bool   // it is
	Notes                   []string
	Entries                 []entryOf
	TrendAlt, SpreadAlt     string
	TrendChart, SpreadChart template.URL
	Legend                  []legend
	Trend                   []entryOf
	Spread                  []spread
	Boards                  []board
	Cross                   *crossTable // nil when there is none, as Heat
	Heat                    *heatMap
	Quotes                  []quotes
}

// legend is a group's colour as package chart paints it.
type legend struct{ Color, Label string }

// groupColors are package chart's; a test holds that they are.
var groupColors = map[score.Group]string{score.Bad: "#d55e00", score.Neutral: "#868d9a", score.Good: "#0072b2"}

// spread is how many chose a rating, and their share of those of the rating that most chose.
type spread struct {
	Rating       string
	Count, Share string
	OfMost       float64
}

// quotes are what customers said, under a heading.
type quotes struct {
	Heading string
	Said    []said
}

// said is one customer's words, by line, and where they were said.
type said struct {
	Lines      []string
	About      string
	Link, Open string // to the subject, and its label
}

func (v *told) touchpoint(t report.Touchpoint, r report.Report) toldTouchpoint {
	told := toldTouchpoint{Name: oneLine(v.Touchpoint(t.Name)), Metric: string(t.Scale.Metric)}
	told.Verdict = v.T("report.verdict.line", "touchpoint", told.Name, "verdict", v.verdict(t, v.Period(r.Before)))
	told.Count = v.T("report.count", "n", v.Count(t.Score.N))
	if rate := t.ResponseRate(); rate != nil {
		told.Rate = v.T("report.rated", "rate", v.Percent(*rate))
	}
	if t.Score.Value != nil && t.Score.Interval != nil {
		told.Score, told.Range = v.Value(t.Scale, *t.Score.Value), v.Between(t.Scale, *t.Score.Interval)
	} else {
		told.Missing = v.Missing(t.Score)
	}
	v.change(&told, t)
	if note := v.Note(t.Score); note != "" {
		told.Notes = []string{note}
	}
	told.Entries = v.entries(t, told, r)
	v.trend(&told, t)
	v.distribution(&told, t)
	told.Boards, told.Cross, told.Heat = v.boards(t), v.cross(t), v.heat(t)
	for _, said := range []quotes{
		{v.T("report.lowest"), v.said(t, t.Lowest)},
		{v.T("report.highest"), v.said(t, t.Highest)},
	} {
		if len(said.Said) > 0 {
			told.Quotes = append(told.Quotes, said)
		}
	}
	return told
}

// verdict says how the touchpoint did, against the period before.
func (v *told) verdict(t report.Touchpoint, before string) string {
	switch {
	case t.Score.N == 0:
		return v.T("report.verdict.none")
	case t.Score.Value == nil:
		return v.T("report.verdict.few")
	case t.Change == nil:
		return v.T("report.verdict.first", "period", before)
	case t.Change.Verdict == score.NoChange:
		return v.T("report.verdict.same", "period", before)
	}
	return v.T("report.verdict."+strings.ToLower(string(t.Scale.Metric))+"."+string(t.Change.Verdict), "period", before)
}

func (v *told) change(told *toldTouchpoint, t report.Touchpoint) {
	told.Moved = v.Moved(t.Change)
	if t.Change == nil {
		return
	}
	told.Change = v.Signed(t.Change.Delta, t.Scale.Decimals())
	if t.Scale.Metric == score.CSAT {
		told.Unit = v.T("report.points")
	}
	told.Reliable = t.Change.Verdict != score.NoChange
}

// entries are all numbers of the touchpoint, each with what it needs to be trusted.
func (v *told) entries(t report.Touchpoint, told toldTouchpoint, r report.Report) (all []entryOf) {
	add := func(label, value string) { all = append(all, entryOf{label, value}) }
	if told.Score != "" {
		add(v.T("report.label.score"), told.Metric+" "+told.Score+" ("+v.T("report.interval", "range", told.Range)+")")
		add(v.T("report.label.convention"), v.Convention(t.Scale))
		if t.Score.EasyShare != nil && t.Score.EasyInterval != nil {
			low, high := v.Percent(t.Score.EasyInterval[0]), v.Percent(t.Score.EasyInterval[1])
			easy := v.T("report.range", "low", low, "high", high)
			add(v.T("report.label.easy"), v.Percent(*t.Score.EasyShare)+" ("+v.T("report.interval", "range", easy)+")")
		}
	}
	if t.Change != nil {
		moved := v.T("report.range", "low", v.Signed(t.Change.Interval[0], t.Scale.Decimals()), "high", v.Signed(t.Change.Interval[1], t.Scale.Decimals()))
		add(v.T("report.label.change"), strings.TrimSpace(told.Change+" "+told.Unit)+" ("+v.T("report.interval", "range", moved)+"): "+told.Moved)
	}
	add(v.T("report.label.answers"), v.Count(t.Score.N))
	if r.For.Property() != "" { // whose mails they were is not known
		v.besideEntry(r.For, t, add)
		v.whyEntries(t, add)
		return all
	}
	add(v.T("report.label.mails"), v.T("report.mails", "sent", v.Count(t.Sent), "delivered", v.Count(t.Delivered)))
	rate := v.T("report.rate.none")
	if share := t.ResponseRate(); share != nil {
		rate = v.T("report.rate", "rate", v.Percent(*share), "replies", v.Count(t.Replies), "delivered", v.Count(t.Delivered))
	}
	add(v.T("report.label.rate"), rate)
	if !r.CountsClicks {
		add(v.T("report.label.unconfirmed"), v.T("report.unconfirmed", "n", v.Count(t.Unconfirmed)))
	}
	v.whyEntries(t, add)
	v.worthEntries(t, add)
	return all
}

func (v *told) trend(told *toldTouchpoint, t report.Touchpoint) {
	var spoken []string
	for _, point := range t.Trend {
		brief := v.Missing(point.Score)
		full := brief
		if point.Score.Value != nil && point.Score.Interval != nil {
			brief = v.Value(t.Scale, *point.Score.Value)
			full = v.list(brief+" ("+v.Between(t.Scale, *point.Score.Interval)+")", v.T("report.count", "n", v.Count(point.Score.N)))
		}
		told.Trend = append(told.Trend, entryOf{v.Period(point.Period), full})
		spoken = append(spoken, v.T("report.point", "label", v.Period(point.Period), "value", brief))
	}
	told.TrendAlt = v.T("report.trend.alt", "touchpoint", told.Name, "points", strings.Join(spoken, "; "))
}

func (v *told) distribution(told *toldTouchpoint, t report.Touchpoint) {
	if t.Score.Distribution == nil {
		return
	}
	most := int64(1)
	for _, count := range t.Score.Distribution {
		most = max(most, count)
	}
	var spoken []string
	asked := v.asked(t.Survey, t.Scale)
	for _, rating := range t.Scale.Ratings() {
		label := strconv.Itoa(rating)
		if asked.Presentation != program.Numbers && asked.Presentation != "" {
			label = v.Rated(asked, rating)
		}
		count := t.Score.Distribution[rating]
		told.Spread = append(told.Spread, spread{
			Rating: label, Count: v.Count(count), Share: v.Percent(float64(count) / float64(max(t.Score.N, 1))),
			OfMost: float64(count) / float64(most),
		})
		spoken = append(spoken, v.T("report.point", "label", label, "value", v.Count(count)))
	}
	told.SpreadAlt = v.T("report.spread.alt", "touchpoint", told.Name, "points", strings.Join(spoken, "; "))
	for _, group := range []score.Group{score.Bad, score.Neutral, score.Good} {
		if ratings := i18n.RatingsOf(t.Scale, group); ratings != "" {
			told.Legend = append(told.Legend, legend{groupColors[group], v.T("report.legend", "group", v.T("group."+string(group)), "ratings", ratings)})
		}
	}
}

// Longest quote of a customer, in characters and in lines: a report of many touchpoints has to stay one that mailboxes show whole.
const (
	longestQuote = 240
	mostLines    = 8
)

func (v *told) said(t report.Touchpoint, all []report.Quote) (told []said) {
	for _, q := range all {
		words := said{Lines: excerpt(q.Comment), About: v.list(v.Rated(v.asked(t.Survey, t.Scale), q.Rating), dayOf(v.Printer, q.Day))}
		subject := oneLine(q.Subject)
		if strings.HasPrefix(q.Link, "https://") && subject != "" {
			words.Link, words.Open = q.Link, subject
		} else {
			words.About = v.list(words.About, subject)
		}
		if len(words.Lines) > 0 {
			told = append(told, words)
		}
	}
	return told
}

// excerpt is a comment's beginning, line by line.
func excerpt(comment string) (lines []string) {
	comment = strings.TrimSpace(clean(comment))
	if comment == "" {
		return nil
	}
	cut := false
	if utf8.RuneCountInString(comment) > longestQuote {
		comment, cut = strings.TrimSpace(string([]rune(comment)[:longestQuote])), true
	}
	lines = strings.Split(comment, "\n")
	if len(lines) > mostLines {
		lines, cut = lines[:mostLines], true
	}
	if cut {
		lines[len(lines)-1] += "\u2026"
	}
	return lines
}

// dayOf writes a stored day; one that is none is left out.
func dayOf(in *i18n.Printer, stored string) string {
	d, err := period.ParseDay(stored)
	if err != nil {
		return ""
	}
	return in.Date(d)
}
