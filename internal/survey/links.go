package survey

import (
	"strconv"
	"strings"
)

// Links writes the links in mails. Each ends in a token, which is a credential: it belongs in a mail to one person, never in a log.
type Links struct {
	Base string // such as "https://feedback.example.com", with or without a slash at its end
	Keys Keys
}

// Survey is the page of an invitation.
func (l Links) Survey(inv Invitation) string {
	return l.path("s", Token{ForSurvey, inv.ID, inv.Number})
}

// Rating is the page of an invitation with a rating chosen. Opening it is no answer.
func (l Links) Rating(inv Invitation, rating int) string {
	return l.Survey(inv) + "?r=" + strconv.Itoa(rating)
}

// Honeypot is a link that is hidden in the mail: no person sees it, so that whoever opens it is a machine.
func (l Links) Honeypot(inv Invitation) string { return l.Survey(inv) + "?r=x" }

// Unsubscribe is where one click ends all surveys for the customer of an invitation (RFC 8058).
func (l Links) Unsubscribe(inv Invitation) string {
	return l.path("u", Token{ForUnsubscribe, inv.ID, inv.Number})
}

// Everybody is a touchpoint's link for everybody, by the id that LinkID gives.
func (l Links) Everybody(id string) string { return l.path("l", Token{Purpose: ForLink, ID: id}) }

// Case is the page on which somebody at a desk works a case. The holder says who, so that the case knows by whom it was taken.
func (l Links) Case(id string, holder int) string { return l.path("c", Token{ForCase, id, holder}) }

func (l Links) path(place string, t Token) string {
	return strings.TrimRight(l.Base, "/") + "/" + place + "/" + l.Keys.Mint(t)
}
