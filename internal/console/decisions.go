package console

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/mail"
	"afterword/internal/period"
	"afterword/internal/touchpoint"
)

// decisionsAt is where decisions are listed, and searched for by a customer's address.
const decisionsAt = "/decisions"

// decisionsShown is how many decisions a page has.
const decisionsShown = 50

// Decisions lists why visits led to an invitation or did not.
type Decisions interface {
	// VisitsOn lists the visits to touchpoints that were received on a day of the program's zone, newest first. next is the position
	// after the page, "" at the end. Faults: Transient.
	VisitsOn(ctx context.Context, touchpoints []string, day string, span period.Span) (page []touchpoint.Visit, next string, err error)
}

// People finds customers by their address. Who they are is not told.
type People interface {
	// Find is who has an address here, known or not. Faults: Invalid for what is no address, Transient.
	Find(ctx context.Context, address string) (customer.ID, error)
	// Visits reads a page of the visits of a customer, newest first; next is the start of the page after, "" at the end. Faults: Invalid
	// (no such start), NotFound, Transient.
	Visits(ctx context.Context, id customer.ID, start string, limit int) (page []touchpoint.Visit, next string, err error)
}

// decided is a page of decisions.
type decided struct {
	Search  string // where the search is sent
	Wrong   string // what is wrong with what was searched for
	Found   bool   // these are one customer's
	Day     string // in words
	On      string // the day
	Before  string // links
	After   string
	Names   choice // touchpoints
	List    []decision
	More    string // link to older ones, "" at the end
	Older   older
	Table   string // link to the list for a spreadsheet
	Nothing string // why the list is empty
	Skipped skipped
}

// older is what a form sends to see the older decisions about a customer: in a form, so that no address of ours leads to anybody.
type older struct{ Customer, Start string }

// decision is what was decided about one visit, and why.
type decision struct {
	At, Touchpoint string
	Asked          bool
	Reason         string
	Explanation    string // in English: it is kept as it was written
	Source         string
	Subject, Link  string // "" when there is none
	Planned        string
	Test           bool
}

func (r request) decisions() error {
	day, names, choice, err := r.dayAsked()
	if err != nil {
		return err
	}
	visits, next, err := r.visitsOn(day, names)
	if err != nil {
		return err
	}
	name := r.URL.Query().Get("touchpoint")
	link := func(day period.Day, cursor string) string {
		return linkTo(decisionsAt, url.Values{"day": {day.String()}, "touchpoint": {name}}, "cursor", cursor)
	}
	shown := decided{
		Search: decisionsAt, Day: r.words.Date(day), On: day.String(), Before: link(day.Add(-1), ""), Names: choice,
		Nothing: r.words.T("console.decisions.none"), Table: linkTo(decisionsAt+".csv", r.URL.Query(), "day", day.String()),
	}
	if r.URL.Query().Get("cursor") == "" {
		if shown.Skipped, err = r.skipped(day); err != nil {
			return err
		}
	}
	if day.Before(r.today()) {
		shown.After = link(day.Add(1), "")
	}
	if next != "" {
		shown.More = link(day, period.Cursor(next))
	}
	r.showDecisions(http.StatusOK, shown, visits)
	return nil
}

func (r request) showDecisions(status int, shown decided, visits []touchpoint.Visit) {
	for _, v := range visits {
		shown.List = append(shown.List, r.decision(v))
	}
	r.show(page{Status: status, Title: r.words.T("console.decisions.title"), Template: "decisions", Here: decisionsAt, Data: shown})
}

