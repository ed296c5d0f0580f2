package mail

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"

	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/score"
	"afterword/internal/survey"
)

var _ report.Writer = Writer{}

// reportKind names the letter and its templates.
const reportKind = "report"

// told is what the templates of the report see.
type told struct {
	frame
	surveys         map[string]program.Survey
	themes          []program.Theme
	Title, Compared string
	Headline        string   // the whole report in a line
	Notes           []string // what holds for the whole report: it is not final, clicks count
	Touchpoints     []toldTouchpoint
	Sections        []toldTouchpoint // of them, those that are told of in full
	Moves           []string         // segments that changed reliably
	MovesOf         string           // of how many; "" where none were compared
	Follows         bool             // it tells about cases
	Cases           []entryOf
	Closure         []string
	CasesNote       string
	Oldest          []toldCase
	Changed         []entryOf // by day
	Meaning         []string
}

// entryOf is a number with its name.
type entryOf struct{ Label, Value string }

// toldCase is one line on an open case, and one on how it stands.
type toldCase struct{ About, Standing string }

// Report writes the mail of a report in the reader's language, with its charts in it (package chart, by file name) and its numbers
// as a table beside it. Charts that the report does not have are left out. Fault: Invalid when an address is not one that mail
// can be sent to.
func (w Writer) Report(p *program.Program, r report.Report, to report.Reader, charts map[string][]byte) (survey.Letter, error) {
	numbers, err := tables(r)
	if err != nil {
		return survey.Letter{}, err
	}
	var content *told
	var drawn message
	for room := full; room <= least && (content == nil || len(drawn.html) > longestMail); room++ {
		charts = room.charts(r, charts)
		content = w.tell(p, room.cut(r), to.Language, charts, func(name string) template.URL { return template.URL("cid:" + name + cidDomain) })
		if room > full {
			content.Notes = append(content.Notes, content.T("report.shortened"))
		}
		if err := drawn.render(reportKind, content); err != nil {
			return survey.Letter{}, err
		}
	}
	m := message{
		kind: reportKind, id: reportID(r, to), from: p.From, address: to.Address, name: to.Name,
		subject: content.Subject, language: content.Language(), date: w.Now(),
		headers:  map[string]string{"X-Auto-Response-Suppress": "All"},
		tags:     map[string]string{survey.TagKind: reportKind},
		attached: numbers,
	}
	for _, name := range shown(r, charts) {
		m.inline = append(m.inline, file{name, "image/png", charts[name]})
	}
	m.html, m.text = drawn.html, drawn.text
	m.encoding = shorter(m.html)
	return m.letter()
}

// ReportFiles writes the report for a folder, by file name: report.html, which shows the charts beside it, report.txt, report.csv,
// details.csv, and the charts.
func (w Writer) ReportFiles(p *program.Program, r report.Report, language string, charts map[string][]byte) (map[string][]byte, error) {
	content := w.tell(p, r, language, charts, func(name string) template.URL { return template.URL(name) })
	numbers, err := tables(r)
	if err != nil {
		return nil, err
	}
	var m message
	if err := m.render(reportKind, content); err != nil {
		return nil, err
	}
	files := map[string][]byte{"report.html": []byte(m.html), "report.txt": []byte(m.text)}
	for _, table := range numbers {
		files[table.name] = table.data
	}
	for _, name := range shown(r, charts) {
		files[name] = charts[name]
	}
	return files, nil
}

// tables are the report's tables for spreadsheets.
func tables(r report.Report) ([]file, error) {
	numbers, err := ReportTable(r)
	if err != nil {
		return nil, err
	}
	details, err := ReportDetails(r)
	return []file{{"report.csv", tableType, numbers}, {"details.csv", tableType, details}}, err
}

const tableType = "text/csv; charset=utf-8"

// reportID names the mail of a period to a reader, whose address it does not hold.
func reportID(r report.Report, to report.Reader) string {
	hash := sha256.Sum256([]byte(to.Address))
	return strings.ReplaceAll(r.Period.Name, "..", "-to-") + "." + hex.EncodeToString(hash[:8])
}

// chartName is what a chart may be called: it becomes an address in the HTML part and a header.
var chartName = regexp.MustCompile(`^[a-z0-9-]+\.png$`)

// The kinds of chart that a touchpoint may have.
const (
	trendChart  = "-trend.png"
	spreadChart = "-distribution.png"
)

