package webhook

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // what Segment signs with; as an HMAC, SHA-1 still holds
	"encoding/json"
	"errors"
	"net/http"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// track is Segment's webhook destination. It signs the body with a shared secret, without a time, and of a batch the first event alone:
// the others are believed only with the secret in a header, which its settings let an owner add. It gives 5 seconds and tries for 4
// hours what fails; a batch holds a thousand events unless its settings say otherwise, and no more are taken. A person is often known to it
// by an id only: what is tracked about them without an address says so in its decision.
var track = sender{
	scheme: scheme{
		hash: sha1.New, signed: []part{firstPart}, encoding: lowerHex{}, key: literal,
		families: []family{{signature: "X-Signature"}},
		beside: func(m message, secrets []string) bool {
			_, more, err := elements(m.body)
			return err == nil && (!more || shown(m.header, secrets))
		},
	},
	events:   batched(trackEvent),
	happened: []string{"timestamp"},
}

// batched are the events of a sender that reports one as an object, or several as a list. What is no event among several is one without a
// name, which is no reason to lose the others.
func batched(event func(body []byte) (touchpoint.Event, error)) func(http.Header, []byte) ([]touchpoint.Event, error) {
	return func(_ http.Header, body []byte) (events []touchpoint.Event, err error) {
		if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '[' {
			e, err := event(body)
			return []touchpoint.Event{e}, err
		}
		var list []json.RawMessage
		if err := json.Unmarshal(body, &list); err != nil {
			return nil, err
		}
		for _, one := range list {
			e, _ := event(one)
			events = append(events, e)
		}
		if len(events) == 0 {
			return nil, errors.New("the list is empty")
		}
		return events, nil
	}
}

type trackCall struct {
	Type       foreign.Text            `json:"type"`
	Event      foreign.Text            `json:"event"`
	ID         foreign.Text            `json:"messageId"`
	At         foreign.Text            `json:"timestamp"`
	Channel    foreign.Text            `json:"channel"`
	Properties map[string]foreign.Text `json:"properties"`
	Traits     trackTraits             `json:"traits"`
	Context    struct {
		Traits  trackTraits  `json:"traits"`
		Locale  foreign.Text `json:"locale"`
		Zone    foreign.Text `json:"timezone"`
		Account foreign.Text `json:"groupId"`
	} `json:"context"`
}

type trackTraits struct {
	Email     foreign.Text `json:"email"`
	Name      foreign.Text `json:"name"`
	FirstName foreign.Text `json:"firstName"`
	LastName  foreign.Text `json:"lastName"`
	Plan      foreign.Text `json:"plan"`
	CreatedAt foreign.Text `json:"createdAt"`
}

func trackEvent(body []byte) (touchpoint.Event, error) {
	var c trackCall
	if err := foreign.Decode(body, &c); err != nil {
		return touchpoint.Event{}, err
	}
	p, known := c.Properties, c.Context.Traits
	e := touchpoint.Event{
		Name:     foreign.First(c.Event),
		Delivery: foreign.First(c.ID),
		Subject:  foreign.First(p["order_id"], p["orderId"]),
		At:       foreign.Moment(c.At),
		Address:  foreign.First(p["email"], known.Email, c.Traits.Email),
		Person:   foreign.First(known.Name, known.FirstName+" "+known.LastName, p["first_name"]+" "+p["last_name"], c.Traits.Name),
		Language: foreign.First(c.Context.Locale),
		Zone:     foreign.First(c.Context.Zone),
		Since:    foreign.Moment(known.CreatedAt, c.Traits.CreatedAt),
	}
	if call := foreign.First(c.Type); call != "track" && call != "" { // identify, page, screen, group: no moments
		e.Name = "call:" + call
	}
	e.Properties = map[string]string{"account": foreign.First(c.Context.Account), "channel": foreign.First(c.Channel), "plan": foreign.First(known.Plan)}
	for name, value := range p {
		if told := foreign.First(value); told != "" {
			e.Properties[name] = told
		}
	}
	for _, personal := range []string{"email", "first_name", "last_name"} {
		delete(e.Properties, personal)
	}
	e.Properties["amount"] = foreign.First(p["revenue"], p["total"], p["value"], p["amount"])
	e.Properties = foreign.Properties(e.Properties)
	return e, nil
}
