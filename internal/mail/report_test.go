package mail

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/chart"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/score"
	"afterword/internal/survey"
)

var october = period.Month(period.NewDay(2026, time.October, 1))

// history gives a touchpoint the periods up to the reported one with the answers of each, and compares the last two.
func history(t report.Touchpoint, in period.Period, months ...score.Counts) report.Touchpoint {
	t.Trend = make([]report.Point, len(months))
	for i := len(months) - 1; i >= 0; i-- {
		t.Trend[i] = report.Point{Period: in, Score: score.Of(t.Scale, months[i])}
		in = in.Previous()
	}
	t.Score = t.Trend[len(months)-1].Score
	if len(months) > 1 {
		t.Change = score.Compare(t.Scale, months[len(months)-2], months[len(months)-1])
	}
	return t
}

// months are thirteen histograms that lean to the happy end of the scale, more so from month to month; in the third too few answered.
func months(scale score.Scale, n int64, last score.Counts) (all []score.Counts) {
	for m := range report.TrendPeriods - 1 {
		counts := score.Counts{}
		for _, rating := range scale.Ratings() {
			happy := scale.Normal(rating)
			counts[rating] = 1 + int64(float64(n)*happy*happy*float64(20+m)/30*float64(4+(m*5+rating*3)%4)/5)
		}
		if m == 2 {
			counts = score.Counts{scale.Max: 3}
		}
		all = append(all, counts)
	}
	return append(all, last)
}

