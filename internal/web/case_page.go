package web

import (
	"cmp"
	"strings"
	"time"

	"afterword/internal/followup"
	"afterword/internal/i18n"
	"afterword/internal/program"
	"afterword/internal/response"
)

// casePage is a case as templates/case.html draws it.
type casePage struct {
	State, Due string
	Stage      followup.State // for the colour
	Overdue    bool
	Heading    string
	Note       string // what came of the deed, or what is special
	Said       string // the customer's words
	Silent     string // what stands instead where there are none
	Deed       *deedForm
	Steps      []step
	Facts      []caseFact
	History    []happened
}

// hereAgain leads a form to the address of its page without the query. The address itself is not written into the page of a case: it
// is a desk's credential, and a customer's words stand there too.
const hereAgain = "?"

// deedForm confirms one deed.
type deedForm struct {
	Action         string
	Do, Confirm    string
	Closes         bool // asks for outcome and cause
	Outcome, Cause string
	Wrong          string
	MaxCause       int
	MaxOutcome     int
}

// step leads to the page with a deed chosen.
type step struct{ Query, Label string }

type caseFact struct {
	Label string
	Texts []string
	Typed bool   // by a person, in whichever direction
	Mail  string // of the customer
	Link  *step  // Query is the whole URL
}

type happened struct{ When, What string }

func (c Cases) draw(v *visit, view followup.View, status int, deed followup.Deed, wrong string) {
	zone := view.Desk.Zone
	if zone == nil {
		zone = v.program.Zone
	}
	d := caseDrawing{view: view, zone: zone, Printer: c.Shell.words(i18n.Match(view.Desk.Language, v.program.Languages))}
	page := d.page(v.now)
	if view.Case.State.Allows(deed.Action) {
		page.Deed = d.form(deed, wrong)
	}
	for _, action := range followup.Actions {
		if view.Case.State.Allows(action) && (page.Deed == nil || action != deed.Action) {
			page.Steps = append(page.Steps, step{"?do=" + string(action), d.T("task." + string(action))})
		}
	}
	v.Shell.Render(v.w, v.r, Page{
		Status: status, Language: d.Language(), Title: page.Heading + " · " + v.program.Name, Brand: v.brand(), Template: "case", Data: page,
	})
}

// caseDrawing puts a view into words.
type caseDrawing struct {
	*i18n.Printer
	view followup.View
	zone *time.Location
}

func (d caseDrawing) moment(t time.Time) string { return d.Moment(t.In(d.zone)) }

func (d caseDrawing) page(now time.Time) casePage {
	c, r := d.view.Case, d.view.Record
	page := casePage{
		State: d.T("state." + string(c.State)), Stage: c.State, Said: r.Comment,
		Heading: d.T("case.title", "customer", d.customer(), "rated", d.Rated(d.asked(), r.Rating)), Facts: d.facts(), History: d.history(),
	}
	if c.State == followup.Open {
		page.Overdue = c.Due.Before(now)
		page.Due = d.T("task.due", "moment", d.moment(c.Due))
		if page.Overdue {
			page.Due = d.T("case.overdue", "moment", d.moment(c.Due))
		}
	}
	page.Note = d.note()
	if r.Erased {
		page.Heading = d.about(r)
	} else {
		page.Silent = d.T("task.said.nothing")
	}
	return page
}

func (d caseDrawing) note() string {
	c := d.view.Case
	switch {
	case d.view.Result == followup.Done:
		return d.T("case.saved")
	case d.view.Result == followup.Already && c.State == followup.Taken:
		return d.T("case.taken", "name", c.TakenBy, "moment", d.moment(c.TakenAt))
	case d.view.Result == followup.Already:
		return d.T("case.already")
	case d.view.Result == followup.Refused && c.State.Pending():
		return d.T("case.changed")
	case d.view.Record.Erased:
		return d.T("case.erased")
	case c.State == followup.Cancelled:
		return d.T("case.cancelled")
	case !c.State.Pending():
		return d.T("case.over")
	case c.Group != "bad":
		return d.T("case.improved", "rating", d.Said(d.asked(), d.view.Record.Rating))
	}
	return ""
}

// asked is the survey that the case's answer is on.
func (d caseDrawing) asked() program.Survey { return d.view.Program.Surveys[d.view.Case.Survey] }

func (d caseDrawing) customer() string {
	if r := d.view.Record; r.Anybody() {
		return d.T("task.anonymous", "link", r.Via)
	}
	return cmp.Or(d.view.Customer.Name, d.view.Customer.Address, d.T("task.customer"))
}

func (d caseDrawing) form(deed followup.Deed, wrong string) *deedForm {
	f := &deedForm{
		Action: hereAgain, Do: string(deed.Action), Confirm: d.T("case.confirm." + string(deed.Action)), Closes: deed.Action.Closes(),
		Outcome: deed.Outcome, Cause: deed.Cause, MaxCause: followup.MaxCause, MaxOutcome: followup.MaxOutcome,
	}
	switch wrong {
	case "cause":
		f.Wrong = d.T("case.wrong.cause", "limit", followup.MaxCause)
	case "outcome":
		f.Wrong = d.T("case.wrong.outcome", "limit", followup.MaxOutcome)
	}
	return f
}

