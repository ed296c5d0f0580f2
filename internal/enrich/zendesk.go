package enrich

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// zendesk: "Show Ticket" with its people and group side-loaded, and "Show User" where they come without addresses. The address is
// https://SUBDOMAIN.zendesk.com. A token that has an address before it, as in anna@shop.example/token:6wiIBWbGk, is an API token; any
// other is an OAuth access token with the scope read. It lets us ask 200 times a minute or more, and says in Retry-After when that is over.
var zendesk = kind{
	name: "Zendesk", what: "tickets", least: "read tickets and users",
	authorize: func(r *http.Request, token string) {
		if !strings.Contains(token, "/token:") {
			bearer(r, token)
			return
		}
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(token)))
	},
	fill: zendeskTicket,
}

type zendeskUser struct {
	ID     foreign.Text `json:"id"`
	Name   foreign.Text `json:"name"`
	Email  foreign.Text `json:"email"`
	Locale foreign.Text `json:"locale"`
	Zone   foreign.Text `json:"iana_time_zone"`
}

func zendeskTicket(ctx context.Context, c call, id string, e *touchpoint.Event) error {
	var answer struct {
		Ticket struct {
			Requester foreign.Text `json:"requester_id"`
			Assignee  foreign.Text `json:"assignee_id"`
			Group     foreign.Text `json:"group_id"`
			Tags      foreign.Text `json:"tags"`
			Via       struct {
				Channel foreign.Text `json:"channel"`
			} `json:"via"`
		} `json:"ticket"`
		Users  []zendeskUser `json:"users"`
		Groups []struct {
			ID   foreign.Text `json:"id"`
			Name foreign.Text `json:"name"`
		} `json:"groups"`
	}
	if err := c.get(ctx, "api/v2/tickets/"+id+".json", url.Values{"include": {"users,groups"}}, nil, &answer); err != nil {
		return err
	}
	ticket := answer.Ticket
	var requester zendeskUser
	for _, user := range answer.Users {
		switch user.ID {
		case "":
		case ticket.Requester:
			requester = user
		case ticket.Assignee:
			put(e, "agent", foreign.First(user.Name))
		}
	}
	if who := foreign.First(ticket.Requester); foreign.First(requester.Email) == "" && idForm().MatchString(who) {
		var shown struct {
			User zendeskUser `json:"user"`
		}
		if err := c.get(ctx, "api/v2/users/"+who+".json", nil, nil, &shown); err != nil {
			return err
		}
		requester = shown.User
	}
	for _, group := range answer.Groups {
		if group.ID == ticket.Group {
			put(e, "team", foreign.First(group.Name))
		}
	}
	e.Address, e.Person = foreign.First(requester.Email), foreign.First(requester.Name)
	e.Language, e.Zone = foreign.First(requester.Locale, foreign.Text(e.Language)), foreign.First(requester.Zone, foreign.Text(e.Zone))
	put(e, "tags", foreign.First(ticket.Tags))
	put(e, "channel", strings.ToLower(foreign.First(ticket.Via.Channel)))
	if e.Link == "" {
		e.Link = c.base + "/agent/tickets/" + id
	}
	return nil
}