// shown lists the charts that the report shows, sorted.
func shown(r report.Report, charts map[string][]byte) []string {
	ours := map[string]bool{}
	for _, t := range r.Touchpoints {
		ours[t.Name+trendChart], ours[t.Name+spreadChart] = true, true
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(charts)), func(name string) bool { return !ours[name] || !chartName.MatchString(name) })
}

// tell puts the report into words.
func (w Writer) tell(p *program.Program, r report.Report, language string, charts map[string][]byte, source func(name string) template.URL) *told {
	content := &told{frame: w.frame(p, language), surveys: p.Surveys, themes: p.Themes}
	named := content.Period(r.Period)
	content.Subject = content.T("report.subject", "company", content.Brand.Name, "period", named)
	content.Title = content.T("report.title", "period", named)
	content.Compared = content.T("report.compared", "period", content.Period(r.Before))
	if audience := content.audience(p, r.For); audience != "" {
		content.Subject = content.T("report.subject.for", "company", content.Brand.Name, "period", named, "audience", audience)
		content.Compared = content.list(audience, content.Compared)
	}
	content.Headline = content.headline(r)
	if !r.Closed {
		content.Notes = append(content.Notes, content.T("report.unfinished", "period", named))
	}
	if r.CountsClicks {
		content.Notes = append(content.Notes, content.T("report.clicks"))
	}
	if len(r.Touchpoints) == 0 {
		content.Notes = append(content.Notes, content.T("report.nothing"))
	}
	pictures := shown(r, charts)
	var verdicts []string
	for _, t := range r.Touchpoints {
		told := content.touchpoint(t, r)
		if name := t.Name + trendChart; slices.Contains(pictures, name) {
			told.TrendChart = source(name)
		}
		if name := t.Name + spreadChart; slices.Contains(pictures, name) {
			told.SpreadChart = source(name)
		}
		content.Touchpoints = append(content.Touchpoints, told)
		if t.Trend != nil {
			content.Sections = append(content.Sections, told)
		}
		verdicts = append(verdicts, told.Verdict)
	}
	content.Preheader = content.list(append([]string{content.Headline}, verdicts...)...)
	content.moves(r)
	if content.Follows = r.For.Property() == ""; content.Follows {
		content.cases(r.Cases, p)
	}
	content.Changed = content.changed(r.Changes, p)
	content.Meaning = []string{content.T("report.meaning.interval"), content.T("report.meaning.change"), content.T("report.meaning.numbers")}
	return content
}

// asked is the survey of an answer in the report, on the scale that the answer has.
func (v *told) asked(id string, scale score.Scale) program.Survey {
	asked := v.surveys[id]
	asked.Scale = scale
	return asked
}

func (v *told) cases(c report.Cases, p *program.Program) {
	v.Cases = []entryOf{
		{v.T("report.cases.opened"), v.Count(int64(c.Opened))},
		{v.T("report.cases.closed"), v.Count(int64(c.Closed))},
		{v.T("report.cases.open"), v.Count(int64(c.Open))},
		{v.T("report.cases.overdue"), v.Count(int64(c.Overdue))},
	}
	v.Closure = v.closure(c)
	if c.AtLeast {
		v.CasesNote = v.T("report.cases.least")
	}
	for _, open := range c.Oldest {
		desk := cmp.Or(oneLine(p.Desks[open.Desk].Name), oneLine(open.Desk))
		standing := []string{v.T("report.case.opened", "date", v.Day(open.OpenedAt.In(p.Zone)))}
		switch {
		case open.Overdue:
			standing = append(standing, v.T("report.case.overdue", "moment", v.Moment(open.Due.In(p.Zone))))
		case !open.Due.IsZero():
			standing = append(standing, v.T("report.case.due", "moment", v.Moment(open.Due.In(p.Zone))))
		}
		if by := oneLine(open.TakenBy); by != "" {
			standing = append(standing, v.T("report.case.taken", "name", by))
		} else {
			standing = append(standing, v.T("report.case.free"))
		}
		v.Oldest = append(v.Oldest, toldCase{
			About:    v.list(aboutFor(v.Printer, open.Touchpoint, open.Subject), v.Rated(v.asked(open.Survey, open.Scale), open.Rating), desk),
			Standing: v.list(standing...),
		})
	}
}

// list joins what stands on one line.
func (f frame) list(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " \u00b7 ")
}
