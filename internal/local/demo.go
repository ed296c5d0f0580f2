package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"afterword/internal/api"
	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/report"
	"afterword/internal/survey"
)

// Friday morning: whatever the demo does falls into sending and working hours.
var demoNow = time.Date(2026, time.November, 20, 9, 0, 0, 0, time.UTC)

// Demo plays the whole journey on a clock that stands, over the seeded history: three webhooks, three customers, one of them
// unhappy, the scores of the quarter, the case and the report of the month. Its mails are written into the folder as .eml and .html,
// with the charts beside them. It fails when something did not come out as told.
func Demo(ctx context.Context, out io.Writer, folder string) (err error) {
	fmt.Fprintln(out, "Seeding 13 weeks of history through the real handlers ...")
	s, err := Open(ctx, Options{Now: demoNow, Seed: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	d := &demo{s: s, out: out, from: len(s.Mails())}
	fmt.Fprintf(out, "It is %s. %d mails have left so far.\n\n", s.Now().Format("Monday 2 January 2006, 15:04 UTC"), d.from)
	if err := d.play(ctx); err != nil {
		return err
	}
	return writeMails(folder, s.Mails()[d.from:], out)
}

type demo struct {
	s    *System
	out  io.Writer
	from int // mails of the history
	step int
}

func (d *demo) say(format string, args ...any) {
	d.step++
	fmt.Fprintf(d.out, "%2d. %s\n", d.step, fmt.Sprintf(format, args...))
}

func (d *demo) play(ctx context.Context) error {
	before, err := d.s.Scores(ctx, d.s.quarter())
	if err != nil {
		return err
	}
	if err := d.webhooks(ctx); err != nil {
		return err
	}
	links, err := d.surveys(ctx)
	if err != nil {
		return err
	}
	if err := d.answers(ctx, links); err != nil {
		return err
	}
	if err := d.desk(ctx); err != nil {
		return err
	}
	if err := d.scores(ctx, before); err != nil {
		return err
	}
	return d.report(ctx)
}

func (d *demo) webhooks(ctx context.Context) error {
	for _, sample := range samples {
		answer, err := d.s.FireSample(ctx, sample.Name)
		if err != nil {
			return err
		}
		if !strings.Contains(answer, "planned") {
			return fmt.Errorf("%s: expected a planned survey, the hook answered %s", sample.Name, answer)
		}
		d.say("%s: the hook answers %s", sample.Says, strings.TrimSpace(answer))
	}
	return nil
}

// surveys lets time pass until all three have been asked, and returns the links of their mails by the source's touchpoint.
func (d *demo) surveys(ctx context.Context) (map[string]string, error) {
	links := map[string]string{}
	for passed := 0; len(links) < len(samples); passed++ {
		if passed == 10*24 {
			return nil, fmt.Errorf("after ten days %d of %d customers have been asked", len(links), len(samples))
		}
		if err := d.s.Advance(ctx, d.s.Now().Add(time.Hour)); err != nil {
			return nil, err
		}
		for _, m := range d.s.Mails()[d.from:] {
			opened, err := m.Open()
			if err != nil {
				return nil, err
			}
			h := history{s: d.s}
			if touchpoint := h.touchpointOf(m); m.Kind == survey.SurveyLetter && !strings.Contains(m.To, historyAddress) && links[touchpoint] == "" {
				links[touchpoint] = surveyPath.FindString(opened.Text)
				d.say("%s: survey mail to %s: %q", m.At.Format("Mon 2 Jan 15:04"), opened.To, opened.Subject)
			}
		}
	}
	return links, nil
}

// answers has three customers answer: one unhappy, one by the page without scripts, one who changes his mind.
func (d *demo) answers(ctx context.Context, links map[string]string) error {
	unhappy := url.Values{"rating": {"1"}, "act": {"explicit"}, "comment": {"I had to explain it three times."}}
	if err := d.answer(ctx, links["support"], "1", unhappy); err != nil {
		return err
	}
	d.say("The customer of the ticket rates 1 of 5 and says why")
	if err := d.answer(ctx, links["purchase"], "5", url.Values{"rating": {"5"}}); err != nil {
		return err
	}
	d.say("The customer of the order sends the page's form, scripts off: 5 of 5")
	for _, rating := range []string{"7", "9"} {
		if err := d.answer(ctx, links["onboarding"], rating, url.Values{"rating": {rating}, "act": {"explicit"}}); err != nil {
			return err
		}
	}
	d.say("The customer of the onboarding chooses 7, then changes his mind to 9: the last answer wins")
	return nil
}

// answer opens the link of a rating, as a click in the mail does, and sends the form.
func (d *demo) answer(ctx context.Context, page, opened string, form url.Values) error {
	if _, err := d.s.request(ctx, http.MethodGet, page+"?r="+opened, nil); err != nil {
		return err
	}
	if _, err := d.s.request(ctx, http.MethodPost, page, form); err != nil {
		return err
	}
	return d.s.Drain(ctx)
}

// desk waits for the task mail and takes the case.
func (d *demo) desk(ctx context.Context) error {
	if err := d.s.Advance(ctx, d.s.Now().Add(10*time.Minute)); err != nil {
		return err
	}
	for _, m := range d.s.Mails()[d.from:] {
		opened, err := m.Open()
		if err != nil {
			return err
		}
		page := casePath.FindString(opened.Text)
		if m.Kind != followup.LetterKind || !strings.Contains(opened.Text, "explain it three times") {
			continue
		}
		d.say("%s: task mail to %s: %q", m.At.Format("Mon 2 Jan 15:04"), opened.To, opened.Subject)
		if _, err := d.s.request(ctx, http.MethodPost, page, url.Values{"do": {"take"}}); err != nil {
			return err
		}
		d.say("The case is taken by the link in the mail")
		return nil
	}
	return errors.New("no task mail came for the unhappy customer")
}

func (d *demo) scores(ctx context.Context, before []api.Line) error {
	after, err := d.s.Scores(ctx, d.s.quarter())
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "\nScores of %s\n\n", d.s.quarter())
	t := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "TOUCHPOINT\tMETRIC\tSCORE\t95 % INTERVAL\tANSWERS\tBEFORE\tRESPONSE RATE\tCHANGE")
	for i, l := range after {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Touchpoint, l.Metric, l.Value, l.Interval, l.Answers, before[i].Answers, l.Rate, l.Change)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	cases, err := d.s.caseLines(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "\nCases that are open: %d\n\n", len(cases))
	t = tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "OPENED\tDESK\tABOUT\tRATING\tSTATE\tDUE")
	for _, c := range cases {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", c.Opened, c.Desk, c.About, c.Rating, c.State, c.Due)
	}
	return t.Flush()
}

