package mail

import (
	"strings"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/survey"
)

// PausedLetter is the kind of the mail that tells that survey mails are paused.
const PausedLetter = "paused"

// Paused writes the mail that tells the owner that survey mails are paused, in plain text: what happened, what it means, what to do.
// Fault: Invalid when the reader's address is none.
func (w Writer) Paused(p *program.Program, pause survey.Pause, to program.Recipient) (survey.Letter, error) {
	f := w.frame(p, to.Language)
	numbers := []any{"date", f.Printer.Date(period.DayOf(pause.After, p.Zone)), "mails", f.Count(pause.Mails), "troubled", f.Count(pause.Troubled)}
	happened := f.T("paused.bounces", numbers...)
	if pause.Why == survey.TooManyComplaints {
		happened = f.T("paused.complaints", numbers...)
	}
	return message{
		kind: PausedLetter, id: pause.Since.UTC().Format("20060102150405"), from: p.From, replyTo: p.ReplyTo, address: to.Address, name: to.Name,
		subject: f.T("paused.subject", "company", f.Brand.Name), language: f.Language(), date: w.Now(),
		text: strings.Join([]string{happened, f.T("paused.why"), f.T("paused.do"), "go run ./scripts/afterword resume", f.T("paused.else")}, "\n\n") + "\n",
		tags: map[string]string{survey.TagKind: PausedLetter},
	}.letter()
}
