package local

import (
	"net/http"
	"net/url"
	"time"

	"afterword/internal/access"
	"afterword/internal/fault"
)

// teamLead is who signs in from the tour, by name or address: the first of the program's team; "" when nobody is on it.
func (s *System) teamLead(r *http.Request) (name, address string) {
	team := s.current(r.Context()).Team
	if len(team) == 0 {
		return "", ""
	}
	if name = team[0].Name; name == "" {
		name = team[0].Address
	}
	return name, team[0].Address
}

// tourSignIn asks for a sign-in link as the team's first member does, lets the minute pass until it is mailed, and shows the mail. Who does
// not read that mail does not get in, here as anywhere.
func (s *System) tourSignIn(w http.ResponseWriter, r *http.Request) error {
	_, address := s.teamLead(r)
	if address == "" {
		return fault.New(fault.NotFound, "nobody is on the team: name somebody under team in the program")
	}
	before := len(s.mailbox.All())
	if _, err := s.request(r.Context(), http.MethodPost, "/sign-in", url.Values{"address": {address}}); err != nil {
		return err
	}
	if err := s.move(r.Context(), s.clock.Now().Add(time.Minute)); err != nil {
		return err
	}
	for _, m := range s.mailbox.All()[before:] {
		if m.Kind == access.LetterKind {
			http.Redirect(w, r, "/local/mail/"+m.ID+".html", http.StatusSeeOther)
			return nil
		}
	}
	return s.back(w, r, "no further link was mailed: those of the last minutes still work, each once")
}