// told3 is October 2026 at Acme: support got easier, purchases did not change, and few answered about their start.
func told3() report.Report {
	p := acme()
	ease, _ := score.Standard(score.CES, 5, score.Higher)
	satisfied, recommend := p.Surveys["purchase-csat-v1"].Scale, p.Surveys["onboarding-nps-v1"].Scale
	support := history(report.Touchpoint{
		Name: "support", Survey: "support-ces-v1", Scale: ease, Sent: 412, Delivered: 405, Replies: 98, Unconfirmed: 7,
		Lowest: []report.Quote{
			{Rating: 1, Group: score.Bad, Comment: "Three calls, three different answers.\nNobody wrote anything down.", Day: "2026-10-12", Subject: "35436", Link: "https://acme.example/tickets/35436"},
			{Rating: 2, Group: score.Bad, Comment: "<b>Too slow</b> & no reply.", Day: "2026-10-03", Subject: "35001"},
		},
		Highest: []report.Quote{{Rating: 5, Group: score.Good, Comment: "Anna solved it in two minutes!", Day: "2026-10-29", Subject: "35990"}},
		Why: &report.Why{
			Causes:  []report.Mention{{ID: "long-wait", N: 14, Share: 0.14}, {ID: "not-solved", N: 6, Share: 0.06}},
			Themes:  []report.Mention{{ID: "delivery", N: 9, Share: 0.3}},
			Words:   []report.Word{{Language: "en", Word: "chatbot", AtLeast: 7}, {Language: "en", Word: "callback", AtLeast: 5}},
			Drivers: []report.Driver{{Kind: "cause", ID: "long-wait", With: 14, Effect: -0.31, Interval: score.Interval{-0.44, -0.18}}},
		},
	}, october, months(ease, 40, score.Counts{1: 2, 2: 3, 3: 5, 4: 20, 5: 70})...)
	purchase := history(report.Touchpoint{
		Name: "purchase", Survey: "purchase-csat-v1", Scale: satisfied, Sent: 15010, Delivered: 14897, Replies: 2210, Unconfirmed: 131,
		Highest: []report.Quote{{Rating: 5, Group: score.Good, Comment: "شكرًا جزيلًا، وصل الطلب قبل الموعد.", Day: "2026-10-30", Subject: "#1030"}},
	}, october, months(satisfied, 900, score.Counts{1: 180, 2: 120, 3: 230, 4: 620, 5: 1060})...)
	start := history(report.Touchpoint{
		Name: "onboarding", Survey: "onboarding-nps-v1", Scale: recommend, Sent: 61, Delivered: 60, Replies: 12,
	}, october, months(recommend, 2, score.Counts{0: 1, 3: 1, 6: 2, 8: 2, 9: 1, 10: 5})...)
	revenue := 42_000.0
	for _, t := range []*report.Touchpoint{&support, &purchase} {
		t.Worth = score.Worth{Churn: score.UsualChurn}.AtRisk(t.Scale, t.Score.Distribution)
	}
	support.Worth.Revenue, support.Worth.Currency = &revenue, "EUR"
	support.Boards = []report.Board{{Property: "agent", Segments: score.Cut(ease, map[string]score.Counts{
		"anna": {5: 40, 4: 10}, "bo": {1: 5, 3: 5, 5: 20}, "cy": {5: 3}, "": {4: 9}})}}
	support.Cross = crossed(ease)
	support.Why.Bands = []report.Hour{{Weekday: 0, Hour: 9, N: 12, Value: 3.9, Mood: 0.725}, {Weekday: 0, Hour: 12, N: 21, Value: 4.6, Mood: 0.9}, {Weekday: 1, Hour: 9, N: 18, Value: 4.7, Mood: 0.925},
		{Weekday: 2, Hour: 15, N: 15, Value: 4.3, Mood: 0.825}, {Weekday: 4, Hour: 15, N: 9, Value: 4.9, Mood: 0.975}, {Weekday: 6, Hour: 18, N: 7, Value: 4.1, Mood: 0.775}}
	purchase.Why = &report.Why{Note: "not enough data"}
	purchase.Benchmarks = []score.Benchmark{
		{Kind: score.OwnHistory, Name: "2026-09", Value: 88.2, Interval: &score.Interval{87, 89}},
		{Kind: score.OwnHistory, Name: "2025-10..2026-09", Value: 86.4, Interval: &score.Interval{86, 86.8}},
		score.Figure{Value: 81, Scale: satisfied, Source: "Branch survey", Date: "2026-03"}.Benchmark(),
		score.Industries[0].Benchmark(),
	}
	return report.Report{
		Compared: 14, Moves: []report.Move{{Touchpoint: "support", Property: "agent", Value: "bo", Score: support.Score, Change: score.Change{Delta: -0.6, Interval: score.Interval{-1, -0.2}, Verdict: score.Worse}}},
		Changes: []report.Applied{{Version: 7, At: now.Add(-30 * 24 * time.Hour), Changes: []program.Difference{
			{Part: "touchpoint", Name: "support", How: program.Altered, Fields: []string{"delay", "reminder"}}, {Part: "survey", Name: "delivery-csat-v1", How: program.Added}}}},
		For: program.Everybody, Period: october, Before: october.Previous(), At: now, Closed: true, Touchpoints: []report.Touchpoint{start, purchase, support},
		Cases: report.Cases{Opened: 31, Over: 27, Closed: 28, Saved: 22, Lost: 6, TimeToClose: 41 * time.Hour, Open: 5, Overdue: 2, Oldest: []report.OpenCase{
			{ID: "c1", Touchpoint: "support", Subject: "35436", Desk: "care", Rating: 1, Scale: ease, OpenedAt: now.Add(-31 * 24 * time.Hour), Due: now.Add(-30 * 24 * time.Hour), Overdue: true},
			{ID: "c2", Touchpoint: "purchase", Subject: "#1030", Desk: "care", Rating: 2, Scale: satisfied, OpenedAt: now.Add(-20 * 24 * time.Hour), Due: now.Add(8 * time.Hour), TakenBy: "Anna Berg"},
		}},
	}
}

