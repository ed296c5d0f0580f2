package webhook

import (
	"net/http"
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// gorgias signs nothing and shows the secret in a header of its HTTP integration, which it tries again a few times and switches off after some
// hundred failures in a row.
//
// The integration sends the template below whenever a ticket is updated: of the statuses "open" and "closed" one comes many times. An event
// happened when the ticket was closed or, while it is open, was changed. The first close and its repetitions are one by that time, and so
// have the same delivery, whichever the update was.
var gorgias = sender{
	scheme:   shownScheme,
	events:   single(gorgiasEvent),
	reopens:  func(status string) bool { return status == "open" },
	happened: []string{"closed_at", "updated_at"},
}

const gorgiasTemplate = `{"name":"{{ticket.customer.name}}","agent_name":"{{ticket.assignee_user.name}}","agent_email":"{{ticket.assignee_user.email}}",
 "team":"{{ticket.assignee_team.name}}","tags":"{{ticket.tags}}","channel":"{{ticket.channel}}","language":"{{ticket.language}}",
 "account":"{{ticket.account.domain}}","ticket_id":"{{ticket.id}}","status":"{{ticket.status}}","closed_at":"{{ticket.closed_datetime}}",
 "updated_at":"{{ticket.updated_datetime}}","email":"{{ticket.customer.email}}"}`

type gorgiasTicket struct {
	ID         foreign.Text `json:"ticket_id"`
	Status     foreign.Text `json:"status"`
	ClosedAt   foreign.Text `json:"closed_at"`
	UpdatedAt  foreign.Text `json:"updated_at"`
	Email      foreign.Text `json:"email"`
	Name       foreign.Text `json:"name"`
	Language   foreign.Text `json:"language"`
	Agent      foreign.Text `json:"agent_name"`
	AgentEmail foreign.Text `json:"agent_email"`
	Team       foreign.Text `json:"team"`
	Tags       foreign.Text `json:"tags"`
	Channel    foreign.Text `json:"channel"`
	Account    foreign.Text `json:"account"`
}

func gorgiasEvent(_ http.Header, body []byte) (touchpoint.Event, error) {
	var t gorgiasTicket
	if err := filled(body, &t, needed("ticket_id"), needed("status"), needed("email")); err != nil {
		return touchpoint.Event{}, err
	}
	e := touchpoint.Event{
		Name:     strings.ToLower(foreign.First(t.Status)),
		Subject:  foreign.First(t.ID),
		Link:     gorgiasLink(foreign.First(t.Account), foreign.First(t.ID)),
		At:       foreign.Moment(t.UpdatedAt),
		Address:  foreign.First(t.Email),
		Person:   foreign.First(t.Name),
		Language: foreign.First(t.Language),
		Properties: foreign.Properties(map[string]string{
			"agent": foreign.First(t.Agent, t.AgentEmail), "team": foreign.First(t.Team), "channel": strings.ToLower(foreign.First(t.Channel)), "tags": foreign.First(t.Tags),
		}),
	}
	if e.Name == "closed" {
		e.At = foreign.Moment(t.ClosedAt, t.UpdatedAt)
	}
	e.Delivery = occasion(e)
	return e, nil
}

var gorgiasAccount = foreign.Pattern(`^[a-z0-9][a-z0-9-]*$`)

func gorgiasLink(account, id string) string {
	if !gorgiasAccount().MatchString(account) || !isNumber(id) {
		return ""
	}
	return "https://" + account + ".gorgias.com/app/ticket/" + id
}