// dayAsked is the day that the query asks for, and of which touchpoints. Fault: Invalid.
func (r request) dayAsked() (day period.Day, names []string, shown choice, err error) {
	query := r.URL.Query()
	if day = r.today(); query.Get("day") != "" {
		if day, err = period.ParseDay(query.Get("day")); err != nil {
			return day, nil, shown, err
		}
	}
	all, name := slices.Sorted(maps.Keys(r.program.Touchpoints)), query.Get("touchpoint")
	shown = choice{Name: "touchpoint", Label: r.words.T("report.column.touchpoint"), Options: []option{{"", r.words.T("console.filter.all"), name == ""}}}
	for _, each := range all {
		shown.Options = append(shown.Options, option{each, r.words.Touchpoint(each), each == name})
	}
	switch {
	case name == "":
		return day, all, shown, nil
	case !slices.Contains(all, name):
		return day, nil, shown, fault.New(fault.Invalid, "the program has no such touchpoint")
	}
	return day, []string{name}, shown, nil
}

func (r request) visitsOn(day period.Day, names []string) ([]touchpoint.Visit, string, error) {
	span, err := period.Page(r.URL.Query().Get("cursor"), period.Period{From: day, To: day}, r.program.Zone, decisionsShown)
	if err != nil {
		return nil, "", err
	}
	return r.Decisions.VisitsOn(r.Context(), names, day.String(), span)
}

func (r request) decision(v touchpoint.Visit) decision {
	w := r.words
	d := decision{
		At: w.Moment(v.ReceivedAt.In(r.program.Zone)), Touchpoint: w.Touchpoint(v.Touchpoint), Asked: v.Reason == touchpoint.Planned || v.Reason == touchpoint.Handed,
		Reason: w.T("console.reason." + string(v.Reason)), Explanation: v.Explanation, Source: v.Source, Test: v.Test,
	}
	if !v.PlannedAt.IsZero() {
		d.Planned = w.Moment(v.PlannedAt.In(r.program.Zone))
	}
	if v.Erased {
		return d // what it was about leads to the person
	}
	if d.Subject = v.Subject; strings.HasPrefix(v.Link, "https://") {
		d.Link = v.Link
	}
	return d
}

// search shows the decisions about the customer with an address. The address is in the form, and neither repeated nor logged.
func (r request) search() error {
	if !r.who.Sent(r.PostFormValue("form")) {
		return fault.New(fault.Forbidden, "this form is not one of this page's")
	}
	day := r.today()
	shown := decided{Search: decisionsAt, Found: true, Day: r.words.Date(day), On: day.String(), Nothing: r.words.T("console.decisions.unknown")}
	id, start := customer.ID(r.PostFormValue("customer")), r.PostFormValue("start")
	if id == "" {
		var err error
		id, err = r.People.Find(r.Context(), strings.TrimSpace(r.PostFormValue("address")))
		if fault.Is(err, fault.Invalid) {
			shown.Wrong = r.words.T("console.decisions.wrong")
			r.showDecisions(http.StatusBadRequest, shown, nil)
			return nil
		}
		if err != nil {
			return err
		}
	}
	visits, next, err := r.People.Visits(r.Context(), id, start, decisionsShown)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if next != "" {
		shown.Older = older{string(id), next}
	}
	r.showDecisions(http.StatusOK, shown, visits)
	return nil
}

// decisionsTable is the page of decisions for a spreadsheet.
func (r request) decisionsTable() error {
	day, names, _, err := r.dayAsked()
	if err != nil {
		return err
	}
	visits, _, err := r.visitsOn(day, names)
	if err != nil {
		return err
	}
	rows := [][]string{{"received_at", "touchpoint", "reason", "explanation", "source", "subject", "planned_at"}}
	for _, v := range visits {
		row := []string{v.ReceivedAt.Format(timeLayout), v.Touchpoint, string(v.Reason), v.Explanation, v.Source, v.Subject, ""}
		if !v.PlannedAt.IsZero() {
			row[6] = v.PlannedAt.Format(timeLayout)
		}
		for i := range row {
			row[i] = mail.Harmless(row[i])
		}
		rows = append(rows, row)
	}
	return r.spreadsheet("decisions-"+day.String()+".csv", rows)
}

// timeLayout is how times stand in spreadsheets, in UTC.
const timeLayout = "2006-01-02T15:04:05Z"
