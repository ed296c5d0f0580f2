package webhook

import (
	"net/http"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// clerk is delivered by Svix, which signs as Standard Webhooks does, under headers of its own. It gives 15 seconds, tries eight times over
// a day, and switches an address off after five days of failures only, which a 4xx is, too. A user.created comes also of users that
// staff or the API made, whose address may not be verified.
var clerk = sender{
	scheme: func() scheme {
		s := standard.scheme
		s.families = []family{{signature: "Svix-Signature", timestamp: "Svix-Timestamp", delivery: "Svix-Id"}}
		return s
	}(),
	events:   single(clerkEvent),
	happened: []string{"timestamp"},
}

type clerkBody struct {
	Type     foreign.Text `json:"type"`
	At       foreign.Text `json:"timestamp"` // milliseconds
	Instance foreign.Text `json:"instance_id"`
	Data     struct {
		ID        foreign.Text            `json:"id"`
		External  foreign.Text            `json:"external_id"`
		FirstName foreign.Text            `json:"first_name"`
		LastName  foreign.Text            `json:"last_name"`
		Locale    foreign.Text            `json:"locale"`
		CreatedAt foreign.Text            `json:"created_at"` // milliseconds
		Primary   foreign.Text            `json:"primary_email_address_id"`
		Addresses []clerkAddress          `json:"email_addresses"`
		Metadata  map[string]foreign.Text `json:"public_metadata"` // what the owner's own system wrote about the user
	} `json:"data"`
}

type clerkAddress struct {
	ID           foreign.Text `json:"id"`
	Address      foreign.Text `json:"email_address"`
	Verification struct {
		Status foreign.Text `json:"status"`
	} `json:"verification"`
}

func clerkEvent(header http.Header, body []byte) (touchpoint.Event, error) {
	var b clerkBody
	if err := foreign.Decode(body, &b); err != nil {
		return touchpoint.Event{}, err
	}
	d, primary := b.Data, b.primary()
	e := touchpoint.Event{
		Name:       foreign.First(b.Type),
		Delivery:   header.Get("Svix-Id"),
		Subject:    foreign.First(d.ID),
		At:         foreign.Moment(b.At),
		Address:    foreign.First(primary.Address),
		Person:     foreign.First(d.FirstName + " " + d.LastName),
		Language:   foreign.First(d.Locale),
		Since:      foreign.Moment(d.CreatedAt),
		Properties: map[string]string{},
	}
	for name, value := range d.Metadata {
		e.Properties[name] = foreign.First(value)
	}
	e.Properties["instance"], e.Properties["external"] = foreign.First(b.Instance), foreign.First(d.External)
	if status := foreign.First(primary.Verification.Status); status == "verified" {
		e.Properties["email_verified"] = "true"
	} else if e.Address != "" {
		e.Properties["email_verified"] = "false"
	}
	e.Properties = foreign.Properties(e.Properties)
	return e, nil
}

// primary is the address that the user chose, else the only one.
func (b clerkBody) primary() clerkAddress {
	for _, a := range b.Data.Addresses {
		if foreign.First(a.ID) != "" && foreign.First(a.ID) == foreign.First(b.Data.Primary) {
			return a
		}
	}
	if len(b.Data.Addresses) == 1 {
		return b.Data.Addresses[0]
	}
	return clerkAddress{}
}