// crossed is a table of agents and channels.
func crossed(ease score.Scale) *report.Cross {
	cell := func(of score.Counts) report.Cell {
		s := score.Of(ease, of).Rounded(ease)
		return report.Cell{N: s.N, Value: s.Value, Interval: s.Interval, Note: s.Note}
	}
	hidden := report.Cell{N: 6, Note: "withheld"}
	return &report.Cross{
		Rows: report.Axis{Property: program.ByAgent, Values: []string{"anna", "bo", ""}}, Columns: report.Axis{Property: program.ByWeekday, Values: []string{"mon", "tue"}, Rest: true},
		Cells: [][]report.Cell{
			{cell(score.Counts{5: 20, 4: 5}), cell(score.Counts{5: 12, 4: 3}), cell(score.Counts{5: 8, 4: 2})},
			{cell(score.Counts{1: 5, 3: 5, 5: 8}), hidden, hidden},
			{cell(nil), hidden, cell(score.Counts{4: 3})},
		},
		RowTotals:    []report.Cell{cell(score.Counts{5: 40, 4: 10}), cell(score.Counts{1: 5, 3: 5, 5: 20}), cell(score.Counts{4: 9})},
		ColumnTotals: []report.Cell{cell(score.Counts{1: 5, 3: 5, 5: 28, 4: 5}), cell(score.Counts{5: 18, 4: 9}), cell(score.Counts{5: 14, 4: 5})},
		Total:        cell(score.Counts{1: 5, 3: 5, 5: 60, 4: 19}),
	}
}

func reader(language string) report.Reader {
	return report.Reader{Name: "Grace Hopper", Address: "grace@acme.example", Language: language}
}

func charts(t testing.TB, r report.Report) map[string][]byte {
	t.Helper()
	drawn, err := chart.Of(r)
	if err != nil {
		t.Fatal(err)
	}
	return drawn
}

func mailed(t testing.TB, r report.Report, language string, charts map[string][]byte) survey.Letter {
	t.Helper()
	letter, err := writer(t).Report(acme(), r, reader(language), charts)
	if err != nil {
		t.Fatal(err)
	}
	return letter
}

// digest is what Anna reads of her own answers.
func digest() report.Report {
	r := told3()
	support, beside := r.Touchpoints[2], r.Touchpoints[2].Score
	ease := support.Scale
	own := history(report.Touchpoint{
		Name: "support", Survey: support.Survey, Scale: ease, Beside: &beside, Lowest: support.Lowest[:1], Highest: support.Highest,
		Why: &report.Why{Causes: []report.Mention{{ID: "long-wait", N: 3, Share: 0.094}}},
	}, october, months(ease, 12, score.Counts{1: 1, 2: 1, 3: 2, 4: 8, 5: 20})...)
	return report.Report{For: program.Audience{Readership: program.OfAgent, Name: "anna"}, Period: october, Before: october.Previous(), At: now, Closed: true,
		Touchpoints: []report.Touchpoint{own}}
}

func TestADigestForAnAgentReadsAndLooksLikeThis(t *testing.T) {
	drawn := charts(t, digest())
	for _, language := range languages {
		goldens(t, "digest-"+language, mailed(t, digest(), language, drawn))
	}
}

func TestAReportReadsAndLooksLikeThis(t *testing.T) {
	drawn := charts(t, told3())
	for _, language := range languages {
		goldens(t, "report-"+language, mailed(t, told3(), language, drawn))
	}
	files, err := writer(t).ReportFiles(acme(), told3(), "en", drawn)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.csv", files["report.csv"])
	golden(t, "details.csv", files["details.csv"])
}

