// Package mail writes the mails that customers and desks get: the survey, its one reminder, the task for a desk. Each is a whole
// RFC 5322 message with a text and an HTML part, the same bytes for the same content and time.
//
// The field's rules that it encodes: the whole scale is in the mail, because every click between a customer and the answer costs
// answers; both ends are labelled, in each row of buttons and in the text part; all buttons look alike, so that none is suggested;
// the customer sees at once what it is about and who asks; one click ends it (RFC 8058), and the footer says why the mail came, how
// often at most, and from where. Nothing in it tracks: no pixel, no redirect, nothing loaded but the owner's logo. One link that no
// person can see is a trap for scanners (package response).
//
// HTML for mail is its own craft: tables, styles inline, widths that need no media query (Gmail and Outlook read few), a second set
// of colours for dark mode in two dialects (prefers-color-scheme; data-ogsc of Outlook), and ghost tables for Outlook on Windows,
// which draws with Word. MJML writes most of it: templates/*.html are compiled from mjml/*.mjml (make mails) and never edited.
package mail

import (
	"cmp"
	"strings"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/i18n"
	"afterword/internal/program"
	"afterword/internal/survey"
)

// Writer writes mails. It needs nothing but what it is given and reads no clock but Now.
type Writer struct {
	Links    survey.Links
	Catalogs *i18n.Catalogs   // nil: the shipped languages
	Now      func() time.Time // for the Date header
}

var _ survey.Writer = Writer{}

// asked is what the templates of survey and reminder see.
type asked struct {
	frame
	Greeting, Question string
	Thing, About       string   // what it is about: "Your order #1030"; About has the date as well
	Ratings            []button // the whole scale, lowest first
	Rows               []row    // the same, as laid out
	Listed             bool     // each rating in a row of its own, because it is in words
	Chosen             *button  // the rating whose link was opened; only in a reminder
	AskedOn, Closes    string   // days, "" when not known; only in a reminder
	Honeypot           string
	Footer             footer
}

// footer is the small print that makes a mail honest.
type footer struct {
	Why         string
	Days        int  // asked at most once in so many days; 0: no promise is made
	Reply       bool // a reply reaches a person
	Postal      string
	Unsubscribe string
}

// Survey writes the survey mail of the invitation in the customer's language. Fault: Invalid when the program does not know the
// survey, or an address is not one that mail can be sent to.
func (w Writer) Survey(p *program.Program, inv survey.Invitation, c customer.Customer) (survey.Letter, error) {
	content, err := w.ask(p, inv, c)
	if err != nil {
		return survey.Letter{}, err
	}
	content.Subject = content.T("mail.survey.subject", "about", content.Thing)
	content.Preheader = content.T("mail.survey.preheader", "question", content.Question)
	return w.toCustomer(survey.SurveyLetter, p, inv, c, content)
}

// Reminder writes the one reminder. A customer who opened the link of one rating and did not answer is asked whether it is right.
// Faults as Survey.
func (w Writer) Reminder(p *program.Program, inv survey.Invitation, c customer.Customer) (survey.Letter, error) {
	content, err := w.ask(p, inv, c)
	if err != nil {
		return survey.Letter{}, err
	}
	content.AskedOn, content.Closes = day(content, inv.SentAt, p), day(content, inv.ExpiresAt, p)
	if content.Chosen = chosen(content.Ratings, inv); content.Chosen == nil {
		content.Subject = content.T("mail.reminder.subject", "company", content.Brand.Name)
		content.Preheader = content.T("mail.reminder.preheader", "question", content.Question)
	} else {
		content.Subject = content.T("mail.reminder.chosen.subject", "rating", content.Chosen.Said)
		content.Preheader = content.T("mail.reminder.chosen.preheader", "about", content.Thing)
		markChosen(content.Ratings, *content.Chosen)
	}
	return w.toCustomer(survey.ReminderLetter, p, inv, c, content)
}

// ask gathers what survey and reminder have in common.
func (w Writer) ask(p *program.Program, inv survey.Invitation, c customer.Customer) (*asked, error) {
	asks, ok := p.Surveys[inv.Survey]
	if !ok {
		return nil, fault.New(fault.Invalid, "the program has no survey %q", inv.Survey)
	}
	content := &asked{frame: w.frame(p, cmp.Or(inv.Language, c.Language))}
	company := content.Brand.Name
	content.Greeting = greeting(content.Printer, c.Name)
	content.Question = content.Printer.Question(asks, inv.Touchpoint, company)
	content.Ratings = buttons(content.Printer, asks, func(r int) string { return w.Links.Rating(inv, r) })
	content.Rows, content.Listed = content.layOut(asks), asks.Presentation == program.Words
	content.Honeypot = w.Links.Honeypot(inv)
	content.say(p, inv)
	content.Footer = footer{
		Why:         content.Printer.Why(inv.Touchpoint, company),
		Days:        int(p.Policy.AllWindow / (24 * time.Hour)),
		Reply:       p.ReplyTo != "",
		Postal:      strings.Join(strings.FieldsFunc(clean(p.Postal), func(r rune) bool { return r == '\n' }), ", "),
		Unsubscribe: w.Links.Unsubscribe(inv),
	}
	return content, nil
}

// say tells what it is about, as the customer knows it.
func (v *asked) say(p *program.Program, inv survey.Invitation) {
	touchpoint := p.Touchpoints[inv.Touchpoint]
	touchpoint.Name = inv.Touchpoint // also when the program has no such touchpoint any more
	v.Thing = v.Printer.About(touchpoint, oneLine(inv.Subject), v.Brand.Name)
	v.About = v.Thing
	if on := day(v, inv.VisitedAt, p); on != "" {
		v.About = v.T("about.dated", "about", v.Thing, "date", on)
	}
}

// day writes a stored time as a day in the program's zone.
func day(content *asked, t time.Time, p *program.Program) string {
	if t.IsZero() {
		return ""
	}
	return content.Day(t.In(p.Zone))
}

func (w Writer) toCustomer(kind string, p *program.Program, inv survey.Invitation, c customer.Customer, content *asked) (survey.Letter, error) {
	m := message{
		kind: kind, id: inv.ID, from: p.From, replyTo: p.ReplyTo, address: c.Address, name: presentable(c.Name),
		subject: content.Subject, language: content.Language(), date: w.Now(),
		unsubscribe: content.Footer.Unsubscribe,
		headers: map[string]string{
			"Feedback-ID":              feedbackID(inv.Survey, inv.Touchpoint, kind),
			"X-Auto-Response-Suppress": "OOF, AutoReply",
		},
		tags: map[string]string{survey.TagInvitation: inv.ID, survey.TagKind: kind},
	}
	if err := m.render(kind, content); err != nil {
		return survey.Letter{}, err
	}
	return m.letter()
}
