package console

import (
	"context"
	"net/http"
	"time"

	"afterword/internal/fault"
	"afterword/internal/mail"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/report"
	"afterword/internal/web"
)

// reportsAt is where the reports are listed; below it each has its own address.
const reportsAt = "/reports"

// reportPolicy is that of a report, which is drawn as the mail is: with its style in it, and no script. What customers said stands in it,
// so it is a document that may do nothing but be read.
const reportPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; " +
	"sandbox allow-popups allow-top-navigation-by-user-activation"

// Reports gathers how a period went; report.Gather does.
type Reports interface {
	// Report gathers the report of a period for one audience as it is at now. Faults: Transient.
	Report(ctx context.Context, p *program.Program, in period.Period, to program.Audience, now time.Time) (report.Report, error)
}

// listed are how many reports of each kind are listed, the newest first. Others have their addresses too.
var listed = []struct {
	kind period.Kind
	text string
	most int
}{
	{period.Monthly, "console.reports.month", 13}, {period.Weekly, "console.reports.week", 13},
	{period.Quarterly, "console.reports.quarter", 8}, {period.Yearly, "console.reports.year", 3},
}

// reportsOf are the reports of one kind.
type reportsOf struct {
	Name    string
	Reports []listedReport
}

type listedReport struct {
	Name      string
	Running   bool
	View      string
	CSV, Text string // links
}

func (r request) reports() error {
	var shown []reportsOf
	for _, of := range listed {
		kind := reportsOf{Name: r.words.T(of.text)}
		for in := of.kind.Of(r.today()); len(kind.Reports) < of.most; in = in.Previous() {
			at := reportsAt + "/" + in.Name
			kind.Reports = append(kind.Reports, listedReport{
				Name: r.words.Period(in), Running: !in.To.Before(r.today()), View: at, CSV: at + "/report.csv", Text: at + "/report.txt",
			})
		}
		shown = append(shown, kind)
	}
	r.show(page{Title: r.words.T("console.reports.title"), Template: "reports", Here: reportsAt, Data: shown})
	return nil
}

// report writes the files of the report that the path names, by their name. Faults: Invalid, Transient.
func (r request) report() (files map[string][]byte, in period.Period, err error) {
	if in, err = period.Asked(r.PathValue("period"), r.today()); err != nil {
		return nil, in, err
	}
	if r.today().Before(in.From) {
		return nil, in, fault.New(fault.Invalid, "the period %s is still to come", in.Name)
	}
	gathered, err := r.Reports.Report(r.Context(), r.program, in, program.Everybody, r.now)
	if err != nil {
		return nil, in, err
	}
	files, err = mail.Writer{Now: r.Now}.ReportFiles(r.program, gathered, r.words.Language(), nil)
	return files, in, err
}

// reportPage shows a report as it is mailed.
func (r request) reportPage() error {
	files, _, err := r.report()
	if err != nil {
		return err
	}
	web.Send(r.ResponseWriter, r.Request, r.Log, web.Sheet{
		Status: http.StatusOK, Language: r.words.Language(), Policy: reportPolicy, Body: files["report.html"],
	})
	return nil
}

// reportFile is a report for a spreadsheet, or as plain text.
func (r request) reportFile() error {
	kind := map[string]string{"report.csv": "text/csv; charset=utf-8", "report.txt": "text/plain; charset=utf-8"}[r.PathValue("file")]
	if kind == "" {
		return fault.New(fault.NotFound, "a report has no such file")
	}
	files, in, err := r.report()
	if err != nil {
		return err
	}
	r.download("report-"+in.Name+r.PathValue("file")[len("report"):], kind, files[r.PathValue("file")])
	return nil
}