// Nothing to say is said as well.
// A figure of what is at risk never stands without what it is assumed by.
func TestWhatIsAtRiskStandsBesideWhatIsAssumed(t *testing.T) {
	r := told3()
	support := &r.Touchpoints[2]
	support.Worth = score.Worth{Churn: score.Churn{Good: 0.1, Neutral: 0.8, Bad: 0.92}, Value: 500, Currency: "EUR"}.AtRisk(support.Scale, support.Score.Distribution)
	files, err := writer(t).ReportFiles(acme(), r, "en", nil)
	if err != nil {
		t.Fatal(err)
	}
	letter := strings.Join(strings.Fields(string(files["report.txt"])), " ")
	for _, want := range []string{"8,800 EUR a year, at 500 EUR a customer", "92.0% of the unhappy and 80.0% of the neutral", "and 10.0% of the happy"} {
		if !strings.Contains(letter, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

func TestAReportOfNearlyNothingReadsAndLooksLikeThis(t *testing.T) {
	r := told3()
	r.Closed, r.CountsClicks, r.Cases = false, true, report.Cases{AtLeast: true}
	r.Touchpoints[0] = history(report.Touchpoint{Name: "onboarding", Scale: r.Touchpoints[0].Scale}, october, nil, nil)
	r.Touchpoints[1] = history(report.Touchpoint{Name: "purchase", Scale: r.Touchpoints[1].Scale, Sent: 9, Delivered: 9, Replies: 4}, october, nil, score.Counts{5: 4})
	r.Touchpoints[2] = history(report.Touchpoint{Name: "support", Scale: acme().Surveys["support-effort-v1"].Scale, Sent: 30}, october, score.Counts{1: 4}, score.Counts{1: 20, 9: 5})
	goldens(t, "report-nearly-nothing", mailed(t, r, "en", nil))
	r.Touchpoints = nil
	if text := parse(t, mailed(t, r, "en", nil)).Text; !strings.Contains(text, "No touchpoint was asked about.") {
		t.Errorf("nothing of it in\n%s", text)
	}
}

func TestAVerdictFollowsTheScale(t *testing.T) {
	effort, few := acme().Surveys["support-effort-v1"].Scale, score.Counts{5: 4}
	csat, nps := acme().Surveys["purchase-csat-v1"].Scale, acme().Surveys["onboarding-nps-v1"].Scale
	low, high := score.Counts{0: 100, 1: 100}, score.Counts{5: 100, 10: 100}
	for _, row := range []struct {
		scale    score.Scale
		from, to score.Counts
		want     string
	}{
		{effort, score.Counts{9: 100}, score.Counts{2: 100}, "Support: easier than in September 2026, reliably"},
		{effort, score.Counts{2: 100}, score.Counts{9: 100}, "Support: harder than in September 2026, reliably"},
		{csat, low, high, "Support: customers more satisfied than in September 2026, reliably"},
		{csat, high, low, "Support: customers less satisfied than in September 2026, reliably"},
		{nps, low, score.Counts{10: 100}, "Support: recommended more than in September 2026, reliably"},
		{nps, score.Counts{10: 100}, low, "Support: recommended less than in September 2026, reliably"},
		{nps, high, high, "Support: no reliable change since September 2026"},
		{nps, few, high, "Support: nothing to compare with, too few answers in September 2026"},
		{nps, high, few, "Support: too few answers to say"},
		{nps, high, nil, "Support: no answers"},
	} {
		r := told3()
		r.Moves, r.Compared = nil, 0
		r.Touchpoints = []report.Touchpoint{history(report.Touchpoint{Name: "support", Scale: row.scale}, october, row.from, row.to)}
		parsed := parse(t, mailed(t, r, "en", nil))
		if !strings.Contains(strings.Join(strings.Fields(parsed.Text), " "), " "+row.want+" == ") || !strings.Contains(parsed.HTML, ">"+row.want+"<") {
			t.Errorf("%q is not in\n%s", row.want, parsed.Text)
		}
	}
}

// parts lists a message's parts from the outside in, each with what it calls itself.
func parts(t *testing.T, kind string, body io.Reader) (all []string) {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, media)
	if !strings.HasPrefix(media, "multipart/") {
		return all
	}
	reader := multipart.NewReader(body, params["boundary"])
	for {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return append(all, "end of "+media)
		}
		if err != nil {
			t.Fatal(err)
		}
		if name := part.FileName(); name != "" {
			disposition, _, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
			all = append(all, disposition+" "+name)
			continue
		}
		all = append(all, parts(t, part.Header.Get("Content-Type"), part)...)
	}
}

func TestAReportHoldsItsChartsAndItsTable(t *testing.T) {
	r := told3()
	letter := mailed(t, r, "en", charts(t, r))
	message, err := netmail.ReadMessage(bytes.NewReader(letter.Raw))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"multipart/mixed", "multipart/related", "multipart/alternative", "text/plain", "text/html", "end of multipart/alternative",
		"inline onboarding-distribution.png", "inline onboarding-trend.png", "inline purchase-distribution.png", "inline purchase-trend.png",
		"inline support-distribution.png", "inline support-trend.png", "end of multipart/related", "attachment report.csv", "attachment details.csv", "end of multipart/mixed",
	}
	if diff := cmp.Diff(want, parts(t, message.Header.Get("Content-Type"), message.Body)); diff != "" {
		t.Error(diff)
	}
	parsed, drawn := parse(t, letter), charts(t, r)
	referred := map[string]bool{}
	for _, match := range regexp.MustCompile(`src="([^"]*)"`).FindAllStringSubmatch(parsed.HTML, -1) {
		referred[match[1]] = true
	}
	for _, part := range parsed.Inlines {
		if !referred["cid:"+part.ContentID] || part.ContentType != "image/png" || !bytes.Equal(part.Content, drawn[part.FileName]) {
			t.Errorf("%s (%s) is not shown, or not the chart", part.FileName, part.ContentID)
		}
		delete(referred, "cid:"+part.ContentID)
	}
	if len(referred) > 0 {
		t.Errorf("no part for %v", referred)
	}
	if len(parsed.Attachments) != 2 || parsed.Attachments[0].ContentType != "text/csv" {
		t.Errorf("attached is %v", parsed.Attachments)
	}
}

