package mail

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/i18n"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
)

var _ followup.TaskWriter = Writer{}

// task is what the templates of the task mail see: all that one needs to act, because the mail is read on a phone, far from any
// other screen.
type task struct {
	frame
	Notes    []string // what is special: escalated, changed since the last mail
	Greeting string
	Title    string
	Due      string   // "" once the case is closed
	Said     []string // the customer's words as they are, by line; none when there are none
	Facts    []fact
	Show     string // the case's page
	Actions  []action
	Desk     string
}

// fact is one line of what the desk should know. Each of its texts is a paragraph.
type fact struct {
	Label   string
	Texts   []string
	Asked   bool   // the label is a question
	Typed   bool   // the texts are the customer's own words, in whichever direction
	Address string // of the customer, to write to
	Link    *action
}

// action is a link with its label. Those with a deed open the case with the deed chosen; a person confirms it there.
type action struct{ Label, URL string }

// Task writes the mail that puts a case on a person's desk, in the desk's language and time zone. Faults: Invalid when the program
// does not know the survey, or the person's address is none.
func (w Writer) Task(p *program.Program, t followup.Task) (survey.Letter, error) {
	asks, ok := p.Surveys[t.Case.Survey]
	if !ok {
		return survey.Letter{}, fault.New(fault.Invalid, "the program has no survey %q", t.Case.Survey)
	}
	content := &task{frame: w.frame(p, t.Desk.Language), Desk: oneLine(t.Desk.Name)}
	who, about := nameOf(content.Printer, t), aboutFor(content.Printer, t.Record.Touchpoint, t.Record.Subject)
	zone := t.Desk.Zone
	if zone == nil {
		zone = p.Zone
	}
	content.address(t, asks, who, about)
	content.due(t, zone)
	content.quote(t.Record.Comment)
	content.Facts = content.facts(p, t, asks, who, about, zone)
	content.act(w.Links.Case(t.Case.ID, int(followup.HolderOf(t.Desk.Name, t.Seat))), t.Case.State)
	m := message{
		kind: followup.LetterKind,
		id:   t.Case.ID + "." + strconv.Itoa(int(t.Seat)) + "." + strconv.FormatInt(t.Record.Revision, 10),
		from: p.From, address: t.Person.Address, name: t.Person.Name, subject: content.Subject, language: content.Language(), date: w.Now(),
		headers: map[string]string{"X-Auto-Response-Suppress": "All"},
		tags:    map[string]string{survey.TagCase: t.Case.ID, survey.TagKind: followup.LetterKind},
	}
	if last := len(t.References) - 1; last >= 0 {
		m.headers["References"], m.headers["In-Reply-To"] = strings.Join(t.References, " "), t.References[last]
	}
	if err := m.render(followup.LetterKind, content); err != nil {
		return survey.Letter{}, err
	}
	return m.letter()
}

// nameOf is what the desk calls the customer; nobody by the link that was used.
func nameOf(in *i18n.Printer, t followup.Task) string {
	if t.Record.Anybody() {
		return in.T("task.anonymous", "link", t.Record.Via)
	}
	return cmp.Or(oneLine(t.Customer.Name), oneLine(t.Customer.Address))
}

// aboutFor says what an answer is about as desks say it: "Purchase #1030".
func aboutFor(in *i18n.Printer, touchpoint, subject string) string {
	touchpoint = in.Touchpoint(touchpoint)
	if subject == "" {
		return touchpoint
	}
	return in.T("about.numbered", "about", touchpoint, "subject", oneLine(subject))
}

// address says who it is about and to whom. The subject holds nothing that changes with the answer, so that mail programs keep the
// thread together.
func (v *task) address(t followup.Task, asks program.Survey, who, about string) {
	v.Subject = v.T("task.subject", "customer", who, "about", about)
	v.Title = v.T("task.title", "customer", who, "rated", v.Rated(asks, t.Record.Rating))
	v.Greeting = v.T("task.greeting", "name", oneLine(t.Person.Name))
	if t.Escalated() {
		v.Subject = v.T("task.subject.escalated", "customer", who, "about", about)
		before, _ := followup.PersonAt(t.Desk, followup.Seat(t.Case.Person))
		v.Notes = append(v.Notes, v.T("task.escalated", "name", oneLine(before.Name)))
	}
	if t.Update() {
		v.Notes = append(v.Notes, v.T("task.update"))
	}
	if t.Scale.Group(t.Record.Rating) != score.Bad {
		v.Notes = append(v.Notes, v.T("case.improved", "rating", v.Printer.Said(asks, t.Record.Rating)))
	}
}

