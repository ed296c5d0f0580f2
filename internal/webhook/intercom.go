package webhook

import (
	"crypto/sha1" //nolint:gosec // what Intercom signs with; as an HMAC, SHA-1 still holds
	"net/http"
	"slices"
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// intercom signs the body alone. It gives five seconds, sends again once, about a minute later, and lets an address rest that fails for long.
// When an address is saved it has to answer a HEAD.
//
// The event is the topic. The conversation has one of two shapes, by the version of its API that the app was set to: the first has the user,
// the second a source with its author and the contacts. Where a teammate or a bot began it, the contact is asked for.
//
// Answers about what people did and what the AI agent did can be told apart: the agent is whoever closed the conversation or has it, a
// person, and "AI" when the AI agent took part and nobody has it; "ai" is among the tags whenever the AI agent took part. The channel is
// that of the customer.
var intercom = sender{
	scheme: scheme{
		hash: sha1.New, signed: []part{bodyPart}, encoding: lowerHex{}, key: literal, prefix: "sha1=",
		families: []family{{signature: "X-Hub-Signature"}},
	},
	events: single(intercomEvent),
	pings:  []string{"ping"},
	reopens: func(topic string) bool {
		return topic == "conversation.admin.opened" || topic == "conversation.user.replied"
	},
	happened: []string{"created_at", "last_close_at"},
}

type intercomNotification struct {
	ID        foreign.Text `json:"id"`
	Topic     foreign.Text `json:"topic"`
	App       foreign.Text `json:"app_id"`
	CreatedAt foreign.Text `json:"created_at"`
	Data      struct {
		Item intercomConversation `json:"item"`
	} `json:"data"`
}

type intercomConversation struct {
	Type     foreign.Text   `json:"type"`
	ID       foreign.Text   `json:"id"`
	User     intercomPerson `json:"user"`     // 1.x
	Assignee intercomPerson `json:"assignee"` // 1.x
	Source   struct {
		Type   foreign.Text   `json:"type"` // conversation, email, whatsapp and so on
		Author intercomPerson `json:"author"`
	} `json:"source"`
	Contacts struct {
		Contacts []intercomPerson `json:"contacts"`
	} `json:"contacts"`
	AssigneeID foreign.Text `json:"admin_assignee_id"`
	TeamID     foreign.Text `json:"team_assignee_id"`
	AI         foreign.Text `json:"ai_agent_participated"`
	Statistics struct {
		ClosedAt foreign.Text `json:"last_close_at"`
	} `json:"statistics"`
	Parts struct {
		Parts []struct {
			Author intercomPerson `json:"author"`
		} `json:"conversation_parts"`
	} `json:"conversation_parts"`
	Tags struct {
		Tags []struct {
			Name foreign.Text `json:"name"`
		} `json:"tags"`
	} `json:"tags"`
}

type intercomPerson struct {
	Type  foreign.Text `json:"type"`
	ID    foreign.Text `json:"id"`
	Name  foreign.Text `json:"name"`
	Email foreign.Text `json:"email"`
}

// isCustomer tells a customer from a teammate, a team and a bot.
func (p intercomPerson) isCustomer() bool {
	return slices.Contains([]string{"user", "lead", "contact"}, foreign.First(p.Type))
}

func intercomEvent(_ http.Header, body []byte) (touchpoint.Event, error) {
	var n intercomNotification
	if err := foreign.Decode(body, &n); err != nil {
		return touchpoint.Event{}, err
	}
	c := n.Data.Item
	e := touchpoint.Event{Name: foreign.First(n.Topic), Delivery: foreign.First(n.ID), At: foreign.Moment(n.CreatedAt), Properties: map[string]string{}}
	if !strings.HasPrefix(e.Name, "conversation.") {
		return e, nil
	}
	e.Subject, e.Link = foreign.First(c.ID), intercomLink(foreign.First(n.App), foreign.First(c.ID))
	if e.Name == "conversation.admin.closed" {
		e.At = foreign.Moment(c.Statistics.ClosedAt, n.CreatedAt)
	}
	customer, contact := c.customer()
	e.Address, e.Person = foreign.First(customer.Email), foreign.First(customer.Name)
	if e.Address == "" && contactID().MatchString(contact) {
		e.Fetch = "contacts/" + contact
	}
	e.Properties = foreign.Properties(map[string]string{
		"agent": c.agent(), "channel": strings.ToLower(foreign.First(c.Source.Type)), "team-id": foreign.First(c.TeamID), "tags": c.tags(),
	})
	return e, nil
}

// customer is who is known of the customer, and the id of the contact by which more can be asked for.
func (c intercomConversation) customer() (who intercomPerson, contact string) {
	who = c.User
	if c.Source.Author.isCustomer() {
		who = c.Source.Author
	}
	if len(c.Contacts.Contacts) > 0 {
		return who, foreign.First(c.Contacts.Contacts[0].ID, who.ID)
	}
	return who, foreign.First(who.ID)
}

const aiAgent = "AI"

// agent is the name of who has the conversation or closed it. The second shape has no more than the id of who has it.
func (c intercomConversation) agent() string {
	if foreign.First(c.Assignee.Type) != "bot" && foreign.First(c.Assignee.Name, c.Assignee.Email) != "" {
		return foreign.First(c.Assignee.Name, c.Assignee.Email)
	}
	for _, part := range slices.Backward(c.Parts.Parts) {
		if foreign.First(part.Author.Type) == "admin" {
			return foreign.First(part.Author.Name, part.Author.Email)
		}
	}
	if had := foreign.First(c.AssigneeID); foreign.Yes(c.AI) && (had == "" || had == "0") {
		return aiAgent
	}
	return ""
}

func (c intercomConversation) tags() string {
	var names []string
	for _, tag := range c.Tags.Tags {
		names = append(names, foreign.First(tag.Name))
	}
	if foreign.Yes(c.AI) {
		names = append(names, "ai")
	}
	return strings.Join(names, ",")
}

var (
	contactID  = foreign.Pattern(`^[0-9A-Za-z-]{1,60}$`)
	intercomID = foreign.Pattern(`^[0-9a-z_-]{1,40}$`)
)

func intercomLink(app, conversation string) string {
	if !intercomID().MatchString(app) || !isNumber(conversation) {
		return ""
	}
	return "https://app.intercom.com/a/inbox/" + app + "/inbox/conversation/" + conversation
}