func TestAReportHasTheseHeaders(t *testing.T) {
	letter := mailed(t, told3(), "sv", nil)
	parsed := parse(t, letter)
	for name, value := range map[string]string{
		"From": `"Acme" <hello@acme.example>`, "To": `"Grace Hopper" <grace@acme.example>`, "Subject": "Acme: kundrapport för oktober 2026",
		"Content-Language": "sv", "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
	} {
		if got := parsed.GetHeader(name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	if id := parsed.GetHeader("Message-ID"); !regexp.MustCompile(`^<report\.2026-10\.[0-9a-f]{16}@acme\.example>$`).MatchString(id) {
		t.Errorf("Message-ID is %q", id)
	}
	if diff := cmp.Diff(map[string]string{"kind": "report"}, letter.Tags); diff != "" || letter.Kind != "report" {
		t.Errorf("%s %s", letter.Kind, diff)
	}
	if _, err := writer(t).Report(acme(), told3(), report.Reader{Address: "nobody"}, nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("a reader without an address: %v, want Invalid", err)
	}
}

func TestTheSameReportIsTheSameBytes(t *testing.T) {
	drawn := charts(t, told3())
	if !bytes.Equal(mailed(t, told3(), "ar", drawn).Raw, mailed(t, told3(), "ar", drawn).Raw) {
		t.Error("a report differs when it is written again")
	}
}

func TestReportFilesStandByThemselves(t *testing.T) {
	drawn := charts(t, told3())
	drawn["../evil.png"], drawn["other-trend.png"] = []byte("x"), []byte("x")
	files, err := writer(t).ReportFiles(acme(), told3(), "nl", drawn)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"details.csv", "onboarding-distribution.png", "onboarding-trend.png", "purchase-distribution.png", "purchase-trend.png",
		"report.csv", "report.html", "report.txt", "support-distribution.png", "support-trend.png"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(files))); diff != "" {
		t.Error(diff)
	}
	for _, match := range regexp.MustCompile(`src="([^"]*)"`).FindAllStringSubmatch(string(files["report.html"]), -1) {
		if files[match[1]] == nil {
			t.Errorf("report.html shows %s, which is not there", match[1])
		}
	}
}