// report lets the month end and waits for its report.
func (d *demo) report(ctx context.Context) error {
	p := d.s.current(ctx)
	month := period.Month(period.DayOf(d.s.Now(), p.Zone))
	if err := d.s.Advance(ctx, month.To.Add(1).At(p.Reports.At, p.Zone).Add(time.Hour)); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "\nThe month ends\n\n")
	for _, m := range d.s.Mails()[d.from:] {
		if m.Kind != report.LetterKind || month.End(p.Zone).After(m.At) {
			continue
		}
		opened, err := m.Open()
		if err != nil {
			return err
		}
		d.say("%s: report mail to %s: %q, with %d charts", m.At.Format("Mon 2 Jan 15:04"), opened.To, opened.Subject, len(opened.Pictures))
		return nil
	}
	return fmt.Errorf("no report of %s came", month.Name)
}

// writeMails writes mails for people to open, with the pictures of those that have some.
func writeMails(folder string, mails []Captured, out io.Writer) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for n, m := range mails {
		opened, err := m.Open()
		if err != nil {
			return err
		}
		base := filepath.Join(folder, fmt.Sprintf("%02d-%s", n+1, m.Kind))
		if err := os.WriteFile(base+".eml", m.Raw, 0o644); err != nil {
			return err
		}
		page := opened.Page(func(name string) string { return filepath.Base(base) + "-" + name })
		if err := os.WriteFile(base+".html", []byte(page), 0o644); err != nil {
			return err
		}
		for name, picture := range opened.Pictures {
			if err := os.WriteFile(base+"-"+name, picture, 0o644); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(out, "\n%d mails are in %s\n", len(mails), folder)
	return nil
}
