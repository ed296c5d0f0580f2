package webhook

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// hubspot signs by the third version of its signature; the first two are plain hashes without a time and are not taken. The address that is
// signed is the one that HubSpot was given, byte for byte: what a request says of its own may have been changed on the way. It gives five
// seconds and sends again ten times within a day.
//
// A delivery is a list of up to 100 events in no order; they are decided about in that of their times. One that moves a ticket goes by the
// id of the stage to which it was moved; the program names the stages of its pipelines in which tickets are solved, all of them, because
// any other means that a ticket is being worked on again. Of what else happens the event is the type, such as "contact.creation". Whose
// ticket it is has to be asked for.
var hubspot = sender{
	scheme: scheme{
		hash: sha256.New, signed: []part{methodPart, urlPart, bodyPart, timePart}, encoding: standardBase64, key: literal,
		families:  []family{{signature: "X-HubSpot-Signature-v3", timestamp: "X-HubSpot-Request-Timestamp"}},
		tolerance: 300 * time.Second, unit: time.Millisecond,
	},
	events:   hubspotEvents,
	reopens:  func(stage string) bool { return stage != "" && !strings.Contains(stage, ".") },
	happened: []string{"occurredAt"},
}

type hubspotChange struct {
	Type       foreign.Text `json:"subscriptionType"`
	ObjectType foreign.Text `json:"objectTypeId"` // "0-5" is a ticket
	Object     foreign.Text `json:"objectId"`
	Property   foreign.Text `json:"propertyName"`
	Value      foreign.Text `json:"propertyValue"`
	Portal     foreign.Text `json:"portalId"`
	ID         foreign.Text `json:"eventId"` // which several events may have
	OccurredAt foreign.Text `json:"occurredAt"`
}

var errNoEvents = errors.New("it is no list with events in it")

func hubspotEvents(_ http.Header, body []byte) ([]touchpoint.Event, error) {
	var changes []hubspotChange
	if err := json.Unmarshal(body, &changes); err != nil || len(changes) == 0 {
		return nil, errors.Join(err, errNoEvents)
	}
	events := make([]touchpoint.Event, len(changes))
	for i, c := range changes {
		events[i] = c.event()
	}
	slices.SortStableFunc(events, func(a, b touchpoint.Event) int { return a.At.Compare(b.At) })
	return events, nil
}

func (c hubspotChange) event() touchpoint.Event {
	id, portal := foreign.First(c.Object), foreign.First(c.Portal)
	e := touchpoint.Event{
		Name:       foreign.First(c.Type),
		Delivery:   strings.Join([]string{foreign.First(c.OccurredAt), foreign.First(c.ID), id, portal, foreign.First(c.Type)}, "-"),
		Subject:    id,
		At:         foreign.Moment(c.OccurredAt),
		Properties: map[string]string{},
	}
	ticket := e.Name == "ticket.propertyChange" || e.Name == "object.propertyChange" && foreign.First(c.ObjectType) == "0-5"
	if !ticket || foreign.First(c.Property) != "hs_pipeline_stage" || !isNumber(id) {
		return e
	}
	e.Name, e.Fetch = foreign.First(c.Value), "tickets/"+id
	if isNumber(portal) {
		e.Link = "https://app.hubspot.com/contacts/" + portal + "/record/0-5/" + id
	}
	return e
}
