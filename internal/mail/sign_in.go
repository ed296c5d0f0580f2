package mail

import (
	"time"

	"afterword/internal/access"
	"afterword/internal/program"
	"afterword/internal/survey"
)

var _ access.Writer = Writer{}

// signIn is what the templates of the sign-in mail see.
type signIn struct {
	frame
	Greeting, Link string
	Minutes        int // that the link is good for
}

// SignIn writes the mail with a sign-in link, in the member's language. It is nothing to reply to. Fault: Invalid when the
// member's address is none.
func (w Writer) SignIn(p *program.Program, to program.Member, link string) (survey.Letter, error) {
	content := &signIn{frame: w.frame(p, to.Language), Link: link, Minutes: int(access.LinkTime / time.Minute)}
	content.Greeting = greeting(content.Printer, to.Name)
	content.Subject = content.T("signin.mail.subject", "company", content.Brand.Name)
	content.Preheader = content.T("signin.mail.good", "minutes", content.Minutes)
	m := message{
		kind: access.LetterKind, id: string(access.WhoOf(to.Address)) + "." + w.Now().UTC().Format("20060102150405"),
		from: p.From, address: to.Address, name: to.Name, subject: content.Subject, language: content.Language(), date: w.Now(),
		headers: map[string]string{"X-Auto-Response-Suppress": "All"},
		tags:    map[string]string{survey.TagKind: access.LetterKind},
	}
	if err := m.render(access.LetterKind, content); err != nil {
		return survey.Letter{}, err
	}
	return m.letter()
}
