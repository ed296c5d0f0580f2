package webhook

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// freshdesk signs nothing and shows the secret in a header of the automation rule. It sends again after 5, 35 and 95 minutes, and then mails
// the admins.
//
// An automation's webhook sends what is ticked ("simple", in freshdesk_webhook) or the template below ("advanced"). Neither has a time or an
// id of the delivery: an event happens when it comes, so that one that is sent again, after its answer was lost and the ticket has changed
// its status, is taken for a new one. Placeholders are put in without a care for quotes.
var freshdesk = sender{
	scheme: shownScheme,
	events: single(freshdeskEvent),
	// Resolved and closed are two of the program's choice; a resolved ticket is closed by itself some days later.
	reopens: func(status string) bool { return status != "" && !slices.Contains(freshdeskOver, status) },
}

var freshdeskOver = []string{"resolved", "closed", "deleted", "spam"}

// freshdeskTemplate has the names of the simple kind.
const freshdeskTemplate = `{"ticket_requester_name":"{{ticket.requester.name}}","ticket_agent_name":"{{ticket.agent.name}}",
 "ticket_group_name":"{{ticket.group.name}}","ticket_tags":"{{ticket.tags}}","ticket_source":"{{ticket.source}}",
 "ticket_url":"{{ticket.url}}","triggered_event":"{{triggered_event}}","ticket_id":"{{ticket.id}}","ticket_status":"{{ticket.status}}",
 "ticket_requester_email":"{{ticket.requester.email}}"}`

type freshdeskTicket struct {
	ID             foreign.Text `json:"ticket_id"`
	Status         foreign.Text `json:"ticket_status"`
	Change         foreign.Text `json:"triggered_event"` // "{status:{from:2,to:4}}", which is not JSON
	URL            foreign.Text `json:"ticket_url"`
	Email          foreign.Text `json:"ticket_requester_email"`
	OldEmail       foreign.Text `json:"requester_email"`
	ContactEmail   foreign.Text `json:"ticket_contact_email"`
	Name           foreign.Text `json:"ticket_requester_name"`
	OldName        foreign.Text `json:"requester_name"`
	ContactName    foreign.Text `json:"ticket_contact_name"`
	Language       foreign.Text `json:"language"` // where an admin has a field for it
	Agent          foreign.Text `json:"ticket_agent_name"`
	AgentEmail     foreign.Text `json:"ticket_agent_email"`
	Group          foreign.Text `json:"ticket_group_name"`
	Product        foreign.Text `json:"ticket_product_description"`
	Source         foreign.Text `json:"ticket_source"`
	Tags           foreign.Text `json:"ticket_tags"`
	CompanyName    foreign.Text `json:"ticket_requester_company_name"`
	TicketType     foreign.Text `json:"ticket_ticket_type"`
	TicketPriority foreign.Text `json:"ticket_priority"`
}

func freshdeskEvent(_ http.Header, body []byte) (touchpoint.Event, error) {
	var read struct {
		freshdeskTicket
		Simple *freshdeskTicket `json:"freshdesk_webhook"`
	}
	err := filled(body, &read, needed("ticket_id"), needed("ticket_status"), needed("ticket_requester_email", "requester_email", "ticket_contact_email"))
	if err != nil {
		return touchpoint.Event{}, err
	}
	t := read.freshdeskTicket
	if read.Simple != nil {
		t = *read.Simple
	}
	id := foreign.First(t.ID)
	return touchpoint.Event{
		Name:     t.status(),
		Subject:  id,
		Link:     freshdeskLink(foreign.First(t.URL), id),
		Address:  foreign.First(t.Email, t.OldEmail, t.ContactEmail),
		Person:   foreign.First(t.Name, t.OldName, t.ContactName),
		Language: foreign.First(t.Language),
		Properties: foreign.Properties(map[string]string{
			"agent": foreign.First(t.Agent, t.AgentEmail), "team": foreign.First(t.Group), "product": foreign.First(t.Product), "company": foreign.First(t.CompanyName),
			"channel": strings.ToLower(foreign.First(t.Source)), "tags": foreign.First(t.Tags), "type": foreign.First(t.TicketType), "priority": foreign.First(t.TicketPriority),
		}),
	}, nil
}

// freshdeskStatuses are the names of those that Freshdesk has by itself. Others are an account's own, and go by the name it gave them.
var freshdeskStatuses = map[string]string{
	"2": "open", "3": "pending", "4": "resolved", "5": "closed", "6": "waiting on customer", "7": "waiting on third party",
}

var freshdeskChange = foreign.Pattern(`status\s*:\s*\{[^{}]*to\s*:\s*"?(\w+)`)

// status is the ticket's, by its name in small letters.
func (t freshdeskTicket) status() string {
	status := strings.ToLower(foreign.First(t.Status))
	if changed := freshdeskChange().FindStringSubmatch(foreign.First(t.Change)); status == "" && changed != nil {
		status = strings.ToLower(changed[1])
	}
	if name, ok := freshdeskStatuses[status]; ok {
		return name
	}
	return status
}

var freshdeskHost = foreign.Pattern(`^[a-z0-9][a-z0-9-]*\.(freshdesk|myfreshworks)\.com$`)

// freshdeskLink leads agents to the ticket in Freshdesk and nowhere else, because nothing vouches for the address that comes.
func freshdeskLink(address, id string) string {
	u, err := url.Parse(address)
	if err != nil || !freshdeskHost().MatchString(u.Host) || !isNumber(id) {
		return ""
	}
	return "https://" + u.Host + "/a/tickets/" + id
}