// many is a report of so many touchpoints, each with the longest quotes.
func many(n int) report.Report {
	r := told3()
	long := report.Quote{Rating: 1, Comment: strings.Repeat("\u590d\u6742", 2500), Day: "2026-10-12", Subject: "35436", Link: "https://acme.example/tickets/35436"}
	var all []report.Touchpoint
	for i := range n {
		t := r.Touchpoints[i%3]
		t.Name = fmt.Sprintf("touchpoint-%d", i)
		t.Lowest, t.Highest = []report.Quote{long, long, long}, []report.Quote{long, long, long}
		all = append(all, t)
	}
	r.Touchpoints = all
	return r
}

// Gmail shows the first 102 KB of a mail. Twelve touchpoints are the most that the shipped list has.
func TestAReportIsShownWholeHoweverMuchThereIsToTell(t *testing.T) {
	for _, row := range []struct {
		touchpoints, charts int
		shortened           bool
	}{{3, 6, false}, {12, 16, true}, {40, 6, true}, {80, 6, true}} {
		r := many(row.touchpoints)
		drawn := map[string][]byte{}
		for _, touchpoint := range r.Touchpoints {
			drawn[touchpoint.Name+trendChart], drawn[touchpoint.Name+spreadChart] = make([]byte, 20<<10), make([]byte, 12<<10)
		}
		letter := mailed(t, r, "zh", drawn)
		parsed := parse(t, letter)
		if size := len(parsed.HTML); size > longestMail {
			t.Errorf("%d touchpoints: the HTML part has %d bytes", row.touchpoints, size)
		}
		if size := len(letter.Raw); size > 700<<10 {
			t.Errorf("%d touchpoints: the mail has %d bytes", row.touchpoints, size)
		}
		if inline := len(parsed.Inlines); inline != row.charts {
			t.Errorf("%d touchpoints: the mail has %d charts", row.touchpoints, inline)
		}
		if strings.Contains(parsed.Text, "已缩短") != row.shortened {
			t.Errorf("%d touchpoints: shortened: %v", row.touchpoints, !row.shortened)
		}
		for i := range row.touchpoints {
			if row.touchpoints <= mostGlanced && !strings.Contains(parsed.HTML, fmt.Sprintf("touchpoint-%d", i)) {
				t.Errorf("%d touchpoints: nothing is told of touchpoint-%d", row.touchpoints, i)
			}
		}
	}
}

func TestTheTextOfAReportIsNarrow(t *testing.T) {
	for _, language := range languages {
		for line := range strings.Lines(strings.ReplaceAll(parse(t, mailed(t, told3(), language, nil)).Text, "\r", "")) {
			line = strings.TrimSuffix(line, "\n")
			if across(line) > 72 && !strings.Contains(line, "https://") {
				t.Errorf("%s: %d columns: %s", language, across(line), line)
			}
		}
	}
}

func TestTheLegendHasTheColoursOfTheCharts(t *testing.T) {
	for group, color := range map[score.Group]program.Color{
		score.Good:    {R: chart.Good.R, G: chart.Good.G, B: chart.Good.B},
		score.Neutral: {R: chart.Neutral.R, G: chart.Neutral.G, B: chart.Neutral.B},
		score.Bad:     {R: chart.Bad.R, G: chart.Bad.G, B: chart.Bad.B},
	} {
		if groupColors[group] != color.String() || color.Contrast(lightCard) < program.ControlContrast {
			t.Errorf("%s is %s in the legend and %s in the chart, with a contrast of %.2f", group, groupColors[group], color, color.Contrast(lightCard))
		}
	}
}
