package webhook

import (
	"crypto/sha1" //nolint:gosec // what Help Scout signs with; as an HMAC, SHA-1 still holds
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// helpscout signs the body alone. Whether it sends anything again is not documented: what is lost may be lost for good.
//
// The event's name is in a header; the body is the conversation, whose type is its channel. "convo.status" comes for every status and goes by
// that. Nothing identifies a delivery: conversation, event and time do.
var helpscout = sender{
	scheme: scheme{
		hash: sha1.New, signed: []part{bodyPart}, encoding: standardBase64, key: literal,
		families: []family{{signature: "X-HelpScout-Signature"}},
	},
	events: single(helpscoutEvent),
	reopens: func(name string) bool {
		return slices.Contains([]string{"active", "pending", "open", "convo.customer.reply.created"}, name)
	},
	pings:    []string{helpscoutTest},
	happened: []string{"closedAt", "userUpdatedAt"},
}

const helpscoutTest = "helpscout.test"

type helpscoutConversation struct {
	ID        foreign.Text     `json:"id"`
	Number    foreign.Text     `json:"number"` // what agents call it
	Type      foreign.Text     `json:"type"`   // email, chat, phone
	Status    foreign.Text     `json:"status"`
	ClosedAt  foreign.Text     `json:"closedAt"`
	UpdatedAt foreign.Text     `json:"userUpdatedAt"`
	Mailbox   foreign.Text     `json:"mailboxId"`
	Assignee  helpscoutPerson  `json:"assignee"`
	Customer  helpscoutPerson  `json:"primaryCustomer"`
	CreatedBy helpscoutPerson  `json:"createdBy"`
	Tags      []helpscoutLabel `json:"tags"`
}

type helpscoutPerson struct {
	Type  foreign.Text `json:"type"`
	First foreign.Text `json:"first"`
	Last  foreign.Text `json:"last"`
	Email foreign.Text `json:"email"`
}

func (p helpscoutPerson) name() string {
	return strings.TrimSpace(foreign.First(p.First) + " " + foreign.First(p.Last))
}

type helpscoutLabel struct {
	Tag foreign.Text `json:"tag"`
}

var errNotification = errors.New("it says nothing of a conversation; a webhook that only notifies sends no more than an address")

func helpscoutEvent(header http.Header, body []byte) (touchpoint.Event, error) {
	var c helpscoutConversation
	err := foreign.Decode(body, &c)
	name, status := header.Get("X-HelpScout-Event"), strings.ToLower(foreign.First(c.Status))
	switch {
	case err != nil || name == helpscoutTest:
		return touchpoint.Event{Name: name}, err
	case name == "convo.status" || name == "":
		name = status
	}
	e := touchpoint.Event{
		Name:    name,
		Subject: foreign.First(c.ID),
		At:      foreign.Moment(c.UpdatedAt),
		Address: foreign.First(c.Customer.Email),
		Person:  c.Customer.name(),
		Properties: foreign.Properties(map[string]string{
			"agent": foreign.First(foreign.Text(c.Assignee.name()), c.Assignee.Email), "channel": strings.ToLower(foreign.First(c.Type)),
			"mailbox": foreign.First(c.Mailbox), "number": foreign.First(c.Number), "tags": c.tags(),
		}),
	}
	if e.Name == "" || e.Subject == "" {
		return e, errNotification
	}
	if e.Address == "" && foreign.First(c.CreatedBy.Type) == "customer" {
		e.Address, e.Person = foreign.First(c.CreatedBy.Email), foreign.First(foreign.Text(e.Person), foreign.Text(c.CreatedBy.name()))
	}
	if status == "closed" { // when it is open again, this is when it was closed before
		e.At = foreign.Moment(c.ClosedAt, c.UpdatedAt)
	}
	if isNumber(e.Subject) {
		e.Link = "https://secure.helpscout.net/conversation/" + e.Subject
	}
	e.Delivery = occasion(e)
	return e, nil
}

func (c helpscoutConversation) tags() string {
	names := make([]string, len(c.Tags))
	for i, label := range c.Tags {
		names[i] = foreign.First(label.Tag)
	}
	return strings.Join(names, ",")
}

// occasion stands for the id of a delivery where the sender has none: what happened to what and when, which is the same when it is sent
// again. "" when it does not say when.
func occasion(e touchpoint.Event) string {
	if e.At.IsZero() || e.Subject == "" {
		return ""
	}
	return e.Subject + "-" + e.Name + "-" + strconv.FormatInt(e.At.Unix(), 10)
}