// about names what an answer is about, as desks do: "Purchase #1030".
func (d caseDrawing) about(r response.Record) string {
	if r.Subject == "" || r.Erased { // then it is veiled, and leads nowhere
		return d.Touchpoint(r.Touchpoint)
	}
	return d.T("about.numbered", "about", d.Touchpoint(r.Touchpoint), "subject", r.Subject)
}

func (d caseDrawing) facts() []caseFact {
	c, r, scale := d.view.Case, d.view.Record, d.view.Scale
	about := caseFact{Label: d.T("task.about"), Texts: []string{d.about(r)}}
	if r.Link != "" { // https, or it would not have been kept
		about.Link = &step{r.Link, d.T("task.open", "subject", cmp.Or(r.Subject, d.about(r)))}
	}
	why, desk := caseFact{Label: d.T("task.why"), Texts: []string{d.CaseWhy(d.asked(), string(c.Why), c.Route)}}, caseFact{Label: d.T("task.desk"), Texts: d.stages()}
	if r.Erased { // what the desk did is its own
		return []caseFact{about, why, desk}
	}
	customer, earlier := caseFact{Label: d.T("task.customer"), Texts: []string{d.customer()}, Mail: d.view.Customer.Address}, d.earlier()
	if r.Anybody() {
		customer.Texts, earlier = append(customer.Texts, d.T("task.anonymous.why")), []string{"\u2014"}
	}
	facts := []caseFact{
		customer,
		about,
		{Label: d.T("task.rating"), Texts: []string{
			d.Rated(d.asked(), r.Rating) + " · " + d.T("group."+string(scale.Group(r.Rating)))}},
	}
	facts = append(facts, d.extras()...)
	facts = append(facts, []caseFact{
		{Label: d.T("task.visited"), Texts: []string{d.moment(r.VisitedAt)}},
		{Label: d.T("task.answered"), Texts: []string{d.moment(r.ChangedAt)}},
		{Label: d.T("task.language"), Texts: []string{d.LanguageName(r.Language)}},
		{Label: d.T("task.history"), Texts: earlier},
		why, desk,
	}...)
	if c.Cause != "" {
		facts = append(facts, caseFact{Label: d.T("case.label.cause"), Texts: []string{c.Cause}, Typed: true})
	}
	if c.Outcome != "" {
		facts = append(facts, caseFact{Label: d.T("case.label.outcome"), Texts: []string{c.Outcome}, Typed: true})
	}
	return facts
}

// extras are what the customer ticked and replied to extra questions.
func (d caseDrawing) extras() (facts []caseFact) {
	r := d.view.Record
	if ticked := d.Ticked(d.asked(), r.Causes); ticked != nil {
		facts = append(facts, caseFact{Label: d.T("task.causes"), Texts: ticked})
	}
	for _, said := range d.Replies(d.asked(), r.Replies) {
		facts = append(facts, caseFact{Label: said.Ask, Texts: said.Lines, Typed: said.Typed})
	}
	return facts
}

// stages says who has done what so far.
func (d caseDrawing) stages() []string {
	c := d.view.Case
	lines := []string{d.view.Desk.Name, d.T("case.opened", "moment", d.moment(c.OpenedAt))}
	if c.TakenBy != "" {
		lines = append(lines, d.T("case.taken", "name", c.TakenBy, "moment", d.moment(c.TakenAt)))
	}
	if c.ClosedBy != "" {
		lines = append(lines, d.T("case.closed", "name", c.ClosedBy, "moment", d.moment(c.ClosedAt)))
	}
	return lines
}

func (d caseDrawing) earlier() (lines []string) {
	for _, r := range d.view.Earlier {
		if s, ok := d.view.Program.Surveys[r.Survey]; ok {
			lines = append(lines, d.T("task.history.line", "date", d.Day(r.AnsweredAt.In(d.zone)), "rated", d.Rated(s, r.Rating), "about", d.about(r)))
		}
	}
	if len(lines) == 0 {
		return []string{d.T("task.history.none")}
	}
	return lines
}

func (d caseDrawing) history() (lines []happened) {
	for _, e := range d.view.History {
		var said []string
		what := e.What
		if what == followup.AnswerChanged && e.Before == e.Rating {
			what = "added"
		}
		if what != "added" || len(e.Causes) == 0 { // else that is what was added
			said = append(said, d.T("case.event."+what,
				"name", e.By, "before", d.Said(d.asked(), e.Before), "rating", d.Said(d.asked(), e.Rating), "state", d.T("state."+string(cmp.Or(e.To, followup.Open)))))
		}
		if len(e.Causes) > 0 {
			said = append(said, d.T("case.event.ticked", "causes", strings.Join(d.Ticked(d.asked(), e.Causes), ", ")))
		}
		if e.Desk != "" {
			said = append(said, d.T("case.event.moved", "desk", e.Desk))
		}
		lines = append(lines, happened{d.moment(e.At), strings.Join(said, " · ")})
	}
	return lines
}
