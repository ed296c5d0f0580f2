package webhook

import (
	"crypto/sha256"
	"net/http"
	"time"

	"afterword/internal/foreign"
	"afterword/internal/touchpoint"
)

// standard is the Standard Webhooks specification, version 1.0.0, symmetric signatures (v1). Svix signs the same way under names of
// its own.
var standard = sender{
	scheme: scheme{
		hash: sha256.New, signed: []part{deliveryPart, timePart, bodyPart}, separator: ".", encoding: standardBase64, key: decodedKey,
		families: standardFamilies, style: spaced, prefix: "v1,",
		tolerance: 300 * time.Second,
	},
	events:   single(standardEvent),
	refuses:  true,
	happened: []string{"timestamp"},
}

var standardFamilies = []family{
	{signature: "Webhook-Signature", timestamp: "Webhook-Timestamp", delivery: "Webhook-Id"},
	{signature: "Svix-Signature", timestamp: "Svix-Timestamp", delivery: "Svix-Id"},
}

type standardBody struct {
	Type      foreign.Text `json:"type"`
	Timestamp foreign.Text `json:"timestamp"`
	Data      struct {
		Customer struct {
			Email    foreign.Text `json:"email"`
			Name     foreign.Text `json:"name"`
			Language foreign.Text `json:"language"`
			Zone     foreign.Text `json:"time_zone"`
		} `json:"customer"`
		Subject    foreign.Text            `json:"subject"`
		Link       foreign.Text            `json:"link"`
		Properties map[string]foreign.Text `json:"properties"`
		Test       foreign.Text            `json:"test"`
		Reopened   foreign.Text            `json:"reopened"`
		Consent    foreign.Text            `json:"consent"`
		Since      foreign.Text            `json:"customer_since"` // a time, or a date
	} `json:"data"`
}

func standardEvent(header http.Header, body []byte) (touchpoint.Event, error) {
	var b standardBody
	if err := foreign.DecodeExact(body, &b); err != nil {
		return touchpoint.Event{}, err
	}
	d := b.Data
	e := touchpoint.Event{
		Name:       foreign.First(b.Type),
		Delivery:   header.Get(familyOf(standardFamilies, header).delivery), // the one that is signed
		Subject:    foreign.First(d.Subject),
		Link:       foreign.First(d.Link),
		At:         foreign.Moment(b.Timestamp),
		Address:    foreign.First(d.Customer.Email),
		Person:     foreign.First(d.Customer.Name),
		Language:   foreign.First(d.Customer.Language),
		Zone:       foreign.First(d.Customer.Zone),
		Since:      foreign.Moment(d.Since, d.Since+"T00:00:00"),
		Test:       foreign.Yes(d.Test),
		Reopened:   foreign.Yes(d.Reopened),
		Properties: map[string]string{},
	}
	for name, value := range d.Properties {
		e.Properties[name] = foreign.First(value)
	}
	e.Properties = foreign.Properties(e.Properties)
	e.Consent = consentOf(d.Consent)
	return e, nil
}

// consentOf reads a flag that says whether a customer wants to be asked.
func consentOf(told foreign.Text) touchpoint.Consent {
	switch {
	case foreign.Yes(told):
		return touchpoint.Given
	case foreign.First(told) != "":
		return touchpoint.Refused
	}
	return touchpoint.Untold
}
