package webhook

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// calendly tells of a meeting when it is booked: the survey is planned for after its end, and taken back when it is called off or nobody
// came. It signs with the subscription's key, gives 15 seconds, and tries for a day what fails, after which the subscription may be
// gone. Its events name no delivery: the invitee's id and the kind of event tell them apart. A meeting that is moved is a cancellation
// and a booking, in either order: the booking names the one that it stands for, which is taken back first, because its survey would be
// in the way of the new one.
var calendly = sender{
	scheme: scheme{
		hash: sha256.New, signed: []part{timePart, bodyPart}, separator: ".", encoding: lowerHex{}, key: literal,
		families: []family{{signature: "Calendly-Webhook-Signature"}}, style: fields, prefix: "v1=", tolerance: 180 * time.Second,
	},
	events:   calendlyEvents,
	inOrder:  true,
	happened: []string{"created_at", "end_time"},
}

type calendlyBody struct {
	Event   foreign.Text `json:"event"`
	At      foreign.Text `json:"created_at"`
	Payload struct {
		URI       foreign.Text `json:"uri"`
		Invitee   foreign.Text `json:"invitee"` // of a no-show, whose uri is its own
		Old       foreign.Text `json:"old_invitee"`
		Email     foreign.Text `json:"email"`
		Name      foreign.Text `json:"name"`
		FirstName foreign.Text `json:"first_name"`
		LastName  foreign.Text `json:"last_name"`
		Zone      foreign.Text `json:"timezone"`
		CreatedAt foreign.Text `json:"created_at"`
		Meeting   struct {
			URI      foreign.Text `json:"uri"`
			Name     foreign.Text `json:"name"`
			End      foreign.Text `json:"end_time"`
			Location struct {
				Type foreign.Text `json:"type"`
			} `json:"location"`
			Hosts []struct {
				Name  foreign.Text `json:"user_name"`
				Email foreign.Text `json:"user_email"`
			} `json:"event_memberships"`
		} `json:"scheduled_event"`
	} `json:"payload"`
}

const calendlyCanceled = "invitee.canceled"

func calendlyEvents(_ http.Header, body []byte) ([]touchpoint.Event, error) {
	var b calendlyBody
	if err := foreign.Decode(body, &b); err != nil {
		return nil, err
	}
	p := b.Payload
	e := touchpoint.Event{
		Name:     foreign.First(b.Event),
		Subject:  calendlyInvitee(p.Invitee, p.URI),
		At:       foreign.Moment(p.Meeting.End),
		Ahead:    true,
		Address:  foreign.First(p.Email),
		Person:   foreign.First(p.Name, p.FirstName+" "+p.LastName),
		Zone:     foreign.First(p.Zone),
		Reopened: foreign.First(b.Event) == calendlyCanceled || foreign.First(b.Event) == "invitee_no_show.created",
		Properties: map[string]string{
			"product": foreign.First(p.Meeting.Name), "channel": foreign.First(p.Meeting.Location.Type), "meeting": last(foreign.First(p.Meeting.URI)),
		},
	}
	if len(p.Meeting.Hosts) > 0 {
		e.Properties["agent"] = foreign.First(p.Meeting.Hosts[0].Name, p.Meeting.Hosts[0].Email)
	}
	e.Properties = foreign.Properties(e.Properties)
	if e.Subject != "" {
		e.Delivery = e.Name + ":" + e.Subject
	}
	if told := foreign.Moment(b.At, p.CreatedAt); e.Reopened || e.At.IsZero() {
		e.At = told
	}
	if old := calendlyInvitee(p.Old); old != "" && e.Name == "invitee.created" {
		moved := touchpoint.Event{
			Name: calendlyCanceled, Delivery: calendlyCanceled + ":" + old, Subject: old, At: foreign.Moment(b.At), Ahead: true, Reopened: true, Address: e.Address,
		}
		return []touchpoint.Event{moved, e}, nil
	}
	return []touchpoint.Event{e}, nil
}

// calendlyInvitee is the id at the end of the first that is the address of an invitee.
func calendlyInvitee(of ...foreign.Text) string {
	for _, uri := range of {
		if strings.Contains(string(uri), "/invitees/") {
			return last(foreign.First(uri))
		}
	}
	return ""
}

// last is what follows the last slash.
func last(uri string) string { return uri[strings.LastIndexByte(uri, '/')+1:] }