func (v *task) due(t followup.Task, zone *time.Location) {
	if t.Case.State.Pending() && !t.Case.Due.IsZero() {
		v.Due = v.T("task.due", "moment", v.Moment(t.Case.Due.In(zone)))
	}
	v.Preheader = v.Due
}

// quote keeps the customer's words as they are, line by line.
func (v *task) quote(comment string) {
	comment = strings.TrimSpace(clean(comment))
	if comment == "" {
		return
	}
	v.Said = strings.Split(comment, "\n")
	v.Preheader = oneLine(comment)
}

func (v *task) facts(p *program.Program, t followup.Task, asks program.Survey, who, about string, zone *time.Location) []fact {
	r := t.Record
	low, high := v.Ends(asks)
	customer := fact{Label: v.T("task.customer"), Texts: []string{who}}
	if plain(t.Customer.Address) {
		customer.Address = t.Customer.Address
	}
	history := v.earlier(p, t.Earlier, zone)
	if r.Anybody() {
		customer.Texts, history = append(customer.Texts, v.T("task.anonymous.why")), []string{"\u2014"}
	}
	subject := fact{Label: v.T("task.about"), Texts: []string{about}}
	if strings.HasPrefix(r.Link, "https://") {
		subject.Link = &action{v.T("task.open", "subject", cmp.Or(oneLine(r.Subject), about)), r.Link}
	}
	facts := []fact{
		customer,
		{Label: v.T("task.rating"), Texts: []string{
			v.Rated(asks, r.Rating) + " \u00b7 " + v.T("group."+string(asks.Scale.Group(r.Rating))),
			v.T("task.scale", "min", asks.Scale.Min, "low", low, "max", asks.Scale.Max, "high", high),
		}},
	}
	facts = append(facts, v.extras(asks, r.Extras)...)
	return append(facts,
		subject,
		fact{Label: v.T("task.visited"), Texts: []string{v.Moment(r.VisitedAt.In(zone))}},
		fact{Label: v.T("task.answered"), Texts: []string{v.Moment(r.ChangedAt.In(zone))}},
		fact{Label: v.T("task.language"), Texts: []string{v.LanguageName(oneLine(r.Language))}},
		fact{Label: v.T("task.history"), Texts: history},
		fact{Label: v.T("task.why"), Texts: []string{v.CaseWhy(asks, string(t.Case.Why), t.Case.Route)}},
		fact{Label: v.T("task.desk"), Texts: []string{v.Desk}},
	)
}

// extras are what the customer ticked and replied to extra questions.
func (v *task) extras(asks program.Survey, e response.Extras) (facts []fact) {
	if ticked := v.Ticked(asks, e.Causes); ticked != nil {
		facts = append(facts, fact{Label: v.T("task.causes"), Texts: ticked})
	}
	for _, said := range v.Replies(asks, e.Replies) {
		for i, line := range said.Lines {
			said.Lines[i] = clean(line)
		}
		facts = append(facts, fact{Label: said.Ask, Texts: said.Lines, Asked: true, Typed: said.Typed})
	}
	return facts
}

// earlier is what the customer answered before, newest first.
func (v *task) earlier(p *program.Program, records []response.Record, zone *time.Location) (lines []string) {
	for _, r := range records {
		if asked, ok := p.Surveys[r.Survey]; ok {
			lines = append(lines, v.T("task.history.line", "date", v.Day(r.AnsweredAt.In(zone)), "rated", v.Rated(asked, r.Rating),
				"about", aboutFor(v.Printer, r.Touchpoint, r.Subject)))
		}
	}
	if len(lines) == 0 {
		return []string{v.T("task.history.none")}
	}
	return lines
}

// act links the deeds that the case allows.
func (v *task) act(page string, state followup.State) {
	v.Show = page
	for _, deed := range followup.Actions {
		if state.Allows(deed) {
			v.Actions = append(v.Actions, action{v.T("task." + string(deed)), page + "?do=" + string(deed)})
		}
	}
}
